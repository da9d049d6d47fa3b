//! A wallet with the settings of all pages, and a person who has one there.

use tokio::sync::Semaphore;

use super::page::{Block, Page};
use super::placeholders::fill;
use crate::support::certificates::{Authority, Certificate};
use crate::support::documents::{self, Paper};
use crate::support::parts::{Folder, free_port};
use crate::support::person::Person;
use crate::support::platform::Key;
use crate::support::server::Server;

/// How long a sign-in is young enough for what is sensitive, in seconds.
pub const MAX_AGE: u64 = 4;

pub struct House {
    pub server: Server,
    /// Where clients with certificates go.
    pub mtls: String,
    /// What the client shows there.
    pub certificate: Certificate,
    /// The key of the issuer that is trusted.
    pub issuer_key: Key,
    person: Person,
    /// A few commands at a time: each opens the stores anew.
    pub commands: Semaphore,
    _folder: Folder,
}

impl House {
    pub async fn start(pages: &[Page]) -> Self {
        let (folder, authority, issuer_key) = (Folder::new("docs"), Authority::new(), Key::generate());
        let [certificate, key] = Certificate::self_signed("wallet", "localhost").write(&folder);
        let authorities = folder.join("authorities.pem");
        std::fs::write(&authorities, &authority.pem).expect("a file");
        let mtls = format!("127.0.0.1:{}", free_port());
        let values = [
            ("mtls", format!("https://{mtls}")),
            ("mtls_listen", mtls.clone()),
            ("authorities", authorities.display().to_string()),
            ("certificate", certificate.display().to_string()),
            ("key", key.display().to_string()),
            ("tls_listen", format!("127.0.0.1:{}", free_port())),
            ("issuer_jwks", issuer_key.jwks()),
            ("max_age", MAX_AGE.to_string()),
        ];
        let blocks = pages.iter().flat_map(|page| &page.blocks);
        let settings = blocks.filter_map(|block| match block {
            Block::Settings(text) => Some(text.as_str()),
            _ => None,
        });
        let value = |name: &str| {
            let found = values.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| value.clone()).ok_or_else(|| format!("no setting {{{name}}}"))
        };
        let settings: String = settings.map(|text| fill(text, value).expect("settings") + "\n").collect();
        let file = folder.join("docs.toml");
        std::fs::write(&file, settings).expect("a file");
        let server = Server::with(&[("SW_CONFIG", &file.display().to_string())]).await;
        let certificate = authority.issue("orbit", "client.orbitphotos.example");
        let (person, mtls) = (open_wallet(&server).await, format!("https://{mtls}"));
        Self { server, mtls, certificate, issuer_key, person, commands: Semaphore::new(2), _folder: folder }
    }

    /// The person, in a browser that is signed in; one that nobody else uses where `alone`.
    pub async fn person(&self, alone: bool) -> Person {
        let mut person = self.person.elsewhere();
        match alone {
            true => drop(person.sign_in().await),
            false => person.jar = self.person.jar.clone(),
        }
        person
    }

    /// Runs a command of the page; gives what it prints.
    pub fn run(&self, words: &[String]) -> Result<String, String> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (is_success, out, error) = self.server.try_cli(&words);
        if is_success { Ok(out) } else { Err(format!("`social-wallet {}` failed: {error}", words.join(" "))) }
    }
}

async fn open_wallet(server: &Server) -> Person {
    let mut person = Person::new(server);
    let args = ["account", "create", "--email", &person.email, "--name", "Amina Haddad", "--password-stdin"];
    let args = [&args[..], &["--value", "birthdate=1990-05-17"]].concat();
    let (is_success, out, error) = server.try_cli_with(&args, &format!("{}\n", person.password));
    assert!(is_success, "{out}\n{error}");
    documents::check(&server.stores, &person.email, &Paper::default()).await;
    person.sign_in().await;
    crate::support::hand::give_picture(&mut person).await;
    person
}
