//! A running node: its listeners and its jobs, and how it ends without losing what it began.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Half;
use crate::app::App;
use crate::base::Fault;
use crate::cli::failure::Failure;
use crate::config::Http;
use crate::demo::Platform;
use crate::jobs;
use crate::provider::keys;
use crate::provider::trust::Trust;
use crate::web;
use crate::web::health::Serving;
use crate::web::server::{Deadlines, Server};
use crate::web::tls::Tls;

/// A node at work.
pub struct Running {
    app: App,
    public: Server,
    operations: Server,
    jobs: Option<Jobs>,
    signals: Signals,
}

/// The jobs at work, and how they are told to stop.
struct Jobs {
    stop: watch::Sender<bool>,
    at_work: JoinHandle<()>,
}

impl Running {
    /// Opens every listener of the settings and begins with the jobs; or one half of it.
    ///
    /// # Errors
    /// Refused when an address is taken; a fault.
    pub async fn start(app: &App, only: Option<Half>) -> Result<Self, Failure> {
        // Before anybody can see that it runs: whoever sees it may end it.
        let signals = Signals::hear()?;
        let config = &app.config;
        let (mut public, mut operations) = (server(&config.http), server(&config.http));
        if only != Some(Half::Worker) {
            keys::ensure(app).await?;
            let endpoint = Arc::new(web::public(app));
            let tls = config.http.tls.as_ref();
            let open = tls.map(|tls| Tls::open(tls.certificate.clone(), tls.key.clone())).transpose()?;
            // Files that are named must be good before anybody is let in.
            Trust::load(app)?;
            let asking = config.mtls.listen.zip(open.as_ref());
            let asking = asking.map(|(address, tls)| Ok::<_, Fault>((address, tls.asking()?))).transpose()?;
            let (main, beside) = match (open, tls.and_then(|tls| tls.listen)) {
                (Some(tls), Some(beside)) => (None, Some((beside, Some(tls)))),
                (tls, _) => (tls, None),
            };
            let address = config.http.listen;
            let bound = public.listen(address, main, Arc::clone(&endpoint)).await;
            tell("http.listen", bound.map_err(taken("http.listen", address))?);
            if let Some((address, tls)) = beside {
                let bound = public.listen(address, tls, Arc::clone(&endpoint)).await;
                tell("http.tls.listen", bound.map_err(taken("http.tls.listen", address))?);
            }
            if let Some((address, tls)) = asking {
                let bound = public.listen(address, Some(tls), endpoint).await;
                tell("mtls.listen", bound.map_err(taken("mtls.listen", address))?);
            }
        }
        if let Some(address) = config.operations.listen {
            let bound = operations.listen(address, None, Arc::new(web::operations(app))).await;
            tell("operations.listen", bound.map_err(taken("operations.listen", address))?);
        }
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            issuer = config.issuer(),
            database = app.db.name(),
            mode = ?config.mode,
            "serving"
        );
        let jobs = (only != Some(Half::Web)).then(|| {
            let (stop, told) = watch::channel(false);
            Jobs { stop, at_work: tokio::spawn(jobs::run(app.clone(), told)) }
        });
        Ok(Self { app: app.clone(), public, operations, jobs, signals })
    }

    /// Waits until the process is told to end.
    ///
    /// # Errors
    /// A fault when the jobs end by themselves, which they never should.
    pub async fn until_told(&mut self) -> Result<(), Fault> {
        let Some(jobs) = &mut self.jobs else { return self.signals.told().await };
        tokio::select! {
            told = self.signals.told() => told,
            ended = &mut jobs.at_work => Err(match ended {
                Ok(()) => Fault::broken("keep the jobs running"),
                Err(error) => Fault::internal("keep the jobs running", error),
            }),
        }
    }

    /// Adds the sample platform, at an address of its own; it ends with the rest.
    ///
    /// # Errors
    /// Refused when the address is taken.
    pub async fn add(&mut self, address: SocketAddr, platform: Arc<Platform>) -> Result<(), Failure> {
        let bound = self.public.listen(address, None, platform).await;
        tell("--listen", bound.map_err(taken("--listen", address))?);
        Ok(())
    }

    /// Not ready from now on; then what was begun is finished: requests, jobs, and the questions of the balancer.
    pub async fn end(self) {
        tracing::info!("ending");
        self.app.room::<Serving>().end();
        let jobs = async {
            if let Some(jobs) = self.jobs {
                jobs.stop.send_replace(true);
                // A panic was told by its hook.
                let _ = jobs.at_work.await;
            }
        };
        tokio::join!(self.public.end(), jobs);
        self.operations.end().await;
        tracing::info!("ended");
    }
}

fn server(http: &Http) -> Server {
    let deadlines = Deadlines {
        head: http.header_timeout.duration(),
        idle: http.idle_timeout.duration(),
        drain: http.drain_timeout.duration(),
    };
    Server::new(deadlines, &http.trusted_proxies)
}

fn tell(setting: &'static str, bound: SocketAddr) {
    tracing::info!(setting, address = %bound, "listening");
}

/// What it means that nobody can listen at the address of a setting.
fn taken(setting: &'static str, address: SocketAddr) -> impl FnOnce(Fault) -> Failure {
    move |fault| {
        Failure::refused(format!("cannot listen at {address}: {fault}\nChange {setting}, or end what listens there."))
    }
}

/// SIGTERM and SIGINT, heard from the moment this is made.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// # Errors
    /// A fault when signals cannot be heard.
    fn hear() -> Result<Self, Fault> {
        let hear = |kind| signal(kind).map_err(|e| Fault::internal("listen for signals", e));
        Ok(Self { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())? })
    }

    /// The next signal, as its number.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.terminate.recv() => SignalKind::terminate().as_raw_value(),
            _ = self.interrupt.recv() => SignalKind::interrupt().as_raw_value(),
        }
    }

    /// Waits for the first; from then on the second ends the process at once.
    async fn told(&mut self) -> Result<(), Fault> {
        self.next().await;
        let mut second = Self::hear()?;
        tokio::spawn(async move { std::process::exit(128 + second.next().await) });
        Ok(())
    }
}
