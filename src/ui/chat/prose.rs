//! Formatted text to views.

use leptos::prelude::*;

use crate::protocol::{Block, Inline};
use crate::ui::element as html;

/// The text as views; never as HTML.
pub fn prose(blocks: Vec<Block>) -> Vec<AnyView> {
    blocks.into_iter().map(block).collect()
}

fn inlines(children: Vec<Inline>) -> Vec<AnyView> {
    children.into_iter().map(inline).collect()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Paragraph(children) => html::p().child(inlines(children)).into_any(),
        Block::Heading(children) => html::p().class("prose-heading").child(inlines(children)).into_any(),
        Block::List { start, items } => {
            let items: Vec<AnyView> =
                items.into_iter().map(|item| html::li().child(item_of(item)).into_any()).collect();
            match start {
                Some(start) => html::ol().attr("start", start.to_string()).child(items).into_any(),
                None => html::ul().child(items).into_any(),
            }
        }
        Block::Quote(children) => html::blockquote().child(prose(children)).into_any(),
        Block::Code(code) => html::pre().attr("tabindex", "0").child(html::code().child(code)).into_any(),
        Block::Table(rows) => table(rows),
        Block::Rule => html::hr().into_any(),
    }
}

/// A list item of one paragraph needs no paragraph.
fn item_of(mut item: Vec<Block>) -> Vec<AnyView> {
    match item.as_mut_slice() {
        [Block::Paragraph(only)] => inlines(std::mem::take(only)),
        _ => prose(item),
    }
}

/// Wide tables scroll by themselves, and can be reached to scroll by keyboard.
fn table(rows: Vec<Vec<Vec<Inline>>>) -> AnyView {
    let mut rows = rows.into_iter();
    let head: Vec<AnyView> = rows
        .next()
        .unwrap_or_default()
        .into_iter()
        .map(|cell| html::th().attr("scope", "col").child(inlines(cell)).into_any())
        .collect();
    let body: Vec<AnyView> = rows
        .map(|row| {
            let cells: Vec<AnyView> = row.into_iter().map(|cell| html::td().child(inlines(cell)).into_any()).collect();
            html::tr().child(cells).into_any()
        })
        .collect();
    html::div()
        .class("prose-table")
        .attr("tabindex", "0")
        .child(html::table().child((html::thead().child(html::tr().child(head)), html::tbody().child(body))))
        .into_any()
}

fn inline(inline: Inline) -> AnyView {
    match inline {
        Inline::Text(text) => text.into_any(),
        Inline::Code(code) => html::code().child(code).into_any(),
        Inline::Strong(children) => html::strong().child(inlines(children)).into_any(),
        Inline::Emphasis(children) => html::em().child(inlines(children)).into_any(),
        Inline::Link { href, children } => html::a()
            .href(href)
            .attr("target", "_blank")
            .attr("rel", "noopener noreferrer")
            .child(inlines(children))
            .into_any(),
        Inline::Break => html::br().into_any(),
    }
}
