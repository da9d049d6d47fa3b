//! The operator's overview: how much there is, and the platforms.

use poem::Response;

use crate::admin;
use crate::base::id::ClientId;
use crate::error::{Denied, Error};
use crate::provider::clients::{self, Registered};
use crate::provider::wishes;
use crate::store::database::clients::ClientState;
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::pages::{app_card, notice};
use crate::web::view::When;
use crate::web::views::admin::{Admin, ClientRow, Count, ReportRow};
use crate::web::views::wishes::AppReport;
use crate::words::Words;

const PAGE: &str = "/admin";

/// Who is signed in, if they run the installation.
pub(super) async fn operator(call: &Call) -> Result<Person, Error> {
    let person = call.person().await?;
    match person.summary.is_admin() {
        true => Ok(person),
        false => Err(Denied::Forbidden.into()),
    }
}

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = operator(&call).await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    let counts = admin::clients::counts(&call.app).await?;
    let numbers = [counts.accounts, counts.clients, counts.grants, counts.sessions];
    let count = |(key, n): (&&'static str, i64)| Count { key, n: usize::try_from(n).unwrap_or_default() };
    let platforms = clients::list(&call.app).await?;
    answer::html(&Admin {
        counts: Count::KEYS.iter().zip(numbers).map(count).collect(),
        reports: reports(&call, frame.words).await?,
        clients: platforms.iter().map(|client| row(frame.words, client)).collect(),
        frame,
    })
}

async fn reports(call: &Call, words: Words) -> Result<Vec<ReportRow>, Error> {
    let open = wishes::reports(&call.app).await?;
    let names = clients::names(&call.app, open.iter().map(|report| report.client.clone()).collect()).await?;
    let row = |report: &wishes::Told| ReportRow {
        id: report.id.to_string(),
        app: names.get(&report.client).cloned().unwrap_or_else(|| report.client.to_string()),
        category: words.t(AppReport::key(&report.category)),
        words: report.words.clone(),
        when: When::date(words, report.at),
    };
    Ok(open.iter().map(row).collect())
}

pub async fn close_report(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    operator(&call).await?;
    let id = form.text("report").parse().map_err(|_| Denied::NotFound)?;
    wishes::close(&call.app, id, call.visit.origin()).await?;
    Ok(notice::done(PAGE, "report-closed"))
}

fn row(words: Words, client: &Registered) -> ClientRow {
    let card = app_card::of(client);
    ClientRow {
        id: client.id.to_string(),
        name: card.name,
        host: card.host,
        is_domain_verified: client.domain_verified_at.is_some(),
        is_self_registered: client.is_self_registered,
        is_enabled: !client.is_disabled,
        created: When::date(words, client.created_at),
    }
}

/// What an operator does with a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    VerifyDomain,
    UnverifyDomain,
    Disable,
    Enable,
}

pub async fn act(mut call: Call, deed: Deed) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = operator(&call).await?;
    if !call.is_fresh(&person.session) {
        // There is no page at this address to come back to.
        return Ok(answer::see_other("/signin?return_to=/admin"));
    }
    let (app, id, origin) = (&call.app, ClientId::from(form.text("client")), call.visit.origin());
    match deed {
        Deed::VerifyDomain => admin::clients::verify_domain(app, &id, origin).await?,
        Deed::UnverifyDomain => admin::clients::unverify_domain(app, &id, origin).await?,
        Deed::Disable => clients::set_state(app, &id, ClientState::Disabled, origin).await?,
        Deed::Enable => clients::set_state(app, &id, ClientState::Active, origin).await?,
    }
    Ok(notice::done(PAGE, "saved"))
}
