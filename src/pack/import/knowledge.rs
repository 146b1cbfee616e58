//! `knowledge/<lang>/*.md` → [`Passage`]s.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::Mistakes;
use super::source::read_text;
use crate::pack::format::{Passage, Product, ShopSettings, may_lead_to};
use crate::protocol::Language;

const FRONT_MATTER_KEYS: [&str; 4] = ["id", "title", "products", "tags"];

/// A passage and where it stands.
struct Placed {
    file: String,
    line: u64,
    passage: Passage,
}

/// Reads the knowledge in all the shop's languages, sorted by language and file.
pub fn read(dir: &Path, settings: &ShopSettings, products: &[Product], mistakes: &mut Mistakes) -> Vec<Passage> {
    let known: BTreeSet<&str> = products.iter().map(|product| product.id.as_str()).collect();
    let mut placed: Vec<Placed> = Vec::new();
    for &language in &settings.languages {
        let folder = format!("knowledge/{}", language.code());
        for file in list_markdown(dir, &folder, mistakes) {
            let Some(text) = read_text(dir, &file, mistakes) else { continue };
            placed.extend(read_file(&file, &text, language, &known, mistakes));
        }
    }
    check_ids(&placed, settings, mistakes);
    placed.into_iter().map(|placed| placed.passage).collect()
}

fn list_markdown(dir: &Path, folder: &str, mistakes: &mut Mistakes) -> Vec<String> {
    let mut files: Vec<String> = std::fs::read_dir(dir.join(folder))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".md") && !name.starts_with('.'))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    if files.is_empty() {
        mistakes.add(folder, None, "holds no Markdown file", "add one file a topic");
    }
    files.sort();
    files
}

/// Every id once a language, and the same ids in all of them.
fn check_ids(placed: &[Placed], settings: &ShopSettings, mistakes: &mut Mistakes) {
    let mut seen: BTreeMap<(&str, Language), &Placed> = BTreeMap::new();
    for one in placed {
        if let Some(first) = seen.insert((&one.passage.id, one.passage.language), one) {
            let what = format!("id “{}” is also in {}:{}", one.passage.id, first.file, first.line);
            mistakes.add(&one.file, one.line, what, "give each heading its own slug");
        }
    }
    for one in placed {
        for &language in settings.languages.iter().filter(|&&language| language != one.passage.language) {
            if !seen.contains_key(&(one.passage.id.as_str(), language)) {
                let what = format!("“{}” is missing in “{}”", one.passage.id, language.code());
                mistakes.add(&one.file, one.line, what, "translate the passage under the same slug");
            }
        }
    }
}

/// What stands between the `---` lines.
#[derive(Default)]
struct FrontMatter {
    id: String,
    title: String,
    products: Vec<String>,
    tags: Vec<String>,
}

fn read_file(
    file: &str,
    text: &str,
    language: Language,
    known_products: &BTreeSet<&str>,
    mistakes: &mut Mistakes,
) -> Vec<Placed> {
    let lines: Vec<&str> = text.lines().collect();
    let (front, mut at) = read_front_matter(file, &lines, known_products, mistakes);
    let mut placed = Vec::new();
    let first = find_heading(&lines, at).unwrap_or(lines.len());
    if let Some(stray) = (at..first).find(|&line| !lines[line].trim().is_empty()) {
        mistakes.add(file, stray as u64 + 1, "text before the first heading", "put it under a `## Heading {#slug}`");
    }
    if first == lines.len() {
        mistakes.add(file, None, "has no heading", "write a `## Heading {#slug}` over each passage");
    }
    at = first;
    while at < lines.len() {
        let next = find_heading(&lines, at + 1).unwrap_or(lines.len());
        let line = at as u64 + 1;
        let heading = lines[at][2..].trim();
        let body = lines[at + 1..next].join("\n");
        at = next;
        let Some((heading, slug)) = split_slug(heading) else {
            mistakes.add(file, line, format!("heading “{heading}” has no slug"), "end it with {#a-short-name}");
            continue;
        };
        let body = Body::read(&body);
        if body.has_html {
            mistakes.add(file, line, "the passage holds HTML, which is not shown", "use Markdown");
        }
        for link in &body.dead_links {
            let cure = "write a whole address (https:, mailto:, tel:), or plain words";
            mistakes.add(file, line, format!("the link “{link}” leads nowhere from the shop's page"), cure);
        }
        if body.text.is_empty() || heading.is_empty() {
            mistakes.add(file, line, format!("passage “{slug}” is empty"), "write its heading and text, or remove it");
            continue;
        }
        let passage = Passage {
            id: format!("{}#{slug}", front.id),
            language,
            topic: front.title.clone(),
            heading: heading.to_owned(),
            markdown: body.markdown,
            text: body.text,
            products: front.products.clone(),
            tags: front.tags.clone(),
            also: body.also,
        };
        placed.push(Placed { file: file.to_owned(), line, passage });
    }
    placed
}

/// The next `## ` line from `from` on, outside fenced code.
fn find_heading(lines: &[&str], from: usize) -> Option<usize> {
    let mut fenced = false;
    (from..lines.len()).find(|&at| {
        fenced ^= lines[at].starts_with("```");
        !fenced && lines[at].starts_with("## ")
    })
}

/// `Heading {#slug}` → heading and slug.
fn split_slug(heading: &str) -> Option<(&str, &str)> {
    let (text, slug) = heading.strip_suffix('}')?.rsplit_once("{#")?;
    let is_slug = !slug.is_empty() && slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    is_slug.then_some((text.trim(), slug))
}

fn read_front_matter(
    file: &str,
    lines: &[&str],
    known_products: &BTreeSet<&str>,
    mistakes: &mut Mistakes,
) -> (FrontMatter, usize) {
    let mut front = FrontMatter::default();
    let end =
        (lines.first() == Some(&"---")).then(|| (1..lines.len()).find(|&at| lines[at].trim_end() == "---")).flatten();
    let Some(end) = end else {
        mistakes.add(file, 1, "no front matter", "begin with `---`, `id: …`, `title: …`, `---`");
        return (front, 0);
    };
    let list = |value: &str| -> Vec<String> {
        value.split([',', '，', '、']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    };
    for (at, text) in lines.iter().enumerate().take(end).skip(1) {
        let line = at as u64 + 1;
        if text.trim().is_empty() {
            continue;
        }
        let (key, value) = text.split_once(':').map_or((text.trim(), ""), |(key, value)| (key.trim(), value.trim()));
        match key {
            "id" => front.id = value.to_owned(),
            "title" => front.title = value.to_owned(),
            "tags" => front.tags = list(value),
            "products" => {
                front.products = list(value);
                for product in front.products.iter().filter(|product| !known_products.contains(product.as_str())) {
                    mistakes.add(file, line, format!("unknown product “{product}”"), "use an id from products.csv");
                }
            }
            _ => {
                let what = format!("unknown front matter “{key}”");
                mistakes.add(file, line, what, format!("use one of {}", FRONT_MATTER_KEYS.join(", ")));
            }
        }
    }
    for (key, value) in [("id", &front.id), ("title", &front.title)] {
        if value.is_empty() {
            mistakes.add(file, 1, format!("no `{key}` in the front matter"), format!("write `{key}: …`"));
        }
    }
    (front, end + 1)
}

/// A passage's text, as written and plain.
#[derive(Default)]
struct Body {
    markdown: String,
    text: String,
    also: Vec<String>,
    has_html: bool,
    /// Targets that the page does not follow.
    dead_links: Vec<String>,
}

impl Body {
    fn read(source: &str) -> Body {
        let mut body = Body::default();
        let mut kept = Vec::new();
        for line in source.lines() {
            match line.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")) {
                Some(comment) => {
                    let phrases = comment.trim().strip_prefix("also:").unwrap_or_default();
                    let phrases = phrases.split([';', '；']).map(str::trim).filter(|phrase| !phrase.is_empty());
                    body.also.extend(phrases.map(str::to_owned));
                }
                None => kept.push(line),
            }
        }
        body.markdown = kept.join("\n").trim().to_owned();
        body.text = body.plain();
        body
    }

    /// One line a paragraph, list item or table row.
    fn plain(&mut self) -> String {
        let mut text = String::new();
        for event in Parser::new_ext(&self.markdown, Options::ENABLE_TABLES) {
            match event {
                Event::Text(piece) | Event::Code(piece) => text.push_str(&piece),
                Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::TableCell) => text.push(' '),
                Event::End(
                    TagEnd::Paragraph | TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead | TagEnd::Heading(_),
                ) => {
                    text.push('\n');
                }
                Event::Start(Tag::Link { dest_url, .. }) if !may_lead_to(&dest_url) => {
                    self.dead_links.push(dest_url.into_string());
                }
                Event::Html(_) | Event::InlineHtml(_) => self.has_html = true,
                _ => {}
            }
        }
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    }
}
