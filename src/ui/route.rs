//! Where the shopper is, as a query string: `?product=ID` works under any path of any static host.

/// A view of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Route {
    #[default]
    Home,
    /// One category of the catalogue, by its id.
    Category(String),
    /// What a search found.
    Search(String),
    Product(String),
    Cart,
    /// "How this works".
    About,
}

impl Route {
    /// Reads a query string through a lookup of its parameters.
    pub fn from_query(parameter: impl Fn(&str) -> Option<String>) -> Route {
        let filled = |name: &str| parameter(name).filter(|value| !value.trim().is_empty());
        if let Some(product) = filled("product") {
            return Route::Product(product);
        }
        match filled("view").as_deref() {
            Some("cart") => return Route::Cart,
            Some("about") => return Route::About,
            _ => {}
        }
        if let Some(words) = filled("q") {
            return Route::Search(words);
        }
        filled("category").map_or(Route::Home, Route::Category)
    }

    /// The query string, given how to escape a value; `?` alone is the home page, whatever the path.
    pub fn to_query(&self, escape: impl Fn(&str) -> String) -> String {
        match self {
            Route::Home => "?".into(),
            Route::Category(id) => format!("?category={}", escape(id)),
            Route::Search(words) => format!("?q={}", escape(words)),
            Route::Product(id) => format!("?product={}", escape(id)),
            Route::Cart => "?view=cart".into(),
            Route::About => "?view=about".into(),
        }
    }

    /// Whether the two are the catalogue, differently filtered: no new page, so no moved focus.
    pub fn same_page(&self, other: &Route) -> bool {
        let catalogue = |route: &Route| matches!(route, Route::Home | Route::Category(_) | Route::Search(_));
        self == other || (catalogue(self) && catalogue(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Route {
        let pairs: Vec<(&str, &str)> =
            query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('=')).collect();
        Route::from_query(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string()))
    }

    #[test]
    fn every_route_reads_back_from_its_own_query() {
        let routes = [
            Route::Home,
            Route::Category("teapots".into()),
            Route::Search("gaiwan".into()),
            Route::Product("yx-01".into()),
            Route::Cart,
            Route::About,
        ];
        for route in routes {
            assert_eq!(read(&route.to_query(str::to_owned)), route);
        }
    }

    #[test]
    fn what_is_not_known_is_the_home_page() {
        assert_eq!(read("?utm_source=letter&view=nowhere"), Route::Home);
        assert_eq!(read("?product="), Route::Home);
    }

    #[test]
    fn values_are_escaped() {
        let query = Route::Search("a&b".into()).to_query(|value| value.replace('&', "%26"));
        assert_eq!(query, "?q=a%26b");
    }
}
