//! What processes cost: processor time and resident memory, from `/proc`.
#![allow(dead_code, reason = "each bench uses its own part of this")]

use std::fs;
use std::time::Duration;

/// Processes whose cost is counted together: one, with all that it started or only itself.
#[derive(Clone, Debug)]
pub struct Family {
    pub roots: Vec<u32>,
}

impl Family {
    pub fn new(roots: impl IntoIterator<Item = u32>) -> Self {
        Self { roots: roots.into_iter().collect() }
    }

    /// Processor time used so far, with children that have ended.
    pub fn used(&self) -> Duration {
        let all = stats();
        let mut ticks = 0;
        let mut waiting = self.roots.clone();
        while let Some(pid) = waiting.pop() {
            waiting.extend(all.iter().filter(|stat| stat.parent == pid).map(|stat| stat.pid));
            ticks += all.iter().find(|stat| stat.pid == pid).map_or(0, |stat| stat.own + stat.ended_children);
        }
        Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)
    }
}

/// `USER_HZ`: 100 on every Linux of today.
const TICKS_PER_SECOND: u64 = 100;

struct Stat {
    pid: u32,
    parent: u32,
    own: u64,
    ended_children: u64,
}

/// `/proc/<pid>/stat` of every process (proc(5)).
fn stats() -> Vec<Stat> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = folders.filter_map(|folder| folder.file_name().to_str()?.parse().ok());
    pids.filter_map(stat).collect()
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is a name that may hold anything but ends with the last parenthesis.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    Some(Stat {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        own: number(11)? + number(12)?,
        ended_children: number(13)? + number(14)?,
    })
}

/// Resident memory of one process, in megabytes of a million bytes.
pub fn resident_mb(pid: u32) -> f64 {
    status_mb(pid, "VmRSS:")
}

/// The most that it ever had.
pub fn peak_mb(pid: u32) -> f64 {
    status_mb(pid, "VmHWM:")
}

/// What a process has started and what runs still.
pub fn children(pid: u32) -> Vec<u32> {
    stats().into_iter().filter(|stat| stat.parent == pid).map(|stat| stat.pid).collect()
}

fn status_mb(pid: u32, name: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or_default();
    kib * 1024.0 / 1e6
}
