use std::collections::HashSet;
use std::io::{self, Write};

use super::{Array, GgufError, MAGIC, MAX_DIMS, Metadata, TensorType, VERSION, Value};

/// The longest tensor name that ggml reads: `GGML_MAX_NAME` less its closing zero.
const MAX_NAME_BYTES: usize = 63;

/// Builds a file: keys and tensors appear in the order in which they were given.
///
/// ```
/// # use attendant::gguf::{Gguf, TensorType, Writer, quantize};
/// let mut writer = Writer::new();
/// writer.put("general.architecture", "bert")?;
/// writer.tensor("token_embd.weight", TensorType::F16, &[2, 3], quantize(TensorType::F16, &[0.5; 6], 3)?)?;
/// let gguf = Gguf::parse(writer.to_bytes()?)?;
/// assert_eq!(gguf.tensor("token_embd.weight")?.to_f32(), [0.5; 6]);
/// # Ok::<(), attendant::gguf::GgufError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Writer {
    metadata: Metadata,
    tensors: Vec<Tensor>,
    names: HashSet<String>,
}

#[derive(Clone, Debug)]
struct Tensor {
    name: String,
    ty: TensorType,
    shape: Vec<usize>,
    size_bytes: usize,
    /// `None` for what is made only while the file is written.
    bytes: Option<Vec<u8>>,
}

impl Writer {
    pub fn new() -> Self {
        Writer::default()
    }

    /// Appends a key. `general.alignment` moves the tensors accordingly.
    ///
    /// # Errors
    /// [`GgufError::DuplicateKey`].
    pub fn put(&mut self, key: &str, value: impl Into<Value>) -> Result<(), GgufError> {
        match self.metadata.insert(key.to_owned(), value.into()) {
            true => Ok(()),
            false => Err(GgufError::DuplicateKey { offset: 0, key: key.to_owned() }),
        }
    }

    /// Appends a tensor of row-major `shape` whose `bytes` are stored as `ty` already.
    ///
    /// # Errors
    /// A name given before or too long, a shape that ggml cannot hold, bytes that do not fit it.
    pub fn tensor(&mut self, name: &str, ty: TensorType, shape: &[usize], bytes: Vec<u8>) -> Result<(), GgufError> {
        self.add(name, ty, shape, Some(bytes))
    }

    /// Appends a tensor whose values [`Writer::write_with`] will ask for.
    ///
    /// # Errors
    /// As [`Writer::tensor`].
    pub fn declare(&mut self, name: &str, ty: TensorType, shape: &[usize]) -> Result<(), GgufError> {
        self.add(name, ty, shape, None)
    }

    fn add(&mut self, name: &str, ty: TensorType, shape: &[usize], bytes: Option<Vec<u8>>) -> Result<(), GgufError> {
        let name = name.to_owned();
        if name.len() > MAX_NAME_BYTES {
            return Err(GgufError::LongName { name });
        }
        if shape.len() > MAX_DIMS || shape.contains(&0) {
            return Err(GgufError::BadShape { offset: 0, name, reason: "more than four dimensions, or one of 0" });
        }
        let Some(size_bytes) = ty.size_bytes(shape) else {
            return Err(GgufError::PartialBlock { ty, n_cols: shape.last().copied().unwrap_or(1) });
        };
        if let Some(found) = bytes.as_ref().map(Vec::len).filter(|&found| found != size_bytes) {
            return Err(GgufError::WrongSize { name, ty, shape: shape.to_vec(), expected: size_bytes, found });
        }
        if !self.names.insert(name.clone()) {
            return Err(GgufError::DuplicateTensor { offset: 0, name });
        }
        self.tensors.push(Tensor { name, ty, shape: shape.to_vec(), size_bytes, bytes });
        Ok(())
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// [`GgufError::BadAlignment`]; [`GgufError::MissingTensor`] for one that was only declared.
    pub fn to_bytes(&self) -> Result<Vec<u8>, GgufError> {
        let mut out = self.header()?;
        if let Some(Tensor { name, .. }) = self.tensors.iter().find(|tensor| tensor.bytes.is_none()) {
            return Err(GgufError::MissingTensor { name: name.clone() });
        }
        let size: usize = self.tensors.iter().map(|tensor| tensor.size_bytes).sum();
        out.reserve(size + self.tensors.len() * self.metadata.alignment()? as usize);
        self.write_data(&mut out, no_rows).expect("writing to a Vec does not fail");
        Ok(out)
    }

    /// Writes the file without holding a second copy of the tensors.
    ///
    /// # Errors
    /// Whatever `out` reports; a bad alignment and a tensor only declared as [`io::ErrorKind::InvalidInput`].
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_with(out, no_rows)
    }

    /// As [`Writer::write_to`], asking `rows` for the declared tensors row by row, so that a model larger
    /// than memory can be written: `rows(name, ty, shape)` is called once for each row.
    ///
    /// # Errors
    /// As [`Writer::write_to`], and for a row of the wrong length.
    pub fn write_with(
        &self,
        out: &mut impl Write,
        rows: impl FnMut(&str, TensorType, &[usize]) -> Vec<u8>,
    ) -> io::Result<()> {
        let header = self.header().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        out.write_all(&header)?;
        self.write_data(out, rows)
    }

    /// Everything before the data section, padded to its start.
    fn header(&self) -> Result<Vec<u8>, GgufError> {
        let alignment = self.metadata.alignment()? as usize;
        let mut out = Vec::new();
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend((self.tensors.len() as u64).to_le_bytes());
        out.extend((self.metadata.len() as u64).to_le_bytes());
        for (key, value) in self.metadata.iter() {
            put_str(&mut out, key);
            put_value(&mut out, value);
        }
        let mut start = 0usize;
        for Tensor { name, ty, shape, size_bytes, .. } in &self.tensors {
            put_str(&mut out, name);
            out.extend((shape.len() as u32).to_le_bytes());
            shape.iter().rev().for_each(|&dim| out.extend((dim as u64).to_le_bytes()));
            out.extend(ty.id().to_le_bytes());
            out.extend((start as u64).to_le_bytes());
            start = (start + size_bytes).next_multiple_of(alignment);
        }
        out.resize(out.len().next_multiple_of(alignment), 0);
        Ok(out)
    }

    /// The tensors, each padded to the alignment, the last one too, as ggml expects.
    fn write_data(
        &self,
        out: &mut impl Write,
        mut rows: impl FnMut(&str, TensorType, &[usize]) -> Vec<u8>,
    ) -> io::Result<()> {
        let alignment = self.metadata.alignment().expect("the header was written with it") as usize;
        let padding = vec![0; alignment];
        for Tensor { name, ty, shape, size_bytes, bytes } in &self.tensors {
            match bytes {
                Some(bytes) => out.write_all(bytes)?,
                None => {
                    let n_rows: usize = shape.iter().rev().skip(1).product();
                    for _ in 0..n_rows {
                        let row = rows(name, *ty, shape);
                        if row.len() * n_rows != *size_bytes {
                            let message = format!("a row of `{name}` is {} bytes", row.len());
                            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
                        }
                        out.write_all(&row)?;
                    }
                }
            }
            out.write_all(&padding[..size_bytes.next_multiple_of(alignment) - size_bytes])?;
        }
        Ok(())
    }
}

/// For files whose tensors are all there.
fn no_rows(_: &str, _: TensorType, _: &[usize]) -> Vec<u8> {
    Vec::new()
}

fn put_str(out: &mut Vec<u8>, s: &str) {
    out.extend((s.len() as u64).to_le_bytes());
    out.extend(s.as_bytes());
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    out.extend(value.type_id().to_le_bytes());
    match value {
        Value::U8(x) => out.extend(x.to_le_bytes()),
        Value::I8(x) => out.extend(x.to_le_bytes()),
        Value::U16(x) => out.extend(x.to_le_bytes()),
        Value::I16(x) => out.extend(x.to_le_bytes()),
        Value::U32(x) => out.extend(x.to_le_bytes()),
        Value::I32(x) => out.extend(x.to_le_bytes()),
        Value::F32(x) => out.extend(x.to_le_bytes()),
        Value::Bool(x) => out.push(u8::from(*x)),
        Value::Str(x) => put_str(out, x),
        Value::U64(x) => out.extend(x.to_le_bytes()),
        Value::I64(x) => out.extend(x.to_le_bytes()),
        Value::F64(x) => out.extend(x.to_le_bytes()),
        Value::Array(array) => put_array(out, array),
    }
}

fn put_array(out: &mut Vec<u8>, array: &Array) {
    out.extend(array.type_id().to_le_bytes());
    out.extend((array.len() as u64).to_le_bytes());
    match array {
        Array::U8(xs) => out.extend(xs),
        Array::I8(xs) => xs.iter().for_each(|x| out.extend(x.to_le_bytes())),
        Array::U16(xs) => xs.iter().for_each(|x| out.extend(x.to_le_bytes())),
        Array::I16(xs) => xs.iter().for_each(|x| out.extend(x.to_le_bytes())),
        Array::U32(xs) => xs.iter().for_each(|x| out.extend(x.to_le_bytes())),
        Array::I32(xs) => xs.iter().for_each(|x| out.extend(x.to_le_bytes())),
        Array::F32(xs) => xs.iter().for_each(|x| out.extend(x.to_le_bytes())),
        Array::Bool(xs) => out.extend(xs.iter().map(|&x| u8::from(x))),
        Array::Str(xs) => xs.iter().for_each(|x| put_str(out, x)),
        Array::U64(xs) => xs.iter().for_each(|x| out.extend(x.to_le_bytes())),
        Array::I64(xs) => xs.iter().for_each(|x| out.extend(x.to_le_bytes())),
        Array::F64(xs) => xs.iter().for_each(|x| out.extend(x.to_le_bytes())),
    }
}
