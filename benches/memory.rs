//! The most memory that a server and its workers had at any moment, from `/proc`.

use std::fs;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use crate::cpu::children;
use crate::cpu::peak_mb;
use crate::cpu::resident_mb;

/// Megabytes of a million bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Peak {
    /// The server before, and at most.
    pub before: f64,
    pub server: f64,
    /// The largest worker.
    pub worker: f64,
}

/// Looks at a server and what it starts until it is asked.
pub struct Watch {
    server: u32,
    before: f64,
    largest: Arc<Mutex<f64>>,
    is_over: Arc<AtomicBool>,
}

impl Watch {
    pub fn of(server: u32) -> Self {
        // Begins the peak anew (proc(5), `clear_refs`).
        fs::write(format!("/proc/{server}/clear_refs"), "5").expect("a process of our own");
        let (largest, is_over) = (Arc::new(Mutex::new(0.0_f64)), Arc::new(AtomicBool::new(false)));
        let (seen, over) = (Arc::clone(&largest), Arc::clone(&is_over));
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let now = children(server).into_iter().map(peak_mb).fold(0.0, f64::max);
                let mut seen = seen.lock().expect("not poisoned");
                *seen = seen.max(now);
                drop(seen);
                thread::sleep(Duration::from_millis(4));
            }
        });
        Self { server, before: resident_mb(server), largest, is_over }
    }

    pub fn end(self) -> Peak {
        self.is_over.store(true, Ordering::Relaxed);
        let worker = *self.largest.lock().expect("not poisoned");
        Peak { before: self.before, server: peak_mb(self.server), worker }
    }
}
