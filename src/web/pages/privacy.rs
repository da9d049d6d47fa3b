//! What a person can do about their data: take it along, bring it from elsewhere, have it deleted.

use futures_util::TryStreamExt;
use multer::{Constraints, Multipart, SizeLimit};
use poem::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
};
use poem::http::{HeaderName, HeaderValue, StatusCode};
use poem::{Body, Response};

use crate::base::Seconds;
use crate::base::id::{AccountId, ExportId};
use crate::catalog::contexts;
use crate::error::{Denied, Error};
use crate::privacy::erasure::{self, Cause, Pace};
use crate::privacy::export::{self, Bundle};
use crate::privacy::import::{self, Brought, Outcome};
use crate::provider::grants;
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::error::problems;
use crate::web::oauth::check_session;
use crate::web::pages::notice;
use crate::web::range::{self, Wanted};
use crate::web::view::{Problem, When};
use crate::web::views::privacy::{
    AccountDelete, AccountExport, AccountImport, AccountPrivacy, DeletionAsked, DeletionKept, DeletionPending,
    ExportRow, ImportLine, ImportRow,
};
use crate::words::Words;

const PAGE: &str = "/account/privacy";
const EXPORT: &str = "/account/privacy/export";
const DELETE: &str = "/account/privacy/delete";
/// The longest text of the form that brings a bundle.
const MOST_TEXT: u64 = 2000;
/// How long a sign-in leads to the page that calls a deletion off.
const DETOUR: Seconds = Seconds::minutes(15);

/// Who is signed in and proved lately who they are; anybody else signs in first and comes back.
async fn fresh_person(call: &Call) -> Result<Person, Error> {
    let person = call.person().await?;
    match call.is_fresh(&person.session) {
        true => Ok(person),
        false => Err(Denied::StepUp { acr: contexts::CONTEXTS[0].acr }.into()),
    }
}

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    show(&call, &person, Vec::new()).await
}

async fn show(call: &Call, person: &Person, problems: Vec<Problem>) -> Result<Response, Error> {
    let mut frame = person.frame(&call.visit);
    notice::tell(call, &mut frame);
    let is_bad = !problems.is_empty();
    frame.problems = problems;
    let (words, account) = (frame.words, person.session.account);
    let made = export::list(&call.app, account).await?;
    let now = call.app.now();
    let every = call.app.config.privacy.export_every;
    let is_recent = |one: &&Bundle| one.state != export::State::Failed && now < one.created_at + every;
    let most = megabytes(call.app.config.privacy.import_bytes);
    let page = AccountPrivacy {
        may_export: !made.iter().any(|one| is_recent(&one)),
        exports: made.iter().map(|one| export_row(words, one)).collect(),
        imports: import::list(&call.app, account).await?.iter().map(|one| import_row(words, one)).collect(),
        import_hint: words.with("rights-import-hint", &[("most", &most)]),
        frame,
    };
    let status = if is_bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    answer::html_with(status, &page)
}

fn megabytes(bytes: u64) -> String {
    bytes.div_ceil(1024 * 1024).to_string()
}

fn export_row(words: Words, one: &Bundle) -> ExportRow {
    use export::State::{Building, Expired, Failed, Queued, Ready};
    let key = match (one.state, one.reason.as_deref()) {
        (Queued, _) => "rights-export-queued",
        (Building, _) => "rights-export-building",
        (Ready, _) => "rights-export-ready",
        (Expired, _) => "rights-export-expired",
        (Failed, Some("too_large")) => "rights-export-large",
        (Failed, _) => "rights-export-failed",
    };
    let is_ready = one.state == Ready;
    let until = one.expires_at.filter(|_| is_ready).map(|at| words.date_time(at));
    ExportRow {
        when: When::date_time(words, one.created_at),
        state: words.t(key),
        is_bad: one.state == Failed,
        progress: (one.state == Building && one.total > 0).then_some((one.done, one.total)),
        href: is_ready.then(|| format!("{EXPORT}/{}", one.id)),
        told: until
            .map(|until| words.with("rights-export-until", &[("date", &until), ("size", &megabytes(one.bytes))])),
    }
}

fn import_row(words: Words, one: &Brought) -> ImportRow {
    ImportRow {
        when: When::date_time(words, one.created_at),
        state: import_state(words, one),
        is_bad: one.state == import::State::Failed,
        href: format!("{PAGE}/import/{}", one.id),
    }
}

fn import_state(words: Words, one: &Brought) -> String {
    words.t(match (one.state, one.reason.as_deref()) {
        (import::State::Queued, _) => "rights-import-queued",
        (import::State::Running, _) => "rights-import-running",
        (import::State::Done, _) => "rights-import-done",
        (_, Some("malformed")) => "import-bad-malformed",
        (_, Some("name")) => "import-bad-name",
        (_, Some("many")) => "import-bad-many",
        (_, Some("method")) => "import-bad-method",
        (_, Some("large")) => "import-bad-large",
        (_, Some("manifest")) => "import-bad-manifest",
        (_, Some("version")) => "import-bad-version",
        (_, Some("sums")) => "import-bad-sums",
        (_, Some("form")) => "import-bad-form",
        _ => "import-bad-other",
    })
}

pub async fn export_page(call: Call) -> Result<Response, Error> {
    let person = fresh_person(&call).await?;
    show_export(&call, &person, Vec::new())
}

fn show_export(call: &Call, person: &Person, problems: Vec<Problem>) -> Result<Response, Error> {
    let is_bad = !problems.is_empty();
    let mut frame = person.frame(&call.visit);
    frame.problems = problems;
    let page = AccountExport { frame, action: EXPORT.to_owned(), days: days(call.app.config.privacy.export_kept) };
    answer::html_with(if is_bad { StatusCode::CONFLICT } else { StatusCode::OK }, &page)
}

fn days(time: Seconds) -> usize {
    usize::try_from(time.0 / 86_400).unwrap_or_default()
}

pub async fn export(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = fresh_person(&call).await?;
    match export::request(&call.app, person.session.account, call.visit.origin()).await {
        Ok(_) => Ok(notice::done(PAGE, "rights-export-begun")),
        Err(error) => {
            let text = person.frame(&call.visit).words.t(match error {
                Error::Denied(Denied::Conflict(_)) => "problem-export-running",
                Error::Denied(Denied::TooMany { .. }) => "problem-export-recent",
                other => return Err(other),
            });
            show_export(&call, &person, vec![Problem { field: "", text }])
        }
    }
}

/// The archive, or a part of it, so that a download that broke off can go on.
pub async fn download(call: Call) -> Result<Response, Error> {
    let account = call.person().await?.session.account;
    let id: ExportId = call.id("id")?;
    let header = call.header("range");
    let (archive, made_at) = export::open(&call.app, account, id, header.is_none(), call.visit.origin()).await?;
    // A bundle never changes: its identifier is its tag.
    let tag = format!("\"{id}\"");
    let is_same = call.header("if-range").is_none_or(|known| known == tag);
    let wanted = range::read(header.filter(|_| is_same), archive.length);
    let (status, part) = match wanted {
        Wanted::Whole => (StatusCode::OK, 0..archive.length),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Wanted::Nothing => {
            let mut response = answer::plain(StatusCode::RANGE_NOT_SATISFIABLE, "nothing of this range is there");
            set(&mut response, CONTENT_RANGE, &format!("bytes */{}", archive.length));
            return Ok(response);
        }
    };
    let reference = call.visit.reference().to_owned();
    let bytes = archive.stream(part.clone()).map_err(move |fault| {
        // The answer has begun: all that can be done is to break it off.
        tracing::error!(request.id = reference, fault = %fault, "a bundle could not be read to its end");
        std::io::Error::other("a part of the service is away")
    });
    let mut response = Response::builder().status(status).body(Body::from_bytes_stream(Box::pin(bytes)));
    let day = &made_at.rfc3339()[..10];
    set(&mut response, CONTENT_TYPE, "application/zip");
    set(&mut response, CONTENT_DISPOSITION, &format!("attachment; filename=\"social-wallet-{day}.zip\""));
    set(&mut response, CACHE_CONTROL, "no-store");
    set(&mut response, ACCEPT_RANGES, "bytes");
    set(&mut response, poem::http::header::ETAG, &tag);
    set(&mut response, CONTENT_LENGTH, &(part.end - part.start).to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        set(&mut response, CONTENT_RANGE, &format!("bytes {}-{}/{}", part.start, part.end - 1, archive.length));
    }
    Ok(response)
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Brings a bundle: a form with one file, streamed as it comes.
pub async fn import(mut call: Call) -> Result<Response, Error> {
    if !call.is_from_here() {
        return Err(Denied::Forbidden.into());
    }
    let person = call.person().await?;
    let account = person.session.account;
    let bad = || crate::oauth::Error::invalid_request("the body must be multipart/form-data");
    let boundary = multer::parse_boundary(call.content_type()).map_err(|_| bad())?;
    let body = call.body_stream();
    let texts = SizeLimit::new().for_field("csrf", MOST_TEXT);
    let mut form = Multipart::with_constraints(body, boundary, Constraints::new().size_limit(texts));
    let mut is_ours = false;
    let outcome = loop {
        let Ok(Some(field)) = form.next_field().await else {
            break Err(Denied::field("bundle", "problem-bundle-empty").into());
        };
        match field.name() {
            Some("csrf") => is_ours = call.visit.is_csrf(&field.text().await.map_err(|_| bad())?),
            Some("bundle") if !is_ours => return Err(Denied::Expired.into()),
            Some("bundle") => {
                let bytes = field.map_err(std::io::Error::other);
                break import::take(&call.app, account, bytes, call.visit.origin()).await;
            }
            _ => {}
        }
    };
    if !is_ours {
        return Err(Denied::Expired.into());
    }
    match outcome {
        Ok(id) => Ok(answer::see_other(&format!("{PAGE}/import/{id}"))),
        Err(error) => {
            let told = problems(error, person.frame(&call.visit).words)?;
            show(&call, &person, told).await
        }
    }
}

pub async fn import_page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let one = import::show(&call.app, person.session.account, call.id("id")?).await?;
    let frame = person.frame(&call.visit);
    let words = frame.words;
    let lines = |outcome: Outcome| -> Vec<ImportLine> {
        let of = one.report.lines.iter().filter(|line| line.outcome == outcome);
        let told = of.map(|line| ImportLine {
            what: words.find_message(&claim_key(&line.what)).unwrap_or_else(|| line.what.clone()),
            why: line.why.as_deref().map(|why| why_text(words, why)),
        });
        told.collect()
    };
    let is_moving = matches!(one.state, import::State::Queued | import::State::Running);
    answer::html(&AccountImport {
        when: When::date_time(words, one.created_at),
        state: import_state(words, &one),
        is_bad: one.state == import::State::Failed,
        is_moving,
        progress: (one.report.total > 0).then_some((one.report.done, one.report.total)),
        taken: lines(Outcome::Taken),
        known: lines(Outcome::Known),
        left: lines(Outcome::Left),
        frame,
    })
}

/// The words for a claim; what is none (a file, an address) stands for itself.
fn claim_key(what: &str) -> String {
    let is_name = what.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_name { format!("claim-{}", what.replace('_', "-")) } else { String::new() }
}

fn why_text(words: Words, why: &str) -> String {
    const WHYS: &[&str] = &[
        "import-why-trash",
        "import-why-unknown",
        "import-why-own",
        "import-why-value",
        "import-why-code",
        "import-why-unproven",
        "import-why-number",
        "import-why-missing",
        "import-why-sum",
        "import-why-type",
        "import-why-large",
        "import-why-room",
    ];
    WHYS.iter().find(|known| **known == why).map(|key| words.t(key)).unwrap_or_default()
}

pub async fn delete_page(call: Call) -> Result<Response, Error> {
    let person = fresh_person(&call).await?;
    show_delete(&call, &person, ("usual", "", false), Vec::new()).await
}

async fn show_delete(
    call: &Call,
    person: &Person,
    (pace, confirm, asks_again): (&str, &str, bool),
    problems: Vec<Problem>,
) -> Result<Response, Error> {
    let is_bad = !problems.is_empty();
    let mut frame = person.frame(&call.visit);
    frame.problems = problems;
    let privacy = &call.app.config.privacy;
    let page = AccountDelete {
        frame,
        action: DELETE.to_owned(),
        email: person.summary.email.clone().unwrap_or_default(),
        usual_days: days(privacy.grace),
        fast_hours: usize::try_from(privacy.fast_grace.0 / 3600).unwrap_or_default(),
        app_count: grants::sharing(&call.app, person.session.account).await?.clients,
        pace: pace.to_owned(),
        confirm: confirm.to_owned(),
        asks_again,
    };
    answer::html_with(if is_bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

pub async fn delete(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = fresh_person(&call).await?;
    let (typed, confirm) = (form.text("pace"), form.text("confirm").trim());
    let words = person.frame(&call.visit).words;
    let wrong = |field, key: &str| vec![Problem { field, text: words.t(key) }];
    let Some(pace) = Pace::read(typed) else {
        return show_delete(&call, &person, ("usual", confirm, false), wrong("pace", "problem-pace")).await;
    };
    let email = person.summary.email.as_deref().unwrap_or_default();
    if email.is_empty() || !confirm.eq_ignore_ascii_case(email) {
        return show_delete(&call, &person, (typed, confirm, false), wrong("confirm", "problem-confirm")).await;
    }
    if pace == Pace::Now && form.get("sure").is_none() {
        return show_delete(&call, &person, (typed, confirm, true), Vec::new()).await;
    }
    let account = person.session.account;
    match erasure::request(&call.app, account, pace, Cause::Person, call.visit.origin()).await {
        Ok(_) => {
            check_session::forget(&call.visit);
            Ok(answer::see_other(if pace == Pace::Now { "/deletion?now=1" } else { "/deletion" }))
        }
        Err(Error::Denied(Denied::Conflict("problem-last-operator"))) => {
            show_delete(&call, &person, (typed, confirm, false), wrong("", "problem-last-operator")).await
        }
        Err(error) => Err(error),
    }
}

/// Where a person goes who signs in to an account that they want deleted; nobody else goes there.
pub async fn detour(call: &Call, account: AccountId) -> Result<Option<Response>, Error> {
    if erasure::pending(&call.app, account).await?.is_none() {
        return Ok(None);
    }
    let link = erasure::link(&call.app, account, call.app.now() + DETOUR);
    Ok(Some(answer::see_other(&format!("/deletion/{link}"))))
}

pub async fn asked(call: Call) -> Result<Response, Error> {
    let is_now = call.query_value("now").is_some();
    answer::html(&DeletionAsked { frame: call.visit.frame(), is_now })
}

pub async fn pending(call: Call) -> Result<Response, Error> {
    let frame = call.visit.frame();
    let account = erasure::read_link(&call.app, call.path("token"));
    let due = match account {
        Some(account) => erasure::pending(&call.app, account).await?,
        None => None,
    };
    let due = due.map(|at| When::date_time(frame.words, at));
    let action = format!("/deletion/{}", call.path("token"));
    let status = if due.is_some() { StatusCode::OK } else { StatusCode::GONE };
    answer::html_with(status, &DeletionPending { frame, due, action })
}

pub async fn cancel(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let account = erasure::read_link(&call.app, call.path("token")).ok_or(Denied::Expired)?;
    erasure::cancel(&call.app, account, call.visit.origin()).await?;
    Ok(answer::see_other("/deletion?kept=1"))
}

/// What the pages without a person tell: that it was asked for, or called off.
pub async fn told(call: Call) -> Result<Response, Error> {
    match call.query_value("kept") {
        Some(_) => answer::html(&DeletionKept { frame: call.visit.frame() }),
        None => asked(call).await,
    }
}
