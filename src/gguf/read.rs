use std::collections::{HashMap, HashSet};

use super::cursor::Cursor;
use super::{Array, GgufError, MAGIC, MAX_DIMS, Metadata, TensorInfo, TensorType, TensorView, Value};

/// The least that a key-value pair takes: a key's length, a type, one byte of value.
const MIN_PAIR_BYTES: usize = 8 + 4 + 1;

/// The least that a tensor's info takes: a name's length, a rank, a type, an offset.
const MIN_INFO_BYTES: usize = 8 + 4 + 4 + 8;

/// Which file of a split model this is, from 0; of how many; and how many tensors they hold together.
const SPLIT_NO_KEY: &str = "split.no";
const SPLIT_COUNT_KEY: &str = "split.count";
const SPLIT_TENSORS_KEY: &str = "split.tensors.count";

/// A parsed file, or all files of a split model, owning its bytes.
#[derive(Clone, Debug)]
pub struct Gguf {
    /// File by file; `TensorInfo::part` counts here.
    parts: Vec<Vec<u8>>,
    version: u32,
    metadata: Metadata,
    tensors: Vec<TensorInfo>,
    index: HashMap<String, usize>,
}

impl Gguf {
    /// Reads the header and checks every tensor's place; the tensors themselves stay where they are.
    /// Besides `bytes`, it allocates no more than a small multiple of the header's size.
    ///
    /// # Errors
    /// Anything that is not a well-formed GGUF v2 or v3 file with tensor types known here, saying where;
    /// one file of several.
    pub fn parse(bytes: Vec<u8>) -> Result<Gguf, GgufError> {
        Gguf::parse_split(vec![bytes])
    }

    /// Reads a model from all its files, as llama.cpp's `gguf-split` makes them, in any order. The
    /// metadata is that of the first file (`split.no` 0); tensors come in the order of the files.
    ///
    /// # Errors
    /// As [`Gguf::parse`] for each file, the offset counting within it; files missing, given twice, or of
    /// different models.
    pub fn parse_split(files: Vec<Vec<u8>>) -> Result<Gguf, GgufError> {
        let n_files = files.len();
        let mut files = files.into_iter().map(Part::parse).collect::<Result<Vec<_>, _>>()?;
        files.sort_by_key(|file| file.no);
        let Some(first) = files.first() else { return Err(GgufError::BadSplit { reason: "no file was given" }) };
        let count = first.count;
        if files.iter().any(|file| file.count != count) {
            return Err(GgufError::BadSplit { reason: "they disagree about `split.count`" });
        }
        if count as usize != n_files {
            return Err(GgufError::IncompleteSplit { count, found: n_files });
        }
        if files.iter().zip(0..).any(|(file, no)| file.no != no) {
            return Err(GgufError::BadSplit { reason: "their `split.no` do not count from 0 without gaps" });
        }
        let n_tensors: usize = files.iter().map(|file| file.tensors.len()).sum();
        if first.n_tensors.is_some_and(|n| n != n_tensors as u64) {
            return Err(GgufError::BadSplit {
                reason: "they hold another number of tensors than `split.tensors.count`",
            });
        }

        let (version, metadata) = (first.version, std::mem::take(&mut files[0].metadata));
        let mut parts = Vec::with_capacity(n_files);
        let mut tensors = Vec::with_capacity(n_tensors);
        let mut index = HashMap::with_capacity(n_tensors);
        for (part, file) in files.into_iter().enumerate() {
            for info in file.tensors {
                if index.insert(info.name.clone(), tensors.len()).is_some() {
                    return Err(GgufError::BadSplit { reason: "two of them hold a tensor of the same name" });
                }
                tensors.push(TensorInfo { part, ..info });
            }
            parts.push(file.bytes);
        }
        Ok(Gguf { parts, version, metadata, tensors, index })
    }

    /// 2 or 3.
    pub fn version(&self) -> u32 {
        self.version
    }

    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Tensors in file order.
    pub fn tensors(&self) -> impl ExactSizeIterator<Item = &TensorInfo> {
        self.tensors.iter()
    }

    /// The tensor of this name.
    ///
    /// # Errors
    /// [`GgufError::MissingTensor`].
    pub fn tensor(&self, name: &str) -> Result<TensorView<'_>, GgufError> {
        let &i = self.index.get(name).ok_or_else(|| GgufError::MissingTensor { name: name.to_owned() })?;
        let info = &self.tensors[i];
        let bytes = &self.parts[info.part][info.offset..info.offset + info.size_bytes];
        Ok(TensorView { name: &info.name, ty: info.ty, shape: info.shape.clone(), bytes })
    }

    /// The files' bytes, one after the other.
    pub fn files(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().map(Vec::as_slice)
    }

    /// Bytes of the whole file, of all files where there are several.
    pub fn size_bytes(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }
}

/// One file, and what it says about its place in a split model: 0 of 1 where it says nothing.
struct Part {
    bytes: Vec<u8>,
    version: u32,
    metadata: Metadata,
    tensors: Vec<TensorInfo>,
    no: u32,
    count: u32,
    n_tensors: Option<u64>,
}

impl Part {
    fn parse(bytes: Vec<u8>) -> Result<Part, GgufError> {
        let mut cursor = Cursor::new(&bytes);
        let mut head = RawHead::default();
        head.read(&mut cursor)?;
        let RawHead { version, metadata, infos } = head;
        let tensors = place(infos, &metadata, cursor.offset(), bytes.len())?;
        let no = metadata.optional(Metadata::u32, SPLIT_NO_KEY)?.unwrap_or(0);
        let count = split_count(&metadata)?;
        let n_tensors = metadata.optional(Metadata::u64, SPLIT_TENSORS_KEY)?;
        Ok(Part { bytes, version, metadata, tensors, no, count, n_tensors })
    }
}

/// What stands before the tensors, as far as it has been read.
#[derive(Default)]
pub(super) struct RawHead<'a> {
    pub version: u32,
    pub metadata: Metadata,
    pub infos: Vec<RawInfo<'a>>,
}

impl<'a> RawHead<'a> {
    /// Where it fails, what it has read stays.
    pub fn read(&mut self, cursor: &mut Cursor<'a>) -> Result<(), GgufError> {
        let found = cursor.array("the magic")?;
        if found != MAGIC {
            return Err(GgufError::BadMagic { found });
        }
        self.version = cursor.u32("the version")?;
        if !(2..=3).contains(&self.version) {
            return Err(GgufError::UnsupportedVersion { version: self.version });
        }
        let n_tensors = cursor.count(MIN_INFO_BYTES, "the number of tensors")?;
        let n_pairs = cursor.count(MIN_PAIR_BYTES, "the number of keys")?;
        for _ in 0..n_pairs {
            let offset = cursor.offset();
            let key = cursor.str("a key")?;
            let value = read_value(cursor, key)?;
            if !self.metadata.insert(key.to_owned(), value) {
                return Err(GgufError::DuplicateKey { offset, key: key.to_owned() });
            }
        }
        let mut names = HashSet::new();
        self.infos.reserve(n_tensors.min(cursor.at_hand() / MIN_INFO_BYTES));
        for _ in 0..n_tensors {
            let raw = RawInfo::read(cursor)?;
            if !names.insert(raw.name) {
                return Err(GgufError::DuplicateTensor { offset: raw.at, name: raw.name.to_owned() });
            }
            self.infos.push(raw);
        }
        Ok(())
    }
}

/// Holds the tensors against a file of `size_bytes`, in which they begin after `head_end`.
pub(super) fn place(
    infos: Vec<RawInfo<'_>>,
    metadata: &Metadata,
    head_end: usize,
    size_bytes: usize,
) -> Result<Vec<TensorInfo>, GgufError> {
    let alignment = metadata.alignment()?;
    let data_start = head_end.checked_next_multiple_of(alignment as usize).unwrap_or(usize::MAX);
    let data_size = size_bytes.saturating_sub(data_start);
    let tensors =
        infos.into_iter().map(|raw| raw.place(alignment, data_start, data_size)).collect::<Result<Vec<_>, _>>()?;
    refuse_overlaps(&tensors)?;
    Ok(tensors)
}

/// How many files the model is split into; llama.cpp writes 0 or nothing into a file that stands alone.
pub(super) fn split_count(metadata: &Metadata) -> Result<u32, GgufError> {
    Ok(metadata.optional(Metadata::u32, SPLIT_COUNT_KEY)?.unwrap_or(1).max(1))
}

/// A tensor's info as it stands in the file, not yet held against the data.
pub(super) struct RawInfo<'a> {
    /// Where the info itself stands, for messages.
    at: usize,
    name: &'a str,
    ty: TensorType,
    shape: Vec<usize>,
    size_bytes: usize,
    /// From the start of the data section.
    start: u64,
}

impl<'a> RawInfo<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, GgufError> {
        let at = cursor.offset();
        let name = cursor.str("a tensor's name")?;
        let bad_shape = |reason| GgufError::BadShape { offset: at, name: name.to_owned(), reason };
        let n_dims = cursor.u32("a tensor's rank")? as usize;
        if n_dims > MAX_DIMS {
            return Err(bad_shape("more than four dimensions"));
        }
        let mut shape = Vec::with_capacity(n_dims);
        for _ in 0..n_dims {
            let dim = cursor.u64("a tensor's dimension")?;
            shape.push(usize::try_from(dim).map_err(|_| bad_shape("a dimension beyond the address space"))?);
        }
        shape.reverse();
        if shape.contains(&0) {
            return Err(bad_shape("a dimension of 0"));
        }
        let id = cursor.u32("a tensor's type")?;
        let ty = TensorType::from_id(id).ok_or_else(|| GgufError::UnsupportedTensorType {
            offset: at,
            name: name.to_owned(),
            id,
        })?;
        let size_bytes =
            ty.size_bytes(&shape).ok_or_else(|| bad_shape("rows do not divide into blocks, or the size overflows"))?;
        let start = cursor.u64("a tensor's offset")?;
        Ok(RawInfo { at, name, ty, shape, size_bytes, start })
    }

    /// Holds the tensor against the data section: `data_size` bytes from `data_start` in the file.
    fn place(self, alignment: u32, data_start: usize, data_size: usize) -> Result<TensorInfo, GgufError> {
        let RawInfo { at, name, ty, shape, size_bytes, start } = self;
        let name = name.to_owned();
        if !start.is_multiple_of(alignment.into()) {
            return Err(GgufError::Misaligned { offset: at, name, start, alignment });
        }
        let fits = start.checked_add(size_bytes as u64).is_some_and(|end| end <= data_size as u64);
        if !fits {
            return Err(GgufError::OutOfRange { offset: at, name, start, size: size_bytes as u64, data_size });
        }
        Ok(TensorInfo { name, ty, shape, part: 0, offset: data_start + start as usize, size_bytes })
    }
}

fn refuse_overlaps(tensors: &[TensorInfo]) -> Result<(), GgufError> {
    let mut in_order: Vec<&TensorInfo> = tensors.iter().collect();
    in_order.sort_by_key(|info| info.offset);
    for pair in in_order.windows(2) {
        if pair[0].offset + pair[0].size_bytes > pair[1].offset {
            return Err(GgufError::Overlap {
                offset: pair[1].offset,
                name: pair[0].name.clone(),
                other: pair[1].name.clone(),
            });
        }
    }
    Ok(())
}

fn read_value(cursor: &mut Cursor<'_>, key: &str) -> Result<Value, GgufError> {
    let offset = cursor.offset();
    let what = "a value";
    Ok(match cursor.u32("a value's type")? {
        0 => Value::U8(u8::from_le_bytes(cursor.array(what)?)),
        1 => Value::I8(i8::from_le_bytes(cursor.array(what)?)),
        2 => Value::U16(u16::from_le_bytes(cursor.array(what)?)),
        3 => Value::I16(i16::from_le_bytes(cursor.array(what)?)),
        4 => Value::U32(cursor.u32(what)?),
        5 => Value::I32(i32::from_le_bytes(cursor.array(what)?)),
        6 => Value::F32(f32::from_le_bytes(cursor.array(what)?)),
        7 => Value::Bool(cursor.bool()?),
        8 => Value::Str(cursor.str("a string")?.to_owned()),
        9 => Value::Array(read_array(cursor, key)?),
        10 => Value::U64(cursor.u64(what)?),
        11 => Value::I64(i64::from_le_bytes(cursor.array(what)?)),
        12 => Value::F64(f64::from_le_bytes(cursor.array(what)?)),
        id => return Err(GgufError::UnknownValueType { offset, key: key.to_owned(), id }),
    })
}

fn read_array(cursor: &mut Cursor<'_>, key: &str) -> Result<Array, GgufError> {
    let offset = cursor.offset();
    Ok(match cursor.u32("an array's type")? {
        0 => Array::U8(elements(cursor, u8::from_le_bytes)?),
        1 => Array::I8(elements(cursor, i8::from_le_bytes)?),
        2 => Array::U16(elements(cursor, u16::from_le_bytes)?),
        3 => Array::I16(elements(cursor, i16::from_le_bytes)?),
        4 => Array::U32(elements(cursor, u32::from_le_bytes)?),
        5 => Array::I32(elements(cursor, i32::from_le_bytes)?),
        6 => Array::F32(elements(cursor, f32::from_le_bytes)?),
        7 => {
            let n = cursor.count(1, "an array's length")?;
            Array::Bool((0..n).map(|_| cursor.bool()).collect::<Result<_, _>>()?)
        }
        8 => {
            let n = cursor.count(8, "an array's length")?;
            Array::Str((0..n).map(|_| cursor.str("a string").map(str::to_owned)).collect::<Result<_, _>>()?)
        }
        9 => return Err(GgufError::NestedArray { offset, key: key.to_owned() }),
        10 => Array::U64(elements(cursor, u64::from_le_bytes)?),
        11 => Array::I64(elements(cursor, i64::from_le_bytes)?),
        12 => Array::F64(elements(cursor, f64::from_le_bytes)?),
        id => return Err(GgufError::UnknownValueType { offset, key: key.to_owned(), id }),
    })
}

/// A length and as many numbers of `N` bytes.
fn elements<T, const N: usize>(cursor: &mut Cursor<'_>, decode: fn([u8; N]) -> T) -> Result<Vec<T>, GgufError> {
    let n = cursor.count(N, "an array's length")?;
    let bytes = cursor.take((n * N) as u64, "an array")?;
    Ok(bytes.as_chunks().0.iter().map(|&x| decode(x)).collect())
}

/// The names of all files of the split model to which `name` belongs, in order: `x-00002-of-00003.gguf`
/// is one of three. `None` where the name is not of this kind (llama.cpp's `llama_split_path`).
pub fn split_names(name: &str) -> Option<Vec<String>> {
    let (stem, count) = name.strip_suffix(".gguf")?.rsplit_once("-of-")?;
    let (prefix, no) = stem.rsplit_once('-')?;
    let number = |digits: &str| {
        let is_number = digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let (no, count) = (number(no)?, number(count)?);
    (1..=count).contains(&no).then(|| (1..=count).map(|no| format!("{prefix}-{no:05}-of-{count:05}.gguf")).collect())
}
