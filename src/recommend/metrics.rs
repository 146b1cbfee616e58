//! How good recommendations are, on histories whose next product is known.

/// Share of cases whose wanted product is among the first `k` recommended; 0 without cases.
pub fn hit_rate_at_k(cases: &[(Vec<String>, String)], k: usize) -> f64 {
    let n_hits = cases.iter().filter(|(recommended, wanted)| recommended.iter().take(k).any(|id| id == wanted)).count();
    n_hits as f64 / cases.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_k_count() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let cases = [(ids(&["a", "b"]), "a".to_owned()), (ids(&["a", "b"]), "b".to_owned())];
        assert_eq!(hit_rate_at_k(&cases, 1), 0.5);
        assert_eq!(hit_rate_at_k(&cases, 2), 1.0);
        assert_eq!(hit_rate_at_k(&[], 5), 0.0);
    }
}
