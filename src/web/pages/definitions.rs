//! What clients define as badges: an operator approves it or refuses it; anybody may read what was approved.

use poem::Response;

use crate::base::id::DefinitionId;
use crate::error::{Denied, Error};
use crate::provider::clients;
use crate::wallet::definitions::{self, Definition, DefinitionState};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::pages::admin::operator;
use crate::web::pages::{app_card, notice};
use crate::web::view::When;
use crate::web::views::offers::{ClientKind, DefinitionRow, Definitions};
use crate::words::Words;

const PAGE: &str = "/admin/badge-definitions";

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = operator(&call).await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    let mut rows = Vec::new();
    for definition in definitions::list(&call.app, None).await? {
        let client = clients::find(&call.app, &definition.client_id).await?;
        let app = client.map_or_else(|| definition.client_id.to_string(), |client| client.display_name().to_owned());
        rows.push(row(frame.words, app, definition));
    }
    answer::html(&Definitions { rows, frame })
}

fn row(words: Words, app: String, definition: Definition) -> DefinitionRow {
    let state = match definition.state {
        DefinitionState::Proposed => "definition-state-proposed",
        DefinitionState::Approved => "definition-state-approved",
        DefinitionState::Refused => "definition-state-refused",
    };
    let action = |deed: &str, other: DefinitionState| {
        (definition.state != other).then(|| format!("{PAGE}/{}/{deed}", definition.id))
    };
    DefinitionRow {
        app,
        approve_action: action("approve", DefinitionState::Approved),
        refuse_action: action("refuse", DefinitionState::Refused),
        state: words.t(state),
        created: When::date(words, definition.created_at),
        name: definition.name,
        description: definition.description,
        criteria: definition.criteria,
        slug: definition.slug,
    }
}

pub async fn approve(call: Call) -> Result<Response, Error> {
    decide(call, true).await
}

pub async fn refuse(call: Call) -> Result<Response, Error> {
    decide(call, false).await
}

async fn decide(mut call: Call, is_approved: bool) -> Result<Response, Error> {
    call.form().await?;
    let person = operator(&call).await?;
    if !call.is_fresh(&person.session) {
        // There is no page at this address to come back to.
        return Ok(answer::see_other("/signin?return_to=/admin/badge-definitions"));
    }
    let id: DefinitionId = call.id("id")?;
    definitions::decide(&call.app, id, is_approved, call.visit.origin()).await?;
    Ok(notice::done(PAGE, "saved"))
}

/// The public page of an approved definition.
pub async fn public(call: &Call, slug: &str) -> Result<Response, Error> {
    let definition = definitions::find_public(&call.app, slug).await?.ok_or(Denied::NotFound)?;
    let client = clients::find(&call.app, &definition.client_id).await?.ok_or(Denied::NotFound)?;
    let Definition { name, description, criteria, slug, .. } = definition;
    if call.accepts("application/json") {
        let issuer = call.app.config.issuer();
        return answer::json(&serde_json::json!({
            "type": slug, "name": name, "description": description, "criteria": criteria,
            "issuer": client.id, "issuer_name": client.display_name(), "status": "active",
            "href": format!("{issuer}/badge-types/{slug}"),
        }));
    }
    answer::html(&ClientKind {
        frame: call.visit.frame(),
        app: app_card::of(&client),
        name,
        description,
        criteria,
        slug,
    })
}
