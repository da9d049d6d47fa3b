//! Tells a client that a question of its was answered (CIBA §10.2): one POST, never again once the client has answered.

use serde_json::json;
use url::Url;

use super::Failure;
use crate::app::App;
use crate::outbound::fetch::FetchError;
use crate::store::database::jobs::{Job, Row};

/// # Errors
/// Permanent where the client refuses it or sends us elsewhere: it fetches the answer by itself then.
pub async fn run(app: &App, _row: &Row, job: Job) -> Result<(), Failure> {
    let Job::Ping { endpoint, token, auth_req_id } = job else {
        return Err(Failure::Permanent("this is no notification".to_owned()));
    };
    let url = Url::parse(&endpoint).map_err(|e| Failure::Permanent(e.to_string()))?;
    let body = json!({ "auth_req_id": auth_req_id }).to_string();
    let outcome = app.fetch.post(&url, "application/json", Some(&format!("Bearer {token}")), body).await;
    match outcome {
        Ok(200..=299) => Ok(()),
        Ok(status @ 500..) => Err(Failure::Transient(format!("the client answered with status {status}"))),
        Ok(status) => Err(Failure::Permanent(format!("the client answered with status {status}"))),
        Err(refused @ FetchError::Refused(_)) => Err(Failure::Permanent(refused.to_string())),
        Err(other) => Err(Failure::Transient(other.to_string())),
    }
}
