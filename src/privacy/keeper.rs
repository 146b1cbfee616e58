//! What a host does with the vault: keeps turns in it, and does as the page says.

use super::Vault;
use super::diary::{self, DiaryError};
use crate::platform::safe::SafeState;
use crate::platform::{DrawerError, clock, json};
use crate::protocol::{
    CONVERSATION, EngineError, ErrorCode, Event, Fact, Language, Reply, Turn, VaultAct, VaultReport, VaultState,
};

/// Keeps a turn and the conversation's state after it, where the shopper has agreed. That they cannot be kept is no
/// reason not to answer.
pub async fn note(vault: &Vault, text: String, language: Language, reply: &Reply, state: &str) {
    if vault.state().await == Ok(SafeState::Open) {
        let turn = Turn { at_ms: clock::unix_ms(), text, language, reply: reply.clone() };
        let _ = diary::note(vault, &turn).await;
        let _ = diary::put(vault, &conversation(state)).await;
    }
}

/// Keeps in place of the last turn the same one with its answer in other words.
pub async fn reword(vault: &Vault, text: String, language: Language, reply: &Reply, state: &str) {
    if vault.state().await == Ok(SafeState::Open) {
        let _ = diary::forget_turns(vault, 1).await;
    }
    note(vault, text, language, reply, state).await;
}

/// What the attendant goes on from after a reload.
fn conversation(state: &str) -> Fact {
    Fact { name: CONVERSATION.into(), value: state.into() }
}

pub async fn act(vault: &Vault, act: VaultAct) -> Result<Event, EngineError> {
    let done = try_act(vault, &act).await;
    match done {
        Ok(event) => Ok(event),
        Err(DiaryError::Drawer(DrawerError::Refused(_))) => {
            let state = vault.state().await.map_or(VaultState::Refused, state_of);
            Ok(Event::Vault { report: VaultReport { state, ..VaultReport::default() } })
        }
        Err(error) => Err(error.into()),
    }
}

async fn try_act(vault: &Vault, act: &VaultAct) -> Result<Event, DiaryError> {
    match act {
        VaultAct::Inspect => {}
        VaultAct::Make => vault.make().await?,
        VaultAct::Unlock { passphrase } => drop(vault.unlock(passphrase).await?),
        VaultAct::Protect { passphrase } => vault.protect(passphrase.as_deref()).await?,
        VaultAct::Put { fact } => diary::put(vault, fact).await?,
        VaultAct::ForgetTurns { last } => {
            diary::forget_turns(vault, *last).await?;
            diary::put(vault, &conversation("")).await?;
        }
        VaultAct::Export => return Ok(Event::Exported { json: json::to_string(&diary::recall(vault).await?)? }),
        VaultAct::Erase => vault.destroy().await?,
    }
    let mut report = VaultReport { state: state_of(vault.state().await?), ..VaultReport::default() };
    if matches!(act, VaultAct::Inspect | VaultAct::Unlock { .. }) {
        let kept = diary::recall(vault).await?;
        (report.turns, report.facts) = (kept.turns, kept.facts);
        report.n_aside = vault.n_aside().await?;
    }
    Ok(Event::Vault { report })
}

fn state_of(state: SafeState) -> VaultState {
    match state {
        SafeState::Absent => VaultState::Absent,
        SafeState::Locked => VaultState::Locked,
        SafeState::Open => VaultState::Open,
    }
}

impl From<DiaryError> for EngineError {
    fn from(error: DiaryError) -> EngineError {
        EngineError::new(ErrorCode::Internal, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::block_on;
    use crate::protocol::Fact;

    fn does(vault: &Vault, what: VaultAct) -> VaultReport {
        match block_on(act(vault, what)) {
            Ok(Event::Vault { report }) => report,
            other => panic!("{other:?}"),
        }
    }

    fn ask(vault: &Vault, text: &str) {
        block_on(note(vault, text.into(), Language::En, &Reply::default(), "{}"));
    }

    fn texts(vault: &Vault) -> Vec<String> {
        does(vault, VaultAct::Inspect).turns.into_iter().map(|turn| turn.text).collect()
    }

    #[test]
    fn questions_are_kept_once_the_shopper_agrees_and_gone_when_erased() {
        let vault = Vault::new();
        ask(&vault, "before");
        assert_eq!(does(&vault, VaultAct::Inspect), VaultReport::default());
        assert_eq!(does(&vault, VaultAct::Make).state, VaultState::Open);
        ask(&vault, "after");
        assert_eq!(texts(&vault), ["after"]);
        assert_eq!(does(&vault, VaultAct::Erase).state, VaultState::Absent);
        assert_eq!(does(&vault, VaultAct::Inspect), VaultReport::default());
    }

    #[test]
    fn clearing_the_conversation_clears_it_in_the_vault_too() {
        let vault = Vault::new();
        let all = || VaultAct::ForgetTurns { last: usize::MAX };
        assert_eq!(does(&vault, all()).state, VaultState::Absent);
        does(&vault, VaultAct::Make);
        ask(&vault, "a secret");
        let kept = does(&vault, VaultAct::Inspect);
        assert_eq!((kept.turns.len(), &*kept.facts), (1, &[conversation("{}")][..]));
        does(&vault, all());
        let kept = does(&vault, VaultAct::Inspect);
        assert_eq!((kept.turns, kept.facts), (vec![], vec![]));
    }

    #[test]
    fn a_fact_before_consent_is_refused_and_no_error() {
        let fact = Fact { name: "cart".into(), value: "x".into() };
        assert_eq!(does(&Vault::new(), VaultAct::Put { fact }).state, VaultState::Absent);
    }

    #[test]
    fn the_export_holds_all_that_is_kept() {
        let vault = Vault::new();
        does(&vault, VaultAct::Make);
        ask(&vault, "what is a gaiwan");
        does(&vault, VaultAct::Put { fact: Fact { name: "cart".into(), value: "two cups".into() } });
        let Ok(Event::Exported { json }) = block_on(act(&vault, VaultAct::Export)) else { panic!("no export") };
        assert!(json.contains("what is a gaiwan") && json.contains("two cups"));
    }
}
