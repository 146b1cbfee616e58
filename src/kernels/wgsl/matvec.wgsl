// y = W x + bias for a row at a time: a workgroup makes four outputs, each thread a share of their inputs.
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

const THREADS = 64u;

var<workgroup> parts: array<vec4<f32>, THREADS>;

fn product(row: u32, unit: u32, a: vec4<f32>, b: vec4<f32>) -> f32 {
    let w = eight(min(row, N_OUT - 1u), unit);
    return dot(w.a, a) + dot(w.b, b);
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let first = 4u * (group.y * groups.x + group.x);
    let input = group.z * (N_IN / 4u);
    var sum = vec4<f32>();
    for (var unit = thread; unit < N_IN / 8u; unit += THREADS) {
        let i = input + at(unit);
        let a = x[i];
        let b = x[i + APART];
        sum += vec4(
            product(first, unit, a, b),
            product(first + 1u, unit, a, b),
            product(first + 2u, unit, a, b),
            product(first + 3u, unit, a, b),
        );
    }
    parts[thread] = sum;
    for (var n = THREADS / 2u; n > 0u; n /= 2u) {
        workgroupBarrier();
        if thread < n {
            parts[thread] += parts[thread + n];
        }
    }
    workgroupBarrier();
    let out = first + thread;
    if thread < 4u && out < N_OUT {
        var value = parts[0][thread];
        if HAS_BIAS {
            value += bias[out];
        }
        y[group.z * STRIDE + OFFSET + out] = value;
    }
}
