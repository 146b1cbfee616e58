//! Whom and what the frame believes. Pure: origins and addresses as browsers write them.

/// Whether a page of this origin may drive the frame, whose own origin is `own`.
///
/// Opaque origins (`null`: a sandboxed frame, a file) name nobody, and over plain HTTP anybody on the way
/// may have written the page. A frame that itself came over plain HTTP has nothing to lose by that.
pub fn may_embed(origin: &str, own: &str) -> bool {
    origin == own || origin.starts_with("https://") || is_loopback(origin) || is_plain(origin) && is_plain(own)
}

fn is_plain(origin: &str) -> bool {
    origin.starts_with("http://")
}

fn is_loopback(origin: &str) -> bool {
    let Some(host) = origin.strip_prefix("http://") else { return false };
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, _)) => name,
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "localhost" | "127.0.0.1" | "::1")
}

/// An address that the host asks the frame to fetch: on the frame's own origin, or nothing.
pub fn own_url<'a>(url: &'a str, own: &str) -> Option<&'a str> {
    url.strip_prefix(own).filter(|rest| rest.starts_with('/')).map(|_| url)
}

/// The way to a person: mail, telephone, or a page of a secure site.
pub fn handoff_url(url: &str) -> Option<&str> {
    let scheme = url.split_once(':')?.0.to_ascii_lowercase();
    matches!(scheme.as_str(), "mailto" | "tel" | "https").then_some(url)
}

/// The shop's page of one product. The id comes escaped.
pub fn product_url(template: &str, id: &str) -> Option<String> {
    let is_page = template.starts_with("https://") || template.starts_with("http://");
    is_page.then(|| template.replace("{id}", id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_are_what_they_say_may_embed() {
        let own = "https://shop.example";
        for origin in [own, "https://other.example", "http://localhost:5173", "http://127.0.0.1", "http://[::1]:8080"] {
            assert!(may_embed(origin, own), "{origin}");
        }
        for origin in ["null", "", "http://shop.example", "http://localhost.evil.example", "file://", "data:x"] {
            assert!(!may_embed(origin, own), "{origin}");
        }
        assert!(may_embed("http://a.test", "http://b.test"), "nothing is lost where nothing is secure");
        assert!(!may_embed("null", "http://b.test"));
    }

    #[test]
    fn the_frame_fetches_from_its_own_origin_alone() {
        let own = "https://shop.example";
        assert!(own_url("https://shop.example/attendant/shop.pack", own).is_some());
        for url in
            ["https://shop.example.evil.example/x", "https://shop.example@evil.example/", "//evil.example/x", "x"]
        {
            assert_eq!(own_url(url, own), None, "{url}");
        }
    }

    #[test]
    fn a_hand_off_runs_no_script() {
        for url in ["mailto:help@shop.example", "TEL:+49123", "https://wa.me/49123"] {
            assert!(handoff_url(url).is_some(), "{url}");
        }
        for url in ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "http://shop.example", "help"] {
            assert_eq!(handoff_url(url), None, "{url}");
        }
    }

    #[test]
    fn a_product_has_its_page_in_the_shop() {
        let template = "https://shop.example/p/{id}?from=chat";
        assert_eq!(product_url(template, "a%26b").as_deref(), Some("https://shop.example/p/a%26b?from=chat"));
        assert_eq!(product_url("javascript:{id}", "x"), None);
    }
}
