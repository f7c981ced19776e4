//! Reading a resource that is as it should be, in less than half the time that the general reader takes.
//!
//! INVARIANT: what this reader reads, `serde_json` reads alike. Whatever is out of the ordinary (a field that has another
//! type or stands there twice, an escape in a name, a text that is no JSON) it does not read at all; then `serde_json` decides
//! what is wrong. A test compares the two on resources that were changed at random.

use std::borrow::Cow;

use super::raw::Raw;
use super::text::Text;

/// How deep values may lie in one another; deeper ones are left to the general reader.
const DEPTH_MAX: u8 = 100;

/// Something that can be read quickly.
pub(crate) trait Quick<'a>: Sized {
    /// The value that stands next, or `None` when it takes the general reader to tell.
    fn quick(reader: &mut Reader<'a>) -> Option<Self>;
}

/// The value that a text is.
pub(crate) fn quick<'a, T: Quick<'a>>(text: &'a str) -> Option<T> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = T::quick(&mut reader)?;
    reader.next().is_none().then_some(value)
}

/// A place in a text.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
}

impl<'a> Reader<'a> {
    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no blank, without passing it.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            match self.byte()? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                other => return Some(other),
            }
        }
    }

    /// Passes the next byte that is no blank, which must be this one.
    #[inline]
    fn pass(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    /// Whether `null` stands next; then it is passed.
    #[inline]
    fn null(&mut self) -> Option<bool> {
        if self.next()? == b'n' { self.word("null").map(|()| true) } else { Some(false) }
    }

    /// Passes what is plain in a string; the next byte ends it, begins an escape, or must not be there.
    #[inline]
    fn pass_plain(&mut self) -> Option<u8> {
        const ONES: u64 = u64::MAX / 0xff;
        const HIGH: u64 = ONES << 7;
        let bytes = self.text.as_bytes();
        let mut rest = bytes.get(self.at..)?;
        while let Some((eight, following)) = rest.split_first_chunk::<8>() {
            // The lowest bit set is right; those above it need not be.
            let eight = u64::from_le_bytes(*eight);
            let is = |byte: u8| {
                let other = eight ^ (ONES * u64::from(byte));
                other.wrapping_sub(ONES) & !other
            };
            let control = eight.wrapping_sub(ONES * 0x20) & !eight;
            let found = (is(b'"') | is(b'\\') | control) & HIGH;
            if found != 0 {
                let plain = (found.trailing_zeros() / 8) as usize;
                self.at = bytes.len() - rest.len() + plain;
                return rest.get(plain).copied();
            }
            rest = following;
        }
        let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        self.at = bytes.len() - rest.len() + plain;
        rest.get(plain).copied()
    }

    /// A string without escapes.
    #[inline]
    fn plain(&mut self) -> Option<&'a str> {
        self.pass(b'"')?;
        let from = self.at;
        if self.pass_plain()? != b'"' {
            return None;
        }
        let text = self.text.get(from..self.at);
        self.at += 1;
        text
    }

    /// Passes the rest of a string.
    fn skip_string(&mut self) -> Option<()> {
        loop {
            match self.pass_plain()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => {
                    self.at += 1;
                    match self.byte()? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                        b'u' => {
                            let digits = self.text.as_bytes().get(self.at + 1..self.at + 5)?;
                            digits.iter().all(u8::is_ascii_hexdigit).then(|| self.at += 5)?;
                        }
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }

    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }

    fn skip_number(&mut self) -> Option<()> {
        if self.byte()? == b'-' {
            self.at += 1;
        }
        if self.byte()? == b'0' {
            self.at += 1
        } else {
            self.digits()?
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// Passes the next value.
    pub(crate) fn skip(&mut self) -> Option<()> {
        match self.next()? {
            b'"' => {
                self.at += 1;
                self.skip_string()
            }
            b'{' => self.object(|reader, _| reader.skip()),
            b'[' => self.list(Self::skip),
            b'n' => self.word("null"),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            _ => self.skip_number(),
        }
    }

    /// Reads an object: `field` is called with each name and reads the value.
    pub(crate) fn object(&mut self, mut field: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.pass(b'{')?;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        if self.next()? != b'}' {
            loop {
                let name = self.plain()?;
                self.pass(b':')?;
                field(self, name)?;
                match self.next()? {
                    b',' => self.at += 1,
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        self.at += 1;
        self.depth -= 1;
        Some(())
    }

    /// Reads a list: `element` reads each of its values.
    fn list(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.pass(b'[')?;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        if self.next()? != b']' {
            loop {
                element(self)?;
                match self.next()? {
                    b',' => self.at += 1,
                    b']' => break,
                    _ => return None,
                }
            }
        }
        self.at += 1;
        self.depth -= 1;
        Some(())
    }
}

impl<'a, T: Quick<'a>> Quick<'a> for Option<T> {
    fn quick(reader: &mut Reader<'a>) -> Option<Self> {
        if reader.null()? { Some(None) } else { T::quick(reader).map(Some) }
    }
}

impl<'a, T: Quick<'a>> Quick<'a> for Vec<T> {
    fn quick(reader: &mut Reader<'a>) -> Option<Self> {
        let mut all = Self::new();
        reader.list(|reader| {
            all.push(T::quick(reader)?);
            Some(())
        })?;
        Some(all)
    }
}

impl<'a> Quick<'a> for Text<'a> {
    fn quick(reader: &mut Reader<'a>) -> Option<Self> {
        reader.pass(b'"')?;
        let from = reader.at;
        if reader.pass_plain()? == b'"' {
            let text = reader.text.get(from..reader.at)?;
            reader.at += 1;
            return Some(Self(Cow::Borrowed(text)));
        }
        reader.skip_string()?;
        let written = reader.text.get(from - 1..reader.at)?;
        serde_json::from_str(written).ok()
    }
}

impl<'a> Quick<'a> for Raw<'a> {
    fn quick(reader: &mut Reader<'a>) -> Option<Self> {
        reader.next()?;
        let from = reader.at;
        reader.skip()?;
        reader.text.get(from..reader.at).map(Self)
    }
}

impl<'a> Quick<'a> for bool {
    fn quick(reader: &mut Reader<'a>) -> Option<Self> {
        match reader.next()? {
            b't' => reader.word("true").map(|()| true),
            b'f' => reader.word("false").map(|()| false),
            _ => None,
        }
    }
}

/// Shapes of objects: each field with the name it has in the text. Both readers follow from one list.
macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident { $($key:literal $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Default, PartialEq, serde::Deserialize)]
        #[serde(bound(deserialize = "'de: 'a"))]
        pub(crate) struct $name<'a> {
            $(#[serde(default, rename = $key)] pub(crate) $field: $type,)*
        }

        impl<'a> $crate::fhir::quick::Quick<'a> for $name<'a> {
            fn quick(reader: &mut $crate::fhir::quick::Reader<'a>) -> Option<Self> {
                #[expect(non_camel_case_types, reason = "named after the fields, to number them")]
                enum Field { $($field,)* }

                let mut it = Self::default();
                let mut seen = 0_u32;
                reader.object(|reader, name| match name {
                    $($key => {
                        let field = 1 << Field::$field as u32;
                        // The general reader tells that a field stands there twice.
                        if seen & field != 0 {
                            return None;
                        }
                        seen |= field;
                        it.$field = $crate::fhir::quick::Quick::quick(reader)?;
                        Some(())
                    })*
                    _ => reader.skip(),
                })?;
                Some(it)
            }
        }
    )*};
}
pub(crate) use shapes;

#[cfg(test)]
#[path = "quick_tests.rs"]
mod tests;
