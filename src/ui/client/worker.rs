//! The browser's side of one worker: its address, its trusted type, its three event handlers.

use std::cell::RefCell;

use js_sys::{Array, ArrayBuffer, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Url, Worker};

use crate::platform;

/// Named in the page's content security policy: `trusted-types attendant-worker`.
const POLICY: &str = "attendant-worker";

/// Why there is no worker.
#[derive(Debug, thiserror::Error)]
#[error("the worker cannot be started: {0}")]
pub struct StartError(String);

/// A worker and its handlers; it ends when this is dropped.
pub struct Running {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(JsValue)>,
}

impl Running {
    /// Starts the worker. `on_failure` hears of scripts that do not load and of exceptions nobody caught.
    pub fn start(
        url: &str,
        mut on_message: impl FnMut(JsValue) + 'static,
        mut on_failure: impl FnMut(String) + 'static,
    ) -> Result<Running, StartError> {
        let worker = construct(&trusted(url)?)?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| on_message(event.data()));
        let on_error = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            // A script that did not load reports a plain event, an exception an `ErrorEvent`.
            let message = match event.dyn_ref::<ErrorEvent>() {
                Some(event) => {
                    event.prevent_default();
                    event.message()
                }
                None => "its script did not load".into(),
            };
            on_failure(message);
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Running { worker, _on_message: on_message, _on_error: on_error })
    }

    /// The worker itself, to be posted to.
    pub fn handle(&self) -> Worker {
        self.worker.clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

/// Posts an encoded message, and beside it a buffer that is handed over or a file.
pub fn post(worker: &Worker, message: &JsValue, bytes: Option<&JsValue>) -> Result<(), StartError> {
    let posted = match bytes {
        Some(bytes) => {
            platform::wire::attach(message, bytes);
            let transfer = if bytes.has_type::<ArrayBuffer>() { Array::of1(bytes) } else { Array::new() };
            worker.post_message_with_transfer(message, &transfer)
        }
        None => worker.post_message(message),
    };
    posted.map_err(start_error)
}

/// The worker's absolute address: relative to the document's base, so that a shop may lie under any
/// path; with the build's name, because the file's own name does not change with its content.
pub fn address(url: &str) -> Result<String, StartError> {
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.ok_or_else(|| StartError("there is no document".into()))?;
    let base = Reflect::get(&document, &"baseURI".into()).ok().and_then(|base| base.as_string()).unwrap_or_default();
    let url = Url::new_with_base(url, &base).map_err(start_error)?;
    url.search_params().set("v", &platform::build());
    Ok(url.href())
}

/// `new Worker(url)`; `web-sys` would turn a trusted address back into a string.
fn construct(url: &JsValue) -> Result<Worker, StartError> {
    let constructor = Reflect::get(&js_sys::global(), &"Worker".into()).map_err(start_error)?;
    let constructor = constructor.dyn_into::<Function>().map_err(|_| StartError("there are no workers".into()))?;
    let worker = Reflect::construct(&constructor, &Array::of1(url)).map_err(start_error)?;
    Ok(worker.unchecked_into())
}

thread_local! {
    /// A policy's name may be taken once; it admits the one address it was made for.
    static TRUSTED: RefCell<Option<(String, Object)>> = const { RefCell::new(None) };
}

/// The address as a `TrustedScriptURL` where the browser knows such a thing.
fn trusted(url: &str) -> Result<JsValue, StartError> {
    let here = web_sys::window().and_then(|window| window.location().origin().ok());
    let there = Url::new(url).map_err(start_error)?.origin();
    if here.as_deref() != Some(there.as_str()) {
        return Err(StartError(format!("{url} is of another origin")));
    }
    let factory = Reflect::get(&js_sys::global(), &"trustedTypes".into()).unwrap_or(JsValue::UNDEFINED);
    if !factory.is_object() {
        return Ok(url.into());
    }
    TRUSTED.with_borrow_mut(|made| {
        let policy = match made {
            Some((admitted, policy)) if admitted == url => policy,
            Some((admitted, _)) => return Err(StartError(format!("the policy {POLICY} admits only {admitted}"))),
            None => &mut made.insert((url.into(), policy_for(url.into(), &factory)?)).1,
        };
        call(policy, "createScriptURL", &[url.into()])
    })
}

fn policy_for(admitted: String, factory: &JsValue) -> Result<Object, StartError> {
    let create = Closure::<dyn Fn(String) -> Result<JsValue, JsValue>>::new(move |url: String| {
        if url == admitted { Ok(url.into()) } else { Err(js_sys::TypeError::new("not the worker's address").into()) }
    });
    let rules = Object::new();
    Reflect::set(&rules, &"createScriptURL".into(), &create.into_js_value()).map_err(start_error)?;
    call(factory, "createPolicy", &[POLICY.into(), rules.into()]).map(JsCast::unchecked_into)
}

fn call(object: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, StartError> {
    let function = Reflect::get(object, &method.into()).map_err(start_error)?;
    let function = function.dyn_into::<Function>().map_err(|_| StartError(format!("there is no {method}")))?;
    Reflect::apply(&function, object, &arguments.iter().collect::<Array>()).map_err(start_error)
}

fn start_error(error: JsValue) -> StartError {
    let message = Reflect::get(&error, &"message".into()).ok().and_then(|message| message.as_string());
    StartError(message.unwrap_or_else(|| format!("{error:?}")))
}
