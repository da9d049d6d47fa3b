//! Connected apps: what each may see, changed line by line, and stopped.

use poem::Response;
use poem::http::StatusCode;

use crate::audit::activity::{self, Filter};
use crate::base::id::GrantId;
use crate::catalog::{claims, events};
use crate::error::{Denied, Error};
use crate::oauth::grant::{Duration, Grant, Pick};
use crate::oauth::params;
use crate::provider::consent::Line;
use crate::provider::grants::{self, Change, Connected};
use crate::provider::{resources, wishes};
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::error::problems;
use crate::web::pages::activity::read_row;
use crate::web::pages::receipts::of_grant;
use crate::web::pages::wishes::rows;
use crate::web::pages::{app_card, consent, notice};
use crate::web::view::{Problem, When};
use crate::web::views::apps::{App, AppRow, AppStop, Apps, EndedRow};
use crate::web::views::consent::{self as view, durations};
use crate::words::Words;

const LIST: &str = "/account/apps";
/// How many reads the page of one app shows.
const READS: usize = 20;

/// How many picks are carried in an address.
const MOST_CARRIED: usize = 120;

fn href(id: GrantId) -> String {
    format!("{LIST}/{id}")
}

pub async fn list(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    let words = frame.words;
    let (live, over): (Vec<_>, Vec<_>) =
        grants::list(&call.app, person.session.account).await?.into_iter().partition(|one| one.is_live);
    let apps = live.iter().map(|one| app_row(words, one)).collect();
    // Of several permissions that ended, the latest speaks for its app.
    let mut seen: Vec<_> = live.iter().map(|one| one.grant.client.clone()).collect();
    let mut ended = Vec::new();
    for one in over {
        if !seen.contains(&one.grant.client) {
            seen.push(one.grant.client.clone());
            ended.extend(ended_row(words, &one));
        }
    }
    answer::html(&Apps { frame, apps, ended })
}

fn app_row(words: Words, one: &Connected) -> AppRow {
    AppRow {
        app: app_card::of(&one.client),
        href: href(one.grant.id),
        shares: words.list(&shared(words, &one.grant)),
        since: When::date(words, one.grant.created_at),
        until: one.grant.expires_at.map(|at| When::date(words, at)),
        last_read: one.last_read.map(|at| When::date(words, at)),
        reads: one.reads,
        is_paused: one.paused_at.is_some(),
    }
}

fn ended_row(words: Words, one: &Connected) -> Option<EndedRow> {
    let when = When::date(words, ended_at(one)?);
    Some(EndedRow { app: app_card::of(&one.client), href: href(one.grant.id), when })
}

fn ended_at(one: &Connected) -> Option<crate::base::Time> {
    if one.is_live { None } else { one.ended_at.or(one.grant.expires_at) }
}

/// The lines that are shared, in words; the sign-in ID always is.
fn shared(words: Words, grant: &Grant) -> Vec<String> {
    let lines = claims::lines().filter(|claim| claim.name != "sub" && grant.allowed.claims.contains(claim.name));
    let names: Vec<String> = lines.map(|claim| words.claim(claim.name)).collect();
    if names.is_empty() { vec![words.claim("sub")] } else { names }
}

pub async fn show(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    show_with(&call, &person, &Wish::read(&call), Vec::new()).await
}

async fn show_with(call: &Call, person: &Person, wish: &Wish, problems: Vec<Problem>) -> Result<Response, Error> {
    let mut frame = person.frame(&call.visit);
    notice::tell(call, &mut frame);
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    frame.problems = problems;
    let (words, id) = (frame.words, call.id("id")?);
    let detail = grants::show(&call.app, person.session.account, id).await?;
    let one = &detail.connected;
    let client = Some(one.grant.client.clone());
    let filter = Filter { client, events: events::READS.to_vec(), ..Filter::default() };
    let reads = activity::list(&call.app, person.session.account, filter, None, READS).await?;
    let duration = wish.duration.unwrap_or(one.grant.duration);
    let wished = wishes::list(&call.app, person.session.account, Some(one.grant.client.clone())).await?;
    answer::html_with(
        status,
        &App {
            frame,
            app: app_card::of(&one.client),
            action: href(id),
            stop_href: format!("{}/stop", href(id)),
            pause_action: format!("{}/{}", href(id), if one.paused_at.is_some() { "resume" } else { "pause" }),
            paused: one.paused_at.map(|at| When::date(words, at)),
            erasure_href: format!("{}/erasure", href(id)),
            may_ask: wished.iter().all(|wish| wish.state.is_final()),
            report_href: format!("{}/report", href(id)),
            wishes: rows(words, &wished),
            receipts: of_grant(call, words, id).await?,
            read_count: one.reads,
            activity_href: format!("/account/activity?kind=reads&app={}", one.grant.client),
            since: When::date(words, one.grant.created_at),
            until: one.grant.expires_at.map(|at| When::date(words, at)),
            ended: ended_at(one).map(|at| When::date(words, at)),
            lines: {
                let services = resources::services(&call.app, &one.grant.allowed.scope);
                let lines = detail.lines.iter().map(|line| wish.line(words, line));
                lines.chain(services.iter().map(view::Line::service)).collect()
            },
            durations: durations(words, call.app.now(), duration.name()),
            reads: reads.items.iter().map(|entry| read_row(words, entry)).collect(),
            policy_href: app_card::link(one.client.policy_uri.as_deref()),
            terms_href: app_card::link(one.client.tos_uri.as_deref()),
        },
    )
}

/// What a person chose before they had to sign in again, carried in the query of the page.
struct Wish {
    lines: Option<Vec<String>>,
    picks: Option<Vec<Pick>>,
    duration: Option<Duration>,
}

impl Wish {
    fn read(call: &Call) -> Self {
        let lines = call.query_value("lines").map(|lines| lines.split(',').map(str::to_owned).collect());
        let picks = call.query_value("picks").map(|picks| picks.split(',').filter_map(|p| p.parse().ok()).collect());
        Self { lines, picks, duration: call.query_value("duration").and_then(|name| Duration::read(&name)) }
    }

    /// The sign-in page, and from there back with the wish.
    fn by_sign_in(id: GrantId, lines: &[String], picks: &[Pick], duration: Option<Duration>) -> Response {
        // A comma is in front, since an empty list is a wish too.
        let mut back = format!("{}?done=app-check-again&lines=", href(id));
        lines.iter().for_each(|line| {
            back.push(',');
            params::encode(line, &mut back);
        });
        back.push_str(if lines.is_empty() { "," } else { "" });
        // Of very many the address would be too long: then the page shows what is picked, to be changed again.
        if picks.len() <= MOST_CARRIED {
            back.push_str("&picks=");
            picks.iter().for_each(|pick| back.push_str(&format!(",{pick}")));
        }
        back.push_str("&duration=");
        back.push_str(duration.map_or("", Duration::name));
        let mut target = "/signin?return_to=".to_owned();
        params::encode(&back, &mut target);
        answer::see_other(&target)
    }

    fn line(&self, words: Words, line: &Line) -> view::Line {
        let is_wished = |lines: &Vec<String>| lines.iter().any(|wished| wished == line.name);
        let (is_ticked, is_shared) = (self.lines.as_ref().map_or(line.is_ticked, is_wished), line.is_ticked);
        let mut line = Line { is_ticked, ..line.clone() };
        for choice in &mut line.choices {
            choice.is_chosen = self.picks.as_ref().map_or(choice.is_chosen, |picks| picks.contains(&choice.pick));
        }
        view::Line { is_shared, ..consent::line(words, &line) }
    }
}

pub async fn change(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let id: GrantId = call.id("id")?;
    let (lines, picks, duration) = (form.all("claim"), form.picks(), Duration::read(form.text("duration")));
    let is_fresh = call.is_fresh(&person.session);
    let wanted = Change { lines: lines.clone(), picks: picks.clone(), duration, is_fresh };
    match grants::change(&call.app, person.session.account, id, wanted, call.visit.origin()).await {
        Ok(()) => Ok(notice::done(&href(id), "saved")),
        Err(Error::Denied(Denied::StepUp { .. })) => Ok(Wish::by_sign_in(id, &lines, &picks, duration)),
        Err(error) => {
            let told = problems(error, person.frame(&call.visit).words)?;
            show_with(&call, &person, &Wish { lines: Some(lines), picks: Some(picks), duration }, told).await
        }
    }
}

pub async fn stop_page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let id: GrantId = call.id("id")?;
    let one = grants::show(&call.app, person.session.account, id).await?.connected;
    if !one.is_live {
        return Ok(answer::see_other(&href(id)));
    }
    answer::html(&AppStop {
        frame: person.frame(&call.visit),
        app: app_card::of(&one.client),
        action: format!("{}/stop", href(id)),
        back_href: href(id),
        policy_href: app_card::link(one.client.policy_uri.as_deref()),
    })
}

/// Answers when it has happened, not before.
pub async fn stop(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    grants::withdraw(&call.app, person.session.account, call.id("id")?, call.visit.origin()).await?;
    Ok(notice::done(LIST, "stopped"))
}
