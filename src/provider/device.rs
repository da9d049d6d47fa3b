//! Device authorization (RFC 8628): a device asks, its person types the code, and answers as on every consent page.
//!
//! What the device asked for lives in the ephemeral store until the person says yes: losing it makes them start again.

use serde::Serialize;

use crate::app::App;
use crate::audit::Origin;
use crate::base::id::{FamilyId, InteractionId};
use crate::base::{Fault, Time};
use crate::error::{Denied, Error};
use crate::oauth::authorization::Polled;
use crate::oauth::authorization::polled::By;
use crate::oauth::authorization::request::{self, Facts, Way};
use crate::oauth::{self, Params, device, polling};
use crate::provider::client_auth::AuthenticatedClient;
use crate::provider::supported::supported;
use crate::provider::{resources, tokens};
use crate::store::database::families;
use crate::store::ephemeral::entries::{DeviceRequest, Interaction, UserCode};

/// Where people type codes in.
pub const PAGE: &str = "/device";

/// The answer to a device (RFC 8628 §3.2).
#[derive(Debug, Serialize)]
pub struct DeviceAuthorization {
    pub device_code: String,
    pub user_code: String,
    pub verification_uri: String,
    pub verification_uri_complete: String,
    pub expires_in: i64,
    pub interval: i64,
}

/// Takes a device's question in (RFC 8628 §3.1).
///
/// # Errors
/// `unauthorized_client` for a client without this grant type, `invalid_scope`, `invalid_request`; a fault when the
/// store does not answer.
pub async fn begin(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    origin: &Origin,
) -> Result<DeviceAuthorization, Error> {
    if !client.has_grant_type(device::GRANT_TYPE) {
        return Err(oauth::Error::unauthorized_client("the client is not registered for the device grant").into());
    }
    let (now, lifetime) = (app.now(), app.config.tokens.device_code);
    let code = free_code(app).await?;
    let id = FamilyId::new(now, &app.random);
    let by = By::Device { user_code: device::shown(&code) };
    let polled = Polled { id, by, from: origin.address_prefix.clone(), expires_at: now + lifetime };
    let all = resources::all(app);
    let facts = Facts {
        client,
        profile: client.rules(),
        supported: supported(),
        resources: &all,
        issuer: app.config.issuer(),
        way: &Way::default(),
        hinted: None,
    };
    let request = request::read_polled(params, &facts, polled)?;
    app.ephemeral.put(&id.to_string(), &DeviceRequest { request, is_denied: false }).await?;
    app.ephemeral.put(&code, &UserCode { id }).await?;
    let (verification_uri, user_code) = (format!("{}{PAGE}", app.config.issuer()), device::shown(&code));
    Ok(DeviceAuthorization {
        device_code: tokens::write_polled(app, &tokens::DEVICE, id),
        verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
        verification_uri,
        user_code,
        expires_in: lifetime.0,
        interval: polling::INTERVAL.0,
    })
}

/// A code that no other device shows now.
async fn free_code(app: &App) -> Result<String, Error> {
    for _ in 0..8 {
        let code = app.random.characters(device::LENGTH, device::ALPHABET);
        if app.ephemeral.find::<UserCode>(&code).await?.is_none() {
            return Ok(code);
        }
    }
    Err(Fault::broken("draw a user code: eight in a row were taken").into())
}

/// Takes what a person typed; gives the interaction in which they decide.
///
/// # Errors
/// The field `user_code` does not fit where no device waits with that code; a fault when the store does not answer.
pub async fn enter(app: &App, typed: &str, browser: &str) -> Result<InteractionId, Error> {
    let wrong = || Denied::field("user_code", "problem-user-code");
    let code = device::read(typed).ok_or_else(wrong)?;
    let UserCode { id } = app.ephemeral.find(&code).await?.ok_or_else(wrong)?;
    let waiting = find(app, id).await?.filter(|device| !device.is_denied).ok_or_else(wrong)?;
    // Somebody has allowed it already: a device is connected once, and nobody is asked in vain.
    let kept = app.db.read(move |conn| Box::pin(async move { Ok::<_, Error>(families::find(conn, id).await?) }));
    if kept.await?.is_some() {
        return Err(wrong().into());
    }
    let began = app.now();
    let interaction = Interaction { request: waiting.request, browser: Some(browser.to_owned()), began };
    let id = InteractionId::new(began, &app.random);
    app.ephemeral.put(&id.to_string(), &interaction).await?;
    Ok(id)
}

/// What a device asked for, if its time is not over.
pub(super) async fn find(app: &App, id: FamilyId) -> Result<Option<DeviceRequest>, Error> {
    let found: Option<DeviceRequest> = app.ephemeral.find(&id.to_string()).await?;
    let until = |device: &DeviceRequest| device.request.reply_to.polled().map(|polled| polled.expires_at);
    Ok(found.filter(|device| until(device).is_some_and(|until: Time| app.now() < until)))
}

/// Notes that the person said no.
pub(super) async fn refuse(app: &App, id: FamilyId) -> Result<(), Error> {
    if let Some(device) = find(app, id).await? {
        app.ephemeral.put(&id.to_string(), &DeviceRequest { is_denied: true, ..device }).await?;
    }
    Ok(())
}
