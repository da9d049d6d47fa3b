//! MP4 and MOV (ISO/IEC 14496-12): everything beside picture and sound is overwritten with nothing of the same length,
//! so that no offset moves. Works on the file in its place.

use std::io::{Read, Seek, Write};

use crate::wallet::media::kinds::Reason;
use crate::wallet::media::patch::{BROKEN, Bad, Patch, Probe};

/// How deep boxes lie in each other, and how many there may be.
const DEEPEST: u32 = 10;
const MOST_BOXES: u32 = 200_000;
/// The most pieces of a track that is removed.
const MOST_SAMPLES: u32 = 2_000_000;

/// What may stand at the top, in the movie, in a track and in its media; everything else is overwritten.
const TOP: &[&[u8; 4]] = &[b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"mfra"];
const MOVIE: &[&[u8; 4]] = &[b"mvhd", b"trak", b"mvex", b"iods"];
const TRACK: &[&[u8; 4]] = &[b"tkhd", b"mdia", b"edts", b"tapt", b"load"];
const MEDIA: &[&[u8; 4]] = &[b"mdhd", b"hdlr", b"minf", b"elng"];
const CONTAINERS: &[&[u8; 4]] =
    &[b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"moof", b"traf", b"mvex", b"mfra"];
/// Never kept, wherever they stand.
const NEVER: &[&[u8; 4]] = &[b"udta", b"meta", b"uuid", b"XMP_", b"id3 ", b"ID32", b"free", b"skip", b"wide", b"emsg"];

const VIDEO: &[&[u8; 4]] = &[b"avc1", b"avc3", b"hvc1", b"hev1", b"vp08", b"vp09", b"av01"];
const SOUND: &[&[u8; 4]] = &[b"mp4a", b"Opus", b".mp3", b"mp3 "];

/// Where a box is.
#[derive(Debug, Clone, Copy)]
struct Place {
    kind: [u8; 4],
    start: u64,
    /// Where what it holds begins and ends.
    body: u64,
    end: u64,
}

impl Place {
    fn is(&self, kinds: &[&[u8; 4]]) -> bool {
        kinds.iter().any(|kind| **kind == self.kind)
    }
}

struct Walk<S> {
    file: Patch<S>,
    boxes: u32,
    has_fragments: bool,
    media: Vec<(u64, u64)>,
    found: Probe,
    has_movie: bool,
    movie_scale: u64,
    movie_duration: u64,
    video_scale: u64,
    video_duration: u64,
    /// The latest decode time of a fragment, in the scale of its track.
    latest: u64,
}

/// Cleans a file and tells what it is.
///
/// # Errors
/// Where it is refused, or the file cannot be read or written.
pub fn clean<S: Read + Write + Seek>(file: S) -> Result<Probe, Bad> {
    let file = Patch::new(file)?;
    let mut walk = Walk {
        file,
        boxes: 0,
        has_fragments: false,
        media: Vec::new(),
        found: Probe::default(),
        has_movie: false,
        movie_scale: 0,
        movie_duration: 0,
        video_scale: 0,
        video_duration: 0,
        latest: 0,
    };
    let all = walk.children(0, walk.file.length())?;
    walk.has_fragments = all.iter().any(|place| place.is(&[b"moof"]));
    walk.media = all.iter().filter(|place| place.is(&[b"mdat"])).map(|place| (place.body, place.end)).collect();
    for place in &all {
        if !place.is(TOP) {
            walk.remove(*place)?;
        } else if place.is(&[b"moov"]) {
            if walk.has_movie {
                return Err(BROKEN);
            }
            walk.has_movie = true;
            walk.movie(*place)?;
        } else if place.is(CONTAINERS) {
            walk.inside(*place, 1)?;
        }
    }
    walk.probe()
}

impl<S: Read + Write + Seek> Walk<S> {
    /// The boxes between two places, which they fill.
    fn children(&mut self, from: u64, to: u64) -> Result<Vec<Place>, Bad> {
        let (mut at, mut found) = (from, Vec::new());
        while at < to {
            // QuickTime ends some lists with a zero of four bytes.
            if to - at < 8 {
                self.file.zero(at, to)?;
                break;
            }
            self.boxes += 1;
            if self.boxes > MOST_BOXES {
                return Err(BROKEN);
            }
            let head: [u8; 8] = self.file.bytes(at)?;
            let (size, kind) = head.split_at(4);
            let size = u64::from(u32::from_be_bytes(size.try_into().map_err(|_| BROKEN)?));
            let kind = kind.try_into().map_err(|_| BROKEN)?;
            let (header, size) = match size {
                0 => (8, to - at),
                1 if to - at >= 16 => (16, self.file.u64(at + 8)?),
                size => (8, size),
            };
            let end = at.checked_add(size).filter(|end| *end <= to && size >= header).ok_or(BROKEN)?;
            found.push(Place { kind, start: at, body: at + header, end });
            at = end;
        }
        Ok(found)
    }

    fn remove(&mut self, place: Place) -> Result<(), Bad> {
        self.file.write(place.start + 4, b"free")?;
        self.file.zero(place.body, place.end)
    }

    fn movie(&mut self, movie: Place) -> Result<(), Bad> {
        for place in self.children(movie.body, movie.end)? {
            match &place.kind {
                _ if !place.is(MOVIE) => self.remove(place)?,
                b"mvhd" => (self.movie_scale, self.movie_duration) = self.times(place, 0)?,
                b"trak" => self.track(place)?,
                _ if place.is(CONTAINERS) => self.inside(place, 2)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Forgets when it was made; gives the scale and the duration. `skipped`: what stands between the two in a track.
    fn times(&mut self, place: Place, skipped: u64) -> Result<(u64, u64), Bad> {
        let [version] = self.file.bytes(place.body)?;
        let wide = version == 1;
        let times = if wide { 16 } else { 8 };
        if place.end - place.body < 4 + times + 4 + skipped + if wide { 8 } else { 4 } {
            return Err(BROKEN);
        }
        self.file.zero(place.body + 4, place.body + 4 + times)?;
        let at = place.body + 4 + times;
        let scale = u64::from(self.file.u32(at)?);
        let at = at + 4 + skipped;
        let duration = if wide { self.file.u64(at)? } else { u64::from(self.file.u32(at)?) };
        let unknown = if wide { u64::MAX } else { u64::from(u32::MAX) };
        Ok((scale, if duration == unknown { 0 } else { duration }))
    }

    fn track(&mut self, track: Place) -> Result<(), Bad> {
        let parts = self.children(track.body, track.end)?;
        let media = *parts.iter().find(|place| place.is(&[b"mdia"])).ok_or(BROKEN)?;
        let inside = self.children(media.body, media.end)?;
        let handler = inside.iter().find(|place| place.is(&[b"hdlr"])).ok_or(BROKEN)?;
        let handler: [u8; 4] = self.file.bytes(handler.body + 8)?;
        let (is_video, is_sound) = (&handler == b"vide", &handler == b"soun");
        if !is_video && !is_sound {
            return self.remove_track(track, media);
        }
        let mut size = (0, 0);
        for place in &parts {
            match &place.kind {
                _ if !place.is(TRACK) => self.remove(*place)?,
                b"tkhd" => {
                    self.times(*place, 4)?;
                    if place.end - place.body < 84 {
                        return Err(BROKEN);
                    }
                    size = (self.file.u32(place.end - 8)? >> 16, self.file.u32(place.end - 4)? >> 16);
                    let turn = self.file.u32(place.end - 44)?;
                    if turn == 0 {
                        // Turned by a quarter: the matrix has no part that leaves the width a width.
                        size = (size.1, size.0);
                    }
                }
                b"mdia" => self.media(*place, is_video)?,
                _ if place.is(CONTAINERS) => self.inside(*place, 3)?,
                _ => {}
            }
        }
        if is_video
            && u64::from(size.0) * u64::from(size.1) > u64::from(self.found.width) * u64::from(self.found.height)
        {
            (self.found.width, self.found.height) = size;
        }
        Ok(())
    }

    fn media(&mut self, media: Place, is_video: bool) -> Result<(), Bad> {
        for place in self.children(media.body, media.end)? {
            match &place.kind {
                _ if !place.is(MEDIA) => self.remove(place)?,
                b"mdhd" => {
                    let (scale, duration) = self.times(place, 0)?;
                    if is_video {
                        (self.video_scale, self.video_duration) = (scale, self.video_duration.max(duration));
                    }
                }
                // The name of the handler is free text.
                b"hdlr" if place.end - place.body > 24 => self.file.zero(place.body + 24, place.end)?,
                b"minf" => {
                    self.inside(place, 4)?;
                    self.codec(place, is_video)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes what is never kept, at any depth.
    fn inside(&mut self, place: Place, depth: u32) -> Result<(), Bad> {
        if depth > DEEPEST {
            return Err(BROKEN);
        }
        for child in self.children(place.body, place.end)? {
            if child.is(NEVER) {
                self.remove(child)?;
            } else if child.is(CONTAINERS) {
                self.inside(child, depth + 1)?;
            } else if child.is(&[b"mehd"]) {
                let [version] = self.file.bytes(child.body)?;
                let at = child.body + 4;
                let duration = if version == 1 { self.file.u64(at)? } else { u64::from(self.file.u32(at)?) };
                self.movie_duration = self.movie_duration.max(duration);
            } else if child.is(&[b"tfdt"]) {
                let [version] = self.file.bytes(child.body)?;
                let at = child.body + 4;
                let time = if version == 1 { self.file.u64(at)? } else { u64::from(self.file.u32(at)?) };
                self.latest = self.latest.max(time);
            }
        }
        Ok(())
    }

    fn table(&mut self, information: Place) -> Result<Vec<Place>, Bad> {
        let parts = self.children(information.body, information.end)?;
        let table = *parts.iter().find(|place| place.is(&[b"stbl"])).ok_or(BROKEN)?;
        self.children(table.body, table.end)
    }

    fn codec(&mut self, information: Place, is_video: bool) -> Result<(), Bad> {
        let table = self.table(information)?;
        let description = table.iter().find(|place| place.is(&[b"stsd"])).ok_or(BROKEN)?;
        if description.end - description.body < 8 {
            return Err(BROKEN);
        }
        let entries = self.children(description.body + 8, description.end)?;
        let known = if is_video { VIDEO } else { SOUND };
        if entries.is_empty() || !entries.iter().all(|entry| entry.is(known)) {
            return Err(Bad::Refused(Reason::Policy));
        }
        if is_video {
            self.found.codec = String::from_utf8_lossy(&entries[0].kind).trim().to_owned();
        }
        Ok(())
    }

    /// Removes a track and what it says among the pictures: places are kept there.
    fn remove_track(&mut self, track: Place, media: Place) -> Result<(), Bad> {
        if self.has_fragments {
            // Its samples lie where only the fragments tell; nothing that makes web videos writes such files.
            return Err(Bad::Refused(Reason::Policy));
        }
        let inside = self.children(media.body, media.end)?;
        let information = *inside.iter().find(|place| place.is(&[b"minf"])).ok_or(BROKEN)?;
        let table = self.table(information)?;
        let find = |kinds: &[&[u8; 4]]| table.iter().find(|place| place.is(kinds)).copied();
        if let (Some(sizes), Some(chunks), Some(places)) =
            (find(&[b"stsz"]), find(&[b"stsc"]), find(&[b"stco", b"co64"]))
        {
            self.erase_samples(sizes, chunks, places)?;
        } else if find(&[b"stz2"]).is_some() {
            return Err(Bad::Refused(Reason::Policy));
        }
        self.remove(track)
    }

    fn erase_samples(&mut self, sizes: Place, chunks: Place, places: Place) -> Result<(), Bad> {
        let same = self.file.u32(sizes.body + 4)?;
        let samples = self.file.u32(sizes.body + 8)?;
        let wide = places.is(&[b"co64"]);
        let count = self.file.u32(places.body + 4)?;
        let rules = self.file.u32(chunks.body + 4)?;
        let fits = |place: Place, head: u64, each: u64, n: u32| place.end - place.body >= head + each * u64::from(n);
        let is_whole = (same != 0 || fits(sizes, 12, 4, samples))
            && fits(places, 8, if wide { 8 } else { 4 }, count)
            && fits(chunks, 8, 12, rules);
        if !is_whole || samples > MOST_SAMPLES || count > MOST_SAMPLES || (count > 0 && rules == 0) {
            return Err(BROKEN);
        }
        let (mut rule, mut sample) = (0, 0);
        for chunk in 1..=count {
            while rule + 1 < rules && self.file.u32(chunks.body + 8 + 12 * u64::from(rule + 1))? <= chunk {
                rule += 1;
            }
            let in_chunk = self.file.u32(chunks.body + 8 + 12 * u64::from(rule) + 4)?;
            let at = u64::from(chunk - 1);
            let start = if wide {
                self.file.u64(places.body + 8 + 8 * at)?
            } else {
                u64::from(self.file.u32(places.body + 8 + 4 * at)?)
            };
            let mut length = 0_u64;
            for _ in 0..in_chunk {
                if sample == samples {
                    break;
                }
                let size = if same != 0 { same } else { self.file.u32(sizes.body + 12 + 4 * u64::from(sample))? };
                length += u64::from(size);
                sample += 1;
            }
            let end = start.checked_add(length).ok_or(BROKEN)?;
            // Only where pictures and sound lie: a track must not point at the boxes that were looked at.
            let inside = self.media.iter().map(|(from, to)| (start.max(*from), end.min(*to)));
            for (from, to) in inside.filter(|(from, to)| from < to).collect::<Vec<_>>() {
                self.file.zero(from, to)?;
            }
        }
        Ok(())
    }

    fn probe(self) -> Result<Probe, Bad> {
        if !self.has_movie || self.found.codec.is_empty() || self.media.is_empty() {
            return Err(BROKEN);
        }
        let ms = |duration: u64, scale: u64| {
            let ms = u128::from(duration) * 1000;
            ms.checked_div(u128::from(scale)).map_or(0, |ms| u64::try_from(ms).unwrap_or(u64::MAX))
        };
        let of_movie = ms(self.movie_duration, self.movie_scale);
        let of_track = ms(self.video_duration, self.video_scale);
        let of_fragments = ms(self.latest, self.video_scale);
        Ok(Probe { duration_ms: of_movie.max(of_track).max(of_fragments), ..self.found })
    }
}

#[cfg(test)]
mod tests;
