//! What the top of every account page says of its person.

use super::sealing;
use crate::app::App;
use crate::base::Fault;
use crate::base::id::AccountId;
use crate::error::{Denied, Error};
use crate::store::database::accounts::{self, Role};
use crate::store::database::contacts::{self, ContactKind};
use crate::store::database::profiles;

/// A person in short.
#[derive(Clone, PartialEq, Eq)]
pub struct Summary {
    pub id: AccountId,
    /// The `name` or `given_name` of the profile.
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub role: Role,
    pub locale: Option<String>,
}

impl Summary {
    /// What to call the person.
    pub fn name(&self) -> &str {
        self.display_name.as_deref().or(self.email.as_deref()).unwrap_or_default()
    }

    pub fn is_admin(&self) -> bool {
        self.role == Role::Operator
    }

    /// Whether they look at identity documents.
    pub fn is_reviewer(&self) -> bool {
        matches!(self.role, Role::Reviewer | Role::Operator)
    }
}

/// # Errors
/// Not found when there is no such account; a fault.
pub async fn summary(app: &App, account: AccountId) -> Result<Summary, Error> {
    let unit = app.clone();
    let found = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            let Some(found) = accounts::find(conn, account).await? else { return Ok(None) };
            let key = sealing::load_key(conn, &unit, account).await?;
            let mut display_name = None;
            for name in ["name", "given_name"] {
                if display_name.is_none()
                    && let Some(row) = profiles::find(conn, account, name).await?
                {
                    display_name = Some(sealing::open_value(&key, account, name, &row.value)?);
                }
            }
            let contact = contacts::primary(conn, account, ContactKind::Email).await?;
            let email = contact.map(|c| sealing::open_contact(&key, &c)).transpose()?;
            Ok(Some(Summary { id: account, display_name, email, role: found.role, locale: found.locale }))
        })
    });
    found.await?.ok_or(Error::Denied(Denied::NotFound))
}
