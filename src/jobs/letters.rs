//! The mails: each is a subject, a text and a small page, in the reader's language.

use askama::Template;

use crate::base::Fault;
use crate::outbound::mail::Letter;
use crate::words::Args;
use crate::words::Html;
use crate::words::Words;

macro_rules! letters {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty,)* } $subject:literal $text:literal $html:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            pub words: Words,
            $(pub $field: $kind,)*
        }

        const _: () = {
            #[derive(Template)]
            #[template(path = $subject)]
            struct Subject<'a> {
                mail: &'a $name,
            }

            #[derive(Template)]
            #[template(path = $text)]
            struct Text<'a> {
                mail: &'a $name,
            }

            #[derive(Template)]
            #[template(path = $html)]
            struct Page<'a> {
                mail: &'a $name,
            }

            impl $name {
                /// Renders the three parts.
                pub fn letter(&self) -> Result<Letter, Fault> {
                    let failed = |cause| Fault::internal("render a mail", cause);
                    Ok(Letter {
                        subject: Subject { mail: self }.render().map_err(failed)?.trim().to_owned(),
                        text: Text { mail: self }.render().map_err(failed)?,
                        html: Page { mail: self }.render().map_err(failed)?,
                    })
                }

                fn t(&self, key: &str) -> String {
                    self.words.t(key)
                }

                #[allow(dead_code, reason = "not every mail has words of each kind")]
                fn with(&self, key: &str, args: Args<'_>) -> String {
                    self.words.with(key, args)
                }

                #[allow(dead_code, reason = "not every mail has words of each kind")]
                fn html(&self, key: &str, args: Args<'_>) -> Html {
                    self.words.html(key, args)
                }

                #[allow(dead_code, reason = "not every mail has words of each kind")]
                fn count(&self, key: &str, n: &usize) -> String {
                    self.words.count(key, *n, &[])
                }
            }
        };
    )*};
}

letters! {
    /// The code of step 2 of signing up.
    SignUpCode { code: String, minutes: usize, href: String, link_minutes: usize, }
        "mail/sign_up_code.subject.txt" "mail/sign_up_code.txt" "mail/sign_up_code.html";
    /// Someone tried to sign up with an address that has a wallet: told by mail alone.
    SignUpKnown { sign_in_href: String, recover_href: String, }
        "mail/sign_up_known.subject.txt" "mail/sign_up_known.txt" "mail/sign_up_known.html";
    /// The code for a new password.
    RecoverCode { code: String, minutes: usize, }
        "mail/recover_code.subject.txt" "mail/recover_code.txt" "mail/recover_code.html";
    /// The code for one more mail address.
    ContactCode { code: String, minutes: usize, href: String, link_minutes: usize, }
        "mail/contact_code.subject.txt" "mail/contact_code.txt" "mail/contact_code.html";
    /// Someone tried to add this address to another wallet: told by mail alone.
    ContactKnown { }
        "mail/contact_known.subject.txt" "mail/contact_known.txt" "mail/contact_known.html";
    /// An address or number was added, removed or chosen. `what`: the whole sentence.
    ContactChanged { what: String, at: String, device: String, contacts_href: String, }
        "mail/contact_changed.subject.txt" "mail/contact_changed.txt" "mail/contact_changed.html";
    /// Another wallet has proven a number of this one.
    PhoneContested { number: String, contacts_href: String, }
        "mail/phone_contested.subject.txt" "mail/phone_contested.txt" "mail/phone_contested.html";
    /// Messages to an endpoint of a client were given up.
    WebhookDisabled { app: String, url: String, why: String, }
        "mail/webhook_disabled.subject.txt" "mail/webhook_disabled.txt" "mail/webhook_disabled.html";
    /// A stream of security events was paused.
    StreamPaused { app: String, }
        "mail/stream_paused.subject.txt" "mail/stream_paused.txt" "mail/stream_paused.html";
    /// An app was connected. `claims`: what it can see, as a list in words.
    AppConnected { app: String, claims: String, at: String, app_href: String, }
        "mail/app_connected.subject.txt" "mail/app_connected.txt" "mail/app_connected.html";
    /// An app asks from outside of a browser. `message`: what it shows at the same time, or nothing.
    ApprovalWanted { app: String, message: String, minutes: usize, href: String, }
        "mail/approval_wanted.subject.txt" "mail/approval_wanted.txt" "mail/approval_wanted.html";
    /// An app offers a badge.
    BadgeOffered { app: String, badge: String, href: String, }
        "mail/badge_offered.subject.txt" "mail/badge_offered.txt" "mail/badge_offered.html";
    /// To a client: a person wants their data deleted. `request`, `subject`: what it calls the wish and the person.
    ErasureWanted { app: String, request: String, subject: String, at: String, answer_href: String, }
        "mail/erasure_wanted.subject.txt" "mail/erasure_wanted.txt" "mail/erasure_wanted.html";
    /// A person was verified by a document. `href`: where they say that it was not them.
    IdentityVerified { at: String, badges_href: String, href: String, }
        "mail/identity_verified.subject.txt" "mail/identity_verified.txt" "mail/identity_verified.html";
    /// They were not. `reasons`: a sentence each.
    IdentityRejected { reasons: Vec<String>, href: String, }
        "mail/identity_rejected.subject.txt" "mail/identity_rejected.txt" "mail/identity_rejected.html";
    /// Other pictures are asked for.
    IdentityAgain { reasons: Vec<String>, href: String, }
        "mail/identity_again.subject.txt" "mail/identity_again.txt" "mail/identity_again.html";
    /// The password was changed. `at`: `Words::date_time`.
    PasswordChanged { at: String, device: String, recover_href: String, }
        "mail/password_changed.subject.txt" "mail/password_changed.txt" "mail/password_changed.html";
    /// A bundle of everything is ready. `at`: until when it can be had.
    ExportReady { at: String, href: String, }
        "mail/export_ready.subject.txt" "mail/export_ready.txt" "mail/export_ready.html";
    /// A wallet is to be deleted. `href`: where that is called off.
    DeletionAsked { due: String, href: String, }
        "mail/deletion_asked.subject.txt" "mail/deletion_asked.txt" "mail/deletion_asked.html";
    /// It is not to be deleted after all.
    DeletionCancelled { at: String, }
        "mail/deletion_cancelled.subject.txt" "mail/deletion_cancelled.txt" "mail/deletion_cancelled.html";
    /// It was deleted. `receipt`: signed.
    DeletionDone { at: String, receipt: String, }
        "mail/deletion_done.subject.txt" "mail/deletion_done.txt" "mail/deletion_done.html";
    /// Nobody has signed in for long. `at`: when it ends.
    AccountUnused { at: String, href: String, }
        "mail/account_unused.subject.txt" "mail/account_unused.txt" "mail/account_unused.html";
    /// A sign-in with a browser that the account has not used before.
    NewSignIn { at: String, device: String, sessions_href: String, }
        "mail/new_sign_in.subject.txt" "mail/new_sign_in.txt" "mail/new_sign_in.html";
}

#[cfg(test)]
mod tests;
