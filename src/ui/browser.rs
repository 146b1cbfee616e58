//! The few things the page asks of its browser, each in one line for its callers. What a browser
//! refuses (storage in a private window, the clipboard) is an absence here, never a crash.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

pub fn window() -> web_sys::Window {
    web_sys::window().expect("the page runs in a window")
}

pub fn document() -> web_sys::Document {
    window().document().expect("a window shows a document")
}

/// `<html>`.
pub fn root() -> web_sys::HtmlElement {
    document().document_element().expect("a document has a root").unchecked_into()
}

fn local_storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

pub fn stored(key: &str) -> Option<String> {
    local_storage()?.get_item(key).ok().flatten()
}

pub fn store(key: &str, value: &str) {
    if let Some(storage) = local_storage() {
        // A full or refused storage means that this visit is forgotten; the page works on.
        let _ = storage.set_item(key, value);
    }
}

pub fn unstore(key: &str) {
    if let Some(storage) = local_storage() {
        let _ = storage.remove_item(key);
    }
}

fn session_storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

/// What this tab holds through a reload, and no longer.
pub fn kept_for_tab(key: &str) -> Option<String> {
    session_storage()?.get_item(key).ok().flatten()
}

/// See [`kept_for_tab`]; an empty value is forgotten.
pub fn keep_for_tab(key: &str, value: &str) {
    if let Some(storage) = session_storage() {
        let _ = if value.is_empty() { storage.remove_item(key) } else { storage.set_item(key, value) };
    }
}

/// Milliseconds since the Unix epoch.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

pub fn matches_media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// Calls back with whether the query matches, now and whenever that changes.
pub fn on_media(query: &str, mut then: impl FnMut(bool) + 'static) {
    let Some(list) = window().match_media(query).ok().flatten() else { return };
    then(list.matches());
    let list_again = list.clone();
    let listener = Closure::<dyn FnMut()>::new(move || then(list_again.matches()));
    let _ = list.add_event_listener_with_callback("change", listener.as_ref().unchecked_ref());
    listener.forget();
}

/// What the shopper's browser prefers to read, best first.
pub fn preferred_languages() -> Vec<String> {
    window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// Whether data may cost the shopper: the browser asks pages to go easy on it, or says that it goes through a
/// mobile network (`navigator.connection`: saveData, type). Browsers that do not tell are taken to be at home.
pub fn saves_data() -> bool {
    let read = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let connection = read(&window().navigator(), "connection");
    !connection.is_undefined() && (read(&connection, "saveData").is_truthy() || read(&connection, "type") == "cellular")
}

pub fn query_parameter(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

pub fn escape(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}

pub fn push_address(query: &str) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(query));
    }
}

pub fn replace_address(query: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(query));
    }
}

/// A new entry of the history, at the same address, with a mark on it.
pub fn push_mark(mark: &str) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&mark.into(), "", None);
    }
}

/// The mark on the present entry of the history; see [`push_mark`].
pub fn mark() -> Option<String> {
    window().history().ok()?.state().ok()?.as_string()
}

pub fn go_back() {
    if let Ok(history) = window().history() {
        let _ = history.back();
    }
}

/// Dispatches an event without content, for the page's own first script.
pub fn tell_window(event: &str) {
    if let Ok(event) = web_sys::Event::new(event) {
        let _ = window().dispatch_event(&event);
    }
}

pub fn listen(target: &web_sys::EventTarget, event: &str, then: impl FnMut(web_sys::Event) + 'static) {
    let listener = Closure::<dyn FnMut(web_sys::Event)>::new(then);
    let _ = target.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Runs once, before the next frame is painted; in a hidden tab, when it is shown again.
pub fn on_next_frame(then: impl FnOnce() + 'static) {
    let _ = window().request_animation_frame(Closure::once_into_js(then).unchecked_ref());
}

pub fn after_ms(ms: i32, then: impl FnOnce() + 'static) {
    let then = Closure::once_into_js(then);
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(then.unchecked_ref(), ms);
}

/// Runs when the browser has nothing better to do; soon, where it cannot tell.
pub fn when_idle(then: impl FnOnce() + 'static) {
    let then = Closure::once_into_js(then);
    let request = js_sys::Reflect::get(&window(), &"requestIdleCallback".into()).ok();
    match request.and_then(|request| request.dyn_into::<js_sys::Function>().ok()) {
        Some(request) => drop(request.call1(&window(), &then)),
        None => {
            let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(then.unchecked_ref(), 200);
        }
    }
}

/// Resolves when what is to be seen now has been painted, the page's large picture too, and the browser has nothing
/// better to do; in a tab that nobody looks at, when somebody does.
pub async fn painted() {
    let frame = || {
        js_sys::Promise::new(&mut |resolve, _| {
            on_next_frame(move || drop(resolve.call0(&JsValue::UNDEFINED)));
        })
    };
    let _ = JsFuture::from(frame()).await;
    let large = document().query_selector("img[loading=eager]").ok().flatten();
    if let Some(picture) = large.and_then(|picture| picture.dyn_into::<web_sys::HtmlImageElement>().ok()) {
        // One that cannot be shown need not be waited for.
        let _ = JsFuture::from(picture.decode()).await;
        let _ = JsFuture::from(frame()).await;
    }
    let idle = js_sys::Promise::new(&mut |resolve, _| when_idle(move || drop(resolve.call0(&JsValue::UNDEFINED))));
    let _ = JsFuture::from(idle).await;
}

/// What has the focus, if anything but the document has.
pub fn focused() -> Option<web_sys::HtmlElement> {
    let element = document().active_element()?.dyn_into::<web_sys::HtmlElement>().ok()?;
    (element.tag_name() != "BODY").then_some(element)
}

pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}

pub fn scroll_to_top() {
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Resolves to whether the clipboard took it.
pub async fn copy(text: String) -> bool {
    let clipboard = window().navigator().clipboard();
    !AsRef::<JsValue>::as_ref(&clipboard).is_undefined() && JsFuture::from(clipboard.write_text(&text)).await.is_ok()
}

/// An address under which the page itself can show these bytes. Lives as long as the page does:
/// callers keep it and make it once.
pub fn object_url(bytes: &[u8], media_type: &str) -> Option<String> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    web_sys::Url::create_object_url_with_blob(&blob).ok()
}

/// Offers bytes to the shopper as a file.
pub fn download(name: &str, bytes: &[u8], media_type: &str) {
    let Some(url) = object_url(bytes, media_type) else { return };
    if let Ok(anchor) = document().create_element("a") {
        let anchor: web_sys::HtmlAnchorElement = anchor.unchecked_into();
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    after_ms(10_000, move || drop(web_sys::Url::revoke_object_url(&url)));
}

/// Why a file of the shop's did not come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("no connection")]
    Unreachable,
    #[error("the server answered {0}")]
    Status(u16),
}

/// A file on its way, or a part of one.
pub struct Body {
    reader: web_sys::ReadableStreamDefaultReader,
    /// Bytes of the whole file, where this is the part that was asked for.
    pub whole: Option<usize>,
}

/// Asks for a file that lies beside the page, or for the bytes of it from `start` to before `end`. A host may send all of
/// it instead.
pub async fn fetch(url: &str, part: Option<(usize, Option<usize>)>) -> Result<Body, FetchError> {
    let unreachable = |_| FetchError::Unreachable;
    let init = web_sys::RequestInit::new();
    if let Some((start, end)) = part {
        let headers = web_sys::Headers::new().map_err(unreachable)?;
        let last = end.map(|end| (end - 1).to_string()).unwrap_or_default();
        headers.set("Range", &format!("bytes={start}-{last}")).map_err(unreachable)?;
        init.set_headers(&headers);
    }
    let response = JsFuture::from(window().fetch_with_str_and_init(url, &init)).await.map_err(unreachable)?;
    let response: web_sys::Response = response.unchecked_into();
    let range = response.headers().get("Content-Range").ok().flatten();
    let whole = range.filter(|_| response.status() == 206).and_then(|range| range.rsplit_once('/')?.1.parse().ok());
    match response.body() {
        Some(body) if response.ok() && whole.is_some() == (response.status() == 206) => {
            Ok(Body { reader: body.get_reader().unchecked_into(), whole })
        }
        _ => Err(FetchError::Status(response.status())),
    }
}

impl Body {
    /// What has come since, or `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        let read = JsFuture::from(self.reader.read()).await.map_err(|_| FetchError::Unreachable)?;
        let chunk = js_sys::Reflect::get(&read, &"value".into()).unwrap_or_default();
        // At the end there is no chunk.
        Ok(chunk.dyn_into::<js_sys::Uint8Array>().ok().map(|chunk| chunk.to_vec()))
    }
}

/// Sets `--viewport-height` to what the on-screen keyboard leaves free. Browsers that resize the
/// page for the keyboard need none of this; Safari on iOS does.
pub fn follow_visual_viewport() {
    let Ok(viewport) = js_sys::Reflect::get(&window(), &"visualViewport".into()) else { return };
    let Ok(target) = viewport.clone().dyn_into::<web_sys::EventTarget>() else { return };
    let update = move |_| {
        let read = |name: &str| js_sys::Reflect::get(&viewport, &name.into()).ok().and_then(|value| value.as_f64());
        let (Some(height), Some(top)) = (read("height"), read("offsetTop")) else { return };
        let style = root().style();
        // Pinch zoom shrinks the visual viewport as well, and must not squeeze the chat.
        if read("scale").is_some_and(|scale| scale > 1.01) {
            let _ = style.remove_property("--viewport-height");
            return;
        }
        let _ = style.set_property("--viewport-height", &format!("{height}px"));
        let _ = style.set_property("--viewport-top", &format!("{top}px"));
    };
    listen(&target, "resize", update.clone());
    listen(&target, "scroll", update);
}
