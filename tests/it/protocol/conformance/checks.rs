//! What the suite looks at in every answer, in whichever module it comes.

use std::collections::HashMap;

use serde_json::Value;

use crate::support::platform::{Answer, now};

/// How far clocks may be apart, in seconds.
const SKEW: u64 = 300;
const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;

/// Claims that an ID Token may have unless the client asked for others one by one.
const ID_TOKEN_CLAIMS: &str = "iss sub aud exp iat auth_time nonce acr amr azp at_hash c_hash nbf jti s_hash txn";

/// Claims about the person (OIDC Core §5.1).
pub const STANDARD_CLAIMS: &[&str] = &[
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "email",
    "email_verified",
    "address",
    "phone_number",
    "phone_number_verified",
];

/// What an ID Token tells of the person, as UserInfo would.
pub fn of_the_person(claims: &Value) -> Value {
    let is_told = |name: &str| name == "sub" || STANDARD_CLAIMS.contains(&name);
    let told = claims.as_object().into_iter().flatten().filter(|(name, _)| is_told(name));
    told.map(|(name, value)| (name.clone(), value.clone())).collect::<serde_json::Map<_, _>>().into()
}

/// What is wrong with an answer.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<String>);

impl Faults {
    fn unless(&mut self, is_so: bool, what: impl Into<String>) {
        if !is_so {
            self.0.push(what.into());
        }
    }

    /// Panics unless there are none.
    #[track_caller]
    pub fn must_be_none(self, of: &str) {
        assert!(self.0.is_empty(), "{of}: {}", self.0.join("; "));
    }
}

/// The parameters of an authorization response, each once.
pub type Parameters = HashMap<String, String>;

/// What this response type promises and nothing else, for a request that had this `state`.
pub fn authorized(parameters: &Parameters, response_type: &str, state: Option<&str>, issuer: &str) -> Faults {
    let mut faults = Faults::default();
    let wanted: Vec<&str> = response_type.split(' ').flat_map(fields).copied().collect();
    // RFC 6749 §4.2.2: `scope` where it is another than was asked for.
    let scope = if wanted.contains(&"access_token") { &["scope"][..] } else { &[] };
    let may = [&["state", "iss", "session_state"][..], scope].concat();
    faults.0.extend(reply(parameters, &[&wanted[..], &may].concat(), state, issuer));
    for name in wanted {
        faults.unless(parameters.contains_key(name), format!("no {name} in {parameters:?}"));
    }
    for name in ["code", "access_token"] {
        faults.0.extend(parameters.get(name).and_then(|value| secret(name, value)));
    }
    if let Some(kind) = parameters.get("token_type") {
        faults.unless(kind == "Bearer", format!("token_type {kind}"));
    }
    if let Some(seconds) = parameters.get("expires_in") {
        let is_right = seconds.parse::<u64>().is_ok_and(|seconds| (1..=YEAR).contains(&seconds));
        faults.unless(is_right, format!("expires_in {seconds}"));
    }
    faults
}

/// The parameters that a word of a response type stands for (OIDC Core §3.2.2.5).
fn fields(word: &str) -> &'static [&'static str] {
    match word {
        "code" => &["code"],
        "id_token" => &["id_token"],
        _ => &["access_token", "token_type", "expires_in"],
    }
}

/// One of these errors, for a request that had this `state`.
pub fn refused(parameters: &Parameters, errors: &[&str], state: Option<&str>, issuer: &str) -> Faults {
    let mut faults = Faults::default();
    let may = ["error", "error_description", "error_uri", "state", "session_state", "iss"];
    faults.0.extend(reply(parameters, &may, state, issuer));
    faults.0.extend(error(parameters.get("error").map(String::as_str), errors));
    faults.0.extend(description(parameters.get("error_description").map(String::as_str)));
    faults
}

fn reply(parameters: &Parameters, may: &[&str], state: Option<&str>, issuer: &str) -> Vec<String> {
    let mut faults = Faults::default();
    for name in parameters.keys() {
        faults.unless(may.contains(&name.as_str()), format!("a parameter {name}"));
    }
    let got = parameters.get("state").map(String::as_str);
    faults.unless(got == state, format!("state is {got:?} and was {state:?}"));
    // RFC 9207 §2: promised in the metadata, so always there.
    faults.unless(parameters.get("iss").map(String::as_str) == Some(issuer), "iss is not the issuer's");
    faults.0
}

fn error(got: Option<&str>, wanted: &[&str]) -> Option<String> {
    (!got.is_some_and(|got| wanted.contains(&got))).then(|| format!("error is {got:?}, not one of {wanted:?}"))
}

/// RFC 6749 §4.1.2.1 and §5.2: printable ASCII without `"` and `\`.
fn description(text: Option<&str>) -> Option<String> {
    let is_allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    match text {
        Some(text) if !text.is_empty() && text.bytes().all(is_allowed) => None,
        other => Some(format!("error_description is {other:?}")),
    }
}

/// The suite's measure of what cannot be guessed: 128 bits long, and more than 96 by its characters' frequencies.
pub fn secret(name: &str, text: &str) -> Option<String> {
    let length = text.len() as f64;
    let mut counts = HashMap::<u8, f64>::new();
    for byte in text.bytes() {
        *counts.entry(byte).or_default() += 1.0;
    }
    let per_character: f64 = counts.values().map(|count| -(count / length) * (count / length).log2()).sum();
    let is_long = length * 8.0 >= 128.0 && per_character * length > 96.0;
    (!is_long).then(|| format!("{name} has {:.0} bits", per_character * length))
}

/// A successful token response.
pub fn token_response(answer: &Answer) -> Faults {
    token_response_of(answer, "Bearer")
}

/// The same for tokens of another type, such as `DPoP`.
pub fn token_response_of(answer: &Answer, token_type: &str) -> Faults {
    let mut faults = Faults::default();
    faults.unless(answer.status == 200, format!("status {}: {}", answer.status, answer.text()));
    faults.0.extend(json(answer));
    faults.0.extend(kept_nowhere(answer));
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    faults.unless(body["token_type"] == token_type, format!("token_type {}", body["token_type"]));
    faults.unless(
        body["expires_in"].as_u64().is_some_and(|seconds| (1..=YEAR).contains(&seconds)),
        format!("expires_in {}", body["expires_in"]),
    );
    faults.0.extend(secret("access_token", body["access_token"].as_str().unwrap_or_default()));
    if let Some(refresh) = body.get("refresh_token") {
        faults.0.extend(secret("refresh_token", refresh.as_str().unwrap_or_default()));
    }
    faults
}

/// A refusal of the token endpoint (RFC 6749 §5.2): 400, or 401 for `invalid_client`.
pub fn token_error(answer: &Answer, wanted: &str) -> Faults {
    let mut faults = Faults::default();
    let status = if wanted == "invalid_client" { 401 } else { 400 };
    faults.unless(answer.status == status, format!("status {}: {}", answer.status, answer.text()));
    faults.0.extend(json(answer));
    faults.0.extend(kept_nowhere(answer));
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    faults.0.extend(error(body["error"].as_str(), &[wanted]));
    faults.0.extend(description(body["error_description"].as_str()));
    faults
}

/// RFC 6749 §5.1, and §5.2 by its examples.
fn kept_nowhere(answer: &Answer) -> Option<String> {
    let headers = [answer.header("cache-control"), answer.header("pragma")];
    (headers != [Some("no-store"), Some("no-cache")]).then(|| format!("Cache-Control and Pragma are {headers:?}"))
}

fn json(answer: &Answer) -> Option<String> {
    let kind = answer.header("content-type").unwrap_or_default();
    let is_json = kind == "application/json" || kind.starts_with("application/json;");
    let is_object = serde_json::from_slice::<Value>(&answer.body).is_ok_and(|body| body.is_object());
    (!is_json || !is_object).then(|| format!("no JSON object, or not called one: {kind}: {}", answer.text()))
}

/// A client information response (RFC 7591 §3.2.1, RFC 7592 §3): what was said, and how the client comes back.
pub fn registration(answer: &Answer, document: &Value, issuer: &str) -> Faults {
    let mut faults = Faults::default();
    faults.unless(answer.status == 201, format!("status {}: {}", answer.status, answer.text()));
    faults.0.extend(json(answer));
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    faults.unless(
        told["client_id"].as_str().is_some_and(|id| !id.is_empty()),
        format!("client_id {}", told["client_id"]),
    );
    let needs_secret = document["token_endpoint_auth_method"].as_str().is_some_and(|m| m.starts_with("client_secret"));
    for name in ["client_secret", "client_secret_expires_at"] {
        faults.unless(told.get(name).is_some() == needs_secret, format!("{name} {}", told[name]));
    }
    let uri = told["registration_client_uri"].as_str().unwrap_or_default();
    faults.unless(uri.starts_with(&format!("{issuer}/")), format!("registration_client_uri {uri}"));
    let token = told["registration_access_token"].as_str().unwrap_or_default();
    faults.0.extend(secret("registration_access_token", token));
    for (name, value) in document.as_object().into_iter().flatten() {
        faults.unless(told[name] == *value, format!("{name} is {} and was {value}", told[name]));
    }
    faults
}

/// A refusal of the registration endpoint (RFC 7591 §3.2.2).
pub fn registration_error(answer: &Answer, wanted: &str) -> Faults {
    let mut faults = Faults::default();
    faults.unless(answer.status == 400, format!("status {}: {}", answer.status, answer.text()));
    faults.0.extend(json(answer));
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    faults.0.extend(error(body["error"].as_str(), &[wanted]));
    faults.0.extend(description(body["error_description"].as_str()));
    faults
}

/// What an ID Token is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client: &'a str,
    pub nonce: Option<&'a str>,
    /// Claims that the client asked for in the ID Token, by the parameter `claims`.
    pub asked: &'a [&'a str],
    /// Whether the client hears of the end of sessions, for which alone it is told their names.
    pub hears: bool,
}

/// The claims of an ID Token (OIDC Core §2, §3.1.3.7).
pub fn id_token(claims: &Value, expected: &Expected<'_>) -> Faults {
    let mut faults = Faults::default();
    let (text, now) = (|name: &str| claims[name].as_str(), now());
    faults.unless(text("iss") == Some(expected.issuer), format!("iss {}", claims["iss"]));
    let has_client = match &claims["aud"] {
        Value::String(one) => one == expected.client,
        Value::Array(many) => many.iter().any(|one| one == expected.client),
        _ => false,
    };
    faults.unless(has_client, format!("aud {}", claims["aud"]));
    let is_alone = !claims["aud"].is_array() || claims["azp"] == expected.client;
    faults.unless(is_alone && claims.get("azp").is_none_or(|azp| azp == expected.client), "azp");
    faults.unless(text("sub").is_some_and(|sub| !sub.is_empty() && sub.len() <= 255), format!("sub {}", claims["sub"]));
    let in_time = claims["exp"].as_u64().is_some_and(|exp| exp + SKEW > now && exp < now + DAY);
    faults.unless(in_time, format!("exp {}", claims["exp"]));
    faults
        .unless(claims["iat"].as_u64().is_some_and(|iat| iat.abs_diff(now) <= SKEW), format!("iat {}", claims["iat"]));
    let nonce = claims.get("nonce").map(|nonce| nonce.as_str().unwrap_or_default());
    faults.unless(nonce == expected.nonce, format!("nonce is {nonce:?} and was {:?}", expected.nonce));
    if let Some(at) = claims.get("auth_time") {
        let is_recent = at.as_u64().is_some_and(|at| at <= now + SKEW && at + YEAR > now);
        faults.unless(is_recent, format!("auth_time {at}"));
    }
    if let Some(acr) = claims.get("acr") {
        faults.unless(acr.as_str().is_some_and(|acr| !acr.is_empty()), format!("acr {acr}"));
    }
    for name in claims.as_object().into_iter().flatten().map(|(name, _)| name.as_str()) {
        let is_listed = ID_TOKEN_CLAIMS.split(' ').any(|one| one == name) || expected.asked.contains(&name);
        faults.unless(is_listed || name == "sid", format!("the ID Token tells {name}"));
    }
    // OIDC Back-Channel Logout §2.1, Front-Channel Logout §3.
    faults.unless(text("sid").is_some() == expected.hears, format!("sid {}", claims["sid"]));
    faults.0.extend(standard_claims(claims).0);
    faults
}

/// A UserInfo response about this subject (OIDC Core §5.3.2).
pub fn userinfo(answer: &Answer, sub: &Value) -> Faults {
    let mut faults = Faults::default();
    faults.unless(answer.status == 200, format!("status {}: {}", answer.status, answer.text()));
    faults.0.extend(json(answer));
    let claims: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    faults.unless(claims["sub"] == *sub && sub.is_string(), format!("sub is {} and was {sub}", claims["sub"]));
    let sources = |name: &str| claims["_claim_sources"].get(name).is_some();
    for source in claims["_claim_names"].as_object().into_iter().flatten().map(|(_, source)| source) {
        faults.unless(source.as_str().is_some_and(sources), format!("no source {source}"));
    }
    faults.0.extend(standard_claims(&claims).0);
    faults
}

/// Standard claims as they must be wherever they appear (OIDC Core §5.1).
pub fn standard_claims(claims: &Value) -> Faults {
    let mut faults = Faults::default();
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty() && text != "null");
    for (name, value) in claims.as_object().into_iter().flatten() {
        let is_right = match name.as_str() {
            "name" | "given_name" | "family_name" | "middle_name" | "nickname" | "preferred_username" | "profile"
            | "picture" | "website" | "gender" | "zoneinfo" | "locale" | "email" | "phone_number" => is_text(value),
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "birthdate" => value.as_str().is_some_and(is_birthdate),
            "address" => value.as_object().is_some_and(|lines| !lines.is_empty() && lines.values().all(is_text)),
            // 1990 is as old as the web; what is younger than now is a fault of units.
            "updated_at" => value.as_u64().is_some_and(|at| (631_152_000..=now() + SKEW).contains(&at)),
            _ => !value.is_null(),
        };
        faults.unless(is_right, format!("{name} is {value}"));
    }
    faults
}

/// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
fn is_birthdate(text: &str) -> bool {
    let is_number = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    match text.split('-').collect::<Vec<_>>()[..] {
        [year] => is_number(year, 4),
        [year, month, day] => {
            is_number(year, 4) && is_number(month, 2) && is_number(day, 2) && month <= "12" && day <= "31"
        }
        _ => false,
    }
}

/// A published JWK Set (RFC 7517 §5): public keys, each with a name of its own.
pub fn jwks(set: &Value) -> Faults {
    let mut faults = Faults::default();
    let keys = set["keys"].as_array().cloned().unwrap_or_default();
    faults.unless(!keys.is_empty(), "no keys");
    let mut kids = std::collections::BTreeSet::new();
    for key in &keys {
        let kid = key["kid"].as_str().unwrap_or_default().trim();
        faults.unless(!kid.is_empty() && kids.insert(kid.to_owned()), format!("kid {}", key["kid"]));
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            faults.unless(key.get(private).is_none(), format!("{kid} tells {private}"));
        }
        let members: &[&str] = match key["kty"].as_str() {
            Some("RSA") => &["n", "e"],
            Some("EC") => &["crv", "x", "y"],
            Some("OKP") => &["crv", "x"],
            _ => &["a kty that is known"],
        };
        let is_there = |name: &&str| key[*name].as_str().is_some_and(|value| !value.is_empty());
        faults.unless(members.iter().all(is_there), format!("{kid} lacks one of {members:?}"));
    }
    faults
}

/// The one key that a JOSE header means: by `kid`, `kty`, `alg` and `use`, as the suite chooses.
pub fn signed_by_one_key(header: &Value, set: &Value) -> Faults {
    let mut faults = Faults::default();
    let alg = header["alg"].as_str().unwrap_or_default();
    let kty = match alg {
        "EdDSA" => "OKP",
        _ if alg.starts_with("ES") => "EC",
        _ => "RSA",
    };
    let fits = |key: &&Value| {
        let is_or_absent = |name: &str, wanted: &str| key.get(name).is_none_or(|value| value == wanted);
        key["kid"] == header["kid"] && key["kty"] == kty && is_or_absent("alg", alg) && is_or_absent("use", "sig")
    };
    let found = set["keys"].as_array().into_iter().flatten().filter(fits).count();
    faults.unless(header["kid"].is_string() && found == 1, format!("{found} keys for {header}"));
    faults
}

mod tests;
