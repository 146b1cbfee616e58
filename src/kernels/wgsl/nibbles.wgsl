// Blocks of 32 nibbles: a byte holds value i of its block below and i + 16 above.
@group(0) @binding(0) var<storage, read> quants: array<u32>;
@group(0) @binding(1) var<storage, read> scales: array<u32>;

const APART = 4u;

fn at(unit: u32) -> u32 {
    return unit / 4u * 8u + unit % 4u;
}

fn nibbles(word: u32) -> Eight {
    let low = (vec4(word) >> vec4(0u, 8u, 16u, 24u)) & vec4(15u);
    let high = (vec4(word) >> vec4(4u, 12u, 20u, 28u)) & vec4(15u);
    return Eight(vec4<f32>(low), vec4<f32>(high));
}
