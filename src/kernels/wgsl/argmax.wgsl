// The likeliest token, in two steps: each of PARTS workgroups finds that of its part of the vocabulary
// (`argmax_parts.wgsl`), then one of them that of all (`argmax_all.wgsl`). What is not finite is never chosen; of equals
// it is the one that stands first.

// By part: the logit's bits and the token. Behind them, the token of all.
@group(0) @binding(1) var<storage, read_write> best: array<vec2<u32>>;

const THREADS = 64u;
const NONE = 0xffffffffu;
const HIGHEST = 3.4028234e38;

var<workgroup> values: array<f32, THREADS>;
var<workgroup> tokens: array<u32, THREADS>;

// Leaves the best of all threads with the first one.
fn gather(thread: u32, value: f32, token: u32) {
    values[thread] = value;
    tokens[thread] = token;
    for (var n = THREADS / 2u; n > 0u; n /= 2u) {
        workgroupBarrier();
        if thread < n {
            let other = values[thread + n];
            if other > values[thread] || (other == values[thread] && tokens[thread + n] < tokens[thread]) {
                values[thread] = other;
                tokens[thread] = tokens[thread + n];
            }
        }
    }
}
