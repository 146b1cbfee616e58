@group(0) @binding(0) var<storage, read> logits: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    const LENGTH = (N_VOCAB + PARTS - 1u) / PARTS;
    let end = min((group.x + 1u) * LENGTH, N_VOCAB);
    var value = -HIGHEST;
    var token = NONE;
    for (var i = group.x * LENGTH + thread; i < end; i += THREADS) {
        let logit = logits[i];
        if abs(logit) <= HIGHEST && (logit > value || token == NONE) {
            value = logit;
            token = i;
        }
    }
    gather(thread, value, token);
    if thread == 0u {
        best[group.x] = vec2(bitcast<u32>(values[0]), tokens[0]);
    }
}
