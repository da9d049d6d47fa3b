//! Mail addresses and phone numbers: added, proven by a code, chosen, removed.

use poem::Response;

use crate::accounts::contacts::{self, Added, Address};
use crate::base::id::{ChallengeId, ContactId};
use crate::error::{Denied, Error};
use crate::provider::grants;
use crate::store::database::contacts::ContactKind;
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::cookies::Cookie;
use crate::web::error::problems;
use crate::web::form::Form;
use crate::web::pages::challenge::InProgress;
use crate::web::pages::notice;
use crate::web::view::{Chip, Frame, Problem};
use crate::web::views::contacts::{Contacts, Row, Waiting};
use crate::words::Words;

const PAGE: &str = "/account/contacts";

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    show(&call, &person, frame, &Form::default()).await
}

async fn show(call: &Call, person: &Person, frame: Frame, typed: &Form) -> Result<Response, Error> {
    let account = person.session.account;
    let told = grants::told_addresses(&call.app, account).await?;
    let (mut emails, mut phones) = (Vec::new(), Vec::new());
    for address in contacts::list(&call.app, account).await? {
        let told = told.get(&address.id).cloned().unwrap_or_default();
        let row = row(frame.words, &address, told);
        match address.kind {
            ContactKind::Email => emails.push(row),
            ContactKind::Phone => phones.push(row),
        }
    }
    let waiting = match InProgress::find(call, PAGE) {
        Some(progress) => contacts::waiting(&call.app, account, progress.id).await?,
        None => None,
    };
    let waiting = waiting.map(|waiting| {
        let is_phone = waiting.kind == ContactKind::Phone;
        Waiting { address: waiting.address, is_phone }
    });
    answer::html(&Contacts {
        emails,
        phones,
        waiting,
        proves_phones: call.app.sms.is_on(),
        email: typed.text("email").to_owned(),
        phone: typed.text("phone").to_owned(),
        frame,
    })
}

fn row(words: Words, address: &Address, told: Vec<String>) -> Row {
    Row {
        id: address.id.to_string(),
        address: address.text.clone(),
        chip: address.verified_at.map_or_else(|| Chip::unchecked(words), |at| Chip::checked(words, at)),
        is_proven: address.verified_at.is_some(),
        is_primary: address.is_primary,
        told,
    }
}

/// The form, and who sent it. With each address one can sign in, or is told to apps: what changes them needs a sign-in
/// that is fresh. There is no page at the form's address to come back to.
async fn changing(call: &mut Call) -> Result<Result<(Form, Person), Response>, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    match call.is_fresh(&person.session) {
        true => Ok(Ok((form, person))),
        false => Ok(Err(answer::see_other("/signin?return_to=/account/contacts%3Fdone%3Dcontacts-again"))),
    }
}

pub async fn add_email(mut call: Call) -> Result<Response, Error> {
    let (form, person) = match changing(&mut call).await? {
        Ok(changing) => changing,
        Err(response) => return Ok(response),
    };
    let (app, account, origin) = (&call.app, person.session.account, call.visit.origin());
    match contacts::add_email(app, account, form.text("email"), person.words.lang(), origin).await {
        Ok(id) => wait_for(&call, id),
        Err(error) => again(&call, &person, error, &form).await,
    }
}

pub async fn add_phone(mut call: Call) -> Result<Response, Error> {
    let (form, person) = match changing(&mut call).await? {
        Ok(changing) => changing,
        Err(response) => return Ok(response),
    };
    let (app, account, origin) = (&call.app, person.session.account, call.visit.origin());
    match contacts::add_phone(app, account, form.text("phone"), person.words.lang(), origin).await {
        Ok(Added::Waiting(id)) => wait_for(&call, id),
        Ok(Added::Kept) => Ok(notice::done(PAGE, "contact-added")),
        Ok(Added::Later(denied)) => again(&call, &person, denied.into(), &Form::default()).await,
        Err(error) => again(&call, &person, error, &form).await,
    }
}

pub async fn prove(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let (account, origin) = (person.session.account, call.visit.origin());
    match contacts::prove_own(&call.app, account, contact(&form)?, person.words.lang(), origin).await {
        Ok(id) => wait_for(&call, id),
        Err(error) => again(&call, &person, error, &Form::default()).await,
    }
}

fn contact(form: &Form) -> Result<ContactId, Error> {
    form.text("contact").parse().map_err(|_| Error::Denied(Denied::NotFound))
}

/// On to the form for the code, in this browser.
fn wait_for(call: &Call, id: ChallengeId) -> Result<Response, Error> {
    InProgress { id, path: PAGE.to_owned(), email: String::new() }.keep(call)?;
    Ok(answer::see_other(PAGE))
}

/// The page with what must be mended.
async fn again(call: &Call, person: &Person, error: Error, typed: &Form) -> Result<Response, Error> {
    let mut frame = person.frame(&call.visit);
    frame.problems = problems(error, frame.words)?;
    show(call, person, frame, typed).await
}

pub async fn code(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let Some(progress) = InProgress::find(&call, PAGE) else { return Ok(answer::see_other(PAGE)) };
    let (account, origin) = (person.session.account, call.visit.origin());
    match contacts::prove(&call.app, account, progress.id, form.text("code"), origin).await {
        Ok(_) => {
            call.visit.clear_cookie(Cookie::Challenge);
            Ok(notice::done(PAGE, "contact-proven"))
        }
        Err(Error::Denied(Denied::Expired)) => {
            let mut frame = person.frame(&call.visit);
            // The form with this field may be gone.
            frame.problems = vec![Problem { field: "", text: frame.t("problem-code-tries") }];
            show(&call, &person, frame, &Form::default()).await
        }
        Err(error) => again(&call, &person, error, &Form::default()).await,
    }
}

pub async fn resend(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    let Some(progress) = InProgress::find(&call, PAGE) else { return Ok(answer::see_other(PAGE)) };
    match contacts::resend(&call.app, person.session.account, progress.id, call.visit.origin()).await {
        Ok(()) => {
            let mut frame = person.frame(&call.visit);
            frame.notice = Some(frame.t("code-resent"));
            show(&call, &person, frame, &Form::default()).await
        }
        Err(Error::Denied(Denied::Expired)) => Ok(answer::see_other(PAGE)),
        Err(error) => again(&call, &person, error, &Form::default()).await,
    }
}

pub async fn make_primary(mut call: Call) -> Result<Response, Error> {
    let (form, person) = match changing(&mut call).await? {
        Ok(changing) => changing,
        Err(response) => return Ok(response),
    };
    contacts::make_primary(&call.app, person.session.account, contact(&form)?, call.visit.origin()).await?;
    Ok(notice::done(PAGE, "contact-primary"))
}

pub async fn remove(mut call: Call) -> Result<Response, Error> {
    let (form, person) = match changing(&mut call).await? {
        Ok(changing) => changing,
        Err(response) => return Ok(response),
    };
    contacts::remove(&call.app, person.session.account, contact(&form)?, call.visit.origin()).await?;
    Ok(notice::done(PAGE, "contact-removed"))
}
