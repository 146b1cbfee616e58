//! Which skill may speak for a question. Skills propose themselves by words; what was retrieved, and how
//! firmly a product is named, decide whether one is believed.

use crate::chat::attendant::Attendant;
use crate::chat::conversation::Conversation;
use crate::chat::phrases::has_any;
use crate::chat::skills::{self, Outcome, Skill, Value};
use crate::chat::slots::{ProductMention, Slot, SlotKind, Slots};
use crate::chat::turn::{Part, Turn};
use crate::retrieve::Hit;
use crate::retrieve::tokens::{is_han, is_telling, normalize, terms};

/// A rule's passage must come first (of those on shipping, which are many, among so many), or nothing else
/// must answer.
const N_CONFIRMING: usize = 2;
/// The passages among which that of the opening hours must be.
const N_NEAR: usize = 3;
/// Han characters that name a product by themselves.
const MIN_NAME_HAN: usize = 3;
/// Letters of the one word that names a product by itself.
const MIN_NAME_CHARS: usize = 5;

const COST: &[&str] = &[
    "how much",
    "cost",
    "costs",
    "price",
    "多少钱",
    "运费",
    "邮费",
    "什么价",
    "价格",
    "charge",
    "fee",
    "postage",
    "邮资",
    "费用",
    "多少",
];
const TIME: &[&str] = &[
    "how long",
    "when",
    "how fast",
    "多久",
    "几天",
    "什么时候",
    "what day",
    "which day",
    "arrive",
    "arrives",
    "expect",
    "哪天",
    "几号",
    "收到",
];
const SHIPS: &[&str] = &[
    "do you ship",
    "do you deliver",
    "do you send",
    "can you ship",
    "can you deliver",
    "寄吗",
    "能寄",
    "可以寄",
    "发货到",
];
const NOW: &[&str] = &[
    "now",
    "right now",
    "today",
    "tonight",
    "at the moment",
    "currently",
    "still open",
    "现在",
    "这会儿",
    "今天",
    "今晚",
    "眼下",
    "此刻",
    "this minute",
    "this second",
    "right away",
    "straight away",
    "马上",
    "立刻",
];
const STOCK: &[&str] = &[
    "in stock",
    "available",
    "sold out",
    "有货",
    "现货",
    "库存",
    "缺货",
    "left",
    "how many",
    "还剩",
    "剩几",
    "补货",
    "still have",
    "still got",
    "on hand",
    "enough",
    "straight away",
    "right away",
    "够不够",
    "够吗",
];
const SIZE: &[&str] = &["hold", "holds", "capacity", "how many ml", "how big", "how tall", "how heavy", "weigh"];
/// Words of somebody who wants to be told later.
const NOTIFY: &[&str] = &["let me know", "notify", "tell me when", "email me when", "通知", "提醒"];
/// What guides to goods tell.
const GUIDE: &[&str] = &[
    "temperature",
    "how hot",
    "degrees",
    "brew",
    "brewing",
    "steep",
    "steeping",
    "minutes",
    "clean",
    "cleaning",
    "care",
    "wash",
    "rust",
    "soap",
    "水温",
    "度的水",
    "多少度",
    "几度",
    "冲泡",
    "泡法",
    "怎么泡",
    "保养",
    "清洗",
    "怎么洗",
    "洗洁精",
    "生锈",
];
const ABOUT: &[&str] =
    &["tell me about", "tell me more", "more about", "details", "describe", "介绍", "讲讲", "说说", "详细"];
const ORDER: &[&str] = &[
    "my order",
    "order status",
    "an order",
    "the order",
    "track order",
    "我的订单",
    "查订单",
    "订单到哪",
    "订单状态",
    "查一下订单",
    "wheres my",
    "where's my",
    "where is my",
    "my stuff",
    "status of",
    "state of",
    "我订单",
    "我的单",
];
/// Until when somebody answers.
const UNTIL: &[&str] =
    &["how late", "until when", "till when", "what time", "which hours", "what hours", "几点", "到什么时候"];
/// What somebody wants to hear of an order.
const STATE: &[&str] = &[
    "where",
    "wheres",
    "where's",
    "status",
    "state",
    "update",
    "news",
    "progress",
    "动静",
    "消息",
    "进度",
    "进展",
    "到哪",
    "订单呢",
];

impl Attendant {
    /// The first skill that has something to say and is believed. One that the message proposes itself
    /// wins over the one that answered its subject. `answer` is the score from which a passage answers.
    pub(super) fn run_skills(
        &self,
        conversation: &Conversation,
        turn: &Turn,
        part: &Part,
        passages: &[Hit],
        answers: bool,
    ) -> Option<(Skill, Outcome)> {
        let shop = self.shop();
        let own = skills::mended(&part.own);
        let run = |skill: Option<Skill>, slots: &Slots| {
            let request = skills::Request {
                text: &own,
                language: turn.language,
                slots,
                shown: &conversation.shown,
                cart: &[],
                now_ms: turn.now_ms,
            };
            match skill {
                Some(skill) => vec![(skill, skills::run(skill, &shop, &request))],
                None => skills::propose(&shop, &request)
                    .into_iter()
                    .map(|skill| (skill, skills::run(skill, &shop, &request)))
                    .collect(),
            }
        };
        let mut outcomes = run(None, &part.slots);
        if let Some(skill) = part.skill.map(|skill| turned(skill, &part.own))
            && !outcomes.iter().any(|(proposed, _)| *proposed == skill)
        {
            outcomes.extend(run(Some(skill), &part.slots));
        }
        // What a rule's own passage answers, the rule answers better, where all is said that it computes with.
        if outcomes.is_empty()
            && let Some(skill) = passages.first().and_then(|hit| self.rule_behind(&hit.id, &part.slots, &own))
        {
            outcomes.extend(run(Some(skill), &part.slots));
        }
        outcomes.into_iter().find_map(|(skill, mut outcome)| {
            // What an earlier message said need not be asked again.
            if matches!(outcome, Outcome::Needs { slot: SlotKind::Place, .. }) {
                let mut slots = part.slots.clone();
                conversation
                    .topics()
                    .for_each(|topic| slots.inherit(&self.slots(conversation, &topic.text, turn.now_ms)));
                outcome = run(Some(skill), &slots).remove(0).1;
            }
            let follows = part.skill.is_some_and(|before| turned(before, &part.own) == skill);
            let is_trusted = match &outcome {
                Outcome::NotApplicable => false,
                Outcome::Done(computed)
                    if matches!(computed.value, Value::Period { .. })
                        && answers
                        && skills::asks_whether(&own)
                        && passages.first().is_some_and(|hit| computed.sources.contains(&hit.id)) =>
                {
                    false
                }
                _ if skill == Skill::FilterCatalogue => {
                    (part.slots.budget.is_some() || skills::asks_extreme(&shop, &normalize(&own)))
                        && !part.slots.products.iter().any(|one| one.span.is_empty())
                }
                _ if skill == Skill::ProductDetails && answers && self.is_told_of(part, passages) => false,
                _ if skill == Skill::ProductDetails => {
                    follows && part.slots.colours.iter().any(|one| !one.span.is_empty())
                        || self.asks_of_it(part, &outcome)
                }
                _ if matches!(skill, Skill::Cheaper | Skill::Gift | Skill::Sum) => true,
                _ if skill == Skill::CompareProducts => part.slots.products.len() >= 2,
                _ if follows => true,
                // “Come in” and “visit” are said of much: the hours must be near.
                Outcome::Done(computed)
                    if skill == Skill::OpeningHours && !skills::is_reached(computed, self.rules()) =>
                {
                    let n_near = if is_definite(skill, &part.slots, &normalize(&own)) { N_NEAR } else { 1 };
                    let is_near = |hit: &Hit| computed.sources.contains(&hit.id);
                    passages.iter().take(n_near).any(is_near)
                }
                // “Do you ship to …” with nothing of a price or a day: only where the rates are what is found.
                Outcome::Done(computed)
                    if skill == Skill::ShippingCost && !is_priced(&own) && part.slots.weights.is_empty() =>
                {
                    let file = |id: &str| id.split('#').next().unwrap_or_default().to_owned();
                    let asks = has_any(&normalize(&own), SHIPS);
                    let is_of = |hit: &Hit, id: &String| *id == hit.id || asks && file(id) == file(&hit.id);
                    let mut near = passages.iter().take(N_CONFIRMING);
                    near.any(|hit| computed.sources.iter().any(|id| is_of(hit, id)))
                }
                Outcome::Needs { .. } => match skill {
                    // Of what became of a parcel the shop may have more to say than where to look it up.
                    Skill::OrderStatus => {
                        let source = self.rules().orders.as_ref().and_then(|orders| orders.source.as_deref());
                        let is_near = passages.first().is_none_or(|hit| Some(hit.id.as_str()) == source);
                        // What lies nearest of another matter says nothing of a parcel.
                        let file = |id: &str| id.split('#').next().unwrap_or_default().to_owned();
                        let is_apart = passages.first().is_some_and(|hit| Some(file(&hit.id)) != source.map(file));
                        let own = normalize(&part.own);
                        has_any(&own, ORDER) && (is_near || is_apart && has_any(&own, STATE) || !answers)
                    }
                    // Asked only of a thing that somebody has.
                    Skill::ReturnDeadline | Skill::WarrantyDeadline => true,
                    _ => !answers || lacks_place(skill, &part.slots, &own),
                },
                Outcome::Done(computed) => {
                    let is_shipping = matches!(skill, Skill::ShippingCost | Skill::DeliveryTime | Skill::FreeShipping);
                    let near = passages.iter().take(if is_shipping { N_CONFIRMING } else { 1 });
                    let mut near = near.into_iter();
                    let file = |id: &str| id.split('#').next().unwrap_or_default().to_owned();
                    // The words of the rule itself: then its file is enough.
                    let own = normalize(&own);
                    let says_it = has_any(&own, COST) || has_any(&own, TIME) || has_any(&own, SHIPS);
                    let confirms = |hit: &Hit| {
                        computed
                            .sources
                            .iter()
                            .any(|id| *id == hit.id || is_shipping && says_it && file(id) == file(&hit.id))
                    };
                    !answers
                        || computed.value == Value::Excluded
                        || computed.sources.is_empty()
                        || near.any(confirms)
                        || is_definite(skill, &part.slots, &own)
                        || skills::is_reached(computed, self.rules()) && has_any(&own, UNTIL)
                        || matches!(skill, Skill::OrderStatus | Skill::Discount | Skill::GiftCard)
                }
            };
            is_trusted.then_some((skill, outcome))
        })
    }

    /// The skill that computes by the rule which a passage tells, where the message says what it computes with.
    fn rule_behind(&self, id: &str, slots: &Slots, own: &str) -> Option<Skill> {
        let rules = self.rules();
        let is = |source: &Option<String>| source.as_deref() == Some(id);
        let (has_day, has_place) = (!slots.days.is_empty(), !slots.places.is_empty());
        let own = normalize(own);
        if let Some(shipping) = rules.shipping.as_ref().filter(|_| has_place) {
            let times = shipping.zones.iter().any(|zone| is(&zone.times_source));
            let express = shipping.zones.iter().flat_map(|zone| &zone.express).any(|express| express.source == id);
            let dispatch = shipping.dispatch.as_ref().is_some_and(|dispatch| dispatch.source == id);
            if is(&shipping.free_source) && !slots.amounts.is_empty() {
                return Some(Skill::FreeShipping);
            }
            if times || dispatch || express && has_any(&own, TIME) {
                return Some(Skill::DeliveryTime);
            }
            if shipping.source == id && !slots.weights.is_empty() || express {
                return Some(Skill::ShippingCost);
            }
        }
        if rules.hours.as_ref().is_some_and(|hours| hours.source == id) && (has_day || has_any(&own, NOW)) {
            return Some(Skill::OpeningHours);
        }
        if rules.returns.as_ref().is_some_and(|returns| returns.source == id) && has_day {
            return Some(Skill::ReturnDeadline);
        }
        let warranty = rules.warranty.as_ref();
        let tells =
            |of: &crate::pack::rules::Warranty| of.source == id || of.terms.iter().any(|term| term.source == id);
        if warranty.is_some_and(tells) && has_day {
            return Some(Skill::WarrantyDeadline);
        }
        let cards = rules.gift_cards.as_ref();
        let tells =
            |of: &crate::pack::rules::GiftCards| of.source == id || is(&of.validity_source) || is(&of.use_source);
        if cards.is_some_and(tells) && (has_day || slots.amounts.len() >= 2) {
            return Some(Skill::GiftCard);
        }
        None
    }

    /// Whether a product is named by its own name, and not by a word that its title happens to hold.
    pub(super) fn is_name(&self, said: &str, ids: &[String]) -> bool {
        let n_han = said.chars().filter(|c| is_han(*c)).count();
        // The end or the beginning of a title, or most of it: 碧螺春 of 洞庭山碧螺春, but not 咖啡因 of 无咖啡因晚安礼盒.
        let of_title = |product: &crate::pack::Product| {
            let title = product.title.text(crate::protocol::Language::Zh);
            let most = 2 * n_han >= title.chars().filter(|c| is_han(*c)).count();
            title.contains(said) && (most || title.starts_with(said) || title.ends_with(said))
        };
        // “Tasting cups” is how the shop files them.
        if self.kinds().n_filed(said) > 1 {
            return false;
        }
        let is_long = n_han >= MIN_NAME_HAN || n_han + 1 == MIN_NAME_HAN && ids.len() <= 2;
        if is_long && ids.iter().filter_map(|id| self.product(id)).any(of_title)
            || ids.iter().any(|id| id.eq_ignore_ascii_case(said))
        {
            return true;
        }
        let lower = normalize(said);
        if has_any(&lower, &["one", "first", "second", "third", "fourth", "last", "option", "number", "第", "最后"])
            && ids.len() == 1
        {
            return true;
        }
        let said: Vec<String> = terms(said).into_iter().filter(|term| is_telling(term)).collect();
        ids.iter().filter_map(|id| self.product(id)).any(|product| {
            let title = terms(product.title.text(crate::protocol::Language::En));
            let shared = said.iter().filter(|term| title.contains(term)).count();
            let is_first = title.first().is_some_and(|first| said.contains(first) && first.len() >= MIN_NAME_CHARS);
            shared >= 2 || shared == 1 && is_first
        })
    }

    /// Whether a product is meant by the last word of its title, which is no kind of goods: “how many kyusus are left?”.
    /// Only where its price, its stock or its size is asked for: whoever asks how to brew sencha means no one tea.
    pub(super) fn is_last_name(&self, own: &str, said: &str, ids: &[String]) -> bool {
        let own = normalize(own);
        let [id] = ids else { return false };
        let title = self.product(id).map(|product| terms(product.title.text(crate::protocol::Language::En)));
        let last = title.and_then(|mut title| title.pop()).filter(|last| last.len() >= MIN_NAME_CHARS);
        let asks = has_any(&own, COST) || has_any(&own, STOCK) || has_any(&own, SIZE);
        asks && !has_any(&own, NOTIFY)
            && last.is_some_and(|last| terms(said).contains(&last) && !self.kinds().is_kind(&last))
    }

    /// Whether the best passage speaks of the product by name, where it is asked how to use or to keep it: the guide to a
    /// tea says more of it than a row of its details.
    pub(super) fn is_told_of(&self, part: &Part, passages: &[Hit]) -> bool {
        let own = normalize(&part.own);
        if !has_any(&own, GUIDE) || has_any(&own, COST) || has_any(&own, STOCK) || has_any(&own, skills::SAVING) {
            return false;
        }
        let Some(passage) = passages.first().map(|hit| &self.passages()[hit.index]) else { return false };
        let (said, text) = (|span: std::ops::Range<usize>| part.own.get(span).map(normalize), normalize(&passage.text));
        let mut names = part.slots.products.iter().filter_map(|slot| said(slot.span.clone()));
        names.any(|name| !name.is_empty() && text.contains(name.as_str()))
    }

    /// Whether one of its details is asked for, or all of it, and not something that only concerns it.
    fn asks_of_it(&self, part: &Part, outcome: &Outcome) -> bool {
        let own = normalize(&part.own);
        // What one has is not priced by the catalogue: “how much is left on my gift card?”
        let is_owned = |slot: &Slot<ProductMention>| {
            part.own.get(..slot.span.start).is_some_and(|before| normalize(before).trim_end().ends_with("my"))
                || part.own.get(slot.span.end..).is_some_and(|after| after.starts_with(['里', '上', '中', '余']))
        };
        if part.slots.products.iter().any(is_owned) {
            return false;
        }
        let (price, stock) = (has_any(&own, COST), has_any(&own, STOCK));
        let Outcome::Done(computed) = outcome else { return price || stock };
        let row = match &computed.value {
            skills::Value::Product { attribute, .. } => attribute.is_some(),
            skills::Value::Comparison { .. } => true,
            _ => false,
        };
        let spans = part.slots.products.iter().map(|slot| slot.span.clone()).filter(|span| !span.is_empty());
        let mut rest = part.own.clone();
        let mut is_named = false;
        for span in spans {
            if rest.get(span.clone()).is_some() {
                is_named = true;
                rest.replace_range(span.clone(), &" ".repeat(span.len()));
            }
        }
        let is_alone = is_named && !terms(&rest).iter().any(|term| is_telling(term));
        let saves = has_any(&own, skills::SAVING);
        price || stock || saves || row || is_alone || has_any(&own, ABOUT)
    }
}

fn is_priced(own: &str) -> bool {
    has_any(&normalize(own), COST)
}

/// Whether a place is all that is missing: then it is asked back, though a passage tells all places at once.
fn lacks_place(skill: Skill, slots: &Slots, own: &str) -> bool {
    let own = normalize(own);
    match skill {
        Skill::ShippingCost => !slots.weights.is_empty() || skills::asks_bare_shipping(&own),
        Skill::DeliveryTime => skills::asks_bare_shipping(&own),
        Skill::FreeShipping => !slots.amounts.is_empty(),
        _ => false,
    }
}

/// Whether a message says what a skill of its own choosing computes with: “delivered 1 March, last day to return
/// it?” is about the rule, whatever passage lies nearer.
fn is_definite(skill: Skill, slots: &Slots, own: &str) -> bool {
    let (has_day, has_place) = (!slots.days.is_empty(), !slots.places.is_empty());
    match skill {
        Skill::ReturnDeadline | Skill::WarrantyDeadline => has_day,
        Skill::ShippingCost => has_place && !slots.weights.is_empty(),
        // Without a place it is the day of dispatch.
        Skill::DeliveryTime => has_day || has_any(own, NOW) || slots.time.is_some(),
        Skill::FreeShipping => has_place && (!slots.amounts.is_empty() || !slots.products.is_empty()),
        Skill::OpeningHours => has_day || has_any(own, NOW),
        _ => false,
    }
}

/// “And how much is it?” after a time asks for the price of the same, and the other way round.
fn turned(skill: Skill, own: &str) -> Skill {
    let own = normalize(own);
    match skill {
        Skill::DeliveryTime if has_any(&own, COST) => Skill::ShippingCost,
        Skill::ShippingCost if has_any(&own, TIME) => Skill::DeliveryTime,
        skill => skill,
    }
}
