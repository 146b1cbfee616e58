// Q8_0: blocks of 32 signed bytes with one scale, scales apart from bytes and two to a word.
@group(0) @binding(0) var<storage, read> quants: array<vec2<u32>>;
@group(0) @binding(1) var<storage, read> scales: array<u32>;

const APART = 1u;

fn at(unit: u32) -> u32 {
    return 2u * unit;
}

fn signed_bytes(word: u32) -> vec4<f32> {
    return vec4<f32>((vec4<i32>(bitcast<i32>(word)) << vec4(24u, 16u, 8u, 0u)) >> vec4(24u));
}

fn eight(row: u32, unit: u32) -> Eight {
    let i = row * (N_IN / 8u) + unit;
    let block = i / 4u;
    let scale = unpack2x16float(scales[block / 2u])[block % 2u];
    let words = quants[i];
    return Eight(scale * signed_bytes(words.x), scale * signed_bytes(words.y));
}
