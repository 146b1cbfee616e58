// x[row] = SCALE * W[ids[row]], where W is rows OFFSET to OFFSET + N_OUT of the whole table.
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let unit = id.x;
    // Below the offset it wraps around.
    let row = ids[id.y] - OFFSET;
    if unit < N_IN / 8u && row < N_OUT {
        let weights = eight(row, unit);
        let i = id.y * (N_IN / 4u) + at(unit);
        x[i] = SCALE * weights.a;
        x[i + APART] = SCALE * weights.b;
    }
}
