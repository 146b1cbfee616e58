//! A shop's catalogue of any bytes is read, or every mistake in it is named; what is read can be packed and opened.

use std::sync::LazyLock;

use attendant::pack::Pack;
use attendant::pack::build::build_lexical;
use attendant::pack::import::read_shop;

static SHOP: LazyLock<std::path::PathBuf> = LazyLock::new(|| {
    let shop = std::env::temp_dir().join(format!("attendant-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&shop).expect("a folder for the shop");
    std::fs::write(shop.join("shop.toml"), include_bytes!("../../behavior/shop/shop.toml")).expect("its settings");
    shop
});

pub fn check(bytes: &[u8]) {
    std::fs::write(SHOP.join("products.csv"), bytes).expect("its catalogue");
    if let Ok(shop) = read_shop(&SHOP)
        && let Ok(bytes) = build_lexical(&shop)
    {
        assert!(Pack::open(bytes).is_ok(), "what is built opens");
    }
}
