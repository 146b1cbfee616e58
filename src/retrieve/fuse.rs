//! One score of two: how well the words match and how near the meanings lie.
//!
//! Both inputs are calibrated rather than ranked, because the policy needs to know not only which text
//! is best but whether it is any good. Reciprocal-rank fusion was tried and lost for that reason: it
//! gives the best of a bad lot the same score as the best of a good one.

/// Cosines below this are noise for the default encoder, above [`DENSE_CEILING`] a paraphrase.
const DENSE_FLOOR: f32 = 0.10;
const DENSE_CEILING: f32 = 0.85;

/// Share of the dense score where there is one. Chosen on the development questions.
const DENSE_SHARE: f32 = 0.65;

/// The fused relevance in `[0, 1]`.
pub fn fuse(lexical: f32, dense: Option<f32>) -> f32 {
    match dense {
        Some(cosine) => {
            let dense = ((cosine - DENSE_FLOOR) / (DENSE_CEILING - DENSE_FLOOR)).clamp(0.0, 1.0);
            DENSE_SHARE * dense + (1.0 - DENSE_SHARE) * lexical
        }
        None => lexical,
    }
}
