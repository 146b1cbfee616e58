//! The shop owner's page. All of it is in [`attendant::dashboard`].

fn main() {
    console_error_panic_hook::set_once();
    attendant::dashboard::start();
}
