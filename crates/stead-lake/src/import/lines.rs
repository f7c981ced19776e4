//! Lines of record files, in blocks: unpacked as they come, never more than a block and a line in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::GzDecoder;
use memchr::{memchr, memrchr};

use crate::fhir::outline::{Broken, entries, entries_begin, outline};
use crate::import::input::{RecordFile, may_be_document};

const BLOCK_BYTES: usize = 1 << 20;
const PEEK_BYTES: usize = 1 << 16;

/// Some whole lines of a file.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    /// Which file, as an index into the import's files.
    pub(crate) file: usize,
    /// The number of the first line, from 1.
    pub(crate) line: u64,
    /// Where the first line begins in the unpacked file.
    pub(crate) offset: u64,
    /// Whether all bytes are one document rather than a line each.
    pub(crate) document: bool,
    /// Whether the bytes are complete entries of a Bundle that is too long to be read at once: its beginning, or further ones.
    pub(crate) part: Option<Part>,
    /// What is wrong with the end of the block: the file cannot be read further, or a line is too long.
    pub(crate) fault: Option<Fault>,
}

/// A part of a long Bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    First,
    Further,
}

/// A part of a file that cannot be read; its first bytes end the block.
#[derive(Debug)]
pub(crate) struct Fault {
    /// How many bytes at the block's end belong to it.
    pub(crate) bytes: usize,
    pub(crate) reason: String,
}

/// Reads one file block by block.
pub(crate) struct LineReader {
    stream: Box<dyn Read + Send>,
    file: usize,
    line: u64,
    offset: u64,
    rest: Vec<u8>,
    line_bytes_max: usize,
    document: bool,
    /// Whether it stands in the entries of a Bundle that is read in parts.
    within: bool,
    ended: bool,
}

impl LineReader {
    /// Opens a file; `done` counts the bytes read from disk.
    pub(crate) fn open(
        record_file: &RecordFile,
        file: usize,
        line_bytes_max: usize,
        done: Arc<AtomicU64>,
    ) -> io::Result<Self> {
        let counted = Counted { inner: File::open(&record_file.path)?, done };
        let mut stream = unpack(BufReader::with_capacity(1 << 17, counted))?;
        let mut start = Vec::new();
        let peeked = (&mut stream).take(PEEK_BYTES as u64).read_to_end(&mut start);
        if start.starts_with(b"\xef\xbb\xbf") {
            start.drain(..3);
        }
        let document = may_be_document(&record_file.name) && over_several_lines(&start);
        let failed: Box<dyn Read + Send> = match peeked {
            Ok(_) => stream,
            Err(error) => Box::new(Failed(Some(error))),
        };
        let stream = Box::new(Cursor::new(start).chain(failed));
        Ok(Self {
            stream,
            file,
            line: 1,
            offset: 0,
            rest: Vec::new(),
            line_bytes_max,
            document,
            within: false,
            ended: false,
        })
    }

    /// The next block, or `None` at the end of the file.
    pub(crate) fn next_block(&mut self, mut reuse: Vec<u8>) -> Option<Block> {
        if self.ended {
            return None;
        }
        reuse.clear();
        reuse.append(&mut self.rest);
        let mut block = Block {
            bytes: reuse,
            file: self.file,
            line: self.line,
            offset: self.offset,
            document: self.document,
            part: None,
            fault: None,
        };
        if self.within {
            self.fill_with_entries(&mut block);
        } else {
            self.fill(&mut block);
        }
        let lines = if self.document || block.part.is_some() {
            0
        } else {
            memchr::memchr_iter(b'\n', &block.bytes).count() as u64
        };
        self.line += lines;
        self.offset += block.bytes.len() as u64;
        if let Some(fault) = block.fault.as_ref().filter(|_| !self.ended) {
            self.offset -= fault.bytes as u64;
            self.skip_line(&mut block);
        }
        (!block.bytes.is_empty() || block.fault.is_some()).then_some(block)
    }

    /// Reads until the block is full and ends with a line's end; what follows is kept for the next one.
    fn fill(&mut self, block: &mut Block) {
        let wanted = if self.document { self.line_bytes_max } else { BLOCK_BYTES };
        let mut wanted = wanted.max(block.bytes.len());
        loop {
            let missing = (wanted + 1).saturating_sub(block.bytes.len());
            match (&mut self.stream).take(missing as u64).read_to_end(&mut block.bytes) {
                Ok(read) if read < missing => return self.ended = true,
                Ok(_) => {}
                Err(error) => {
                    self.ended = true;
                    let from = memrchr(b'\n', &block.bytes).filter(|_| !self.document).map_or(0, |at| at + 1);
                    let bytes = block.bytes.len() - from;
                    let reason = format!("the file cannot be read further: {}", plain(&error));
                    block.fault = Some(Fault { bytes, reason });
                    return;
                }
            }
            if let Some(at) = memrchr(b'\n', &block.bytes).filter(|_| !self.document) {
                self.rest = block.bytes.split_off(at + 1);
                return;
            }
            if block.bytes.len() > self.line_bytes_max {
                if self.begin_parts(block) {
                    return;
                }
                let kind = if self.document { "document" } else { "line" };
                let reason = format!("a {kind} of more than {}", size(self.line_bytes_max));
                block.fault = Some(Fault { bytes: block.bytes.len(), reason });
                self.ended = self.document;
                return;
            }
            wanted = (wanted * 2).min(self.line_bytes_max);
        }
    }

    /// Begins to read a long Bundle entry by entry; false when it is none, or not one entry of it is complete.
    fn begin_parts(&mut self, block: &mut Block) -> bool {
        let Some(begin) = entries_begin(&block.bytes) else { return false };
        let found = entries(&block.bytes, begin);
        if found.places.is_empty() || found.ended {
            return false;
        }
        self.rest = block.bytes.split_off(found.rest);
        block.part = Some(Part::First);
        self.within = true;
        true
    }

    /// Further entries of a long Bundle. What cannot be read, or is no complete entry, is left at the block's end.
    fn fill_with_entries(&mut self, block: &mut Block) {
        block.part = Some(Part::Further);
        let missing = (self.line_bytes_max + 1).saturating_sub(block.bytes.len());
        let read = (&mut self.stream).take(missing as u64).read_to_end(&mut block.bytes);
        let found = entries(&block.bytes, 0);
        let bytes = block.bytes.len() - found.rest;
        match read {
            _ if found.ended => {
                let rest = block.bytes.split_off(found.rest);
                self.within = false;
                self.behind_entries(rest);
            }
            Ok(read) if read < missing => self.ended = true,
            Ok(_) if found.places.is_empty() => {
                let reason = format!("an entry of more than {}", size(self.line_bytes_max));
                block.fault = Some(Fault { bytes, reason });
                self.within = false;
                self.ended = self.document;
            }
            Ok(_) => self.rest = block.bytes.split_off(found.rest),
            Err(error) => {
                self.ended = true;
                let reason = format!("the file cannot be read further: {}", plain(&error));
                block.fault = Some(Fault { bytes, reason });
            }
        }
    }

    /// Passes over the few fields behind a Bundle's entries, to the end of its line.
    fn behind_entries(&mut self, mut rest: Vec<u8>) {
        while !self.document {
            if let Some(at) = memchr(b'\n', &rest) {
                self.offset += at as u64 + 1;
                self.line += 1;
                self.rest = rest.split_off(at + 1);
                return;
            }
            self.offset += rest.len() as u64;
            rest.clear();
            match (&mut self.stream).take(1 << 16).read_to_end(&mut rest) {
                Ok(1..) => {}
                Ok(0) | Err(_) => break,
            }
        }
        self.ended = true;
    }

    /// Goes on behind a line that is too long without keeping it.
    fn skip_line(&mut self, block: &mut Block) {
        self.line += 1;
        self.offset += block.fault.as_ref().map_or(0, |fault| fault.bytes as u64);
        let mut piece = vec![0; 1 << 16];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return self.ended = true,
                Ok(read) => {
                    let piece = piece.get(..read).unwrap_or(&[]);
                    if let Some(at) = memchr(b'\n', piece) {
                        self.offset += at as u64 + 1;
                        self.rest = piece.get(at + 1..).unwrap_or(&[]).to_vec();
                        return;
                    }
                    self.offset += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    if let Some(fault) = &mut block.fault {
                        fault.reason =
                            format!("{}, and the file cannot be read further: {}", fault.reason, plain(&error));
                    }
                    return;
                }
            }
        }
    }
}

/// A size as people say it.
fn size(bytes: usize) -> String {
    match (bytes >> 20, bytes >> 10) {
        (0, 0) => format!("{bytes} bytes"),
        (0, thousands) => format!("{thousands} KB"),
        (millions, _) => format!("{millions} MB"),
    }
}

/// A reader's complaint in words without codes.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        _ => error.to_string(),
    }
}

/// Unpacks by the first bytes, whatever the file is called.
fn unpack(mut stream: BufReader<Counted>) -> io::Result<Box<dyn Read + Send>> {
    let start = stream.fill_buf()?;
    Ok(if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(Gzip(Some(GzDecoder::new(stream))))
    } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Box::new(zstd::stream::read::Decoder::with_buffer(stream)?)
    } else {
        Box::new(stream)
    })
}

/// Gzip streams one after the other; unlike a plain decoder it tells what is no further stream from one that is cut short.
struct Gzip(Option<GzDecoder<BufReader<Counted>>>);

impl Read for Gzip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(stream) = &mut self.0 else { return Ok(0) };
            let read = stream.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let Some(mut rest) = self.0.take().map(GzDecoder::into_inner) else { return Ok(0) };
            match rest.fill_buf()? {
                [] => return Ok(0),
                [0x1f, ..] => self.0 = Some(GzDecoder::new(rest)),
                _ => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "what follows its packed part is not packed",
                    ));
                }
            }
        }
    }
}

/// Whether the first line of a `.json` file is no whole record, so that the file is one document.
fn over_several_lines(start: &[u8]) -> bool {
    let Some(end) = memchr(b'\n', start) else { return false };
    let first = start.get(..end).and_then(|line| std::str::from_utf8(line).ok());
    first.is_some_and(|line| matches!(outline(line, usize::MAX), Err(Broken::Half)))
}

/// Counts what is read.
struct Counted {
    inner: File,
    done: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.done.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// A stream that had failed before.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof)))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn read_all(bytes: &[u8], name: &str, line_bytes_max: usize) -> Vec<(u64, u64, String, Option<String>)> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        File::create(&path).expect("a file").write_all(bytes).expect("written");
        let file = RecordFile { source: "s".into(), name: name.into(), path, bytes: bytes.len() as u64 };
        let mut reader = LineReader::open(&file, 0, line_bytes_max, Arc::default()).expect("open");
        let mut blocks = Vec::new();
        while let Some(block) = reader.next_block(Vec::new()) {
            let text = String::from_utf8_lossy(&block.bytes).into_owned();
            blocks.push((block.line, block.offset, text, block.fault.map(|fault| fault.reason)));
        }
        blocks
    }

    #[test]
    fn a_long_line_is_passed_over_and_the_next_is_read() {
        let mut bytes = b"one\n".to_vec();
        bytes.extend(std::iter::repeat_n(b'x', 3_000_000));
        bytes.extend(b"\ntwo\n");
        let blocks = read_all(&bytes, "a.ndjson", 2_000_000);
        let (line, offset, text, _) = blocks.last().expect("a block");
        assert_eq!((*line, *offset, text.as_str()), (3, 3_000_005, "two\n"));
        assert!(blocks.iter().any(|block| block.3.as_deref() == Some("a line of more than 1 MB")));
        assert!(blocks.first().expect("a block").2.starts_with("one\n"));
    }

    #[test]
    fn a_truncated_file_gives_what_came_before() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        for number in 0..100_000 {
            writeln!(packed, "line {number} {}", number * 7919 % 104_729).expect("written");
        }
        let bytes = packed.finish().expect("packed");
        let blocks = read_all(&bytes[..bytes.len() / 2], "a.ndjson.gz", 1 << 20);
        assert!(blocks.first().expect("a block").2.starts_with("line 0 0\nline 1 7919\n"));
        let fault = blocks.last().expect("a block").3.clone();
        insta::assert_snapshot!(fault.expect("a fault"), @"the file cannot be read further: it ends too early");
    }

    proptest! {
        #[test]
        fn blocks_together_are_the_file(lines in prop::collection::vec("[a-z]{0,40}", 0..60)) {
            let text = lines.join("\n");
            let blocks = read_all(text.as_bytes(), "a.ndjson", 1 << 20);
            prop_assert_eq!(blocks.iter().map(|block| block.2.as_str()).collect::<String>(), text);
        }
    }
}
