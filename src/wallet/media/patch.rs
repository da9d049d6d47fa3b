//! A file that is read and overwritten in places, without being loaded.

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::wallet::media::kinds::Reason;

/// How much is zeroed at once.
const PIECE: usize = 64 * 1024;

/// What is known of a video.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probe {
    pub width: u32,
    pub height: u32,
    pub duration_ms: u64,
    /// As the container names it.
    pub codec: String,
}

/// Why a video was not cleaned.
#[derive(Debug)]
pub enum Bad {
    /// It is refused.
    Refused(Reason),
    Io(io::Error),
}

impl From<io::Error> for Bad {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Refused(Reason::Decode),
            _ => Self::Io(error),
        }
    }
}

/// What cannot be read as what it says it is.
pub const BROKEN: Bad = Bad::Refused(Reason::Decode);

/// A file under the knife.
pub struct Patch<S> {
    file: S,
    length: u64,
    /// How many bytes may still be overwritten: what points at the same bytes again and again must end.
    budget: u64,
}

impl<S: Read + Write + Seek> Patch<S> {
    pub fn new(mut file: S) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        Ok(Self { file, length, budget: length.saturating_mul(2) })
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// Some bytes; fewer are broken.
    pub fn read(&mut self, at: u64, out: &mut [u8]) -> Result<(), Bad> {
        self.file.seek(SeekFrom::Start(at))?;
        Ok(self.file.read_exact(out)?)
    }

    pub fn bytes<const N: usize>(&mut self, at: u64) -> Result<[u8; N], Bad> {
        let mut out = [0; N];
        self.read(at, &mut out)?;
        Ok(out)
    }

    pub fn u32(&mut self, at: u64) -> Result<u32, Bad> {
        Ok(u32::from_be_bytes(self.bytes(at)?))
    }

    pub fn u64(&mut self, at: u64) -> Result<u64, Bad> {
        Ok(u64::from_be_bytes(self.bytes(at)?))
    }

    /// Overwrites within the file.
    pub fn write(&mut self, at: u64, bytes: &[u8]) -> Result<(), Bad> {
        if at.checked_add(bytes.len() as u64).is_none_or(|end| end > self.length) {
            return Err(BROKEN);
        }
        self.file.seek(SeekFrom::Start(at))?;
        Ok(self.file.write_all(bytes)?)
    }

    /// Zeroes from one place to another.
    pub fn zero(&mut self, from: u64, to: u64) -> Result<(), Bad> {
        if from > to || to > self.length {
            return Err(BROKEN);
        }
        self.budget = self.budget.checked_sub(to - from).ok_or(BROKEN)?;
        self.file.seek(SeekFrom::Start(from))?;
        let zeros = [0; PIECE];
        let mut left = to - from;
        while left > 0 {
            let piece = left.min(PIECE as u64) as usize;
            self.file.write_all(&zeros[..piece])?;
            left -= piece as u64;
        }
        Ok(())
    }
}
