// hidden = act(gate) * up, a thread four of them.
@group(0) @binding(0) var<storage, read> gate_up: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> hidden: array<vec4<f32>>;

fn activated(x: vec4<f32>) -> vec4<f32> {
    if IS_GELU {
        // By tanh, whose argument some drivers do not survive when it is large.
        let inner = clamp(0.7978845608 * (x + 0.044715 * x * x * x), vec4(-15.0), vec4(15.0));
        return 0.5 * x * (1.0 + tanh(inner));
    }
    return x / (1.0 + exp(-x));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    const N = D_FF / 4u;
    if id.x < N {
        let gate = gate_up[id.y * 2u * N + id.x];
        let up = gate_up[id.y * 2u * N + N + id.x];
        hidden[id.y * N + id.x] = activated(gate) * up;
    }
}
