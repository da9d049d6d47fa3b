//! `MAILS`: writes the letter that a job asks for, in its reader's language, and sends it.

use std::collections::BTreeMap;

use super::Failure;
use super::letters::{
    AccountUnused, AppConnected, ApprovalWanted, BadgeOffered, ContactChanged, ContactCode, ContactKnown,
    DeletionAsked, DeletionCancelled, DeletionDone, ErasureWanted, ExportReady, IdentityAgain, IdentityRejected,
    IdentityVerified, NewSignIn, PasswordChanged, PhoneContested, RecoverCode, SignUpCode, SignUpKnown, StreamPaused,
    WebhookDisabled,
};
use crate::app::App;
use crate::base::{Fault, Seconds, Time};
use crate::outbound::mail::{Letter, MailError};
use crate::store::database::jobs::{Job, Row};
use crate::words::Words;

/// A mail that the house sends.
pub struct Mail {
    /// What [`Job::Mail`] calls it.
    pub name: &'static str,
    write: fn(&Told<'_>) -> Result<Letter, Fault>,
}

/// Every mail, with the values that it is told.
pub const MAILS: &[Mail] = &[
    // `code`, `minutes`: how long it works from now; `link`, `link_minutes`: what confirms as well.
    Mail {
        name: "sign_up_code",
        write: |t| {
            let (code, minutes, (href, link_minutes)) = (t.text("code")?, t.minutes()?, t.confirm_link()?);
            SignUpCode { words: t.words, code, minutes, href, link_minutes }.letter()
        },
    },
    Mail {
        name: "sign_up_known",
        write: |t| {
            SignUpKnown { words: t.words, sign_in_href: t.href("/signin"), recover_href: t.href("/recover") }.letter()
        },
    },
    // `code`, `minutes`.
    Mail {
        name: "recover_code",
        write: |t| RecoverCode { words: t.words, code: t.text("code")?, minutes: t.minutes()? }.letter(),
    },
    // `code`, `minutes`, `link`, `link_minutes`.
    Mail {
        name: "contact_code",
        write: |t| {
            let (code, minutes, (href, link_minutes)) = (t.text("code")?, t.minutes()?, t.confirm_link()?);
            ContactCode { words: t.words, code, minutes, href, link_minutes }.letter()
        },
    },
    Mail { name: "contact_known", write: |t| ContactKnown { words: t.words }.letter() },
    // `what`: which message; `address`, `at`, `device`.
    Mail {
        name: "contact_changed",
        write: |t| {
            let (what, at, device) = (t.contact_change()?, t.at()?, t.device());
            ContactChanged { words: t.words, what, at, device, contacts_href: t.href("/account/contacts") }.letter()
        },
    },
    // `address`.
    Mail {
        name: "phone_contested",
        write: |t| {
            let (number, contacts_href) = (t.text("address")?, t.href("/account/contacts"));
            PhoneContested { words: t.words, number, contacts_href }.letter()
        },
    },
    // `at`: microseconds since 1970; `device`: the marks of the browser, or nothing.
    Mail {
        name: "password_changed",
        write: |t| {
            let (at, device) = (t.at()?, t.device());
            PasswordChanged { words: t.words, at, device, recover_href: t.href("/recover") }.letter()
        },
    },
    // `at`, `device`.
    Mail {
        name: "new_sign_in",
        write: |t| {
            let (at, device) = (t.at()?, t.device());
            NewSignIn { words: t.words, at, device, sessions_href: t.href("/account/sessions") }.letter()
        },
    },
    // `at`: until when it can be had.
    Mail {
        name: "export_ready",
        write: |t| ExportReady { words: t.words, at: t.at()?, href: t.href("/account/privacy") }.letter(),
    },
    // `due`: when; `href`: where that is called off.
    Mail {
        name: "deletion_asked",
        write: |t| DeletionAsked { words: t.words, due: t.moment("due")?, href: t.text("href")? }.letter(),
    },
    // `at`.
    Mail { name: "deletion_cancelled", write: |t| DeletionCancelled { words: t.words, at: t.at()? }.letter() },
    // `at`; `receipt`: signed.
    Mail {
        name: "deletion_done",
        write: |t| DeletionDone { words: t.words, at: t.at()?, receipt: t.text("receipt")? }.letter(),
    },
    // `at`: when it ends.
    Mail {
        name: "account_unused",
        write: |t| AccountUnused { words: t.words, at: t.at()?, href: t.href("/signin") }.letter(),
    },
    // `app`, `message`: what both sides show, or nothing; `minutes`.
    Mail {
        name: "approval_wanted",
        write: |t| {
            let (app, message) = (t.text("app")?, t.text("message")?);
            let href = t.href("/account/approvals");
            ApprovalWanted { words: t.words, app, message, minutes: t.minutes()?, href }.letter()
        },
    },
    // `app`: the name of the client; `url`: its endpoint; `why`: how the last try went. To the client's contacts.
    Mail {
        name: "webhook_disabled",
        write: |t| {
            let (app, url, why) = (t.text("app")?, t.text("url")?, t.text("why")?);
            WebhookDisabled { words: t.words, app, url, why }.letter()
        },
    },
    // `app`: the name of the client. To its contacts.
    Mail { name: "stream_paused", write: |t| StreamPaused { words: t.words, app: t.text("app")? }.letter() },
    // `app`, `badge`: their names.
    Mail {
        name: "badge_offered",
        write: |t| {
            let href = t.href("/account/badges/offers");
            BadgeOffered { words: t.words, app: t.text("app")?, badge: t.text("badge")?, href }.letter()
        },
    },
    // `at`; `link`: what says that it was somebody else.
    Mail {
        name: "identity_verified",
        write: |t| {
            let href = t.href(&format!("/verification/dispute/{}", t.text("link")?));
            IdentityVerified { words: t.words, at: t.at()?, badges_href: t.href("/account/badges"), href }.letter()
        },
    },
    // `reasons`: codes, between spaces.
    Mail {
        name: "identity_rejected",
        write: |t| {
            let href = t.href("/account/verification");
            IdentityRejected { words: t.words, reasons: t.reasons()?, href }.letter()
        },
    },
    // `reasons`.
    Mail {
        name: "identity_again",
        write: |t| {
            let href = t.href("/account/verification");
            IdentityAgain { words: t.words, reasons: t.reasons()?, href }.letter()
        },
    },
    // `app`: its name; `claims`: their names, between spaces; `at`; `grant`: its identifier.
    Mail {
        name: "app_connected",
        write: |t| {
            let app_href = t.href(&format!("/account/apps/{}", t.text("grant")?));
            AppConnected { words: t.words, app: t.text("app")?, claims: t.claims()?, at: t.at()?, app_href }.letter()
        },
    },
    // `app`: its name; `request`, `subject`: what it calls the wish and the person; `at`.
    Mail {
        name: "erasure_wanted",
        write: |t| {
            let (app, request, subject) = (t.text("app")?, t.text("request")?, t.text("subject")?);
            let answer_href = t.href(&format!("/wallet/v1/erasure-requests/{request}/status"));
            ErasureWanted { words: t.words, app, request, subject, at: t.at()?, answer_href }.letter()
        },
    },
];

/// What can happen to the addresses of a wallet, and the message that says so.
const CONTACT_CHANGES: &[(&str, &str)] = &[
    ("email-added", "mail-contact-changed-email-added"),
    ("email-removed", "mail-contact-changed-email-removed"),
    ("email-primary", "mail-contact-changed-email-primary"),
    ("phone-added", "mail-contact-changed-phone-added"),
    ("phone-removed", "mail-contact-changed-phone-removed"),
    ("phone-primary", "mail-contact-changed-phone-primary"),
];

/// Sends the mail of a job.
///
/// # Errors
/// Permanent where the mail server refuses this letter, or the job asks for a mail that there is not.
pub async fn run(app: &App, row: &Row, job: Job) -> Result<(), Failure> {
    let Job::Mail { mail: name, to, locale, values } = job else {
        return Err(Failure::Permanent("this is no mail".to_owned()));
    };
    let Some(mail) = MAILS.iter().find(|mail| mail.name == name) else {
        return Err(Failure::Permanent("there is no such mail".to_owned()));
    };
    let told = |outcome| app.metrics.count("sw_mail_total", &[mail.name, outcome]);
    let words = Words::find(&locale).unwrap_or(Words::English);
    let letter = Told { words, issuer: app.config.issuer(), values: &values };
    // A code that nobody can use any more would only mislead.
    if letter.minutes().is_ok_and(|minutes| row.created_at + Seconds::minutes(minutes as i64) <= app.now()) {
        told("late");
        return Ok(());
    }
    let letter = (mail.write)(&letter).map_err(|fault| Failure::Permanent(fault.to_string()))?;
    let sent = app.mail.send(&row.id.to_string(), &to, &letter).await;
    told(match &sent {
        Ok(()) => "sent",
        Err(MailError::Transient(_)) => "failed",
        Err(MailError::Permanent(_)) => "refused",
    });
    sent.map_err(|error| match error {
        MailError::Transient(why) => Failure::Transient(why),
        MailError::Permanent(why) => Failure::Permanent(why),
    })
}

/// What a letter is made of.
struct Told<'a> {
    words: Words,
    issuer: &'a str,
    values: &'a BTreeMap<String, String>,
}

impl Told<'_> {
    fn text(&self, name: &str) -> Result<String, Fault> {
        self.values.get(name).cloned().ok_or_else(|| Fault::broken("write a mail without one of its values"))
    }

    fn minutes(&self) -> Result<usize, Fault> {
        self.text("minutes")?.parse().map_err(|e| Fault::internal("read the minutes of a mail", e))
    }

    /// The page that confirms an address, and how long it works.
    fn confirm_link(&self) -> Result<(String, usize), Fault> {
        let minutes = self.text("link_minutes")?.parse();
        let minutes = minutes.map_err(|e| Fault::internal("read the minutes of a mail", e))?;
        Ok((self.href(&format!("/confirm/{}", self.text("link")?)), minutes))
    }

    fn at(&self) -> Result<String, Fault> {
        self.moment("at")
    }

    fn moment(&self, name: &str) -> Result<String, Fault> {
        let micros = self.text(name)?.parse().map_err(|e| Fault::internal("read the time of a mail", e))?;
        Ok(self.words.date_time(Time::from_micros(micros)))
    }

    fn device(&self) -> String {
        self.words.device(self.values.get("device").map_or("", String::as_str))
    }

    /// What an app can see, as people call it; what several claims are called alike is said once.
    fn claims(&self) -> Result<String, Fault> {
        let mut said: Vec<String> = Vec::new();
        for claim in self.text("claims")?.split_whitespace() {
            let label = self.words.claim(claim);
            if !said.contains(&label) {
                said.push(label);
            }
        }
        Ok(self.words.list(&said))
    }

    /// Why a verification did not succeed, a sentence each.
    fn reasons(&self) -> Result<Vec<String>, Fault> {
        let told = |code: &str| self.words.find_message(&format!("problem-verification-{}", code.replace('_', "-")));
        Ok(self.text("reasons")?.split_whitespace().filter_map(told).collect())
    }

    fn contact_change(&self) -> Result<String, Fault> {
        let (what, address) = (self.text("what")?, self.text("address")?);
        let key = CONTACT_CHANGES.iter().find(|(name, _)| *name == what).map(|(_, key)| *key);
        let key = key.ok_or_else(|| Fault::broken("write a mail about a change that there is not"))?;
        Ok(self.words.with(key, &[("address", &address)]))
    }

    fn href(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mail_is_written_from_its_values() {
        let values: BTreeMap<String, String> = [
            ("code", "123456"),
            ("minutes", "10"),
            ("at", "1795000000000000"),
            ("device", "Firefox/Linux"),
            ("app", "Orbit Photos"),
            ("claims", "name email"),
            ("grant", "grt_1"),
            ("message", "W4SCT"),
            ("badge", "Top seller"),
            ("reasons", "unreadable mismatch_face"),
            ("link", "bGluaw"),
            ("link_minutes", "20"),
            ("what", "email-added"),
            ("address", "second@mail.example"),
            ("url", "https://orbit.example/hook"),
            ("why", "status 500"),
            ("request", "wsh_1"),
            ("subject", "s-1"),
            ("due", "1795000000000000"),
            ("href", "https://w.example/deletion/abc"),
            ("receipt", "a.b.c"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let written = |name: &str, words| {
            let mail = MAILS.iter().find(|mail| mail.name == name).unwrap();
            (mail.write)(&Told { words, issuer: "https://w.example", values: &values }).unwrap().text
        };
        for (at, mail) in MAILS.iter().enumerate() {
            assert!(MAILS[..at].iter().all(|other| other.name != mail.name));
            for words in Words::ALL {
                assert!(!written(mail.name, words).contains('⟦'), "{}", mail.name);
            }
            let nothing = BTreeMap::new();
            let told = Told { words: Words::English, issuer: "https://w.example", values: &nothing };
            let needs_nothing = ["sign_up_known", "contact_known"].contains(&mail.name);
            assert_eq!((mail.write)(&told).is_ok(), needs_nothing, "{}", mail.name);
        }
        for (name, part) in [
            ("sign_up_code", "123456\n\nThe code works for 10 minutes."),
            ("sign_up_known", "https://w.example/signin"),
            ("recover_code", "123456"),
            ("password_changed", "18 November 2026, 11:06 UTC with Firefox on Linux."),
            ("password_changed", "https://w.example/recover"),
            ("new_sign_in", "https://w.example/account/sessions"),
            ("app_connected", "You connected Orbit Photos to your wallet on 18 November 2026"),
            ("app_connected", "https://w.example/account/apps/grt_1"),
            ("approval_wanted", "https://w.example/account/approvals"),
            ("approval_wanted", "W4SCT"),
            ("badge_offered", "Top seller"),
            ("badge_offered", "https://w.example/account/badges/offers"),
            ("contact_code", "123456\n\nThe code works for 10 minutes."),
            ("contact_code", "https://w.example/confirm/bGluaw\nThe page works for 20 minutes."),
            ("contact_changed", "You added the email address second@mail.example."),
            ("contact_changed", "https://w.example/account/contacts"),
            ("phone_contested", "second@mail.example"),
            ("webhook_disabled", "https://orbit.example/hook"),
            ("webhook_disabled", "status 500"),
            ("stream_paused", "Orbit Photos"),
            ("erasure_wanted", "https://w.example/wallet/v1/erasure-requests/wsh_1/status"),
            ("export_ready", "https://w.example/account/privacy"),
            ("deletion_asked", "https://w.example/deletion/abc"),
            ("deletion_asked", "will be deleted on 18 November 2026, 11:06 UTC."),
            ("deletion_done", "a.b.c"),
            ("account_unused", "https://w.example/signin"),
            ("identity_verified", "https://w.example/verification/dispute/bGluaw"),
            ("identity_rejected", "* The document cannot be read."),
            ("identity_again", "https://w.example/account/verification"),
        ] {
            let text = written(name, Words::English);
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
