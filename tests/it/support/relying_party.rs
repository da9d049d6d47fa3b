//! Stock relying parties as programs of their own: `tests/interop/` holds their few lines, the libraries are unmodified.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::eventually;
use super::parts::Folder;
use super::parts::Process;
use super::parts::free_port;
use super::parts::process;
use super::parts::process::Start;
use super::person::Person;
use super::platform::Credentials;
use super::platform::Method;
use super::platform::NewClient;
use super::platform::http;
use super::server::Server;
use super::unique;

/// What every one of them asks for.
pub const SCOPE: &str = "openid profile email offline_access";

/// A library that signs people in, and the kind of client that it is here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stock {
    OpenidClient,
    Oauth4webapi,
    Authlib,
    ModAuthOpenidc,
}

impl Stock {
    /// How it proves who it is: its own default, and for oauth4webapi PKCE alone.
    fn method(self) -> Method {
        match self {
            Self::OpenidClient => Method::Post,
            Self::Oauth4webapi => Method::None,
            Self::Authlib | Self::ModAuthOpenidc => Method::Basic,
        }
    }
}

/// A running relying party, registered at a server; killed when dropped.
pub struct RelyingParty {
    pub origin: String,
    pub client: Credentials,
    process: Process,
    _folder: Folder,
}

impl RelyingParty {
    pub async fn start(stock: Stock, server: &Server) -> Self {
        let port = free_port();
        let origin = format!("http://127.0.0.1:{port}");
        let client = server.client(&NewClient::new(stock.method()).redirected_to(&format!("{origin}/callback")));
        let folder = Folder::new("rp");
        let settings = [
            ("ISSUER", server.issuer.clone()),
            ("CLIENT_ID", client.id.clone()),
            ("CLIENT_SECRET", client.secret.clone().unwrap_or_default()),
            ("SCOPE", SCOPE.to_owned()),
            ("PORT", port.to_string()),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value));
        let process = match stock {
            Stock::OpenidClient => node("openid-client.mjs", &folder, settings.into()),
            Stock::Oauth4webapi => node("oauth4webapi.mjs", &folder, settings.into()),
            Stock::Authlib => python(&folder, settings.into()),
            Stock::ModAuthOpenidc => apache(&folder, settings.into()),
        };
        let party = Self { origin, client, process, _folder: folder };
        eventually(&format!("{stock:?} listens"), Duration::from_secs(60), async || {
            party.process.must_run();
            http().get(&party.origin).send().await.ok()
        })
        .await;
        party
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Opens one of its JSON answers as this person.
    pub async fn ask(&self, person: &mut Person, path: &str) -> Value {
        let page = person.visit(&self.url(path)).await.page();
        assert!(page.url.as_str().starts_with(&self.origin), "stopped at {}: {}", page.url, page.text());
        serde_json::from_str(&page.body).unwrap_or_else(|error| panic!("{error} in {}", page.body))
    }

    pub fn log(&self) -> String {
        let errors = std::fs::read_to_string(self._folder.join("error.log")).unwrap_or_default();
        self.process.log() + &errors
    }
}

impl Drop for RelyingParty {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the relying party at {} said:\n{}", self.origin, self.log());
        }
    }
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop")
}

fn node(file: &str, folder: &Folder, settings: Vec<(String, String)>) -> Process {
    let sources = sources().join("node");
    let library = file.trim_end_matches(".mjs");
    assert!(sources.join("node_modules").join(library).exists(), "{library} is missing; `tests/run` installs it");
    let program = process::find("node", &["/usr/bin"]);
    let mut start = Start::new(&program, folder.join("log")).args([sources.join(file).display().to_string()]);
    start.env = settings;
    Process::start(start)
}

fn python(folder: &Folder, settings: Vec<(String, String)>) -> Process {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/interop-python/bin/python");
    assert!(program.exists(), "Authlib and Flask are missing ({}); `tests/run` installs them", program.display());
    let script = sources().join("python/authlib_flask.py").display().to_string();
    let mut start = Start::new(&program, folder.join("log")).args(["-B".to_owned(), script]);
    start.env = settings;
    Process::start(start)
}

/// Apache with a configuration of its own, in a folder of its own.
fn apache(folder: &Folder, mut settings: Vec<(String, String)>) -> Process {
    const MODULES: &str = "/usr/lib/apache2/modules";
    let module = Path::new(MODULES).join("mod_auth_openidc.so");
    assert!(module.exists(), "mod_auth_openidc is missing (Debian package libapache2-mod-auth-openidc)");
    let site = folder.join("site");
    for page in ["login", "verified"] {
        std::fs::create_dir_all(site.join(page)).expect("our own folder");
        std::fs::write(site.join(page).join("index.html"), "<!doctype html><title>Arrived</title>\n").expect("a file");
    }
    let (account, group) = account();
    settings.extend([
        ("FOLDER".to_owned(), folder.path().display().to_string()),
        ("MODULES".to_owned(), MODULES.to_owned()),
        ("PASSPHRASE".to_owned(), unique("")),
        ("ACCOUNT".to_owned(), account),
        ("GROUP".to_owned(), group),
    ]);
    let defines: String = settings.iter().map(|(name, value)| format!("Define {name} \"{value}\"\n")).collect();
    let file = folder.join("httpd.conf");
    let include = format!("{defines}Include {}\n", sources().join("apache/httpd.conf").display());
    std::fs::write(&file, include).expect("our own folder");
    let program = process::find("apache2", &["/usr/sbin"]);
    let args = ["-f".to_owned(), file.display().to_string(), "-DFOREGROUND".to_owned()];
    Process::start(Start::new(&program, folder.join("log")).args(args))
}

/// As whom Apache's children run: somebody without rights where the tests run as root, else whoever runs the tests.
fn account() -> (String, String) {
    let has = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        text.lines().any(|line| line.starts_with(&format!("{name}:")))
    };
    let account = if has("/etc/passwd", "www-data") { "www-data" } else { "nobody" };
    let group = ["www-data", "nogroup", "nobody"].into_iter().find(|group| has("/etc/group", group));
    (account.to_owned(), group.unwrap_or("nobody").to_owned())
}
