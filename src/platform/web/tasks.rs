//! Waiting and taking turns on the one thread there is.

use std::cell::RefCell;
use std::collections::VecDeque;

use futures::channel::oneshot;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

pub use wasm_bindgen_futures::spawn_local;

#[wasm_bindgen]
unsafe extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &js_sys::Function, ms: i32) -> JsValue;
}

/// Resolves after at least `ms` milliseconds; much later in a hidden page.
pub async fn sleep_ms(ms: u32) {
    let (wake, woken) = oneshot::channel::<()>();
    let then = Closure::once_into_js(move || {
        let _ = wake.send(());
    });
    set_timeout(then.unchecked_ref(), i32::try_from(ms).unwrap_or(i32::MAX));
    // The sender goes only by being called or with the page.
    let _ = woken.await;
}

/// Lets waiting messages through: a whole turn of the event loop, not just of the microtask queue.
///
/// A message port does it in microseconds, where a nested `setTimeout` takes 4 ms.
pub async fn yield_now() {
    let (wake, woken) = oneshot::channel();
    TURNS.with(|turns| turns.next(wake));
    let _ = woken.await;
}

thread_local! {
    static TURNS: Turns = Turns::new();
}

struct Turns {
    sender: MessagePort,
    /// Kept: a port that nobody holds is collected, and its messages with it.
    _receiver: MessagePort,
    waiting: &'static RefCell<VecDeque<oneshot::Sender<()>>>,
}

impl Turns {
    fn new() -> Turns {
        // One for the life of the thread, like the closure below.
        let waiting: &'static RefCell<VecDeque<oneshot::Sender<()>>> = Box::leak(Box::default());
        let channel = MessageChannel::new().expect("every browser with wasm has message channels");
        let on_turn = Closure::<dyn FnMut()>::new(move || {
            let next = waiting.borrow_mut().pop_front();
            if let Some(wake) = next {
                let _ = wake.send(());
            }
        });
        // Setting the handler also starts the port.
        channel.port1().set_onmessage(Some(on_turn.as_ref().unchecked_ref()));
        on_turn.forget();
        Turns { sender: channel.port2(), _receiver: channel.port1(), waiting }
    }

    fn next(&self, wake: oneshot::Sender<()>) {
        self.waiting.borrow_mut().push_back(wake);
        self.sender.post_message(&JsValue::NULL).expect("null can be cloned");
    }
}
