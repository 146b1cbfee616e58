use burn::tensor::{Device, Tensor, TensorData};

use crate::model::adam::Adam;

/// A matrix that is learned, and what [`Adam`] remembers of it.
#[derive(Clone)]
pub struct Parameter {
    pub shape: [usize; 2],
    pub values: Vec<f32>,
    adam: Adam,
}

impl Parameter {
    pub fn new(shape: [usize; 2], values: Vec<f32>) -> Parameter {
        let adam = Adam::new(values.len());
        Parameter { shape, values, adam }
    }

    pub fn tensor(&self, device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.values.clone(), self.shape), device)
    }

    pub fn learn(&mut self, gradient: &[f32], rate: f32) {
        let all = 0..self.values.len();
        self.adam.begin_step();
        self.adam.update(&mut self.values, gradient, all, rate);
    }
}

/// The numbers of a tensor on the CPU.
pub fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().expect("training is in f32")
}
