// Causal attention of one query head over one span of the keys, with the softmax taken as it goes (Milakov and
// Gimelshein, 2018, https://arxiv.org/abs/1805.02867). Spans are joined by `join.wgsl`, as in flash decoding.
@group(0) @binding(0) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> keys: array<Four>;
@group(0) @binding(2) var<storage, read> values: array<Four>;
// A span's maximum and sum of weights, then its weighted values.
@group(0) @binding(3) var<storage, read_write> spans: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> run: Run;

const THREADS = 64u;
const FOURS = HEAD_DIM / 4u;
// Keys whose values are added up side by side.
const LANES = THREADS / FOURS;
const LOWEST = -3.0e38;

var<workgroup> query: array<vec4<f32>, FOURS>;
var<workgroup> weights: array<f32, THREADS>;
var<workgroup> parts: array<f32, THREADS>;
var<workgroup> sums: array<vec4<f32>, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let head = group.x;
    let row = group.y;
    let of_head = head / (N_HEADS / N_KV_HEADS) * run.capacity;
    if thread < FOURS {
        query[thread] = q[(row * N_HEADS + head) * FOURS + thread];
    }
    workgroupBarrier();
    let n_seen = run.n_past + row + 1u;
    var first = group.z * run.span;
    if WINDOW > 0u && n_seen > WINDOW {
        first = max(first, n_seen - WINDOW);
    }
    let end = min(n_seen, (group.z + 1u) * run.span);
    var highest = LOWEST;
    var total = 0.0;
    var sum = vec4<f32>();
    for (var base = first; base < end; base += THREADS) {
        let key = base + thread;
        var score = LOWEST;
        if key < end {
            score = 0.0;
            for (var i = 0u; i < FOURS; i++) {
                score += dot(query[i], four(keys[(of_head + key) * FOURS + i]));
            }
        }
        parts[thread] = score;
        for (var n = THREADS / 2u; n > 0u; n /= 2u) {
            workgroupBarrier();
            if thread < n {
                parts[thread] = max(parts[thread], parts[thread + n]);
            }
        }
        workgroupBarrier();
        let top = max(highest, parts[0]);
        let fade = exp(highest - top);
        let weight = select(0.0, exp(score - top), key < end);
        weights[thread] = weight;
        total = total * fade + weight;
        sum *= fade;
        highest = top;
        workgroupBarrier();
        if thread < LANES * FOURS {
            let n = min(THREADS, end - base);
            for (var i = thread / FOURS; i < n; i += LANES) {
                sum += weights[i] * four(values[(of_head + base + i) * FOURS + thread % FOURS]);
            }
        }
    }
    sums[thread] = sum;
    let whole_total = sum_of_all(thread, total);
    let at = ((row * N_HEADS + head) * run.n_spans + group.z) * (FOURS + 1u);
    if thread == 0u {
        spans[at] = vec4(highest, whole_total, 0.0, 0.0);
    }
    if thread < FOURS {
        var whole = sums[thread];
        for (var lane = 1u; lane < LANES; lane++) {
            whole += sums[lane * FOURS + thread];
        }
        spans[at + 1u + thread] = whole;
    }
}
