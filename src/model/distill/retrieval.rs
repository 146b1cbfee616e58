/// Shares in `[0, 1]` of texts whose translation is the nearest of all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Retrieval {
    /// From the student's side to the teacher's.
    pub forward: f32,
    /// From the teacher's side to the student's.
    pub backward: f32,
    /// Mean cosine between translations.
    pub cosine: f32,
}

/// How often `[n, d]` vectors of length one find their own among `others`. Equal targets count as one another.
pub fn retrieval(texts: &[Vec<f32>], others: &[Vec<f32>]) -> Retrieval {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let n_right = |from: &[Vec<f32>], to: &[Vec<f32>]| {
        let is_right = |(own, vector): (usize, &Vec<f32>)| {
            let own = dot(vector, &to[own]);
            to.iter().all(|other| dot(vector, other) <= own)
        };
        from.iter().enumerate().filter(|&case| is_right(case)).count()
    };
    let n = texts.len().max(1) as f32;
    Retrieval {
        forward: n_right(texts, others) as f32 / n,
        backward: n_right(others, texts) as f32 / n,
        cosine: texts.iter().zip(others).map(|(a, b)| dot(a, b)).sum::<f32>() / n,
    }
}
