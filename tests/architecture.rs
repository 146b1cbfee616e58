//! Reads the sources and fails when they break what `src/lib.rs` and the README promise.
//!
//! Text is enough: one file is one module here, and every path into another module starts with
//! `crate::` (or `attendant::` in the programs).

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Which modules of the crate each module may name. A module always may name itself.
///
/// `protocol` is plain data and open to all who speak of its types (languages, products, reasons).
const MAY_USE: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("platform", &["protocol"]),
    ("gguf", &["platform"]),
    ("kernels", &["platform", "gguf"]),
    ("tokenizer", &["platform", "gguf"]),
    ("model", &["protocol", "platform", "gguf", "kernels", "tokenizer"]),
    ("generate", &["platform", "gguf", "model", "tokenizer"]),
    ("pack", &["protocol", "platform", "gguf", "model", "tokenizer", "retrieve"]),
    ("retrieve", &["protocol", "pack"]),
    ("recommend", &["protocol", "platform", "pack"]),
    ("classify", &["platform", "gguf", "pack", "retrieve"]),
    ("chat", &["protocol", "pack", "retrieve", "recommend", "classify"]),
    ("privacy", &["protocol", "platform"]),
    ("insights", &["platform", "recommend"]),
    ("dashboard", &["protocol", "platform", "pack", "recommend", "insights"]),
    (
        "engine",
        &[
            "protocol",
            "platform",
            "gguf",
            "kernels",
            "tokenizer",
            "model",
            "generate",
            "pack",
            "retrieve",
            "recommend",
            "classify",
            "chat",
            "privacy",
        ],
    ),
    ("widget", &["protocol", "platform"]),
    ("ui", &["protocol", "platform", "pack", "widget"]),
];

/// Of `pack`, the page may open a pack and know its format; making one is the command line's.
const PACK_FOR_UI: &[&str] = &["format", "offer", "open", "signature"];

/// The web and the view layer stay out of what must also run natively.
const WEB: &[&str] = &["web_sys", "js_sys", "leptos", "wasm_bindgen", "wasm_bindgen_futures", "serde_wasm_bindgen"];
const WITHOUT_WEB: &[&str] = &[
    "protocol",
    "gguf",
    "kernels",
    "tokenizer",
    "model",
    "generate",
    "pack",
    "retrieve",
    "recommend",
    "classify",
    "insights",
    "chat",
    "privacy",
    "widget",
];

/// What the page must not link.
const HEAVY: &[&str] = &["burn", "burn_wgpu", "cubecl", "tokenizers"];

/// Past this a file is two files.
const MAX_LINES: usize = 600;

struct Source {
    path: PathBuf,
    /// First component under `src/`: `model` for `src/model/rope.rs` and for `src/model.rs`.
    module: String,
    text: String,
}

#[test]
fn modules_name_only_what_the_dependency_rule_allows() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| !matches!(source.module.as_str(), "lib" | "bin")) {
        let Some((_, allowed)) = MAY_USE.iter().find(|(module, _)| *module == source.module) else {
            broken.push(format!("{}: src/{} is not in the dependency rule", source.path.display(), source.module));
            continue;
        };
        for (line, path) in crate_paths(source) {
            let target = path[0].as_str();
            let is_module = MAY_USE.iter().any(|(module, _)| *module == target);
            let hidden_from_ui = source.module == "ui"
                && target == "pack"
                && path
                    .get(1)
                    .is_some_and(|part| part.starts_with(char::is_lowercase) && !PACK_FOR_UI.contains(&part.as_str()));
            if is_module && target != source.module && (!allowed.contains(&target) || hidden_from_ui) {
                broken.push(format!(
                    "{}:{line}: {} may not use {}",
                    source.path.display(),
                    source.module,
                    path.join("::")
                ));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_models_never_see_the_web_and_the_page_never_sees_burn() {
    let mut broken = Vec::new();
    for source in &sources() {
        let forbidden = match source.module.as_str() {
            "ui" => HEAVY,
            module if WITHOUT_WEB.contains(&module) => WEB,
            _ => continue,
        };
        for (number, line) in code_lines(&source.text) {
            for name in forbidden.iter().filter(|name| names_crate(line, name)) {
                broken.push(format!("{}:{number}: {} may not use {name}", source.path.display(), source.module));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn only_the_platform_and_the_programs_ask_for_the_target() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| !matches!(source.module.as_str(), "platform" | "bin")) {
        for (number, line) in code_lines(&source.text) {
            // A kernel may pick its instructions; that is not another behaviour.
            let picks_instructions = source.module == "kernels" && line.contains("target_feature");
            if line.contains("target_arch") && !picks_instructions {
                broken.push(format!("{}:{number}: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "cfg(target_arch) belongs in src/platform and src/bin:\n{}", broken.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = sources()
        .iter()
        .map(|source| (source.path.display().to_string(), length_without_tests(&source.text)))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(path, lines)| format!("{path}: {lines} lines, limit {MAX_LINES}"))
        .collect();
    assert!(long.is_empty(), "split:\n{}", long.join("\n"));
}

/// The tree stands in a fenced block; its first line is `src/` or the repository's name, a folder
/// ends in `/`, two more spaces are one level deeper, and what follows two spaces is a remark.
#[test]
fn every_path_of_the_readme_exists() {
    let root = root();
    let Ok(readme) = fs::read_to_string(root.join("README.md")) else {
        return; // The README is the last thing written; from then on it is held to its word.
    };
    let mut missing = Vec::new();
    for path in tree_paths(&readme) {
        if !root.join(&path).exists() {
            missing.push(path);
        }
    }
    assert!(missing.is_empty(), "README.md names what is not there: {missing:?}");
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let threats = fs::read_to_string(root().join("src/privacy/threats.md")).expect("it is committed");
    let (_, shown) = threats.split_once("## What shows it").expect("its claims are shown by tests");
    let named: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
    let missing: Vec<&&str> = named.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(named.len() > 10 && missing.is_empty(), "threats.md names what is not there: {missing:?}");
}

#[test]
fn the_page_carries_the_policy_that_hosts_are_told_to_send() {
    let headers = fs::read_to_string(root().join("www/_headers")).expect("www/_headers is committed");
    let sent = headers
        .lines()
        .find_map(|line| line.trim().strip_prefix("Content-Security-Policy: "))
        .expect("www/_headers sets a content security policy");
    let Ok(page) = fs::read_to_string(root().join("index.html")) else { return };
    // `frame-ancestors` means something in a header alone.
    let carried: Vec<&str> = sent.split("; ").filter(|directive| !directive.starts_with("frame-ancestors")).collect();
    for directive in carried {
        assert!(page.contains(directive), "index.html's policy lacks `{directive}`, which www/_headers sends");
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut found = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src/ can be read") {
            let path = entry.expect("src/ can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&src).expect("found under src/");
                let first = inside.iter().next().expect("a file has a name");
                let module = Path::new(first).file_stem().expect("a file has a name").to_string_lossy().into_owned();
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                found.push(Source { path: path.strip_prefix(root()).expect("under the root").into(), module, text });
            }
        }
    }
    assert!(found.len() > 5, "no sources found under {}", src.display());
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Lines that are code: no comments, which may name anything.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter_map(|(index, line)| {
        let code = line.split("//").next().unwrap_or_default();
        (!code.trim().is_empty()).then_some((index + 1, code))
    })
}

/// Every `crate::a::b` of the code, and each branch of `crate::{a, b::c}`; at most two parts of each.
fn crate_paths(source: &Source) -> BTreeSet<(usize, Vec<String>)> {
    let mut paths = BTreeSet::new();
    // Groups run over lines, so the code is searched as one text.
    let code: String = code_lines_padded(&source.text);
    for (at, _) in code.match_indices("crate::") {
        // `$crate::` in a macro is a path like another; `mycrate::` is not one.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + "crate::".len()..];
        for path in branches(rest, 2) {
            if !path.is_empty() {
                paths.insert((line, path));
            }
        }
    }
    paths
}

fn code_lines_padded(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The paths that `text` starts with, to a depth: `a::b` is one, `{a, b::{c, d}}` is three.
fn branches(text: &str, depth: usize) -> Vec<Vec<String>> {
    if depth == 0 {
        return vec![Vec::new()];
    }
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        return split_group(group).into_iter().flat_map(|branch| branches(branch, depth)).collect();
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return vec![Vec::new()];
    }
    let deeper = rest.strip_prefix("::").map_or_else(|| vec![Vec::new()], |rest| branches(rest, depth - 1));
    deeper.into_iter().map(|tail| [vec![name.to_owned()], tail].concat()).collect()
}

/// Splits what follows an opening brace at its own commas, up to the brace that closes it.
fn split_group(group: &str) -> Vec<&str> {
    let (mut parts, mut level, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => level += 1,
            '}' if level == 0 => {
                parts.push(&group[start..at]);
                return parts;
            }
            '}' => level -= 1,
            ',' if level == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}

/// Whether a line names a crate at the head of a path: `burn::`, `use burn;`, `::burn::`.
fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].trim_end_matches("::");
        let after = &line[at + name.len()..];
        !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"')
            && (after.starts_with("::") || (before.trim_end().ends_with("use") && after.starts_with([';', ' '])))
    })
}

fn length_without_tests(text: &str) -> usize {
    text.find("\n#[cfg(test)]").map_or(text, |end| &text[..end]).lines().count()
}

/// Paths of the README's annotated tree, from the root.
fn tree_paths(readme: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for block in readme.split("```").skip(1).step_by(2) {
        let lines: Vec<&str> = block.lines().skip(1).filter(|line| !line.trim().is_empty()).collect();
        if !lines.iter().any(|line| line.trim_start().starts_with("src/")) {
            continue;
        }
        let mut above: Vec<(usize, String)> = Vec::new();
        for line in lines {
            let depth = line.len() - line.trim_start().len();
            let name = line.split_whitespace().next().unwrap_or_default();
            above.retain(|(indent, _)| *indent < depth);
            let path: String = above.iter().map(|(_, folder)| folder.as_str()).chain([name]).collect();
            if name.ends_with('/') {
                above.push((depth, name.to_owned()));
            }
            paths.push(path);
        }
    }
    paths
}

#[cfg(test)]
mod reading {
    use super::*;

    #[test]
    fn groups_are_read_branch_by_branch() {
        let source = Source {
            path: "x.rs".into(),
            module: "ui".into(),
            text: "use crate::{\n    pack::{open::Pack, build},\n    protocol,\n}; // crate::model\n".into(),
        };
        let found: Vec<String> = crate_paths(&source).into_iter().map(|(_, path)| path.join("::")).collect();
        assert_eq!(found, ["pack::build", "pack::open", "protocol"]);
    }

    #[test]
    fn a_crate_is_named_only_at_the_head_of_a_path() {
        assert!(names_crate("use burn::tensor::Tensor;", "burn"));
        assert!(names_crate("    let x = burn::x();", "burn"));
        assert!(!names_crate("use sunburn::x;", "burn"));
        assert!(!names_crate("burn_wgpu::x", "burn"));
        assert!(!names_crate("feature = \"burn\"", "burn"));
    }

    #[test]
    fn a_tree_becomes_paths() {
        let readme = "```text\nsrc/            all of it\n  model/        models\n    rope.rs\n  lib.rs\ndev             the script\n```";
        assert_eq!(tree_paths(readme), ["src/", "src/model/", "src/model/rope.rs", "src/lib.rs", "dev"]);
    }
}
