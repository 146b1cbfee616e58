use futures::executor::block_on;

use crate::classify::train::Tuner;
use crate::engine::Embedder;
use crate::gguf::Gguf;
use crate::model::tune::tune;

impl Tuner for Embedder {
    fn tune(&self, states: &[&[f32]], classes: &[usize], seed: u64) -> Result<Gguf, String> {
        tune(self.gguf(), states, classes, seed).map_err(|error| error.to_string())
    }

    fn features(&self, tail: &Gguf, states: &[&[f32]]) -> Result<Vec<Vec<f32>>, String> {
        let tail = self.tail(tail).map_err(|error| error.to_string())?;
        let states: Vec<Vec<f32>> = states.iter().map(|state| state.to_vec()).collect();
        block_on(self.features_of(&tail, &states)).map_err(|error| error.to_string())
    }
}
