// The spans of `attend.wgsl`, weighed against each other and joined: a workgroup a query head.
@group(0) @binding(0) var<storage, read> spans: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> attended: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> run: Run;

const FOURS = HEAD_DIM / 4u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let head = group.y * N_HEADS + group.x;
    if thread < FOURS {
        let first = head * run.n_spans * (FOURS + 1u);
        var highest = spans[first].x;
        for (var i = 1u; i < run.n_spans; i++) {
            highest = max(highest, spans[first + i * (FOURS + 1u)].x);
        }
        var total = 0.0;
        var sum = vec4<f32>();
        for (var i = 0u; i < run.n_spans; i++) {
            let at = first + i * (FOURS + 1u);
            let share = exp(spans[at].x - highest);
            total += share * spans[at].y;
            sum += share * spans[at + 1u + thread];
        }
        attended[head * FOURS + thread] = sum / total;
    }
}
