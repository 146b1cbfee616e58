use futures::future::join_all;

use super::*;
use crate::platform::block_on;
use crate::protocol::{DeviceKind, DeviceReason, Language, VaultAct};

/// Answers without a model. Questions wait for their turn at the gate.
#[derive(Default)]
struct Parrot {
    gate: CancelToken,
}

fn device() -> DeviceReport {
    DeviceReport { kind: DeviceKind::Cpu, name: "a parrot".into(), reason: DeviceReason::Preferred }
}

impl Answers for Parrot {
    fn open_pack(&self, bytes: Vec<u8>) -> Result<Event, EngineError> {
        Ok(Event::PackOpened { id: "shop".into(), n_products: bytes.len(), n_passages: 0 })
    }

    fn offer(&self, offers: &[Offer]) -> Result<Event, EngineError> {
        Ok(Event::PackOpened { id: "shop".into(), n_products: offers.len(), n_passages: 0 })
    }

    async fn load_model(
        &self,
        _bytes: Vec<u8>,
        _kept: Option<KeptModel>,
        _device: DevicePreference,
        on_event: &dyn Fn(Event),
    ) -> Result<DeviceReport, EngineError> {
        on_event(Event::DeviceChosen { device: device() });
        Ok(device())
    }

    async fn ask(
        &self,
        state: &str,
        message: &Message<'_>,
        on_event: &dyn Fn(Event),
        cancel: &CancelToken,
    ) -> Result<(Reply, String), EngineError> {
        on_event(Event::ReplyDelta { first: 0, blocks: vec![] });
        select(self.gate.cancelled(), cancel.cancelled()).await;
        on_event(Event::ReplyDelta { first: 0, blocks: vec![] });
        Ok((Reply { text: message.text.into(), ..Reply::default() }, format!("{state}.")))
    }

    async fn rephrase(
        &self,
        state: &str,
        message: &Message<'_>,
        _on_event: &dyn Fn(Event),
        _cancel: &CancelToken,
    ) -> Result<(Reply, String), EngineError> {
        let text = message.text.to_uppercase();
        let is_rephrased = text != message.text;
        Ok((Reply { text, is_rephrased, ..Reply::default() }, format!("{state}!")))
    }

    async fn settle(&self) {}

    async fn recommend(
        &self,
        _surface: &Surface,
        _personal: bool,
        _limit: usize,
    ) -> Result<Vec<Recommendation>, EngineError> {
        Err(EngineError { code: ErrorCode::NoPack, detail: "no pack".into() })
    }

    async fn note(&self, _events: Vec<ShopperEvent>) -> bool {
        false
    }

    async fn remember(&self, _days: Option<u16>) -> Result<Known, EngineError> {
        Ok(Known::default())
    }

    async fn erase(&self, _what: &Erasure) -> Result<Known, EngineError> {
        Ok(Known::default())
    }

    async fn recall_shopper(&self) -> Result<Known, EngineError> {
        Ok(Known::default())
    }

    async fn complete(
        &self,
        body: &str,
        on_event: &dyn Fn(Event),
        cancel: &CancelToken,
    ) -> Result<String, EngineError> {
        on_event(Event::TextDelta { text: "…".into() });
        select(self.gate.cancelled(), cancel.cancelled()).await;
        Ok(body.into())
    }

    async fn embed(&self, texts: &[String], _on_event: &dyn Fn(Event)) -> Result<Vec<Vec<f32>>, EngineError> {
        Ok(texts.iter().map(|text| vec![text.len() as f32]).collect())
    }
}

type Heard = Rc<RefCell<Vec<(RequestId, Event)>>>;

fn host() -> (Host<Parrot>, Heard) {
    let heard = Heard::default();
    let emit = {
        let heard = heard.clone();
        Rc::new(move |FromWorker { id, event }: FromWorker| heard.borrow_mut().push((id, event)))
    };
    (Host::new(Parrot::default(), emit), heard)
}

fn ask(text: &str) -> Request {
    Request::Ask { text: text.into(), language: Language::En, about: None, state: "…".into(), rephrase: false }
}

fn message(id: RequestId, request: Request) -> ToWorker {
    ToWorker { id, request }
}

fn finals(heard: &Heard, id: RequestId) -> Vec<Event> {
    heard.borrow().iter().filter(|(of, event)| *of == id && event.is_final()).map(|(_, event)| event.clone()).collect()
}

#[test]
fn an_answer_in_other_words_takes_the_place_of_the_one_that_is_kept_and_another_does_not() {
    let (host, heard) = host();
    host.engine().gate.cancel();
    let vault = |act| Request::Vault { act };
    let again = |text: &str| match ask(text) {
        Request::Ask { text, language, about, state, .. } => {
            Request::Ask { text, language, about, state, rephrase: true }
        }
        other => other,
    };
    let requests =
        [vault(VaultAct::Make), ask("tea?"), again("tea?"), ask("42"), again("42"), vault(VaultAct::Inspect)];
    for (id, request) in requests.into_iter().enumerate() {
        block_on(host.handle(message(id as RequestId + 1, request), None));
    }
    let [Event::Vault { report }] = &finals(&heard, 6)[..] else { panic!("{heard:?}") };
    let kept: Vec<(&str, bool)> =
        report.turns.iter().map(|turn| (turn.reply.text.as_str(), turn.reply.is_rephrased)).collect();
    assert_eq!(kept, [("TEA?", true), ("42", false)]);
    let said = |id| heard.borrow().iter().filter(|(of, event)| *of == id && !event.is_final()).count();
    assert_eq!((said(2), said(3)), (2, 0), "nothing comes on the way to other words");
}

#[test]
fn every_request_ends_exactly_once() {
    let (host, heard) = host();
    host.engine().gate.cancel();
    let load = Request::LoadModel { manifest_url: "no/such.manifest.json".into(), device: DevicePreference::Auto };
    let recommend = Request::Recommend { surface: Surface::Home, personal: true, limit: 3 };
    let requests = [
        Request::OpenPack,
        Request::Offer { offers: vec![] },
        load,
        ask("hello"),
        Request::Vault { act: VaultAct::ForgetTurns { last: 1 } },
        recommend,
        Request::Note { events: vec![] },
        Request::Remember { days: None },
        Request::Recall,
        Request::Erase { what: Erasure::All },
        Request::Complete { body: "{}".into() },
        Request::InspectStorage,
        Request::ClearStorage,
        Request::Models { act: ModelAct::List },
        Request::Models { act: ModelAct::Open { id: "none".into(), device: DevicePreference::Auto } },
        Request::Ping,
    ];
    let tasks: Vec<_> = (1..).zip(requests).map(|(id, request)| host.handle(message(id, request), None)).collect();
    block_on(join_all(tasks));
    for id in 1..=16 {
        assert_eq!(finals(&heard, id).len(), 1, "request {id}: {heard:?}");
    }
    assert!(host.shared.running.borrow().is_empty());
}

#[test]
fn a_pack_needs_its_bytes() {
    let (host, heard) = host();
    block_on(host.handle(message(1, Request::OpenPack), None));
    block_on(host.handle(message(2, Request::OpenPack), Some(vec![1, 2])));
    assert!(matches!(&finals(&heard, 1)[..], [Event::Failed { error }] if error.code == ErrorCode::BadRequest));
    assert!(matches!(&finals(&heard, 2)[..], [Event::PackOpened { n_products: 2, .. }]));
}

#[test]
fn a_ping_does_not_wait_for_its_task() {
    let (host, heard) = host();
    drop(host.handle(message(7, Request::Ping), None));
    assert_eq!(*heard.borrow(), [(7, Event::Pong)]);
}

#[test]
fn a_cancelled_question_says_nothing_more_and_the_next_one_is_heard() {
    let (host, heard) = host();
    let (first, second) = (host.handle(message(1, ask("one")), None), host.handle(message(2, ask("two")), None));
    let cancels = async {
        host.handle(message(3, Request::Cancel { request: 1 }), None).await;
        host.engine().gate.cancel();
    };
    block_on(async { futures::join!(first, second, cancels) });
    assert_eq!(finals(&heard, 1), [Event::Cancelled]);
    assert!(
        matches!(&finals(&heard, 2)[..], [Event::ReplyDone { reply, state }] if reply.text == "two" && state == "….")
    );
    assert_eq!(finals(&heard, 3), [], "a Cancel is not answered");
    let deltas = heard.borrow().iter().filter(|(id, event)| *id == 1 && !event.is_final()).count();
    assert_eq!(deltas, 1, "none after the cancel");
}

#[test]
fn a_question_cancelled_in_the_queue_is_never_asked() {
    let (host, heard) = host();
    let (first, second) = (host.handle(message(1, ask("one")), None), host.handle(message(2, ask("two")), None));
    let cancels = async {
        host.handle(message(3, Request::Cancel { request: 2 }), None).await;
        host.engine().gate.cancel();
    };
    block_on(async { futures::join!(first, second, cancels) });
    assert_eq!(finals(&heard, 2), [Event::Cancelled]);
    assert!(heard.borrow().iter().all(|(id, event)| *id != 2 || event.is_final()));
}

#[test]
fn a_task_that_is_dropped_still_answers() {
    let (host, heard) = host();
    drop(host.handle(message(1, ask("one")), None));
    assert!(matches!(&finals(&heard, 1)[..], [Event::Failed { error }] if error.code == ErrorCode::Internal));
}

#[test]
fn what_was_answered_is_in_the_vault_where_the_shopper_has_agreed() {
    let (host, heard) = host();
    host.engine().gate.cancel();
    block_on(host.handle(message(1, Request::Vault { act: VaultAct::Make }), None));
    block_on(host.handle(message(2, ask("one")), None));
    block_on(host.handle(message(3, Request::Vault { act: VaultAct::Inspect }), None));
    assert!(matches!(&finals(&heard, 3)[..], [Event::Vault { report }] if report.turns[0].text == "one"));
}
