//! The worker's side: reads one order, works on files of one private folder, says what came of it.
//!
//! It runs in a process of its own, within bounds that it sets itself before it has read a byte of a stranger.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

use crate::wallet::media::evidence;
use crate::wallet::media::images::{self, Bounds};
use crate::wallet::media::kinds::{Format, Kind, Reason, Variant};
use crate::wallet::media::patch::Bad;
use crate::wallet::media::{mp4, webm};

/// The upload, in the folder of an order; a video is cleaned where it is.
pub const INPUT: &str = "input";
/// The longest order.
const MOST_BYTES: u64 = 16 * 1024;

/// What is to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub folder: PathBuf,
    /// The media type that the first bytes tell.
    pub media_type: String,
    /// Bounds of this process.
    pub memory: u64,
    pub seconds: u64,
    #[serde(default)]
    pub task: Task,
}

/// What is made of a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// What the wallet keeps of a photo or video.
    #[default]
    Media,
    /// A picture that supports a verification.
    Evidence,
    /// The same with words across it.
    Stamp(String),
}

/// A file that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    pub variant: String,
    pub media_type: String,
    pub file: String,
    pub width: u32,
    pub height: u32,
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    Made(Work),
    /// Refused: a name of [`Reason`].
    Refused(String),
    /// Our own failure: it may go well the next time.
    Failed(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    pub outputs: Vec<Output>,
    pub width: u32,
    pub height: u32,
    pub duration_ms: u64,
    pub placeholder: String,
    pub fingerprint: u64,
    pub codec: String,
    /// Of evidence: see [`evidence::sharpness`].
    #[serde(default)]
    pub sharpness: i32,
}

/// Reads an order from the standard input, and writes what came of it to the standard output.
///
/// # Errors
/// Where these cannot be read or written.
pub fn run() -> io::Result<()> {
    // No copy of a stranger's picture is left on disk, however this ends.
    bound(Resource::Core, 0)?;
    let mut order = String::new();
    io::stdin().take(MOST_BYTES).read_to_string(&mut order)?;
    let order: Order = serde_json::from_str(&order).map_err(io::Error::other)?;
    bound(Resource::As, order.memory)?;
    bound(Resource::Cpu, order.seconds)?;
    bound(Resource::Nofile, 16)?;
    let done = work(&order).unwrap_or_else(|error| Done::Failed(error.kind().to_string()));
    serde_json::to_writer(io::stdout(), &done).map_err(io::Error::other)?;
    io::stdout().flush()
}

fn bound(resource: Resource, most: u64) -> io::Result<()> {
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

fn work(order: &Order) -> io::Result<Done> {
    let refused = |reason: Reason| Ok(Done::Refused(reason.as_str().to_owned()));
    let Ok(format) = order.media_type.parse::<Format>() else { return refused(Reason::Policy) };
    let path = order.folder.join(INPUT);
    match &order.task {
        Task::Media => {}
        Task::Evidence => return paper(&order.folder, &path, format, None),
        Task::Stamp(words) => return paper(&order.folder, &path, format, Some(words)),
    }
    match format.kind() {
        Kind::Photo => photo(&order.folder, &path, format),
        Kind::Video => {
            let file = OpenOptions::new().read(true).write(true).open(&path)?;
            let cleaned = if format == Format::Webm { webm::clean(file) } else { mp4::clean(file) };
            match cleaned {
                Ok(probe) => {
                    let output = Output {
                        variant: Variant::Play.as_str().to_owned(),
                        media_type: format.mime().to_owned(),
                        file: INPUT.to_owned(),
                        width: probe.width,
                        height: probe.height,
                    };
                    let (width, height, duration_ms) = (probe.width, probe.height, probe.duration_ms);
                    let codec = probe.codec;
                    Ok(Done::Made(Work { outputs: vec![output], width, height, duration_ms, codec, ..Work::default() }))
                }
                Err(Bad::Refused(reason)) => refused(reason),
                Err(Bad::Io(error)) => Err(error),
            }
        }
    }
}

fn paper(folder: &Path, path: &Path, format: Format, words: Option<&str>) -> io::Result<Done> {
    let input = BufReader::with_capacity(64 * 1024, File::open(path)?);
    let made = match words {
        None => evidence::prepare(input, format, Bounds::default()),
        Some(words) => evidence::stamp(input, format, Bounds::default(), words),
    };
    let made = match made {
        Ok(made) => made,
        Err(reason) => return Ok(Done::Refused(reason.as_str().to_owned())),
    };
    fs::write(folder.join(evidence::OUTPUT), &made.bytes)?;
    let output = Output {
        variant: evidence::OUTPUT.to_owned(),
        media_type: Format::Jpeg.mime().to_owned(),
        file: evidence::OUTPUT.to_owned(),
        width: made.width,
        height: made.height,
    };
    let (width, height, fingerprint, sharpness) = (made.width, made.height, made.fingerprint, made.sharpness);
    Ok(Done::Made(Work { outputs: vec![output], width, height, fingerprint, sharpness, ..Work::default() }))
}

fn photo(folder: &Path, path: &Path, format: Format) -> io::Result<Done> {
    let mut outputs = Vec::new();
    let input = BufReader::with_capacity(64 * 1024, File::open(path)?);
    let made = images::process(input, format, Bounds::default(), |made| {
        let name = made.variant.as_str();
        fs::write(folder.join(name), &made.bytes)?;
        outputs.push(Output {
            variant: name.to_owned(),
            media_type: made.format.mime().to_owned(),
            file: name.to_owned(),
            width: made.width,
            height: made.height,
        });
        Ok::<_, io::Error>(())
    });
    let looks = match made {
        Ok(looks) => looks?,
        Err(reason) => return Ok(Done::Refused(reason.as_str().to_owned())),
    };
    Ok(Done::Made(Work {
        outputs,
        width: looks.width,
        height: looks.height,
        placeholder: looks.placeholder,
        fingerprint: looks.fingerprint,
        ..Work::default()
    }))
}
