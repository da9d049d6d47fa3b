//! One wallet for all the FAPI plans: its listener speaks TLS with an RSA key, and a second one asks for certificates.

use std::sync::LazyLock;

use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::{Clock, Random, Time};
use social_wallet::config::Config;
use social_wallet::oauth::Client;
use social_wallet::provider::clients;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use crate::protocol::oidc_core_userinfo::fill_profile;
use crate::support::certificates::{Authority, Certificate};
use crate::support::parts::{Folder, free_port};
use crate::support::person::Person;
use crate::support::platform::now;
use crate::support::seeded;
use crate::support::server::Server;

use super::ciba::notified::Notified;

/// All tests of these plans run on one runtime, so that connections stay open from one to the next.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

pub struct House {
    pub server: Server,
    /// Whose word the wallet takes for the certificates of clients.
    pub authority: Authority,
    /// The ports that speak TLS: for everybody, and for clients with certificates.
    pub tls: [u16; 2],
    /// Shares what is asked for, until they stop it.
    pub person: Person,
    /// Somebody with every line filled in, who is asked each time.
    pub choosy: Person,
    /// Where clients of CIBA are told of decisions.
    pub notified: Notified,
    folder: Folder,
}

impl House {
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<House> = OnceCell::const_new();
        SHARED.get_or_init(async || Self::open(&[]).await).await
    }

    /// One whose codes live for a second.
    pub async fn hasty() -> &'static Self {
        static HASTY: OnceCell<House> = OnceCell::const_new();
        HASTY.get_or_init(async || Self::open(&[("SW__TOKENS__CODE", "1s")]).await).await
    }

    async fn open(more: &[(&str, &str)]) -> Self {
        let (folder, authority) = (Folder::new("fapi"), Authority::new());
        let [certificate, key] = Certificate::self_signed_rsa("wallet", "localhost").write(&folder);
        let authorities = folder.join("authorities.pem");
        std::fs::write(&authorities, &authority.pem).expect("a file");
        let notified = Notified::listen().await;
        let tls = [free_port(), free_port()];
        let text = |path: &std::path::Path| path.display().to_string();
        let (certificate, key, authorities) = (text(&certificate), text(&key), text(&authorities));
        let (listen, asking) = (format!("127.0.0.1:{}", tls[0]), format!("127.0.0.1:{}", tls[1]));
        let mtls = format!("https://{asking}");
        let settings = [
            ("SW__HTTP__TLS__CERTIFICATE", certificate.as_str()),
            ("SW__HTTP__TLS__KEY", &key),
            ("SW__HTTP__TLS__LISTEN", &listen),
            ("SW__MTLS__LISTEN", &asking),
            ("SW__MTLS__PUBLIC_URL", &mtls),
            ("SW__MTLS__AUTHORITIES", &authorities),
            ("SW__OUTBOUND__ALLOW", &notified.host),
        ];
        let server = Server::with(&[&settings[..], more].concat()).await;
        let person = seeded::signed_in(&server).await;
        let mut choosy = seeded::signed_in(&server).await;
        fill_profile(&mut choosy).await;
        Self { server, authority, tls, person, choosy, notified, folder }
    }

    /// A house of the same name and rules in this process, whose clock is ours; it knows these clients.
    pub async fn with_a_clock(&self, ids: &[&str]) -> (App, Folder) {
        let folder = Folder::new("clock");
        let mut config = Config::default();
        config.data.dir = folder.path().to_owned();
        config.http.public_url = self.server.issuer.parse().expect("a URL");
        config.mtls.public_url = Some(format!("https://127.0.0.1:{}", self.tls[1]).parse().expect("a URL"));
        config.mtls.authorities = Some(self.folder.join("authorities.pem"));
        let at = Time::from_unix(i64::try_from(now()).expect("a time"));
        let app = App::start_with(config, Clock::fixed(at), Random::Os).await.expect("a house");
        for id in ids {
            let shown = self.server.cli(&["client", "show", id, "--json"]);
            let mut document: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
            document["id"] = document["client_id"].take();
            let client: Client = serde_json::from_value(document).expect("a client");
            clients::create(&app, client, &Origin::house()).await.expect("the same client");
        }
        (app, folder)
    }
}
