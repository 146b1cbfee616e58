//! Owns the models and turns requests into events: a dedicated worker around [`attendant::engine::host`].

#[cfg(target_arch = "wasm32")]
pub fn main() {
    program::run();
}

#[cfg(not(target_arch = "wasm32"))]
pub fn main() {
    eprintln!("This program is a web worker. Natively, use `attendant`.");
}

#[cfg(target_arch = "wasm32")]
mod program {
    use std::rc::Rc;

    use attendant::engine::Engine;
    use attendant::engine::host::Host;
    use attendant::platform::{LocalFile, build, spawn_local, wire};
    use attendant::privacy::Vault;
    use attendant::protocol::{
        EngineError, ErrorCode, Event, FromWorker, PROTOCOL_VERSION, RequestId, ToWorker, UNSOLICITED,
    };
    use js_sys::Uint8Array;
    use wasm_bindgen::prelude::*;
    use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, PromiseRejectionEvent};

    unsafe extern "C" {
        /// The linker's: runs the constructors of all crates (Burn's registries have some).
        safe fn __wasm_call_ctors();
    }

    pub fn run() {
        // A program that never names its constructors is taken for a command, and the linker has every
        // one of its exports run all of them anew: at every allocation that JavaScript asks for, at every
        // value it hands over. Named once, they run once. It made this worker fifty times faster to talk to.
        __wasm_call_ctors();

        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        report_ends(&scope);

        let emit = {
            let scope = scope.clone();
            Rc::new(move |message: FromWorker| post(&scope, &message))
        };
        // One for both: what the shopper unlocks is open to the other as well.
        let vault = Vault::new();
        let host = Host::with_vault(Engine::new(vault.clone()), vault, emit);
        let on_message = {
            let host = host.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| receive(&host, event.data()))
        };
        scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        // Only now: what is posted to a worker that does not listen yet is lost.
        host.announce(Event::Ready { protocol: PROTOCOL_VERSION, build: build() });
    }

    fn receive(host: &Host, data: JsValue) {
        let bytes = wire::attached(&data).map(|buffer| Uint8Array::new(&buffer).to_vec());
        let file = wire::attached_file(&data).map(LocalFile);
        let id = wire::id_of(&data);
        match wire::decode::<ToWorker>(data) {
            Ok(message) => match file {
                Some(file) => spawn_local(host.handle_file(message, file)),
                None => spawn_local(host.handle(message, bytes)),
            },
            Err(error) => {
                let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
                post(&scope, &failed(id.unwrap_or(UNSOLICITED), ErrorCode::BadRequest, error.to_string()));
            }
        }
    }

    fn post(scope: &DedicatedWorkerGlobalScope, message: &FromWorker) {
        let encoded = wire::encode(message).or_else(|error| {
            // The request must end all the same.
            wire::encode(&failed(message.id, ErrorCode::Internal, error.to_string()))
        });
        if let Ok(encoded) = encoded {
            scope.post_message(&encoded).expect("an encoded message can be cloned");
        }
    }

    fn failed(id: RequestId, code: ErrorCode, detail: String) -> FromWorker {
        FromWorker { id, event: Event::Failed { error: EngineError { code, detail } } }
    }

    /// Tells the page at once when this program cannot go on, instead of leaving it to the watchdog.
    ///
    /// Panics abort: borrows stay taken and locks held, so nothing here may run again.
    fn report_ends(scope: &DedicatedWorkerGlobalScope) {
        std::panic::set_hook(Box::new(|panic| {
            console_error_panic_hook::hook(panic);
            die(&panic.to_string());
        }));
        // A trap without a panic (memory, stack) inside a promise shows up as a rejection nobody handles.
        // Other rejections are left to the console, where the browser puts them: they break no state.
        let on_rejection = Closure::<dyn FnMut(PromiseRejectionEvent)>::new(|event: PromiseRejectionEvent| {
            let reason = event.reason();
            let name = js_sys::Reflect::get(&reason, &"name".into()).ok().and_then(|name| name.as_string());
            if name.as_deref() == Some("RuntimeError") {
                die(&format!("{reason:?}"));
            }
        });
        let handler = on_rejection.as_ref().unchecked_ref();
        scope
            .add_event_listener_with_callback("unhandledrejection", handler)
            .expect("every event target takes listeners");
        on_rejection.forget();
    }

    fn die(reason: &str) {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        // If even this fails, the watchdog notices the silence.
        let _ = scope.post_message(&wire::fatal(reason));
        scope.close();
    }
}
