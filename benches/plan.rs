//! What every bench does the same way: its flags, the yardsticks, and how one row is measured.
#![allow(dead_code, reason = "each bench uses its own part of this")]

use std::path::Path;
use std::time::Duration;

use crate::cpu::Family;
use crate::load::Line;
use crate::load::Same;
use crate::load::Stage;
use crate::load::Work;
use crate::load::request;
use crate::support::eventually;
use crate::support::parts::Folder;
use crate::support::parts::Process;
use crate::support::parts::free_port;
use crate::support::parts::process::Start;
use crate::support::server::Backend;
use crate::table::Row;
use crate::yardstick;

/// What is measured, and how long.
pub struct Plan {
    pub backends: Vec<Backend>,
    pub time: Duration,
    pub concurrency: Vec<usize>,
    pub is_quick: bool,
    /// Names of the parts that are wanted; empty for all.
    parts: Vec<String>,
}

impl Plan {
    /// From the arguments after `--`.
    pub fn read() -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let after = |flag: &str| arguments.iter().position(|one| one == flag).and_then(|at| arguments.get(at + 1));
        let is_quick = arguments.iter().any(|one| one == "--quick");
        let seconds = after("--seconds").map(|text| text.parse().expect("--seconds takes a number"));
        Self {
            backends: match after("--only").map(String::as_str) {
                Some("embedded") => vec![Backend::Embedded],
                Some("scale") => vec![Backend::Scale],
                Some(other) => panic!("--only takes `embedded` or `scale`, not `{other}`"),
                None => vec![Backend::Embedded, Backend::Scale],
            },
            time: Duration::from_secs_f64(seconds.unwrap_or(if is_quick { 1.0 } else { 3.0 })),
            concurrency: if is_quick { vec![16] } else { vec![1, 16, 64] },
            is_quick,
            parts: after("--parts").map(|text| text.split(',').map(str::to_owned).collect()).unwrap_or_default(),
        }
    }

    /// Says what it runs on, and gives the sets of stores that can be measured, each with its name.
    pub fn stores(&self) -> Vec<(Backend, &'static str)> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        println!("\n{cores} cores, the load on the same machine, {:.0} s a cell", self.time.as_secs_f64());
        let mut found = Vec::new();
        for backend in &self.backends {
            let name = match backend {
                Backend::Embedded => "embedded: SQLite, everything in one process",
                Backend::Scale => "scale: PostgreSQL, Redis, S3; their processor time counted in",
            };
            match missing_part().filter(|_| *backend == Backend::Scale) {
                Some(missing) => println!("\n{name}\nnot measured: {missing} is missing"),
                None => found.push((*backend, name)),
            }
        }
        found
    }

    pub fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|one| one == part)
    }
}

fn missing_part() -> Option<&'static str> {
    ["initdb", "redis-server"].into_iter().find(|program| !has(program))
}

/// Whether a program is there.
pub fn has(program: &str) -> bool {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/lib/postgresql/15/bin:/usr/sbin";
    path.split(':').any(|folder| Path::new(folder).join(program).exists())
}

/// Hello, and hello with one signature.
pub async fn yardsticks(plan: &Plan) -> [Row; 2] {
    let (folder, address) = (Folder::new("yardstick"), format!("127.0.0.1:{}", free_port()));
    let own = std::env::current_exe().expect("our own path");
    let mut start = Start::new(&own, folder.join("log"));
    start.env = vec![(yardstick::LISTEN.to_owned(), address.clone())];
    let process = Process::start(start);
    eventually("the yardstick listens", Duration::from_secs(10), async || Line::to(&address).await.ok()).await;
    let stage = Stage { address, family: Family::new([process.pid()]), time: plan.time };
    let host = stage.address.clone();
    let get = |path: &str| Same { request: request(&host, &format!("GET {path}"), &[], None), status: 200 };
    [
        row("hello", None, plan, &stage, async |_| get("/hello")).await,
        row("hello, one signature", None, plan, &stage, async |_| get("/signed")).await,
    ]
}

/// Measures one operation at every concurrency; `work` makes what the `n`th connection does.
pub async fn row<W: Work>(
    name: &'static str,
    aim: Option<f64>,
    plan: &Plan,
    stage: &Stage,
    work: impl AsyncFn(usize) -> W,
) -> Row {
    let mut cells = Vec::new();
    for &concurrency in &plan.concurrency {
        let mut works = Vec::new();
        for n in 0..concurrency {
            works.push(work(n).await);
        }
        cells.push(stage.run(works).await);
        eprint!(".");
    }
    eprintln!(" {name}");
    Row { name, aim, cells }
}
