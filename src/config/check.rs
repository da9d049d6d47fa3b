//! What is wrong or unsafe in a configuration that could be read, and how to mend it.

use std::net::SocketAddr;

use super::read::sms_key;
use super::secrets::{read_master_keys, read_pepper};
use super::{Config, Mode, Scanner, SmsGateway, linked, parties, verification};
use crate::base::url::is_loopback;
use crate::base::{Seconds, Secret};
use crate::catalog::contexts;

/// One thing that is wrong, in words for the operator. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}. {}", self.what, self.mend)
    }
}

/// Everything that must be mended before the house starts: what makes no sense in any mode, and in production
/// what is unsafe.
pub fn check(config: &Config) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    sense(config, &mut found);
    if config.mode == Mode::Production {
        safety(config, &mut found);
    }
    found.0
}

struct Found(Vec<Problem>);

impl Found {
    fn when(&mut self, is_so: bool, what: impl Into<String>, mend: impl Into<String>) {
        if is_so {
            self.0.push(Problem { what: what.into(), mend: mend.into() });
        }
    }
}

fn sense(config: &Config, found: &mut Found) {
    let url = &config.http.public_url;
    let is_bare = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    found.when(
        !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !is_bare,
        "http.public_url is not just a scheme, a host and perhaps a port",
        "Write it like https://id.example.org, without a path.",
    );
    let media = config.http.media_url.as_ref();
    found.when(
        media.is_some_and(|m| {
            !matches!(m.scheme(), "http" | "https") || m.host_str().is_none() || m.path() != "/" || m.query().is_some()
        }),
        "http.media_url is not just a scheme, a host and perhaps a port",
        "Write it like https://media.id.example.org, without a path.",
    );
    found.when(
        media.is_some_and(|media| {
            media.host_str() == url.host_str() && media.port_or_known_default() == url.port_or_known_default()
        }),
        "http.media_url names the host of http.public_url",
        "Give links a host of their own, or leave http.media_url empty.",
    );
    certificates(config, found);
    let database = config.database.url.as_ref().map(Secret::expose);
    found.when(
        database.is_some_and(|u| !u.starts_with("postgres://") && !u.starts_with("postgresql://")),
        "database.url is not a PostgreSQL URL",
        "Write it like postgres://user@host/name, or leave it out for the embedded SQLite.",
    );
    let redis = config.redis.url.as_ref().map(Secret::expose);
    found.when(
        redis.is_some_and(|u| !["redis://", "rediss://", "redis+unix://", "unix://"].iter().any(|s| u.starts_with(s))),
        "redis.url is not a Redis URL",
        "Write it like rediss://user:password@host:6379/0.",
    );
    let smtp = config.mail.smtp_url.as_ref().map(Secret::expose);
    found.when(
        smtp.is_some_and(|u| !u.starts_with("smtp://") && !u.starts_with("smtps://")),
        "mail.smtp_url is not an SMTP URL",
        "Write it like smtps://user:password@mail.example.org.",
    );
    sms(config, found);
    found.when(
        config.mail.hook_secret.as_ref().is_some_and(|secret| sms_key(secret.expose()).is_none()),
        "mail.hook_secret is too short for a key",
        "Take 32 random bytes or more, as text or as whsec_ and base64.",
    );
    for (what, mend) in verification::problems(&config.verification) {
        found.when(true, what, mend);
    }
    found.when(
        config.step_up.acr.as_ref().is_some_and(|acr| contexts::find(acr).is_none()),
        "step_up.acr is not a context class of ours",
        "Take one of acr_values_supported in /.well-known/openid-configuration, or leave it out.",
    );
    found.when(
        config.verified_claims.min_acr.as_ref().is_some_and(|acr| contexts::find(acr).is_none()),
        "verified_claims.min_acr is not a context class of ours",
        "Take one of acr_values_supported in /.well-known/openid-configuration, or leave it out.",
    );
    let master_keys = config.secrets.master_keys.as_ref();
    let pepper = config.secrets.pepper.as_ref();
    let is_readable = master_keys.is_none_or(|keys| read_master_keys(keys.expose()).is_some());
    found.when(
        !is_readable,
        "secrets.master_keys is not a list of numbered keys",
        "Write it as <number>:<32 bytes as base64url>,… with different numbers of 1 to 255; `social-wallet key generate` prints one.",
    );
    found.when(
        pepper.is_some_and(|p| read_pepper(p.expose()).is_none()),
        "secrets.pepper is not 32 bytes as base64url",
        "Take the one that `social-wallet key generate` prints, if this house has none yet.",
    );
    found.when(
        master_keys.is_some() != pepper.is_some(),
        "secrets.master_keys and secrets.pepper belong together, and one is missing",
        "Set both, or neither to have them made in the data folder (development only).",
    );
    found.when(
        !["ES256", "EdDSA", "RS256", "PS256"].contains(&&*config.keys.default_alg),
        "keys.default_alg is not an algorithm that we sign with",
        "Choose ES256, EdDSA, RS256 or PS256.",
    );
    lifetimes(config, found);
    for (what, mend) in parties::problems(&config.resources, &config.trusted_issuers) {
        found.when(true, what, mend);
    }
    for (what, mend) in linked::problems(&config.linked_providers) {
        found.when(true, what, mend);
    }
    let passwords = &config.passwords;
    found.when(
        !(8..=64).contains(&passwords.least),
        "passwords.least is not between 8 and 64",
        "NIST SP 800-63B asks for at least 8, and that long ones are let in.",
    );
    found.when(
        passwords.passes == 0 || passwords.lanes == 0 || passwords.memory_kib < 8 * passwords.lanes.min(1 << 16),
        "passwords.memory_kib, passes and lanes are no Argon2 parameters",
        "Argon2 takes at least one pass, one lane and 8 KiB a lane.",
    );
    found.when(config.database.pool == 0, "database.pool is 0", "Allow at least one connection.");
    found.when(config.passwords.queue == 0, "passwords.queue is 0", "Let at least one sign-in wait.");
    found.when(config.codes.tries == 0, "codes.tries is 0", "Allow at least one try.");
    let media = &config.media;
    found.when(
        (media.scanner == Scanner::Clamd) != media.clamd.is_some(),
        "media.clamd is the address of media.scanner = \"clamd\", and one is missing",
        "Set both, or neither for the built-in file check.",
    );
    found.when(media.workers == 0, "media.workers is 0", "Allow at least one.");
    let largest = media.photo_bytes.max(media.video_bytes);
    found.when(
        media.photo_bytes == 0 || media.video_bytes == 0 || largest > media.total_bytes || largest > 1 << 30,
        "media.photo_bytes and media.video_bytes fit neither media.total_bytes nor 1 GiB",
        "Allow at least one byte, and no more than the wallet holds.",
    );
    found.when(
        media.worker_time > Seconds(30),
        "media.worker_time is too long",
        "A job that takes longer is given to another node: 20s is usual.",
    );
}

fn sms(config: &Config, found: &mut Found) {
    let sms = &config.sms;
    let is_http = sms.gateway == SmsGateway::Http;
    found.when(
        is_http && (sms.url.is_none() || sms.secret.is_none()),
        "sms.gateway is http, and sms.url or sms.secret is missing",
        "Set both, or choose another gateway.",
    );
    found.when(
        sms.secret.as_ref().is_some_and(|secret| sms_key(secret.expose()).is_none()),
        "sms.secret is too short for a key",
        "Take 32 random bytes or more, as text or as whsec_ and base64.",
    );
    let is_start = |text: &String| {
        let digits = text.strip_prefix('+').unwrap_or_default();
        (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
    };
    found.when(
        !sms.allowed_countries.iter().all(is_start),
        "sms.allowed_countries is not a list of calling codes",
        "Write it like [\"+49\", \"+971\"].",
    );
    found.when(
        !(1..=3).contains(&sms.wallets_per_number),
        "sms.wallets_per_number is not between 1 and 3",
        "A number is one person's: 1 is usual.",
    );
    found.when(
        sms.guard_sends == 0 || sms.guard_answers > 100,
        "sms.guard_sends or sms.guard_answers makes no sense",
        "50 codes, and 20 in a hundred, are usual.",
    );
}

fn certificates(config: &Config, found: &mut Found) {
    let (mtls, http) = (&config.mtls, &config.http);
    found.when(
        mtls.public_url.as_ref().is_some_and(|url| {
            url.scheme() != "https" || url.host_str().is_none() || url.path() != "/" || url.query().is_some()
        }),
        "mtls.public_url is not just https, a host and perhaps a port",
        "Write it like https://mtls.id.example.org, without a path.",
    );
    let has_way = mtls.listen.is_some() || mtls.header.is_some();
    found.when(
        mtls.public_url.is_some() != has_way,
        "mtls.public_url needs mtls.listen or mtls.header, and they need it",
        "Set both, or neither: clients must know where to show their certificates.",
    );
    found.when(
        mtls.listen.is_some() && http.tls.is_none(),
        "mtls.listen has no certificate of its own",
        "Set http.tls.certificate and http.tls.key.",
    );
    found.when(
        mtls.listen.is_some_and(|address| {
            address.port() != 0
                && (address == http.listen || http.tls.as_ref().is_some_and(|tls| tls.listen == Some(address)))
        }),
        "mtls.listen is an address that something else listens at",
        "Give it a port of its own.",
    );
    found.when(
        mtls.header.is_some() && http.trusted_proxies.is_empty(),
        "mtls.header would be believed from nobody",
        "Name the proxy's address in http.trusted_proxies.",
    );
    let is_token = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    found.when(
        mtls.header.as_deref().is_some_and(|name| !is_token(name)),
        "mtls.header is not the name of a header",
        "Write it like Client-Cert.",
    );
}

fn lifetimes(config: &Config, found: &mut Found) {
    let (http, tokens, sessions) = (&config.http, &config.tokens, &config.sessions);
    for (name, value) in [
        ("http.header_timeout", http.header_timeout),
        ("http.body_timeout", http.body_timeout),
        ("http.request_timeout", http.request_timeout),
        ("http.idle_timeout", http.idle_timeout),
        ("tokens.code", tokens.code),
        ("tokens.access", tokens.access),
        ("tokens.id", tokens.id),
        ("tokens.device_code", tokens.device_code),
        ("tokens.backchannel", tokens.backchannel),
        ("tokens.refresh_idle", tokens.refresh_idle),
        ("tokens.refresh_absolute", tokens.refresh_absolute),
        ("sessions.idle", sessions.idle),
        ("sessions.absolute", sessions.absolute),
        ("sessions.remembered", sessions.remembered),
        ("sessions.fresh", sessions.fresh),
        ("sessions.interaction", sessions.interaction),
        ("passwords.wait", config.passwords.wait),
        ("codes.lifetime", config.codes.lifetime),
        ("codes.link_lifetime", config.codes.link_lifetime),
        ("media.worker_time", config.media.worker_time),
        ("media.video_length", config.media.video_length),
        ("media.upload_time", config.media.upload_time),
        ("keys.rotate_after", config.keys.rotate_after),
        ("ssf.pending_time", config.ssf.pending_time),
        ("privacy.export_kept", config.privacy.export_kept),
    ] {
        found.when(value <= Seconds(0), format!("{name} is 0"), "Write a time such as 60s.");
    }
    let privacy = &config.privacy;
    found.when(
        privacy.fast_grace > privacy.grace,
        "privacy.fast_grace is longer than privacy.grace",
        "The fast way is the shorter one: 24h beside 30d is usual.",
    );
    for (name, kept) in &config.retention {
        found.when(*kept <= Seconds(0), format!("retention.{name} is 0"), "Write a time such as 30d.");
    }
    let unused = config.retention.get("unused_accounts").copied().unwrap_or(Seconds::days(761));
    found.when(
        unused < Seconds::days(90),
        "retention.unused_accounts leaves no time to tell people",
        "They are told 61 and 30 days before: 90d is the least.",
    );
    for (name, value, most, why) in [
        ("tokens.code", tokens.code, Seconds::minutes(10), "RFC 6749 section 4.1.2 allows a code at most 10min."),
        ("tokens.access", tokens.access, Seconds::hours(1), "Keep it at 1h or less; refresh tokens do the rest."),
        (
            "tokens.device_code",
            tokens.device_code,
            Seconds::minutes(30),
            "Who guesses codes gains by long ones; 5min is usual.",
        ),
        (
            "tokens.backchannel",
            tokens.backchannel,
            Seconds::minutes(10),
            "People must remember what they are asked about.",
        ),
        ("tokens.grace", tokens.grace, Seconds::minutes(1), "A long grace would help a thief; 10s is usual."),
        ("sessions.interaction", sessions.interaction, Seconds::hours(1), "A request waits for a person at most 1h."),
        ("codes.lifetime", config.codes.lifetime, Seconds::minutes(10), "A code sent by mail may live at most 10min."),
        (
            "codes.link_lifetime",
            config.codes.link_lifetime,
            Seconds::hours(24),
            "NIST SP 800-63A allows a link sent by mail at most 24h; 20min is usual.",
        ),
    ] {
        found.when(value > most, format!("{name} is too long"), why);
    }
    found.when(
        tokens.refresh_idle > tokens.refresh_absolute || sessions.idle > sessions.absolute,
        "an idle lifetime is longer than the absolute one",
        "Make tokens.refresh_idle and sessions.idle the shorter ones.",
    );
    found.when(
        config.keys.publish_before >= config.keys.rotate_after,
        "keys.publish_before is not shorter than keys.rotate_after",
        "A key is published for publish_before, then signs for rotate_after.",
    );
}

fn safety(config: &Config, found: &mut Found) {
    let http = &config.http;
    found.when(
        http.public_url.scheme() != "https",
        "http.public_url is not https",
        "Set http.public_url to the https address that people use.",
    );
    found.when(
        http.media_url.as_ref().is_some_and(|url| url.scheme() != "https"),
        "http.media_url is not https",
        "Set http.media_url to the https address of the host of media, or leave it empty.",
    );
    found.when(
        http.public_url.host_str().is_some_and(is_loopback),
        "http.public_url names this machine alone",
        "Set http.public_url to a name that people and clients can reach.",
    );
    let speaks_plainly = http.tls.as_ref().is_none_or(|tls| tls.listen.is_some());
    found.when(
        speaks_plainly && http.trusted_proxies.is_empty(),
        format!("http.listen ({}) takes plain http and no proxy is trusted to bring it", http.listen),
        "Set http.tls.certificate and http.tls.key, or name your TLS proxy's address in http.trusted_proxies.",
    );
    found.when(
        http.trusted_proxies.iter().any(|net| net.prefix_len() == 0),
        "http.trusted_proxies trusts every address",
        "Name the addresses of your proxies alone.",
    );
    found.when(
        config.secrets.master_keys.is_none() || config.secrets.pepper.is_none(),
        "the master keys and the pepper would be generated and kept on disk beside the data",
        "Set secrets.master_keys and secrets.pepper (SW__SECRETS__MASTER_KEYS_FILE, SW__SECRETS__PEPPER_FILE); \
         `social-wallet key generate` prints new ones.",
    );
    match config.mail.smtp_url.as_ref().map(Secret::expose) {
        None => found.when(
            true,
            "mail would be written to a folder instead of being sent",
            "Set mail.smtp_url (SW__MAIL__SMTP_URL_FILE).",
        ),
        Some(url) => found.when(
            !smtp_is_private(url),
            "mail.smtp_url would send mail and its password without TLS",
            "Write smtps://…, or smtp://…?tls=required for STARTTLS.",
        ),
    }
    found.when(
        config.sms.gateway == SmsGateway::Folder,
        "text messages would be written to a folder instead of being sent",
        "Set sms.gateway to http with its url and secret, or to off.",
    );
    found.when(
        config.mail.from.trim_end_matches('>').ends_with("@localhost"),
        "mail.from is an address at localhost",
        "Set mail.from to an address of your domain.",
    );
    found.when(!config.limits.enabled, "limits.enabled is off", "Turn the limits on.");
    found.when(
        !config.outbound.allow.is_empty(),
        "outbound.allow lets clients' URLs reach private addresses",
        "Empty outbound.allow; it is for tests.",
    );
    found.when(
        config.linked_providers.iter().any(|provider| !provider.issuer.starts_with("https://")),
        "linked_providers has an issuer that is not https",
        "Name its https address; http is for development.",
    );
    found.when(
        config.outbound.extra_ca.is_some(),
        "outbound.extra_ca lets another authority vouch for clients' URLs",
        "Empty outbound.extra_ca; it is for tests.",
    );
    let passwords = &config.passwords;
    let work = u64::from(passwords.memory_kib) * u64::from(passwords.passes);
    found.when(
        passwords.memory_kib < 7168 || work < 35_840,
        "passwords are hashed too cheaply",
        "Use at least memory_kib = 19456 and passes = 2, or another pair of the OWASP list.",
    );
    let is_public = |address: SocketAddr| Some(address) == config.operations.listen;
    found.when(
        is_public(http.listen) || http.tls.as_ref().and_then(|tls| tls.listen).is_some_and(is_public),
        "operations.listen is the public address",
        "Give operations.listen a port of its own that the public cannot reach.",
    );
}

/// Whether mail goes out under TLS, or does not leave the machine.
fn smtp_is_private(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    url.scheme() == "smtps"
        || url.query_pairs().any(|(name, value)| name == "tls" && matches!(&*value, "required" | "wrapper"))
        || url.host_str().is_some_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe() -> Config {
        let mut config = Config { mode: Mode::Production, ..Config::default() };
        config.http.public_url = "https://id.example.org".parse().unwrap();
        config.http.trusted_proxies = vec!["10.0.0.1/32".parse().unwrap()];
        let (master_keys, pepper) = super::super::secrets::generate(&crate::base::Random::Os);
        config.secrets.master_keys = Some(master_keys);
        config.secrets.pepper = Some(pepper);
        config.mail.smtp_url = Some(Secret::new("smtps://u:p@mail.example.org".into()));
        config.mail.from = "Wallet <wallet@example.org>".into();
        config.sms.gateway = SmsGateway::Off;
        config
    }

    fn with(change: impl FnOnce(&mut Config)) -> Vec<Problem> {
        let mut config = safe();
        change(&mut config);
        check(&config)
    }

    #[test]
    fn production_refuses_the_defaults_with_a_list() {
        let config = Config { mode: Mode::Production, ..Config::default() };
        let refused = super::super::Refused(check(&config));
        assert_eq!(refused.0.len(), 7, "{refused}");
        assert!(refused.to_string().contains("  1. http.public_url is not https\n     Set http.public_url"));
        assert_eq!(check(&safe()), []);
    }

    #[test]
    fn each_unsafe_setting_is_one_problem() {
        let changes: &[fn(&mut Config)] = &[
            |c| c.http.public_url = "http://id.example.org".parse().unwrap(),
            |c| c.http.public_url = "https://localhost".parse().unwrap(),
            |c| c.http.public_url = "https://id.example.org/path".parse().unwrap(),
            |c| c.http.trusted_proxies.clear(),
            |c| c.http.trusted_proxies = vec!["0.0.0.0/0".parse().unwrap()],
            |c| c.mail.smtp_url = None,
            |c| c.sms.gateway = SmsGateway::Folder,
            |c| c.sms.gateway = SmsGateway::Http,
            |c| c.sms.secret = Some(Secret::new("short".into())),
            |c| c.mail.smtp_url = Some(Secret::new("smtp://mail.example.org".into())),
            |c| c.mail.from = "a@localhost".into(),
            |c| c.limits.enabled = false,
            |c| c.outbound.allow = vec!["127.0.0.1:1".into()],
            |c| c.outbound.extra_ca = Some("ca.pem".into()),
            |c| c.passwords.memory_kib = 8192,
            |c| c.passwords.least = 7,
            |c| c.operations.listen = Some(c.http.listen),
            |c| c.database.url = Some(Secret::new("mysql://x".into())),
            |c| c.redis.url = Some(Secret::new("memcached://x".into())),
            |c| c.keys.default_alg = "none".into(),
            |c| c.tokens.code = Seconds(601),
            |c| c.tokens.access = Seconds(0),
            |c| c.sessions.absolute = Seconds(60),
            |c| c.http.media_url = Some("https://media.example.org/x".parse().unwrap()),
            |c| c.http.media_url = Some(c.http.public_url.clone()),
            |c| c.mtls.header = Some("Client-Cert".into()),
            |c| c.mtls.public_url = Some("https://mtls.example.org".parse().unwrap()),
            |c| {
                c.mtls.header = Some("Client Cert".into());
                c.mtls.public_url = Some("https://mtls.example.org".parse().unwrap());
            },
            |c| {
                c.mtls.listen = Some("127.0.0.1:8443".parse().unwrap());
                c.mtls.public_url = Some("https://mtls.example.org".parse().unwrap());
            },
            |c| {
                c.mtls.header = Some("Client-Cert".into());
                c.mtls.public_url = Some("http://mtls.example.org".parse().unwrap());
            },
            |c| c.media.scanner = Scanner::Clamd,
            |c| c.media.clamd = Some("/run/clamd".into()),
            |c| c.media.video_bytes = 0,
            |c| c.media.worker_time = Seconds(31),
            |c| c.secrets.pepper = Some(Secret::new("short".into())),
            |c| c.secrets.master_keys = Some(Secret::new("1:short".into())),
        ];
        for (i, change) in changes.iter().enumerate() {
            assert_eq!(with(change).len(), 1, "change {i}: {:?}", with(change));
        }
    }

    #[test]
    fn tls_of_our_own_needs_no_proxy() {
        let tls = |listen: Option<SocketAddr>| super::super::Tls { certificate: "c".into(), key: "k".into(), listen };
        let alone = with(|c| (c.http.tls, c.http.trusted_proxies) = (Some(tls(None)), vec![]));
        assert_eq!(alone, []);
        let beside = with(|c| (c.http.tls, c.http.trusted_proxies) = (Some(tls(Some(([0; 4], 443).into()))), vec![]));
        assert_eq!(beside.len(), 1);
    }
}
