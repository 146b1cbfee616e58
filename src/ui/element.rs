//! Elements that are all of one type.
//!
//! Leptos gives every element the type of its whole content. The compiler then writes code for each of
//! some hundred types, and the page's wasm came to twice its budget. Here an element is a tag, a list of
//! attributes and a list of children, each behind a box; Leptos still builds and updates the DOM.
//!
//! Two of one type would be taken for the same element with other values, and updated in place. So what
//! a closure shows is never updated but made anew ([`Fresh`]); texts and attributes are updated.

use std::sync::Arc;

use leptos::ev::EventDescriptor;
use leptos::html::{Custom, custom};
use leptos::prelude::{
    AddAnyAttr, AnyView, ElementChild, For, ForProps, IntoAny, Mountable, NodeRef, Render, RenderHtml,
};
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::tachys::html::attribute::custom::custom_attribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::iterators::StaticVec;
use leptos::tachys::view::{Position, PositionState};
use wasm_bindgen::JsValue;

/// Where a component finds its element in the DOM.
pub type ElementRef = NodeRef<Custom<&'static str>>;

/// An element to be.
pub struct Element {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

impl Element {
    fn new(tag: &'static str) -> Element {
        Element { tag, attributes: Vec::new(), children: Vec::new() }
    }

    pub fn attr(self, name: &'static str, value: impl IntoValue) -> Element {
        self.with_attribute(name, value.into_value())
    }

    /// What is common to all values is compiled once, here and below.
    fn with_attribute(mut self, name: &'static str, value: Value) -> Element {
        self.attributes.push(match value {
            Value::Fixed(value) => custom_attribute(name, value).into_any_attr(),
            Value::Live(value) => custom_attribute(name, value).into_any_attr(),
        });
        self
    }

    pub fn class(self, value: impl IntoValue) -> Element {
        self.attr("class", value)
    }

    pub fn id(self, value: &'static str) -> Element {
        self.attr("id", value)
    }

    pub fn href(self, value: impl IntoValue) -> Element {
        self.attr("href", value)
    }

    /// Sets a property of the DOM object, which attributes only initialize.
    pub fn prop<T: Into<JsValue>>(mut self, name: &'static str, value: impl Fn() -> T + Send + 'static) -> Element {
        let value: Box<dyn Fn() -> JsValue + Send> = Box::new(move || value().into());
        self.attributes.push(leptos::tachys::html::property::prop(name, value).into_any_attr());
        self
    }

    pub fn on<E>(self, event: E, then: impl FnMut(E::EventType) + 'static) -> Element
    where
        E: EventDescriptor + Send + 'static,
        E::EventType: From<leptos::tachys::renderer::types::Event> + 'static,
    {
        self.with_listener(event, Box::new(then))
    }

    fn with_listener<E>(mut self, event: E, then: Box<dyn FnMut(E::EventType)>) -> Element
    where
        E: EventDescriptor + Send + 'static,
        E::EventType: From<leptos::tachys::renderer::types::Event> + 'static,
    {
        self.attributes.push(leptos::tachys::html::event::on(event, then).into_any_attr());
        self
    }

    pub fn node_ref(mut self, element: ElementRef) -> Element {
        self.attributes.push(leptos::tachys::html::node_ref::node_ref(element).into_any_attr());
        self
    }

    pub fn child(mut self, child: impl IntoChild) -> Element {
        child.push_to(&mut self.children);
        self
    }

    pub fn into_any(self) -> AnyView {
        custom(self.tag).add_any_attr(self.attributes).child(StaticVec::from(self.children)).into_any()
    }
}

macro_rules! tags {
    ($($tag:ident)*) => {
        $(pub fn $tag() -> Element { Element::new(stringify!($tag)) })*
    };
}

tags! {
    a article blockquote br button code details div em footer form h1 h2 h3 header hr img input label li main nav ol
    option p pre progress s section select span strong summary table tbody td textarea th thead tr ul
}

/// Several views in the place of one.
pub fn group(children: impl IntoChild) -> AnyView {
    let mut views = Vec::new();
    children.push_to(&mut views);
    // Unlike a `StaticVec`, a `Vec` marks its place when it is empty.
    views.into_any()
}

/// A list that follows its items: what stays is kept, moved where it must, and never made anew.
pub fn each<T: Send + 'static, V: IntoChild>(
    items: impl Fn() -> Vec<T> + Send + 'static,
    key: fn(&T) -> String,
    view: impl Fn(T) -> V + Send + Sync + 'static,
) -> AnyView {
    let items: Box<dyn Fn() -> Vec<T> + Send> = Box::new(items);
    let view: Arc<dyn Fn(T) -> AnyView + Send + Sync> = Arc::new(move |item| group(view(item)));
    For(ForProps::builder().each(items).key(key).children(move |item| view(item)).build()).into_any()
}

/// What a closure returns, kept up to date with the signals that it reads.
pub fn live<T: Shown>(view: impl Fn() -> T + Send + 'static) -> AnyView {
    T::show(Box::new(view))
}

/// What a closure in the place of a view may return.
pub trait Shown: Sized {
    fn show(view: Box<dyn Fn() -> Self + Send>) -> AnyView;
}

impl Shown for String {
    fn show(text: Box<dyn Fn() -> String + Send>) -> AnyView {
        text.into_any()
    }
}

impl Shown for &'static str {
    fn show(text: Box<dyn Fn() -> &'static str + Send>) -> AnyView {
        String::show(Box::new(move || text().to_owned()))
    }
}

impl Shown for Vec<AnyView> {
    fn show(views: Box<dyn Fn() -> Vec<AnyView> + Send>) -> AnyView {
        let views: Box<dyn Fn() -> Fresh + Send> = Box::new(move || Fresh(views().into_any()));
        views.into_any()
    }
}

macro_rules! shown {
    ($($view:ty)*) => {
        $(impl Shown for $view {
            fn show(view: Box<dyn Fn() -> $view + Send>) -> AnyView {
                Vec::show(Box::new(move || {
                    let mut views = Vec::new();
                    view().push_to(&mut views);
                    views
                }))
            }
        })*
    };
}

shown! { AnyView Element Option<AnyView> Option<Element> Option<String> }

/// An attribute's value. `None` is an attribute that is not there.
pub enum Value {
    Fixed(Option<String>),
    Live(Box<dyn Fn() -> Option<String> + Send>),
}

/// What can be an attribute's value, or be returned by a closure that is one.
pub trait Plain {
    fn plain(self) -> Option<String>;
}

impl Plain for &'static str {
    fn plain(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl Plain for String {
    fn plain(self) -> Option<String> {
        Some(self)
    }
}

impl Plain for bool {
    fn plain(self) -> Option<String> {
        self.then(String::new)
    }
}

impl Plain for Option<&'static str> {
    fn plain(self) -> Option<String> {
        self.map(str::to_owned)
    }
}

impl Plain for Option<String> {
    fn plain(self) -> Option<String> {
        self
    }
}

pub trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for &'static str {
    fn into_value(self) -> Value {
        Value::Fixed(self.plain())
    }
}

impl IntoValue for Option<&'static str> {
    fn into_value(self) -> Value {
        Value::Fixed(self.plain())
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Fixed(self.plain())
    }
}

impl<F, T> IntoValue for F
where
    F: Fn() -> T + Send + 'static,
    T: Plain,
{
    fn into_value(self) -> Value {
        Value::Live(Box::new(move || self().plain()))
    }
}

/// What can stand inside an element.
pub trait IntoChild {
    fn push_to(self, children: &mut Vec<AnyView>);
}

impl IntoChild for AnyView {
    fn push_to(self, children: &mut Vec<AnyView>) {
        children.push(self);
    }
}

impl IntoChild for Element {
    fn push_to(self, children: &mut Vec<AnyView>) {
        children.push(self.into_any());
    }
}

impl IntoChild for String {
    fn push_to(self, children: &mut Vec<AnyView>) {
        children.push(self.into_any());
    }
}

impl IntoChild for &'static str {
    fn push_to(self, children: &mut Vec<AnyView>) {
        children.push(self.to_owned().into_any());
    }
}

impl<T: IntoChild> IntoChild for Option<T> {
    fn push_to(self, children: &mut Vec<AnyView>) {
        if let Some(child) = self {
            child.push_to(children);
        }
    }
}

impl<T: IntoChild> IntoChild for Vec<T> {
    fn push_to(self, children: &mut Vec<AnyView>) {
        for child in self {
            child.push_to(children);
        }
    }
}

impl<F, T> IntoChild for F
where
    F: Fn() -> T + Send + 'static,
    T: Shown,
{
    fn push_to(self, children: &mut Vec<AnyView>) {
        children.push(live(self));
    }
}

impl IntoChild for () {
    fn push_to(self, _: &mut Vec<AnyView>) {}
}

macro_rules! tuples {
    ($(($($part:ident)*))*) => {
        $(impl<$($part: IntoChild),*> IntoChild for ($($part,)*) {
            #[allow(non_snake_case, unused_variables, reason = "a type's name is its variable's; the empty tuple has none")]
            fn push_to(self, children: &mut Vec<AnyView>) {
                let ($($part,)*) = self;
                $($part.push_to(children);)*
            }
        })*
    };
}

tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) }

/// A view that replaces the one before it and takes nothing over from it.
struct Fresh(AnyView);

impl Render for Fresh {
    type State = AnyViewState;

    fn build(self) -> AnyViewState {
        self.0.build()
    }

    fn rebuild(self, state: &mut AnyViewState) {
        let mut new = self.0.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl AddAnyAttr for Fresh {
    type Output<NewAttr: Attribute> = Fresh;

    /// Attributes are an element's own; none is handed down to what a closure shows.
    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Fresh {
        self
    }
}

/// Leptos asks this of every view for the sake of servers. There is none.
impl RenderHtml for Fresh {
    type AsyncOutput = Fresh;
    type Owned = Fresh;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Fresh {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {
        unreachable!("the page is never rendered on a server");
    }

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> AnyViewState {
        unreachable!("the page is never rendered on a server");
    }

    fn into_owned(self) -> Fresh {
        self
    }
}
