//! WebM (Matroska): tags, attachments, chapters, names and dates become void of the same length.

use std::collections::BTreeSet;
use std::io::{Read, Seek, Write};

use crate::wallet::media::kinds::Reason;
use crate::wallet::media::patch::{BROKEN, Bad, Patch, Probe};

const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114d_9b74;
const INFO: u32 = 0x1549_a966;
const TRACKS: u32 = 0x1654_ae6b;
const CUES: u32 = 0x1c53_bb6b;
const CLUSTER: u32 = 0x1f43_b675;
const VOID: u32 = 0xec;

const SCALE: u32 = 0x2a_d7b1;
const DURATION: u32 = 0x4489;
const MUXING_APP: u32 = 0x4d80;
const WRITING_APP: u32 = 0x5741;

const TRACK_ENTRY: u32 = 0xae;
const TRACK_NUMBER: u32 = 0xd7;
const TRACK_TYPE: u32 = 0x83;
const TRACK_NAME: u32 = 0x536e;
const CODEC: u32 = 0x86;
const VIDEO: u32 = 0xe0;
const WIDTH: u32 = 0xb0;
const HEIGHT: u32 = 0xba;

const TIMECODE: u32 = 0xe7;
const SIMPLE_BLOCK: u32 = 0xa3;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
/// What else a cluster may hold: position, previous size, encrypted nothing.
const IN_CLUSTER: &[u32] = &[TIMECODE, SIMPLE_BLOCK, BLOCK_GROUP, 0xa7, 0xab];

/// How many elements there may be: three minutes of sound and pictures are some thirty thousand.
const MOST: u32 = 2_000_000;

const CODECS: &[&str] = &["V_VP8", "V_VP9", "V_AV1", "A_OPUS", "A_VORBIS"];

#[derive(Debug, Clone, Copy)]
struct Element {
    id: u32,
    start: u64,
    body: u64,
    /// `None`: until something follows that cannot be in it.
    end: Option<u64>,
}

struct Walk<S> {
    file: Patch<S>,
    elements: u32,
    scale: u64,
    duration: f64,
    latest: u64,
    removed: BTreeSet<u64>,
    has_tracks: bool,
    found: Probe,
}

/// Cleans a file and tells what it is.
///
/// # Errors
/// Where it is refused, or the file cannot be read or written.
pub fn clean<S: Read + Write + Seek>(file: S) -> Result<Probe, Bad> {
    let file = Patch::new(file)?;
    let mut walk = Walk {
        file,
        elements: 0,
        scale: 1_000_000,
        duration: 0.0,
        latest: 0,
        removed: BTreeSet::new(),
        has_tracks: false,
        found: Probe::default(),
    };
    let length = walk.file.length();
    let header = walk.element(0, length)?;
    let segment = walk.element(header.end.filter(|_| header.id == EBML).ok_or(BROKEN)?, length)?;
    if segment.id != SEGMENT {
        return Err(BROKEN);
    }
    let end = segment.end.unwrap_or(length);
    walk.segment(segment.body, end)?;
    // What is no part of the one segment.
    if end < length {
        if length - end < 2 {
            return Err(BROKEN);
        }
        walk.void(end, length)?;
    }
    walk.probe()
}

impl<S: Read + Write + Seek> Walk<S> {
    fn element(&mut self, at: u64, limit: u64) -> Result<Element, Bad> {
        self.elements += 1;
        if self.elements > MOST || at >= limit {
            return Err(BROKEN);
        }
        let mut head = [0; 12];
        let there = (limit - at).min(12) as usize;
        self.file.read(at, &mut head[..there])?;
        let head = &head[..there];
        let id_length = head[0].leading_zeros() as usize + 1;
        if id_length > 4 || head.len() <= id_length {
            return Err(BROKEN);
        }
        let id = head[..id_length].iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        let (size_length, size) = number(&head[id_length..]).ok_or(BROKEN)?;
        let body = at + (id_length + size_length) as u64;
        let end = match size {
            None => None,
            Some(size) => Some(body.checked_add(size).filter(|end| *end <= limit).ok_or(BROKEN)?),
        };
        Ok(Element { id, start: at, body, end })
    }

    /// Makes a void element of what is between two places, and zeroes it.
    fn void(&mut self, start: u64, end: u64) -> Result<(), Bad> {
        let length = end - start;
        match length {
            0 | 1 => return Err(BROKEN),
            2..=9 => self.file.write(start, &[VOID as u8, 0x80 | (length - 2) as u8])?,
            _ => {
                let mut head = (length - 9).to_be_bytes();
                head[0] |= 1;
                self.file.write(start, &[VOID as u8])?;
                self.file.write(start + 1, &head)?;
            }
        }
        let header = if length <= 9 { 2 } else { 9 };
        self.file.zero(start + header, end)
    }

    fn segment(&mut self, mut at: u64, end: u64) -> Result<(), Bad> {
        while at < end {
            let element = self.element(at, end)?;
            at = match (element.id, element.end) {
                // Its blocks follow as if they were of the segment: so one of unknown length needs no guess at its end.
                (CLUSTER, _) => element.body,
                (_, None) => return Err(BROKEN),
                (id, Some(end)) if IN_CLUSTER.contains(&id) => {
                    self.in_cluster(element, end)?;
                    end
                }
                (SEEK_HEAD | CUES, Some(end)) => end,
                (INFO, Some(end)) => {
                    self.info(element.body, end)?;
                    end
                }
                (TRACKS, Some(end)) => {
                    if self.has_tracks {
                        return Err(BROKEN);
                    }
                    self.has_tracks = true;
                    self.tracks(element.body, end)?;
                    end
                }
                // Tags, attachments, chapters, old voids, check sums and whatever is not known.
                (_, Some(end)) => {
                    self.void(element.start, end)?;
                    end
                }
            };
        }
        Ok(())
    }

    fn info(&mut self, mut at: u64, end: u64) -> Result<(), Bad> {
        while at < end {
            let element = self.element(at, end)?;
            let next = element.end.ok_or(BROKEN)?;
            match element.id {
                SCALE => self.scale = self.unsigned(element.body, next)?.max(1),
                DURATION => self.duration = self.float(element.body, next)?,
                // Required; they name programs, and say the house's name in as many bytes.
                MUXING_APP | WRITING_APP => self.file.zero(element.body, next)?,
                _ => self.void(element.start, next)?,
            }
            at = next;
        }
        Ok(())
    }

    fn tracks(&mut self, mut at: u64, end: u64) -> Result<(), Bad> {
        while at < end {
            let element = self.element(at, end)?;
            let next = element.end.ok_or(BROKEN)?;
            match element.id {
                TRACK_ENTRY => self.track(element, next)?,
                _ => self.void(element.start, next)?,
            }
            at = next;
        }
        Ok(())
    }

    fn track(&mut self, entry: Element, end: u64) -> Result<(), Bad> {
        let (mut number, mut kind, mut codec, mut size) = (0, 0, String::new(), (0, 0));
        let mut at = entry.body;
        while at < end {
            let element = self.element(at, end)?;
            let next = element.end.ok_or(BROKEN)?;
            match element.id {
                TRACK_NUMBER => number = self.unsigned(element.body, next)?,
                TRACK_TYPE => kind = self.unsigned(element.body, next)?,
                CODEC => codec = self.text(element.body, next)?,
                TRACK_NAME => self.void(element.start, next)?,
                VIDEO => size = self.picture(element.body, next)?,
                _ => {}
            }
            at = next;
        }
        if !matches!(kind, 1 | 2) {
            self.removed.insert(number);
            return self.void(entry.start, end);
        }
        if !CODECS.contains(&codec.as_str()) {
            return Err(Bad::Refused(Reason::Policy));
        }
        if kind == 1 {
            (self.found.width, self.found.height) = size;
            self.found.codec = codec;
        }
        Ok(())
    }

    fn picture(&mut self, mut at: u64, end: u64) -> Result<(u32, u32), Bad> {
        let mut size = (0, 0);
        while at < end {
            let element = self.element(at, end)?;
            let next = element.end.ok_or(BROKEN)?;
            let side = |value: u64| u32::try_from(value).map_err(|_| BROKEN);
            match element.id {
                WIDTH => size.0 = side(self.unsigned(element.body, next)?)?,
                HEIGHT => size.1 = side(self.unsigned(element.body, next)?)?,
                _ => {}
            }
            at = next;
        }
        Ok(size)
    }

    fn in_cluster(&mut self, element: Element, end: u64) -> Result<(), Bad> {
        if !self.has_tracks {
            return Err(BROKEN);
        }
        match element.id {
            TIMECODE => self.latest = self.latest.max(self.unsigned(element.body, end)?),
            SIMPLE_BLOCK if self.is_removed(element.body, end)? => self.void(element.start, end)?,
            BLOCK_GROUP => {
                let mut at = element.body;
                while at < end {
                    let inner = self.element(at, end)?;
                    let next = inner.end.ok_or(BROKEN)?;
                    if inner.id == BLOCK && self.is_removed(inner.body, next)? {
                        return self.void(element.start, end);
                    }
                    at = next;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether a block is of a track that was removed.
    fn is_removed(&mut self, at: u64, end: u64) -> Result<bool, Bad> {
        if self.removed.is_empty() {
            return Ok(false);
        }
        let mut head = [0; 8];
        let there = (end - at).min(8) as usize;
        self.file.read(at, &mut head[..there])?;
        let (_, track) = number(&head[..there]).ok_or(BROKEN)?;
        Ok(track.is_none_or(|track| self.removed.contains(&track)))
    }

    fn unsigned(&mut self, at: u64, end: u64) -> Result<u64, Bad> {
        let length = usize::try_from(end - at).ok().filter(|length| *length <= 8).ok_or(BROKEN)?;
        let mut bytes = [0; 8];
        self.file.read(at, &mut bytes[8 - length..])?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn float(&mut self, at: u64, end: u64) -> Result<f64, Bad> {
        match end - at {
            4 => Ok(f64::from(f32::from_bits(self.file.u32(at)?))),
            8 => Ok(f64::from_bits(self.file.u64(at)?)),
            _ => Err(BROKEN),
        }
    }

    fn text(&mut self, at: u64, end: u64) -> Result<String, Bad> {
        let length = usize::try_from(end - at).ok().filter(|length| *length <= 64).ok_or(BROKEN)?;
        let mut bytes = vec![0; length];
        self.file.read(at, &mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned())
    }

    fn probe(self) -> Result<Probe, Bad> {
        if self.found.codec.is_empty() {
            return Err(BROKEN);
        }
        let scale = self.scale as f64 / 1_000_000.0;
        // As in a float: what is no number, or less than nothing, is nothing.
        let ms = (self.duration.max(self.latest as f64) * scale) as u64;
        Ok(Probe { duration_ms: ms, ..self.found })
    }
}

/// A number of one to eight bytes: how many they are, and its value; `None` where all its bits say "unknown".
fn number(bytes: &[u8]) -> Option<(usize, Option<u64>)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    let bytes = bytes.get(..length).filter(|_| length <= 8)?;
    let mask = 0xff_u64.checked_shr(length as u32).unwrap_or(0);
    let value = bytes[1..].iter().fold(u64::from(first) & mask, |value, byte| value << 8 | u64::from(*byte));
    let unknown = (1_u64 << (7 * length)) - 1;
    Some((length, (value != unknown).then_some(value)))
}

#[cfg(test)]
mod tests;
