use std::collections::HashMap;

use super::{ALIGNMENT_KEY, DEFAULT_ALIGNMENT, GgufError};

/// One value of the metadata: ggml's `gguf_type`, in its order.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    U8(u8),
    I8(i8),
    U16(u16),
    I16(i16),
    U32(u32),
    I32(i32),
    F32(f32),
    Bool(bool),
    Str(String),
    Array(Array),
    U64(u64),
    I64(i64),
    F64(f64),
}

/// The elements of an array, all of one type; ggml does not nest arrays.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    U8(Vec<u8>),
    I8(Vec<i8>),
    U16(Vec<u16>),
    I16(Vec<i16>),
    U32(Vec<u32>),
    I32(Vec<i32>),
    F32(Vec<f32>),
    Bool(Vec<bool>),
    Str(Vec<String>),
    U64(Vec<u64>),
    I64(Vec<i64>),
    F64(Vec<f64>),
}

/// ggml's names of the value types; their places are its ids.
const KINDS: [(&str, &str); 13] = [
    ("u8", "array of u8"),
    ("i8", "array of i8"),
    ("u16", "array of u16"),
    ("i16", "array of i16"),
    ("u32", "array of u32"),
    ("i32", "array of i32"),
    ("f32", "array of f32"),
    ("bool", "array of bool"),
    ("str", "array of str"),
    ("array", "array of arrays"),
    ("u64", "array of u64"),
    ("i64", "array of i64"),
    ("f64", "array of f64"),
];

impl Array {
    pub fn len(&self) -> usize {
        match self {
            Array::U8(xs) => xs.len(),
            Array::I8(xs) => xs.len(),
            Array::U16(xs) => xs.len(),
            Array::I16(xs) => xs.len(),
            Array::U32(xs) => xs.len(),
            Array::I32(xs) => xs.len(),
            Array::F32(xs) => xs.len(),
            Array::Bool(xs) => xs.len(),
            Array::Str(xs) => xs.len(),
            Array::U64(xs) => xs.len(),
            Array::I64(xs) => xs.len(),
            Array::F64(xs) => xs.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// ggml's number for the elements' type.
    pub(super) fn type_id(&self) -> u32 {
        match self {
            Array::U8(_) => 0,
            Array::I8(_) => 1,
            Array::U16(_) => 2,
            Array::I16(_) => 3,
            Array::U32(_) => 4,
            Array::I32(_) => 5,
            Array::F32(_) => 6,
            Array::Bool(_) => 7,
            Array::Str(_) => 8,
            Array::U64(_) => 10,
            Array::I64(_) => 11,
            Array::F64(_) => 12,
        }
    }
}

impl Value {
    /// What this is, for people: `u32`, `array of str`.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Array(array) => KINDS[array.type_id() as usize].1,
            _ => KINDS[self.type_id() as usize].0,
        }
    }

    /// ggml's number for this type.
    pub(super) fn type_id(&self) -> u32 {
        match self {
            Value::U8(_) => 0,
            Value::I8(_) => 1,
            Value::U16(_) => 2,
            Value::I16(_) => 3,
            Value::U32(_) => 4,
            Value::I32(_) => 5,
            Value::F32(_) => 6,
            Value::Bool(_) => 7,
            Value::Str(_) => 8,
            Value::Array(_) => 9,
            Value::U64(_) => 10,
            Value::I64(_) => 11,
            Value::F64(_) => 12,
        }
    }

    /// Any integer, whatever its width: writers differ in how they store a count.
    fn integer(&self) -> Option<i128> {
        Some(match *self {
            Value::U8(x) => x.into(),
            Value::I8(x) => x.into(),
            Value::U16(x) => x.into(),
            Value::I16(x) => x.into(),
            Value::U32(x) => x.into(),
            Value::I32(x) => x.into(),
            Value::U64(x) => x.into(),
            Value::I64(x) => x.into(),
            _ => return None,
        })
    }
}

macro_rules! value_from {
    ($($from:ty => |$x:ident| $value:expr;)*) => {
        $(impl From<$from> for Value {
            fn from($x: $from) -> Value { $value }
        })*
    };
}

value_from! {
    u32 => |x| Value::U32(x);
    i32 => |x| Value::I32(x);
    u64 => |x| Value::U64(x);
    f32 => |x| Value::F32(x);
    bool => |x| Value::Bool(x);
    &str => |x| Value::Str(x.to_owned());
    String => |x| Value::Str(x);
    Vec<u32> => |x| Value::Array(Array::U32(x));
    Vec<i32> => |x| Value::Array(Array::I32(x));
    Vec<f32> => |x| Value::Array(Array::F32(x));
    Vec<String> => |x| Value::Array(Array::Str(x));
}

/// The key-value pairs of a file, in its order. Keys are unique.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    entries: Vec<(String, Value)>,
    index: HashMap<String, usize>,
}

impl Metadata {
    /// The value under `key`, whatever its type.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.index.get(key).map(|&i| &self.entries[i].1)
    }

    /// Pairs in file order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn str(&self, key: &str) -> Result<&str, GgufError> {
        self.typed(key, "a str", |value| match value {
            Value::Str(s) => Some(s.as_str()),
            _ => None,
        })
    }

    /// An integer of any width, where it fits.
    pub fn u32(&self, key: &str) -> Result<u32, GgufError> {
        self.typed(key, "a u32", |value| u32::try_from(value.integer()?).ok())
    }

    /// An integer of any width, where it fits.
    pub fn u64(&self, key: &str) -> Result<u64, GgufError> {
        self.typed(key, "a u64", |value| u64::try_from(value.integer()?).ok())
    }

    pub fn f32(&self, key: &str) -> Result<f32, GgufError> {
        self.typed(key, "an f32", |value| match *value {
            Value::F32(x) => Some(x),
            _ => None,
        })
    }

    pub fn bool(&self, key: &str) -> Result<bool, GgufError> {
        self.typed(key, "a bool", |value| match *value {
            Value::Bool(x) => Some(x),
            _ => None,
        })
    }

    pub fn array_str(&self, key: &str) -> Result<&[String], GgufError> {
        self.typed(key, "an array of str", |value| match value {
            Value::Array(Array::Str(xs)) => Some(xs.as_slice()),
            _ => None,
        })
    }

    pub fn array_f32(&self, key: &str) -> Result<&[f32], GgufError> {
        self.typed(key, "an array of f32", |value| match value {
            Value::Array(Array::F32(xs)) => Some(xs.as_slice()),
            _ => None,
        })
    }

    pub fn array_u32(&self, key: &str) -> Result<&[u32], GgufError> {
        self.typed(key, "an array of u32", |value| match value {
            Value::Array(Array::U32(xs)) => Some(xs.as_slice()),
            _ => None,
        })
    }

    pub fn array_i32(&self, key: &str) -> Result<&[i32], GgufError> {
        self.typed(key, "an array of i32", |value| match value {
            Value::Array(Array::I32(xs)) => Some(xs.as_slice()),
            _ => None,
        })
    }

    /// What `read` finds under `key`, or `None` where there is no such key; a mistyped value stays an error.
    ///
    /// ```
    /// # use attendant::gguf::Metadata;
    /// assert_eq!(Metadata::default().optional(Metadata::u32, "llama.vocab_size"), Ok(None));
    /// ```
    pub fn optional<'a, T>(
        &'a self,
        read: impl FnOnce(&'a Self, &str) -> Result<T, GgufError>,
        key: &str,
    ) -> Result<Option<T>, GgufError> {
        match self.get(key) {
            None => Ok(None),
            Some(_) => read(self, key).map(Some),
        }
    }

    /// Bytes between which tensors start.
    pub(super) fn alignment(&self) -> Result<u32, GgufError> {
        let found = self.optional(Metadata::u32, ALIGNMENT_KEY)?.unwrap_or(DEFAULT_ALIGNMENT);
        if found < 8 || !found.is_power_of_two() {
            return Err(GgufError::BadAlignment { found });
        }
        Ok(found)
    }

    /// Appends a pair; `false`, and nothing done, where the key is already there.
    pub(super) fn insert(&mut self, key: String, value: Value) -> bool {
        if self.index.contains_key(&key) {
            return false;
        }
        self.index.insert(key.clone(), self.entries.len());
        self.entries.push((key, value));
        true
    }

    fn typed<'a, T>(
        &'a self,
        key: &str,
        expected: &'static str,
        pick: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T, GgufError> {
        let value = self.get(key).ok_or_else(|| GgufError::MissingKey { key: key.to_owned() })?;
        pick(value).ok_or_else(|| GgufError::WrongType { key: key.to_owned(), expected, found: value.kind() })
    }
}
