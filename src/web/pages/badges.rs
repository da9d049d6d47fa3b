//! Badges: a person's own, and the public pages that say what each kind means and how it is checked.

use poem::Response;
use poem::http::header::ACCEPT;
use serde_json::{Value, json};

use crate::app::App;
use crate::catalog::badges::{self as kinds, BADGES, Badge, Validity};
use crate::error::{Denied, Error};
use crate::wallet::assurance;
use crate::wallet::badges;
use crate::wallet::holdings;
use crate::wallet::standing::{self, Standing, State};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::pages::{definitions, notice};
use crate::web::view::When;
use crate::web::views::badges::{BadgeRow, Badges, Kind, KindRow, Kinds, TrustFramework};
use crate::words::Words;

const PAGE: &str = "/account/badges";

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    let (unit, account) = (call.app.clone(), person.session.account);
    let holdings = call.app.db.read(move |conn| Box::pin(async move { holdings::current(conn, &unit, account).await }));
    let holdings = holdings.await?;
    let proves_phones = call.app.sms.is_on();
    answer::html(&Badges {
        trust: standing::trust(&holdings.badges),
        badges: holdings.badges.iter().map(|one| row(frame.words, one, proves_phones)).collect(),
        action: format!("{PAGE}/remove"),
        frame,
    })
}

fn row(words: Words, one: &Standing, proves_phones: bool) -> BadgeRow {
    let (kind, is_of_client) = (kinds::find(&one.kind), one.issuer.is_some());
    let can_renew = |one: &Standing| one.kind == "email_verified" || proves_phones;
    BadgeRow {
        id: one.id.to_string(),
        // What a client awards is called what the client calls it.
        name: one.detail.clone().filter(|_| is_of_client).unwrap_or_else(|| words.badge(&one.kind)),
        detail: one.detail.clone().filter(|_| !is_of_client),
        proves: kind.map(|kind| words.t(kind.proves)),
        state: words.t(match one.state {
            State::Active => "badge-state-active",
            State::Suspended => "badge-state-suspended",
            State::Expired => "badge-state-expired",
            State::Revoked => "badge-state-revoked",
            State::Removed => "badge-state-removed",
        }),
        is_active: one.is_active(),
        since: When::date(words, one.verified_at),
        until: one.expires_at.map(|at| When::date(words, at)),
        href: (kind.is_some() || is_of_client).then(|| format!("/badge-types/{}", one.kind)),
        may_remove: kind.is_none_or(Badge::is_awarded),
        renew: one.contact.filter(|_| can_renew(one)).map(|id| id.to_string()),
    }
}

pub async fn remove(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let id = form.text("badge").parse().map_err(|_| Denied::NotFound)?;
    let (unit, account, origin) = (call.app.clone(), person.session.account, call.visit.origin().clone());
    let removed = call.app.db.write(move |tx| {
        Box::pin(async move { badges::remove(tx, &unit, account, id, "removed_by_person", &origin).await })
    });
    match removed.await? {
        true => Ok(notice::done(PAGE, "badge-removed")),
        false => Err(Denied::NotFound.into()),
    }
}

fn wants_json(call: &Call) -> bool {
    call.header(ACCEPT.as_str()).is_some_and(|accept| accept.starts_with("application/json"))
}

/// Every kind of badge, for platforms and people.
pub async fn types(call: Call) -> Result<Response, Error> {
    if wants_json(&call) {
        return answer::json(
            &json!({ "data": BADGES.iter().map(|kind| described(&call.app, kind)).collect::<Vec<_>>() }),
        );
    }
    let frame = call.visit.frame();
    let row = |kind: &Badge| KindRow {
        name: frame.words.t(kind.label),
        proves: frame.words.t(kind.proves),
        href: format!("/badge-types/{}", kind.slug),
    };
    answer::html(&Kinds { kinds: BADGES.iter().map(row).collect(), frame })
}

/// One kind.
pub async fn kind(call: Call) -> Result<Response, Error> {
    let slug: String = call.id("slug")?;
    let Some(kind) = kinds::find(&slug) else { return definitions::public(&call, &slug).await };
    if wants_json(&call) {
        return answer::json(&described(&call.app, kind));
    }
    let frame = call.visit.frame();
    let words = frame.words;
    let validity = match kind.validity {
        Validity::Days(days) => words.count("badge-valid-days", days as usize, &[]),
        Validity::Reviewed { most_days } => words.count("badge-valid-document", most_days as usize, &[]),
        Validity::Identity => words.t("badge-valid-identity"),
        Validity::Lasting => words.t("badge-valid-lasting"),
    };
    let (name, proves) = (words.t(kind.label), words.t(kind.proves));
    answer::html(&Kind { name, proves, validity, slug: kind.slug, frame })
}

fn described(app: &App, kind: &Badge) -> Value {
    json!({
        "type": kind.slug,
        "name": Words::English.t(kind.label),
        "criteria": Words::English.t(kind.proves),
        "issuer": "system",
        "valid_days": kind.most_days(),
        "renewable": kind.is_renewable,
        "sensitive": kind.is_sensitive,
        "version": 1,
        "status": "active",
        "href": format!("{}/badge-types/{}", app.config.issuer(), kind.slug),
    })
}

/// What a verification here means, and what it does not (WALLET.md §2.2; OpenID Identity Assurance §5.4.2).
pub async fn trust_framework(call: Call) -> Result<Response, Error> {
    let id = assurance::trust_framework(call.app.config.issuer());
    if wants_json(&call) {
        let level = |name: &str, checks: Value| json!({ "assurance_level": name, "checks": checks });
        return answer::json(&json!({
            "trust_framework": id,
            "policy": id,
            "version": 1,
            "operator": call.app.config.issuer(),
            "levels": [
                level("control", json!(["email_code", "sms_code"])),
                level("document", json!(["vri", "pvr"])),
                level("document_dual", json!(["vri", "pvr", "vri", "pvr"])),
            ],
            "documents": ["passport", "idcard", "driving_permit"],
            "not_claimed": ["nist_800_63A", "eidas"],
            "evidence_kept_days": { "approved": 7, "rejected": 30, "fraud": 90, "abandoned": 1 },
            "badge_types": format!("{}/badge-types", call.app.config.issuer()),
        }));
    }
    answer::html(&TrustFramework { id, frame: call.visit.frame() })
}
