//! Reads the directory of an archive that a stranger made: every number is checked, every name is one of a file below it.

use std::collections::BTreeSet;

use super::{CENTRAL, ELSEWHERE, END, END_64, LOCAL, LOCATOR_64, Method, ZIP_64};

/// How much of the end of an archive is looked at: its end record with the longest comment, and what stands before it.
pub const TAIL: u64 = 22 + 65_535 + 20 + 56;
/// How much of a file's own header is looked at.
pub const HEAD: u64 = 30;
/// The longest name of a file, in bytes.
const LONGEST: usize = 512;
/// The largest directory: about what so many names take.
const MOST_DIRECTORY: u64 = 16 * 1024 * 1024;
/// The most files of one archive.
pub const MOST_FILES: u64 = 20_000;

/// Why an archive is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is no ZIP archive, or a broken one.
    Malformed,
    /// It has a name that is none of a file below it, or one twice.
    Name,
    /// It has too many files.
    Many,
    /// A file is encrypted, or packed in a way that is not understood.
    Method,
}

/// Where the directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    pub start: u64,
    pub length: u64,
    pub files: u64,
}

/// A file, as the directory tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub method: Method,
    pub crc: u32,
    pub size: u64,
    pub packed: u64,
    /// Of its own header.
    pub offset: u64,
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Refused> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Refused::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn u16(&mut self) -> Result<u16, Refused> {
        Ok(u16::from_le_bytes(self.take(2)?.try_into().map_err(|_| Refused::Malformed)?))
    }

    fn u32(&mut self) -> Result<u32, Refused> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().map_err(|_| Refused::Malformed)?))
    }

    fn u64(&mut self) -> Result<u64, Refused> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().map_err(|_| Refused::Malformed)?))
    }

    fn is(&mut self, signature: u32) -> Result<(), Refused> {
        if self.u32()? == signature { Ok(()) } else { Err(Refused::Malformed) }
    }
}

impl Tail {
    /// `end`: the last bytes of the archive, [`TAIL`] of them or all; `length`: of the archive.
    ///
    /// # Errors
    /// Where there is no directory, or more files in it than an archive of ours has.
    pub fn find(end: &[u8], length: u64) -> Result<Self, Refused> {
        let signature = END.to_le_bytes();
        // The comment is not looked into: the record is the last one that ends where the archive does.
        let is_here = |at: &usize| {
            let comment = end.get(at + 20..at + 22).and_then(|n| n.try_into().ok()).map(u16::from_le_bytes);
            end[*at..].starts_with(&signature) && comment.is_some_and(|n| at + 22 + usize::from(n) == end.len())
        };
        let at = (0..end.len()).rev().find(is_here).ok_or(Refused::Malformed)?;
        let mut reader = Reader(&end[at + 4..]);
        reader.take(6)?;
        let (files, size, start) = (u64::from(reader.u16()?), u64::from(reader.u32()?), u64::from(reader.u32()?));
        let is_elsewhere =
            files == u64::from(u16::MAX) || size == u64::from(ELSEWHERE) || start == u64::from(ELSEWHERE);
        let found = match is_elsewhere {
            true => Self::find_64(end, at, length)?,
            false => Self { start, length: size, files },
        };
        let ends = found.start.checked_add(found.length).ok_or(Refused::Malformed)?;
        if ends > length - (end.len() - at) as u64 {
            return Err(Refused::Malformed);
        }
        match found.files > MOST_FILES || found.length > MOST_DIRECTORY {
            true => Err(Refused::Many),
            false => Ok(found),
        }
    }

    fn find_64(end: &[u8], at: usize, length: u64) -> Result<Self, Refused> {
        let locator = at.checked_sub(20).ok_or(Refused::Malformed)?;
        let mut reader = Reader(&end[locator..]);
        reader.is(LOCATOR_64)?;
        reader.u32()?;
        let begins = length - end.len() as u64;
        let record = reader.u64()?.checked_sub(begins).ok_or(Refused::Malformed)?;
        let record = usize::try_from(record).map_err(|_| Refused::Malformed)?;
        let mut reader = Reader(end.get(record..locator).ok_or(Refused::Malformed)?);
        reader.is(END_64)?;
        reader.take(8 + 2 + 2 + 4 + 4 + 8)?;
        let (files, size, start) = (reader.u64()?, reader.u64()?, reader.u64()?);
        Ok(Self { start, length: size, files })
    }
}

/// The files of a directory, folders left out.
///
/// # Errors
/// Where anything in it is not as it has to be.
pub fn directory(bytes: &[u8], tail: &Tail) -> Result<Vec<Entry>, Refused> {
    let mut reader = Reader(bytes);
    let (mut entries, mut names) = (Vec::new(), BTreeSet::new());
    for _ in 0..tail.files {
        let entry = entry(&mut reader, tail.start)?;
        if !names.insert(entry.name.clone()) {
            return Err(Refused::Name);
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn entry(reader: &mut Reader<'_>, most: u64) -> Result<Entry, Refused> {
    reader.is(CENTRAL)?;
    reader.take(4)?;
    let flags = reader.u16()?;
    let method = reader.u16()?;
    reader.take(4)?;
    let crc = reader.u32()?;
    let (packed, size) = (reader.u32()?, reader.u32()?);
    let (name, extra, comment) = (reader.u16()?, reader.u16()?, reader.u16()?);
    reader.take(8)?;
    let offset = reader.u32()?;
    let name = reader.take(usize::from(name))?;
    let extra = reader.take(usize::from(extra))?;
    reader.take(usize::from(comment))?;
    // The lowest flag: encrypted.
    if flags & 1 != 0 {
        return Err(Refused::Method);
    }
    let method = Method::of(method).ok_or(Refused::Method)?;
    let [size, packed, offset] = widened([size, packed, offset], extra)?;
    let is_inside = offset.checked_add(packed).is_some_and(|end| end <= most);
    if !is_inside || (method == Method::Stored && size != packed) {
        return Err(Refused::Malformed);
    }
    Ok(Entry { name: checked(name)?, method, crc, size, packed, offset })
}

/// Numbers that are told in 64 bits stand in the extra field, in this order.
fn widened(numbers: [u32; 3], extra: &[u8]) -> Result<[u64; 3], Refused> {
    let mut wide = numbers.map(u64::from);
    if !numbers.contains(&ELSEWHERE) {
        return Ok(wide);
    }
    let mut reader = Reader(extra);
    while !reader.0.is_empty() {
        let (kind, length) = (reader.u16()?, reader.u16()?);
        let mut field = Reader(reader.take(usize::from(length))?);
        if kind == ZIP_64 {
            for (number, wide) in numbers.iter().zip(&mut wide) {
                if *number == ELSEWHERE {
                    *wide = field.u64()?;
                }
            }
            return Ok(wide);
        }
    }
    Err(Refused::Malformed)
}

/// A name that stays below the archive on every system.
fn checked(name: &[u8]) -> Result<String, Refused> {
    let name = std::str::from_utf8(name).map_err(|_| Refused::Name)?;
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    let is_fine = name.len() <= LONGEST
        && name.split('/').all(is_part)
        && !name.chars().any(|c| c.is_control() || matches!(c, '\\' | ':'));
    if is_fine { Ok(name.to_owned()) } else { Err(Refused::Name) }
}

/// How many bytes the own header of a file takes, of which `head` is the beginning.
///
/// # Errors
/// Where it is no header.
pub fn local(head: &[u8]) -> Result<u64, Refused> {
    let mut reader = Reader(head);
    reader.is(LOCAL)?;
    reader.take(22)?;
    let (name, extra) = (reader.u16()?, reader.u16()?);
    Ok(HEAD + u64::from(name) + u64::from(extra))
}
