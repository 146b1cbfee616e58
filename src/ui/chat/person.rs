//! The way to a person of the shop: what is sent, for the shopper to read and change, and by which ways. Nothing goes
//! out until one of them is pressed.

use leptos::prelude::*;

use super::tools::copy;
use crate::protocol::{Channel, ChannelKind, Handoff};
use crate::ui::browser;
use crate::ui::element as html;
use crate::ui::state::Store;
use crate::ui::words::{self, Phrase};

/// Mail programs and messengers cut what is longer.
const MOST_CHARACTERS_IN_URL: usize = 1_500;

pub fn person(store: Store, handoff: &Handoff) -> Option<AnyView> {
    if handoff.channels.is_empty() {
        return None;
    }
    let text = RwSignal::new(handoff.summary.clone());
    let (with_all, unmasked) = (RwSignal::new(false), RwSignal::new(false));
    let draft = handoff.clone();
    let write = move || text.set(written(&draft, with_all.get_untracked(), unmasked.get_untracked()));
    let unmask = (handoff.unmasked.is_some()).then(|| check(store, words::PERSON_UNMASK, unmasked, write.clone()));
    let hours = (!handoff.hours.is_empty()).then(|| {
        let hours = handoff.hours.clone();
        html::p().class("fine-print").child(move || format!("{} {hours}", store.say(words::PERSON_HOURS)))
    });
    let field = html::textarea()
        .attr("rows", "5")
        .attr("data-testid", "handoff-text")
        .attr("aria-label", move || store.say(words::PERSON_DRAFT))
        .prop("value", move || text.get())
        .on(leptos::ev::input, move |event| text.set(event_target_value(&event)));
    let ways: Vec<AnyView> = handoff.channels.iter().map(|channel| way(store, channel, text)).collect();
    let section = html::section()
        .class("person")
        .attr("data-testid", "person")
        .attr("aria-label", move || store.say(words::PERSON))
        .child((
            hours,
            html::details().class("person-draft").child((
                html::summary().child(move || store.say(words::PERSON_DRAFT)),
                html::p().class("fine-print").child(move || store.say(words::PERSON_TEXT)),
                field,
                check(store, words::PERSON_ALL, with_all, write),
                unmask,
                copy(store, move || text.get_untracked()),
            )),
            html::ul().class("person-ways").attr("role", "list").child(ways),
        ));
    Some(section.into_any())
}

fn written(handoff: &Handoff, with_all: bool, unmasked: bool) -> String {
    let (summary, transcript) = match &handoff.unmasked {
        Some(draft) if unmasked => (&draft.summary, &draft.transcript),
        _ => (&handoff.summary, &handoff.transcript),
    };
    if with_all { format!("{summary}\n\n{transcript}") } else { summary.clone() }
}

fn check(store: Store, label: Phrase, value: RwSignal<bool>, then: impl Fn() + 'static) -> AnyView {
    let input = html::input().attr("type", "checkbox").prop("checked", move || value.get()).on(
        leptos::ev::change,
        move |event| {
            value.set(event_target_checked(&event));
            then();
        },
    );
    html::label().class("check").child((input, html::span().child(move || store.say(label)))).into_any()
}

fn way(store: Store, channel: &Channel, text: RwSignal<String>) -> AnyView {
    let Channel { kind, address, url } = channel.clone();
    let name = match kind {
        ChannelKind::Email => words::BY_EMAIL,
        ChannelKind::Telephone => words::BY_TELEPHONE,
        ChannelKind::Whatsapp => words::BY_WHATSAPP,
        ChannelKind::Wechat => words::BY_WECHAT,
        ChannelKind::Link => words::BY_LINK,
    };
    let label = html::span().child(move || store.say(name));
    let value = html::span().class("person-address").child(address.clone());
    let way = match url {
        Some(url) => html::a()
            .class("person-way")
            .href(move || with_text(&url, &browser::escape(&cut(&text.get()))))
            .attr("target", "_blank")
            .attr("rel", "noopener noreferrer")
            .child((label, value))
            .into_any(),
        // There is nothing to open: the name is typed into the app.
        None => html::div().class("person-way").child((label, value, copy(store, move || address.clone()))).into_any(),
    };
    html::li().child(way).into_any()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS_IN_URL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The address with another text in the place of the one it was made with; one that takes none stays.
fn with_text(url: &str, encoded: &str) -> String {
    let field = ["body=", "text="].iter().find_map(|field| url.find(field).map(|at| at + field.len()));
    match field {
        Some(start) => {
            let end = url[start..].find('&').map_or(url.len(), |length| start + length);
            format!("{}{encoded}{}", &url[..start], &url[end..])
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_shopper_has_written_takes_the_place_of_the_draft() {
        assert_eq!(with_text("mailto:a@b.c?subject=s&body=old", "new"), "mailto:a@b.c?subject=s&body=new");
        assert_eq!(with_text("https://wa.me/1?text=old&x=y", "%E4"), "https://wa.me/1?text=%E4&x=y");
        assert_eq!(with_text("tel:+351", "new"), "tel:+351");
    }
}
