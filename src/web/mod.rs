//! The doors that people and programs knock at: pages and endpoints. Every route of the product is on this page.

pub mod answer;
pub mod api;
pub mod assets;
pub mod bytes;
pub mod call;
pub mod connection;
pub mod cookies;
pub mod door;
pub mod doorway;
pub mod error;
pub mod form;
pub mod health;
pub mod hooks;
pub mod links;
pub mod me;
pub mod middleware;
pub mod oauth;
pub mod pages;
pub mod problem;
pub mod range;
mod seats;
pub mod server;
pub mod tls;
pub mod view;
pub mod views;
pub mod visit;

use std::collections::BTreeMap;

use poem::{Endpoint, Response, Route};

use crate::app::App;
use crate::provider::ssf::streams::Extent;
use crate::web::door::Door::{Api, Bearer, Document, Link, Page, Protocol};
use crate::web::door::Verb::{Delete, Get, Patch, Post, Put};
use crate::web::door::{Row, row};
use crate::web::doorway::Doorway;
use crate::web::middleware::House;
use crate::web::middleware::cors::Readers;
use crate::web::pages::admin::Deed;
use crate::web::pages::{
    activity, activity_download, admin, approvals, badges, connections, contacts, definitions, device, home, linked,
    media, offers, outbox, picture, privacy, profile, receipts, security, sessions, setup,
};
use crate::web::pages::{desk, dispute, recover, settings, sign_in, sign_up, verification, wishes};

/// Every route: method, path, kind of door, handler; then its limit by address and who may read it from other origins.
pub const ROUTES: &[Row] = &[
    row(Get, "/.well-known/openid-configuration", Document, |c| Box::pin(oauth::documents::metadata(c)))
        .readers(Readers::All),
    row(Get, "/.well-known/oauth-authorization-server", Document, |c| Box::pin(oauth::documents::metadata(c)))
        .readers(Readers::All),
    row(Get, "/.well-known/oauth-protected-resource", Document, |c| Box::pin(oauth::documents::resource(c, "")))
        .readers(Readers::All),
    row(Get, "/.well-known/oauth-protected-resource/userinfo", Document, |c| {
        Box::pin(oauth::documents::resource(c, "/userinfo"))
    })
    .readers(Readers::All),
    row(Get, "/.well-known/oauth-protected-resource/wallet/v1", Document, |c| {
        Box::pin(oauth::documents::resource(c, "/wallet/v1"))
    })
    .readers(Readers::All),
    row(Get, "/.well-known/oauth-protected-resource/grants", Document, |c| {
        Box::pin(oauth::documents::resource(c, "/grants"))
    })
    .readers(Readers::All),
    row(Get, "/.well-known/oauth-protected-resource/ssf", Document, |c| {
        Box::pin(oauth::documents::resource(c, "/ssf"))
    })
    .readers(Readers::All),
    row(Get, "/.well-known/ssf-configuration", Document, |c| Box::pin(oauth::ssf::metadata(c))).readers(Readers::All),
    row(Get, "/jwks", Document, |c| Box::pin(oauth::documents::jwks(c))).readers(Readers::All),
    row(Get, "/authorize", Page, |c| Box::pin(oauth::authorize::get(c))).limit("authorize"),
    row(Post, "/authorize", Page, |c| Box::pin(oauth::authorize::post(c))).limit("authorize"),
    row(Post, "/par", Protocol, |c| Box::pin(oauth::pushed::push(c))),
    row(Post, "/token", Protocol, |c| Box::pin(oauth::token::token(c))).readers(Readers::Client),
    row(Post, "/device_authorization", Protocol, |c| Box::pin(oauth::device::authorization(c)))
        .limit("authorize")
        .readers(Readers::Client),
    row(Post, "/bc-authorize", Protocol, |c| Box::pin(oauth::backchannel::authorize(c))),
    row(Post, "/dev/ciba/:auth_req_id/:action", Page, |c| Box::pin(oauth::backchannel::stand_in(c))),
    row(Get, "/device", Page, |c| Box::pin(device::page(c))),
    row(Post, "/device", Page, |c| Box::pin(device::enter(c))).limit("user_code"),
    row(Post, "/introspect", Protocol, |c| Box::pin(oauth::token::introspect(c))),
    row(Post, "/revoke", Protocol, |c| Box::pin(oauth::token::revoke(c))).readers(Readers::Client),
    row(Get, "/userinfo", Bearer, |c| Box::pin(oauth::userinfo::get(c))).readers(Readers::Client),
    row(Post, "/userinfo", Bearer, |c| Box::pin(oauth::userinfo::post(c))).readers(Readers::Client),
    row(Get, "/wallet/v1/me", Api, |c| Box::pin(api::serve(c))).readers(Readers::Client),
    row(Get, "/wallet/v1/profile", Api, |c| Box::pin(api::serve(c))).readers(Readers::Client),
    row(Get, "/wallet/v1/changes", Api, |c| Box::pin(api::serve(c))).readers(Readers::Client),
    row(Get, "/wallet/v1/client/changes", Api, |c| Box::pin(api::serve(c))),
    row(Get, "/wallet/v1/client/grants", Api, |c| Box::pin(api::serve(c))),
    row(Get, "/wallet/v1/badges", Api, |c| Box::pin(api::serve(c))).readers(Readers::Client),
    row(Get, "/wallet/v1/badges/:id", Api, |c| Box::pin(api::serve(c))).readers(Readers::Client),
    row(Post, "/wallet/v1/badge-definitions", Api, |c| Box::pin(api::serve(c))),
    row(Post, "/wallet/v1/badges/issue", Api, |c| Box::pin(api::serve(c))),
    row(Delete, "/wallet/v1/badges/issued/:id", Api, |c| Box::pin(api::serve(c))),
    row(Get, "/wallet/v1/media", Api, |c| Box::pin(api::serve(c))).readers(Readers::Client),
    row(Get, "/wallet/v1/media/:id", Api, |c| Box::pin(api::serve(c))).readers(Readers::Client),
    row(Get, "/wallet/v1/media/:id/content", Api, |c| Box::pin(api::serve(c))).readers(Readers::Client),
    row(Post, "/wallet/v1/media/:id/links", Api, |c| Box::pin(api::serve(c))).readers(Readers::Client),
    row(Get, "/m/:token", Link, |c| Box::pin(links::follow(c))),
    row(Get, "/wallet/v1/identity", Api, |c| Box::pin(api::serve(c))).readers(Readers::Client),
    row(Get, "/wallet/v1/openapi.json", Document, |c| Box::pin(api::document(c))).readers(Readers::All),
    row(Get, "/wallet/v1/catalogue.json", Document, |c| Box::pin(api::catalogue::serve(c))).readers(Readers::All),
    row(Get, "/developers/api", Page, |c| Box::pin(pages::api::page(c))),
    row(Post, "/wallet/v1/erasure-requests/:id/status", Api, |c| Box::pin(api::serve(c))),
    row(Post, "/register", Bearer, |c| Box::pin(oauth::register::register(c))).limit("register"),
    row(Get, "/register/:client_id", Bearer, |c| Box::pin(oauth::register::read(c))),
    row(Put, "/register/:client_id", Bearer, |c| Box::pin(oauth::register::update(c))),
    row(Delete, "/register/:client_id", Bearer, |c| Box::pin(oauth::register::remove(c))),
    row(Get, "/grants", Bearer, |c| Box::pin(oauth::grants::index(c))),
    row(Get, "/grants/:id", Bearer, |c| Box::pin(oauth::grants::query(c))),
    row(Delete, "/grants/:id", Bearer, |c| Box::pin(oauth::grants::revoke(c))),
    row(Get, "/ssf/stream", Bearer, |c| Box::pin(oauth::ssf::read(c))),
    row(Post, "/ssf/stream", Bearer, |c| Box::pin(oauth::ssf::create(c))),
    row(Patch, "/ssf/stream", Bearer, |c| Box::pin(oauth::ssf::change(c, Extent::Said))),
    row(Put, "/ssf/stream", Bearer, |c| Box::pin(oauth::ssf::change(c, Extent::Whole))),
    row(Delete, "/ssf/stream", Bearer, |c| Box::pin(oauth::ssf::remove(c))),
    row(Get, "/ssf/status", Bearer, |c| Box::pin(oauth::ssf::status(c))),
    row(Post, "/ssf/status", Bearer, |c| Box::pin(oauth::ssf::set_status(c))),
    row(Post, "/ssf/subjects/add", Bearer, |c| Box::pin(oauth::ssf::add_subject(c))),
    row(Post, "/ssf/subjects/remove", Bearer, |c| Box::pin(oauth::ssf::remove_subject(c))),
    row(Post, "/ssf/verify", Bearer, |c| Box::pin(oauth::ssf::verify(c))),
    row(Post, "/ssf/poll/:stream", Bearer, |c| Box::pin(oauth::ssf::poll(c))).long(),
    row(Get, "/logout", Page, |c| Box::pin(oauth::logout::get(c))),
    row(Post, "/logout", Page, |c| Box::pin(oauth::logout::post(c))),
    row(Post, "/logout/confirm", Page, |c| Box::pin(oauth::logout::confirm(c))),
    row(Get, "/check_session", Document, |c| Box::pin(oauth::check_session::page(c))),
    row(Get, "/interaction/:id", Page, |c| Box::pin(oauth::interaction::next(c))),
    row(Post, "/interaction/:id", Page, |c| Box::pin(oauth::interaction::decide(c))),
    row(Get, "/interaction/:id/leaving", Page, |c| Box::pin(oauth::interaction::leaving(c))),
    row(Get, "/signin", Page, |c| Box::pin(sign_in::page(c))),
    row(Post, "/signin", Page, |c| Box::pin(sign_in::identify(c))),
    row(Get, "/signin/password", Page, |c| Box::pin(sign_in::password_page(c))),
    row(Post, "/signin/password", Page, |c| Box::pin(sign_in::password(c))).limit("sign_in"),
    row(Get, "/signup", Page, |c| Box::pin(sign_up::page(c))),
    row(Post, "/signup", Page, |c| Box::pin(sign_up::begin(c))).limit("sign_up"),
    row(Get, "/signup/code", Page, |c| Box::pin(sign_up::code_page(c))),
    row(Post, "/signup/code", Page, |c| Box::pin(sign_up::code(c))).limit("code_check"),
    row(Post, "/signup/code/again", Page, |c| Box::pin(sign_up::resend(c))).limit("sign_up"),
    row(Post, "/signup/code/confirmed", Page, |c| Box::pin(sign_up::confirmed(c))).limit("code_check"),
    row(Get, "/signup/password", Page, |c| Box::pin(sign_up::password_page(c))),
    row(Post, "/signup/password", Page, |c| Box::pin(sign_up::password(c))).limit("code_check"),
    row(Get, "/recover", Page, |c| Box::pin(recover::page(c))),
    row(Post, "/recover", Page, |c| Box::pin(recover::begin(c))).limit("sign_up"),
    row(Get, "/recover/code", Page, |c| Box::pin(recover::code_page(c))),
    row(Post, "/recover/code", Page, |c| Box::pin(recover::code(c))).limit("code_check"),
    row(Post, "/recover/code/again", Page, |c| Box::pin(recover::resend(c))).limit("sign_up"),
    row(Get, "/recover/password", Page, |c| Box::pin(recover::password_page(c))),
    row(Post, "/recover/password", Page, |c| Box::pin(recover::password(c))).limit("code_check"),
    row(Get, "/confirm/:link", Page, |c| Box::pin(pages::confirm::page(c))).limit("code_check"),
    row(Post, "/confirm/:link", Page, |c| Box::pin(pages::confirm::confirm(c))).limit("code_check"),
    row(Get, "/", Page, |c| Box::pin(pages::public::welcome(c))),
    row(Get, "/help", Page, |c| Box::pin(pages::public::help(c))),
    row(Get, "/privacy", Page, |c| Box::pin(pages::public::privacy(c))),
    row(Get, "/trust-framework/1", Page, |c| Box::pin(badges::trust_framework(c))),
    row(Get, "/badge-types", Page, |c| Box::pin(badges::types(c))),
    row(Get, "/badge-types/:slug", Page, |c| Box::pin(badges::kind(c))),
    row(Get, "/developers", Page, |c| Box::pin(pages::public::developers(c))),
    row(Get, "/settings", Page, |c| Box::pin(settings::page(c))),
    row(Post, "/settings/language", Page, |c| Box::pin(settings::language(c))),
    row(Post, "/settings/theme", Page, |c| Box::pin(settings::theme(c))),
    row(Get, "/account", Page, |c| Box::pin(home::page(c))),
    row(Get, "/account/profile", Page, |c| Box::pin(profile::page(c))),
    row(Get, "/account/profile/edit", Page, |c| Box::pin(profile::edit_page(c))),
    row(Post, "/account/profile/edit", Page, |c| Box::pin(profile::edit(c))),
    row(Get, "/account/profile/picture", Page, |c| Box::pin(picture::page(c))),
    row(Post, "/account/profile/picture", Page, |c| Box::pin(picture::choose(c))),
    row(Get, "/account/contacts", Page, |c| Box::pin(contacts::page(c))),
    row(Post, "/account/contacts/email", Page, |c| Box::pin(contacts::add_email(c))).limit("sign_up"),
    row(Post, "/account/contacts/phone", Page, |c| Box::pin(contacts::add_phone(c))).limit("sms"),
    row(Post, "/account/contacts/prove", Page, |c| Box::pin(contacts::prove(c))).limit("sms"),
    row(Post, "/account/contacts/code", Page, |c| Box::pin(contacts::code(c))).limit("code_check"),
    row(Post, "/account/contacts/code/again", Page, |c| Box::pin(contacts::resend(c))).limit("sms"),
    row(Post, "/account/contacts/code/confirmed", Page, |c| Box::pin(contacts::confirmed(c))).limit("code_check"),
    row(Post, "/account/contacts/primary", Page, |c| Box::pin(contacts::make_primary(c))),
    row(Post, "/account/contacts/remove", Page, |c| Box::pin(contacts::remove(c))),
    row(Get, "/account/badges", Page, |c| Box::pin(badges::page(c))),
    row(Post, "/account/badges/remove", Page, |c| Box::pin(badges::remove(c))),
    row(Get, "/account/badges/offers", Page, |c| Box::pin(offers::page(c))),
    row(Post, "/account/badges/offers/:id/accept", Page, |c| Box::pin(offers::accept(c))),
    row(Post, "/account/badges/offers/:id/decline", Page, |c| Box::pin(offers::decline(c))),
    row(Get, "/account/linked", Page, |c| Box::pin(linked::page(c))),
    row(Post, "/account/linked/:provider", Page, |c| Box::pin(linked::link(c))),
    row(Get, "/account/linked/:provider/callback", Page, |c| Box::pin(linked::callback(c))).limit("authorize"),
    row(Post, "/account/linked/:provider/remove", Page, |c| Box::pin(linked::unlink(c))),
    row(Get, "/account/apps", Page, |c| Box::pin(connections::list(c))),
    row(Get, "/account/apps/stop-all", Page, |c| Box::pin(wishes::stop_all_page(c))),
    row(Post, "/account/apps/stop-all", Page, |c| Box::pin(wishes::stop_all(c))),
    row(Get, "/account/apps/:id", Page, |c| Box::pin(connections::show(c))),
    row(Post, "/account/apps/:id", Page, |c| Box::pin(connections::change(c))),
    row(Get, "/account/apps/:id/stop", Page, |c| Box::pin(connections::stop_page(c))),
    row(Post, "/account/apps/:id/stop", Page, |c| Box::pin(connections::stop(c))),
    row(Post, "/account/apps/:id/pause", Page, |c| Box::pin(wishes::pause(c))),
    row(Post, "/account/apps/:id/resume", Page, |c| Box::pin(wishes::resume(c))),
    row(Get, "/account/apps/:id/erasure", Page, |c| Box::pin(wishes::erasure_page(c))),
    row(Post, "/account/apps/:id/erasure", Page, |c| Box::pin(wishes::erasure(c))),
    row(Get, "/account/apps/:id/report", Page, |c| Box::pin(wishes::report_page(c))),
    row(Post, "/account/apps/:id/report", Page, |c| Box::pin(wishes::report(c))),
    row(Get, "/account/receipts", Page, |c| Box::pin(receipts::list(c))),
    row(Get, "/account/receipts/:id", Page, |c| Box::pin(receipts::download(c))),
    row(Get, "/receipts/verify", Page, |c| Box::pin(receipts::verify_page(c))),
    row(Post, "/receipts/verify", Page, |c| Box::pin(receipts::verify(c))).limit("authorize"),
    row(Get, "/receipts/keys", Document, |c| Box::pin(receipts::keys(c))).readers(Readers::All),
    row(Get, "/account/approvals", Page, |c| Box::pin(approvals::page(c))),
    row(Post, "/account/approvals/:id/approve", Page, |c| Box::pin(approvals::approve(c))),
    row(Post, "/account/approvals/:id/deny", Page, |c| Box::pin(approvals::deny(c))),
    row(Get, "/account/activity", Page, |c| Box::pin(activity::page(c))),
    row(Get, "/account/activity/download", Page, |c| Box::pin(activity_download::download(c))),
    row(Get, "/account/media", Page, |c| Box::pin(media::page(c))),
    row(Post, "/account/media", Page, |c| Box::pin(media::upload(c))).long(),
    row(Get, "/account/media/:id", Page, |c| Box::pin(media::item_page(c))),
    row(Post, "/account/media/:id", Page, |c| Box::pin(media::describe(c))),
    row(Post, "/account/media/:id/delete", Page, |c| Box::pin(media::delete(c))),
    row(Post, "/account/media/:id/restore", Page, |c| Box::pin(media::restore(c))),
    row(Post, "/account/media/:id/destroy", Page, |c| Box::pin(media::destroy(c))),
    row(Get, "/account/verification", Page, |c| Box::pin(verification::page(c))),
    row(Post, "/account/verification", Page, |c| Box::pin(verification::start(c))),
    row(Get, "/account/verification/cases/:id", Page, |c| Box::pin(verification::case_page(c))),
    row(Post, "/account/verification/consent", Page, |c| Box::pin(verification::consent(c))),
    row(Post, "/account/verification/data", Page, |c| Box::pin(verification::data(c))),
    row(Post, "/account/verification/challenge", Page, |c| Box::pin(verification::challenge(c))),
    row(Post, "/account/verification/picture", Page, |c| Box::pin(verification::picture(c))).long(),
    row(Post, "/account/verification/submit", Page, |c| Box::pin(verification::submit(c))),
    row(Post, "/account/verification/withdraw", Page, |c| Box::pin(verification::withdraw(c))),
    row(Post, "/account/verification/appeal", Page, |c| Box::pin(verification::appeal(c))),
    row(Get, "/verification/dispute/:link", Page, |c| Box::pin(dispute::page(c))).limit("code_check"),
    row(Post, "/verification/dispute/:link", Page, |c| Box::pin(dispute::dispute(c))).limit("code_check"),
    row(Get, "/desk", Page, |c| Box::pin(desk::page(c))),
    row(Get, "/desk/:case", Page, |c| Box::pin(desk::case_page(c))),
    row(Post, "/desk/:case/claim", Page, |c| Box::pin(desk::claim(c))),
    row(Post, "/desk/:case/release", Page, |c| Box::pin(desk::release(c))),
    row(Post, "/desk/:case/renew", Page, |c| Box::pin(desk::renew(c))),
    row(Post, "/desk/:case/decide", Page, |c| Box::pin(desk::decide(c))),
    row(Get, "/desk-pictures/:link", Protocol, |c| Box::pin(desk::picture(c))),
    row(Post, "/hooks/mail", Protocol, |c| Box::pin(hooks::mail(c))),
    row(Post, "/hooks/sms", Protocol, |c| Box::pin(hooks::sms(c))),
    row(Post, "/hooks/verification", Protocol, |c| Box::pin(hooks::verification(c))),
    row(Get, "/hooks/verification/pictures/:link", Protocol, |c| Box::pin(desk::service_picture(c))),
    row(Post, "/me/media/uploads", Protocol, |c| Box::pin(me::create(c))),
    row(Get, "/me/media/uploads/:id", Protocol, |c| Box::pin(me::progress(c))),
    row(Delete, "/me/media/uploads/:id", Protocol, |c| Box::pin(me::abandon(c))),
    row(Put, "/me/media/uploads/:id/parts/:n", Protocol, |c| Box::pin(me::put_part(c))).long(),
    row(Post, "/me/media/uploads/:id/complete", Protocol, |c| Box::pin(me::complete(c))).long(),
    row(Get, "/me/media/items/:id/:variant", Protocol, |c| Box::pin(me::bytes(c))),
    row(Get, "/account/sessions", Page, |c| Box::pin(sessions::page(c))),
    row(Post, "/account/sessions/end", Page, |c| Box::pin(sessions::end(c))),
    row(Post, "/account/sessions/end-others", Page, |c| Box::pin(sessions::end_others(c))),
    row(Get, "/account/security", Page, |c| Box::pin(security::page(c))),
    row(Post, "/account/security/password", Page, |c| Box::pin(security::change_password(c))).limit("sign_in"),
    row(Get, "/account/privacy", Page, |c| Box::pin(privacy::page(c))),
    row(Get, "/account/privacy/export", Page, |c| Box::pin(privacy::export_page(c))),
    row(Post, "/account/privacy/export", Page, |c| Box::pin(privacy::export(c))),
    row(Get, "/account/privacy/export/:id", Page, |c| Box::pin(privacy::download(c))).long(),
    row(Post, "/account/privacy/import", Page, |c| Box::pin(privacy::import(c))).long(),
    row(Get, "/account/privacy/import/:id", Page, |c| Box::pin(privacy::import_page(c))),
    row(Get, "/account/privacy/delete", Page, |c| Box::pin(privacy::delete_page(c))),
    row(Post, "/account/privacy/delete", Page, |c| Box::pin(privacy::delete(c))),
    row(Get, "/deletion", Page, |c| Box::pin(privacy::told(c))),
    row(Get, "/deletion/:token", Page, |c| Box::pin(privacy::pending(c))).limit("code_check"),
    row(Post, "/deletion/:token", Page, |c| Box::pin(privacy::cancel(c))).limit("code_check"),
    row(Get, "/account/settings", Page, |c| Box::pin(settings::account_page(c))),
    row(Get, "/admin", Page, |c| Box::pin(admin::page(c))),
    row(Post, "/admin/clients/verify-domain", Page, |c| Box::pin(admin::act(c, Deed::VerifyDomain))),
    row(Post, "/admin/clients/unverify-domain", Page, |c| Box::pin(admin::act(c, Deed::UnverifyDomain))),
    row(Post, "/admin/clients/disable", Page, |c| Box::pin(admin::act(c, Deed::Disable))),
    row(Post, "/admin/clients/enable", Page, |c| Box::pin(admin::act(c, Deed::Enable))),
    row(Get, "/admin/badge-definitions", Page, |c| Box::pin(definitions::page(c))),
    row(Post, "/admin/badge-definitions/:id/approve", Page, |c| Box::pin(definitions::approve(c))),
    row(Post, "/admin/badge-definitions/:id/refuse", Page, |c| Box::pin(definitions::refuse(c))),
    row(Post, "/admin/reports/close", Page, |c| Box::pin(admin::close_report(c))),
    row(Get, "/setup/:token", Page, |c| Box::pin(setup::page(c))).limit("code_check"),
    row(Post, "/setup/:token", Page, |c| Box::pin(setup::finish(c))).limit("code_check"),
    row(Get, "/dev/outbox", Page, |c| Box::pin(outbox::list(c))),
    row(Get, "/dev/outbox/:id", Page, |c| Box::pin(outbox::show(c))),
    row(Get, "/static/*name", Document, |c| Box::pin(pages::assets::file(c))),
    row(Get, "/logo", Document, |c| Box::pin(pages::assets::logo(c))),
    row(Get, "/favicon.ico", Document, |c| Box::pin(pages::assets::favicon(c))),
    row(Get, "/robots.txt", Document, |c| Box::pin(pages::assets::robots(c))),
    row(Get, "/.well-known/change-password", Document, |c| Box::pin(pages::assets::change_password(c))),
    row(Get, "/healthz", Document, |c| Box::pin(pages::assets::healthz(c))),
];

/// The product behind its public listeners.
pub fn public(app: &App) -> impl Endpoint<Output = Response> + 'static {
    let mut paths: BTreeMap<&'static str, Vec<&'static Row>> = BTreeMap::new();
    for row in ROUTES {
        paths.entry(row.path).or_default().push(row);
    }
    let routes =
        paths.into_iter().fold(Route::new(), |routes, (path, rows)| routes.at(path, Doorway::new(app.clone(), rows)));
    House::new(app.clone(), routes)
}

/// What answers on the second listener.
pub fn operations(app: &App) -> impl Endpoint<Output = Response> + 'static {
    health::Operations::new(app.clone())
}
