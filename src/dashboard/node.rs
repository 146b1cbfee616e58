//! Elements, built by calls: no string of the shop's ever becomes markup.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, Event};

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element under construction.
#[derive(Clone, Debug)]
pub struct Node(pub Element);

pub fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect("a page has a document")
}

/// An HTML element.
pub fn html(tag: &str) -> Node {
    Node(document().create_element(tag).expect("the tag is one of ours"))
}

/// An SVG element.
pub fn svg(tag: &str) -> Node {
    Node(document().create_element_ns(Some(SVG), tag).expect("the tag is one of ours"))
}

impl Node {
    pub fn attr(self, name: &str, value: impl ToString) -> Node {
        self.0.set_attribute(name, &value.to_string()).expect("the name is one of ours");
        self
    }

    pub fn class(self, class: &str) -> Node {
        self.attr("class", class)
    }

    pub fn text(self, text: &str) -> Node {
        self.0.append_with_str_1(text).expect("an element takes text");
        self
    }

    pub fn child(self, child: Node) -> Node {
        self.0.append_with_node_1(&child.0).expect("an element takes an element");
        self
    }

    pub fn children(self, children: impl IntoIterator<Item = Node>) -> Node {
        children.into_iter().fold(self, Node::child)
    }

    /// Coordinates, in CSS pixels.
    pub fn at<const N: usize>(self, values: [(&str, f64); N]) -> Node {
        values.into_iter().fold(self, |node, (name, value)| node.attr(name, format!("{value:.1}")))
    }

    /// For as long as the page lives.
    pub fn on(self, event: &str, listener: impl FnMut(Event) + 'static) -> Node {
        let listener = Closure::<dyn FnMut(Event)>::new(listener).into_js_value();
        self.0.add_event_listener_with_callback(event, listener.unchecked_ref()).expect("elements have events");
        self
    }
}

/// A table: a caption for those who do not see it, a head, and rows whose first cell names them.
pub fn table(caption: &str, head: &[String], rows: &[Vec<String>]) -> Node {
    let head = head.iter().map(|name| html("th").attr("scope", "col").text(name));
    let row = |cells: &Vec<String>| {
        let cell = |(at, text): (usize, &String)| match at {
            0 => html("th").attr("scope", "row").text(text),
            _ => html("td").text(text),
        };
        html("tr").children(cells.iter().enumerate().map(cell))
    };
    let table = html("table")
        .child(html("caption").class("visually-hidden").text(caption))
        .child(html("thead").child(html("tr").children(head)))
        .child(html("tbody").children(rows.iter().map(row)));
    // Wider than a phone: it scrolls, for the keyboard too.
    html("div").class("scroll").attr("tabindex", 0).attr("role", "region").attr("aria-label", caption).child(table)
}
