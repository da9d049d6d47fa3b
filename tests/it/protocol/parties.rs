//! A house that knows other parties: two resource servers, and an issuer whose assertions it believes.

use std::sync::LazyLock;

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use crate::support::parts::Folder;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Key, Method, NewClient, Platform, Tokens, now};
use crate::support::random_text;
use crate::support::server::Server;

/// A resource server that has the scopes `albums.read` and `albums.write`; its client is [`ALBUMS_CLIENT`].
pub const ALBUMS: &str = "https://albums.example/";
pub const ALBUMS_CLIENT: &str = "albums-api";
/// Another, which the first may call: `prints.order`.
pub const PRINTS: &str = "urn:example:prints";
pub const PRINTS_CLIENT: &str = "prints-api";
/// The issuer that is trusted, for [`STAFF_CLIENT`] alone.
pub const ISSUER: &str = "https://staff.example";
pub const STAFF_CLIENT: &str = "staff-portal";

pub const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub const BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
pub const CIBA: &str = "urn:openid:params:grant-type:ciba";

/// What a client of these tests may ask for.
pub const SCOPE: &str = "openid profile email offline_access albums.read albums.write prints.order";

/// The key of the trusted issuer.
pub static KEY: LazyLock<Key> = LazyLock::new(Key::generate);

pub async fn server() -> &'static Server {
    static SHARED: OnceCell<Server> = OnceCell::const_new();
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    static FOLDER: LazyLock<Folder> = LazyLock::new(|| Folder::new("parties"));
    let start = || {
        let file = FOLDER.join("parties.toml");
        let text = format!(
            "[[resources]]\nidentifier = \"{ALBUMS}\"\nname = \"Orbit Albums\"\nclients = [\"{ALBUMS_CLIENT}\"]\n\
             may_call = [\"{PRINTS}\"]\n\
             scopes = {{ \"albums.read\" = \"See your albums\", \"albums.write\" = \"Change your albums\" }}\n\
             [[resources]]\nidentifier = \"{PRINTS}\"\nname = \"Prints\"\nclients = [\"{PRINTS_CLIENT}\"]\nalg = \"EdDSA\"\n\
             lifetime = \"1min\"\nscopes = {{ \"prints.order\" = \"Order prints\" }}\n\
             [[trusted_issuers]]\nissuer = \"{ISSUER}\"\nclients = [\"{STAFF_CLIENT}\"]\nscope = \"openid email albums.read\"\n\
             sub = \"email\"\njwks = '{}'\n",
            KEY.jwks(),
        );
        std::fs::write(&file, text).expect("our own folder");
        RUNTIME.block_on(async {
            let server = Server::with(&[("SW_CONFIG", &file.display().to_string())]).await;
            for (id, grants) in [
                (ALBUMS_CLIENT, &[EXCHANGE, "client_credentials"][..]),
                (PRINTS_CLIENT, &[EXCHANGE][..]),
                (STAFF_CLIENT, &[BEARER, CIBA, "authorization_code"][..]),
            ] {
                let mut args =
                    vec!["client", "add", "--client-id", id, "--name", id, "--secret-stdin", "--redirect-uri"];
                args.extend(["https://orbitphotos.example/callback", "--scope", SCOPE]);
                grants.iter().for_each(|grant| args.extend(["--grant-type", grant]));
                let (is_success, out, error) = server.try_cli_with(&args, SECRET);
                assert!(is_success, "{out}\n{error}");
            }
            server
        })
    };
    SHARED.get_or_init(async || tokio::task::spawn_blocking(start).await.expect("a server")).await
}

const SECRET: &str = "a secret of the parties that nobody guesses";

/// One of the clients with a name of its own.
pub async fn party(id: &str) -> Platform {
    let credentials = crate::support::platform::Credentials {
        id: id.to_owned(),
        secret: Some(SECRET.to_owned()),
        method: Method::Basic,
        key: None,
    };
    let redirect_uri = "https://orbitphotos.example/callback".to_owned();
    Platform::discover(&server().await.issuer, credentials, redirect_uri).await
}

/// A platform that may ask for all of [`SCOPE`].
pub async fn platform(method: Method) -> Platform {
    let mut new = NewClient::new(method).with("--scope", SCOPE);
    for grant in ["authorization_code", "refresh_token", EXCHANGE] {
        new = new.with("--grant-type", grant);
    }
    if method != Method::None {
        new = new.with("--grant-type", "client_credentials");
    }
    Platform::at(server().await, &new).await
}

/// Signs a person in who allows all of it, until they stop it.
pub async fn sign_in(platform: &Platform, person: &mut Person, scope: &str, more: &[(&str, Option<&str>)]) -> Tokens {
    let attempt = platform.attempt_with(scope, more);
    let allowed = Answers::only(&["name", "email", "offline_access"]).for_duration("until_stopped");
    platform.sign_in_with(person, attempt, &allowed).await
}

/// An assertion of the trusted issuer about the owner of a mail address.
pub fn assertion(audience: &str, sub: &str) -> Value {
    let now = now();
    json!({ "iss": ISSUER, "sub": sub, "aud": audience, "iat": now, "exp": now + 60, "jti": random_text() })
}
