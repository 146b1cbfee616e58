// x[row] = SCALE * W[ids[row]].
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let unit = id.x;
    if unit < N_IN / 8u {
        let weights = eight(min(ids[id.y], N_OUT - 1u), unit);
        let i = id.y * (N_IN / 4u) + at(unit);
        x[i] = SCALE * weights.a;
        x[i + APART] = SCALE * weights.b;
    }
}
