// Q4_0: nibbles offset by 8, and one scale a block, two to a word.
fn eight(row: u32, unit: u32) -> Eight {
    let i = row * (N_IN / 8u) + unit;
    let block = i / 4u;
    let scale = unpack2x16float(scales[block / 2u])[block % 2u];
    let values = nibbles(quants[i]);
    return Eight(scale * (values.a - 8.0), scale * (values.b - 8.0));
}
