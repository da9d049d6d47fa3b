//! A sign-in as FAPI 2.0 wants it: a pushed request, private_key_jwt, DPoP, and UserInfo with a bound token.

use std::io;
use std::sync::Arc;

use serde_json::Value;

use crate::house::PEOPLE;
use crate::house::SCOPE;
use crate::house::answers;
use crate::house::code_of;
use crate::house::navigation;
use crate::load::Line;
use crate::load::Reply;
use crate::load::Work;
use crate::load::must_be;
use crate::load::request;
use crate::support::person::encode;
use crate::support::platform::Attempt;
use crate::support::platform::Method;
use crate::support::platform::NewClient;
use crate::support::platform::Platform;
use crate::support::proofs::ProofKey;
use crate::support::seeded;
use crate::support::server::Server;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client of the profile `fapi2`, and people who have agreed.
pub struct Fapi2 {
    platform: Platform,
    address: String,
    key: ProofKey,
    /// The cookies of each.
    people: Vec<String>,
}

impl Fapi2 {
    pub async fn open(server: &Server) -> Self {
        let client = NewClient::new(Method::PrivateKeyJwt)
            .with("--profile", "fapi2")
            .with("--metadata", r#"{"dpop_bound_access_tokens":true}"#);
        let platform = Platform::at(server, &client).await;
        let address = server.address.trim_start_matches("http://").to_owned();
        let mut own = Self { platform, address, key: ProofKey::generate(), people: Vec::new() };
        for _ in 0..PEOPLE {
            let mut person = seeded::signed_in(server).await;
            let attempt = own.platform.attempt(SCOPE);
            let mut line = Line::to(&own.address).await.expect("the measured server listens");
            let url = own.push(&mut line, &attempt).await.expect("an answer");
            person.authorize(&format!("{}{url}", server.issuer), &answers()).await;
            own.people.push(person.jar.header(&attempt.url).expect("a session"));
        }
        own
    }

    /// The whole sign-in of the `n`th person, again and again.
    pub fn sign_in(self: &Arc<Self>, n: usize) -> SignIn {
        SignIn { own: Arc::clone(self), person: n % PEOPLE }
    }

    /// Pushes the request (RFC 9126 §2); the path and query that the browser is sent to.
    async fn push(&self, line: &mut Line, attempt: &Attempt) -> io::Result<String> {
        let pairs: Vec<_> = attempt.url.query_pairs().into_owned().collect();
        let reply = self.post(line, "pushed_authorization_request_endpoint", pairs).await?;
        must_be(&reply, 201);
        let request_uri = text(&reply, "request_uri");
        let query = [("client_id", self.platform.client.id.as_str()), ("request_uri", &request_uri)];
        let query = encode(&query.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(format!("{}?{query}", self.path("authorization_endpoint")))
    }

    /// A form to an endpoint with a client assertion and a proof.
    async fn post(&self, line: &mut Line, endpoint: &str, mut form: Vec<(String, String)>) -> io::Result<Reply> {
        let client = &self.platform.client;
        let key = client.key.as_ref().expect("registered with a key");
        form.retain(|(name, _)| name != "client_id");
        form.push(("client_id".to_owned(), client.id.clone()));
        form.push(("client_assertion_type".to_owned(), ASSERTION_TYPE.to_owned()));
        form.push(("client_assertion".to_owned(), key.assertion(&client.id, &self.platform.issuer, &Value::Null)));
        let proof = self.key.proof("POST", self.platform.endpoint(endpoint)).text();
        let head = format!("POST {}", self.path(endpoint));
        line.send(&request(&self.address, &head, &[("dpop", &proof)], Some(&encode(&form)))).await
    }

    fn path(&self, endpoint: &str) -> &str {
        &self.platform.endpoint(endpoint)[self.platform.issuer.len()..]
    }
}

fn text(reply: &Reply, name: &str) -> String {
    let body = reply.json();
    body[name].as_str().unwrap_or_else(|| panic!("no {name}: {body}")).to_owned()
}

/// From the pushed request to the claims.
pub struct SignIn {
    own: Arc<Fapi2>,
    person: usize,
}

impl Work for SignIn {
    async fn once(&mut self, line: &mut Line) -> io::Result<bool> {
        let own = &self.own;
        let attempt = own.platform.attempt(SCOPE);
        let url = own.push(line, &attempt).await?;
        let head = format!("GET {url}");
        let reply = line.send(&request(&own.address, &head, &navigation(&own.people[self.person]), None)).await?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code_of(&reply)),
            ("redirect_uri", &attempt.redirect_uri),
            ("code_verifier", &attempt.verifier),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let reply = own.post(line, "token_endpoint", form).await?;
        must_be(&reply, 200);
        let token = text(&reply, "access_token");
        let url = own.platform.endpoint("userinfo_endpoint");
        let proof = own.key.proof_with("GET", url, &token).text();
        let headers = [("authorization", format!("DPoP {token}")), ("dpop", proof)];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let reply = line
            .send(&request(&own.address, &format!("GET {}", own.path("userinfo_endpoint")), &headers, None))
            .await?;
        must_be(&reply, 200);
        Ok(true)
    }
}
