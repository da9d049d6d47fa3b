//! The consent page, and the pages on which a person leaves for the platform.

use askama::Template;

use crate::base::Time;
use crate::oauth::verified_claims;
use crate::provider::resources::Service;
use crate::web::view::AppCard;
use crate::web::view::Chip;
pub use crate::web::view::Choice;
use crate::web::view::Frame;
use crate::web::view::When;
use crate::words::Words;

/// Asks what to share. Posts `claim` (repeated: the name of each ticked line), `duration`, and `decision` = `allow` or `deny`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/consent.html")]
pub struct Consent {
    /// Problems at `pick`.
    pub frame: Frame,
    pub app: AppCard,
    pub action: String,
    pub reason: Reason,
    /// The name (or address) of the person who is asked.
    pub person: String,
    /// "Not you? Use another account".
    pub switch_href: String,
    /// Why the platform asks, in its own words.
    pub purpose: Option<String>,
    /// What it says it needs; locked lines have no tick box. The line "Your sign-in ID" is written by the template.
    pub needed: Vec<Line>,
    /// Whether the sign-in ID is made for this platform only.
    pub is_pairwise: bool,
    /// What may be shared too.
    pub optional: Vec<Line>,
    /// What could be shared if the wallet held it; shown folded, each with a way to add it.
    pub missing: Vec<Line>,
    /// What is shared since an earlier visit; shown folded.
    pub already: Vec<Line>,
    /// Radios named `duration`; see [`durations`].
    pub durations: Vec<Choice>,
    pub policy_href: Option<String>,
    pub terms_href: Option<String>,
    /// The origin of the redirect address, never more of it.
    pub return_origin: String,
    /// Set where the answer goes to another device than this browser: the page warns of strangers.
    pub elsewhere: Option<Elsewhere>,
    /// Whether the platform has left people without an answer who wanted their data deleted.
    pub is_silent: bool,
}

/// Who asks from elsewhere.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The code that the device shows.
    pub user_code: Option<String>,
    /// What the platform shows at the same time.
    pub message: Option<String>,
    /// The network that it asked from.
    pub from: Option<String>,
}

/// Why the page is shown; each has its own heading and first sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    First,
    /// It asks for something new: new lines carry `is_new`.
    New,
    Expired(When),
    /// The platform's name, picture, domain or policy changed.
    Changed(When),
    /// A document of the person was checked since they said yes.
    Reverified(When),
    /// The platform, or the person, wants the question asked again.
    Again,
}

impl Consent {
    pub fn heading(&self) -> String {
        let key = match self.reason {
            Reason::First => "consent-title",
            Reason::New => "consent-title-new",
            Reason::Expired(_) => "consent-title-expired",
            Reason::Changed(_) => "consent-title-changed",
            Reason::Reverified(_) => "consent-title-reverified",
            Reason::Again => "consent-title-again",
        };
        self.frame.with(key, &[("app", &self.app.name)])
    }

    /// A sentence under the heading that says why the page is shown.
    pub fn because(&self) -> Option<String> {
        let app = ("app", self.app.name.as_str());
        match &self.reason {
            Reason::First => None,
            Reason::New => Some(self.frame.with("consent-because-new", &[app])),
            Reason::Expired(when) => Some(self.frame.with("consent-because-expired", &[app, ("date", &when.text)])),
            Reason::Changed(when) => Some(self.frame.with("consent-because-changed", &[app, ("date", &when.text)])),
            Reason::Reverified(when) => {
                Some(self.frame.with("consent-because-reverified", &[app, ("date", &when.text)]))
            }
            Reason::Again => Some(self.frame.with("consent-because-again", &[app])),
        }
    }
}

/// One thing to share.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// The claim or scope, as it is posted in `claim`.
    pub name: String,
    pub label: String,
    /// The value that would be shared; masked when `full` is there. `None`: the wallet has none, and the line links to
    /// the profile.
    pub value: Option<String>,
    /// The whole of a masked value, behind "Show".
    pub full: Option<String>,
    pub chip: Option<Chip>,
    /// What the line means, where the value alone does not say it (scopes).
    pub detail: Option<String>,
    /// Why they ask, in the platform's words, printed in quotation marks.
    pub why: Option<String>,
    /// Among which things the person picks; posted as `pick-` and the line's [`Line::id`].
    pub choices: Vec<Choice>,
    /// Whether one of them alone can be picked.
    pub is_for_one: bool,
    /// Photos or videos that can be picked, any number of them; posted as choices are.
    pub thumbs: Vec<Thumb>,
    /// The photo that would be shared.
    pub photo: Option<String>,
    pub is_new: bool,
    pub is_ticked: bool,
    /// Shared by an earlier decision: it has a tick box even where the wallet holds nothing.
    pub is_shared: bool,
    /// No tick box: a lock.
    pub is_locked: bool,
}

impl Line {
    /// A line for a claim, labelled in words, unticked.
    pub fn claim(words: Words, claim: &str, value: Option<String>) -> Self {
        Self { name: claim.to_owned(), label: words.claim(claim), value, ..Self::default() }
    }

    /// A line for a phone number: masked, with the whole number behind "Show".
    pub fn phone(words: Words, claim: &str, number: Option<&str>) -> Self {
        let full = number.map(str::to_owned);
        Self { full, ..Self::claim(words, claim, number.map(masked_phone)) }
    }

    /// A line for a scope that stands for no claim; `title` is the key of its words.
    pub fn scope(words: Words, scope: &str, title: &str) -> Self {
        let detail = Some(words.t(&format!("{title}-detail")));
        Self { name: scope.to_owned(), label: words.t(title), detail, ..Self::default() }
    }

    /// A line for what a document says: hidden until the person asks to see it.
    pub fn verified(words: Words, claim: &str, told: Option<String>) -> Self {
        let value = told.as_ref().map(|_| {
            words.t(if claim == verified_claims::EVIDENCE { "line-of-document" } else { "line-as-on-document" })
        });
        Self { full: told, ..Self::claim(words, claim, value) }
    }

    /// What the platform may do elsewhere in the person's name: part of the whole, without a tick box.
    pub fn service(service: &Service) -> Self {
        Self {
            name: service.scope.clone(),
            label: service.label.clone(),
            detail: Some(service.name.clone()),
            is_locked: true,
            ..Self::default()
        }
    }

    /// Whether a document says it, which is more than a person would tell most apps.
    pub fn is_guarded(&self) -> bool {
        verified_claims::is_part(&self.name)
    }

    /// What is said beside a value that is hidden or shown in part: that all of it is shared.
    pub fn whole(&self) -> Option<&'static str> {
        self.full.as_ref().filter(|_| !self.is_guarded()).map(|_| "line-whole-is-shared")
    }

    pub fn is_missing(&self) -> bool {
        self.value.is_none() && self.detail.is_none() && self.choices.is_empty() && self.thumbs.is_empty()
    }

    /// Whether what was picked is gone, while there are others to pick.
    pub fn is_gone(&self) -> bool {
        self.value.is_none() && !self.choices.is_empty()
    }

    pub fn has_box(&self) -> bool {
        !self.is_locked && self.thumbs.is_empty() && (self.is_shared || !self.is_missing())
    }

    /// Where a value for it is added.
    pub fn add_href(&self) -> String {
        match self.name.as_str() {
            "email" | "phone_number" => "/account/contacts".to_owned(),
            "wallet_photos" | "wallet_videos" => "/account/media".to_owned(),
            "picture" => "/account/profile/picture".to_owned(),
            name if name.starts_with("age_over_") || name.starts_with("wallet_badges") => "/account/badges".to_owned(),
            _ if self.is_guarded() => "/account/badges".to_owned(),
            name => format!("/account/profile/edit#{name}"),
        }
    }

    /// An id for the page: the name with its odd characters replaced.
    pub fn id(&self) -> String {
        self.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
    }
}

/// A photo or video that can be picked.
#[derive(Clone, Debug)]
pub struct Thumb {
    /// As it is posted.
    pub value: String,
    /// The person's own route to it.
    pub src: String,
    pub name: String,
    pub is_video: bool,
    pub is_chosen: bool,
}

/// `+49 ••• •••• 82`: the start of the country code and the last two digits.
pub fn masked_phone(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 6 {
        return "••• ••••".to_owned();
    }
    let (start, end) = (&digits[..2], &digits[digits.len() - 2..]);
    format!("+{} ••• •••• {}", start.iter().collect::<String>(), end.iter().collect::<String>())
}

/// The three durations, by the names of [`crate::oauth::grant::Duration`]; `chosen` is one of these.
pub fn durations(words: Words, now: Time, chosen: &str) -> Vec<Choice> {
    let until = words.date(now + crate::base::Seconds::days(90));
    let row = |value: &str, label: &str, hint: String| Choice {
        value: value.to_owned(),
        label: words.t(label),
        hint: Some(hint),
        is_chosen: value == chosen,
    };
    vec![
        row("once", "duration-once", words.t("duration-once-hint")),
        row("days90", "duration-days-90", words.with("duration-days-90-hint", &[("date", &until)])),
        row("until_stopped", "duration-until-stopped", words.t("duration-until-stopped-hint")),
    ]
}

/// A 200 page between us and the platform; the handler adds `Refresh: 0;url=…`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/leaving.html")]
pub struct Leaving {
    pub frame: Frame,
    pub app: AppCard,
    /// The whole redirect address.
    pub href: String,
    pub return_origin: String,
}

/// `response_mode=form_post` (OAuth 2.0 Form Post Response Mode §2): posts itself by a module, or by its button.
#[derive(Clone, Debug, Template)]
#[template(path = "oauth/form_post.html")]
pub struct FormPost {
    pub frame: Frame,
    pub app: AppCard,
    pub action: String,
    pub fields: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_masked() {
        assert_eq!(masked_phone("+4915112345682"), "+49 ••• •••• 82");
        assert_eq!(masked_phone("+123"), "••• ••••");
    }
}
