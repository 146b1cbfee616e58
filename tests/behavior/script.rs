//! Conversations as Markdown: `## name`, `> what the shopper says`, and under it what must hold, one demand
//! a line. `Shop:` names the folder it is held in.
//!
//! ```text
//! - skill from shipping#rates        the kind (or one of several, with `or`), and the first source
//! - shows POT-001 POT-002            cards, all of these
//! - hides POT-001                    no card of these
//! - says "€7.90"      - never "€8"   in the text, or not
//! - sentiment negative · risk scam · language zh · slot place FR · offers a person · choices
//! ```

use std::path::Path;

use attendant::protocol::Reply;

pub struct Script {
    pub file: String,
    pub shop: String,
    pub name: String,
    pub turns: Vec<Turn>,
}

pub struct Turn {
    pub message: String,
    pub demands: Vec<Demand>,
}

pub struct Demand {
    pub line: usize,
    pub text: String,
}

/// Every conversation of a folder's Markdown files.
pub fn read_all(folder: &Path) -> Vec<Script> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a folder's entry").path()).collect();
    files.sort();
    files.iter().flat_map(|file| read(file)).collect()
}

fn read(path: &Path) -> Vec<Script> {
    let file = path.file_name().expect("a file").to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let (mut scripts, mut shop): (Vec<Script>, _) = (Vec::new(), String::new());
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_end();
        let place = || format!("{file}:{}: {line}", at + 1);
        if let Some(folder) = line.strip_prefix("Shop: ") {
            shop = folder.trim_matches('`').to_owned();
        } else if let Some(name) = line.strip_prefix("## ") {
            scripts.push(Script { file: file.clone(), shop: shop.clone(), name: name.to_owned(), turns: Vec::new() });
        } else if let Some(message) = line.strip_prefix("> ") {
            let script = scripts.last_mut().unwrap_or_else(|| panic!("no name before {}", place()));
            script.turns.push(Turn { message: message.to_owned(), demands: Vec::new() });
        } else if let Some(demand) = line.strip_prefix("- ") {
            let turn = scripts.last_mut().and_then(|script| script.turns.last_mut());
            let turn = turn.unwrap_or_else(|| panic!("nobody has spoken before {}", place()));
            turn.demands.push(Demand { line: at + 1, text: demand.to_owned() });
        }
    }
    assert!(
        scripts.iter().all(|script| script.turns.iter().all(|turn| !turn.demands.is_empty())),
        "{file}: a turn demands nothing"
    );
    scripts
}

impl Demand {
    pub fn holds(&self, reply: &Reply) -> bool {
        let (verb, rest) = self.text.split_once(' ').unwrap_or((&self.text, ""));
        let shown: Vec<&str> = reply.products.iter().map(|shown| shown.product.as_str()).collect();
        let quoted = || {
            rest.strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap_or_else(|| panic!("no quotation: {}", self.text))
        };
        let named = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase() == rest.replace(' ', "");
        match verb {
            "shows" => rest.split(' ').all(|id| shown.contains(&id)),
            "hides" => !rest.split(' ').any(|id| shown.contains(&id)),
            "says" => reply.text.contains(quoted()),
            "never" => !reply.text.contains(quoted()),
            "sentiment" => named(&reply.sentiment),
            "risk" => named(&reply.risk),
            "language" => reply.language.code() == rest,
            "offers" => reply.handoff.as_ref().is_some_and(|handoff| !handoff.channels.is_empty()),
            "choices" => reply.quick_replies.len() >= 2,
            "cites" => reply.sources.iter().any(|source| source.id == rest),
            "slot" => {
                let (slot, value) = rest.split_once(' ').expect("a slot and its value");
                reply.slots.iter().any(|one| one.slot == slot && one.value == value)
            }
            _ => {
                let (kinds, source) = match self.text.split_once(" from ") {
                    Some((kinds, source)) => (kinds, Some(source)),
                    None => (self.text.as_str(), None),
                };
                let is_kind = kinds.split(" or ").any(|kind| kind == reply.kind.name());
                // Nothing is said that its sources do not bear out.
                let first = reply.sources.first().map(|source| source.id.as_str());
                is_kind && reply.grounded && source.is_none_or(|ids| ids.split(" or ").any(|id| Some(id) == first))
            }
        }
    }
}
