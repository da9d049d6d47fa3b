//! The rules across fields, and how a client comes out of what it says of itself.

use ::url::Url;
use serde_json::{Map, Value};

use crate::base::id::ClientId;
use crate::base::url;
use crate::oauth::backchannel::{self, is_pinged};
use crate::oauth::client::{Client, SubjectType};
use crate::oauth::client_auth::{MOST_ID_BYTES, certificate, is_client_id};
use crate::oauth::error::Error;
use crate::oauth::profile::SenderRule;
use crate::oauth::registration::checks::Facts;
use crate::oauth::registration::encryption;
use crate::oauth::registration::fields::{FIELDS, SetBy};
use crate::oauth::resource::Resources;
use crate::oauth::scope::Scope;
use crate::oauth::supported::Supported;
use crate::oauth::{profile, subject};

/// What a client may ask for unless it is said otherwise.
pub const USUAL_SCOPE: &str = "openid profile email phone address offline_access";

/// The grant types that a client may give itself: those in which a person has the say. The others let a client act by
/// itself or for others, which is an operator's to give.
const WITH_A_PERSON: &[&str] = &[
    "authorization_code",
    "refresh_token",
    "implicit",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:openid:params:grant-type:ciba",
];

/// Whether a registration can work: everything in it is something the house does, and nothing in it deceives.
///
/// # Errors
/// `invalid_client_metadata` or `invalid_redirect_uri` (RFC 7591 §3.2.2).
pub fn check(client: &Client, supported: &Supported, resources: &Resources) -> Result<(), Error> {
    let bad = |what: &'static str| Err(Error::invalid_client_metadata(what));
    if !is_client_id(client.id.as_str()) {
        return bad("client_id must be 1 to 256 printable ASCII characters");
    }
    let Some(rules) = profile::find(&client.profile) else { return bad("profile is not one of ours") };
    let facts = Facts { client, supported, resources, rules };
    for field in FIELDS {
        field.check(client, &facts)?;
    }
    let redirects = client.has_grant_type("authorization_code") || client.has_grant_type("implicit");
    if redirects && client.redirect_uris.is_empty() {
        return bad("redirect_uris is needed for the grant types authorization_code and implicit");
    }
    if client.subject_type == SubjectType::Pairwise && redirects {
        subject::sector(client.sector_identifier_uri.as_deref(), &client.redirect_uris)?;
    }
    if client.is_public() && client.has_grant_type("client_credentials") {
        return bad("a client without credentials cannot have the grant type client_credentials");
    }
    if is_pinged(client) && client.backchannel_client_notification_endpoint.is_none() {
        return bad("the delivery mode ping needs a backchannel_client_notification_endpoint");
    }
    let has_keys = client.jwks.is_some() || client.jwks_uri.is_some();
    if client.backchannel_authentication_request_signing_alg.is_some() && !has_keys {
        return bad("signed backchannel requests need jwks or jwks_uri");
    }
    if client.has_grant_type(backchannel::GRANT_TYPE) && client.is_public() {
        return bad("a client without credentials cannot ask people by the backchannel");
    }
    if client.jwks.is_some() && client.jwks_uri.is_some() {
        return bad("jwks and jwks_uri must not both be there");
    }
    let method = client.token_endpoint_auth_method.as_str();
    if matches!(method, "private_key_jwt" | "self_signed_tls_client_auth") && !has_keys {
        return bad("private_key_jwt needs jwks or jwks_uri, and so does self_signed_tls_client_auth");
    }
    certificate::check_names(client)?;
    encryption::check(client, rules)?;
    let by_certificate = client.tls_client_certificate_bound_access_tokens || rules.sender == SenderRule::Certificate;
    if client.dpop_bound_access_tokens && by_certificate {
        return bad("tokens are bound to a DPoP key or to a certificate, not to both");
    }
    Ok(())
}

/// A client that registers itself (RFC 7591 §3.1). Members that are not known, and names in other languages
/// (`client_name#ar`, §2.2), are passed over: a client has one name, so that no two people are told two.
///
/// # Errors
/// As [`check`].
pub fn self_registered(
    id: ClientId,
    document: &Map<String, Value>,
    supported: &Supported,
    resources: &Resources,
) -> Result<Client, Error> {
    let mut client = Client {
        is_self_registered: true,
        // What the standards let a client leave out that knows nothing of us; public clients must do PKCE in any case.
        require_pkce: false,
        legacy_assertion_aud: true,
        ..Client::new(id)
    };
    read(&mut client, document)?;
    settle(&mut client, document, supported)?;
    check(&client, supported, resources)?;
    Ok(client)
}

/// The client after it has said anew what it is (RFC 7592 §2.2): what it leaves out is as if it had never said it; what
/// operators have said stays.
///
/// # Errors
/// As [`check`].
pub fn changed(
    before: &Client,
    document: &Map<String, Value>,
    supported: &Supported,
    resources: &Resources,
) -> Result<Client, Error> {
    let mut client = self_registered(before.id.clone(), document, supported, resources)?;
    let of_operators = FIELDS.iter().filter(|field| field.set_by == SetBy::Operator && field.name != "cors_origins");
    for field in of_operators {
        field.read(&mut client, &field.write(before))?;
    }
    check(&client, supported, resources)?;
    Ok(client)
}

/// The client of a document that is published at its identifier (OAuth Client ID Metadata Document §4).
///
/// # Errors
/// As [`check`]; also for a document of another client, and for one with a shared secret.
pub fn published(
    id: ClientId,
    document: &Map<String, Value>,
    supported: &Supported,
    resources: &Resources,
) -> Result<Client, Error> {
    let bad = |what: &'static str| Err(Error::invalid_client_metadata(what));
    if document.get("client_id").and_then(Value::as_str) != Some(id.as_str()) {
        return bad("client_id in the client metadata document is not the URL of the document");
    }
    if document.contains_key("client_secret") || document.contains_key("client_secret_expires_at") {
        return bad("a client metadata document must not have a client_secret");
    }
    let mut document = document.clone();
    document.entry("token_endpoint_auth_method").or_insert_with(|| "none".into());
    let client = self_registered(id, &document, supported, resources)?;
    match client.token_endpoint_auth_method.starts_with("client_secret") {
        true => bad("token_endpoint_auth_method in a client metadata document must not need a shared secret"),
        false => Ok(client),
    }
}

/// Whether an identifier is the URL of a client metadata document (OAuth Client ID Metadata Document §3): https, with a
/// path, in its normal form, without dot segments, fragment and credentials.
pub fn is_document_url(id: &str) -> bool {
    let Ok(url) = Url::parse(id) else { return false };
    id.len() <= MOST_ID_BYTES
        && url.as_str() == id
        && url.scheme() == "https"
        && url.path() != "/"
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && !id.to_ascii_lowercase().contains("%2e")
}

/// What is told of a client (RFC 7591 §3.2.1): all that it said and all that was filled in.
pub fn document(client: &Client) -> Map<String, Value> {
    let told = FIELDS.iter().filter(|field| field.set_by == SetBy::Anyone);
    let members = told.map(|field| (field.name.to_owned(), field.write(client)));
    members.filter(|(name, value)| name == "response_types" || !is_empty(value)).collect()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// What a client says, with what its software statement says put over it (RFC 7591 §2.3).
pub fn with_statement(mut document: Map<String, Value>, claims: &Map<String, Value>) -> Map<String, Value> {
    for field in FIELDS.iter().filter(|field| field.set_by == SetBy::Anyone) {
        if let Some(value) = claims.get(field.name) {
            document.insert(field.name.to_owned(), value.clone());
        }
    }
    document
}

fn said<'d>(document: &'d Map<String, Value>, name: &str) -> Option<&'d Value> {
    // RFC 7592 §2.2: null is as if it were left out.
    document.get(name).filter(|value| !value.is_null())
}

fn read(client: &mut Client, document: &Map<String, Value>) -> Result<(), Error> {
    for field in FIELDS.iter().filter(|field| field.set_by == SetBy::Anyone) {
        if let Some(value) = said(document, field.name) {
            field.read(client, value)?;
        }
    }
    Ok(())
}

/// Fills in what was left out, and refuses what a client may not give itself.
fn settle(client: &mut Client, document: &Map<String, Value>, supported: &Supported) -> Result<(), Error> {
    let bad = |what: &'static str| Err(Error::invalid_client_metadata(what));
    // Without a sector there is no pairwise subject (OIDC Core §8.1): who does not ask for one is given a public one.
    let has_sector = subject::sector(client.sector_identifier_uri.as_deref(), &client.redirect_uris).is_ok();
    let is_redirected = !client.redirect_uris.is_empty() && client.sector_identifier_uri.is_none();
    if said(document, "subject_type").is_none() && is_redirected && !has_sector {
        client.subject_type = SubjectType::Public;
    }
    if client
        .grant_types
        .iter()
        .any(|name| supported.grant_types.contains(&&**name) && !WITH_A_PERSON.contains(&&**name))
    {
        return bad("grant_types has one that only an operator can give");
    }
    let redirects = client.has_grant_type("authorization_code") || client.has_grant_type("implicit");
    if said(document, "response_types").is_none() && !redirects {
        client.response_types.clear();
    }
    for response_type in &client.response_types {
        // RFC 7591 §2.1: the two lists say the same.
        let needs = |word: &str| if word == "code" { "authorization_code" } else { "implicit" };
        if response_type.split(' ').any(|word| !client.has_grant_type(needs(word))) {
            return bad("response_types has one whose grant type is not in grant_types");
        }
    }
    if client.has_grant_type("authorization_code") && client.response_types.is_empty() {
        return bad("the grant type authorization_code needs a response type");
    }
    let is_for_people = |name: &str| supported.scope(name).is_none_or(|row| !row.is_for_clients && !row.is_reviewed);
    if !client.scope.iter().all(is_for_people) {
        return bad("scope has one that only an operator can give");
    }
    if said(document, "scope").is_none() && !client.grant_types.is_empty() {
        let can_refresh = client.has_grant_type("refresh_token");
        let is_usual = |name: &str| supported.scope(name).is_some() && (name != "offline_access" || can_refresh);
        client.scope = Scope::read(USUAL_SCOPE)?.filter(is_usual);
    }
    // Whoever has the page that people are sent back to has the answers anyway.
    let urls = client.redirect_uris.iter().filter_map(|uri| url::web(uri));
    client.cors_origins = urls.map(|found| url::origin(&found)).collect();
    client.cors_origins.sort();
    client.cors_origins.dedup();
    Ok(())
}
