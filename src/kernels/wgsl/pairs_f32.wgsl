// Keys and values as they are.
alias Two = vec2<f32>;
alias Four = vec4<f32>;

fn packed(values: vec2<f32>) -> Two {
    return values;
}

fn four(values: Four) -> vec4<f32> {
    return values;
}
