// A matrix `[N_OUT, N_IN]` is read in units of eight weights of a row: two runs of four, whose inputs begin at
// `4 * at(unit)` and `4 * APART` behind it. Each format says how.
struct Eight {
    a: vec4<f32>,
    b: vec4<f32>,
}
