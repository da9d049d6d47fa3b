//! `demo`: the provider and a sample platform beside it, with people to sign in as.

use std::net::SocketAddr;

use clap::Args;

use super::failure::Failure;
use super::seed::{Seeded, seed};
use super::serve::{Banner, Running, begin_log, cores};
use super::{runtime, usable};
use crate::app::App;
use crate::base::Random;
use crate::config::{Keys, Loaded, Problem};
use crate::demo::Platform;

#[derive(Debug, Args)]
pub struct Options {
    /// Where the sample platform listens.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
}

pub fn run(options: &Options, loaded: Loaded) -> Result<(), Failure> {
    if loaded.config.is_production() {
        let what = "the demo makes people and a platform that everybody at this machine may try; mode is production";
        return Err(
            Problem { what: what.into(), mend: "Run it in development mode, on data of its own.".into() }.into()
        );
    }
    let config = usable(loaded)?;
    Keys::load(&config, &Random::Os)?;
    begin_log(&config.log)?;
    runtime(cores())?.block_on(async {
        let app = App::start(config).await?;
        let mut running = Running::start(&app, None).await?;
        let origin = origin(options.listen);
        let seeded = seed(&app, &origin).await?;
        let platform = Platform::new(seeded.settings(&app, &origin))?;
        running.add(options.listen, platform).await?;
        introduce(Banner::of(&app).await?, &seeded, &origin).show();
        running.until_told().await?;
        running.end().await;
        Ok(())
    })
}

/// The platform's own address: by name on this machine, so that its cookies are not the wallet's at 127.0.0.1.
fn origin(listen: SocketAddr) -> String {
    if listen.ip().is_loopback() || listen.ip().is_unspecified() {
        format!("http://localhost:{}", listen.port())
    } else {
        format!("http://{listen}")
    }
}

fn introduce(banner: Banner, seeded: &Seeded, origin: &str) -> Banner {
    let banner = banner.and("Orbit Photos", &format!("{origin} – a sample platform: sign in there as one of"));
    let width = seeded.people.iter().map(|person| person.email.len()).max().unwrap_or_default();
    seeded.people.iter().fold(banner, |banner, person| {
        banner.and("", &format!("{:<width$}  password {}", person.email, person.password))
    })
}
