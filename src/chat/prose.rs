//! Markdown to the protocol's tree. Raw HTML in the source shows as the characters it is; a link goes
//! nowhere unless its scheme is on the list.
//!
//! It is parsed here and not on the page, whose wasm a storefront pays for: the parser and its table of
//! entities are a seventh of what the page may weigh.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::pack::format::may_lead_to;
use crate::protocol::{Block, Inline};

/// Parses Markdown; never fails, as every text is Markdown.
pub fn parse(source: &str) -> Vec<Block> {
    let mut tree = Tree { open: vec![Node::Root(Vec::new())] };
    for event in Parser::new_ext(source, Options::ENABLE_TABLES) {
        tree.take(event);
    }
    tree.finish()
}

/// Parses a growing text, and says what has changed in it.
#[derive(Default)]
pub struct Growing {
    source: String,
    blocks: Vec<Block>,
}

impl Growing {
    /// Appends a piece of Markdown. Answers the first block that differs from before, and all from there on.
    pub fn push(&mut self, piece: &str) -> (usize, Vec<Block>) {
        self.source.push_str(piece);
        let blocks = parse(&self.source);
        let first = self.blocks.iter().zip(&blocks).take_while(|(before, after)| before == after).count();
        self.blocks = blocks;
        (first, self.blocks[first..].to_vec())
    }
}

/// An element that has been entered and not yet left.
enum Node {
    Root(Vec<Block>),
    Quote(Vec<Block>),
    List(Option<u32>, Vec<Vec<Block>>),
    /// A tight list's items hold text without a paragraph around it: `loose` gathers it.
    Item {
        blocks: Vec<Block>,
        loose: Vec<Inline>,
    },
    Paragraph(Vec<Inline>),
    Heading(Vec<Inline>),
    Code(String),
    Table(Vec<Vec<Vec<Inline>>>),
    Row(Vec<Vec<Inline>>),
    Cell(Vec<Inline>),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Link(Option<String>, Vec<Inline>),
}

struct Tree {
    open: Vec<Node>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.enter(tag),
            Event::End(tag) => self.leave(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(code) => self.inline(Inline::Code(code.to_string())),
            Event::SoftBreak => self.soft_break(),
            Event::HardBreak => self.inline(Inline::Break),
            Event::Rule => self.block(Block::Rule),
            _ => {}
        }
    }

    fn enter(&mut self, tag: Tag<'_>) {
        let node = match tag {
            Tag::Paragraph | Tag::HtmlBlock => Node::Paragraph(Vec::new()),
            Tag::Heading { .. } => Node::Heading(Vec::new()),
            Tag::BlockQuote(_) => Node::Quote(Vec::new()),
            Tag::CodeBlock(_) => Node::Code(String::new()),
            Tag::List(start) => Node::List(start.map(|start| u32::try_from(start).unwrap_or(u32::MAX)), Vec::new()),
            Tag::Item => Node::Item { blocks: Vec::new(), loose: Vec::new() },
            Tag::Table(_) => Node::Table(Vec::new()),
            Tag::TableHead | Tag::TableRow => Node::Row(Vec::new()),
            Tag::TableCell => Node::Cell(Vec::new()),
            Tag::Strong => Node::Strong(Vec::new()),
            Tag::Emphasis => Node::Emphasis(Vec::new()),
            Tag::Link { dest_url, .. } => {
                Node::Link(may_lead_to(&dest_url).then(|| dest_url.trim().to_owned()), Vec::new())
            }
            // A picture is somewhere else on the network: its description has to do.
            Tag::Image { .. } => Node::Emphasis(Vec::new()),
            _ => return,
        };
        self.open.push(node);
    }

    fn leave(&mut self, tag: TagEnd) {
        let opened = matches!(
            tag,
            TagEnd::Paragraph
                | TagEnd::HtmlBlock
                | TagEnd::Heading(_)
                | TagEnd::BlockQuote(_)
                | TagEnd::CodeBlock
                | TagEnd::List(_)
                | TagEnd::Item
                | TagEnd::Table
                | TagEnd::TableHead
                | TagEnd::TableRow
                | TagEnd::TableCell
                | TagEnd::Strong
                | TagEnd::Emphasis
                | TagEnd::Link
                | TagEnd::Image
        );
        if opened && self.open.len() > 1 {
            self.close();
        }
    }

    fn close(&mut self) {
        match self.open.pop().expect("the root is never closed") {
            Node::Root(_) => unreachable!("callers leave the root open"),
            Node::Quote(blocks) => self.block(Block::Quote(blocks)),
            Node::List(start, items) => self.block(Block::List { start, items }),
            Node::Item { mut blocks, loose } => {
                if !loose.is_empty() {
                    blocks.push(Block::Paragraph(loose));
                }
                if let Some(Node::List(_, items)) = self.open.last_mut() {
                    items.push(blocks);
                }
            }
            Node::Paragraph(inlines) => self.block(Block::Paragraph(inlines)),
            Node::Heading(inlines) => self.block(Block::Heading(inlines)),
            Node::Code(code) => self.block(Block::Code(code.trim_end().to_owned())),
            Node::Table(rows) => self.block(Block::Table(rows)),
            Node::Row(cells) => {
                if let Some(Node::Table(rows)) = self.open.last_mut() {
                    rows.push(cells);
                }
            }
            Node::Cell(inlines) => {
                if let Some(Node::Row(cells)) = self.open.last_mut() {
                    cells.push(inlines);
                }
            }
            Node::Strong(children) => self.inline(Inline::Strong(children)),
            Node::Emphasis(children) => self.inline(Inline::Emphasis(children)),
            Node::Link(Some(href), children) => self.inline(Inline::Link { href, children }),
            Node::Link(None, children) => children.into_iter().for_each(|child| self.inline(child)),
        }
    }

    fn finish(mut self) -> Vec<Block> {
        while self.open.len() > 1 {
            self.close();
        }
        match self.open.pop() {
            Some(Node::Root(blocks)) => blocks,
            _ => unreachable!("the root is first in and last out"),
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(Node::Code(code)) = self.open.last_mut() {
            code.push_str(text);
        } else {
            self.inline(Inline::Text(text.to_owned()));
        }
    }

    /// A line break in the source is a space, but not between two Chinese characters.
    fn soft_break(&mut self) {
        let before_is_cjk = self
            .inlines()
            .and_then(|inlines| inlines.last())
            .is_some_and(|last| matches!(last, Inline::Text(text) if text.chars().next_back().is_some_and(is_cjk)));
        if !before_is_cjk {
            self.inline(Inline::Text(" ".into()));
        }
    }

    fn inlines(&mut self) -> Option<&mut Vec<Inline>> {
        match self.open.last_mut()? {
            Node::Paragraph(inlines)
            | Node::Heading(inlines)
            | Node::Cell(inlines)
            | Node::Strong(inlines)
            | Node::Emphasis(inlines)
            | Node::Link(_, inlines)
            | Node::Item { loose: inlines, .. } => Some(inlines),
            _ => None,
        }
    }

    fn inline(&mut self, inline: Inline) {
        match self.inlines() {
            Some(inlines) => match (inlines.last_mut(), &inline) {
                (Some(Inline::Text(last)), Inline::Text(more)) => last.push_str(more),
                _ => inlines.push(inline),
            },
            None => self.block(Block::Paragraph(vec![inline])),
        }
    }

    fn block(&mut self, block: Block) {
        match self.open.last_mut() {
            Some(Node::Root(blocks) | Node::Quote(blocks)) => blocks.push(block),
            Some(Node::Item { blocks, loose }) => {
                if !loose.is_empty() {
                    blocks.push(Block::Paragraph(std::mem::take(loose)));
                }
                blocks.push(block);
            }
            // Markdown nests blocks in nothing else.
            _ => {}
        }
    }
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.into())
    }

    #[test]
    fn paragraphs_lists_and_emphasis() {
        let blocks = parse("Keep it **dry**.\n\n1. Warm\n2. Rinse *twice*\n");
        assert_eq!(
            blocks,
            [
                Block::Paragraph(vec![text("Keep it "), Inline::Strong(vec![text("dry")]), text(".")]),
                Block::List {
                    start: Some(1),
                    items: vec![
                        vec![Block::Paragraph(vec![text("Warm")])],
                        vec![Block::Paragraph(vec![text("Rinse "), Inline::Emphasis(vec![text("twice")])])],
                    ],
                },
            ]
        );
    }

    #[test]
    fn nested_lists_keep_their_order() {
        let blocks = parse("- a\n  - b\n- c\n");
        let Block::List { start: None, items } = &blocks[0] else { panic!("{blocks:?}") };
        assert_eq!(items.len(), 2);
        assert_eq!(items[0][0], Block::Paragraph(vec![text("a")]));
        assert!(matches!(&items[0][1], Block::List { items, .. } if items.len() == 1));
    }

    #[test]
    fn tables_are_rows_of_cells_head_first() {
        let blocks = parse("| Zone | Days |\n|---|---|\n| EU | 3 |\n");
        assert_eq!(
            blocks,
            [Block::Table(vec![vec![vec![text("Zone")], vec![text("Days")]], vec![vec![text("EU")], vec![text("3")]]])]
        );
    }

    #[test]
    fn html_shows_as_text() {
        let blocks = parse("<img src=x onerror=alert(1)> and <script>alert(1)</script>");
        let shown = format!("{blocks:?}");
        assert!(shown.contains("onerror"), "{shown}");
        assert!(
            matches!(&blocks[0], Block::Paragraph(inlines) if inlines.iter().all(|i| matches!(i, Inline::Text(_))))
        );
    }

    #[test]
    fn only_listed_schemes_are_links() {
        for href in ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/here", "JaVaScRiPt:x", "vbscript:x"]
        {
            let blocks = parse(&format!("[word]({href})"));
            assert_eq!(blocks, [Block::Paragraph(vec![text("word")])], "{href}");
        }
        for href in ["https://example.org/a", "mailto:a@b.c", "tel:+4930", "HTTP://example.org"] {
            let blocks = parse(&format!("[word](<{href}>)"));
            assert_eq!(
                blocks,
                [Block::Paragraph(vec![Inline::Link { href: href.into(), children: vec![text("word")] }])]
            );
        }
    }

    #[test]
    fn pictures_become_their_description() {
        assert_eq!(
            parse("![a cup](https://tracker.example/x.png)"),
            [Block::Paragraph(vec![Inline::Emphasis(vec![text("a cup")])])]
        );
    }

    #[test]
    fn a_broken_line_is_a_space_in_english_and_nothing_in_chinese() {
        assert_eq!(parse("two\nlines"), [Block::Paragraph(vec![text("two lines")])]);
        assert_eq!(parse("白瓷\n盖碗"), [Block::Paragraph(vec![text("白瓷盖碗")])]);
    }

    #[test]
    fn unfinished_markdown_of_a_running_stream_still_shows() {
        assert_eq!(parse("Rinse **tw"), [Block::Paragraph(vec![text("Rinse **tw")])]);
        assert!(!parse("| a | b |\n|--").is_empty());
    }

    #[test]
    fn plain_text_has_no_marks() {
        let plain = |source| Block::plain(&parse(source));
        assert_eq!(plain("**Dry** it.\n\n- one\n- [two](https://a.b)"), "Dry it.\none\ntwo");
        assert_eq!(plain("| Zone | Days |\n|---|:-:|\n| EU | **3** |\n"), "Zone, Days\nEU, 3");
    }

    #[test]
    fn a_growing_text_gives_what_has_changed() {
        let mut growing = Growing::default();
        assert_eq!(growing.push("One."), (0, parse("One.")));
        assert_eq!(growing.push(" Two.\n\n"), (0, parse("One. Two.")));
        assert_eq!(growing.push("- a\n"), (1, parse("- a")));
        let mut shown = parse("One. Two.\n\n- a");
        let (first, blocks) = growing.push("- b\n\nEnd.");
        shown.truncate(first);
        shown.extend(blocks);
        assert_eq!(shown, parse("One. Two.\n\n- a\n- b\n\nEnd."));
    }
}
