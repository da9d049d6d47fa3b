//! Every template is rendered in every language; every word exists in every language.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::catalog::badges::BADGES;
use crate::catalog::events;
use crate::web::view::Theme;
use crate::web::views::activity;
use crate::web::views::profile;
use crate::web::views::samples;
use crate::words::Words;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str, out: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, ending, out);
        } else if path.to_string_lossy().ends_with(ending) {
            out.push((path.display().to_string(), fs::read_to_string(&path).expect("a text file")));
        }
    }
}

fn texts(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    files(&root().join(folder), ending, &mut out);
    out
}

fn keys(words: Words) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (file, text) in texts(&format!("templates/locales/{}", words.lang()), ".ftl") {
        for line in text.lines() {
            let Some((key, _)) = line.split_once(" =") else { continue };
            if key.starts_with(|c: char| c.is_ascii_lowercase()) {
                assert!(out.insert(key.to_owned()), "{file}: {key} is there twice");
            }
        }
    }
    out
}

/// The string literals after a call of one of the word functions, and the literals that look like keys in tables.
fn used() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let known = keys(Words::English);
    let mut sources = texts("templates", ".html");
    sources.extend(texts("templates/mail", ".txt"));
    sources.extend(texts("src/web", ".rs").into_iter().filter(|(f, _)| !f.ends_with("tests.rs")));
    sources.extend(texts("src/jobs", ".rs").into_iter().filter(|(f, _)| !f.ends_with("tests.rs")));
    sources.extend(texts("src", "/words.rs"));
    for (file, text) in sources {
        for call in [".t(\"", ".with(\"", ".html(\"", ".count(\"", ".title_of(\""] {
            // Metrics are counted, too.
            for (at, _) in text.match_indices(call).filter(|(at, _)| !text[..*at].ends_with("metrics")) {
                let key = text[at + call.len()..].split('"').next().unwrap_or_default();
                assert!(known.contains(key), "{file}: {key:?} has no words");
                let is_markup = key.ends_with("-html") || file.contains("mail");
                assert!(call != ".html(\"" || is_markup, "{file}: {key} is not written as markup");
                out.insert(key.to_owned());
            }
        }
        // Keys in tables and matches.
        out.extend(text.split('"').filter(|literal| known.contains(*literal)).map(str::to_owned));
    }
    out
}

#[test]
fn both_languages_say_the_same_things() {
    assert_eq!(keys(Words::English), keys(Words::Arabic));
    let arguments = |words: Words| {
        let mut out = BTreeSet::new();
        for (_, text) in texts(&format!("templates/locales/{}", words.lang()), ".ftl") {
            let mut key = "";
            for line in text.lines() {
                if let Some((name, _)) = line.split_once(" =")
                    && !line.starts_with([' ', '#'])
                {
                    key = name;
                }
                for (at, _) in line.match_indices("{ $") {
                    let name = line[at + 3..].split(' ').next().unwrap_or_default();
                    out.insert((key.to_owned(), name.to_owned()));
                }
            }
        }
        out
    };
    assert_eq!(arguments(Words::English), arguments(Words::Arabic));
}

#[test]
fn every_key_is_known_and_used() {
    let used = used();
    let made_at_run_time = |key: &str| {
        ["claim-", "hint-", "activity-", "problem-", "retention-", "badge-"].iter().any(|p| key.starts_with(p))
    };
    for key in keys(Words::English) {
        // What a line for a scope means stands beside what it is called.
        let is_detail = key.strip_suffix("-detail").is_some_and(|title| used.contains(title));
        assert!(used.contains(&key) || is_detail || made_at_run_time(&key), "{key} is not used");
    }
    for words in Words::ALL {
        for badge in BADGES {
            assert!([badge.label, badge.proves].iter().all(|key| words.find_message(key).is_some()), "{badge:?}");
        }
        for field in profile::FIELDS {
            assert_ne!(words.claim(field.name), field.name);
            let hint = words.find_message(&format!("hint-{}", field.name.replace('_', "-")));
            assert_eq!(hint.is_some(), field.has_hint, "{}", field.name);
        }
    }
}

#[test]
fn words_have_no_markup_unless_they_say_so() {
    for words in Words::ALL {
        for (file, text) in texts(&format!("templates/locales/{}", words.lang()), ".ftl") {
            for line in text.lines().filter(|l| l.contains('<') && !l.starts_with('#')) {
                assert!(line.split(" =").next().is_some_and(|key| key.ends_with("-html")), "{file}: {line}");
            }
            for hidden in ["client", "scope", "claim", "consent", "login"] {
                let told = |line: &&str| {
                    line.split_once(" = ").is_some_and(|(_, said)| {
                        said.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|w| w == hidden)
                    })
                };
                assert_eq!(text.lines().find(told), None, "{file}: say it in people's words");
            }
        }
    }
}

fn check(name: &str, page: &str, words: Words) {
    assert!(page.starts_with("<!doctype html>"), "{name}: {}", &page[..page.len().min(80)]);
    assert!(page.contains(&format!("<html lang=\"{}\" dir=\"{}\"", words.lang(), words.dir())), "{name}: language");
    assert_eq!(page.matches("<h1").count(), 1, "{name}: one heading of the first level");
    assert_eq!(page.matches("<main").count(), 1, "{name}: one main part");
    assert!(!page.contains('⟦'), "{name}: a word is missing: {:?}", page.split('⟦').nth(1).map(|t| &t[..40]));
    assert!(!page.contains("style=") && !page.contains("<style"), "{name}: inline style");
    assert!(!page.contains(" on") || !page.contains("onclick"), "{name}: inline handler");
    for script in page.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap_or_default();
        assert!(tag.contains(" src=\"/static/"), "{name}: inline script");
    }
    let title = page.split("<title>").nth(1).and_then(|t| t.split("</title>").next()).unwrap_or_default();
    assert!(title.trim().len() > 3 && title == title.trim(), "{name}: title {title:?}");
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|t| t.split('"').next()).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{name}: an id is there twice: {ids:?}");
    for attribute in [" for=\"", " aria-describedby=\"", " aria-labelledby=\"", " aria-controls=\"", " href=\"#"] {
        for list in page.split(attribute).skip(1).filter_map(|t| t.split('"').next()) {
            for id in list.split(' ') {
                assert!(unique.contains(id), "{name}: {attribute} names {id}");
            }
        }
    }
    let open: Vec<&str> = page.match_indices('<').map(|(at, _)| &page[at + 1..]).collect();
    let count = |tag: &str| open.iter().filter(|t| t.split(['>', ' ', '\n']).next() == Some(tag)).count();
    for tag in
        ["div", "form", "ul", "li", "p", "span", "fieldset", "details", "svg", "bdi", "a", "button", "dl", "table"]
    {
        assert_eq!(count(tag), count(&format!("/{tag}")), "{name}: <{tag}> is not closed");
    }
    let posts = page.matches("method=\"post\"").count();
    let tokens = page.matches("name=\"csrf\" value=\"csrf-token\"").count();
    assert!(posts == tokens || name.contains("form_post"), "{name}: {posts} forms, {tokens} tokens");
}

/// With `SAMPLES_DIR` set, the pages are also written there: `{name}.{language}.{theme}.html`.
#[test]
fn every_page_renders_in_every_language() {
    #[expect(clippy::disallowed_methods, reason = "a test, told where to write")]
    let folder = std::env::var("SAMPLES_DIR").ok();
    let mut templates: BTreeSet<String> = BTreeSet::new();
    for words in Words::ALL {
        for theme in [Theme::System, Theme::Light, Theme::Dark] {
            for (name, page) in samples::all(words, theme) {
                check(name, &page, words);
                assert_eq!(page.contains("data-theme"), theme != Theme::System, "{name}");
                templates.insert(name.to_owned());
                if let Some(folder) = &folder {
                    let file = format!("{name}.{}.{}.html", words.lang(), theme.as_str());
                    fs::write(Path::new(folder).join(file), page).expect("a writable folder");
                }
            }
        }
    }
    for (file, _) in texts("templates/pages", ".html") {
        let name = Path::new(&file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert!(templates.contains(&name), "{name} has no sample");
    }
}

#[test]
fn problems_are_told_at_the_top_and_at_the_field() {
    let pages = samples::all(Words::English, Theme::System);
    let (_, page) = pages.iter().find(|(name, _)| *name == "sign_in_error").expect("a sample");
    assert!(page.contains("<title>Error: Sign in – Social Wallet</title>"));
    assert!(page.contains("role=\"alert\" tabindex=\"-1\" autofocus"));
    assert!(page.contains("<a href=\"#identifier\">Enter an email address"));
    assert!(page.contains("aria-invalid=\"true\" aria-describedby=\"identifier-error\""));
}

#[test]
fn events_are_told_in_their_own_words() {
    let pages = samples::all(Words::English, Theme::System);
    let (_, page) = pages.iter().find(|(name, _)| *name == "home").expect("a sample");
    assert!(page.contains("You shared with <strong><bdi>Orbit Photos</bdi></strong>: <bdi>Name</bdi>."));
    assert!(page.contains("Your wallet was changed."), "for an event without words");
    for words in Words::ALL {
        let keys = keys(words);
        for event in events::seen_by_person() {
            assert!(keys.contains(&activity::key(event)), "{event} has no words in {}", words.lang());
        }
        let mut sentences = keys.iter().filter(|key| key.starts_with("activity-") && key.ends_with("-html"));
        let known: BTreeSet<String> = events::seen_by_person().map(activity::key).collect();
        let other = |key: &&String| !known.contains(*key) && *key != "activity-other-html";
        assert_eq!(sentences.find(other), None, "a sentence without its event");
    }
}

#[test]
fn what_others_typed_is_escaped_and_isolated() {
    for (name, page) in samples::all(Words::English, Theme::System) {
        assert!(!page.contains("<name>") && !page.contains("<Main>"), "{name}");
    }
}
