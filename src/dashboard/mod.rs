//! The shop owner's page: an order file is dropped, and what it says is drawn, on the owner's own device.
//!
//! ```text
//! file → recommend::read → Orders → insights::analyse → report: plots (SVG) and tables
//! ```
//!
//! A program of its own, which no shopper loads: `www/insights` is its page. It shows what `attendant insights`
//! prints, from the same code.

mod node;
mod plots;
mod report;
mod words;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::insights::{Insights, InsightsError, analyse};
use crate::pack::mistakes::Mistakes;
use crate::platform::{sleep_ms, spawn_local};
use crate::protocol::Language;
use crate::recommend::read::read_orders_in;
use node::{Node, document, html};

/// Two frames: by then it can be read that the page works, and cannot hear anything for a while.
const PAINT_MS: u32 = 40;

/// What a file has come to.
enum State {
    Empty,
    Working,
    Wrong(Mistakes),
    TooLittle(InsightsError),
    Done(Box<Insights>),
}

struct Page {
    language: Language,
    state: State,
    /// Files come and go: what an earlier one came to is nobody's business.
    n_files: usize,
}

type Shared = Rc<RefCell<Page>>;

/// Draws the page, and again whenever its width changes.
pub fn start() {
    let window = web_sys::window().expect("a page has a window");
    let language = Language::from_tag(&window.navigator().language().unwrap_or_default());
    let page: Shared = Rc::new(RefCell::new(Page { language, state: State::Empty, n_files: 0 }));
    draw(&page);
    let resized = page.clone();
    let listener = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || show(&resized)).into_js_value();
    window.add_event_listener_with_callback("resize", listener.unchecked_ref()).expect("windows have events");
}

/// Everything: the frame, in the page's language, and what there is to show.
fn draw(page: &Shared) {
    let language = page.borrow().language;
    let say = |phrase: words::Phrase| phrase.get(language);
    let root = document();
    root.set_title(say(words::TITLE));
    if let Some(html) = root.document_element() {
        html.set_attribute("lang", language.tag()).expect("the name is one of ours");
    }
    let turned = page.clone();
    let turn = html("button").attr("type", "button").class("turn").text(say(words::OTHER)).on("click", move |_| {
        let other = if turned.borrow().language == Language::En { Language::Zh } else { Language::En };
        turned.borrow_mut().language = other;
        draw(&turned);
        // The button is another one now.
        if let Ok(Some(turn)) = document().query_selector(".turn") {
            let _ = turn.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    });
    let (chosen, dropped) = (page.clone(), page.clone());
    let input = html("input")
        .attr("type", "file")
        .attr("id", "file")
        .attr("accept", ".csv,.txt,text/csv,text/plain")
        .attr("aria-describedby", "kinds")
        .on("change", move |event| take(&chosen, &event.target().map(JsValue::from).unwrap_or_default()));
    let field = html("div")
        .class("drop")
        .child(html("label").attr("for", "file").text(say(words::CHOOSE)))
        .child(input)
        .child(html("p").attr("id", "kinds").text(say(words::KINDS)))
        .on("dragover", |event| event.prevent_default())
        .on("drop", move |event| {
            event.prevent_default();
            take(&dropped, &property(&event, "dataTransfer"));
        });
    let main = html("main")
        .child(html("header").child(html("a").attr("href", "../").text(say(words::BACK))).child(turn))
        .child(html("h1").text(say(words::TITLE)))
        .child(html("p").text(say(words::LEAD)))
        .child(field)
        .child(html("p").attr("id", "state").attr("role", "status"))
        .child(html("div").attr("id", "report"));
    if let Some(place) = root.get_element_by_id("insights") {
        place.replace_children_with_node_1(&main.0);
    }
    show(page);
}

/// What the file has come to.
fn show(page: &Shared) {
    let root = document();
    let (Some(state), Some(place)) = (root.get_element_by_id("state"), root.get_element_by_id("report")) else {
        return;
    };
    let width = f64::from(place.client_width()).clamp(260.0, 760.0);
    let page_now = page.borrow();
    let language = page_now.language;
    let mut told = String::new();
    let sections: Vec<Node> = match &page_now.state {
        State::Empty => Vec::new(),
        State::Working => {
            words::WORKING.get(language).clone_into(&mut told);
            Vec::new()
        }
        State::Wrong(mistakes) => {
            words::WRONG.get(language).clone_into(&mut told);
            let line = |mistake: &crate::pack::mistakes::Mistake| html("li").text(&mistake.to_string());
            vec![html("ul").attr("data-testid", "mistakes").attr("lang", "en").children(mistakes.0.iter().map(line))]
        }
        State::TooLittle(error) => {
            told = words::cannot(language, error);
            Vec::new()
        }
        State::Done(insights) => {
            let saved = page.clone();
            let save = html("button").attr("type", "button").text(words::SAVE.get(language)).on("click", move |_| {
                if let State::Done(insights) = &saved.borrow().state {
                    download(insights);
                }
            });
            report::report(insights, language, width).into_iter().chain([save]).collect()
        }
    };
    state.set_text_content(Some(&told));
    place.set_text_content(None);
    sections.iter().for_each(|section| drop(place.append_with_node_1(&section.0)));
}

/// Takes the first file of an input, or of what was dropped.
fn take(page: &Shared, from: &JsValue) {
    let files = property(from, "files");
    let Ok(file) = js_sys::Reflect::get_u32(&files, 0).and_then(|file| file.dyn_into::<web_sys::File>()) else {
        return;
    };
    let mine = {
        let mut now = page.borrow_mut();
        now.state = State::Working;
        now.n_files += 1;
        now.n_files
    };
    show(page);
    let page = page.clone();
    spawn_local(async move {
        let bytes = JsFuture::from(file.array_buffer()).await;
        // Lets the page say that it works, before it does.
        sleep_ms(PAINT_MS).await;
        let bytes = bytes.map(|buffer| js_sys::Uint8Array::new(&buffer).to_vec()).unwrap_or_default();
        let state = match read_orders_in(&file.name(), &bytes).map(|orders| analyse(&orders)) {
            Err(mistakes) => State::Wrong(mistakes),
            Ok(Err(error)) => State::TooLittle(error),
            Ok(Ok(insights)) => State::Done(Box::new(insights)),
        };
        if page.borrow().n_files == mine {
            page.borrow_mut().state = state;
            show(&page);
        }
    });
}

/// What `attendant insights --json` prints, as a file.
fn download(insights: &Insights) {
    let json = serde_json::to_string(insights).expect("strings and finite numbers are JSON");
    let parts = js_sys::Array::of1(&JsValue::from(json));
    let Ok(blob) = web_sys::Blob::new_with_str_sequence(&parts) else { return };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
    let link = html("a").attr("href", &url).attr("download", "insights.json");
    link.0.unchecked_ref::<web_sys::HtmlElement>().click();
    // The browser has taken the bytes by then.
    let _ = web_sys::Url::revoke_object_url(&url);
}

fn property(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
