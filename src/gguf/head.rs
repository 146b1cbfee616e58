use super::cursor::Cursor;
use super::read::{RawHead, place, split_count};
use super::{GgufError, Metadata, TensorInfo, TensorType};

/// What the beginning of a file tells, while the rest is still on its way.
#[derive(Clone, Debug)]
pub struct Head {
    metadata: Metadata,
    /// `None` while the head itself is not all there.
    tensors: Option<Vec<TensorInfo>>,
}

impl Head {
    /// Reads `beginning`, of a file of `total_bytes`; `None` where nobody knows of how many.
    ///
    /// # Errors
    /// What [`Gguf::parse`](super::Gguf::parse) finds wrong, as soon as it stands in the bytes at hand. That these
    /// end in the middle of the head is no error.
    pub fn read(beginning: &[u8], total_bytes: Option<u64>) -> Result<Head, GgufError> {
        let total = total_bytes.map_or(usize::MAX, |total| usize::try_from(total).unwrap_or(usize::MAX));
        let mut cursor = Cursor::of_beginning(beginning, total);
        let mut head = RawHead::default();
        match head.read(&mut cursor) {
            Ok(()) => {
                let RawHead { metadata, infos, .. } = head;
                let tensors = Some(place(infos, &metadata, cursor.offset(), total)?);
                Ok(Head { metadata, tensors })
            }
            Err(GgufError::Unread) => Ok(Head { metadata: head.metadata, tensors: None }),
            Err(error) => Err(error),
        }
    }

    /// Whether it is all there.
    pub fn is_whole(&self) -> bool {
        self.tensors.is_some()
    }

    /// As far as it has come.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// How many files the model is split into.
    pub fn split_count(&self) -> Result<u32, GgufError> {
        split_count(&self.metadata)
    }

    /// The numbers in all tensors.
    pub fn n_parameters(&self) -> u64 {
        self.sum(|info| info.shape.iter().map(|&dim| dim as u64).product())
    }

    /// The least that the whole file can have: where its last tensor ends.
    pub fn end_bytes(&self) -> u64 {
        self.tensors.iter().flatten().map(|info| (info.offset + info.size_bytes) as u64).max().unwrap_or(0)
    }

    /// The type of the tensors that hold most of the bytes.
    pub fn main_type(&self) -> Option<TensorType> {
        let bytes_of = |ty: TensorType| self.sum(|info| if info.ty == ty { info.size_bytes as u64 } else { 0 });
        TensorType::ALL.into_iter().max_by_key(|&ty| bytes_of(ty)).filter(|&ty| bytes_of(ty) > 0)
    }

    fn sum(&self, of: impl Fn(&TensorInfo) -> u64) -> u64 {
        self.tensors.iter().flatten().map(of).fold(0, u64::saturating_add)
    }
}
