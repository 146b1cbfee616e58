//! Protocol messages as JavaScript values: what is sent is what arrives.

use attendant::platform::wire;
use attendant::protocol::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn requests() -> Vec<Request> {
    let viewed = ShopperEvent::new(ShopperAction::ViewItem, "p", 1.7e12);
    let searched = ShopperEvent { action: ShopperAction::Search, text: "乌龙".into(), ..ShopperEvent::default() };
    let dwelt = ShopperEvent { action: ShopperAction::Dwell, secs: 12.5, ..viewed.clone() };
    let recommend = |surface| Request::Recommend { surface, personal: true, limit: 6 };
    let erase = |what| Request::Erase { what };
    let models = |act| Request::Models { act };
    vec![
        Request::OpenPack,
        Request::Offer { offers: vec![Offer { id: "p".into(), price: "12.50".into(), ..Offer::default() }] },
        Request::LoadModel { manifest_url: "models/m.manifest.json".into(), device: DevicePreference::Gpu },
        Request::Ask {
            text: "有没有乌龙茶？🍵".into(),
            language: Language::Zh,
            about: Some("TEA-001".into()),
            state: "{\"shown\": []}".into(),
            rephrase: true,
        },
        recommend(Surface::Home),
        recommend(Surface::Similar { product: "p".into() }),
        recommend(Surface::GoesWith { product: "p".into() }),
        recommend(Surface::Cart),
        recommend(Surface::Again),
        Request::Note { events: vec![viewed.clone(), searched, dwelt] },
        Request::Remember { days: Some(90) },
        Request::Remember { days: None },
        Request::Recall,
        erase(Erasure::All),
        erase(Erasure::Event(viewed)),
        erase(Erasure::Product("p".into())),
        erase(Erasure::Insight(Insight::Interest { feature: Feature::Tag("green".into()), share: 0.5 })),
        erase(Erasure::Learned),
        Request::InspectStorage,
        Request::ClearStorage,
        models(ModelAct::List),
        models(ModelAct::Add { url: Some("m.gguf#sha256=00".into()), sha256: None, size_bytes: Some(3 << 32) }),
        models(ModelAct::Delete { id: "url-1".into() }),
        models(ModelAct::Open { id: "file-1".into(), device: DevicePreference::Cpu }),
        Request::Cancel { request: 9 },
        Request::Ping,
    ]
}

fn blocks() -> Vec<Block> {
    let text = |text: &str| vec![Inline::Text(text.into())];
    let link = Inline::Link { href: "https://a.b".into(), children: text("there") };
    vec![
        Block::Heading(text("Yes")),
        Block::Paragraph(vec![Inline::Strong(text("Yes.")), Inline::Break, Inline::Emphasis(vec![link])]),
        Block::List { start: None, items: vec![vec![Block::Paragraph(text("one"))], vec![]] },
        Block::List { start: Some(3), items: vec![vec![Block::Code("three".into()), Block::Rule]] },
        Block::Table(vec![vec![text("Zone"), vec![Inline::Code("EU".into())]], vec![]]),
        Block::Quote(vec![]),
    ]
}

fn events() -> Vec<Event> {
    let device = |reason| DeviceReport { kind: DeviceKind::Gpu, name: "a device".into(), reason };
    let item = |reason| Recommendation { product: "p".into(), score: 0.25, reason };
    let reply = Reply {
        kind: ReplyKind::Answer,
        text: "**Yes.**".into(),
        blocks: blocks(),
        language: Language::En,
        sources: vec![Source { id: "a#b".into(), title: "A".into(), score: 1.0, passage: blocks() }],
        products: vec![item(Reason::BecauseViewed {
            product: "q".into(),
            shared: Some(Feature::Type("Oolong".into())),
        })],
        quick_replies: vec!["And abroad?".into()],
        intent: Some(Label { name: "delivery_period".into(), confidence: 0.5 }),
        sentiment: Sentiment::Negative,
        risk: Risk::Scam,
        slots: vec![SlotValue { slot: "place".into(), value: "FR".into() }],
        grounded: true,
        handoff: Some(Handoff {
            channels: vec![Channel { kind: ChannelKind::Wechat, address: "shop".into(), url: None }],
            ..Handoff::default()
        }),
        is_rephrased: true,
    };
    vec![
        Event::Ready { protocol: PROTOCOL_VERSION, build: "0.1.0+abc".into() },
        // More bytes than 32 bits count.
        Event::Progress { phase: Phase::Downloading, loaded_bytes: 1 << 33, total_bytes: 1 << 40 },
        Event::DeviceChosen { device: device(DeviceReason::Measured { cpu_ms: 8.0, gpu_ms: 2.5 }) },
        Event::PackOpened { id: "shop".into(), n_products: 3, n_passages: 0 },
        Event::ModelLoaded {
            name: "m".into(),
            size_bytes: 23_000_000,
            source: WeightSource::Memory,
            device: device(DeviceReason::Refused { message: "no".into() }),
        },
        Event::ReplyDelta { first: 1, blocks: blocks() },
        Event::ReplyDone { reply: Box::new(reply), state: "{}".into() },
        Event::Recommended { items: vec![item(Reason::ShopPick)] },
        Event::Storage { report: StorageReport { available: true, quota_bytes: 1 << 41, ..Default::default() } },
        Event::Noted { stored: true },
        Event::Known {
            known: Known {
                events: vec![ShopperEvent::new(ShopperAction::Liked, "p", 1.7e12)],
                insights: vec![
                    Insight::Session { from_ms: 1.7e12, to_ms: 1.8e12, n_products: 2 },
                    Insight::Next { product: "p".into() },
                    Insight::Learned { hint: Hint::Others, shift: -0.25 },
                ],
                stored: true,
                n_unreadable: 1,
            },
        },
        Event::Models { kept: vec![KeptModel { size_bytes: 3 << 32, is_busy: true, ..KeptModel::default() }] },
        Event::Refused { refused: Refused::new(Refusal::Memory, "detail") },
        Event::Cancelled,
        Event::Failed { error: EngineError { code: ErrorCode::NoPack, detail: "first".into() } },
        Event::Pong,
    ]
}

#[wasm_bindgen_test]
fn every_request_arrives_as_it_was_sent() {
    for request in requests() {
        let message = ToWorker { id: 7, request };
        let value = wire::encode(&message).unwrap();
        assert_eq!(wire::id_of(&value), Some(7));
        assert_eq!(wire::decode::<ToWorker>(value).unwrap(), message);
    }
}

#[wasm_bindgen_test]
fn every_event_arrives_as_it_was_sent() {
    for event in events() {
        let message = FromWorker { id: 7, event };
        let value = wire::encode(&message).unwrap();
        assert_eq!(wire::fatal_reason(&value), None);
        assert_eq!(wire::decode::<FromWorker>(value).unwrap(), message);
    }
}

#[wasm_bindgen_test]
fn bytes_lie_beside_a_message_and_do_not_disturb_it() {
    let message = ToWorker { id: 7, request: Request::OpenPack };
    let value = wire::encode(&message).unwrap();
    wire::attach(&value, &js_sys::ArrayBuffer::new(5));
    assert_eq!(wire::attached(&value).map(|bytes| bytes.byte_length()), Some(5));
    assert_eq!(wire::decode::<ToWorker>(value).unwrap(), message);
}

#[wasm_bindgen_test]
fn what_is_no_message_is_an_error_and_not_a_panic() {
    for value in [JsValue::NULL, JsValue::UNDEFINED, 5.into(), "text".into(), js_sys::Object::new().into()] {
        assert!(wire::decode::<ToWorker>(value.clone()).is_err());
        assert_eq!((wire::id_of(&value), wire::attached(&value)), (None, None));
    }
    assert_eq!(wire::fatal_reason(&wire::fatal("it panicked")).as_deref(), Some("it panicked"));
}
