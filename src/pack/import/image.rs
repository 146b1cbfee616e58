//! Which image files a pack takes, and what they may hold. The page shows images by `<img>`, where a
//! browser runs no script; the check of drawings is the second fence, and it keeps a pack from calling
//! home when its images are used elsewhere.

/// Largest drawing; line drawings stay far below it.
const MAX_DRAWING_BYTES: usize = 64 * 1024;
/// Largest photograph: a shopper's telephone loads all of the shop's at once.
const MAX_PHOTOGRAPH_BYTES: usize = 256 * 1024;

/// Endings of the files a pack takes, and how their content begins: what follows offset 0, or 4 for AVIF
/// (ISO/IEC 23000-22: a `ftyp` box comes first).
const PHOTOGRAPHS: [(&str, usize, &[u8]); 5] = [
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("jpg", 0, b"\xff\xd8\xff"),
    ("jpeg", 0, b"\xff\xd8\xff"),
    ("webp", 0, b"RIFF"),
    ("avif", 4, b"ftypavif"),
];

/// What is wrong with an image file, and the cure.
pub fn find_fault(name: &str, bytes: &[u8]) -> Option<(String, &'static str)> {
    let ending = name.rsplit('.').next().unwrap_or_default();
    if ending == "svg" {
        return find_fault_in_drawing(bytes);
    }
    let Some((_, at, start)) = PHOTOGRAPHS.iter().find(|(known, ..)| *known == ending) else {
        return Some(("is of no known kind".into(), "use .svg, .png, .jpg, .webp or .avif, in lower case"));
    };
    if bytes.len() > MAX_PHOTOGRAPH_BYTES {
        let what = format!("is {} bytes, more than {MAX_PHOTOGRAPH_BYTES}", bytes.len());
        return Some((what, "make it smaller: 800 pixels wide as WebP or JPEG is plenty"));
    }
    let fits = bytes.get(*at..).is_some_and(|rest| rest.starts_with(start));
    (!fits).then(|| (format!("is not what .{ending} says"), "save it again in that format"))
}

fn find_fault_in_drawing(bytes: &[u8]) -> Option<(String, &'static str)> {
    if bytes.len() > MAX_DRAWING_BYTES {
        let what = format!("is {} bytes, more than {MAX_DRAWING_BYTES}", bytes.len());
        return Some((what, "simplify the drawing, or save it as .webp"));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some(("is not UTF-8".into(), "save the drawing as a plain SVG"));
    };
    let text = text.to_ascii_lowercase();
    if !text.contains("<svg") || !text.contains("</svg>") {
        return Some(("is not an SVG".into(), "save the drawing as an SVG"));
    }
    const FORBIDDEN: [&str; 9] = [
        "<script",
        "<foreignobject",
        "<iframe",
        "<embed",
        "<object",
        "<!entity",
        "<!doctype",
        "javascript:",
        "@import",
    ];
    if let Some(found) = FORBIDDEN.into_iter().find(|&found| text.contains(found)) {
        return Some((format!("holds `{found}`"), "remove it: a drawing needs no code"));
    }
    if has_event_handler(&text) {
        return Some(("holds an event handler".into(), "remove the `on…` attribute"));
    }
    has_outside_reference(&text).then(|| ("refers to something outside itself".into(), "embed or remove it"))
}

/// Looks for `on…=` where an attribute may stand.
fn has_event_handler(text: &str) -> bool {
    text.match_indices("on").any(|(at, _)| {
        let starts = at > 0 && matches!(text.as_bytes()[at - 1], b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'"' | b'\'');
        let name: usize = text[at + 2..].bytes().take_while(u8::is_ascii_alphabetic).count();
        starts && name > 0 && text[at + 2 + name..].trim_start().starts_with('=')
    })
}

/// Looks for `href`, `src` and `url()` whose target is neither a fragment nor an embedded image.
fn has_outside_reference(text: &str) -> bool {
    let is_inside = |target: &str| {
        let target = target.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
        target.starts_with('#') || target.starts_with("data:image/")
    };
    let attribute = ["href", "src"].into_iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            text[at + name.len()..].trim_start().strip_prefix('=').is_some_and(|target| !is_inside(target))
        })
    });
    attribute || text.match_indices("url(").any(|(at, _)| !is_inside(&text[at + 4..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(body: &str) -> Option<(String, &'static str)> {
        find_fault("a.svg", format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{body}</svg>").as_bytes())
    }

    #[test]
    fn plain_drawings_pass() {
        assert_eq!(svg("<use href=\"#leaf\"/><path fill=\"url(#glaze)\" d=\"M0 0\"/>"), None);
        assert_eq!(svg("<title>one on one</title><image href='data:image/png;base64,AA=='/>"), None);
    }

    #[test]
    fn code_and_outside_references_do_not() {
        for body in [
            "<script>1</script>",
            "<g onload=\"x()\"/>",
            "<g\nonclick = 'x'/>",
            "<use href=\"https://a.b/c.svg#d\"/>",
            "<a href=\"javascript:x\"/>",
            "<style>@import 'x'</style>",
            "<path fill=\"url(https://a.b)\"/>",
            "<foreignObject/>",
            "<image xlink:href='//a.b/c.png'/>",
            "<SCRIPT/>",
        ] {
            assert!(svg(body).is_some(), "{body}");
        }
        assert!(find_fault("a.svg", b"GIF89a").is_some());
        assert!(find_fault("a.svg", &vec![b' '; MAX_DRAWING_BYTES + 1]).is_some());
    }

    #[test]
    fn photographs_are_what_their_names_say() {
        assert_eq!(find_fault("a.png", b"\x89PNG\r\n\x1a\n..."), None);
        assert_eq!(find_fault("a.jpeg", b"\xff\xd8\xff\xe0"), None);
        assert_eq!(find_fault("a.avif", b"\0\0\0\x20ftypavif"), None);
        assert!(find_fault("a.jpg", b"\x89PNG\r\n\x1a\n").is_some_and(|(what, _)| what.contains(".jpg")));
        assert!(find_fault("a.avif", b"\0").is_some());
        assert!(find_fault("a.gif", b"GIF89a").is_some_and(|(what, _)| what.contains("no known kind")));
        let mut large = b"\xff\xd8\xff".to_vec();
        large.resize(MAX_PHOTOGRAPH_BYTES + 1, 0);
        assert!(find_fault("a.jpg", &large).is_some());
    }
}
