//! ZIP archives (PKWARE APPNOTE 6.3): laid out from files that lie apart, and read with suspicion.

pub mod layout;
pub mod read;

/// How the bytes of a file are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// As they are: photos and videos are small already.
    Stored,
    Deflated,
}

impl Method {
    fn number(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflated => 8,
        }
    }

    fn of(number: u16) -> Option<Self> {
        [Self::Stored, Self::Deflated].into_iter().find(|method| method.number() == number)
    }
}

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
/// Stands where a number needs 64 bits and is told elsewhere.
const ELSEWHERE: u32 = u32::MAX;
/// The extra field in which it is told.
const ZIP_64: u16 = 1;
/// The flag of names in UTF-8.
const UTF_8: u16 = 1 << 11;

#[cfg(test)]
mod tests {
    use super::layout::{Entry, Layout};
    use super::read::{self, Refused};
    use super::*;
    use crate::base::Time;

    fn entry(name: &str, bytes: &[u8]) -> Entry {
        let size = bytes.len() as u64;
        let at = Time::from_unix(1_795_000_000);
        Entry { name: name.to_owned(), crc: crc32fast::hash(bytes), size, packed: size, method: Method::Stored, at }
    }

    /// The archive as a whole.
    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let entries: Vec<Entry> = files.iter().map(|(name, bytes)| entry(name, bytes)).collect();
        let layout = Layout::of(&entries);
        let mut out = Vec::new();
        for (header, (_, bytes)) in layout.headers.iter().zip(files) {
            out.extend_from_slice(header);
            out.extend_from_slice(bytes);
        }
        out.extend_from_slice(&layout.directory);
        assert_eq!(out.len() as u64, layout.length);
        out
    }

    fn listed(bytes: &[u8]) -> Result<Vec<read::Entry>, Refused> {
        let tail = read::Tail::find(bytes, bytes.len() as u64)?;
        let start = usize::try_from(tail.start).map_err(|_| Refused::Malformed)?;
        let end = start + usize::try_from(tail.length).map_err(|_| Refused::Malformed)?;
        read::directory(bytes.get(start..end).ok_or(Refused::Malformed)?, &tail)
    }

    #[test]
    fn what_is_laid_out_can_be_read() {
        let bytes = archive(&[("a.json", b"{}"), ("media/x/é.jpg", b"12345")]);
        let entries = listed(&bytes).expect("an archive");
        let told: Vec<_> = entries.iter().map(|e| (e.name.as_str(), e.size, e.method)).collect();
        assert_eq!(told, [("a.json", 2, Method::Stored), ("media/x/é.jpg", 5, Method::Stored)]);
        let at = usize::try_from(entries[1].offset).unwrap();
        let skipped = read::local(&bytes[at..]).expect("a header");
        let from = at + usize::try_from(skipped).unwrap();
        assert_eq!(&bytes[from..from + 5], b"12345");
    }

    #[test]
    fn large_files_and_far_ones_are_told_in_64_bits() {
        let mut large = entry("video.mp4", b"");
        (large.size, large.packed) = (5_000_000_000, 5_000_000_000);
        let layout = Layout::of(&[large, entry("manifest.json", b"{}")]);
        let mut end = layout.directory.clone();
        let length = layout.length;
        let tail = read::Tail::find(&end, length).expect("a tail");
        assert_eq!(tail.files, 2);
        end.truncate(usize::try_from(tail.length).unwrap());
        let entries = read::directory(&end, &tail).expect("a directory");
        assert_eq!(entries[0].size, 5_000_000_000);
        assert!(entries[1].offset > 5_000_000_000);
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for bad in
            ["", "/etc/passwd", "../x", "a/../../x", "a\\..\\x", "C:/x", "a//b", "./a", "a/.", "a\0b", "dir/", "a\nb"]
        {
            let bytes = archive(&[(bad, b"x")]);
            assert_eq!(listed(&bytes).err(), Some(Refused::Name), "{bad:?}");
        }
        assert_eq!(listed(&archive(&[("a", b"1"), ("a", b"2")])).err(), Some(Refused::Name), "twice");
        assert_eq!(listed(b"PK no archive").err(), Some(Refused::Malformed));
        let mut cut = archive(&[("a.json", b"{}")]);
        cut.truncate(cut.len() - 1);
        assert_eq!(listed(&cut).err(), Some(Refused::Malformed));
    }

    proptest::proptest! {
        #[test]
        fn anything_may_come(bytes: Vec<u8>) {
            let _ = listed(&bytes);
            let _ = read::local(&bytes);
        }

        #[test]
        fn a_broken_archive_never_panics(at in 0_usize..200, value: u8) {
            let mut bytes = archive(&[("a.json", b"{}"), ("b.json", b"[]")]);
            let at = at % bytes.len();
            bytes[at] = value;
            let _ = listed(&bytes);
        }
    }
}
