//! What two platforms may be told alike, and why. Everything else in common is a way to find out that they know the same
//! person.

use std::collections::BTreeSet;

/// Why a value may stand at a place for both. Places are named by their ends, as far as it takes to tell them apart.
enum Rule {
    /// The same for everybody, or for everybody who shares the same lines: it says nothing about who it is.
    Constant(&'static [&'static str]),
    /// A day, and nothing finer (WALLET.md §14.2): many people did something on that day.
    Day(&'static [&'static str]),
    /// How the picked photos and videos look: who gets a photo twice has the same photo twice, whatever we say of it.
    Picked(&'static [&'static str]),
    /// What badges and documents say: the person chose to show the same ones to both.
    Shown(&'static [&'static str]),
}

use Rule::{Constant, Day, Picked, Shown};

const RULES: &[Rule] = &[
    // Headers of our answers. Not among them: ETag, Link, Location, Content-Disposition, X-Request-Id.
    Constant(&[
        "/cache-control",
        "/content-security-policy",
        "/content-type",
        "/cross-origin-resource-policy",
        "/pragma",
        "/referrer-policy",
        "/vary",
        "/x-content-type-options",
        "/x-frame-options",
        "/accept-ranges",
    ]),
    // OAuth: kinds of tokens, keys, and for how long all of them work.
    Constant(&["/token_type", "/expires_in", "/interval", "/alg", "/typ", "/kid", "/iss", "/acr", "/amr"]),
    // Names of what both asked for and were allowed: scopes, lines, how long.
    Constant(&[
        "/scope",
        "/scopes",
        "/scopes/scope",
        "grant/claims",
        "receipt/claims",
        "/granted_fields",
        "/granted_kinds",
        "/grant/duration",
        "/grant/state",
        "/meta/limit",
    ]),
    // Why something is refused, in the words for everybody. Not among them: `instance`.
    Constant(&[
        "/code",
        "/detail",
        "/error",
        "/error_description",
        "/status",
        "/title",
        "refused/type",
        "link/type",
        "/www-authenticate",
    ]),
    // Receipts (ISO/IEC TS 27560): the vocabulary, the two controllers by name, the language of the notice.
    Constant(&[
        "/@type",
        "/@context/dct",
        "/@context/dpv",
        "/@context/pd",
        "/dct:conformsTo",
        "/dct:hasVersion",
        "/dct:language",
        "/dct:identifier",
        "/dpv:hasConsentStatus",
        "/dpv:hasDuration",
        "/dpv:hasLegalBasis",
        "/dpv:hasName",
        "/dpv:hasPersonalData",
        "/dpv:isIndicatedBy",
        "receipt/event",
    ]),
    // The trust framework: what was done with a document, not when, by whom, or under which name.
    Constant(&[
        "/assurance_level",
        "/assurance_process/procedure",
        "/assurance_type",
        "/assurance_classification",
        "/check_method",
        "/evidence/type",
    ]),
    Day(&["/created_at", "/updated_at", "/verified_at", "/expires_at", "/time", "/last-modified"]),
    Picked(&[
        "/width",
        "/height",
        "/bytes",
        "/duration_ms",
        "/blur",
        "/mime",
        "/kind",
        "/variants/name",
        "/content-range",
        "/wallet_photos/count",
        "/wallet_videos/count",
    ]),
    Shown(&[
        "/source",
        "/level",
        "/badges/type",
        "badges/data/type",
        "/wallet_badges/type",
        "/wallet_badges/issuer",
        "/issuer/id",
        "badge/type",
        "/data/criteria_uri",
    ]),
];

/// What the person typed, and chose to share with both: `fill_profile`, the words of photos, what the document says.
const CHOSEN: &[&str] = &[
    "Amina Yusuf",
    "Amina",
    "B.",
    "Yusuf",
    "Mina",
    "amina_y",
    "1990-04-01",
    "female",
    "https://amina.example/about",
    "https://amina.example/",
    "amina.example",
    "about",
    "1 Way",
    "10115",
    "Berlin",
    "Germany",
    "1 Way\n10115 Berlin\nBerlin\nGermany",
    "de-DE",
    "Europe/Berlin",
    "Europe",
    "Street photographer",
    "she/her",
    "she",
    "her",
    "Old lenses.",
    "Cairo",
    "https://a.example/",
    "a.example",
    "ar",
    "Trams",
    "#1d4ed8",
    "1d4ed8",
    "Zanzibar",
    "A carved door",
    "Aminatu",
    "Yussuf-Haddad",
    "1990-03-31",
    "EGY",
    "passport",
    "2024-05-02",
    "2034-05-01",
];

/// Pieces of addresses of the house: where its pages and endpoints are.
const PATHS: &[&str] = &[
    "http:",
    "https:",
    "m",
    "wallet",
    "v1",
    "media",
    "kind",
    "photo",
    "video",
    "badge-types",
    "trust-framework",
    "1",
    "problems",
    "account",
    "apps",
    "privacy",
    "device",
    "user_code",
    "inline",
    "filename=",
    "photo.jpg",
    "video.mp4",
    "inline; filename=\"photo.jpg\"",
    "inline; filename=\"video.mp4\"",
];

/// All texts that may be in common wherever they stand: those above, the address of the house, what is named by the test.
pub fn texts(issuer: &str, more: &[&str]) -> BTreeSet<String> {
    let host = issuer.trim_start_matches("http://");
    let own = [issuer, host].map(str::to_owned);
    let pages =
        ["/trust-framework/1", "/privacy", "/device", "/wallet/v1/media?kind=photo", "/wallet/v1/media?kind=video"];
    let pages = pages.map(|path| format!("{issuer}{path}"));
    let fixed = CHOSEN.iter().chain(PATHS).chain(more).map(|text| (*text).to_owned());
    fixed.chain(own).chain(pages).collect()
}

/// Whether a value may be the same at this place for two platforms.
pub fn is_allowed(place: &str, value: &str, texts: &BTreeSet<String>) -> bool {
    let is_at = |ends: &[&str]| ends.iter().any(|end| place.ends_with(end));
    texts.contains(value)
        || RULES.iter().any(|rule| match rule {
            Constant(ends) | Picked(ends) | Shown(ends) => is_at(ends),
            Day(ends) => is_at(ends) && is_day(value),
        })
}

/// A day as it is written in JSON, in a header or as a number.
fn is_day(value: &str) -> bool {
    let is_midnight = value.ends_with("T00:00:00Z") || value.ends_with(" 00:00:00 GMT");
    is_midnight || (value.len() == 10 && value.parse::<i64>().is_ok_and(|at| at % 86_400 == 0))
}

#[test]
fn a_rule_is_for_its_place_and_no_other() {
    let none = BTreeSet::new();
    for (place, value, is_fine) in [
        ("badges/data/verified_at", "2026-11-25T00:00:00Z", true),
        ("badges/data/verified_at", "2026-11-25T10:11:12Z", false),
        ("userinfo/updated_at", "1795564800", true),
        ("userinfo/updated_at", "1795564801", false),
        ("badges/data/issuer/id", "system", true),
        ("badges/data/id", "bdg_x", false),
        ("media/etag", "\"x\"", false),
        ("token/id_token/auth_time", "1795564801", false),
        ("userinfo/picture", "http://a.example/m/x", false),
    ] {
        assert_eq!(is_allowed(place, value, &none), is_fine, "{place} {value}");
    }
}
