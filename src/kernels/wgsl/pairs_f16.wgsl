// Keys and values in half precision, two to a word.
alias Two = u32;
alias Four = vec2<u32>;

fn packed(values: vec2<f32>) -> Two {
    return pack2x16float(values);
}

fn four(values: Four) -> vec4<f32> {
    return vec4(unpack2x16float(values.x), unpack2x16float(values.y));
}
