// Q4_1: nibbles, and a scale and a minimum a block, which share a word.
fn eight(row: u32, unit: u32) -> Eight {
    let i = row * (N_IN / 8u) + unit;
    let scale = unpack2x16float(scales[i / 4u]);
    let values = nibbles(quants[i]);
    return Eight(scale.x * values.a + scale.y, scale.x * values.b + scale.y);
}
