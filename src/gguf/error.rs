use super::TensorType;
use super::tensor::type_name;

/// Why a GGUF file could not be read or written. `offset` counts bytes from the start of the file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GgufError {
    #[error("not a GGUF file: it starts with {found:02x?} instead of \"GGUF\"")]
    BadMagic { found: [u8; 4] },
    #[error(
        "GGUF version {version} at byte 4 is not supported: only little-endian versions 2 and 3 are; convert the model anew"
    )]
    UnsupportedVersion { version: u32 },
    #[error("the file ends too early: {what} at byte {offset} needs {needed} bytes and {remaining} remain")]
    Truncated { offset: usize, what: &'static str, needed: u64, remaining: usize },
    #[error("the head of the file goes on after the bytes at hand")]
    Unread,
    #[error("{what} at byte {offset} is {count}, more than the rest of the file can hold")]
    AbsurdCount { offset: usize, what: &'static str, count: u64 },
    #[error("the string at byte {offset} is not UTF-8")]
    BadUtf8 { offset: usize },
    #[error("the bool at byte {offset} is {found} instead of 0 or 1")]
    BadBool { offset: usize, found: u8 },
    #[error("the value type {id} of key `{key}` at byte {offset} is unknown")]
    UnknownValueType { offset: usize, key: String, id: u32 },
    #[error("the array under key `{key}` at byte {offset} holds arrays, which ggml does not allow")]
    NestedArray { offset: usize, key: String },
    #[error("key `{key}` at byte {offset} was already given")]
    DuplicateKey { offset: usize, key: String },
    #[error("`general.alignment` is {found}: it must be a power of two, at least 8")]
    BadAlignment { found: u32 },
    #[error("tensor `{name}` at byte {offset} was already given")]
    DuplicateTensor { offset: usize, name: String },
    #[error("tensor `{name}` at byte {offset} has type {}; this build reads {}", named(*id), readable())]
    UnsupportedTensorType { offset: usize, name: String, id: u32 },
    #[error("tensor `{name}` at byte {offset} has an impossible shape: {reason}")]
    BadShape { offset: usize, name: String, reason: &'static str },
    #[error("tensor `{name}` at byte {offset} starts {start} bytes into the data, not a multiple of {alignment}")]
    Misaligned { offset: usize, name: String, start: u64, alignment: u32 },
    #[error(
        "tensor `{name}` at byte {offset} wants {size} bytes from {start} bytes into the data, which has only {data_size}"
    )]
    OutOfRange { offset: usize, name: String, start: u64, size: u64, data_size: usize },
    #[error("tensors `{name}` and `{other}` overlap at byte {offset}")]
    Overlap { offset: usize, name: String, other: String },

    #[error("the file has no key `{key}`")]
    MissingKey { key: String },
    #[error("key `{key}` holds {found} where {expected} is wanted")]
    WrongType { key: String, expected: &'static str, found: &'static str },
    #[error("the file has no tensor `{name}`")]
    MissingTensor { name: String },

    #[error("this is one file of a model split in {count}, and {found} were given")]
    IncompleteSplit { count: u32, found: usize },
    #[error("the files do not make one model: {reason}")]
    BadSplit { reason: &'static str },

    #[error("{ty} is read but not written; what is written: F32, F16, Q4_0, Q8_0")]
    NotWritable { ty: TensorType },
    #[error("rows of {n_cols} values do not divide into {ty} blocks of {}", ty.block_len())]
    PartialBlock { ty: TensorType, n_cols: usize },
    #[error("{n_values} values do not make whole rows of {n_cols}")]
    RaggedRows { n_values: usize, n_cols: usize },
    #[error("{size_bytes} bytes do not make whole {ty} blocks of {} bytes", ty.block_bytes())]
    PartialBytes { ty: TensorType, size_bytes: usize },
    #[error("tensor `{name}` of type {ty} and shape {shape:?} needs {expected} bytes and was given {found}")]
    WrongSize { name: String, ty: TensorType, shape: Vec<usize>, expected: usize, found: usize },
    #[error("the tensor name `{name}` is longer than the 63 bytes that ggml reads")]
    LongName { name: String },
}

/// `Q2_K (10)`, or the number alone where ggml has no such type.
fn named(id: u32) -> String {
    type_name(id).map_or_else(|| format!("{id}, which ggml does not have"), |name| format!("{name} ({id})"))
}

fn readable() -> String {
    TensorType::ALL.map(|ty| ty.to_string()).join(", ")
}
