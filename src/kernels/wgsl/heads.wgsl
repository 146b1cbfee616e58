// Query, key and value of each position to where attention reads them: norms over heads, rotation, the query's scale,
// and keys and values into the cache. A workgroup a head, a thread two neighbouring values.
@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> turns: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> q_norm: array<f32>;
@group(0) @binding(3) var<storage, read> k_norm: array<f32>;
@group(0) @binding(4) var<storage, read_write> q: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> keys: array<Two>;
@group(0) @binding(6) var<storage, read_write> values: array<Two>;
@group(0) @binding(7) var<uniform> run: Run;

const THREADS = 64u;

var<workgroup> head: array<f32, HEAD_DIM>;
var<workgroup> parts: array<f32, THREADS>;

// Value `i` of the head after the rotation.
fn turned(row: u32, i: u32) -> f32 {
    const HALF = N_TURNED / 2u;
    if i >= N_TURNED {
        return head[i];
    }
    var pair = i / 2u;
    var is_first = i % 2u == 0u;
    var other = i ^ 1u;
    if !NEIGHBOURS {
        pair = i % HALF;
        is_first = i < HALF;
        other = select(i - HALF, i + HALF, is_first);
    }
    let turn = turns[row * HALF + pair];
    return head[i] * turn.x + select(1.0, -1.0, is_first) * head[other] * turn.y;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let row = group.y;
    let index = group.x;
    let is_query = index < N_HEADS;
    let is_value = index >= N_HEADS + N_KV_HEADS;
    let start = (row * (N_HEADS + 2u * N_KV_HEADS) + index) * HEAD_DIM;
    var squares = 0.0;
    for (var i = thread; i < HEAD_DIM; i += THREADS) {
        let value = qkv[start + i];
        head[i] = value;
        squares += value * value;
    }
    if HAS_NORM {
        let scale = inverseSqrt(sum_of_all(thread, squares) / f32(HEAD_DIM) + EPSILON);
        for (var i = thread; i < HEAD_DIM; i += THREADS) {
            if is_query {
                head[i] *= scale * q_norm[i];
            } else if !is_value {
                head[i] *= scale * k_norm[i];
            }
        }
    }
    workgroupBarrier();
    for (var i = thread; i < HEAD_DIM / 2u; i += THREADS) {
        if is_query {
            q[(row * N_HEADS + index) * (HEAD_DIM / 2u) + i] =
                SCALE * vec2(turned(row, 2u * i), turned(row, 2u * i + 1u));
        } else if is_value {
            let at = ((index - N_HEADS - N_KV_HEADS) * run.capacity + run.n_past + row) * (HEAD_DIM / 2u) + i;
            values[at] = packed(vec2(head[2u * i], head[2u * i + 1u]));
        } else {
            let at = ((index - N_HEADS) * run.capacity + run.n_past + row) * (HEAD_DIM / 2u) + i;
            keys[at] = packed(vec2(turned(row, 2u * i), turned(row, 2u * i + 1u)));
        }
    }
}
