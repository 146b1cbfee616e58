//! Whether an answer helped, and if not why: the shopper's word, kept with the message on this device.

use leptos::prelude::*;
use serde::Serialize;

use crate::ui::element as html;
use crate::ui::icon::{self, icon};
use crate::ui::state::Store;
use crate::ui::words::{self, Phrase};

/// What the shopper thinks of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Helpful,
    NotHelpful(Option<Complaint>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Complaint {
    Wrong,
    Incomplete,
    OtherQuestion,
}

impl Complaint {
    const ALL: [Complaint; 3] = [Complaint::Wrong, Complaint::Incomplete, Complaint::OtherQuestion];

    fn phrase(self) -> Phrase {
        match self {
            Complaint::Wrong => words::COMPLAINT_WRONG,
            Complaint::Incomplete => words::COMPLAINT_INCOMPLETE,
            Complaint::OtherQuestion => words::COMPLAINT_OTHER_QUESTION,
        }
    }
}

/// Two thumbs.
pub fn thumbs(store: Store, verdict: ArcRwSignal<Option<Verdict>>) -> AnyView {
    let thumb = |label: Phrase, path: &'static str, on: Verdict| {
        let (shown, set) = (verdict.clone(), verdict.clone());
        // A complaint does not take the thumb back.
        let is_on = move || shown.get().is_some_and(|it| (it == Verdict::Helpful) == (on == Verdict::Helpful));
        let pressed = is_on.clone();
        html::button()
            .attr("type", "button")
            .class("icon-button")
            .attr("aria-label", move || store.say(label))
            .attr("title", move || store.say(label))
            .attr("aria-pressed", move || if pressed() { "true" } else { "false" })
            .on(leptos::ev::click, move |_| {
                let next = if untrack(&is_on) { None } else { Some(on) };
                set.set(next);
                if next == Some(Verdict::Helpful) {
                    store.announce(words::FEEDBACK_THANKS.get(store.language.get_untracked()));
                }
            })
            .child(icon(path))
            .into_any()
    };
    html::group((
        thumb(words::HELPFUL, icon::THUMB_UP, Verdict::Helpful),
        thumb(words::NOT_HELPFUL, icon::THUMB_DOWN, Verdict::NotHelpful(None)),
    ))
}

/// Under a thumb down: what was wrong, and the thanks for having said it.
pub fn complaints(store: Store, verdict: ArcRwSignal<Option<Verdict>>) -> AnyView {
    html::live(move || {
        let Some(Verdict::NotHelpful(said)) = verdict.get() else { return html::group(()) };
        if said.is_some() {
            let thanks = html::p().class("fine-print").child(store.say(words::FEEDBACK_THANKS));
            return html::div().class("complaints").attr("role", "status").child(thanks).into_any();
        }
        let choices = Complaint::ALL.map(|complaint| {
            let verdict = verdict.clone();
            html::button()
                .attr("type", "button")
                .class("small-button")
                .on(leptos::ev::click, move |_| verdict.set(Some(Verdict::NotHelpful(Some(complaint)))))
                .child(store.say(complaint.phrase()))
                .into_any()
        });
        html::div()
            .class("complaints")
            .attr("role", "group")
            .attr("aria-label", store.say(words::WHAT_WAS_WRONG))
            .child((
                html::p().class("fine-print").child(store.say(words::WHAT_WAS_WRONG)),
                choices.into_iter().collect::<Vec<_>>(),
            ))
            .into_any()
    })
}
