// Q4_0: blocks of 32 nibbles, offset by 8, with one scale. A byte holds value i below and i + 16 above.
@group(0) @binding(0) var<storage, read> quants: array<u32>;
@group(0) @binding(1) var<storage, read> scales: array<u32>;

const APART = 4u;

fn at(unit: u32) -> u32 {
    return unit / 4u * 8u + unit % 4u;
}

fn eight(row: u32, unit: u32) -> Eight {
    let i = row * (N_IN / 8u) + unit;
    let block = i / 4u;
    let scale = unpack2x16float(scales[block / 2u])[block % 2u];
    let word = vec4(quants[i]);
    let low = vec4<f32>((word >> vec4(0u, 8u, 16u, 24u)) & vec4(15u));
    let high = vec4<f32>((word >> vec4(4u, 12u, 20u, 28u)) & vec4(15u));
    return Eight(scale * (low - 8.0), scale * (high - 8.0));
}
