use super::*;
use crate::protocol::{Block, DeviceReason, DeviceReport, Language};

fn ask() -> Request {
    Request::Ask {
        text: "Do you ship abroad?".into(),
        language: Language::En,
        about: None,
        state: String::new(),
        rephrase: false,
    }
}

fn load(device: DevicePreference) -> Request {
    Request::LoadModel { manifest_url: "models/minilm.manifest.json".into(), device }
}

fn report(kind: DeviceKind) -> DeviceReport {
    DeviceReport { kind, name: "a device".into(), reason: DeviceReason::Preferred }
}

fn loaded(kind: DeviceKind) -> Event {
    let source = crate::protocol::WeightSource::Storage;
    Event::ModelLoaded { name: "a model".into(), size_bytes: 1, source, device: report(kind) }
}

fn opened() -> Event {
    Event::PackOpened { id: "a shop".into(), n_products: 1, n_passages: 1 }
}

fn preparing() -> Event {
    Event::Progress { phase: Phase::Preparing, loaded_bytes: 0, total_bytes: 1 }
}

fn delta() -> Event {
    Event::ReplyDelta { first: 0, blocks: vec![Block::Paragraph(vec![])] }
}

fn done() -> Event {
    Event::ReplyDone { reply: Box::default(), state: String::new() }
}

/// Posts everything queued.
fn post(ledger: &mut Ledger<u8>) -> Vec<Outgoing<u8>> {
    std::iter::from_fn(|| ledger.next_outgoing()).collect()
}

fn requests(posted: &[Outgoing<u8>]) -> Vec<Request> {
    posted.iter().map(|outgoing| outgoing.request.clone()).collect()
}

#[test]
fn requests_are_posted_once_and_in_order() {
    let mut ledger = Ledger::new();
    let pack = ledger.add(Request::OpenPack, Some(7));
    let question = ledger.add(ask(), None);
    let posted = post(&mut ledger);
    assert_eq!(posted.iter().map(|outgoing| outgoing.id).collect::<Vec<_>>(), [pack, question]);
    assert_eq!(posted[0].bytes, Some(7));
    assert_eq!(ledger.next_outgoing(), None);
    assert_eq!(ledger.hear(pack, &opened()), Route::Caller);
    assert_eq!(ledger.hear(pack, &opened()), Route::Nobody, "it was over");
}

#[test]
fn a_new_worker_hears_pack_then_model_then_what_waits() {
    let mut ledger = Ledger::new();
    let pack = ledger.add(Request::OpenPack, Some(7));
    let model = ledger.add(load(DevicePreference::Auto), None);
    post(&mut ledger);
    ledger.hear(pack, &opened());
    ledger.hear(model, &loaded(DeviceKind::Cpu));
    let question = ledger.add(ask(), None);
    post(&mut ledger);

    assert_eq!(ledger.bury(), []);
    let posted = post(&mut ledger);
    assert_eq!(requests(&posted), [Request::OpenPack, load(DevicePreference::Auto), ask()]);
    assert_eq!(posted[0].bytes, Some(7));
    assert_eq!(posted[2].id, question);
    // The page learns of the model that is back, not of the pack.
    assert_eq!(ledger.hear(posted[0].id, &opened()), Route::Nobody);
    assert_eq!(ledger.hear(posted[1].id, &preparing()), Route::Nobody);
    assert_eq!(ledger.hear(posted[1].id, &loaded(DeviceKind::Cpu)), Route::Unsolicited);
}

#[test]
fn a_new_worker_hears_of_the_goods_beside_the_pack_after_the_pack() {
    let mut ledger = Ledger::new();
    let pack = ledger.add(Request::OpenPack, Some(7));
    let offer = ledger.add(Request::Offer { offers: vec![] }, None);
    post(&mut ledger);
    ledger.hear(pack, &opened());
    ledger.hear(offer, &opened());
    for _ in 0..2 {
        ledger.bury();
        let posted = post(&mut ledger);
        assert_eq!(requests(&posted), [Request::OpenPack, Request::Offer { offers: vec![] }]);
        assert_eq!(posted[0].bytes, Some(7));
        ledger.hear(posted[0].id, &opened());
    }
}

#[test]
fn a_death_on_the_gpu_moves_the_model_to_the_cpu() {
    let mut ledger = Ledger::<u8>::new();
    let model = ledger.add(load(DevicePreference::Auto), None);
    post(&mut ledger);
    ledger.hear(model, &loaded(DeviceKind::Gpu));
    assert!(ledger.is_on_gpu());
    ledger.bury();
    assert_eq!(requests(&post(&mut ledger)), [load(DevicePreference::Cpu)]);
    assert!(!ledger.is_on_gpu());
    ledger.add(load(DevicePreference::Gpu), None);
    assert_eq!(requests(&post(&mut ledger)), [load(DevicePreference::Cpu)], "for good");
}

#[test]
fn a_death_while_preparing_blames_the_gpu_unless_the_cpu_was_chosen() {
    for (chosen, expected) in [(None, DevicePreference::Cpu), (Some(DeviceKind::Cpu), DevicePreference::Auto)] {
        let mut ledger = Ledger::<u8>::new();
        let model = ledger.add(load(DevicePreference::Auto), None);
        post(&mut ledger);
        if let Some(kind) = chosen {
            ledger.hear(model, &Event::DeviceChosen { device: report(kind) });
        }
        ledger.hear(model, &preparing());
        assert!(ledger.is_preparing());
        ledger.bury();
        let posted = post(&mut ledger);
        assert_eq!((posted.len(), posted[0].id), (1, model), "the caller's own request is tried again");
        assert_eq!(posted[0].request, load(expected));
    }
}

#[test]
fn a_reply_begun_by_the_dead_is_not_begun_twice() {
    let mut ledger = Ledger::<u8>::new();
    let (begun, fresh) = (ledger.add(ask(), None), ledger.add(ask(), None));
    post(&mut ledger);
    assert_eq!(ledger.hear(begun, &delta()), Route::Caller);
    ledger.bury();
    post(&mut ledger);
    assert_eq!(ledger.hear(begun, &delta()), Route::Nobody);
    assert_eq!(ledger.hear(fresh, &delta()), Route::Caller);
    assert_eq!(ledger.hear(begun, &done()), Route::Caller);
}

#[test]
fn a_request_that_saw_two_deaths_is_not_tried_again() {
    let mut ledger = Ledger::<u8>::new();
    let question = ledger.add(ask(), None);
    post(&mut ledger);
    assert_eq!(ledger.bury(), []);
    post(&mut ledger);
    let ended = ledger.bury();
    assert!(
        matches!(&ended[..], [(id, Event::Failed { error })] if *id == question && error.code == ErrorCode::WorkerLost)
    );
    assert_eq!(post(&mut ledger), []);
}

#[test]
fn a_death_before_anything_was_posted_counts_against_nothing() {
    let mut ledger = Ledger::<u8>::new();
    ledger.add(ask(), None);
    assert!((0..5).all(|_| ledger.bury().is_empty()));
    assert_eq!(requests(&post(&mut ledger)), [ask()]);
}

#[test]
fn a_cancelled_request_ends_wherever_it_is() {
    let mut ledger = Ledger::<u8>::new();
    let queued = ledger.add(ask(), None);
    assert_eq!(ledger.cancel(queued), Cancelling::Answer);
    assert_eq!(ledger.cancel(queued), Cancelling::Nothing);
    assert_eq!(post(&mut ledger), []);
    let posted = ledger.add(ask(), None);
    post(&mut ledger);
    assert_eq!(ledger.cancel(posted), Cancelling::Post);
    assert_eq!(ledger.bury(), [(posted, Event::Cancelled)]);
}

#[test]
fn a_pack_that_is_being_opened_replaces_the_one_before() {
    let mut ledger = Ledger::new();
    let first = ledger.add(Request::OpenPack, Some(1));
    post(&mut ledger);
    ledger.hear(first, &opened());
    ledger.add(Request::OpenPack, Some(2));
    post(&mut ledger);
    ledger.bury();
    let posted = post(&mut ledger);
    assert_eq!(posted.iter().map(|outgoing| outgoing.bytes).collect::<Vec<_>>(), [Some(2)]);
}

#[test]
fn the_last_loss_ends_everything_and_keeps_what_a_later_worker_needs() {
    let mut ledger = Ledger::new();
    let pack = ledger.add(Request::OpenPack, Some(7));
    post(&mut ledger);
    ledger.hear(pack, &opened());
    let question = ledger.add(ask(), None);
    let ended = ledger.lose();
    assert!(matches!(&ended[..], [(id, Event::Failed { .. })] if *id == question));
    assert_eq!(ledger.lose(), []);
    assert_eq!(requests(&post(&mut ledger)), [Request::OpenPack]);
}

#[test]
fn a_pack_that_no_worker_has_opened_waits_for_a_later_one() {
    let mut ledger = Ledger::new();
    let pack = ledger.add(Request::OpenPack, Some(7));
    ledger.add(ask(), None);
    assert_eq!(ledger.lose().len(), 1);
    assert_eq!(requests(&post(&mut ledger)), [Request::OpenPack]);
    assert_eq!(ledger.hear(pack, &opened()), Route::Caller);
}
