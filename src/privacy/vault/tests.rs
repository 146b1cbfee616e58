use super::*;
use crate::platform::block_on;

fn open_vault() -> Vault {
    let vault = Vault::new();
    block_on(vault.make()).unwrap();
    vault
}

/// The same vault as the next visit finds it.
fn reopened(vault: &Vault) -> Vault {
    Vault { safe: vault.safe.reopened(), steps: vault.steps }
}

fn put(vault: &Vault, name: &str, value: &str) {
    block_on(vault.put(name, value.as_bytes())).unwrap();
}

fn get(vault: &Vault, name: &str) -> Option<String> {
    block_on(vault.get(name)).unwrap().map(|value| String::from_utf8(value).unwrap())
}

fn stored(vault: &Vault, name: &str) -> Vec<u8> {
    block_on(vault.safe.get(name)).unwrap().unwrap()
}

fn overwrite(vault: &Vault, name: &str, record: Vec<u8>) {
    block_on(vault.safe.change(&[(name.into(), record)], &[])).unwrap();
}

#[test]
fn nothing_is_kept_before_the_shopper_agrees() {
    let vault = Vault::new();
    assert!(matches!(block_on(vault.put("turn-1", b"hello")), Err(DrawerError::Refused(_))));
    assert_eq!(block_on(vault.safe.names()).unwrap(), Vec::<String>::new());
    assert_eq!(block_on(vault.state()).unwrap(), SafeState::Absent);
}

#[test]
fn what_is_kept_is_found_at_the_next_visit_and_not_readable_where_it_lies() {
    let vault = open_vault();
    put(&vault, "turn-1", "a canary sings");
    let lies = stored(&vault, "turn-1");
    assert!(!lies.windows(6).any(|bytes| bytes == b"canary"));
    assert_eq!(get(&reopened(&vault), "turn-1").as_deref(), Some("a canary sings"));
}

#[test]
fn the_same_value_is_never_sealed_the_same_way_twice() {
    let vault = open_vault();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..64 {
        put(&vault, "fact-cart", "the same");
        assert!(seen.insert(stored(&vault, "fact-cart")[1..=12].to_vec()), "a nonce came twice");
    }
}

#[test]
fn a_record_under_another_name_or_of_another_schema_does_not_open() {
    let vault = open_vault();
    put(&vault, "turn-1", "first");
    overwrite(&vault, "turn-2", stored(&vault, "turn-1"));
    assert_eq!(get(&vault, "turn-2"), None);
    assert_eq!(get(&vault, "turn-1").as_deref(), Some("first"));
    let newer = Vault { safe: vault.safe.clone(), steps: &[Ok] };
    let mut relabelled = stored(&vault, "turn-1");
    relabelled[0] = 2;
    overwrite(&vault, "turn-3", relabelled);
    assert_eq!(get(&newer, "turn-3"), None);
}

#[test]
fn whatever_is_changed_in_a_record_it_is_set_aside_and_the_others_stay() {
    let vault = open_vault();
    put(&vault, "fact-whole", "still here");
    put(&vault, "victim", "soon gone");
    let whole = stored(&vault, "victim");
    let mut n_aside = 0;
    for n_bytes in 0..whole.len() {
        overwrite(&vault, "victim", whole[..n_bytes].to_vec());
        assert_eq!(get(&vault, "victim"), None, "cut after {n_bytes}");
        let mut flipped = whole.clone();
        flipped[n_bytes] ^= 0x40;
        overwrite(&vault, "victim", flipped);
        assert_eq!(get(&vault, "victim"), None, "byte {n_bytes} flipped");
        n_aside = block_on(vault.n_aside()).unwrap();
    }
    assert_eq!(n_aside, 1);
    // The first byte is the schema: a later one is not damage, and was left in its place.
    assert_eq!(block_on(vault.names()).unwrap(), ["fact-whole"]);
    assert_eq!(get(&vault, "fact-whole").as_deref(), Some("still here"));
}

#[test]
fn an_old_tab_leaves_alone_what_a_newer_one_has_written() {
    let newer = Vault { steps: &[Ok], ..open_vault() };
    put(&newer, "turn-1", "of tomorrow");
    let old = Vault { safe: newer.safe.clone(), steps: STEPS };
    assert_eq!(get(&old, "turn-1"), None);
    assert_eq!(get(&newer, "turn-1").as_deref(), Some("of tomorrow"));
    assert_eq!(block_on(old.n_aside()).unwrap(), 0);
}

#[test]
fn a_schema_migrates_step_by_step_and_once() {
    fn louder(value: Vec<u8>) -> Result<Vec<u8>, RecordError> {
        Ok(value.to_ascii_uppercase())
    }
    fn longer(mut value: Vec<u8>) -> Result<Vec<u8>, RecordError> {
        value.push(b'!');
        Ok(value)
    }
    let first = open_vault();
    put(&first, "turn-1", "hello");
    let third = Vault { safe: first.safe.reopened(), steps: &[louder, longer] };
    assert_eq!(get(&third, "turn-1").as_deref(), Some("HELLO!"));
    assert_eq!(stored(&third, "turn-1")[0], 3);
    assert_eq!(get(&third, "turn-1").as_deref(), Some("HELLO!"));
}

#[test]
fn with_a_passphrase_nobody_else_opens_it() {
    let vault = open_vault();
    put(&vault, "turn-1", "between us");
    let before = stored(&vault, "turn-1");
    block_on(vault.protect(Some("correct horse"))).unwrap();
    assert_ne!(stored(&vault, "turn-1"), before, "sealed anew");
    assert_eq!(get(&vault, "turn-1").as_deref(), Some("between us"));

    let next = reopened(&vault);
    assert_eq!(block_on(next.state()).unwrap(), SafeState::Locked);
    assert_eq!(get(&next, "turn-1"), None);
    assert!(block_on(next.put("turn-2", b"x")).is_err());
    assert!(!block_on(next.unlock("battery staple")).unwrap());
    assert!(block_on(next.unlock("correct horse")).unwrap());
    assert_eq!(get(&next, "turn-1").as_deref(), Some("between us"));

    block_on(next.protect(None)).unwrap();
    assert_eq!(get(&reopened(&vault), "turn-1").as_deref(), Some("between us"));
}

#[test]
fn a_tab_with_a_key_that_is_no_longer_in_use_writes_nothing_with_it() {
    let vault = open_vault();
    let other = reopened(&vault);
    put(&other, "turn-1", "mine");
    block_on(vault.protect(Some("secret"))).unwrap();
    assert!(block_on(other.put("turn-2", b"lost if it were written")).is_err());
    assert_eq!(block_on(vault.safe.names()).unwrap(), ["turn-1"]);
}

#[test]
fn once_destroyed_nothing_of_it_is_left_and_other_tabs_keep_nothing() {
    let vault = open_vault();
    let other = reopened(&vault);
    put(&other, "turn-1", "a canary sings");
    block_on(vault.destroy()).unwrap();
    assert_eq!(block_on(vault.safe.names()).unwrap(), Vec::<String>::new());
    assert!(block_on(other.put("turn-2", b"x")).is_err());
    // What somebody copied before is of no use either: the next key is another one.
    block_on(vault.make()).unwrap();
    assert_eq!(get(&vault, "turn-1"), None);
}
