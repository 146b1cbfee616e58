//! The way to a person: which channels, when, and a summary and transcript for the shopper to edit. Nothing
//! is sent by the attendant.

use crate::chat::conversation::Conversation;
use crate::chat::wording::wording;
use crate::pack::format::ShopSettings;
use crate::protocol::{Block, Channel, ChannelKind, Handoff, Language};
use crate::retrieve::tokens::is_han;

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

/// Drafts the hand-off of a conversation.
pub fn draft(
    conversation: &Conversation,
    settings: &ShopSettings,
    language: Language,
    personal_data: PersonalData,
) -> Handoff {
    let words = wording(language);
    let shown = |text: &str| match personal_data {
        PersonalData::Masked => mask(text, language),
        PersonalData::Kept => text.to_owned(),
    };
    let plain = |text: &str| Block::plain(&crate::chat::prose::parse(text)).replace('\n', " ");
    let mut summary: Vec<String> = Vec::new();
    for turn in conversation.turns().iter().rev() {
        // A bare “speak to a human” says nothing of the matter.
        let says = turn.shopper.split_whitespace().count() > 1 || turn.shopper.chars().filter(|c| is_han(*c)).count() > 2;
        let is_matter = says && turn.kind != crate::protocol::ReplyKind::Smalltalk && !super::intent::wants_person(&turn.shopper);
        if is_matter && summary.len() < MAX_SUMMARY_MESSAGES {
            summary.insert(0, format!("- {}", shown(&turn.shopper).replace('\n', " ")));
        }
    }
    let mut summary = match summary.is_empty() {
        true => words.summary_empty.to_owned(),
        false => format!("{}\n{}", words.summary, summary.join("\n")),
    };
    if let Some((end, _)) = summary.char_indices().nth(MAX_SUMMARY_CHARS) {
        summary.truncate(end);
        summary.push('…');
    }
    let lines = conversation.turns().iter().flat_map(|turn| {
        [format!("{}{}", words.shopper, shown(&turn.shopper)), format!("{}{}", words.attendant, plain(&turn.attendant))]
    });
    Handoff {
        channels: channels(settings, language, &summary),
        hours: settings.contact.hours.text(language).to_owned(),
        transcript: lines.collect::<Vec<_>>().join("\n"),
        summary,
    }
}

/// The shop's channels, the one that takes most words first.
fn channels(settings: &ShopSettings, language: Language, summary: &str) -> Vec<Channel> {
    let contact = &settings.contact;
    let subject = wording(language).subject.replace("{shop}", settings.name.text(language));
    let digits = |number: &str| number.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_address = |address: &&String| !address.is_empty();
    let mut channels = Vec::new();
    if let Some(address) = contact.email.as_ref().filter(is_address) {
        let url = format!("mailto:{}?subject={}&body={}", encode(address, b"@+"), encode(&subject, b""), encode(summary, b""));
        channels.push(Channel { kind: ChannelKind::Email, address: address.clone(), url: Some(url) });
    }
    if let Some(number) = contact.telephone.as_ref().filter(is_address) {
        let plus = if number.trim_start().starts_with('+') { "+" } else { "" };
        let url = Some(format!("tel:{plus}{}", digits(number)));
        channels.push(Channel { kind: ChannelKind::Telephone, address: number.clone(), url });
    }
    if let Some(number) = contact.whatsapp.as_ref().filter(is_address) {
        let url = Some(format!("https://wa.me/{}?text={}", digits(number), encode(summary, b"")));
        channels.push(Channel { kind: ChannelKind::Whatsapp, address: number.clone(), url });
    }
    if let Some(name) = contact.wechat.as_ref().filter(is_address) {
        channels.push(Channel { kind: ChannelKind::Wechat, address: name.clone(), url: None });
    }
    if let Some(link) = contact.link.as_ref().filter(|link| link.starts_with("https://")) {
        channels.push(Channel { kind: ChannelKind::Link, address: link.clone(), url: Some(link.clone()) });
    }
    channels
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
        let (before, run) = rest.split_at(start);
        masked.push_str(before);
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
fn number_label(run: &str, words: &super::wording::Wording) -> Option<&'static str> {
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
fn code_label(word: &str, before: &str, words: &super::wording::Wording) -> Option<&'static str> {
    if let Some((name, host)) = word.split_once('@')
        && !name.is_empty()
        && host.contains('.')
    {
        return Some(words.masked_email);
    }
    let n_digits = word.bytes().filter(u8::is_ascii_digit).count();
    let before = before.trim_end().trim_end_matches([':', '：', '#', '号', '码']).trim_end().to_lowercase();
    let before = before.trim_end_matches(" is").trim_end_matches("是").trim_end_matches("no.").trim_end_matches("number").trim_end();
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
            wechat: Some("lantern-shop".into()),
            link: Some("javascript:alert(1)".into()),
            ..Contact::default()
        };
        ShopSettings { contact, ..ShopSettings::default() }
    }

    fn conversation() -> Conversation {
        let mut conversation = Conversation::default();
        conversation.record("hello", "Hello!", ReplyKind::Smalltalk);
        conversation.record("My order LL-20447 is late, I am jo@mail.example", "Parcels take **three** days.", ReplyKind::Answer);
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
        assert_eq!(mask("订单号20447，电话13800138000，邮箱a@b.cn", Language::Zh), "订单号[订单号]，电话[电话]，邮箱[邮箱]");
    }

    #[test]
    fn a_draft_says_what_it_is_about_and_masks_it() {
        let draft = draft(&conversation(), &settings(), Language::En, PersonalData::Masked);
        assert!(draft.summary.contains("- My order [order number] is late, I am [e-mail]"), "{}", draft.summary);
        assert!(!draft.summary.contains("human") && !draft.summary.contains("hello"), "{}", draft.summary);
        assert!(draft.transcript.contains("Parcels take three days."), "{}", draft.transcript);
        assert!(!format!("{draft:?}").contains("20447") && !format!("{draft:?}").contains("jo@"));
    }

    #[test]
    fn what_is_to_be_kept_is_kept() {
        let draft = draft(&conversation(), &settings(), Language::En, PersonalData::Kept);
        assert!(draft.summary.contains("LL-20447") && draft.transcript.contains("jo@mail.example"));
    }

    #[test]
    fn channels_open_with_the_summary_and_only_on_safe_addresses() {
        let channels = draft(&conversation(), &settings(), Language::En, PersonalData::Masked).channels;
        let kinds: Vec<ChannelKind> = channels.iter().map(|channel| channel.kind).collect();
        assert_eq!(kinds, [ChannelKind::Email, ChannelKind::Telephone, ChannelKind::Whatsapp, ChannelKind::Wechat]);
        let urls: Vec<&str> = channels.iter().filter_map(|channel| channel.url.as_deref()).collect();
        assert!(urls[0].starts_with("mailto:help@shop.example?subject=") && urls[0].contains("%5Border%20number%5D"));
        assert_eq!(urls[1], "tel:+351220000147");
        assert!(urls[2].starts_with("https://wa.me/351900000147?text="));
        assert!(urls.iter().all(|url| url.bytes().all(|byte| byte.is_ascii_graphic())));
    }
}
