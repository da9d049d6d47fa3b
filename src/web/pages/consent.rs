//! The consent page: what would be shared, with its real values.

use poem::Response;
use poem::http::StatusCode;
use serde_json::Value;

use crate::base::id::InteractionId;
use crate::error::Error;
use crate::oauth::authorization::Polled;
use crate::oauth::authorization::polled::By;
use crate::oauth::client::SubjectType;
use crate::oauth::verified_claims;
use crate::provider::consent::{Choice, ConsentAsk, Line, Reason, is_scope_line};
use crate::provider::wishes;
use crate::store::database::profiles::Source;
use crate::wallet::media::{Kind, Variant};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::pages::app_card;
use crate::web::view::{Chip, Problem, When};
use crate::web::views::consent::{self as view, Consent};
use crate::words::Words;

/// Shows what is asked.
pub async fn page(call: &Call, id: InteractionId, ask: &ConsentAsk) -> Result<Response, Error> {
    page_with(call, id, ask, None).await
}

/// As [`page`], with a problem that an answer had.
pub async fn page_with(
    call: &Call,
    id: InteractionId,
    ask: &ConsentAsk,
    problem: Option<(&'static str, &'static str)>,
) -> Result<Response, Error> {
    let person = call.person().await?;
    let mut frame = person.frame(&call.visit);
    frame.problems.extend(problem.map(|(field, key)| Problem { field, text: frame.words.t(key) }));
    let words = frame.words;
    let client = &ask.client;
    let rows = |lines: &[Line]| lines.iter().map(|l| line(words, l)).collect::<Vec<_>>();
    let (optional, missing) = rows(&ask.optional).into_iter().partition(|line| !line.is_missing());
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    answer::html_with(
        status,
        &Consent {
            app: app_card::of(client),
            action: format!("/interaction/{id}"),
            reason: reason(words, ask.reason),
            person: person.summary.name().to_owned(),
            switch_href: format!("/signin?interaction={id}"),
            purpose: client.purposes.get("openid").cloned(),
            needed: rows(&ask.needed).into_iter().chain(ask.services.iter().map(view::Line::service)).collect(),
            is_pairwise: client.subject_type == SubjectType::Pairwise,
            optional,
            missing,
            already: rows(&ask.already).into_iter().map(|line| view::Line { is_locked: true, ..line }).collect(),
            durations: view::durations(words, call.app.now(), ask.default_duration.name()),
            policy_href: app_card::link(client.policy_uri.as_deref()),
            terms_href: app_card::link(client.tos_uri.as_deref()),
            return_origin: ask.return_origin.clone(),
            elsewhere: ask.polled.as_ref().map(elsewhere),
            is_silent: wishes::is_silent(&call.app, &client.id).await?,
            frame,
        },
    )
}

/// Who fetches the answer, in the words of the page.
fn elsewhere(polled: &Polled) -> view::Elsewhere {
    let (user_code, message) = match &polled.by {
        By::Device { user_code } => (Some(user_code.clone()), None),
        By::Backchannel { binding_message } => (None, binding_message.clone()),
    };
    view::Elsewhere { user_code, message, from: polled.from.clone() }
}

fn reason(words: Words, reason: Reason) -> view::Reason {
    match reason {
        Reason::NewClient => view::Reason::First,
        Reason::NewItems => view::Reason::New,
        Reason::Expired { at } => view::Reason::Expired(When::date(words, at)),
        Reason::ClientChanged { at } => view::Reason::Changed(When::date(words, at)),
        Reason::Reverified { at } => view::Reason::Reverified(When::date(words, at)),
        Reason::PromptConsent => view::Reason::Again,
    }
}

/// A line in words: the value, who vouches for it, why it is asked for.
pub fn line(words: Words, line: &Line) -> view::Line {
    let why = line.purpose.clone();
    let (is_new, is_ticked) = (line.is_new, line.is_ticked);
    if is_scope_line(line.name) {
        return view::Line { why, is_new, is_ticked, ..view::Line::scope(words, line.name, line.label) };
    }
    let shown = match (line.name, line.is_sensitive) {
        ("phone_number", true) => view::Line::phone(words, line.name, line.value.as_deref()),
        (verified_claims::EVIDENCE, _) => {
            view::Line::verified(words, line.name, line.value.as_deref().map(|kept| evidence(words, kept)))
        }
        (name, _) if verified_claims::is_part(name) => view::Line::verified(words, name, line.value.clone()),
        _ => view::Line::claim(words, line.name, line.value.clone()),
    };
    let chip = line.value.as_ref().and_then(|_| match (line.verified_at, line.source) {
        (Some(at), Some(Source::Document)) => Some(Chip::on_document(words, at)),
        (Some(at), _) => Some(Chip::checked(words, at)),
        (None, Some(Source::Person)) => Some(Chip::typed(words)),
        (None, _) => None,
    });
    if let Some(kind) = line.media() {
        let thumbs = line.choices.iter().map(|choice| thumb(words, kind, choice)).collect();
        return view::Line { thumbs, why, is_new, is_ticked, ..shown };
    }
    if let Some(photo) = line.photo {
        let photo = Some(format!("/me/media/items/{photo}/s320"));
        let value = Some(words.t("media-a-photo"));
        return view::Line { photo, value, why, is_new, is_ticked, ..shown };
    }
    let shown = match line.name {
        // Each thing is on a line of its own; where there is none to tick, those that are shared are listed.
        "wallet_badges" if !line.choices.is_empty() => {
            let shared = line.choices.iter().filter(|choice| choice.is_chosen).map(|choice| badge(words, choice));
            view::Line { value: Some(words.list(&shared.collect::<Vec<_>>())), ..shown }
        }
        "wallet_trust" => {
            let level = line.value.as_deref().and_then(|kept| serde_json::from_str::<Value>(kept).ok());
            let level = level.map(|kept| words.with("trust-level-of", &[("level", &kept["level"].to_string())]));
            view::Line { value: level, ..shown }
        }
        _ => match line.value.as_deref() {
            Some("true") => view::Line { value: Some(words.t("answer-yes")), ..shown },
            Some("false") => view::Line { value: Some(words.t("answer-no")), ..shown },
            _ => shown,
        },
    };
    let choices = line.choices.iter().map(|choice| pick(words, line, choice)).collect();
    view::Line { chip, why, choices, is_for_one: line.is_for_one(), is_new, is_ticked, ..shown }
}

/// A photo or video to pick, as the person's own route shows it.
fn thumb(words: Words, kind: Kind, choice: &Choice) -> view::Thumb {
    let id = choice.pick.media().map(|id| id.to_string()).unwrap_or_default();
    let (variant, nameless) = match kind {
        Kind::Photo => (Variant::S320, "media-a-photo"),
        Kind::Video => (Variant::Play, "media-a-video"),
    };
    let name = if choice.value.is_empty() { words.t(nameless) } else { choice.value.clone() };
    view::Thumb {
        value: choice.pick.to_string(),
        src: format!("/me/media/items/{id}/{}", variant.as_str()),
        name,
        is_video: kind == Kind::Video,
        is_chosen: choice.is_chosen,
    }
}

/// The document as its owner reads of it: kind, country, from when until when.
fn evidence(words: Words, kept: &str) -> String {
    let told: Value = serde_json::from_str(kept).unwrap_or_default();
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let kind = match text("type").as_str() {
        "passport" => words.t("evidence-passport"),
        "idcard" => words.t("evidence-idcard"),
        "driving_permit" => words.t("evidence-driving-permit"),
        _ => String::new(),
    };
    let dates = [text("issued_on"), text("expires_on")].into_iter().filter(|date| !date.is_empty());
    let dates = dates.collect::<Vec<_>>().join(" – ");
    [kind, text("country"), dates].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What people call a badge.
fn badge(words: Words, choice: &Choice) -> String {
    let told: Value = serde_json::from_str(&choice.value).unwrap_or_default();
    let kind = told["type"].as_str().unwrap_or_default();
    match kind.strip_prefix("client:").and_then(|rest| rest.rsplit(':').next()) {
        // What a client awards is told by the words of its name.
        Some(name) => name.replace('_', " "),
        None => words.badge(kind),
    }
}

fn pick(words: Words, line: &Line, choice: &Choice) -> view::Choice {
    let label = match line.name {
        "phone_number" => view::masked_phone(&choice.value),
        "wallet_badges" => badge(words, choice),
        _ => choice.value.clone(),
    };
    let chip = match (choice.source, choice.verified_at) {
        (_, Some(at)) => Some(Chip::checked(words, at)),
        (Source::System, None) => None,
        (_, None) => Some(Chip::unchecked(words)),
    };
    let hint =
        [choice.detail.clone(), chip.map(|chip| chip.text)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view::Choice {
        value: choice.pick.to_string(),
        label,
        hint: Some(hint).filter(|hint| !hint.is_empty()),
        is_chosen: choice.is_chosen,
    }
}
