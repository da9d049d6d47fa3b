//! What the wallet holds of a person: shown, and changed in one form.

use poem::Response;

use crate::base::Time;
use crate::catalog::values::{Address, Problem as ValueProblem};
use crate::error::Error;
use crate::provider::grants;
use crate::wallet::profile::{self, Profile as Held};
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::error::problems;
use crate::web::form::Form;
use crate::web::pages::{notice, picture};
use crate::web::view::{Chip, Problem};
use crate::web::views::profile::{AddressRow, FIELDS, Profile, ProfileEdit};
use crate::words::Words;

const PAGE: &str = "/account/profile";
const EDIT: &str = "/account/profile/edit";

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    let held = profile::load(&call.app, person.session.account).await?;
    let sharing = grants::sharing(&call.app, person.session.account).await?;
    let shared_with = |claim: &str| sharing.by_claim.get(claim).copied().unwrap_or_default();
    let address = |claim: &str| {
        let value = held.get(claim);
        let chip =
            |at: Option<Time>| at.map_or_else(|| Chip::unchecked(frame.words), |at| Chip::checked(frame.words, at));
        AddressRow {
            label: frame.words.claim(claim),
            value: value.map(|value| value.text.clone()),
            chip: value.map(|value| chip(value.verified_at)),
            shared_with: shared_with(claim),
        }
    };
    answer::html(&Profile {
        picture: picture::chosen(&call, person.session.account).await?.map(picture::src),
        picture_shared_with: shared_with("picture"),
        addresses: ["email", "phone_number"].map(address).into(),
        groups: Profile::groups(frame.words, |f| (typed(&held, f.name), shared_with(f.claim()))),
        frame,
    })
}

/// What is typed for a field of the form: the parts of the address stand for themselves.
pub fn typed(held: &Held, name: &str) -> Option<String> {
    if let Some(value) = held.get(name) {
        return Some(value.text.clone());
    }
    let address = Address::read(&held.get("address")?.text)?;
    match name {
        "street_address" => address.street_address.or(address.formatted),
        "postal_code" => address.postal_code,
        "locality" => address.locality,
        "region" => address.region,
        "country" => address.country,
        _ => None,
    }
}

pub async fn edit_page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let held = profile::load(&call.app, person.session.account).await?;
    show(&call, &person, |name| typed(&held, name), Vec::new())
}

fn show(
    call: &Call,
    person: &Person,
    value: impl FnMut(&'static str) -> Option<String>,
    problems: Vec<Problem>,
) -> Result<Response, Error> {
    let mut frame = person.frame(&call.visit);
    frame.problems = problems;
    answer::html(&ProfileEdit { action: EDIT.to_owned(), groups: ProfileEdit::groups(frame.words, value), frame })
}

pub async fn edit(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    match profile::save(&call.app, person.session.account, changes(&form), call.visit.origin()).await {
        Ok(()) => Ok(notice::done(PAGE, "saved")),
        Err(error) => {
            let words = person.frame(&call.visit).words;
            let problems = at_their_fields(problems(error, words)?, &form, words);
            show(&call, &person, |name| form.get(name).map(str::to_owned), problems)
        }
    }
}

/// The claims that the form tells of. A field that it has not says nothing.
fn changes(form: &Form) -> Vec<(String, Option<String>)> {
    let own = FIELDS.iter().filter(|field| field.claim() == field.name);
    let told = own.filter_map(|field| Some((field.name.to_owned(), Some(form.get(field.name)?.to_owned()))));
    let mut changes: Vec<_> = told.collect();
    if form.get("street_address").is_some() {
        let address = address(|name| Some(form.text(name)).filter(|text| !text.trim().is_empty()).map(str::to_owned));
        changes.push(("address".to_owned(), (address != Address::default()).then(|| address.kept().ok()).flatten()));
    }
    changes
}

fn address(part: impl Fn(&str) -> Option<String>) -> Address {
    Address {
        formatted: None,
        street_address: part("street_address"),
        postal_code: part("postal_code"),
        locality: part("locality"),
        region: part("region"),
        country: part("country"),
    }
}

/// The problems as they are, but a problem with the address at the parts that have it.
fn at_their_fields(problems: Vec<Problem>, form: &Form, words: Words) -> Vec<Problem> {
    let parts = || FIELDS.iter().filter(|field| field.claim() == "address");
    let wrong_part = |name: &'static str| {
        let alone = address(|part| (part == name).then(|| form.text(name).to_owned()));
        match alone.check() {
            Ok(_) | Err(ValueProblem::Empty) => None,
            Err(problem) => Some(Problem { field: name, text: words.t(problem.key()) }),
        }
    };
    let at_fields = |problem: Problem| match problem.field {
        "address" => parts().filter_map(|field| wrong_part(field.name)).collect(),
        _ => vec![problem],
    };
    problems.into_iter().flat_map(at_fields).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_typed_in_parts() {
        let form = Form::read(b"street_address=1+Way%0D%0AFlat+2&locality=Berlin&country=+&name=Amina").unwrap();
        let changes = changes(&form);
        let kept = r#"{"street_address":"1 Way\r\nFlat 2","locality":"Berlin"}"#;
        let wanted = [("name", "Amina"), ("address", kept)].map(|(n, v)| (n.to_owned(), Some(v.to_owned())));
        assert_eq!(changes, wanted);
        assert_eq!(self::changes(&Form::read(b"street_address=").unwrap()), [("address".to_owned(), None)]);
        assert!(self::changes(&Form::read(b"email=x&sub=y").unwrap()).is_empty());
    }

    #[test]
    fn a_wrong_part_is_named() {
        let form = Form::read(format!("postal_code={}&locality=Berlin", "1".repeat(21)).as_bytes()).unwrap();
        let problem = |field| Problem { field, text: String::new() };
        let found = at_their_fields(vec![problem("website"), problem("address")], &form, Words::English);
        assert_eq!(found.iter().map(|p| p.field).collect::<Vec<_>>(), ["website", "postal_code"]);
    }
}
