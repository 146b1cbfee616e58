// Weights as they are.
@group(0) @binding(0) var<storage, read> quants: array<vec4<f32>>;

const APART = 1u;

fn at(unit: u32) -> u32 {
    return 2u * unit;
}

fn eight(row: u32, unit: u32) -> Eight {
    let i = 2u * (row * (N_IN / 8u) + unit);
    return Eight(quants[i], quants[i + 1u]);
}
