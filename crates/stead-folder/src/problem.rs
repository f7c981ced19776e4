//! Problems: what is wrong with a folder, where, and how to mend it.
//!
//! A problem points at a run of characters in one file, so that whoever reads it can go there. It can be shown as plain
//! text ([`Problem`]'s `Display` gives the message alone, [`crate::render`] the whole picture), through
//! [`miette::Diagnostic`], or as the flat [`View`] that `--format json` prints.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; nothing needs to be done.
    Note,
    /// The folder can be used, but probably does not say what was meant.
    Warning,
    /// The folder cannot be used until this is mended.
    Error,
}

impl Severity {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A file as it was read: its path as people see it, and its text.
#[derive(Debug, Default)]
pub struct SourceFile {
    path: String,
    text: Arc<str>,
    line_starts: OnceLock<Vec<usize>>,
}

impl SourceFile {
    /// A file by its path and text.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into(), line_starts: OnceLock::new() }
    }

    /// The path, as in `places/harbour/place.toml`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column (both from 1, the column in characters) of a byte offset.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.line_of(offset);
        let start = self.line_starts().get(line).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        (line + 1, before.chars().count() + 1)
    }

    /// The bytes of a line (from 0), without its line ending.
    pub(crate) fn line(&self, line: usize) -> Option<Range<usize>> {
        let starts = self.line_starts();
        let start = *starts.get(line)?;
        let end = starts.get(line + 1).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end)?;
        Some(start..start + text.trim_end_matches(['\n', '\r']).len())
    }

    /// The line (from 0) that holds a byte offset.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|start| *start <= offset).saturating_sub(1)
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(ends).collect()
        })
    }
}

/// One thing that is wrong, where, and how to mend it.
#[derive(Clone, Debug)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for this sort of problem, such as `unknown-key`.
    pub code: &'static str,
    /// What is wrong: lower case, the input in backticks.
    pub message: String,
    /// The file it is in.
    pub file: Arc<SourceFile>,
    /// Where in the file, in bytes; `None` when it is about the file as a whole.
    pub span: Option<Range<usize>>,
    /// What to say beside the underlined text.
    pub label: Option<String>,
    /// What to do next.
    pub help: Option<String>,
}

impl Problem {
    /// Something that must be mended.
    pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message.into())
    }

    /// Something that should be looked at.
    pub(crate) fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message.into())
    }

    /// Something worth knowing.
    pub(crate) fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message.into())
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Self {
        Self { severity, code, message, file: Arc::default(), span: None, label: None, help: None }
    }

    /// The same, in this file as a whole.
    pub(crate) fn within(mut self, file: &Arc<SourceFile>) -> Self {
        self.file = Arc::clone(file);
        self
    }

    /// The same, at this run of bytes of a file.
    pub(crate) fn at(self, file: &Arc<SourceFile>, span: Range<usize>) -> Self {
        let mut problem = self.within(file);
        problem.span = Some(span);
        problem
    }

    /// The same, with words beside the underlined text.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The same, with what to do next.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Line, column (both from 1) and length in characters, when it points into the file.
    pub fn position(&self) -> Option<(usize, usize, usize)> {
        let span = self.span.clone()?;
        let (line, column) = self.file.position(span.start);
        Some((line, column, self.file.text().get(span).map_or(0, |text| text.chars().count())))
    }

    /// What `--format json` shows of it.
    pub fn view(&self) -> View<'_> {
        let position = self.position();
        View {
            severity: self.severity,
            code: self.code,
            message: &self.message,
            file: self.file.path(),
            line: position.map(|(line, _, _)| line),
            column: position.map(|(_, column, _)| column),
            length: position.map(|(_, _, length)| length),
            label: self.label.as_deref(),
            help: self.help.as_deref(),
        }
    }
}

/// A problem as `--format json` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct View<'a> {
    /// `error`, `warning` or `note`.
    pub severity: Severity,
    /// A stable name for this sort of problem.
    pub code: &'a str,
    /// What is wrong.
    pub message: &'a str,
    /// The file's path.
    pub file: &'a str,
    /// Line, from 1; none when it is about the file as a whole.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// How many characters it covers.
    pub length: Option<usize>,
    /// What is said beside those characters.
    pub label: Option<&'a str>,
    /// What to do next.
    pub help: Option<&'a str>,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl miette::Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.span.as_ref().map(|_| self.file.as_ref() as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let span = self.span.clone()?;
        let label = miette::LabeledSpan::new_primary_with_span(self.label.clone(), (span.start, span.len()));
        Some(Box::new(std::iter::once(label)))
    }
}

impl miette::SourceCode for SourceFile {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let inner = self.text().read_span(span, lines_before, lines_after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.path.clone(),
            inner.data(),
            *inner.span(),
            inner.line(),
            inner.column(),
            inner.line_count(),
        )))
    }
}
