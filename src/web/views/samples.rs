//! Every page filled with sample people and platforms, for tests and pictures.

use askama::Template;

use crate::accounts::reports::State;
use crate::base::Seconds;
use crate::base::Time;
use crate::store::database::wishes::WishState;
use crate::web::view::AppCard;
use crate::web::view::Chip;
use crate::web::view::Choice;
use crate::web::view::Frame;
use crate::web::view::Standing;
use crate::web::view::Theme;
use crate::web::view::When;
use crate::web::views::account;
use crate::web::views::activity;
use crate::web::views::admin;
use crate::web::views::api;
use crate::web::views::approvals;
use crate::web::views::apps;
use crate::web::views::badges;
use crate::web::views::confirm;
use crate::web::views::consent;
use crate::web::views::consent::Line;
use crate::web::views::consent::Reason;
use crate::web::views::contacts;
use crate::web::views::desk;
use crate::web::views::device;
use crate::web::views::linked;
use crate::web::views::media;
use crate::web::views::offers;
use crate::web::views::privacy;
use crate::web::views::profile;
use crate::web::views::public;
use crate::web::views::receipts;
use crate::web::views::recover;
use crate::web::views::sign_in;
use crate::web::views::sign_up;
use crate::web::views::verification;
use crate::web::views::wishes;
use crate::words::Words;

/// A name for the file, and the page.
pub type Sample = (&'static str, String);

pub const NOW: Time = Time::from_unix(1_795_000_000);

fn app(standing: Standing) -> AppCard {
    AppCard {
        name: "Orbit Photos".into(),
        host: "orbitphotos.example".into(),
        standing,
        logo: some("/logo?client_id=orbit&v=1a2b3c4d"),
        policy: some("https://orbitphotos.example/privacy"),
        terms: some("https://orbitphotos.example/terms"),
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn field(name: &str) -> Option<String> {
    let value = match name {
        "name" => "Amina Yusuf",
        "given_name" => "أمينة",
        "preferred_username" => "amina_y",
        "birthdate" => "1990-05-03",
        "website" => "https://amina.example/",
        "street_address" => "1 <Main> Street\n2nd \"floor\"",
        "country" => "Germany",
        _ => return None,
    };
    some(value)
}

/// Renders all pages in one language and theme.
pub fn all(words: Words, theme: Theme) -> Vec<Sample> {
    let mut out = Vec::new();
    let frame = || Frame::new(words, theme, "csrf-token", "/here?a=1&b=2");
    let inside =
        || Frame { person: some("Amina Yusuf"), is_admin: true, is_reviewer: true, is_development: true, ..frame() };
    let wrong = |field: &'static str, key: &str| {
        let mut frame = frame();
        frame.problem(field, key);
        frame
    };
    let verified = || app(Standing::Verified);
    let href = |path: &str| path.to_owned();
    let date = |days: i64| When::date(words, NOW - Seconds::days(days));
    let moment = |minutes: i64| When::date_time(words, NOW - Seconds::minutes(minutes));
    let checked = || Some(Chip::checked(words, NOW - Seconds::days(204)));
    let mut add = |name: &'static str, page: Result<String, askama::Error>| {
        out.push((name, page.unwrap_or_else(|e| panic!("{name}: {e}"))));
    };

    let sign_in = |frame, app, identifier: &str| sign_in::SignIn {
        frame,
        app,
        action: href("/signin"),
        identifier: identifier.into(),
        sign_up_href: href("/signup?interaction=abc"),
        recover_href: href("/recover"),
    };
    add("sign_in", sign_in(frame(), Some(verified()), "").render());
    add("sign_in_plain", sign_in(frame(), None, "").render());
    add("sign_in_error", sign_in(wrong("identifier", "problem-email"), Some(verified()), "amina@").render());
    let sign_in_password = |frame, app| sign_in::SignInPassword {
        frame,
        app,
        action: href("/signin/password"),
        identifier: href("amina@mail.example"),
        remembers: false,
        change_href: href("/signin"),
        recover_href: href("/recover"),
    };
    add("sign_in_password", sign_in_password(frame(), Some(app(Standing::Unverified))).render());
    add("sign_in_password_error", sign_in_password(wrong("password", "problem-credentials"), None).render());

    let sign_up = sign_up::SignUp {
        frame: frame(),
        app: Some(verified()),
        action: href("/signup"),
        email: String::new(),
        sign_in_href: href("/signin"),
    };
    add("sign_up", sign_up.render());
    let sign_up_code = |frame| sign_up::SignUpCode {
        frame,
        action: href("/signup/code"),
        confirmed_action: href("/signup/code/confirmed"),
        resend_action: href("/signup/code/again"),
        email: href("amina@mail.example"),
        change_href: href("/signup"),
    };
    add("sign_up_code", sign_up_code(frame()).render());
    add("sign_up_code_error", sign_up_code(wrong("code", "problem-code")).render());
    let sign_up_password = sign_up::SignUpPassword {
        frame: wrong("password", "problem-password-short"),
        action: href("/signup/password"),
        email: href("amina@mail.example"),
        name: String::new(),
        least: 8,
    };
    add("sign_up_password", sign_up_password.render());

    let recover = recover::Recover {
        frame: frame(),
        action: href("/recover"),
        email: String::new(),
        sign_in_href: href("/signin"),
    };
    add("recover", recover.render());
    let recover_code = recover::RecoverCode {
        frame: Frame { notice: Some(words.t("code-resent")), ..frame() },
        action: href("/recover/code"),
        resend_action: href("/recover/code/again"),
        email: href("amina@mail.example"),
        change_href: href("/recover"),
    };
    add("recover_code", recover_code.render());
    let recover_password = recover::RecoverPassword {
        frame: frame(),
        action: href("/recover/password"),
        email: href("amina@mail.example"),
        least: 8,
    };
    add("recover_password", recover_password.render());

    let needed = || {
        let email = Line::claim(words, "email", some("amina@mail.example"));
        let address = |value: &str, label: &str, is_chosen| {
            let hint = checked().map(|chip| chip.text);
            consent::Choice { value: href(value), label: href(label), hint, is_chosen }
        };
        let choices = vec![address("email.a", "amina@mail.example", true), address("email.b", "a@work.example", false)];
        // Of another name: an id is on a page once.
        let several = Line { choices, is_for_one: true, is_ticked: true, ..Line::claim(words, "other", some("x")) };
        let shared = Line { is_shared: true, is_ticked: true, ..Line::claim(words, "website", None) };
        vec![Line { chip: checked(), is_locked: true, is_ticked: true, ..email }, shared, several]
    };
    let thumb = |id: &str, is_video, is_chosen| consent::Thumb {
        value: format!("media.{id}"),
        src: format!("/me/media/items/{id}/s320"),
        name: href("<sea>.jpg"),
        is_video,
        is_chosen,
    };
    let optional = || {
        let phone = Line::phone(words, "phone_number", Some("+4915112345482"));
        vec![
            Line { chip: Some(Chip::typed(words)), is_ticked: true, ..Line::claim(words, "name", some("Amina Yusuf")) },
            Line { why: some("to text you when an album is ready"), ..phone },
            Line { is_new: true, ..Line::claim(words, "birthdate", some("1990-05-03")) },
            Line { photo: some("/me/media/items/med_1/s320"), ..Line::claim(words, "picture", some("Photo")) },
            Line {
                thumbs: vec![thumb("a", false, true), thumb("b", true, false)],
                ..Line::claim(words, "wallet_photos", None)
            },
            Line::claim(words, "address", None),
            Line::scope(words, "wallet.changes", "scope-wallet-changes"),
            Line::scope(words, "offline_access", "scope-offline-access"),
        ]
    };
    let consent = |app, reason, already| consent::Consent {
        frame: frame(),
        app,
        action: href("/interaction/abc/consent"),
        reason,
        person: href("Amina Yusuf"),
        switch_href: href("/signin?interaction=abc&switch=1"),
        purpose: None,
        needed: needed(),
        is_pairwise: true,
        optional: optional().into_iter().filter(|line| !line.is_missing()).collect(),
        missing: optional().into_iter().filter(Line::is_missing).collect(),
        already,
        durations: consent::durations(words, NOW, "days90"),
        policy_href: some("https://orbitphotos.example/privacy"),
        terms_href: some("https://orbitphotos.example/terms"),
        return_origin: href("https://orbitphotos.example"),
        elsewhere: None,
        is_silent: false,
    };
    add("consent", consent(verified(), Reason::First, vec![]).render());
    let already = || vec![Line { is_ticked: true, ..Line::claim(words, "nickname", some("Mina")) }];
    add("consent_new", consent(verified(), Reason::New, already()).render());
    add("consent_expired", consent(app(Standing::Unverified), Reason::Expired(date(3)), vec![]).render());
    add("consent_changed", consent(verified(), Reason::Changed(date(3)), vec![]).render());
    let document = || {
        let chip = Some(Chip::on_document(words, NOW));
        let name = Line::verified(words, "verified_claims.given_name", some("Amina Leila"));
        let details = Line::verified(words, "verification.evidence", some("Passport · EGY"));
        vec![Line { chip: chip.clone(), is_ticked: true, ..name }, Line { chip, why: some("to check <it>"), ..details }]
    };
    let again = consent(verified(), Reason::Reverified(date(3)), vec![]);
    add("consent_reverified", consent::Consent { optional: document(), ..again }.render());
    let again = consent(app(Standing::SelfRegistered), Reason::Again, vec![]);
    let purpose = some("to show your <name> beside your pictures");
    add("consent_again", consent::Consent { purpose, is_pairwise: false, ..again }.render());

    let from = |user_code, message| {
        let elsewhere = Some(consent::Elsewhere { user_code, message, from: some("203.0.113.0/24") });
        consent::Consent {
            elsewhere,
            return_origin: String::new(),
            is_silent: true,
            ..consent(verified(), Reason::Again, vec![])
        }
    };
    add("consent_device", from(some("WDJB-MJHT"), None).render());
    add("consent_backchannel", from(None, some("W4<SCT>")).render());
    let code = |frame, user_code: &str| device::Device { frame, action: href("/device"), user_code: user_code.into() };
    add("device", code(frame(), "").render());
    add("device_error", code(wrong("user_code", "problem-user-code"), "WDJB-MJHX").render());
    for is_allowed in [true, false] {
        add("polled_done", device::PolledDone { frame: frame(), app: verified(), is_allowed }.render());
    }

    let leaving = consent::Leaving {
        frame: frame(),
        app: verified(),
        href: href("https://orbitphotos.example/callback?code=a&state=b"),
        return_origin: href("https://orbitphotos.example"),
    };
    add("leaving", leaving.render());
    let form_post = consent::FormPost {
        frame: Frame { csrf: String::new(), ..frame() },
        app: verified(),
        action: href("https://orbitphotos.example/callback"),
        fields: vec![("code".into(), "a\"b".into()), ("state".into(), "x".into())],
    };
    add("form_post", form_post.render());

    for problem in public::Trouble::ALL {
        let page = public::ErrorPage {
            frame: frame(),
            problem,
            reference: href("7F3K-22QD"),
            developer: Some(public::Developer {
                error: href("invalid_request"),
                description: href("redirect_uri is not registered for this client"),
            }),
            app: Some(verified()),
            app_href: some("https://orbitphotos.example/"),
            retry_href: some("/account"),
        };
        add(if problem == public::Trouble::BadRequest { "error" } else { "error_other" }, page.render());
    }
    add("not_found", public::NotFound { frame: frame() }.render());
    add("help", public::Help { frame: frame() }.render());
    let kept = vec![(words.t("retention-backups"), words.count("retention-days", 35, &[]))];
    add("privacy", public::Privacy { frame: frame(), kept }.render());
    add("welcome", public::Welcome { frame: frame() }.render());
    let operation = api::Operation {
        method: href("GET"),
        path: href("/wallet/v1/profile"),
        summary: href("The profile"),
        description: href("What is shared"),
        scopes: vec![href("profile"), href("wallet.profile")],
        parameters: vec![api::Parameter { name: href("fields"), description: href("Names of fields") }],
        answer: href("{}"),
    };
    let api = api::DevelopersApi {
        frame: frame(),
        issuer: href("https://wallet.example"),
        operations: vec![operation],
        codes: crate::web::problem::TYPES,
    };
    add("developers_api", api.render());
    add("developers", public::Developers { frame: frame(), issuer: href("https://wallet.example") }.render());
    let logout = |app| public::LogoutConfirm {
        frame: frame(),
        action: href("/logout"),
        app,
        hidden: vec![("state".into(), "x".into())],
    };
    add("logout_confirm", logout(Some(verified())).render());
    add("logout_confirm_plain", logout(None).render());
    let logged_out = |app, app_href, told| public::LoggedOut { frame: frame(), app, app_href, told };
    add("logged_out", logged_out(Some(verified()), some("https://orbitphotos.example/"), vec![]).render());
    let told = vec![href("https://orbitphotos.example/out?iss=x&sid=y")];
    add("logged_out_telling", logged_out(Some(verified()), some("https://orbitphotos.example/"), told).render());

    let recent = || {
        let time = |minutes: i64| When::time(words, NOW - Seconds::minutes(minutes));
        let row = |minutes: i64, event: &str, claims: &[&str]| {
            activity::Row::new(words, time(minutes), event, Some("Orbit Photos"), claims)
        };
        let refused = activity::Row { is_refused: true, ..row(2, "data.refused", &[]) };
        let detail = some("UserInfo");
        let read = activity::Row { folded: 3, detail, ..row(5, "data.read", &["name", "email", "phone_number"]) };
        vec![
            refused,
            read,
            row(7, "data.read", &[]),
            row(9, "consent.given", &["name"]),
            row(30, "session.opened", &[]),
            row(31, "no_such.event", &[]),
        ]
    };
    let home = account::Home {
        frame: inside(),
        name: href("Amina Yusuf"),
        email: href("amina@mail.example"),
        email_checked: Some(date(204)),
        undeliverable: vec![],
        app_count: 3,
        filled: 5,
        trust: 2,
        recent: recent(),
    };
    add("home", home.render());
    let home = account::Home {
        frame: inside(),
        name: href("Amina"),
        email: href("amina@mail.example"),
        email_checked: None,
        undeliverable: vec![href("amina@mail.example")],
        app_count: 0,
        filled: 0,
        trust: 1,
        recent: vec![],
    };
    add("home_empty", home.render());
    let photo = |n: u8, is_chosen| consent::Thumb {
        value: format!("med_{n}"),
        src: format!("/me/media/items/med_{n}/s320"),
        name: href("<sea>.jpg"),
        is_video: false,
        is_chosen,
    };
    for (name, photos) in [("picture", vec![photo(1, true), photo(2, false)]), ("picture_none", vec![])] {
        let page =
            profile::Picture { frame: inside(), action: href("/account/profile/picture"), photos, has_none: false };
        add(name, page.render());
    }
    let profile = profile::Profile {
        picture: some("/me/media/items/med_1/s320"),
        picture_shared_with: 2,
        frame: Frame { notice: Some(words.t("saved")), ..inside() },
        addresses: vec![
            profile::AddressRow {
                label: words.claim("email"),
                value: some("amina@mail.example"),
                chip: checked(),
                shared_with: 1,
            },
            profile::AddressRow { label: words.claim("phone_number"), value: None, chip: None, shared_with: 0 },
        ],
        groups: profile::Profile::groups(words, |f| (field(f.name), usize::from(f.name == "name") * 2)),
    };
    add("profile", profile.render());
    let mut edit = profile::ProfileEdit {
        frame: inside(),
        action: href("/account/profile/edit"),
        groups: profile::ProfileEdit::groups(words, field),
    };
    edit.frame.problem("website", "problem-url");
    edit.frame.problem("", "problem-form-expired");
    add("profile_edit", edit.render());

    let row = |id: &str, address: &str, is_primary, chip: Option<Chip>, told: &[&str]| contacts::Row {
        id: id.to_owned(),
        address: address.to_owned(),
        is_primary,
        is_proven: chip.is_some(),
        chip: chip.unwrap_or_else(|| Chip::unchecked(words)),
        is_undeliverable: id == "con_b",
        told: told.iter().map(|app| (*app).to_owned()).collect(),
    };
    let contacts = |frame, waiting| contacts::Contacts {
        frame,
        emails: vec![
            row("con_a", "amina@mail.example", true, checked(), &["Orbit <Photos>", "Courier"]),
            row("con_b", "a@work.example", false, checked(), &[]),
        ],
        phones: vec![row("con_c", "+4915112345482", true, None, &["Courier"])],
        waiting,
        proves_phones: true,
        email: String::new(),
        phone: href("+49"),
    };
    let waiting = contacts::Waiting {
        address: href("+4915112345482"),
        is_phone: true,
        is_undeliverable: false,
        delivery: Some(State::Failed),
        is_held: true,
    };
    add("contacts", contacts(inside(), Some(waiting)).render());
    let waiting = contacts::Waiting {
        address: href("b@mail.example"),
        is_phone: false,
        is_undeliverable: true,
        delivery: None,
        is_held: false,
    };
    let mut frame_with_problem = inside();
    frame_with_problem.problem("code", "problem-code");
    add("contacts_code_error", contacts(frame_with_problem, Some(waiting)).render());
    let bare = contacts(Frame { notice: Some(words.t("contact-removed")), ..inside() }, None);
    add("contacts_bare", contacts::Contacts { phones: vec![], proves_phones: false, ..bare }.render());

    let row = |standing, until, last_read: Option<When>| apps::AppRow {
        app: app(standing),
        href: href("/account/apps/abc"),
        shares: words.list(&["name", "email"].map(|c| words.claim(c))),
        since: date(90),
        until,
        reads: usize::from(last_read.is_some()) * 12,
        is_paused: last_read.is_none(),
        last_read,
    };
    let rows = vec![
        row(Standing::Verified, None, Some(date(0))),
        row(Standing::SelfRegistered, Some(When::date(words, NOW + Seconds::days(3))), None),
    ];
    let ended = || vec![apps::EndedRow { app: verified(), href: href("/account/apps/abd"), when: date(2) }];
    add("apps", apps::Apps { frame: inside(), apps: rows, ended: ended() }.render());
    add("apps_empty", apps::Apps { frame: inside(), apps: vec![], ended: vec![] }.render());
    let wish = |state, reason| wishes::WishRow {
        when: date(40),
        changed: date(10),
        state: words.t(wishes::WishRow::key(state)),
        is_late: state == WishState::Overdue,
        status_href: some("https://orbitphotos.example/wishes/1"),
        code: some("O-17"),
        reason,
    };
    let receipts = || {
        let row = |event: &str, days| receipts::ReceiptRow {
            href: href("/account/receipts/rct_1"),
            what: words.t(receipts::ReceiptRow::key(event)),
            app: href("Orbit <Photos>"),
            when: moment(days),
        };
        vec![row("withdrawn", 2), row("given", 90)]
    };
    let one = |reads, ended| apps::App {
        frame: inside(),
        app: verified(),
        action: href("/account/apps/abc"),
        stop_href: href("/account/apps/abc/stop"),
        pause_action: href("/account/apps/abc/pause"),
        paused: None,
        erasure_href: href("/account/apps/abc/erasure"),
        may_ask: true,
        report_href: href("/account/apps/abc/report"),
        wishes: vec![wish(WishState::Overdue, None), wish(WishState::Refused, some("We must keep <invoices>."))],
        receipts: receipts(),
        read_count: 12,
        activity_href: href("/account/activity?app=abc"),
        since: date(90),
        until: None,
        ended,
        lines: needed().into_iter().chain(optional()).collect(),
        durations: consent::durations(words, NOW, "until_stopped"),
        reads,
        policy_href: some("https://orbitphotos.example/privacy"),
        terms_href: None,
    };
    let read = |claims: &str, is_refused| apps::ReadRow {
        when: moment(4),
        claims: claims.to_owned(),
        is_refused,
        folded: usize::from(is_refused),
    };
    let reads = || vec![read(&words.claim("name"), false), read("", false), read("", true)];
    add("app", one(reads(), None).render());
    let paused = apps::App { paused: Some(date(1)), may_ask: false, ..one(reads(), None) };
    add("app_paused", paused.render());
    add("apps_stop_all", wishes::StopAll { frame: inside(), apps: vec![href("Orbit <Photos>")] }.render());
    let erasure = wishes::AppErasure {
        frame: inside(),
        app: verified(),
        action: href("/account/apps/abc/erasure"),
        back_href: href("/account/apps/abc"),
        is_live: true,
    };
    add("app_erasure", erasure.render());
    let mut report = wishes::AppReport {
        frame: inside(),
        app: verified(),
        action: href("/account/apps/abc/report"),
        back_href: href("/account/apps/abc"),
        categories: ["spam", "other"]
            .map(|category| Choice {
                value: category.to_owned(),
                label: words.t(wishes::AppReport::key(category)),
                hint: None,
                is_chosen: category == "spam",
            })
            .into(),
        words: href("It <asks> for everything."),
        most: 2000,
    };
    report.frame.problem("category", "problem-choose");
    add("app_report", report.render());
    let list = |rows, older_href| receipts::Receipts { frame: inside(), rows, older_href };
    add("receipts", list(receipts(), some("/account/receipts?before=x")).render());
    add("receipts_empty", list(vec![], None).render());
    let verify = |checked| receipts::Verify { frame: frame(), receipt: href("e.y.J"), checked };
    let good = receipts::Checked {
        key: "receipt-ours",
        is_good: true,
        what: words.t("receipt-given"),
        app: href("Orbit <Photos>"),
        when: Some(moment(1)),
        claims: words.claim("email"),
        document: href("{ \"iss\": \"https://wallet.example\" }"),
    };
    add("receipt_verify", verify(None).render());
    add("receipt_verify_good", verify(Some(good)).render());
    add("receipt_verify_bad", verify(Some(receipts::Checked::bad("receipt-not-ours"))).render());
    add("app_ended", one(reads(), Some(date(2))).render());
    add("app_unread", one(vec![], None).render());
    let stop = apps::AppStop {
        frame: inside(),
        app: verified(),
        action: href("/account/apps/abc/stop"),
        back_href: href("/account/apps/abc"),
        policy_href: some("https://orbitphotos.example/privacy"),
    };
    add("app_stop", stop.render());
    let question = |message| approvals::ApprovalRow {
        app: app(Standing::Unverified),
        message,
        asked: words.list(&["sub", "email"].map(|c| words.claim(c))),
        when: moment(1),
        until: moment(0),
        approve_action: href("/account/approvals/abc/approve"),
        deny_action: href("/account/approvals/abc/deny"),
    };
    let questions = vec![question(some("W4<SCT>")), question(None)];
    add("approvals", approvals::Approvals { frame: inside(), rows: questions }.render());
    add("approvals_empty", approvals::Approvals { frame: inside(), rows: vec![] }.render());
    let choice =
        |value: &str, label: String| Choice { value: value.to_owned(), label, hint: None, is_chosen: value.is_empty() };
    let activity = |days| activity::Activity {
        frame: inside(),
        apps: vec![choice("", words.t("activity-app-all")), choice("abc", "Orbit Photos".into())],
        kinds: activity::Activity::kinds(words, ""),
        days,
        older_href: some("/account/activity?before=x"),
        items: vec![choice("", words.t("activity-item-all")), choice("email", words.claim("email"))],
        channels: activity::Activity::channels(words, ""),
        outcomes: activity::Activity::outcomes(words, "refused"),
        from: String::new(),
        to: href("2026-11-25"),
        csv_href: href("/account/activity/download?format=csv"),
        ndjson_href: href("/account/activity/download?format=ndjson"),
    };
    let days = vec![
        activity::Day { heading: words.day(NOW, NOW), rows: recent() },
        activity::Day { heading: words.day(NOW - Seconds::days(9), NOW), rows: recent() },
    ];
    add("activity", activity(days).render());
    add("activity_empty", activity(vec![]).render());
    let session = |id: &str, device, is_this| account::SessionRow {
        id: id.to_owned(),
        device,
        is_this,
        since: date(8),
        last_seen: moment(3),
    };
    let sessions = account::Sessions {
        frame: inside(),
        sessions: vec![
            session("a", words.device("X11; Linux x86_64 Firefox/140.0"), true),
            session("b", words.device("curl"), false),
        ],
        action: href("/account/sessions/end"),
        others_action: href("/account/sessions/end-others"),
    };
    add("sessions", sessions.render());
    let badge = |name: &str, is_active: bool| badges::BadgeRow {
        id: name.to_owned(),
        name: words.claim(name),
        detail: (!is_active).then(|| "أمينة".to_owned()),
        proves: some("A code came back."),
        state: words.t(if is_active { "badge-state-active" } else { "badge-state-expired" }),
        is_active,
        since: date(8),
        until: (!is_active).then(|| date(3)),
        href: is_active.then(|| href("/badge-types/email_verified")),
        renew: is_active.then(|| "con_1".to_owned()),
        may_remove: !is_active,
    };
    let own = vec![badge("email_verified", true), badge("identity_verified", false)];
    add(
        "badges",
        badges::Badges { frame: inside(), trust: 2, badges: own, action: href("/account/badges/remove") }.render(),
    );
    let kind =
        badges::KindRow { name: "Identity".into(), proves: "Reviewers looked.".into(), href: href("/badge-types/x") };
    add("badge_types", badges::Kinds { frame: frame(), kinds: vec![kind] }.render());
    let (name, proves, validity) = ("Identity".into(), "Reviewers looked.".into(), "For a year.".into());
    add("badge_type", badges::Kind { frame: frame(), name, proves, validity, slug: "identity_verified" }.render());
    let id = "https://wallet.example/trust-framework/1".to_owned();
    add("trust_framework", badges::TrustFramework { frame: frame(), id }.render());
    let row = |told: Option<Chip>, account: Option<&str>, is_known: bool| linked::Row {
        name: href("Second <Wallet>"),
        account: account.map(str::to_owned),
        logo: some("/logo?provider=second&v=1a2b3c4d").filter(|_| is_known),
        until: told.as_ref().filter(|told| told.is_checked).map(|_| date(-360)),
        link_action: some("/account/linked/second").filter(|_| is_known),
        unlink_action: told.as_ref().map(|_| href("/account/linked/second/remove")),
        told,
    };
    let off = Chip { text: words.t("linked-expired"), is_checked: false };
    let rows = vec![row(None, None, true), row(checked(), Some("amina <x>"), true), row(Some(off), None, false)];
    add("linked", linked::LinkedAccounts { frame: inside(), rows }.render());
    let mut failed = inside();
    failed.problem("", "problem-linked-taken");
    add("linked_none", linked::LinkedAccounts { frame: failed, rows: vec![] }.render());
    let (name, origin) = (href("Second <Wallet>"), href("https://second.example"));
    let to = href("https://second.example/authorize?a=1&b=2");
    add("linked_leaving", linked::Leaving { frame: inside(), name, origin, href: to }.render());
    let offer = offers::OfferRow {
        app: verified(),
        name: href("Top <seller>"),
        description: href("Sells a lot."),
        criteria: href("A hundred sales."),
        evidence_href: some("https://orbitphotos.example/sales?a=1&b=2"),
        until: date(-300),
        answer_by: date(-30),
        accept_action: href("/account/badges/offers/bof_1/accept"),
        decline_action: href("/account/badges/offers/bof_1/decline"),
    };
    add("offers", offers::Offers { frame: inside(), rows: vec![offer] }.render());
    add("offers_none", offers::Offers { frame: inside(), rows: vec![] }.render());
    let (name, description, criteria) = (href("Top <seller>"), href("Sells a lot."), href("A hundred sales."));
    let slug = href("client:orbit:top_seller");
    add(
        "badge_definition",
        offers::ClientKind { frame: frame(), app: verified(), name, description, criteria, slug }.render(),
    );
    let definition = |state: &str, is_open: bool| offers::DefinitionRow {
        app: href("Orbit Photos"),
        name: href("Top <seller>"),
        description: href("Sells a lot."),
        criteria: href("A hundred sales."),
        slug: href("client:orbit:top_seller"),
        state: words.t(state),
        created: date(1),
        approve_action: some("/admin/badge-definitions/bdf_1/approve").filter(|_| is_open),
        refuse_action: some("/admin/badge-definitions/bdf_1/refuse"),
    };
    let rows = vec![definition("definition-state-proposed", true), definition("definition-state-approved", false)];
    add("badge_definitions", offers::Definitions { frame: inside(), rows }.render());
    add("badge_definitions_none", offers::Definitions { frame: inside(), rows: vec![] }.render());
    let security = account::Security {
        frame: inside(),
        action: href("/account/security/password"),
        email: href("amina@mail.example"),
        password_changed: Some(date(40)),
        session_count: 2,
        least: 8,
        recent: recent(),
    };
    add("security", security.render());
    add("settings", account::Settings { frame: inside() }.render());
    add("account_settings", account::AccountSettings { frame: inside() }.render());

    let tile = |name: &str, src: Option<&str>, is_video, state| media::Tile {
        href: href("/account/media/med_1"),
        name: name.into(),
        alt: name.into(),
        src: src.map(Into::into),
        is_video,
        state,
    };
    let mark = |key: &str, is_bad| Some(media::Mark { text: words.t(key), is_bad });
    let choice = |value: &str, label: &str, is_chosen| Choice {
        value: value.into(),
        label: label.into(),
        hint: None,
        is_chosen,
    };
    let page = |frame, is_trash, tiles| media::Media {
        frame,
        action: href("/account/media"),
        is_trash,
        album: href("Zanzibar"),
        albums: vec![choice("", &words.t("media-album-all"), false), choice("Zanzibar", "Zanzibar", true)],
        used: href("3, 1"),
        checked_by: words.t("media-checked-by-file-check"),
        hint: href("JPEG"),
        tiles,
        trash_days: 30,
        older_href: some("/account/media?before=med_1"),
    };
    let tiles = || {
        vec![
            tile("<name>.jpg", Some("/me/media/items/med_1/s320"), false, None),
            tile("clip.mp4", Some("/me/media/items/med_2/play"), true, None),
            tile("late.jpg", None, false, mark("media-state-quarantined", false)),
            tile("bad.jpg", None, false, mark("media-state-rejected", true)),
        ]
    };
    add("media", page(inside(), false, tiles()).render());
    add("media_error", page(wrong("file", "media-problem-type"), false, vec![]).render());
    add("media_trash", page(inside(), true, vec![]).render());
    let one = |state, told: Option<&str>, is_video, is_ready| media::MediaItem {
        frame: inside(),
        name: href("<name>.jpg"),
        action: href("/account/media/med_1"),
        src: some("/me/media/items/med_1/m800"),
        is_video,
        width: 800,
        height: 600,
        state,
        told: told.map(|key| words.t(key)),
        title: href("Stone Town"),
        alt: String::new(),
        album: href("Zanzibar"),
        albums: vec![href("Zanzibar")],
        facts: vec![(words.t("media-fact-size"), href("800 × 600"))],
        alike: some("/account/media/med_2").filter(|_| is_ready),
        is_moving: told.is_some(),
        may_describe: is_ready,
        picture: some("med_1").filter(|_| is_ready && !is_video),
        delete_action: some("/account/media/med_1/delete").filter(|_| is_ready),
        restore_action: some("/account/media/med_1/restore").filter(|_| !is_ready),
        destroy_action: some("/account/media/med_1/destroy").filter(|_| !is_ready),
    };
    add("media_item", one(None, None, false, true).render());
    add("media_item_video", one(mark("media-state-trashed", false), Some("media-told-trashed"), true, false).render());

    let export = |state: &str, progress, href: Option<&str>| privacy::ExportRow {
        when: moment(5),
        state: words.t(state),
        is_bad: state == "rights-export-failed",
        progress,
        href: href.map(str::to_owned),
        told: href.map(|_| words.with("rights-export-until", &[("date", "3 May"), ("size", "12")])),
    };
    let home = |frame, exports, may_export| privacy::AccountPrivacy {
        frame,
        exports,
        may_export,
        imports: vec![privacy::ImportRow {
            when: moment(9),
            state: words.t("rights-import-done"),
            is_bad: false,
            href: href("/account/privacy/import/imp_1"),
        }],
        import_hint: words.with("rights-import-hint", &[("most", "4096")]),
    };
    let rows = vec![
        export("rights-export-building", Some((3, 12)), None),
        export("rights-export-ready", None, Some("/account/privacy/export/exp_1")),
        export("rights-export-failed", None, None),
    ];
    add("account_privacy", home(inside(), rows, false).render());
    add("account_privacy_error", home(wrong("bundle", "problem-bundle-empty"), vec![], true).render());
    let order = privacy::AccountExport { frame: inside(), action: href("/account/privacy/export"), days: 7 };
    add("account_export", order.render());
    let line =
        |what: &str, why: Option<&str>| privacy::ImportLine { what: what.into(), why: why.map(|key| words.t(key)) };
    let import = |state: &str, is_bad, is_moving| privacy::AccountImport {
        frame: inside(),
        when: moment(5),
        state: words.t(state),
        is_bad,
        is_moving,
        progress: is_moving.then_some((1, 2)),
        taken: vec![line("<name>.jpg", None)],
        known: vec![line("Zanzibar", None)],
        left: vec![line("second@mail.example", Some("import-why-code"))],
    };
    add("account_import", import("rights-import-running", false, true).render());
    add("account_import_bad", import("import-bad-sums", true, false).render());
    let delete = |frame, asks_again| privacy::AccountDelete {
        frame,
        action: href("/account/privacy/delete"),
        email: href("amina@mail.example"),
        usual_days: 30,
        fast_hours: 24,
        app_count: 2,
        pace: href("usual"),
        confirm: String::new(),
        asks_again,
    };
    add("account_delete", delete(inside(), false).render());
    add("account_delete_error", delete(wrong("confirm", "problem-confirm"), false).render());
    add("account_delete_sure", delete(inside(), true).render());
    add("deletion_asked", privacy::DeletionAsked { frame: frame(), is_now: false }.render());
    add("deletion_asked_now", privacy::DeletionAsked { frame: frame(), is_now: true }.render());
    let pending = |due| privacy::DeletionPending { frame: frame(), due, action: href("/deletion/abc") };
    add("deletion_pending", pending(Some(date(-3))).render());
    add("deletion_pending_over", pending(None).render());
    add("deletion_kept", privacy::DeletionKept { frame: frame() }.render());
    let collect = |is_over| verification::Collect {
        code: href("4821"),
        gesture: words.t("verify-gesture-below-chin"),
        until: href("10:17"),
        is_over,
        given_name: href("<name>"),
        pictures: [("front", "picture-front"), ("selfie", "picture-selfie")]
            .map(|(side, field)| verification::Picture {
                side,
                field,
                label: words.t("verify-side-front"),
                hint: words.t("verify-picture-front-hint"),
                is_there: side == "front",
                is_selfie: side == "selfie",
            })
            .into(),
        hint: words.t("verify-missing"),
        is_whole: is_over,
        ..verification::Collect::default()
    };
    let consent = || verification::Consent { minutes: 15, kept_days: 7, kept_days_rejected: 30, is_outside: false };
    let shown = |key: &str, is_bad| verification::Shown {
        id: href("ver_1"),
        title: words.t("verify-kind-passport"),
        state: media::Mark { text: words.t(key), is_bad },
        told: vec![words.t("verify-told-mail")],
        reasons: vec![],
        consent: None,
        collect: None,
        is_moving: false,
        may_appeal: is_bad,
        may_withdraw: !is_bad,
    };
    let earlier = || verification::Earlier {
        href: href("/account/verification/cases/ver_1"),
        title: words.t("verify-kind-idcard"),
        state: media::Mark { text: words.t("verify-state-rejected"), is_bad: true },
        when: date(3),
    };
    let start = || verification::Start {
        kinds: vec![choice("passport", "Passport", true), choice("idcard", "<name>", false)],
        country: href("DEU"),
        levels: vec![choice("document", "One", true)],
    };
    let page = |frame, shown, start, earlier| verification::Verification { frame, shown, start, earlier };
    add("verification", page(inside(), None, Some(start()), vec![earlier()]).render());
    add("verification_error", page(wrong("kind", "problem-verification-kind"), None, Some(start()), vec![]).render());
    let agree = verification::Shown { consent: Some(consent()), ..shown("verify-state-collecting", false) };
    add("verification_agree", page(wrong("agree", "problem-verification-agree"), Some(agree), None, vec![]).render());
    for (name, is_over) in [("verification_collect", false), ("verification_collect_over", true)] {
        let collect = Some(collect(is_over));
        let shown = verification::Shown { collect, ..shown("verify-state-collecting", false) };
        add(name, page(wrong("picture-front", "verify-problem-type"), Some(shown), None, vec![]).render());
    }
    let reasons = vec![words.t("problem-verification-unreadable")];
    let rejected = verification::Shown { reasons, ..shown("verify-state-rejected", true) };
    add("verification_rejected", page(inside(), Some(rejected), Some(start()), vec![]).render());
    let moving = verification::Shown { is_moving: true, ..shown("verify-state-scanning", false) };
    add("verification_scanning", page(inside(), Some(moving), None, vec![]).render());
    let confirm = |state| confirm::Confirm { frame: frame(), state };
    for (name, is_sign_up) in [("confirm", false), ("confirm_sign_up", true)] {
        let (email, device, action) = (href("amina@mail.example"), words.device("Firefox/Linux"), href("/confirm/x"));
        add(name, confirm(confirm::ConfirmState::Asks { email, device, is_sign_up, action }).render());
    }
    add("confirm_done", confirm(confirm::ConfirmState::Done).render());
    add("confirm_over", confirm(confirm::ConfirmState::Over).render());
    let dispute = |is_done| verification::Dispute { frame: frame(), action: href("/verification/dispute/x"), is_done };
    add("dispute", dispute(false).render());
    add("dispute_done", dispute(true).render());
    let row = |id: &str, is_bad| desk::Row {
        id: id.into(),
        name: href("9k3q2x"),
        title: words.t("verify-kind-passport"),
        is_appeal: is_bad,
        is_escalated: is_bad,
        due: moment(3),
        is_late: is_bad,
    };
    let page = |held, waiting| desk::Desk { frame: inside(), held, waiting };
    add("desk", page(vec![row("ver_1", false)], vec![row("ver_2", true)]).render());
    add("desk_empty", page(vec![], vec![]).render());
    let open = |pictures, decisions| desk::Open {
        until: moment(0),
        may_renew: true,
        pictures,
        data: vec![(words.t("verify-number"), href("<name>"))],
        code: href("4821"),
        gesture: words.t("verify-gesture-below-chin"),
        findings: vec![words.t("desk-found-mrz-wrong")],
        failed: 2,
        decisions,
        outcomes: vec![choice("approve", "Approve", false)],
        checks: vec![choice("data_equal", "Data", true)],
        reasons: vec![choice("unreadable", "Unreadable", false)],
        note: href("<name>"),
    };
    let page = |frame, open| desk::DeskCase {
        frame,
        id: href("ver_1"),
        name: href("9k3q2x"),
        title: words.t("verify-kind-passport"),
        open,
    };
    let picture = (words.t("verify-side-front"), href("/desk-pictures/x"));
    add("desk_case", page(inside(), Some(open(vec![picture], vec![]))).render());
    let senior = open(vec![], vec![href("<name>")]);
    add("desk_case_error", page(wrong("checklist", "problem-desk-checklist"), Some(senior)).render());
    add("desk_case_closed", page(inside(), None).render());

    let setup = |action| admin::Setup { frame: frame(), action, email: String::new(), name: String::new(), least: 8 };
    add("setup", setup(some("/setup/t")).render());
    add("setup_closed", setup(None).render());
    let client = |n: i64, is_on: bool| admin::ClientRow {
        id: format!("client-{n}"),
        name: href("Orbit Photos"),
        host: href("orbitphotos.example"),
        is_domain_verified: is_on,
        is_self_registered: !is_on,
        is_enabled: is_on,
        created: date(n),
    };
    let counts = || admin::Count::KEYS.map(|key| admin::Count { key, n: 12 }).into();
    let report = admin::ReportRow {
        id: href("wsh_1"),
        app: href("Orbit <Photos>"),
        category: words.t("report-spam"),
        words: href("It writes <every> day."),
        when: date(3),
    };
    let page = admin::Admin {
        frame: inside(),
        counts: counts(),
        reports: vec![report],
        clients: vec![client(1, true), client(2, false)],
    };
    add("admin", page.render());
    add("admin_empty", admin::Admin { frame: inside(), counts: counts(), reports: vec![], clients: vec![] }.render());
    let message = admin::MessageRow {
        href: href("/dev/outbox/1"),
        to: href("amina@mail.example"),
        subject: words.t("mail-sign-up-code-subject"),
        when: moment(1),
    };
    add("outbox", admin::Outbox { frame: frame(), messages: vec![message] }.render());
    add("outbox_empty", admin::Outbox { frame: frame(), messages: vec![] }.render());
    let message = admin::OutboxMessage {
        frame: frame(),
        to: href("amina@mail.example"),
        subject: words.t("mail-sign-up-known-subject"),
        when: moment(1),
        text: href("Sign in here:\nhttps://wallet.example/signin"),
        links: vec![href("https://wallet.example/signin")],
    };
    add("outbox_message", message.render());
    out
}
