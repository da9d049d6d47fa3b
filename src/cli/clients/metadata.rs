//! The options that describe a client, by the names of RFC 7591; the same for adding and for changing one.

use std::collections::BTreeMap;

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::base::Time;
use crate::cli::failure::Failure;
use crate::oauth::profile::PROFILES;
use crate::oauth::{Client, Scope};
use crate::provider::supported::supported;

/// What a client says of itself. A list that is given replaces the list before; an empty text removes a value.
#[derive(Debug, Args)]
pub struct Metadata {
    /// How the client proves who it is (token_endpoint_auth_method).
    #[arg(long, value_name = "METHOD", value_parser = PossibleValuesParser::new(&supported().client_auth_methods))]
    auth_method: Option<String>,
    /// Where people are sent back to, exactly as the client sends it; may be repeated.
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Where people may be sent after signing out; may be repeated.
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    /// The most that it may ask for, separated by spaces.
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// May be repeated [default: authorization_code and refresh_token].
    #[arg(long, value_name = "TYPE", value_parser = PossibleValuesParser::new(&supported().grant_types))]
    grant_type: Vec<String>,
    /// The security profile that it is held to [default: oidc].
    #[arg(long, value_name = "PROFILE", value_parser = PossibleValuesParser::new(PROFILES.iter().map(|row| row.name)))]
    profile: Option<String>,
    /// May be repeated [default: code].
    #[arg(long, value_name = "TYPE", value_parser = PossibleValuesParser::new(&supported().response_types))]
    pub(super) response_type: Vec<String>,
    /// May be repeated [default: all of the profile].
    #[arg(long, value_name = "MODE", value_parser = PossibleValuesParser::new(&supported().response_modes))]
    response_mode: Vec<String>,
    /// Its public keys as a JWK Set.
    #[arg(long, value_name = "JSON", conflicts_with = "jwks_uri")]
    jwks: Option<String>,
    /// Where it publishes its keys.
    #[arg(long, value_name = "URI")]
    jwks_uri: Option<String>,
    /// How its ID Tokens are signed [default: keys.default_alg].
    #[arg(long, value_name = "ALG", value_parser = PossibleValuesParser::new(&supported().id_token_algs))]
    id_token_alg: Option<String>,
    /// Which claims the ID Token carries: those of the protocol alone, or all that were granted [default: granted].
    #[arg(long, value_parser = ["protocol", "granted"])]
    id_token_claims: Option<String>,
    /// Whether it knows people by an identifier of its own or by one that all public clients share [default: pairwise].
    #[arg(long, value_parser = ["pairwise", "public"])]
    subject_type: Option<String>,
    /// A JSON list of the redirect URIs of all clients that are to know people by the same identifier.
    #[arg(long, value_name = "URI")]
    sector_identifier_uri: Option<String>,
    /// Where it runs [default: web].
    #[arg(long, value_parser = ["web", "native"])]
    application_type: Option<String>,
    /// Does not demand PKCE, for client libraries that cannot do it. Public clients must do it in any case.
    #[arg(long, conflicts_with = "pkce")]
    no_pkce: bool,
    /// Demands PKCE (the default of a new client).
    #[arg(long)]
    pkce: bool,
    /// How it learns of answers to its backchannel requests (CIBA) [default: poll].
    #[arg(long, value_parser = ["poll", "ping"])]
    backchannel_delivery_mode: Option<String>,
    /// Where it is told of them.
    #[arg(long, value_name = "URI")]
    backchannel_notification_endpoint: Option<String>,
    /// How its backchannel requests are signed; with it they must be.
    #[arg(long, value_name = "ALG", value_parser = PossibleValuesParser::new(&supported().assertion_algs))]
    backchannel_request_alg: Option<String>,
    /// An origin whose pages may call the token and UserInfo endpoints (CORS); may be repeated.
    #[arg(long, value_name = "ORIGIN")]
    cors_origin: Vec<String>,
    /// Why it asks for a claim, shown on the consent page: phone_number="So that couriers can call you".
    #[arg(long, value_name = "CLAIM=TEXT")]
    purpose: Vec<String>,
    /// A claim that signing up with it needs; may be repeated.
    #[arg(long, value_name = "CLAIM")]
    essential: Vec<String>,
    /// A claim that the consent page may tick beforehand; may be repeated.
    #[arg(long, value_name = "CLAIM")]
    recommended: Vec<String>,
    /// A page of its own that the browser opens, unseen, when a person signs out (OIDC Front-Channel Logout).
    #[arg(long, value_name = "URI")]
    frontchannel_logout_uri: Option<String>,
    /// Where it is told of sign-outs, server to server (OIDC Back-Channel Logout).
    #[arg(long, value_name = "URI")]
    backchannel_logout_uri: Option<String>,
    /// Tells it of one session at a time, never of all sessions of a person at once.
    #[arg(long)]
    backchannel_logout_session_required: bool,
    /// Its home page.
    #[arg(long, value_name = "URI")]
    client_uri: Option<String>,
    /// Its logo.
    #[arg(long, value_name = "URI")]
    logo_uri: Option<String>,
    /// Its privacy policy.
    #[arg(long, value_name = "URI")]
    policy_uri: Option<String>,
    /// Its terms of service.
    #[arg(long, value_name = "URI")]
    tos_uri: Option<String>,
    /// Whom to write to about it; may be repeated.
    #[arg(long, value_name = "EMAIL")]
    contact: Vec<String>,
    /// You have seen to it that it holds its domain: pages show the mark.
    #[arg(long)]
    domain_verified: bool,
    /// Lets its assertions name the token endpoint as their audience (OIDC Core §9), as older libraries do.
    #[arg(long)]
    legacy_assertion_aud: bool,
    /// Any other member of its registration, as a JSON object by the names of RFC 7591 and its companions.
    #[arg(long, value_name = "JSON")]
    metadata: Option<String>,
}

/// What is decided by other means than a client's own word.
const NOT_METADATA: &[&str] = &["id", "domain_verified_at", "is_self_registered", "is_disabled", "identity_changed_at"];

impl Metadata {
    /// Writes what was given into the client; the rest stays.
    pub fn apply(&self, client: &mut Client, now: Time) -> Result<(), Failure> {
        set(&mut client.token_endpoint_auth_method, &self.auth_method);
        set_list(&mut client.redirect_uris, &self.redirect_uri);
        set_list(&mut client.post_logout_redirect_uris, &self.post_logout_redirect_uri);
        if let Some(scope) = &self.scope {
            client.scope = Scope::read(scope).map_err(|e| Failure::usage(format!("--scope: {}", e.description())))?;
        }
        set_list(&mut client.grant_types, &self.grant_type);
        set(&mut client.profile, &self.profile);
        set_list(&mut client.response_types, &self.response_type);
        set_list(&mut client.response_modes, &self.response_mode);
        if let Some(jwks) = &self.jwks {
            client.jwks = read_json("--jwks", jwks)?;
            client.jwks_uri = None;
        }
        if self.jwks_uri.is_some() {
            client.jwks = None;
        }
        set_optional(&mut client.jwks_uri, &self.jwks_uri);
        set(&mut client.id_token_signed_response_alg, &self.id_token_alg);
        set_named(&mut client.id_token_claims, &self.id_token_claims)?;
        set_named(&mut client.subject_type, &self.subject_type)?;
        set_named(&mut client.application_type, &self.application_type)?;
        set_optional(&mut client.sector_identifier_uri, &self.sector_identifier_uri);
        if self.no_pkce || self.pkce {
            client.require_pkce = self.pkce;
        }
        set_optional(&mut client.backchannel_token_delivery_mode, &self.backchannel_delivery_mode);
        set_optional(&mut client.backchannel_client_notification_endpoint, &self.backchannel_notification_endpoint);
        set_optional(&mut client.backchannel_authentication_request_signing_alg, &self.backchannel_request_alg);
        set_list(&mut client.cors_origins, &self.cors_origin);
        if !self.purpose.is_empty() {
            client.purposes = self.purposes()?;
        }
        set_list(&mut client.essential_claims, &self.essential);
        set_list(&mut client.recommended_claims, &self.recommended);
        set_optional(&mut client.frontchannel_logout_uri, &self.frontchannel_logout_uri);
        set_optional(&mut client.backchannel_logout_uri, &self.backchannel_logout_uri);
        client.backchannel_logout_session_required |= self.backchannel_logout_session_required;
        set_optional(&mut client.client_uri, &self.client_uri);
        set_optional(&mut client.logo_uri, &self.logo_uri);
        set_optional(&mut client.policy_uri, &self.policy_uri);
        set_optional(&mut client.tos_uri, &self.tos_uri);
        set_list(&mut client.contacts, &self.contact);
        if self.domain_verified {
            client.domain_verified_at.get_or_insert(now);
        }
        client.legacy_assertion_aud |= self.legacy_assertion_aud;
        match &self.metadata {
            Some(text) => merge(client, text),
            None => Ok(()),
        }
    }

    fn purposes(&self) -> Result<BTreeMap<String, String>, Failure> {
        let pairs = self.purpose.iter().map(|given| {
            let pair = given.split_once('=').filter(|(claim, text)| !claim.is_empty() && !text.trim().is_empty());
            let (claim, text) = pair.ok_or_else(|| {
                Failure::usage(format!("--purpose {given}: write it as claim=text, as phone_number=\"So that …\""))
            })?;
            Ok((claim.to_owned(), text.trim().to_owned()))
        });
        pairs.collect()
    }
}

/// Writes the members of a JSON object into the client; a null takes a value out.
fn merge(client: &mut Client, text: &str) -> Result<(), Failure> {
    let wrong = |why: String| Failure::usage(format!("--metadata: {why}"));
    let Ok(Value::Object(given)) = serde_json::from_str(text) else {
        return Err(wrong("it must be a JSON object".to_owned()));
    };
    let fresh = Client::new(client.id.clone());
    let (Ok(Value::Object(mut all)), Ok(Value::Object(defaults))) =
        (serde_json::to_value(&*client), serde_json::to_value(&fresh))
    else {
        return Err(wrong("the client cannot be written as JSON".to_owned()));
    };
    for (name, value) in given {
        let default = defaults.get(&name).filter(|_| !NOT_METADATA.contains(&name.as_str()));
        let default = default.ok_or_else(|| wrong(format!("{name} is not a member that can be set")))?;
        all.insert(name, if value.is_null() { default.clone() } else { value });
    }
    *client = serde_json::from_value(Value::Object(all)).map_err(|e| wrong(e.to_string()))?;
    Ok(())
}

fn set(place: &mut String, given: &Option<String>) {
    if let Some(given) = given {
        place.clone_from(given);
    }
}

fn set_optional(place: &mut Option<String>, given: &Option<String>) {
    if let Some(given) = given {
        *place = Some(given.clone()).filter(|text| !text.is_empty());
    }
}

fn set_list(place: &mut Vec<String>, given: &[String]) {
    if !given.is_empty() {
        *place = given.iter().filter(|text| !text.is_empty()).cloned().collect();
    }
}

/// A value of an enum by its name, which the parser of the command line has checked.
fn set_named<T: DeserializeOwned>(place: &mut T, given: &Option<String>) -> Result<(), Failure> {
    if let Some(given) = given {
        let value = serde_json::from_value(Value::String(given.clone()));
        *place = value.map_err(|_| Failure::usage(format!("{given} is not one of the values")))?;
    }
    Ok(())
}

fn read_json(option: &str, text: &str) -> Result<Option<Value>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text).map(Some).map_err(|e| Failure::usage(format!("{option} is not JSON: {e}")))
}
