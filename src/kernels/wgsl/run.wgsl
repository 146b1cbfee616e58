// What changes from one pass to the next.
struct Run {
    // Positions before this pass, and positions in it.
    n_past: u32,
    rows: u32,
    // Positions that the cache has room for.
    capacity: u32,
    // Into how many spans of how many keys attention is divided.
    n_spans: u32,
    span: u32,
}
