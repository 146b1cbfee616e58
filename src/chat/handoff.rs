//! The way to a person: which channels, when, and a summary and transcript for the shopper to edit. Nothing
//! is sent by the attendant.

use crate::chat::conversation::Conversation;
use crate::chat::intent::wants_person;
use crate::chat::prose;
use crate::chat::skills::open_channels;
use crate::chat::wording::{Wording, wording};
use crate::pack::format::ShopSettings;
use crate::pack::rules::{self, ShopRules};
use crate::protocol::{Block, Channel, ChannelKind, Handoff, Language, ReplyKind, Unmasked};

/// What a mail program or a messenger is given to begin with.
const MAX_SUMMARY_CHARS: usize = 500;
/// Messages of the shopper's in the summary.
const MAX_SUMMARY_MESSAGES: usize = 3;

/// What becomes of e-mail addresses, telephone, card and order numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PersonalData {
    #[default]
    Masked,
    /// The shopper wants them to be passed on.
    Kept,
}

/// Drafts the hand-off of a conversation. `now_ms` decides which channels answer now: those come first.
pub fn draft(
    conversation: &Conversation,
    settings: &ShopSettings,
    rules: &ShopRules,
    language: Language,
    personal_data: PersonalData,
    now_ms: i64,
) -> Handoff {
    let words = wording(language);
    let shown = |text: &str| match personal_data {
        PersonalData::Masked => mask(text, language),
        PersonalData::Kept => text.to_owned(),
    };
    let on_one_line = |text: &str| text.replace('\n', " ");
    let mut matters: Vec<String> = Vec::new();
    for turn in conversation.turns().iter().rev() {
        let is_matter = turn.kind != ReplyKind::Smalltalk && !wants_person(&turn.shopper);
        if is_matter && matters.len() < MAX_SUMMARY_MESSAGES {
            matters.insert(0, format!("- {}", on_one_line(&shown(&turn.shopper))));
        }
    }
    let mut summary = match matters.is_empty() {
        true => words.summary_empty.to_owned(),
        false => format!("{}\n{}", words.summary, matters.join("\n")),
    };
    if let Some((end, _)) = summary.char_indices().nth(MAX_SUMMARY_CHARS) {
        summary.truncate(end);
        summary.push('…');
    }
    let lines = conversation.turns().iter().flat_map(|turn| {
        let said = Block::plain(&prose::parse(&turn.attendant));
        let shopper = format!("{}{}", words.shopper, on_one_line(&shown(&turn.shopper)));
        [Some(shopper), (!said.is_empty()).then(|| format!("{}{}", words.attendant, on_one_line(&said)))]
    });
    let transcript = lines.flatten().collect::<Vec<_>>().join("\n");
    let unmasked = match personal_data {
        PersonalData::Kept => None,
        PersonalData::Masked => {
            let kept = draft(conversation, settings, rules, language, PersonalData::Kept, now_ms);
            let Handoff { summary: full, transcript: whole, .. } = kept;
            (whole != transcript || full != summary).then_some(Unmasked { summary: full, transcript: whole })
        }
    };
    Handoff {
        channels: channels(settings, rules, language, &summary, now_ms),
        hours: settings.contact.hours.text(language).to_owned(),
        transcript,
        summary,
        unmasked,
    }
}

/// The channels that the shop's rules name, those that answer now first; else those of its contact.
fn channels(
    settings: &ShopSettings,
    rules: &ShopRules,
    language: Language,
    summary: &str,
    now_ms: i64,
) -> Vec<Channel> {
    let subject = wording(language).subject.replace("{shop}", settings.name.text(language));
    let channel = |kind: ChannelKind, address: &str| {
        let digits = || address.chars().filter(char::is_ascii_digit).collect::<String>();
        let url = match kind {
            ChannelKind::Email => {
                let (subject, body) = (encode(&subject, b""), encode(summary, b""));
                Some(format!("mailto:{}?subject={subject}&body={body}", encode(address, b"@+")))
            }
            ChannelKind::Telephone => {
                let plus = if address.trim_start().starts_with('+') { "+" } else { "" };
                Some(format!("tel:{plus}{}", digits()))
            }
            ChannelKind::Whatsapp => Some(format!("https://wa.me/{}?text={}", digits(), encode(summary, b""))),
            ChannelKind::Wechat => None,
            ChannelKind::Link => Some(address.to_owned()),
        };
        let is_usable = !address.trim().is_empty() && (kind != ChannelKind::Link || address.starts_with("https://"));
        is_usable.then(|| Channel { kind, address: address.to_owned(), url })
    };
    let ruled: Vec<Channel> = open_channels(rules, now_ms)
        .into_iter()
        .filter_map(|(of_rules, _)| {
            let kind = match of_rules.kind {
                rules::ChannelKind::Email => ChannelKind::Email,
                rules::ChannelKind::Phone => ChannelKind::Telephone,
                rules::ChannelKind::Whatsapp => ChannelKind::Whatsapp,
                rules::ChannelKind::Wechat => ChannelKind::Wechat,
                rules::ChannelKind::Link => ChannelKind::Link,
            };
            channel(kind, &of_rules.to)
        })
        .collect();
    if !ruled.is_empty() {
        return ruled;
    }
    let contact = &settings.contact;
    let named = [
        (ChannelKind::Email, &contact.email),
        (ChannelKind::Telephone, &contact.telephone),
        (ChannelKind::Whatsapp, &contact.whatsapp),
    ];
    named.into_iter().filter_map(|(kind, address)| channel(kind, address.as_deref()?)).collect()
}

/// Percent-encodes for a URL's query (RFC 3986): all but the unreserved characters, and but `kept`.
fn encode(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            encoded.push(byte as char);
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Replaces what tells who somebody is, or gives a stranger a hold on them: e-mail addresses, telephone and
/// card numbers, order numbers. Prices, years, dates and quantities stay.
pub fn mask(text: &str, language: Language) -> String {
    let words = wording(language);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of_code) {
        let run = &rest[start..];
        masked.push_str(&rest[..start]);
        let before = &text[..text.len() - run.len()];
        // Single spaces, dots and brackets stand inside a telephone or a card number.
        let long = &run[..grouped_end(run)];
        let short = &run[..run.find(|c| !is_of_code(c)).unwrap_or(run.len())];
        let (taken, label) = match (number_label(long, words), code_label(short, before, words)) {
            (Some(label), _) => (long, Some(label)),
            (None, label) => (short, label),
        };
        match label {
            Some(label) => {
                let tail = taken.trim_end_matches(['.', '-', ' ', '(', ')', '+', '_']);
                masked.push_str(label);
                masked.push_str(&taken[tail.len()..]);
            }
            None => masked.push_str(taken),
        }
        rest = &run[taken.len()..];
    }
    masked.push_str(rest);
    masked
}

fn is_of_code(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '@' | '_' | '.' | '-' | '%')
}

/// Where a run of digits ends that may be grouped: `+351 22 000 0147`, `4111-1111-1111-1111`.
fn grouped_end(run: &str) -> usize {
    let mut end = 0;
    for (at, c) in run.char_indices() {
        match c {
            '0'..='9' => end = at + 1,
            '+' if at == 0 => {}
            ' ' | '-' | '.' | '(' | ')' | '/' if at - end < 2 => {}
            _ => break,
        }
    }
    end
}

/// What a run of digits with its spaces is.
fn number_label(run: &str, words: &Wording) -> Option<&'static str> {
    let n_digits = run.bytes().filter(u8::is_ascii_digit).count();
    let groups: Vec<usize> = run.split(['-', '.', '/', ' ']).map(str::len).collect();
    // 2026-11-22, 22.11.2026
    let is_date = matches!(groups.as_slice(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4]);
    match n_digits {
        13..=19 => Some(words.masked_card),
        7..=12 if !is_date => Some(words.masked_phone),
        _ => None,
    }
}

/// What one word is: an e-mail address, or an order number by its form or by the word before it.
fn code_label(word: &str, before: &str, words: &Wording) -> Option<&'static str> {
    if let Some((name, host)) = word.split_once('@')
        && !name.is_empty()
        && host.contains('.')
    {
        return Some(words.masked_email);
    }
    let n_digits = word.bytes().filter(u8::is_ascii_digit).count();
    let before = before.trim_end().trim_end_matches([':', '：', '#', '号', '码']).trim_end().to_lowercase();
    let before = before
        .trim_end_matches(" is")
        .trim_end_matches("是")
        .trim_end_matches("no.")
        .trim_end_matches("number")
        .trim_end();
    let is_named = ["order", "订单", "单", "编"].iter().any(|name| before.ends_with(name));
    let has_letters = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_code = word.starts_with('#') && n_digits >= 3 || has_letters && n_digits >= 4;
    (is_code || is_named && n_digits >= 3).then_some(words.masked_order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::format::Contact;
    use crate::protocol::ReplyKind;

    fn settings() -> ShopSettings {
        let contact = Contact {
            email: Some("help@shop.example".into()),
            telephone: Some("+351 22 000 0147".into()),
            whatsapp: Some("+351 900 000 147".into()),
            ..Contact::default()
        };
        ShopSettings { contact, ..ShopSettings::default() }
    }

    fn rules() -> ShopRules {
        let channel = |kind, to: &str| rules::Channel { kind, to: to.into(), week: Default::default() };
        let channels = vec![
            channel(rules::ChannelKind::Wechat, "lantern-shop"),
            channel(rules::ChannelKind::Link, "javascript:alert(1)"),
            channel(rules::ChannelKind::Link, "https://shop.example/chat"),
        ];
        ShopRules { handoff: Some(rules::Handoff { source: None, channels }), ..ShopRules::default() }
    }

    fn drafted(rules: &ShopRules, personal_data: PersonalData) -> Handoff {
        draft(&conversation(), &settings(), rules, Language::En, personal_data, 0)
    }

    fn conversation() -> Conversation {
        let mut conversation = Conversation::default();
        conversation.record("hello", "Hello!", ReplyKind::Smalltalk);
        conversation.record(
            "My order LL-20447 is late, I am jo@mail.example",
            "Parcels take **three** days.",
            ReplyKind::Answer,
        );
        conversation.record("speak to a human", "Of course.", ReplyKind::Handoff);
        conversation
    }

    #[test]
    fn personal_data_is_masked_and_the_rest_is_not() {
        for (text, masked) in [
            ("mail jo.p+x@mail.example.", "mail [e-mail]."),
            ("call +351 22 000 0147 today", "call [phone] today"),
            ("card 4111 1111 1111 1111, please", "card [card number], please"),
            ("card 4111-1111-1111-1111", "card [card number]"),
            ("order number: 20447 is late", "order number: [order number] is late"),
            ("my order #20447", "my order [order number]"),
            ("order LL-20447", "order [order number]"),
            ("2 cups for €12.50 on 2026-11-22", "2 cups for €12.50 on 2026-11-22"),
            ("TEA-001 at 80 °C for 3 min", "TEA-001 at 80 °C for 3 min"),
        ] {
            assert_eq!(mask(text, Language::En), masked);
        }
        assert_eq!(
            mask("订单号20447，电话13800138000，邮箱a@b.cn", Language::Zh),
            "订单号[订单号]，电话[电话]，邮箱[邮箱]"
        );
    }

    #[test]
    fn a_draft_says_what_it_is_about_and_masks_it() {
        let draft = drafted(&ShopRules::default(), PersonalData::Masked);
        assert!(draft.summary.contains("- My order [order number] is late, I am [e-mail]"), "{}", draft.summary);
        assert!(!draft.summary.contains("human") && !draft.summary.contains("hello"), "{}", draft.summary);
        assert!(draft.transcript.contains("Parcels take three days."), "{}", draft.transcript);
        assert!(!format!("{draft:?}").contains("20447") && !format!("{draft:?}").contains("jo@"));
    }

    #[test]
    fn what_is_to_be_kept_is_kept() {
        let draft = drafted(&ShopRules::default(), PersonalData::Kept);
        assert!(draft.summary.contains("LL-20447") && draft.transcript.contains("jo@mail.example"));
    }

    #[test]
    fn channels_open_with_the_summary_and_only_on_safe_addresses() {
        let channels = drafted(&ShopRules::default(), PersonalData::Masked).channels;
        let kinds: Vec<ChannelKind> = channels.iter().map(|channel| channel.kind).collect();
        assert_eq!(kinds, [ChannelKind::Email, ChannelKind::Telephone, ChannelKind::Whatsapp]);
        let urls: Vec<&str> = channels.iter().filter_map(|channel| channel.url.as_deref()).collect();
        assert!(urls[0].starts_with("mailto:help@shop.example?subject=") && urls[0].contains("%5Border%20number%5D"));
        assert_eq!(urls[1], "tel:+351220000147");
        assert!(urls[2].starts_with("https://wa.me/351900000147?text="));
        assert!(urls.iter().all(|url| url.bytes().all(|byte| byte.is_ascii_graphic())));
    }

    #[test]
    fn the_rules_name_the_channels_where_they_do() {
        let channels = drafted(&rules(), PersonalData::Masked).channels;
        let addresses: Vec<&str> = channels.iter().map(|channel| channel.address.as_str()).collect();
        assert_eq!(addresses, ["lantern-shop", "https://shop.example/chat"]);
        assert_eq!(channels[0].url, None);
    }
}
