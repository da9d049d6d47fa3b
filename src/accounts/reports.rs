//! What a gateway tells of the text messages that it took.

use crate::app::App;
use crate::base::Fault;
use crate::base::id::JobId;
use crate::error::{Denied, Error};
use crate::store::database::text_messages;
pub use crate::store::database::text_messages::State;

/// The longest reason and name of a gateway that is kept.
const LONGEST: usize = 64;

/// A message by one of its names.
#[derive(Debug, Clone)]
pub enum Name {
    /// Ours, which the gateway was told.
    Own(JobId),
    /// What the gateway calls it.
    Gateways(String),
}

/// Takes a report. The same one may come again, and an older one late: a message never goes back.
///
/// # Errors
/// Not found where there is no such message; a fault.
pub async fn hear(app: &App, name: Name, state: State, code: Option<&str>) -> Result<(), Error> {
    let code = code.filter(|_| state == State::Failed).map(clean);
    let unit = app.clone();
    let moved = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let id = match &name {
                Name::Own(id) => Some(*id),
                Name::Gateways(name) => text_messages::find_by_gateway(tx, &clean(name)).await?,
            };
            match id {
                Some(id) => text_messages::advance(tx, id, state, code.as_deref(), unit.now()).await,
                None => Ok(None),
            }
        })
    });
    match moved.await? {
        None => Err(Denied::NotFound.into()),
        Some(is_news) => {
            if is_news && matches!(state, State::Delivered | State::Failed) {
                app.metrics.count("sw_sms_reports_total", &[state.as_str()]);
            }
            Ok(())
        }
    }
}

/// What a gateway wrote, as far as it is kept.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic()).take(LONGEST).collect()
}
