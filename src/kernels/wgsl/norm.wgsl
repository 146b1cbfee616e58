// x += post(y); h = norm(x): the end of one half of a layer and the beginning of the next, a workgroup a row. `post` is
// a norm of its own where HAS_POST, nothing is added where not HAS_Y.
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> post: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;

const THREADS = 128u;

var<workgroup> parts: array<f32, THREADS>;

// 1 / sqrt(mean(v²) + epsilon), from each thread's share of the squares.
fn factor(thread: u32, squares: f32) -> f32 {
    return inverseSqrt(sum_of_all(thread, squares) / f32(D_MODEL) + EPSILON);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let row = group.y * D_MODEL;
    var scale = 1.0;
    if HAS_POST {
        var squares = 0.0;
        for (var i = thread; i < D_MODEL; i += THREADS) {
            squares += y[row + i] * y[row + i];
        }
        scale = factor(thread, squares);
    }
    var squares = 0.0;
    for (var i = thread; i < D_MODEL; i += THREADS) {
        var value = x[row + i];
        if HAS_Y {
            var added = y[row + i];
            if HAS_POST {
                added *= scale * post[i];
            }
            value += added;
            x[row + i] = value;
        }
        squares += value * value;
    }
    scale = factor(thread, squares);
    for (var i = thread; i < D_MODEL; i += THREADS) {
        h[row + i] = x[row + i] * scale * weight[i];
    }
}
