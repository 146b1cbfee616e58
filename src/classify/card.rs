use crate::gguf::{GgufError, Metadata, Writer};

/// What a head's users should know of it, kept in the file under GGUF's own keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// `general.name`
    pub name: String,
    /// `general.description`: what it was trained on, what it is for, where it fails. Plain text or Markdown.
    pub description: String,
    /// `general.license`, as SPDX writes it.
    pub license: String,
}

impl Card {
    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), GgufError> {
        writer.put("general.name", self.name.as_str())?;
        writer.put("general.description", self.description.as_str())?;
        writer.put("general.license", self.license.as_str())
    }

    pub(super) fn read(metadata: &Metadata) -> Result<Self, GgufError> {
        let text = |key| Ok::<_, GgufError>(metadata.optional(Metadata::str, key)?.unwrap_or_default().to_owned());
        Ok(Self {
            name: text("general.name")?,
            description: text("general.description")?,
            license: text("general.license")?,
        })
    }
}
