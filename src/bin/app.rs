//! The page. All of it is in [`attendant::ui`].

fn main() {
    console_error_panic_hook::set_once();
    attendant::ui::start();
}
