//! What a transformer does to each number or row between its matrix products, four lanes at a time.
//!
//! The CPU backend calls `expf` and `erff` number by number; over 256 tokens that took as long as the
//! matrix products themselves.

use wide::{f32x4, f32x8};

/// The Gaussian error linear unit, in place: `x · Φ(x)` (Hendrycks and Gimpel, 2016,
/// <https://arxiv.org/abs/1606.08415>), exact but for the error function's approximation.
pub fn gelu(x: &mut [f32]) {
    let (lanes, rest) = x.as_chunks_mut::<4>();
    for lane in lanes {
        *lane = gelu_lanes(f32x4::from(*lane)).to_array();
    }
    for value in rest {
        *value = gelu_lanes(f32x4::splat(*value)).to_array()[0];
    }
}

/// `erf` by Abramowitz and Stegun 7.1.26: at most 1.5e-7 off, which is `f32`'s own step near 1.
#[inline(always)]
fn gelu_lanes(x: f32x4) -> f32x4 {
    const P: f32 = 0.327_591_1;
    const A: [f32; 5] = [0.254_829_6, -0.284_496_74, 1.421_413_7, -1.453_152_1, 1.061_405_4];
    let z = x.abs() * f32x4::splat(std::f32::consts::FRAC_1_SQRT_2);
    let t = f32x4::splat(1.0) / (f32x4::splat(1.0) + f32x4::splat(P) * z);
    let series = A.iter().rev().fold(f32x4::ZERO, |sum, &a| (sum + f32x4::splat(a)) * t);
    // `1 - erf(z)`, which keeps its precision where erf(z) is all but 1.
    let complement = series * (-z * z).exp();
    let half = f32x4::splat(0.5) * complement;
    let phi = x.simd_lt(f32x4::ZERO).select(half, f32x4::splat(1.0) - half);
    x * phi
}

/// Root mean square norm of each row (Zhang and Sennrich, 2019), in place: `x / sqrt(mean(x²) + epsilon) * weight`.
pub fn rms_norm_rows(rows: &mut [f32], weight: &[f32], epsilon: f32) {
    for row in rows.chunks_exact_mut(weight.len().max(1)) {
        let (lanes, rest) = row.as_chunks::<8>();
        let squares = lanes.iter().fold(f32x8::ZERO, |sum, &x| sum + f32x8::from(x) * f32x8::from(x));
        let sum = squares.reduce_add() + rest.iter().map(|x| x * x).sum::<f32>();
        let factor = (sum / weight.len() as f32 + epsilon).sqrt().recip();
        row.iter_mut().zip(weight).for_each(|(x, weight)| *x *= factor * weight);
    }
}

/// Layer norm of each row (Ba et al., 2016, <https://arxiv.org/abs/1607.06450>), in place:
/// `(x - mean) / sqrt(variance + epsilon) * gamma + beta`.
pub fn layer_norm_rows(rows: &mut [f32], gamma: &[f32], beta: &[f32], epsilon: f32) {
    let n = gamma.len() as f32;
    for row in rows.chunks_exact_mut(gamma.len().max(1)) {
        let (lanes, rest) = row.as_chunks::<8>();
        let sum = lanes.iter().fold(f32x8::ZERO, |sum, &x| sum + f32x8::from(x));
        let mean = (sum.reduce_add() + rest.iter().sum::<f32>()) / n;
        let off = |x: [f32; 8]| f32x8::from(x) - f32x8::splat(mean);
        let squares = lanes.iter().fold(f32x8::ZERO, |sum, &x| sum + off(x) * off(x));
        let variance = (squares.reduce_add() + rest.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>()) / n;
        let factor = (variance + epsilon).sqrt().recip();
        let weights = gamma.iter().zip(beta);
        row.iter_mut().zip(weights).for_each(|(x, (gamma, beta))| *x = (*x - mean) * factor * gamma + beta);
    }
}

/// SwiGLU (Shazeer, 2020, <https://arxiv.org/abs/2002.05202>): rows of `2 * n`, gate and up, to rows of `n`,
/// `gate · σ(gate) · up`.
pub fn swiglu(rows: &[f32], n: usize) -> Vec<f32> {
    gated(rows, n, |gate| gate)
}

/// GEGLU, with the Gaussian error linear unit by its tanh (`gelu_pytorch_tanh`), as `swiglu` otherwise.
pub fn geglu(rows: &[f32], n: usize) -> Vec<f32> {
    // (1 + tanh(u)) / 2 = σ(2u)
    let twice = 2.0 * (2.0 / std::f32::consts::PI).sqrt();
    gated(rows, n, |gate| f32x8::splat(twice) * (gate + f32x8::splat(0.044_715) * gate * gate * gate))
}

/// `gate · σ(z(gate)) · up`.
#[inline(always)]
fn gated(rows: &[f32], n: usize, z: impl Fn(f32x8) -> f32x8) -> Vec<f32> {
    let unit = |gate: f32x8, up: f32x8| gate * up / (f32x8::splat(1.0) + (-z(gate)).exp());
    let mut out = Vec::with_capacity(rows.len() / 2);
    for row in rows.chunks_exact(2 * n.max(1)) {
        let (gate, up) = row.split_at(n);
        let ((gate, gate_rest), (up, up_rest)) = (gate.as_chunks::<8>(), up.as_chunks::<8>());
        for (&gate, &up) in gate.iter().zip(up) {
            out.extend(unit(gate.into(), up.into()).to_array());
        }
        let rest = gate_rest.iter().zip(up_rest);
        out.extend(rest.map(|(&gate, &up)| unit(f32x8::splat(gate), f32x8::splat(up)).to_array()[0]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gelu_meets_known_values() {
        // x · Φ(x), Φ from tables of the normal distribution.
        let known = [
            (0.0, 0.0),
            (1.0, 0.841_344_8),
            (-1.0, -0.158_655_26),
            (2.0, 1.954_499_7),
            (-3.0, -0.004_049_694),
            (0.5, 0.345_731_23),
            (12.0, 12.0),
            (-12.0, 0.0),
        ];
        let mut got: Vec<f32> = known.iter().map(|(x, _)| *x).chain([1.0]).collect();
        gelu(&mut got);
        for (got, (x, expected)) in got.iter().zip(known) {
            assert!((got - expected).abs() < 1e-6, "gelu({x}) = {got}, not {expected}");
        }
        assert_eq!(got[8], got[1], "the rest is as the lanes are");
    }

    #[test]
    fn gates_and_norms_are_those_of_double_precision() {
        for n in [1, 7, 8, 19] {
            let x: Vec<f32> = (0..4 * n).map(|i| ((i * 37 % 101) as f32 - 50.0) * 0.17).collect();
            let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
            let tanh_of = |g: f64| (2.0 / std::f64::consts::PI).sqrt() * (g + 0.044715 * g * g * g);
            let (silu, gelu) = (swiglu(&x, n), geglu(&x, n));
            let mut normed = x.clone();
            let weight: Vec<f32> = (0..n).map(|i| i as f32 - 1.5).collect();
            rms_norm_rows(&mut normed, &weight, 1e-5);
            for (row, i) in (0..2).flat_map(|row| (0..n).map(move |i| (row, i))) {
                let (gate, up) = (f64::from(x[row * 2 * n + i]), f64::from(x[row * 2 * n + n + i]));
                let (got, expected) = (f64::from(silu[row * n + i]), gate * sigmoid(gate) * up);
                assert!((got - expected).abs() < 1e-5 * expected.abs().max(1.0), "{got} for {expected}");
                let expected = 0.5 * gate * (1.0 + tanh_of(gate).tanh()) * up;
                let got = f64::from(gelu[row * n + i]);
                assert!((got - expected).abs() < 1e-5 * expected.abs().max(1.0), "{got} for {expected}");
            }
            let beta: Vec<f32> = weight.iter().map(|weight| 0.3 - weight).collect();
            let mut centred = x.clone();
            layer_norm_rows(&mut centred, &weight, &beta, 1e-5);
            for (row, got) in x.chunks(n).zip(centred.chunks(n)) {
                let mean = row.iter().map(|&x| f64::from(x)).sum::<f64>() / n as f64;
                let variance = row.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n as f64;
                for (i, (x, got)) in row.iter().zip(got).enumerate() {
                    let normed = (f64::from(*x) - mean) / (variance + 1e-5).sqrt();
                    let expected = normed * f64::from(weight[i]) + f64::from(beta[i]);
                    assert!((f64::from(*got) - expected).abs() < 1e-5 * expected.abs().max(1.0));
                }
            }
            for (row, got) in x.chunks(n).zip(normed.chunks(n)) {
                let mean = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / n as f64;
                for ((x, weight), got) in row.iter().zip(&weight).zip(got) {
                    let expected = f64::from(*x) / (mean + 1e-5).sqrt() * f64::from(*weight);
                    assert!((f64::from(*got) - expected).abs() < 1e-5 * expected.abs().max(1.0));
                }
            }
        }
    }
}
