//! What a file is: told by its first bytes, never by its name or by what somebody says of it.

use std::str::FromStr;

/// A photo or a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Photo,
    Video,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Video => "video",
        }
    }
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Photo, Self::Video];

    /// The claim that tells of those that are shared, and its consent line.
    pub fn claim(self) -> &'static str {
        match self {
            Self::Photo => "wallet_photos",
            Self::Video => "wallet_videos",
        }
    }

    pub fn of_claim(claim: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.claim() == claim)
    }

    /// The scope that opens those that are shared.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Photo => "wallet.photos",
            Self::Video => "wallet.videos",
        }
    }

    /// What is shown of one where nobody says which variant.
    pub fn usual(self) -> Variant {
        match self {
            Self::Photo => Variant::L1600,
            Self::Video => Variant::Play,
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Photo, Self::Video].into_iter().find(|k| k.as_str() == text).ok_or(())
    }
}

/// A format that is taken or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Jpeg,
    Png,
    Webp,
    Gif,
    Mp4,
    Mov,
    Webm,
}

impl Format {
    pub const ALL: [Self; 7] = [Self::Jpeg, Self::Png, Self::Webp, Self::Gif, Self::Mp4, Self::Mov, Self::Webm];

    pub fn kind(self) -> Kind {
        match self {
            Self::Jpeg | Self::Png | Self::Webp | Self::Gif => Kind::Photo,
            Self::Mp4 | Self::Mov | Self::Webm => Kind::Video,
        }
    }

    /// The media type, as answers and columns have it.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Webm => "video/webm",
        }
    }

    /// How the names of such files end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Webm => "webm",
        }
    }

    pub fn as_str(self) -> &'static str {
        self.mime()
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|f| f.mime() == text).ok_or(())
    }
}

/// A file of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// What Apple's cameras write when they are let: browsers do not show it.
    #[error("HEIC and AVIF photos are not taken: choose the photo as JPEG")]
    Heif,
    #[error("only JPEG, PNG, WebP and GIF photos and MP4, MOV and WebM videos are taken")]
    Other,
}

/// How many bytes from the beginning [`sniff`] looks at.
pub const HEAD: usize = 4096;

/// The format of a file that begins so.
///
/// # Errors
/// Where it is none of those that are taken.
pub fn sniff(head: &[u8]) -> Result<Format, Unsupported> {
    let head = &head[..head.len().min(HEAD)];
    if head.starts_with(&[0xff, 0xd8, 0xff]) {
        return Ok(Format::Jpeg);
    }
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Format::Png);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Ok(Format::Webp);
    }
    if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        return Ok(Format::Gif);
    }
    if head.get(4..8) == Some(b"ftyp") {
        return brand(head);
    }
    // An EBML header of at most its usual size, which names the type of the document.
    if head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        let header = &head[..head.len().min(64)];
        return if header.windows(7).any(|w| w == b"\x42\x82\x84webm") {
            Ok(Format::Webm)
        } else {
            Err(Unsupported::Other)
        };
    }
    Err(Unsupported::Other)
}

const HEIF: [&[u8; 4]; 9] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"];
const MP4: [&[u8; 4]; 13] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash", b"av01",
];

/// The major brand says what a file is; an unknown one leaves it to those that it is compatible with.
fn brand(head: &[u8]) -> Result<Format, Unsupported> {
    let size = head.get(..4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes) as usize;
    let end = size.min(head.len());
    let Some(major) = head.get(8..12) else { return Err(Unsupported::Other) };
    let compatible = head.get(16..end).unwrap_or_default().as_chunks::<4>().0;
    let is_one = |brand: &[u8]| -> Option<Result<Format, Unsupported>> {
        if HEIF.iter().any(|b| *b == brand) {
            return Some(Err(Unsupported::Heif));
        }
        if brand == b"qt  " {
            return Some(Ok(Format::Mov));
        }
        (MP4.iter().any(|b| *b == brand) || brand.starts_with(b"3gp")).then_some(Ok(Format::Mp4))
    };
    let by_name = is_one(major).or_else(|| compatible.iter().find_map(|b| is_one(b)));
    by_name.unwrap_or(Err(Unsupported::Other))
}

/// A form in which an item is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variant {
    /// A square of 96 pixels.
    T96,
    S320,
    M800,
    L1600,
    /// The photo at its largest, at most 4096 pixels a side.
    Master,
    /// The video.
    Play,
}

impl Variant {
    pub const ALL: [Self; 6] = [Self::T96, Self::S320, Self::M800, Self::L1600, Self::Master, Self::Play];
    /// Those of a photo, the largest first.
    pub const PHOTO: [Self; 5] = [Self::Master, Self::L1600, Self::M800, Self::S320, Self::T96];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::T96 => "t96",
            Self::S320 => "s320",
            Self::M800 => "m800",
            Self::L1600 => "l1600",
            Self::Master => "master",
            Self::Play => "play",
        }
    }

    /// The longest side, in pixels; a video stays as it is.
    pub fn most(self) -> u32 {
        match self {
            Self::T96 => 96,
            Self::S320 => 320,
            Self::M800 => 800,
            Self::L1600 => 1600,
            Self::Master | Self::Play => 4096,
        }
    }
}

impl FromStr for Variant {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|v| v.as_str() == text).ok_or(())
    }
}

/// Why an item was refused for good; kept with it and told to its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A scanner knows it.
    Malware,
    /// It cannot be read, or not within the bounds of memory and time.
    Decode,
    /// A video that is too long.
    Duration,
    /// A photo with too many pixels.
    Pixels,
    /// It holds what is neither photo nor video, or a codec that is not taken.
    Policy,
}

impl Reason {
    pub const ALL: [Self; 5] = [Self::Malware, Self::Decode, Self::Duration, Self::Pixels, Self::Policy];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malware => "malware",
            Self::Decode => "decode",
            Self::Duration => "duration",
            Self::Pixels => "pixels",
            Self::Policy => "policy",
        }
    }
}

impl FromStr for Reason {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|r| r.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wallet_s13_3_types_are_told_by_content() {
        let cases: &[(&[u8], Result<Format, Unsupported>)] = &[
            (b"\xff\xd8\xff\xe0..", Ok(Format::Jpeg)),
            (b"\x89PNG\r\n\x1a\n....", Ok(Format::Png)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Ok(Format::Webp)),
            (b"RIFF\0\0\0\0WAVEfmt ", Err(Unsupported::Other)),
            (b"GIF89a..", Ok(Format::Gif)),
            (b"\0\0\0\x14ftypisom\0\0\0\0mp41", Ok(Format::Mp4)),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", Ok(Format::Mov)),
            (b"\0\0\0\x14ftypXYZ \0\0\0\0mp42", Ok(Format::Mp4)),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1isom", Err(Unsupported::Heif)),
            (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", Err(Unsupported::Heif)),
            (b"\0\0\0\x10ftypXYZ \0\0\0\0", Err(Unsupported::Other)),
            (b"\0\0\0\x14ftyp", Err(Unsupported::Other)),
            (b"\x1a\x45\xdf\xa3\x8b\x42\x82\x84webm\x42\x87\x81\x04", Ok(Format::Webm)),
            (b"\x1a\x45\xdf\xa3\x8f\x42\x82\x88matroska", Err(Unsupported::Other)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Err(Unsupported::Other)),
            (b"MZ\x90\0", Err(Unsupported::Other)),
            (b"%PDF-1.7", Err(Unsupported::Other)),
            (b"", Err(Unsupported::Other)),
        ];
        for (head, format) in cases {
            assert_eq!(sniff(head), *format, "{:?}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn names_round_trip() {
        for format in Format::ALL {
            assert_eq!(format.mime().parse(), Ok(format));
        }
        for variant in Variant::ALL {
            assert_eq!(variant.as_str().parse(), Ok(variant));
        }
        for reason in Reason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_have_an_answer(head: Vec<u8>, brand in "[a-z0-9 ]{4}", size: u32) {
            let _ = sniff(&head);
            let mut file = size.to_be_bytes().to_vec();
            file.extend(b"ftyp");
            file.extend(brand.as_bytes());
            file.extend(head);
            let _ = sniff(&file);
        }
    }
}
