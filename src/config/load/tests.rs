//! What the layers do to each other, and what they refuse.

use super::*;
use crate::base::Seconds;
use crate::config::{LogFormat, Mode};

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.toml");
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

fn refusal(files: &[PathBuf], environment: &[(&str, Option<&str>)]) -> String {
    load_from(files, environment, &[]).unwrap_err().to_string()
}

#[test]
fn the_built_in_settings_are_complete_and_need_nothing() {
    let config = Config::default();
    assert_eq!(config.issuer(), "http://localhost:8080");
    assert_eq!((config.mode, config.log.format), (Mode::Development, LogFormat::Auto));
    assert_eq!((config.tokens.code, config.tokens.refresh_absolute), (Seconds(60), Seconds::days(180)));
    assert!(config.database.url.is_none() && config.redis.url.is_none() && config.s3.is_none());
    assert!(config.mail.smtp_url.is_none() && config.secrets.master_keys.is_none() && config.http.tls.is_none());
    assert_eq!(crate::config::check(&config), []);
}

#[test]
fn every_key_is_described() {
    // Within a section each group of keys stands under a comment; lifetimes of a like kind share one.
    let mut described = false;
    for line in DEFAULTS.lines() {
        match line.trim() {
            "" => {}
            line if line.starts_with('#') || line.starts_with('[') => described = true,
            line => assert!(described && line.contains(" = "), "{line}"),
        }
    }
}

#[test]
fn later_layers_win_and_are_remembered() {
    let (_dir, path) = file("mode = 'production'\n[http]\npublic_url = 'https://id.example'\n[tokens]\ncode = 30\n");
    let environment = [
        ("SW__TOKENS__CODE", Some("45s")),
        ("DATABASE_URL", Some("postgres://a")),
        ("SW__DATABASE__URL", Some("postgres://user:hunter2@b")),
        ("SW__HTTP__TRUSTED_PROXIES", Some("10.0.0.0/8, fd00::/8")),
        ("SW__LIMITS__ENABLED", Some("false")),
        ("SW_CONFIG", Some("x")),
        ("PATH", Some("x")),
    ];
    let flags = [("http.listen", "0.0.0.0:1".to_owned())];
    let loaded = load_from(std::slice::from_ref(&path), &environment, &flags).unwrap();
    let config = &loaded.config;
    assert!(config.is_production());
    assert_eq!(config.issuer(), "https://id.example");
    assert_eq!(config.tokens.code, Seconds(45));
    assert_eq!(config.database.url.as_ref().unwrap().expose(), "postgres://user:hunter2@b");
    assert_eq!(config.http.trusted_proxies.len(), 2);
    assert_eq!(config.http.listen.port(), 1);
    assert!(!config.limits.enabled);
    let setting = |key: &str| loaded.settings.iter().find(|s| s.key == key).unwrap().clone();
    assert_eq!(setting("http.public_url").origin, Origin::File(path));
    assert_eq!(setting("tokens.code").origin, Origin::Environment("SW__TOKENS__CODE".into()));
    assert_eq!(setting("http.listen").origin, Origin::Flag);
    assert_eq!(setting("redis.url").origin, Origin::Default);
    assert_eq!(setting("database.url").value, "\"[secret]\"");
    assert!(!format!("{loaded:?}").contains("hunter2"));
}

#[test]
fn secrets_come_from_files_without_their_last_line_break() {
    let (_dir, path) = file("s3cret\n");
    let named = path.to_str().unwrap();
    let loaded = load_from(&[], &[("SW__SECRETS__PEPPER_FILE", Some(named)), ("REDIS_URL_FILE", Some(named))], &[]);
    let config = loaded.unwrap().config;
    assert_eq!(config.secrets.pepper.unwrap().expose(), "s3cret");
    assert_eq!(config.redis.url.unwrap().expose(), "s3cret");
    let missing = refusal(&[], &[("SW__SECRETS__PEPPER_FILE", Some("/nonexistent"))]);
    assert!(missing.contains("SW__SECRETS__PEPPER_FILE"), "{missing}");
}

#[test]
fn every_secret_is_masked() {
    let texts = SECRETS.iter().filter(|key| **key != "linked_providers");
    let environment: Vec<(String, &str)> = texts.map(|key| (variable_of(key), "hunter2")).collect();
    let mut environment: Vec<(&str, Option<&str>)> = environment.iter().map(|(n, v)| (n.as_str(), Some(*v))).collect();
    environment.extend([("SW__S3__BUCKET", Some("b")), ("SW__S3__ENDPOINT", Some("https://s3.example"))]);
    let rows = "id = 'a'\nname = 'A'\nissuer = 'https://a.example'\nclient_id = 'w'\nclient_secret = 'hunter2'\n";
    let (_dir, path) = file(&format!("[[linked_providers]]\n{rows}"));
    let loaded = load_from(&[path], &environment, &[]).unwrap();
    assert_eq!(loaded.config.linked_providers[0].client_secret.expose(), "hunter2");
    assert!(!format!("{loaded:?}").contains("hunter2"));
    let shown = |loaded: &Loaded| loaded.settings.iter().find(|s| s.key == "linked_providers").unwrap().value.clone();
    assert_eq!(shown(&loaded), "\"[secret]\"");
    assert_eq!(shown(&load_from(&[], &[], &[]).unwrap()), "[]");
}

#[test]
fn unknown_keys_are_refused_with_a_guess() {
    let (_dir, path) = file("[http]\npublc_url = 'x'\nsmtp_url = 'y'\n[nonsense]\nqqqq = 1\n");
    let text = refusal(&[path], &[("SW__TOKEN__CODE", Some("1s")), ("SW__ZZZZ", Some("1"))]);
    for part in [
        "unknown key http.publc_url",
        "Did you mean http.public_url?",
        "Did you mean mail.smtp_url?",
        "unknown key nonsense.qqqq",
        "unknown variable SW__TOKEN__CODE",
        "Did you mean SW__TOKENS__CODE?",
        "unknown variable SW__ZZZZ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn wrong_values_are_refused_and_never_repeated() {
    for (name, value, part) in [
        ("SW__DATABASE__POOL", "many", "database.pool must be a integer"),
        ("SW__LIMITS__ENABLED", "perhaps", "limits.enabled"),
        ("SW__TOKENS__CODE", "soon", "tokens.code (from SW__TOKENS__CODE): must be a whole number"),
        ("SW__LIMITS__TOKEN", "lots", "limits.token (from SW__LIMITS__TOKEN): must look like"),
        ("SW__MODE", "testing", "mode (from SW__MODE)"),
        ("SW__HTTP__TLS__KEY", "k.pem", "needs both certificate and key"),
        ("SW__S3__BUCKET", "b", "a bucket needs endpoint"),
        ("SW__HTTP__PUBLIC_URL", "no url", "http.public_url"),
    ] {
        let text = refusal(&[], &[(name, Some(value))]);
        assert!(text.contains(part), "{name}: {text}");
    }
    assert!(refusal(&[], &[("SW__MODE", None)]).contains("UTF-8"));
    let (_dir, path) = file("[database]\nurl = 'postgres://a:hunter2@b");
    let text = refusal(&[path], &[]);
    assert!(text.contains("line 2") && !text.contains("hunter2"), "{text}");
    let (_dir, path) = file("[http]\nlisten = ['x']\nhttp = 3\n");
    assert!(refusal(&[path], &[]).contains("http.listen must be a string, not a array"));
    assert!(refusal(&["/nonexistent.toml".into()], &[]).contains("cannot be read"));
}
