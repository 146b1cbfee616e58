//! JSON schemas as regular expressions: what a writer can keep to byte by byte.
//!
//! Of JSON Schema 2020-12 these are kept to: `type`, `enum`, `const`, `properties` (in their order), `required`,
//! `items`, `minItems`, `maxItems`, `minLength`, `maxLength`, `pattern`, `anyOf`, `oneOf`, local `$ref`s that do not
//! come back to themselves. Objects have no other properties than those named. Whatever else narrows an instance is
//! refused rather than passed over.

use serde_json::Value;

/// A number has no more digits than this on each side of its point: a text must end.
const NUMBER: &str = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?";
/// Without `-0`, which many readers take for a number with a point.
const INTEGER: &str = r"(?:0|-?[1-9][0-9]{0,14})";
/// A character of a string.
const CHARACTER: &str = r#"(?:[^"\\\x00-\x1F\x7F]|\\["\\/bfnrt])"#;
/// Schemas within schemas: also what a `$ref` that comes back to itself runs into.
const MAX_DEPTH: usize = 32;
/// Of one schema's expression: a `$ref` named often within one named often.
const MAX_BYTES: usize = 256 << 10;

/// What narrows nothing.
const ANNOTATIONS: &[&str] = &[
    "$schema",
    "$id",
    "$defs",
    "definitions",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "additionalProperties",
    "strict",
    "name",
];

/// Why a schema cannot be kept to.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error("{at}: `{keyword}` cannot be kept to while writing; leave it out and check it afterwards")]
    Unsupported { at: String, keyword: String },
    #[error("{at}: {reason}")]
    Malformed { at: String, reason: &'static str },
    #[error("{at}: deeper than {MAX_DEPTH} schemas, or it comes back to itself")]
    TooDeep { at: String },
    #[error("{at}: the schema is too large")]
    TooLarge { at: String },
}

/// The expression that matches the compact form of every instance of `schema`, as far as the module says.
///
/// # Errors
/// What cannot be kept to, by its place in the schema.
pub fn to_regex(schema: &Value) -> Result<String, SchemaError> {
    Reader { root: schema }.read(schema, "#", 0)
}

/// An expression for this text itself.
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_ascii() && !c.is_ascii_alphanumeric() {
            true => out.push_str(&format!(r"\x{:02X}", c as u32)),
            false => out.push(c),
        }
    }
    out
}

struct Reader<'a> {
    root: &'a Value,
}

impl Reader<'_> {
    fn read(&self, schema: &Value, at: &str, depth: usize) -> Result<String, SchemaError> {
        let malformed = |reason| SchemaError::Malformed { at: at.to_owned(), reason };
        if depth > MAX_DEPTH {
            return Err(SchemaError::TooDeep { at: at.to_owned() });
        }
        let Some(map) = schema.as_object() else { return Err(malformed("a schema is an object")) };
        let (kind, known): (&str, &[&str]) = if map.contains_key("$ref") {
            ("$ref", &[])
        } else if map.contains_key("enum") {
            ("enum", &["type"])
        } else if map.contains_key("const") {
            ("const", &["type"])
        } else if map.contains_key("anyOf") {
            ("anyOf", &[])
        } else if map.contains_key("oneOf") {
            ("oneOf", &[])
        } else {
            let known: &[&str] = match map.get("type") {
                Some(Value::Array(_)) => &[],
                Some(Value::String(name)) => match name.as_str() {
                    "string" => &["minLength", "maxLength", "pattern"],
                    "object" => &["properties", "required"],
                    "array" => &["items", "minItems", "maxItems"],
                    _ => &[],
                },
                _ => return Err(malformed("a `type`, `enum`, `const`, `anyOf` or `$ref` is needed")),
            };
            ("type", known)
        };
        let is_known = |key: &str| key == kind || known.contains(&key) || ANNOTATIONS.contains(&key);
        if let Some(keyword) = map.keys().find(|key| !is_known(key)) {
            return Err(SchemaError::Unsupported { at: at.to_owned(), keyword: keyword.clone() });
        }
        let inner = |schema: &Value, step: &str| self.read(schema, &format!("{at}/{step}"), depth + 1);
        let value = &map[kind];
        let out = match kind {
            "$ref" => {
                let pointer = value.as_str().and_then(|name| name.strip_prefix('#'));
                let target = pointer.and_then(|pointer| self.root.pointer(pointer));
                inner(target.ok_or_else(|| malformed("`$ref` names nothing in this schema"))?, "$ref")?
            }
            "const" => literal(&value.to_string()),
            "enum" => {
                let values = value.as_array().filter(|values| !values.is_empty());
                let values = values.ok_or_else(|| malformed("`enum` is a list of values"))?;
                any(values.iter().map(|value| literal(&value.to_string())).collect())
            }
            "anyOf" | "oneOf" => {
                let options = value.as_array().filter(|options| !options.is_empty());
                let options = options.ok_or_else(|| malformed("a list of schemas is needed"))?;
                let options = options.iter().enumerate().map(|(i, option)| inner(option, &format!("{kind}/{i}")));
                any(options.collect::<Result<_, _>>()?)
            }
            _ => match value {
                Value::Array(names) => {
                    let alone = |name: &Value| inner(&serde_json::json!({ "type": name }), "type");
                    any(names.iter().map(alone).collect::<Result<_, _>>()?)
                }
                name => self.read_type(name.as_str().unwrap_or_default(), schema, at, depth)?,
            },
        };
        if out.len() > MAX_BYTES {
            return Err(SchemaError::TooLarge { at: at.to_owned() });
        }
        Ok(out)
    }

    fn read_type(&self, name: &str, schema: &Value, at: &str, depth: usize) -> Result<String, SchemaError> {
        let malformed = |reason| SchemaError::Malformed { at: at.to_owned(), reason };
        Ok(match name {
            "null" => "null".into(),
            "boolean" => "(?:true|false)".into(),
            "integer" => INTEGER.into(),
            "number" => NUMBER.into(),
            "string" => match schema.get("pattern").map(|pattern| pattern.as_str()) {
                None => format!(
                    "\"{CHARACTER}{}\"",
                    count(schema, "minLength", "maxLength")
                        .ok_or_else(|| malformed("a length is a whole number, the least no more than the most"))?
                ),
                Some(Some(pattern)) if schema.get("minLength").or(schema.get("maxLength")).is_none() => {
                    // ECMA's expressions find, and are anchored where the whole string is meant.
                    let whole = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
                    let whole = whole.ok_or_else(|| malformed("`pattern` must begin with `^` and end with `$`"))?;
                    if whole.contains(['"', '\\']) || whole.contains("[^") || whole.contains('.') {
                        return Err(malformed(
                            "`pattern` may not match quotes or backslashes: name the characters in classes",
                        ));
                    }
                    format!("\"(?:{whole})\"")
                }
                Some(_) => return Err(malformed("`pattern` is a text, and goes with no length")),
            },
            "array" => {
                let items = schema.get("items").ok_or_else(|| malformed("an array needs `items`"))?;
                let item = self.read(items, &format!("{at}/items"), depth + 1)?;
                let bound = |key: &str| match schema.get(key) {
                    None => Ok(None),
                    Some(n) => n.as_u64().map(Some).ok_or_else(|| malformed("a number of items is a whole number")),
                };
                let (min, max) = (bound("minItems")?.unwrap_or(0), bound("maxItems")?);
                if max.is_some_and(|max| max < min) {
                    return Err(malformed("`maxItems` is less than `minItems`"));
                }
                let most = max.map(|max| max.saturating_sub(1).to_string()).unwrap_or_default();
                let some = format!("(?:{item})(?:,(?:{item})){{{},{most}}}", min.saturating_sub(1));
                match (min, max) {
                    (_, Some(0)) => r"\[\]".into(),
                    (0, _) => format!(r"\[(?:{some})?\]"),
                    _ => format!(r"\[{some}\]"),
                }
            }
            "object" => {
                let none = serde_json::Map::new();
                let properties = match schema.get("properties") {
                    None => &none,
                    Some(properties) => properties.as_object().ok_or_else(|| malformed("`properties` is an object"))?,
                };
                let required: Vec<&str> = match schema.get("required") {
                    None => Vec::new(),
                    Some(names) => names
                        .as_array()
                        .ok_or_else(|| malformed("`required` is a list"))?
                        .iter()
                        .filter_map(Value::as_str)
                        .collect(),
                };
                if required.iter().any(|name| !properties.contains_key(*name)) {
                    return Err(malformed("`required` names what `properties` does not"));
                }
                // From the last to the first: what may follow, at the beginning and after another property.
                let (mut first, mut after) = (String::new(), String::new());
                for (name, schema) in properties.iter().rev() {
                    let value = self.read(schema, &format!("{at}/properties/{name}"), depth + 1)?;
                    let pair = format!("{}:(?:{value})", literal(&Value::from(name.as_str()).to_string()));
                    if required.contains(&name.as_str()) {
                        first = format!("{pair}{after}");
                        after = format!(",{pair}{after}");
                    } else {
                        first = format!("(?:{pair}{after}|{first})");
                        after = format!("(?:,{pair})?{after}");
                    }
                    if first.len() > MAX_BYTES {
                        return Err(SchemaError::TooLarge { at: at.to_owned() });
                    }
                }
                format!(r"\{{{first}\}}")
            }
            _ => return Err(malformed("`type` is string, number, integer, boolean, null, array or object")),
        })
    }
}

fn any(options: Vec<String>) -> String {
    format!("(?:{})", options.join("|"))
}

/// `{min,max}`, or `*`.
fn count(schema: &Value, min: &str, max: &str) -> Option<String> {
    let bound = |key: &str| match schema.get(key) {
        None => Some(None),
        Some(n) => n.as_u64().map(Some),
    };
    let (min, max) = (bound(min)?.unwrap_or(0), bound(max)?);
    match max {
        Some(max) if max < min => None,
        Some(max) => Some(format!("{{{min},{max}}}")),
        None => Some(format!("{{{min},}}")),
    }
}
