//! Headers and directory of an archive whose files lie apart: all that stands between their bytes.

use super::{CENTRAL, ELSEWHERE, END, END_64, LOCAL, LOCATOR_64, Method, UTF_8, ZIP_64};
use crate::base::Time;

/// A file of the archive, its bytes made already.
#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    pub crc: u32,
    pub size: u64,
    /// How many bytes it takes as it is kept.
    pub packed: u64,
    pub method: Method,
    pub at: Time,
}

/// What stands around the bytes of the files.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Before the bytes of each file.
    pub headers: Vec<Vec<u8>>,
    /// After those of the last one.
    pub directory: Vec<u8>,
    /// Of the whole archive.
    pub length: u64,
}

impl Layout {
    pub fn of(entries: &[Entry]) -> Self {
        let (mut headers, mut directory, mut at) = (Vec::with_capacity(entries.len()), Vec::new(), 0_u64);
        for entry in entries {
            let header = local(entry);
            central(entry, at, &mut directory);
            at += header.len() as u64 + entry.packed;
            headers.push(header);
        }
        let size = directory.len() as u64;
        end(entries.len() as u64, size, at, &mut directory);
        let length = at + directory.len() as u64;
        Self { headers, directory, length }
    }
}

fn local(entry: &Entry) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + entry.name.len());
    let is_large = entry.size.max(entry.packed) >= u64::from(ELSEWHERE);
    u32(&mut out, LOCAL);
    u16(&mut out, if is_large { 45 } else { 20 });
    common(entry, &mut out);
    let extra = if is_large { numbers(&[entry.size, entry.packed]) } else { Vec::new() };
    for number in [entry.packed, entry.size] {
        u32(&mut out, if is_large { ELSEWHERE } else { number as u32 });
    }
    u16(&mut out, entry.name.len() as u16);
    u16(&mut out, extra.len() as u16);
    out.extend_from_slice(entry.name.as_bytes());
    out.extend_from_slice(&extra);
    out
}

/// Flags, method, time and sum.
fn common(entry: &Entry, out: &mut Vec<u8>) {
    u16(out, UTF_8);
    u16(out, entry.method.number());
    let at = entry.at.utc();
    u16(out, u16::from(at.hour()) << 11 | u16::from(at.minute()) << 5 | u16::from(at.second() / 2));
    let year = u16::try_from(at.year() - 1980).unwrap_or(0).min(127);
    u16(out, year << 9 | u16::from(u8::from(at.month())) << 5 | u16::from(at.day()));
    u32(out, entry.crc);
}

fn central(entry: &Entry, offset: u64, out: &mut Vec<u8>) {
    let told: Vec<u64> =
        [entry.size, entry.packed, offset].into_iter().filter(|n| *n >= u64::from(ELSEWHERE)).collect();
    let extra = if told.is_empty() { Vec::new() } else { numbers(&told) };
    let short = |number: u64| u32::try_from(number).unwrap_or(ELSEWHERE);
    u32(out, CENTRAL);
    // Made by version 4.5 on a system whose files have modes.
    u16(out, 3 << 8 | 45);
    u16(out, if extra.is_empty() { 20 } else { 45 });
    common(entry, out);
    u32(out, short(entry.packed));
    u32(out, short(entry.size));
    u16(out, entry.name.len() as u16);
    u16(out, extra.len() as u16);
    // No comment, the first disk, no attributes but the mode: a plain file that its owner may write.
    [0, 0, 0].into_iter().for_each(|nothing| u16(out, nothing));
    u32(out, 0o100_644 << 16);
    u32(out, short(offset));
    out.extend_from_slice(entry.name.as_bytes());
    out.extend_from_slice(&extra);
}

fn numbers(numbers: &[u64]) -> Vec<u8> {
    let mut out = Vec::new();
    u16(&mut out, ZIP_64);
    u16(&mut out, 8 * numbers.len() as u16);
    numbers.iter().for_each(|number| u64(&mut out, *number));
    out
}

fn end(files: u64, size: u64, start: u64, out: &mut Vec<u8>) {
    if files >= u64::from(u16::MAX) || size >= u64::from(ELSEWHERE) || start >= u64::from(ELSEWHERE) {
        u32(out, END_64);
        u64(out, 44);
        u16(out, 3 << 8 | 45);
        u16(out, 45);
        u32(out, 0);
        u32(out, 0);
        [files, files, size, start].into_iter().for_each(|number| u64(out, number));
        u32(out, LOCATOR_64);
        u32(out, 0);
        u64(out, start + size);
        u32(out, 1);
    }
    let short = |number: u64| u32::try_from(number).unwrap_or(ELSEWHERE);
    let count = u16::try_from(files).unwrap_or(u16::MAX);
    u32(out, END);
    u16(out, 0);
    u16(out, 0);
    u16(out, count);
    u16(out, count);
    u32(out, short(size));
    u32(out, short(start));
    u16(out, 0);
}

fn u16(out: &mut Vec<u8>, number: u16) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn u32(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn u64(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}
