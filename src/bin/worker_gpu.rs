//! The worker with WebGPU linked in, which makes it twice the size: for machines that have a GPU
//! (`www/worker_loader.js` asks).

#[path = "worker.rs"]
mod worker;

fn main() {
    worker::main();
}
