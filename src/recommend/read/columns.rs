//! Histories of millions of orders, by columns: Polars splits lines and unpacks pages on all cores, and touches no
//! column that nobody asks for. What a row means is said once, in `Reader::take`.
//!
//! ```text
//! CSV      pieces of 4 MiB, all lines plain ──┐
//! Parquet  pieces of 131,072 rows ────────────┴→ Piece: columns → Event by Event → gather
//! ```

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use polars_core::prelude::{
    ArrowDataType, Column, DataFrame, DataType, Field, PolarsError, PolarsResult, Schema, StringChunked, TimeUnit,
};
use polars_io::SerReader;
use polars_io::csv::read::CsvReadOptions;
use polars_io::parquet::read::ParquetReader;
use rayon::prelude::*;

use super::gather::Gatherer;
use super::{EVENT_COLUMNS, EVENT_CURE, Event, PARQUET, Reader, SECS_PER_DAY, epoch_days, read_number, read_time};
use crate::recommend::interactions::Orders;

const PIECE_BYTES: usize = 4 << 20;
const PIECE_ROWS: usize = 1 << 17;
/// Columns that need not be there.
const OPTIONAL: &[&str] = &["event", "quantity", "price"];

impl Reader {
    /// Reads a file by columns, whose `first` line tells its kind. `None` for CSV that must be looked at row by row:
    /// another kind of file, one with quotes, or with a mistake, which rows can place.
    pub(super) fn columns(&mut self, first: &str, path: &Path) -> Option<Orders> {
        if first.starts_with(PARQUET) {
            return Some(self.parquet(path));
        }
        let orders = self.plain_csv(path, PIECE_BYTES);
        if self.mistakes.0.is_empty() {
            return orders.filter(|orders| !orders.data.users.is_empty());
        }
        self.mistakes.0.clear();
        None
    }

    fn plain_csv(&mut self, path: &Path, piece_bytes: usize) -> Option<Orders> {
        let mut file = BufReader::new(File::open(path).ok()?);
        let mut header = String::new();
        file.read_line(&mut header).ok()?;
        let header = header.strip_prefix('\u{feff}').unwrap_or(&header).trim_end_matches(['\r', '\n']);
        let names: Vec<String> = header.split(',').map(|name| name.trim().to_lowercase()).collect();
        let places = places(names.iter().map(String::as_str)).ok()?;
        if header.contains(['"', '\r']) {
            return None;
        }
        // Columns are known by their place: others may share a name.
        let schema: Schema = (0..names.len()).map(|at| Field::new(at.to_string().into(), DataType::String)).collect();
        let mut projection: Vec<usize> = places.values().copied().collect();
        projection.sort_unstable();
        let options = CsvReadOptions::default()
            .with_has_header(false)
            .with_schema(Some(Arc::new(schema)))
            .with_projection(Some(Arc::new(projection)))
            .with_rechunk(true)
            .map_parse_options(|options| options.with_quote_char(None));

        let mut gatherer = Gatherer::default();
        let (mut line, mut piece) = (2, Vec::with_capacity(piece_bytes + piece_bytes / 4));
        loop {
            let n_read = (&mut file).take(piece_bytes as u64).read_to_end(&mut piece).ok()?;
            if n_read == 0 && piece.last().is_some_and(|byte| *byte != b'\n') {
                piece.push(b'\n');
            }
            // What begins behind the last line break goes on in the next piece.
            let Some(end) = piece.iter().rposition(|byte| *byte == b'\n') else {
                return piece.is_empty().then(|| gatherer.finish());
            };
            let lines = &piece[..end];
            if !lines.par_split(|byte| *byte == b'\n').all(|line| is_plain(line, names.len())) {
                return None;
            }
            let frame = options.clone().into_reader_with_file_handle(Cursor::new(&piece[..=end])).finish().ok()?;
            let n_lines = 1 + lines.iter().filter(|byte| **byte == b'\n').count();
            if frame.height() != n_lines {
                return None;
            }
            let columns = places.iter().map(|(name, at)| (*name, at.to_string()));
            self.gather(&Piece::of(&frame, columns).ok()?, line, &mut gatherer);
            if !self.mistakes.0.is_empty() {
                return None;
            }
            line += n_lines as u64;
            piece.drain(..=end);
        }
    }

    /// A mistake's line is its row.
    fn parquet(&mut self, path: &Path) -> Orders {
        let mut gatherer = Gatherer::default();
        // Polars takes a file's word for much, and panics where it was not kept.
        let read = catch_unwind(AssertUnwindSafe(|| self.parquet_pieces(path, &mut gatherer)));
        let error = match read {
            Ok(Ok(())) => return gatherer.finish(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "its parts contradict each other".to_owned(),
        };
        self.mistake(None, format!("is no sound Parquet: {error}"), "write it again, or as CSV");
        Orders::default()
    }

    fn parquet_pieces(&mut self, path: &Path, gatherer: &mut Gatherer) -> PolarsResult<()> {
        let mut file = File::open(path)?;
        let mut reader = ParquetReader::new(&mut file);
        let schema = reader.schema()?;
        let metadata = reader.get_metadata()?.clone();
        let names: Vec<String> = schema.iter_names().map(|name| name.to_lowercase()).collect();
        let places = match places(names.iter().map(String::as_str)) {
            Ok(places) => places,
            Err(name) => {
                self.mistake(None, format!("lacks the column “{name}”, or has it twice"), EVENT_CURE);
                return Ok(());
            }
        };
        for (name, at) in &places {
            let Some((_, field)) = schema.get_at_index(*at) else { continue };
            if !can_be_read(name, &field.dtype) {
                let what = format!("has the column “{name}” as {:?}", field.dtype);
                self.mistake(None, what, "write ids as texts, a time as a timestamp, amounts as numbers");
            }
        }
        if !self.mistakes.0.is_empty() {
            return Ok(());
        }
        let projection: Vec<usize> = places.values().copied().collect();
        for start in (0..metadata.num_rows).step_by(PIECE_ROWS) {
            let mut reader = ParquetReader::new(&mut file);
            reader.set_metadata(metadata.clone());
            let reader = reader.with_projection(Some(projection.clone())).with_slice(Some((start, PIECE_ROWS)));
            let mut frame = reader.finish()?;
            frame.rechunk_mut();
            let theirs = |at: &usize| schema.get_at_index(*at).map(|(name, _)| name.to_string());
            let columns = places.iter().filter_map(|(name, at)| Some((*name, theirs(at)?)));
            let piece = Piece::of(&frame, columns)?;
            self.gather(&piece, start as u64 + 1, gatherer);
        }
        Ok(())
    }

    /// Gathers the rows of a piece, the first of which is on `line`.
    fn gather(&mut self, piece: &Piece, line: u64, gatherer: &mut Gatherer) {
        for (at, line) in (0..piece.user.len()).zip(line..) {
            let event = Event {
                user: text(&piece.user, at),
                item: text(&piece.item, at),
                at: piece.timestamp.values[at].or_else(|| self.time(line, piece.timestamp.text(at))),
                name: piece.event.as_ref().map_or("", |event| text(event, at)),
                quantity: self.amount(line, "quantity", piece.quantity.as_ref(), at),
                price: self.amount(line, "price", piece.price.as_ref(), at),
            };
            self.take(line, &event, gatherer);
        }
    }

    fn amount(&mut self, line: u64, name: &str, amounts: Option<&Numbers>, at: usize) -> Option<f64> {
        let amounts = amounts?;
        amounts.values[at].or_else(|| self.number(line, name, amounts.text(at)))
    }
}

/// Some rows of a history.
struct Piece {
    user: StringChunked,
    item: StringChunked,
    timestamp: Numbers,
    event: Option<StringChunked>,
    quantity: Option<Numbers>,
    price: Option<Numbers>,
}

/// A column of numbers.
struct Numbers {
    /// `None` where there is none, or a mistake.
    values: Vec<Option<f64>>,
    /// What they were read from, where that is text.
    texts: Option<StringChunked>,
}

impl Piece {
    /// `columns` are the names of ours and those of the frame's, which is of one chunk.
    fn of(frame: &DataFrame, columns: impl Iterator<Item = (&'static str, String)>) -> PolarsResult<Piece> {
        let columns: BTreeMap<&str, String> = columns.collect();
        let optional = |name: &str| columns.get(name).map(|name| frame.column(name)).transpose();
        let needed = |name: &'static str| optional(name)?.ok_or_else(|| PolarsError::ColumnNotFound(name.into()));
        Ok(Piece {
            user: texts(needed("user")?)?,
            item: texts(needed("item")?)?,
            timestamp: Numbers::days(needed("timestamp")?)?,
            event: optional("event")?.map(texts).transpose()?,
            quantity: optional("quantity")?.map(Numbers::amounts).transpose()?,
            price: optional("price")?.map(Numbers::amounts).transpose()?,
        })
    }
}

impl Numbers {
    fn read(column: &Column, read: impl Fn(&str) -> Option<f64> + Sync) -> PolarsResult<Numbers> {
        let texts = texts(column)?;
        let values = (0..texts.len()).into_par_iter();
        // The rows of an order name the same time.
        let values = values.map_init(
            || ("", read("")),
            |last, at| {
                let text = text(&texts, at);
                if last.0 != text {
                    *last = (text, read(text));
                }
                last.1
            },
        );
        let values = values.collect();
        Ok(Numbers { values, texts: Some(texts) })
    }

    /// Times, in days since the epoch; those without a zone are in UTC.
    fn days(column: &Column) -> PolarsResult<Numbers> {
        let per_milli = match column.dtype() {
            DataType::String | DataType::Categorical(..) => return Numbers::read(column, read_time),
            DataType::Date => {
                let days = column.to_physical_repr();
                let values = days.i32()?.iter().map(|days| days.map(f64::from)).collect();
                return Ok(Numbers { values, texts: None });
            }
            DataType::Datetime(TimeUnit::Nanoseconds, _) => 1_000_000,
            DataType::Datetime(TimeUnit::Microseconds, _) => 1_000,
            DataType::Datetime(TimeUnit::Milliseconds, _) => 1,
            _ => {
                let Numbers { values, .. } = Numbers::amounts(column)?;
                let values = values.into_iter().map(|number| number.and_then(epoch_days)).collect();
                return Ok(Numbers { values, texts: None });
            }
        };
        let times = column.to_physical_repr();
        let days = |time: i64| (time / per_milli) as f64 / 1000.0 / SECS_PER_DAY;
        Ok(Numbers { values: times.i64()?.iter().map(|time| time.map(days)).collect(), texts: None })
    }

    fn amounts(column: &Column) -> PolarsResult<Numbers> {
        if matches!(column.dtype(), DataType::String | DataType::Categorical(..)) {
            return Numbers::read(column, read_number);
        }
        let numbers = column.cast(&DataType::Float64)?;
        // Frames of Python's hold NaN where nothing is.
        let values = numbers.f64()?.iter().map(|number| number.filter(|number| number.is_finite())).collect();
        Ok(Numbers { values, texts: None })
    }

    fn text(&self, at: usize) -> &str {
        self.texts.as_ref().map_or("", |texts| text(texts, at))
    }
}

fn texts(column: &Column) -> PolarsResult<StringChunked> {
    Ok(column.cast(&DataType::String)?.str()?.clone())
}

fn text(texts: &StringChunked, at: usize) -> &str {
    texts.get(at).unwrap_or_default().trim()
}

/// Where each column of ours is among `names`, or the name that is not there just once.
fn places<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Result<BTreeMap<&'static str, usize>, &'static str> {
    let mut places = BTreeMap::new();
    for (name, is_needed) in EVENT_COLUMNS.iter().map(|name| (name, true)).chain(OPTIONAL.iter().map(|n| (n, false))) {
        let mut found = names.clone().enumerate().filter(|(_, other)| other == name);
        match (found.next(), found.next()) {
            (Some((at, _)), None) => _ = places.insert(*name, at),
            (None, _) if !is_needed => {}
            _ => return Err(name),
        }
    }
    Ok(places)
}

/// Whether a line says the same to everybody who reads CSV.
fn is_plain(line: &[u8], n_columns: usize) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let n_commas = line.iter().filter(|byte| **byte == b',').count();
    n_commas + 1 == n_columns && !line.iter().any(|byte| matches!(byte, b'"' | b'\r'))
}

/// Whether a column of Parquet has a type that says what we look for in it.
fn can_be_read(column: &str, dtype: &ArrowDataType) -> bool {
    use ArrowDataType as Type;
    match dtype {
        Type::Utf8 | Type::LargeUtf8 | Type::Utf8View => true,
        Type::Dictionary(_, values, _) => matches!(**values, Type::Utf8 | Type::LargeUtf8 | Type::Utf8View),
        Type::Int8 | Type::Int16 | Type::Int32 | Type::Int64 => true,
        Type::UInt8 | Type::UInt16 | Type::UInt32 | Type::UInt64 => true,
        Type::Float32 | Type::Float64 | Type::Decimal(..) => true,
        Type::Timestamp(..) | Type::Date32 | Type::Date64 => column == "timestamp",
        _ => false,
    }
}

#[cfg(test)]
mod tests;
