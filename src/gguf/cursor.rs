use super::GgufError;

/// A position in the file that cannot leave it.
pub(super) struct Cursor<'a> {
    /// The file, or its beginning.
    bytes: &'a [u8],
    /// Bytes of the whole file.
    total: usize,
    offset: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Cursor::of_beginning(bytes, bytes.len())
    }

    /// Of a file of `total` bytes only the first are at hand; to read past them is [`GgufError::Unread`].
    pub fn of_beginning(bytes: &'a [u8], total: usize) -> Self {
        Cursor { bytes, total: total.max(bytes.len()), offset: 0 }
    }

    /// Bytes from the start of the file.
    pub fn offset(&self) -> usize {
        self.offset
    }

    fn remaining(&self) -> usize {
        self.total - self.offset
    }

    /// Bytes that can be read now.
    pub fn at_hand(&self) -> usize {
        self.bytes.len() - self.offset
    }

    /// The next `n` bytes, which `what` needs.
    pub fn take(&mut self, n: u64, what: &'static str) -> Result<&'a [u8], GgufError> {
        let (offset, remaining) = (self.offset, self.remaining());
        let len = usize::try_from(n).ok().filter(|&len| len <= remaining).ok_or(GgufError::Truncated {
            offset,
            what,
            needed: n,
            remaining,
        })?;
        if len > self.at_hand() {
            return Err(GgufError::Unread);
        }
        self.offset += len;
        Ok(&self.bytes[offset..offset + len])
    }

    /// The next `N` bytes by value.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], GgufError> {
        let bytes = self.take(N as u64, what)?;
        Ok(bytes.try_into().expect("take returns as many bytes as asked for"))
    }

    pub fn u32(&mut self, what: &'static str) -> Result<u32, GgufError> {
        self.array(what).map(u32::from_le_bytes)
    }

    pub fn u64(&mut self, what: &'static str) -> Result<u64, GgufError> {
        self.array(what).map(u64::from_le_bytes)
    }

    /// A count of things of which each takes at least `min_bytes`: believed only where the rest of the
    /// file could hold them, so that no allocation outgrows the file.
    pub fn count(&mut self, min_bytes: usize, what: &'static str) -> Result<usize, GgufError> {
        let offset = self.offset;
        let count = self.u64(what)?;
        let fits = (self.remaining() / min_bytes) as u64;
        if count > fits {
            return Err(GgufError::AbsurdCount { offset, what, count });
        }
        Ok(count as usize)
    }

    /// A length and as many bytes of UTF-8.
    pub fn str(&mut self, what: &'static str) -> Result<&'a str, GgufError> {
        let len = self.u64(what)?;
        let offset = self.offset;
        std::str::from_utf8(self.take(len, what)?).map_err(|_| GgufError::BadUtf8 { offset })
    }

    pub fn bool(&mut self) -> Result<bool, GgufError> {
        let offset = self.offset;
        match self.array("a bool")? {
            [0] => Ok(false),
            [1] => Ok(true),
            [found] => Err(GgufError::BadBool { offset, found }),
        }
    }
}
