//! Stand-in answers until the worker lands.

use super::browser;
use crate::protocol::*;

pub fn answer(request: Request, mut on_event: impl FnMut(Event) + 'static) {
    match request {
        Request::OpenPack => on_event(Event::PackOpened { id: "demo".into(), n_products: 60, n_passages: 80 }),
        Request::Ask { language, .. } => {
            let text = match language {
                Language::En => {
                    "You can return anything unused within **30 days**.\n\n- Write to us first\n- We pay the postage within Germany\n\n| Zone | Days |\n|---|---|\n| EU | 3–5 |\n| World | 10 |\n"
                }
                Language::Zh => "未使用的商品可在 **30 天**内退货。\n\n- 请先写信给我们\n- 德国境内由我们承担运费\n",
            };
            let reply = Reply {
                kind: ReplyKind::Answer,
                text: text.into(),
                language,
                sources: vec![
                    Source {
                        id: "returns#time".into(),
                        title: "Returns · How long you have".into(),
                        score: 0.9,
                        passage: text.into(),
                    },
                    Source {
                        id: "delivery#cost".into(),
                        title: "Delivery · What it costs".into(),
                        score: 0.6,
                        passage: "Free from **€60**. See [the post](https://example.org).".into(),
                    },
                ],
                products: PRODUCTS[..2].iter().map(|id| item(id, Reason::MatchesQuestion)).collect(),
                quick_replies: vec!["Who pays the postage?".into(), "How do I pack it?".into()],
            };
            let pieces: Vec<String> = text.split_inclusive(' ').map(str::to_owned).collect();
            stream(pieces, 0, on_event, reply);
        }
        Request::Recommend { history, .. } => {
            let reason =
                history.last().map_or(Reason::ShopPick, |e| Reason::BecauseViewed { product: e.product.clone() });
            on_event(Event::Recommended { items: PRODUCTS.iter().map(|id| item(id, reason.clone())).collect() });
        }
        Request::LoadModel { .. } => {
            on_event(Event::Progress { phase: Phase::Downloading, loaded_bytes: 7_400_000, total_bytes: 22_700_000 });
        }
        Request::InspectStorage => on_event(Event::Storage {
            report: StorageReport {
                available: true,
                persisted: false,
                usage_bytes: 31_000_000,
                quota_bytes: 60_000_000_000,
                weights_bytes: 22_700_000,
            },
        }),
        _ => {}
    }
}

const PRODUCTS: [&str; 6] = ["TEA-001", "TEA-002", "CAD-001", "CAD-002", "TEA-005", "TEA-004"];

fn item(id: &str, reason: Reason) -> Recommendation {
    Recommendation { product: id.into(), score: 0.5, reason }
}

fn stream(pieces: Vec<String>, at: usize, mut on_event: impl FnMut(Event) + 'static, reply: Reply) {
    browser::after_ms(40, move || match pieces.get(at) {
        Some(piece) => {
            on_event(Event::ReplyDelta { text: piece.clone() });
            stream(pieces, at + 1, on_event, reply);
        }
        None => on_event(Event::ReplyDone { reply }),
    });
}
