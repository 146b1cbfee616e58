//! Formatted text as data: what Markdown becomes before it reaches the page. No HTML string is ever
//! made, so none can be injected.

use serde::{Deserialize, Serialize};

/// A part of a text that stands by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    Paragraph(Vec<Inline>),
    /// Of whatever level: inside a bubble every heading is the same small one.
    Heading(Vec<Inline>),
    /// `start` is the first number of an ordered list.
    List {
        start: Option<u32>,
        items: Vec<Vec<Block>>,
    },
    Quote(Vec<Block>),
    Code(String),
    /// Rows of cells; the first row is the head.
    Table(Vec<Vec<Vec<Inline>>>),
    Rule,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inline {
    Text(String),
    Code(String),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    /// Only ever to an address whose scheme is on the list in `chat::prose`.
    Link {
        href: String,
        children: Vec<Inline>,
    },
    Break,
}

impl Block {
    /// The text without its form: a line for each paragraph, list item and row, for a screen reader and
    /// for a search. A row's cells are parted by commas.
    pub fn plain(blocks: &[Block]) -> String {
        let mut text = String::new();
        blocks.iter().for_each(|block| block.write_plain(&mut text));
        text.truncate(text.trim_end().len());
        text
    }

    fn write_plain(&self, text: &mut String) {
        match self {
            Block::Paragraph(inlines) | Block::Heading(inlines) => write_line(inlines, text),
            Block::List { items, .. } => items.iter().flatten().for_each(|block| block.write_plain(text)),
            Block::Quote(blocks) => blocks.iter().for_each(|block| block.write_plain(text)),
            Block::Code(code) => {
                text.push_str(code);
                text.push('\n');
            }
            Block::Table(rows) => rows.iter().for_each(|row| {
                for (nth, cell) in row.iter().enumerate() {
                    text.push_str(if nth == 0 { "" } else { ", " });
                    cell.iter().for_each(|inline| inline.write_plain(text));
                }
                text.push('\n');
            }),
            Block::Rule => {}
        }
    }
}

impl Inline {
    fn write_plain(&self, text: &mut String) {
        match self {
            Inline::Text(piece) | Inline::Code(piece) => text.push_str(piece),
            Inline::Strong(children) | Inline::Emphasis(children) | Inline::Link { children, .. } => {
                children.iter().for_each(|child| child.write_plain(text));
            }
            Inline::Break => text.push(' '),
        }
    }
}

fn write_line(inlines: &[Inline], text: &mut String) {
    inlines.iter().for_each(|inline| inline.write_plain(text));
    text.push('\n');
}
