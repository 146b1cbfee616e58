//! What reading an order history takes: so many bytes a row, whatever the file's length in bytes.
#![cfg(feature = "import")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use attendant::platform::SplitMix64;
use attendant::recommend::read::read_orders;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counted. This file holds one test, so nothing else is.
struct Counted;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(now, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counted = Counted;

const N_ROWS: usize = 400_000;
/// Twice 24 while the vector of rows grows, half of it to sort, and the baskets they become: five million rows take
/// 400 MB at the most.
const MAX_BYTES_A_ROW: usize = 80;
/// A piece of the file and its columns, however long the file: half of this one.
const MAX_PIECE_BYTES: usize = 16 << 20;

#[test]
fn a_row_of_a_history_takes_so_much_memory_and_no_more() {
    let mut random = SplitMix64::new(5);
    let mut text = String::from("user,item,timestamp,event,quantity,price\n");
    let mut row = 0;
    while row < N_ROWS {
        let (user, at) = (random.below(N_ROWS / 12), 1_600_000_000 + random.below(30_000_000));
        for _ in 0..1 + random.below(4) {
            let item = random.below(20_000);
            writeln!(text, "customer-of-the-shop-{user:09},ARTICLE-{item:07},{at},purchase,1,{item}.50").expect("text");
            row += 1;
        }
    }
    let path = std::env::temp_dir().join(format!("attendant-memory-{}.csv", std::process::id()));
    std::fs::write(&path, &text).expect("room for 30 MB");
    drop(text);
    let before = NOW.load(Relaxed);
    PEAK.store(before, Relaxed);
    let orders = read_orders(&path);
    let peak = PEAK.load(Relaxed) - before;
    std::fs::remove_file(&path).expect("the file just written");
    let orders = orders.expect("a sound file");
    assert!(orders.data.histories.iter().flatten().map(|basket| basket.items.len()).sum::<usize>() > N_ROWS / 2);
    // Each id is kept twice, in a list and in a map.
    let ids: usize = orders.data.users.iter().chain(&orders.data.items).map(|id| 2 * (id.len() + 64)).sum();
    assert!(peak <= ids + row * MAX_BYTES_A_ROW + MAX_PIECE_BYTES, "{} bytes a row", (peak - ids.min(peak)) / row);
    println!("{} bytes a row beside the ids", (peak - ids.min(peak)) / row);
}
