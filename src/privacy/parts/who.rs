//! Who the person is and what they have.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Out, SCHEMA_VERSION, Source, moment};
use crate::accounts::contacts::{self, Address};
use crate::accounts::password;
use crate::base::Fault;
use crate::catalog::{claims, values};
use crate::privacy::bundle::Made;
use crate::store::database::accounts;
use crate::store::database::contacts::ContactKind;
use crate::wallet::media::{Item, Kind, State};
use crate::wallet::{badges as awarded, identity as facts, profile as held};

pub(super) async fn profile(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let held = held::load(&source.app, source.account).await?;
    let typed = held.iter().filter(|(name, _)| claims::find(name).is_some_and(|claim| claim.is_typed()));
    let values: Vec<Value> = typed
        .map(|(name, value)| {
            let told = claims::find(name).and_then(|claim| values::to_json(claim.value, &value.text));
            json!({
                "name": name,
                "text": value.text,
                "value": told,
                "source": value.source.as_str(),
                "verified_at": moment(value.verified_at),
                "updated_at": value.updated_at.rfc3339(),
            })
        })
        .collect();
    out.json("profile.json", &json!({ "schema_version": SCHEMA_VERSION, "values": values })).await
}

pub(super) async fn emails(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let emails = addresses(source, ContactKind::Email).await?;
    out.json("emails.json", &json!({ "schema_version": SCHEMA_VERSION, "emails": emails })).await
}

pub(super) async fn phones(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let phones = addresses(source, ContactKind::Phone).await?;
    out.json("phones.json", &json!({ "schema_version": SCHEMA_VERSION, "phones": phones })).await
}

async fn addresses(source: &Source, kind: ContactKind) -> Result<Vec<Value>, Fault> {
    let all = contacts::list(&source.app, source.account).await?;
    let told = |one: &Address| json!({ "id": one.id, "address": one.text, "primary": one.is_primary, "verified_at": moment(one.verified_at) });
    Ok(all.iter().filter(|one| one.kind == kind).map(told).collect())
}

pub(super) async fn identity(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let (unit, account) = (source.app.clone(), source.account);
    let found =
        source.app.db.read::<_, Fault, _>(move |conn| Box::pin(async move { facts::load(conn, &unit, account).await }));
    let told = found.await?.map(|facts| {
        let checks: Vec<Value> =
            facts.checks.iter().map(|c| json!({ "id": c.id, "method": c.method, "at": c.at.rfc3339() })).collect();
        json!({
            "level": facts.level.as_str(),
            "verified_at": facts.verified_at.rfc3339(),
            "expires_at": facts.expires_at.rfc3339(),
            "given_name": facts.given_name,
            "family_name": facts.family_name,
            "birthdate": facts.birthdate,
            "nationalities": facts.nationalities,
            "document": {
                "kind": facts.document.kind.as_str(),
                "country": facts.document.country,
                "issued_on": facts.document.issued_on,
                "expires_on": facts.document.expires_on,
            },
            "checks": checks,
        })
    });
    out.json("identity.json", &json!({ "schema_version": SCHEMA_VERSION, "identity": told })).await
}

pub(super) async fn badges(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let (unit, account) = (source.app.clone(), source.account);
    let found = source
        .app
        .db
        .read::<_, Fault, _>(move |conn| Box::pin(async move { awarded::active(conn, &unit, account).await }));
    let told = found.await?.into_iter().map(|badge| {
        json!({
            "id": badge.id,
            "kind": badge.kind,
            "thing": badge.thing,
            "state": badge.state.as_str(),
            "level": badge.level.map(awarded::Level::as_str),
            "issuer": badge.issuer,
            "detail": badge.detail,
            "verified_at": badge.verified_at.rfc3339(),
            "expires_at": moment(badge.expires_at),
        })
    });
    let badges: Vec<Value> = told.collect();
    out.json("badges/badges.json", &json!({ "schema_version": SCHEMA_VERSION, "badges": badges })).await
}

/// The items whose files are in the bundle, each with its file.
fn bundled<'a>(source: &'a Source, files: &'a [Made]) -> impl Iterator<Item = (&'a Item, &'a Made)> {
    source.items.iter().filter_map(move |item| {
        let id = item.id.to_string();
        files.iter().find(|made| made.item.as_deref() == Some(&id)).map(|made| (item, made))
    })
}

pub(super) async fn media(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let told = |(item, made): (&Item, &Made)| {
        json!({
            "id": item.id,
            "kind": item.kind.as_str(),
            "state": item.state.as_str(),
            "path": made.path,
            "media_type": item.format.map(|format| format.mime()).unwrap_or_default(),
            "bytes": made.size,
            "sha256": made.sha256,
            "title": item.details.title,
            "description": item.details.alt,
            "album": item.details.album,
            "file_name": item.details.file_name,
            "width": item.width,
            "height": item.height,
            "duration_ms": item.duration_ms,
            "created_at": item.created_at.rfc3339(),
        })
    };
    let items: Vec<Value> = bundled(source, &out.files).map(told).collect();
    out.json("media/media.json", &json!({ "schema_version": SCHEMA_VERSION, "items": items })).await
}

fn albums(items: &[(&Item, &Made)]) -> Vec<Value> {
    let names: BTreeSet<&str> = items.iter().map(|(item, _)| item.details.album.as_str()).collect();
    let told = |name: &&str| json!({ "id": name, "name": name, "description": null });
    names.iter().filter(|name| !name.is_empty()).map(told).collect()
}

fn of_kind<'a>(source: &'a Source, files: &'a [Made], kind: Kind) -> Vec<(&'a Item, &'a Made)> {
    bundled(source, files).filter(|(item, _)| item.kind == kind && item.state == State::Ready).collect()
}

fn name(item: &Item) -> &str {
    let details = &item.details;
    if details.title.is_empty() { &details.file_name } else { &details.title }
}

fn album(item: &Item) -> Option<&str> {
    Some(item.details.album.as_str()).filter(|album| !album.is_empty())
}

pub(super) async fn dtp_photos(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let photos = of_kind(source, &out.files, Kind::Photo);
    let told = |(item, made): &(&Item, &Made)| {
        json!({
            "title": name(item),
            "fetchableUrl": made.path,
            "description": item.details.alt,
            "mediaType": item.format.map(|format| format.mime()).unwrap_or_default(),
            "dataId": item.id,
            "albumId": album(item),
            "inTempStore": false,
            "uploadedTime": item.created_at.rfc3339(),
        })
    };
    let document = json!({ "albums": albums(&photos), "photos": photos.iter().map(told).collect::<Vec<_>>() });
    out.json("dtp/photos.json", &document).await
}

pub(super) async fn dtp_videos(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let videos = of_kind(source, &out.files, Kind::Video);
    let told = |(item, made): &(&Item, &Made)| {
        json!({
            "name": name(item),
            "contentUrl": made.path,
            "description": item.details.alt,
            "encodingFormat": item.format.map(|format| format.mime()).unwrap_or_default(),
            "dataId": item.id,
            "albumId": album(item),
            "inTempStore": false,
            "uploadedTime": item.created_at.rfc3339(),
        })
    };
    let document = json!({ "albums": albums(&videos), "videos": videos.iter().map(told).collect::<Vec<_>>() });
    out.json("dtp/videos.json", &document).await
}

pub(super) async fn settings(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let account = source.account;
    let found = source.app.db.read::<_, Fault, _>(move |conn| Box::pin(accounts::find(conn, account))).await?;
    let found = found.ok_or_else(|| Fault::broken("find the account of a bundle"))?;
    let changed = password::changed_at(&source.app, account).await?;
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "account_id": account,
        "created_at": found.created_at.rfc3339(),
        "language": found.locale,
        "password_changed_at": moment(changed),
    });
    out.json("settings.json", &document).await
}
