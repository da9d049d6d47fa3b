//! What a development server says when it stands: where to sign in, and what to try.

use std::fmt::Write;

use crate::admin::setup;
use crate::app::App;
use crate::audit::Origin;
use crate::base::Fault;
use crate::error::Error;
use crate::store::database::accounts::{self, Role};

/// The text; production says nothing but log lines.
pub struct Banner(Option<String>);

impl Banner {
    /// What there is to say. Makes a set-up link where there is no operator yet.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn of(app: &App) -> Result<Self, Error> {
        let operators = app.db.read::<_, Fault, _>(|conn| Box::pin(accounts::count(conn, Role::Operator))).await?;
        if app.config.is_production() {
            if operators == 0 {
                tracing::warn!("there is no operator yet: `social-wallet admin setup-link` makes a link for the first");
            }
            return Ok(Self(None));
        }
        let (issuer, data) = (app.config.issuer(), app.config.data.dir.display());
        let mut text = format!("Social Wallet {} – development mode (data in {data})\n", env!("CARGO_PKG_VERSION"));
        line(&mut text, "Sign in", issuer);
        if operators == 0 {
            let token = setup::make_link(app, &Origin::house()).await?;
            let minutes = setup::LIFETIME.0 / 60;
            let _ = writeln!(text, "  Set up the first administrator (valid {minutes} min, once):");
            line(&mut text, "", &setup::href(app, &token));
        }
        let outbox = app.config.outbox();
        line(
            &mut text,
            "Mail",
            &match app.config.mail.smtp_url {
                Some(_) => "sent by the SMTP server of mail.smtp_url".to_owned(),
                None => format!("written to {} – view at {issuer}/dev/outbox", outbox.display()),
            },
        );
        if let Some(address) = app.config.operations.listen {
            line(&mut text, "Health, metrics", &format!("http://{address}/health/ready, /metrics"));
        }
        Ok(Self(Some(text)))
    }

    /// Adds a line.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        if let Some(text) = &mut self.0 {
            line(text, name, value);
        }
        self
    }

    /// To the standard error, so that the log on the standard output stays lines of one form.
    pub fn show(&self) {
        if let Some(text) = &self.0 {
            eprintln!("{text}");
        }
    }
}

fn line(text: &mut String, name: &str, value: &str) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "  {name:<18} {value}");
}
