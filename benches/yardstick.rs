//! What is compared with: a poem endpoint that says hello, and the same with one ES256 signature.
//!
//! It runs as a child process of the bench, so that its processor time is counted as the product's is. The signature is
//! made the way the house makes it, with its header and its key ready: a slower one would flatter the ratios.

use std::sync::Arc;

use poem::EndpointExt as _;
use poem::Route;
use poem::get;
use poem::handler;
use poem::listener::TcpListener;
use poem::web::Data;
use poem::web::Json;
use serde_json::Value;
use serde_json::json;
use social_wallet::jose::Alg;
use social_wallet::jose::SigningKey;
use social_wallet::jose::Typ;

/// Set in the child: where it listens.
pub const LISTEN: &str = "SW_BENCH_YARDSTICK";

/// Serves until it is killed.
pub async fn serve(address: &str) {
    let key = Arc::new(SigningKey::generate(Alg::Es256).expect("a key"));
    let routes = Route::new().at("/hello", get(hello)).at("/signed", get(signed)).data(key);
    poem::Server::new(TcpListener::bind(address.to_owned())).run(routes).await.expect("a loopback port");
}

#[handler]
fn hello() -> Json<Value> {
    Json(json!({ "hello": "world" }))
}

/// Signs what an ID Token holds.
#[handler]
fn signed(Data(key): Data<&Arc<SigningKey>>) -> Json<Value> {
    let claims = json!({
        "iss": "http://127.0.0.1:8080", "sub": "vLbGDwxlZ2PQIuPeyhCxeLkXGwJ1uMuzj6Ue0vRa8Wc", "aud": "cli_8fQ2kZ",
        "iat": 1_795_000_000, "exp": 1_795_000_600, "auth_time": 1_795_000_000, "nonce": "n-0S6_WzA2Mj",
        "acr": "pwd", "amr": ["pwd"], "at_hash": "77QmUPtjPfzWtF2AnpK9RQ", "email": "amina@mail.example",
        "email_verified": true, "name": "Amina Haddad",
    });
    Json(json!({ "id_token": key.sign(Typ::Absent, &claims).expect("a signature") }))
}
