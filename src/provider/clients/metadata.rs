//! Whether a registration can work: everything in it is something the house does, and nothing in it deceives.

use crate::base::{text, url};
use crate::jose::{Alg, JwkSet};
use crate::oauth::authorization::response_type;
use crate::oauth::client::SubjectType;
use crate::oauth::client_auth::is_client_id;
use crate::oauth::{self, Client, profile, redirect_uri, subject};
use crate::provider::clients::encryption;
use crate::provider::supported;

/// The longest name of a client and the longest purpose, in characters.
const MOST_NAME: usize = 100;
const MOST_PURPOSE: usize = 200;

/// Whether a registration can work: everything in it is something the house does.
///
/// # Errors
/// `invalid_client_metadata` or `invalid_redirect_uri` (RFC 7591 §3.2.2).
pub fn check(client: &Client) -> Result<(), oauth::Error> {
    let bad = |what: &'static str| Err(oauth::Error::invalid_client_metadata(what));
    let supported = supported::supported();
    let all_in = |given: &[String], known: &[&'static str]| given.iter().all(|g| known.contains(&g.as_str()));
    if !is_client_id(client.id.as_str()) {
        return bad("client_id must be 1 to 256 printable ASCII characters");
    }
    look(client)?;
    for uri in client.redirect_uris.iter().chain(&client.post_logout_redirect_uris) {
        redirect_uri::check(uri, client.application_type)?;
    }
    let is_redirected = ["authorization_code", "implicit"].iter().any(|name| client.has_grant_type(name));
    if is_redirected && client.redirect_uris.is_empty() {
        return bad("redirect_uris is needed for the grant types authorization_code and implicit");
    }
    if !all_in(&client.grant_types, &supported.grant_types) {
        return bad("grant_types has one that is not supported");
    }
    let rows: Vec<_> = client.response_types.iter().filter_map(|name| response_type::find(name)).collect();
    if rows.len() != client.response_types.len() {
        return bad("response_types has one that is not supported");
    }
    if rows.iter().any(|row| row.is_front()) && !client.has_grant_type("implicit") {
        return bad("response_types with id_token or token need the grant type implicit");
    }
    if !all_in(&client.authorization_details_types, &supported.authorization_details_types) {
        return bad("authorization_details_types has one that is not supported");
    }
    if !all_in(&client.response_modes, &supported.response_modes) {
        return bad("response_modes has one that is not supported");
    }
    if client.subject_type == SubjectType::Pairwise && is_redirected {
        subject::sector(client.sector_identifier_uri.as_deref(), &client.redirect_uris)?;
    }
    let method = client.token_endpoint_auth_method.as_str();
    if !supported.client_auth_methods.contains(&method) {
        return bad("token_endpoint_auth_method is not supported");
    }
    let Some(rules) = profile::find(&client.profile) else { return bad("profile is not one of ours") };
    if !rules.client_auth_methods.contains(&method) {
        return bad("token_endpoint_auth_method is not one that the profile allows");
    }
    if client.is_public() && client.has_grant_type("client_credentials") {
        return bad("a client without credentials cannot have the grant type client_credentials");
    }
    if client.jwks.is_some() && client.jwks_uri.is_some() {
        return bad("jwks and jwks_uri must not both be there");
    }
    if let Some(jwks) = &client.jwks
        && JwkSet::read(jwks.clone()).is_err()
    {
        return bad("jwks is not a JWK Set of public keys that are supported");
    }
    if method == "private_key_jwt" && client.jwks.is_none() && client.jwks_uri.is_none() {
        return bad("private_key_jwt needs jwks or jwks_uri");
    }
    let known_alg = |alg: &str| alg.parse::<Alg>().is_ok() && rules.algs.contains(&alg);
    if !known_alg(&client.id_token_signed_response_alg)
        || [&client.token_endpoint_auth_signing_alg, &client.request_object_signing_alg]
            .into_iter()
            .flatten()
            .any(|alg| !known_alg(alg))
    {
        return bad("a signature algorithm is not supported");
    }
    encryption::check(client, rules)?;
    if client.scope.iter().any(|name| supported.scope(name).is_none()) {
        return bad("scope has one that is not supported");
    }
    let mut named = client.essential_claims.iter().chain(&client.recommended_claims).chain(client.purposes.keys());
    if named.any(|claim| !supported.knows_claim(claim) && supported.scope(claim).is_none()) {
        return bad("essential_claims, recommended_claims or purposes names a claim that is not supported");
    }
    Ok(())
}

/// What people see of a client, and what we call or are called from: no text that hides something, no URL that is
/// anything but a web page.
fn look(client: &Client) -> Result<(), oauth::Error> {
    let bad = |what: &'static str| Err(oauth::Error::invalid_client_metadata(what));
    let is_line = |text: &str, most: usize| text::line(text, most).as_deref() == Some(text);
    if !client.client_name.is_empty() && !is_line(&client.client_name, MOST_NAME) {
        return bad("client_name must be one line of at most 100 characters, without hidden ones");
    }
    if client.purposes.values().any(|purpose| !is_line(purpose, MOST_PURPOSE)) {
        return bad("a purpose must be one line of at most 200 characters, without hidden ones");
    }
    let urls = [
        &client.logo_uri,
        &client.client_uri,
        &client.policy_uri,
        &client.tos_uri,
        &client.initiate_login_uri,
        &client.jwks_uri,
    ];
    if urls
        .into_iter()
        .flatten()
        .chain(&client.request_uris)
        .any(|uri| uri.len() > redirect_uri::MOST_BYTES || url::web(uri).is_none())
    {
        return bad(
            "logo_uri, client_uri, policy_uri, tos_uri, initiate_login_uri, jwks_uri and request_uris must be https URLs",
        );
    }
    let is_origin = |text: &String| url::web(text).is_some_and(|found| url::origin(&found) == *text);
    if !client.cors_origins.iter().all(is_origin) {
        return bad("cors_origins has one that is not an origin such as https://app.example");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
