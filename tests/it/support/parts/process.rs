//! A child process that cannot outlive the test process.

use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use rustix::process::Pid;
use rustix::process::Signal;

/// A running program; killed when dropped. Its output goes to a file.
pub struct Process {
    name: String,
    child: Mutex<Option<Child>>,
    pid: Pid,
    log: PathBuf,
}

/// How a program is started.
pub struct Start<'a> {
    pub program: &'a Path,
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
    /// Where the output goes.
    pub log: PathBuf,
    /// Which signal it gets when the test process dies without ending it.
    pub farewell: &'static str,
    /// The account to run as, where tests run as root.
    pub account: Option<&'a str>,
}

impl<'a> Start<'a> {
    pub fn new(program: &'a Path, log: PathBuf) -> Self {
        Self { program, args: Vec::new(), env: Vec::new(), log, farewell: "KILL", account: None }
    }

    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }
}

impl Process {
    /// Starts a program through `setpriv`, which ties its life to ours and then becomes the program.
    pub fn start(start: Start<'_>) -> Self {
        let name = start.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let output =
            File::options().create(true).append(true).open(&start.log).expect("the log file of a part can be written");
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", start.farewell]);
        if let Some(account) = start.account {
            command.args(account_options(account));
        }
        command.arg("--").arg(start.program).args(&start.args).envs(start.env);
        command.stdin(Stdio::null()).stdout(output.try_clone().expect("a second handle")).stderr(output);
        let child = on_the_keeper(move || command.spawn())
            .unwrap_or_else(|error| panic!("{name} could not be started (is util-linux there?): {error}"));
        let pid = Pid::from_raw(child.id().cast_signed()).expect("a child has an id");
        Self { name, child: Mutex::new(Some(child)), pid, log: start.log }
    }

    pub fn pid(&self) -> u32 {
        self.pid.as_raw_pid().cast_unsigned()
    }

    /// Everything it has printed since its log file began.
    pub fn log(&self) -> String {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    pub fn is_running(&self) -> bool {
        let mut child = self.child.lock().expect("not poisoned");
        child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Panics with the log if the program has ended by itself.
    pub fn must_run(&self) {
        assert!(self.is_running(), "{} ended by itself; it said:\n{}", self.name, self.log());
    }

    /// Stops it in its tracks, with the processes it started: connections stay open, nobody answers.
    pub fn freeze(&self) {
        self.signal_all(Signal::STOP);
    }

    pub fn thaw(&self) {
        self.signal_all(Signal::CONT);
    }

    /// Asks it to end and waits at most `limit`.
    pub fn end(&self, signal: Signal, limit: Duration) -> ExitStatus {
        let _ = rustix::process::kill_process(self.pid, signal);
        self.ended(limit)
    }

    /// Waits at most `limit` until it has ended.
    pub fn ended(&self, limit: Duration) -> ExitStatus {
        let start = Instant::now();
        let mut child = self.child.lock().expect("not poisoned");
        let child = child.as_mut().expect("still running");
        loop {
            if let Some(status) = child.try_wait().expect("our own child") {
                return status;
            }
            assert!(start.elapsed() < limit, "{} did not end within {limit:?}; it said:\n{}", self.name, self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Kills it and what it started at once, without a word.
    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().expect("not poisoned").take() {
            let family = descendants(self.pid());
            let _ = child.kill();
            let _ = child.wait();
            for pid in family.into_iter().filter_map(raw) {
                let _ = rustix::process::kill_process(pid, Signal::KILL);
            }
        }
    }

    fn signal_all(&self, signal: Signal) {
        rustix::process::kill_process(self.pid, signal).expect("a part that runs");
        for pid in descendants(self.pid()).into_iter().filter_map(raw) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a program to its end as `account` and gives what it printed; panics if it fails.
pub fn run(program: &Path, args: &[&str], account: Option<&str>) -> String {
    let mut command = match account {
        Some(account) => {
            let mut command = Command::new("setpriv");
            command.args(account_options(account)).arg("--").arg(program);
            command
        }
        None => Command::new(program),
    };
    let output = command.args(args).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{} could not be started: {error}", program.display()));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} {args:?} failed:\n{said}", program.display());
    said
}

/// Finds a program on the path or in the named folders; a missing part is a failure that names it.
pub fn find(name: &str, folders: &[&str]) -> PathBuf {
    let path = std::env::var("PATH").unwrap_or_default();
    let places = folders.iter().copied().chain(path.split(':'));
    places
        .map(|folder| Path::new(folder).join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("the part `{name}` is missing: `bash tests/run` installs what the tests need"))
}

fn account_options(account: &str) -> Vec<String> {
    vec![format!("--reuid={account}"), format!("--regid={account}"), "--clear-groups".to_owned()]
}

fn raw(pid: u32) -> Option<Pid> {
    Pid::from_raw(pid.cast_signed())
}

/// The processes that `pid` started and those that they started.
fn descendants(pid: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name may hold anything, so read from the last bracket: state, then the parent.
            let parent = stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect();
    let mut found = vec![pid];
    let mut next = 0;
    while next < found.len() {
        let parent = found[next];
        found.extend(parents.iter().filter(|(_, p)| *p == parent).map(|(child, _)| *child));
        next += 1;
    }
    found.split_off(1)
}

/// Does something on a thread that never ends.
///
/// The kernel sends the farewell signal when the *thread* that started a child ends, and each test has its own.
fn on_the_keeper<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    type Work = Box<dyn FnOnce() + Send>;
    static KEEPER: OnceLock<Mutex<mpsc::Sender<Work>>> = OnceLock::new();
    let keeper = KEEPER.get_or_init(|| {
        let (sender, receiver) = mpsc::channel::<Work>();
        thread::spawn(move || receiver.into_iter().for_each(|work| work()));
        Mutex::new(sender)
    });
    let (answer, answered) = mpsc::channel();
    let work: Work = Box::new(move || drop(answer.send(act())));
    keeper.lock().expect("not poisoned").send(work).expect("the keeper never ends");
    answered.recv().expect("the keeper answers")
}
