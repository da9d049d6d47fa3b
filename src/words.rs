//! The words of the pages and mails: one handle per request, whole sentences from Fluent files.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use fluent_templates::LanguageIdentifier;
use fluent_templates::Loader;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::langid;
use fluent_templates::static_loader;

use crate::base::Time;

static_loader! {
    static LOCALES = {
        locales: "./templates/locales",
        fallback_language: "en",
        // Isolation is done here instead: `<bdi>` in markup, marks in plain text only where directions can meet.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static EN: LanguageIdentifier = langid!("en");
static AR: LanguageIdentifier = langid!("ar");

/// Markup that is safe to write into a page: its text came escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

impl Html {
    /// A name or value that a person or platform gave, escaped, and isolated from the direction of the text around it.
    pub fn bdi(text: &str) -> Self {
        Self(format!("<bdi>{}</bdi>", escape(text)))
    }
}

/// The words in one language; cheap to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    English,
    Arabic,
}

/// What a message is told: its name in the message, and the text.
pub type Args<'a> = &'a [(&'static str, &'a str)];

impl Words {
    pub const ALL: [Self; 2] = [Self::English, Self::Arabic];

    /// Picks the language, in growing strength: `Accept-Language` (RFC 9110 §12.5.4), `ui_locales` (OIDC Core §3.1.2.1),
    /// what the person chose (a cookie or the account's setting). English when nothing fits.
    pub fn negotiate(ui_locales: Option<&str>, chosen: Option<&str>, accept_language: Option<&str>) -> Self {
        let chosen = chosen.and_then(Self::find);
        let asked = || ui_locales.and_then(|tags| tags.split(' ').find_map(Self::find));
        let accepted = || accept_language.and_then(most_wanted);
        chosen.or_else(asked).or_else(accepted).unwrap_or(Self::English)
    }

    /// The words for a language tag (`ar`, `ar-EG`, `en-GB`), if we have them.
    pub fn find(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|w| w.lang().eq_ignore_ascii_case(primary))
    }

    /// The value of the `lang` attribute.
    pub fn lang(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    /// The value of the `dir` attribute.
    pub fn dir(self) -> &'static str {
        match self {
            Self::English => "ltr",
            Self::Arabic => "rtl",
        }
    }

    /// What the language calls itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Arabic => "العربية",
        }
    }

    /// The other languages of the house, for the switch at the foot of a page.
    pub fn others(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |w| *w != self)
    }

    /// A message without arguments, as plain text.
    pub fn t(self, key: &str) -> String {
        self.say(key, &HashMap::new())
    }

    /// A message with text in it, plain (titles, attributes, mails); foreign directions are isolated by marks.
    pub fn with(self, key: &str, args: Args<'_>) -> String {
        let args = args.iter().map(|(name, text)| (Cow::from(*name), self.isolate(text).into())).collect();
        self.say(key, &args)
    }

    /// A message that counts (`$n`), with text in it, as plain text.
    pub fn count(self, key: &str, n: usize, args: Args<'_>) -> String {
        let mut args: HashMap<_, FluentValue> =
            args.iter().map(|(name, text)| (Cow::from(*name), self.isolate(text).into())).collect();
        args.insert(Cow::from("n"), FluentValue::from(n));
        self.say(key, &args)
    }

    /// A message with markup; each text is escaped and put into `<bdi>`. Arguments named `href…` are for attributes and are
    /// only escaped.
    pub fn html(self, key: &str, args: Args<'_>) -> Html {
        Html(self.say(key, &marked_up(args)))
    }

    /// `3 May 2026`: the day in UTC.
    pub fn date(self, at: Time) -> String {
        let at = at.utc();
        let month = self.t(MONTHS[usize::from(u8::from(at.month())) - 1]);
        let (day, year) = (at.day().to_string(), at.year().to_string());
        self.say("date", &plain(&[("day", &day), ("month", &month), ("year", &year)]))
    }

    /// `3 May 2026, 09:12 UTC`.
    pub fn date_time(self, at: Time) -> String {
        let (date, time) = (self.date(at), self.time_of_day(at));
        self.say("date-time", &plain(&[("date", &date), ("time", &time)]))
    }

    /// `09:12`, in UTC.
    pub fn time_of_day(self, at: Time) -> String {
        let at = at.utc();
        format!("{:02}:{:02}", at.hour(), at.minute())
    }

    /// `Today`, `Yesterday`, or the date.
    pub fn day(self, at: Time, now: Time) -> String {
        match (now.utc().date() - at.utc().date()).whole_days() {
            0 => self.t("today"),
            1 => self.t("yesterday"),
            _ => self.date(at),
        }
    }

    /// "Firefox on Linux" for the marks that are kept of a browser (`Firefox/Linux`), or "Unknown device".
    pub fn device(self, agent: &str) -> String {
        const BROWSERS: [(&str, &str); 6] = [
            ("Edg/", "Edge"),
            ("OPR/", "Opera"),
            ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"),
            ("CriOS/", "Chrome"),
            ("Safari/", "Safari"),
        ];
        const SYSTEMS: [(&str, &str); 7] = [
            ("Windows", "Windows"),
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Mac OS X", "macOS"),
            ("CrOS", "ChromeOS"),
            ("Linux", "Linux"),
        ];
        let find =
            |table: &[(&str, &'static str)]| table.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, n)| *n);
        match (find(&BROWSERS), find(&SYSTEMS)) {
            (Some(browser), Some(system)) => self.with("device-known", &[("browser", browser), ("system", system)]),
            _ => self.t("device-unknown"),
        }
    }

    /// `name, email address and phone number`.
    pub fn list(self, items: &[String]) -> String {
        let Some((last, rest)) = items.split_last() else { return String::new() };
        if rest.is_empty() {
            return last.clone();
        }
        let rest = rest.join(&format!("{} ", self.t("list-comma")));
        self.say("list-and", &plain(&[("rest", &rest), ("last", last)]))
    }

    /// What people call a claim (`email_verified`, `address`) or a badge; its own name when no words are known for it.
    pub fn claim(self, claim: &str) -> String {
        let key = claim.replace(['_', '.'], "-");
        let message = |kind| self.find_message(&format!("{kind}-{key}"));
        message("claim").or_else(|| message("badge")).unwrap_or_else(|| claim.to_owned())
    }

    /// What people call a badge, by its kind; the kind itself when no words are known for it.
    pub fn badge(self, kind: &str) -> String {
        self.find_message(&format!("badge-{}", kind.replace(['_', '.'], "-"))).unwrap_or_else(|| kind.to_owned())
    }

    /// A message without arguments, for keys that are made at run time; `None` when there is none of this name.
    pub fn find_message(self, key: &str) -> Option<String> {
        LOCALES.try_lookup(self.id(), key)
    }

    /// As [`html`](Self::html), for keys that are made at run time.
    pub fn find_html(self, key: &str, args: Args<'_>) -> Option<Html> {
        LOCALES.try_lookup_with_args(self.id(), key, &marked_up(args)).map(Html)
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::English => &EN,
            Self::Arabic => &AR,
        }
    }

    /// The message, or its key between marks that a test looks for.
    fn say(self, key: &str, args: &HashMap<Cow<'static, str>, FluentValue<'_>>) -> String {
        LOCALES.try_lookup_with_args(self.id(), key, args).unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// Text between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE, where its direction can differ from the language's.
    fn isolate(self, text: &str) -> String {
        let right_to_left =
            |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
        let foreign = match self {
            Self::English => text.chars().any(right_to_left),
            Self::Arabic => text.chars().any(|c| c.is_alphabetic() && !right_to_left(c)),
        };
        if foreign { format!("\u{2068}{text}\u{2069}") } else { text.to_owned() }
    }
}

const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10",
    "month-11", "month-12",
];

fn marked_up(args: Args<'_>) -> HashMap<Cow<'static, str>, FluentValue<'static>> {
    let args = args.iter().map(|(name, text)| {
        let text = if name.starts_with("href") { escape(text) } else { Html::bdi(text).0 };
        (Cow::from(*name), FluentValue::from(text))
    });
    args.collect()
}

fn plain(args: Args<'_>) -> HashMap<Cow<'static, str>, FluentValue<'static>> {
    args.iter().map(|(name, text)| (Cow::from(*name), FluentValue::from((*text).to_owned()))).collect()
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The language with the greatest weight that we have; the first of equals.
fn most_wanted(accept_language: &str) -> Option<Words> {
    let mut best: Option<(f32, Words)> = None;
    for range in accept_language.split(',').take(32) {
        let (tag, rest) = range.split_once(';').unwrap_or((range, ""));
        let weight = rest.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
        if let Some(words) = Words::find(tag)
            && weight > best.map_or(0.0, |(w, _)| w)
        {
            best = Some((weight, words));
        }
    }
    best.map(|(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_wish_wins() {
        let pick = Words::negotiate;
        assert_eq!(pick(None, None, None), Words::English);
        assert_eq!(pick(None, None, Some("de, ar-EG;q=0.9, en;q=0.8")), Words::Arabic);
        assert_eq!(pick(None, None, Some("ar;q=0, en;q=0.1")), Words::English);
        assert_eq!(pick(Some("de ar"), None, Some("en")), Words::Arabic);
        assert_eq!(pick(Some("en"), Some("ar"), Some("en")), Words::Arabic);
        assert_eq!(pick(Some("tlh"), Some("xx"), Some("*;q=9, \u{0}")), Words::English);
    }

    #[test]
    fn devices_have_names() {
        for (marks, name) in [
            ("Firefox/Linux", "Firefox on Linux"),
            ("Safari/Mac OS X", "Safari on macOS"),
            ("Edg/Windows", "Edge on Windows"),
            ("curl/8", "Unknown device"),
            ("", "Unknown device"),
        ] {
            assert_eq!(Words::English.device(marks), name);
        }
    }

    #[test]
    fn dates_lists_and_counts() {
        let at = Time::from_unix(1_777_799_520);
        assert_eq!(Words::English.date_time(at), "3 May 2026, 09:12 UTC");
        assert_eq!(Words::Arabic.date(at), "3 مايو 2026");
        assert_eq!(Words::English.day(at, at + crate::base::Seconds::days(1)), "Yesterday");
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(Words::English.list(&items), "a, b and c");
        assert_eq!(Words::Arabic.list(&items), "a، b وc");
        assert_eq!(Words::English.count("apps-can-see", 1, &[]), "1 app can see your details");
        assert_eq!(Words::English.claim("phone_number"), "Phone number");
        assert_eq!(Words::English.claim("shoe_size"), "shoe_size");
    }

    #[test]
    fn foreign_text_cannot_break_out() {
        let html = Words::English
            .html("consent-signed-in-html", &[("name", "<b>\u{202e}x"), ("href", "/a?b&c\"")])
            .to_string();
        assert!(html.contains("<bdi>&lt;b&gt;\u{202e}x</bdi>") && html.contains("\"/a?b&amp;c&quot;\""), "{html}");
        assert!(Words::Arabic.with("consent-title", &[("app", "Orbit")]).contains("\u{2068}Orbit\u{2069}"));
        assert!(!Words::English.with("consent-title", &[("app", "Orbit")]).contains('\u{2068}'));
    }
}
