//! What a person sets for their account: the language of pages and mails.

use crate::app::App;
use crate::base::Fault;
use crate::base::id::AccountId;
use crate::store::database::accounts;

/// The language that the person chose.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn locale(app: &App, account: AccountId) -> Result<Option<String>, Fault> {
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(accounts::find(conn, account))).await?;
    Ok(found.and_then(|a| a.locale))
}

/// Keeps the language that the person chose.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_locale(app: &App, account: AccountId, locale: &str) -> Result<(), Fault> {
    let (locale, now) = (locale.to_owned(), app.now());
    app.db.write(move |tx| Box::pin(async move { accounts::set_locale(tx, account, Some(&locale), now).await })).await
}
