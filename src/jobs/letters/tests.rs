//! Every mail is rendered in every language.

use super::{
    AppConnected, ContactChanged, ContactCode, ContactKnown, IdentityAgain, IdentityRejected, IdentityVerified,
    NewSignIn, PasswordChanged, PhoneContested, RecoverCode, SignUpCode, SignUpKnown, StreamPaused, WebhookDisabled,
};
use crate::base::Time;
use crate::words::Words;

const NOW: Time = Time::from_unix(1_795_000_000);

#[test]
fn every_mail_renders_in_every_language() {
    for words in Words::ALL {
        let text = |s: &str| s.to_owned();
        let (at, device) = (words.date_time(NOW), words.t("device-unknown"));
        let letters = [
            SignUpCode {
                words,
                code: text("123456"),
                minutes: 15,
                href: text("https://w.example/confirm/x"),
                link_minutes: 20,
            }
            .letter(),
            SignUpKnown {
                words,
                sign_in_href: text("https://w.example/signin"),
                recover_href: text("https://w.example/recover"),
            }
            .letter(),
            RecoverCode { words, code: text("123456"), minutes: 2 }.letter(),
            AppConnected {
                words,
                app: text("Orbit & <Photos>"),
                claims: words.claim("name"),
                at: at.clone(),
                app_href: text("https://w.example/account/apps/a?b=1&c=2"),
            }
            .letter(),
            PasswordChanged {
                words,
                at: at.clone(),
                device: device.clone(),
                recover_href: text("https://w.example/r"),
            }
            .letter(),
            ContactCode {
                words,
                code: text("123456"),
                minutes: 11,
                href: text("https://w.example/confirm/x"),
                link_minutes: 20,
            }
            .letter(),
            WebhookDisabled { words, app: text("Orbit"), url: text("https://o.example/h"), why: text("status 500") }
                .letter(),
            StreamPaused { words, app: text("Orbit") }.letter(),
            ContactKnown { words }.letter(),
            ContactChanged {
                words,
                what: words.with("mail-contact-changed-phone-added", &[("address", "+4915112345678")]),
                at: at.clone(),
                device: device.clone(),
                contacts_href: text("https://w.example/account/contacts"),
            }
            .letter(),
            PhoneContested { words, number: text("+4915112345678"), contacts_href: text("https://w.example/c") }
                .letter(),
            IdentityVerified {
                words,
                at: at.clone(),
                badges_href: text("https://w.example/b"),
                href: text("https://w.example/v"),
            }
            .letter(),
            IdentityRejected { words, reasons: vec![text("<Photos> & more")], href: text("https://w.example/v") }
                .letter(),
            IdentityAgain { words, reasons: vec![], href: text("https://w.example/v") }.letter(),
            NewSignIn { words, at, device, sessions_href: text("https://w.example/s") }.letter(),
        ];
        for letter in letters {
            let letter = letter.expect("a letter");
            assert!(!letter.subject.contains('\n') && !letter.subject.is_empty());
            for part in [&letter.subject, &letter.text, &letter.html] {
                assert!(!part.contains('⟦'), "{part}");
            }
            assert!(letter.html.contains(&format!("lang=\"{}\"", words.lang())) && !letter.html.contains("<Photos>"));
            assert!(!letter.text.contains("&amp;") && !letter.text.contains("<bdi>"), "{}", letter.text);
        }
    }
}
