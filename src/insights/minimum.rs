//! The minimum of a smooth function of a few variables, without its gradient.

/// The simplex method of Nelder and Mead (1965) with their coefficients. Stops when the values differ by less than
/// `tolerance`, or after `max_steps`. Returns the place and the value.
pub fn nelder_mead<const N: usize>(
    start: [f64; N],
    step: f64,
    tolerance: f64,
    max_steps: usize,
    mut f: impl FnMut(&[f64; N]) -> f64,
) -> ([f64; N], f64) {
    let mut simplex: Vec<([f64; N], f64)> = vec![(start, f(&start))];
    for at in 0..N {
        let mut corner = start;
        corner[at] += step;
        simplex.push((corner, f(&corner)));
    }
    for _ in 0..max_steps {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (best, worst) = (simplex[0].1, simplex[N]);
        if (worst.1 - best).abs() < tolerance {
            break;
        }
        let centre: [f64; N] =
            std::array::from_fn(|at| simplex[..N].iter().map(|corner| corner.0[at]).sum::<f64>() / N as f64);
        let mut along = |share: f64| {
            let place: [f64; N] = std::array::from_fn(|at| centre[at] + share * (worst.0[at] - centre[at]));
            (place, f(&place))
        };
        let reflected = along(-1.0);
        let next = if reflected.1 < best {
            let expanded = along(-2.0);
            if expanded.1 < reflected.1 { expanded } else { reflected }
        } else if reflected.1 < simplex[N - 1].1 {
            reflected
        } else {
            let contracted = along(if reflected.1 < worst.1 { -0.5 } else { 0.5 });
            if contracted.1 < worst.1.min(reflected.1) {
                contracted
            } else {
                let towards = simplex[0].0;
                for corner in &mut simplex[1..] {
                    let place: [f64; N] = std::array::from_fn(|at| 0.5 * (corner.0[at] + towards[at]));
                    *corner = (place, f(&place));
                }
                continue;
            }
        };
        simplex[N] = next;
    }
    simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
    simplex[0]
}
