// The first id of the next pass.
@group(0) @binding(2) var<storage, read_write> ids: array<u32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32) {
    var value = -HIGHEST;
    var token = NONE;
    if thread < PARTS {
        value = bitcast<f32>(best[thread].x);
        token = best[thread].y;
    }
    gather(thread, value, token);
    if thread == 0u {
        ids[0] = tokens[0];
        best[PARTS] = vec2(0u, tokens[0]);
    }
}
