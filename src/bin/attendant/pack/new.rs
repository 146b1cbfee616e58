use std::path::Path;

use anyhow::{Context, ensure};

/// The smallest shop that shows what a shop may say.
const FILES: [(&str, &str); 4] = [
    ("shop.toml", include_str!("new_shop/shop.toml")),
    ("products.csv", include_str!("new_shop/products.csv")),
    ("knowledge/en/shipping.md", include_str!("new_shop/knowledge/en/shipping.md")),
    ("knowledge/en/returns.md", include_str!("new_shop/knowledge/en/returns.md")),
];

/// Writes a shop to begin with into a folder that is empty or not there yet.
pub fn new(dir: &Path) -> anyhow::Result<()> {
    let is_empty = std::fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    ensure!(is_empty, "{} is not empty; name a folder that is not there yet", dir.display());
    for (name, text) in FILES {
        let path = dir.join(name);
        let folder = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", path.display());
    }
    println!("now: attendant pack check {0}; attendant pack build {0} -o shop.pack", dir.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use attendant::pack::build::build_lexical;
    use attendant::pack::import::read_shop;

    use super::new;

    #[test]
    fn a_new_shop_is_without_mistakes_and_writes_over_nothing() {
        let dir = std::env::temp_dir().join(format!("attendant-new-{}", std::process::id()));
        new(&dir).unwrap();
        let shop = read_shop(&dir).unwrap();
        assert_eq!((shop.products.len(), shop.passages.len()), (2, 3));
        assert!(build_lexical(&shop).is_ok());
        assert!(new(&dir).unwrap_err().to_string().contains("is not empty"));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
