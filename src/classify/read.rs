//! Labelled texts: a line each, `text<TAB>label`, UTF-8.

use super::ClassifyError;

/// A text and what it should be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    pub text: String,
    pub label: String,
}

/// Reads `text<TAB>label` lines; empty ones are passed over. The last tab of a line divides it.
///
/// # Errors
/// The first line without a tab, a text or a label.
pub fn read_samples(file: &str) -> Result<Vec<Sample>, ClassifyError> {
    lines(file)
        .map(|(line, content)| {
            let problem = |problem| ClassifyError::Line { line, problem };
            let (text, label) =
                content.rsplit_once('\t').ok_or(problem("no tab; a line is a text, a tab and a label"))?;
            match (text.trim(), label.trim()) {
                ("", _) => Err(problem("no text before the tab")),
                (_, "") => Err(problem("no label after the tab")),
                (text, label) => Ok(Sample { text: text.into(), label: label.into() }),
            }
        })
        .collect()
}

/// Reads texts alone: what stands after a tab is passed over, as labels are in files of out-of-scope texts.
pub fn read_texts(file: &str) -> Vec<String> {
    let texts = lines(file).map(|(_, content)| content.rsplit_once('\t').map_or(content, |(text, _)| text).trim());
    texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

fn lines(file: &str) -> impl Iterator<Item = (usize, &str)> {
    let file = file.strip_prefix('\u{feff}').unwrap_or(file);
    file.lines().zip(1..).map(|(content, line)| (line, content)).filter(|(_, content)| !content.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_with_marks_of_order_and_endings_of_any_kind() {
        let samples = read_samples("\u{feff}where is it?\torder\r\n\n退货\treturn\n").unwrap();
        assert_eq!(samples[0], Sample { text: "where is it?".into(), label: "order".into() });
        assert_eq!(samples[1].label, "return");
        assert_eq!(read_texts("a b\toos\nc\n"), ["a b", "c"]);
    }

    #[test]
    fn a_broken_line_is_named() {
        for (file, line) in [("a\tb\nno tab\n", 2), ("\tb", 1), ("a\t ", 1)] {
            assert!(matches!(read_samples(file), Err(ClassifyError::Line { line: found, .. }) if found == line));
        }
    }
}
