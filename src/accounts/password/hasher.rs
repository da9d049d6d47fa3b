//! The hashing threads: few, with a short queue, so that passwords never delay a token or fill the memory.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::oneshot;

use crate::app::{App, Room};
use crate::base::{Fault, Random};

/// Argon2id on threads of its own.
pub struct Hasher {
    queue: Option<SyncSender<Task>>,
    /// Of nobody's password: what unknown people are compared with.
    nobody: String,
}

/// What became of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right {
        /// The same password by today's parameters, when the kept hash has others.
        renewed: Option<String>,
    },
}

struct Task {
    input: [u8; 32],
    /// The hash to compare with; none to make one.
    hash: Option<String>,
    queued_at: Instant,
    caller: oneshot::Sender<Result<Done, Fault>>,
}

enum Done {
    Hashed(String),
    Compared(Verdict),
}

struct Worker {
    tasks: Arc<Mutex<Receiver<Task>>>,
    argon2: Argon2<'static>,
    random: Random,
    wait: Duration,
}

impl Room for Hasher {
    fn open(app: &App) -> Self {
        let config = &app.config.passwords;
        let params = Params::new(config.memory_kib, config.passes, config.lanes, None).unwrap_or_default();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers = if config.workers == 0 { (cores / 2).max(1) } else { config.workers };
        let (queue, tasks) = sync_channel(config.queue.max(1));
        let tasks = Arc::new(Mutex::new(tasks));
        let started = (0..workers).filter(|n| {
            let worker = Worker {
                tasks: Arc::clone(&tasks),
                argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone()),
                random: app.random.clone(),
                wait: config.wait.duration(),
            };
            thread::Builder::new().name(format!("argon2-{n}")).spawn(move || worker.run()).is_ok()
        });
        let queue = (started.count() > 0).then_some(queue);
        Self { queue, nobody: nobody(&params, &app.random) }
    }
}

impl Hasher {
    /// A PHC string of `input`, with a salt of its own.
    ///
    /// # Errors
    /// An unavailable fault when too many wait.
    pub async fn hash(&self, input: [u8; 32]) -> Result<String, Fault> {
        match self.ask(input, None).await? {
            Done::Hashed(hash) => Ok(hash),
            Done::Compared(_) => Err(Fault::broken("hash a password")),
        }
    }

    /// Compares `input` with a hash; with nobody's when there is none, at the same cost.
    ///
    /// # Errors
    /// An unavailable fault when too many wait.
    pub async fn verify(&self, input: [u8; 32], hash: Option<String>) -> Result<Verdict, Fault> {
        let is_somebody = hash.is_some();
        match self.ask(input, Some(hash.unwrap_or_else(|| self.nobody.clone()))).await? {
            Done::Compared(verdict) if is_somebody => Ok(verdict),
            Done::Compared(_) => Ok(Verdict::Wrong),
            Done::Hashed(_) => Err(Fault::broken("compare a password")),
        }
    }

    async fn ask(&self, input: [u8; 32], hash: Option<String>) -> Result<Done, Fault> {
        let attempted = "hash a password";
        let (caller, answer) = oneshot::channel();
        let task = Task { input, hash, queued_at: Instant::now(), caller };
        let queue = self.queue.as_ref().ok_or_else(|| Fault::broken("start a hashing thread"))?;
        queue.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => Fault::unavailable(attempted, "too many wait for the hashing threads"),
            TrySendError::Disconnected(_) => Fault::broken(attempted),
        })?;
        answer.await.map_err(|_| Fault::unavailable(attempted, "waited too long for a hashing thread"))?
    }
}

impl Worker {
    fn run(self) {
        loop {
            let next = self.tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
            // The house is gone.
            let Ok(task) = next else { return };
            // Whoever waited too long has been told so, or will be when the task is dropped here.
            if task.caller.is_closed() || task.queued_at.elapsed() > self.wait {
                continue;
            }
            let done = self.work(&task.input, task.hash.as_deref());
            // The caller may have gone away meanwhile.
            let _ = task.caller.send(done);
        }
    }

    fn work(&self, input: &[u8; 32], hash: Option<&str>) -> Result<Done, Fault> {
        let Some(hash) = hash else { return self.hash(input).map(Done::Hashed) };
        let kept = PasswordHash::new(hash).map_err(|e| Fault::internal("read a password hash", e.to_string()))?;
        if self.argon2.verify_password(input, &kept).is_err() {
            return Ok(Done::Compared(Verdict::Wrong));
        }
        let today = self.argon2.params();
        let same = Params::try_from(&kept)
            .is_ok_and(|p| (p.m_cost(), p.t_cost(), p.p_cost()) == (today.m_cost(), today.t_cost(), today.p_cost()));
        let renewed = if same { None } else { Some(self.hash(input)?) };
        Ok(Done::Compared(Verdict::Right { renewed }))
    }

    fn hash(&self, input: &[u8; 32]) -> Result<String, Fault> {
        let salt: [u8; 16] = self.random.bytes();
        let hash: PasswordHash = self
            .argon2
            .hash_password_with_salt(input, &salt)
            .map_err(|e| Fault::internal("hash a password", e.to_string()))?;
        Ok(hash.to_string())
    }
}

/// A hash that no password has: random where the work would have left its trace.
fn nobody(params: &Params, random: &Random) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    let (m, t, p) = (params.m_cost(), params.t_cost(), params.p_cost());
    let (salt, hash): ([u8; 16], [u8; 32]) = (random.bytes(), random.bytes());
    format!("$argon2id$v=19$m={m},t={t},p={p}${}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(m: u32) -> Worker {
        let (_, tasks) = sync_channel(1);
        let params = Params::new(m, 1, 1, None).unwrap();
        Worker {
            tasks: Arc::new(Mutex::new(tasks)),
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            random: Random::seeded(1),
            wait: Duration::from_secs(2),
        }
    }

    fn compare(worker: &Worker, input: &[u8; 32], hash: &str) -> Verdict {
        match worker.work(input, Some(hash)) {
            Ok(Done::Compared(verdict)) => verdict,
            _ => panic!("a comparison"),
        }
    }

    #[test]
    fn right_wrong_and_renewed() {
        let (old, new) = (worker(64), worker(128));
        let hash = old.hash(&[1; 32]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert_eq!(compare(&old, &[1; 32], &hash), Verdict::Right { renewed: None });
        assert_eq!(compare(&old, &[2; 32], &hash), Verdict::Wrong);
        let Verdict::Right { renewed: Some(renewed) } = compare(&new, &[1; 32], &hash) else { panic!("a new hash") };
        assert_eq!(compare(&new, &[1; 32], &renewed), Verdict::Right { renewed: None });
    }

    #[test]
    fn nobody_has_a_hash_like_everybody() {
        let worker = worker(64);
        let nobody = nobody(worker.argon2.params(), &worker.random);
        assert_eq!(nobody.len(), worker.hash(&[1; 32]).unwrap().len());
        assert_eq!(compare(&worker, &[1; 32], &nobody), Verdict::Wrong);
    }

    #[tokio::test]
    async fn s3_4_few_wait_and_none_forever() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = crate::config::Config::default();
        config.data.dir = folder.path().to_owned();
        (config.passwords.workers, config.passwords.queue) = (1, 2);
        let app = App::start_with(config, crate::base::Clock::System, Random::Os).await.unwrap();
        let hasher = app.room::<Hasher>();
        let all = futures_util::future::join_all((0..50).map(|_| hasher.verify([1; 32], None))).await;
        let refused = all.iter().filter(|done| done.is_err()).count();
        // One at work and two that wait, or a few more where the thread was quick.
        assert!((40..50).contains(&refused), "{refused} of 50 were told to come again");
        let is_away = |fault: &Fault| fault.kind() == crate::base::fault::FaultKind::Unavailable;
        assert!(all.iter().filter_map(|done| done.as_ref().err()).all(is_away));
        // Where there is nobody, the work is done all the same.
        let begun = Instant::now();
        assert_eq!(hasher.verify([1; 32], None).await.unwrap(), Verdict::Wrong);
        let nobody = begun.elapsed();
        let somebody = hasher.hash([1; 32]).await.unwrap();
        let begun = Instant::now();
        hasher.verify([2; 32], Some(somebody)).await.unwrap();
        assert!(nobody * 5 > begun.elapsed(), "{nobody:?} for nobody, {:?} for somebody", begun.elapsed());
    }
}
