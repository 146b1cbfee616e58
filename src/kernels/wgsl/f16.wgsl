// Weights in half precision, two to a word.
@group(0) @binding(0) var<storage, read> quants: array<vec4<u32>>;

const APART = 1u;

fn at(unit: u32) -> u32 {
    return 2u * unit;
}

fn eight(row: u32, unit: u32) -> Eight {
    let words = quants[row * (N_IN / 8u) + unit];
    return Eight(
        vec4(unpack2x16float(words.x), unpack2x16float(words.y)),
        vec4(unpack2x16float(words.z), unpack2x16float(words.w)),
    );
}
