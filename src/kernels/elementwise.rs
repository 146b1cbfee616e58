//! What a transformer does to each number or row between its matrix products, four lanes at a time.
//!
//! The CPU backend calls `expf` and `erff` number by number; over 256 tokens that took as long as the
//! matrix products themselves.

use wide::f32x4;

/// Softmax over each row of `x`, `[rows, row_len]`, in place. Rows of length 0 are none.
pub fn softmax_rows(x: &mut [f32], row_len: usize) {
    for row in x.chunks_exact_mut(row_len.max(1)) {
        let (lanes, rest) = row.as_chunks_mut::<4>();
        let lowest = f32x4::splat(f32::NEG_INFINITY);
        let largest = lanes.iter().fold(lowest, |largest, &lane| largest.fast_max(f32x4::from(lane))).to_array();
        let largest = rest.iter().chain(&largest).fold(f32::NEG_INFINITY, |largest, &value| largest.max(value));
        let mut sums = f32x4::ZERO;
        for lane in lanes.iter_mut() {
            let value = (f32x4::from(*lane) - f32x4::splat(largest)).exp();
            sums += value;
            *lane = value.to_array();
        }
        for value in rest.iter_mut() {
            *value = (*value - largest).exp();
        }
        let total: f32 = sums.reduce_add() + rest.iter().sum::<f32>();
        row.iter_mut().for_each(|value| *value /= total);
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_is_that_of_double_precision() {
        for row_len in [1, 3, 4, 7, 130] {
            let x: Vec<f32> = (0..2 * row_len).map(|i| ((i * 37 % 101) as f32 - 50.0) * 0.37).collect();
            let mut got = x.clone();
            softmax_rows(&mut got, row_len);
            for (row, got) in x.chunks(row_len).zip(got.chunks(row_len)) {
                let largest = row.iter().fold(f64::MIN, |m, &v| m.max(v.into()));
                let powers: Vec<f64> = row.iter().map(|&v| (f64::from(v) - largest).exp()).collect();
                let total: f64 = powers.iter().sum();
                for (got, power) in got.iter().zip(&powers) {
                    assert!((f64::from(*got) - power / total).abs() < 1e-6, "{got} for {}", power / total);
                }
            }
        }
        let mut masked = [f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY, f32::NEG_INFINITY, 0.0];
        softmax_rows(&mut masked, 5);
        assert_eq!(masked, [0.0, 0.5, 0.0, 0.0, 0.5]);
    }

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
}
