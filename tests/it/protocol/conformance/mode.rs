//! What the plans differ in, and where their clients live.

use std::sync::LazyLock;

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use crate::support::platform::{CALLBACK, Key, Method, NewClient};
use crate::support::server::Server;
use crate::support::site::Site;

/// Where the suite's client wants people after signing out.
pub const AFTER: &str = "https://orbitphotos.example/post_logout_redirect";

/// What the plan asks for, how it wants answers to travel, and who registers its clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mode {
    pub response_type: &'static str,
    /// Form post; otherwise the way that is usual for the response type.
    pub is_form: bool,
    pub method: Method,
    /// Whether clients register themselves; otherwise an operator does it.
    pub is_dynamic: bool,
}

impl Mode {
    pub const fn of(response_type: &'static str) -> Self {
        Self { response_type, is_form: false, method: Method::Basic, is_dynamic: false }
    }

    pub const fn by_form(self) -> Self {
        Self { is_form: true, ..self }
    }

    pub const fn registering(self) -> Self {
        Self { is_dynamic: true, ..self }
    }

    /// Clients that register themselves with a key.
    pub const fn with_key(response_type: &'static str) -> Self {
        Self { method: Method::PrivateKeyJwt, ..Self::of(response_type).registering() }
    }

    /// Whether its answers hold `code`, `id_token` or `token`.
    pub fn gives(self, word: &str) -> bool {
        self.response_type.split(' ').any(|one| one == word)
    }

    /// Whether an answer of this kind goes into the fragment by itself (Multiple Response Types §2.1, §5).
    pub fn is_front(response_type: &str) -> bool {
        response_type != "code"
    }

    /// The client that an operator registers for a certification run. The plain OpenID Connect plans send no PKCE, and
    /// warn of claims in the ID Token that were asked for by scope.
    pub fn client(self) -> NewClient {
        NewClient::new(self.method)
            .with("--no-pkce", "")
            .with("--id-token-claims", "protocol")
            .with("--id-token-alg", "RS256")
            .with("--post-logout-redirect-uri", AFTER)
    }

    /// What a client says that registers itself, for this response type and no other; null takes a member away.
    pub fn document(self, members: &Value) -> Value {
        let of_code: &[&str] = if self.gives("code") { &["authorization_code", "refresh_token"] } else { &[] };
        let of_front: &[&str] = if Self::is_front(self.response_type) { &["implicit"] } else { &[] };
        let grants = [of_code, of_front].concat();
        let mut document = json!({
            "client_name": "Orbit Photos", "contacts": ["dev@orbitphotos.example"], "redirect_uris": [CALLBACK],
            "response_types": [self.response_type], "grant_types": grants,
            "token_endpoint_auth_method": self.method.name(), "post_logout_redirect_uris": [AFTER],
        });
        if self.method.has_key() {
            document["jwks"] = serde_json::from_str(&client_key().jwks()).expect("JSON");
        }
        for (name, value) in members.as_object().expect("an object") {
            document[name] = value.clone();
        }
        document.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        document
    }
}

/// The key of clients that have one, RSA as the suite's.
pub fn client_key() -> &'static Key {
    static KEY: LazyLock<Key> = LazyLock::new(|| Key::of("RS256"));
    &KEY
}

/// A house where anybody may register, and a site that it may call.
pub struct House {
    pub server: Server,
    pub site: Site,
}

/// The one that all plans share whose clients register themselves.
pub async fn house() -> &'static House {
    static HOUSE: OnceCell<House> = OnceCell::const_new();
    // As `Server::shared` has it: what the house stands on must outlive the test that is first.
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    let start = async || {
        let site = Site::https().await;
        let (host, ca) = (site.host(), site.ca().display().to_string());
        let settings = [
            ("SW__REGISTRATION__MODE", "open"),
            ("SW__OUTBOUND__ALLOW", host.as_str()),
            ("SW__OUTBOUND__EXTRA_CA", ca.as_str()),
        ];
        House { server: Server::with(&settings).await, site }
    };
    let started = move || RUNTIME.block_on(start());
    HOUSE.get_or_init(async || tokio::task::spawn_blocking(started).await.expect("a house")).await
}
