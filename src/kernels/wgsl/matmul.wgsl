// Y = X Wᵀ + bias for many rows: a workgroup makes a tile of 32 rows and 64 outputs, each thread 4 × 4 of it, from
// tiles 32 inputs wide that the workgroup dequantizes together.
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<uniform> run: Run;

const THREADS = 128u;
const TILE_ROWS = 32u;
const TILE_OUTS = 64u;
const TILE_IN = 32u;

// Each by input, then by row or output.
var<workgroup> xs: array<f32, 1024>;
var<workgroup> ws: array<f32, 2048>;

fn keep_inputs(at_k: u32, row: u32, values: vec4<f32>) {
    xs[at_k * TILE_ROWS + row] = values.x;
    xs[(at_k + 1u) * TILE_ROWS + row] = values.y;
    xs[(at_k + 2u) * TILE_ROWS + row] = values.z;
    xs[(at_k + 3u) * TILE_ROWS + row] = values.w;
}

fn keep_weights(at_k: u32, out: u32, values: vec4<f32>) {
    ws[at_k * TILE_OUTS + out] = values.x;
    ws[(at_k + 1u) * TILE_OUTS + out] = values.y;
    ws[(at_k + 2u) * TILE_OUTS + out] = values.z;
    ws[(at_k + 3u) * TILE_OUTS + out] = values.w;
}

fn write(row: u32, out: u32, value: f32) {
    if row < run.rows && out < N_OUT {
        var biased = value;
        if HAS_BIAS {
            biased += bias[out];
        }
        y[row * STRIDE + OFFSET + out] = biased;
    }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first_out = group.x * TILE_OUTS;
    let first_row = group.y * TILE_ROWS;
    let my_out = 4u * (thread % 16u);
    let my_row = 4u * (thread / 16u);
    var sums = array<vec4<f32>, 4>();
    for (var k = 0u; k < N_IN; k += TILE_IN) {
        for (var i = thread; i < TILE_ROWS * TILE_IN / 4u; i += THREADS) {
            let row = i / (TILE_IN / 4u);
            let fours = i % (TILE_IN / 4u);
            var values = vec4<f32>();
            if first_row + row < run.rows && k + 4u * fours < N_IN {
                values = x[(first_row + row) * (N_IN / 4u) + k / 4u + fours];
            }
            keep_inputs(4u * fours, row, values);
        }
        for (var i = thread; i < TILE_OUTS * TILE_IN / 8u; i += THREADS) {
            let out = i / (TILE_IN / 8u);
            let unit = i % (TILE_IN / 8u);
            var weights = Eight();
            if first_out + out < N_OUT && k + 8u * unit < N_IN {
                weights = eight(first_out + out, k / 8u + unit);
            }
            keep_weights(4u * at(unit), out, weights.a);
            keep_weights(4u * (at(unit) + APART), out, weights.b);
        }
        workgroupBarrier();
        for (var i = 0u; i < TILE_IN; i++) {
            let w = i * TILE_OUTS + my_out;
            let weights = vec4(ws[w], ws[w + 1u], ws[w + 2u], ws[w + 3u]);
            let r = i * TILE_ROWS + my_row;
            sums[0] += xs[r] * weights;
            sums[1] += xs[r + 1u] * weights;
            sums[2] += xs[r + 2u] * weights;
            sums[3] += xs[r + 3u] * weights;
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 4u; i++) {
        let row = first_row + my_row + i;
        let out = first_out + my_out;
        write(row, out, sums[i].x);
        write(row, out + 1u, sums[i].y);
        write(row, out + 2u, sums[i].z);
        write(row, out + 3u, sums[i].w);
    }
}
