//! The clients and the person of a plan: made through the command line, told to the suite.

use serde_json::{Value, json};

use crate::Result;
use crate::browser::Account;
use crate::house::House;
use crate::keys::Pair;
use crate::plans::{ClientSet, Plan, Plans, fill, fill_text, merge};
use crate::suite::Suite;

/// Everything that the standard knows about a person (OIDC Core §5.1) and that is typed, so that every scope can be
/// answered in full. The picture is a photo of the wallet.
const VALUES: &[(&str, &str)] = &[
    ("name", "Amina Noor Yusuf"),
    ("given_name", "Amina"),
    ("family_name", "Yusuf"),
    ("middle_name", "Noor"),
    ("nickname", "Ami"),
    ("preferred_username", "amina"),
    ("profile", "https://people.example/amina"),
    ("website", "https://amina.example"),
    ("gender", "female"),
    ("birthdate", "1990-02-28"),
    ("zoneinfo", "Europe/Berlin"),
    ("locale", "en-GB"),
    ("phone_number", "+4915112345678"),
    ("address", r#"{"street_address":"1 Long Way","locality":"Berlin","postal_code":"10115","country":"Germany"}"#),
];

/// Opens an account.
pub fn open_account(house: &House, email: &str) -> Result<Account> {
    let account = Account { email: email.to_owned(), password: "correct horse battery staple".to_owned() };
    let values: Vec<String> = VALUES.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut args = vec!["account", "create", "--json", "--email", &account.email, "--password-stdin"];
    for value in &values {
        args.extend(["--value", value]);
    }
    house.command(&args, &account.password)?;
    Ok(account)
}

/// Registers the plan's clients; gives the configuration for the suite.
pub fn configure(house: &House, suite: &Suite, plan: &Plan, plans: &Plans, account: &Account) -> Result<Value> {
    let alias = alias(plan);
    let callbacks = suite.callbacks(&alias);
    let names = [
        ("issuer", house.issuer.as_str()),
        ("mtls_url", house.mtls_url.as_str()),
        ("suite", suite.base.as_str().trim_end_matches('/')),
        ("callbacks", callbacks.as_str()),
        ("email", account.email.as_str()),
    ];
    let mut config = json!({
        "alias": alias,
        "description": format!("Social Wallet {}: {}", env!("CARGO_PKG_VERSION"), plan.name),
        "server": { "discoveryUrl": format!("{}/.well-known/openid-configuration", house.issuer) },
    });
    let set = plan.clients.as_ref().and_then(|set| plans.clients.get(set));
    if let Some(set) = set {
        for key in &set.names {
            let id = format!("{alias}-{key}").replace('_', "-");
            merge(&mut config, &register(house, key, &id, set, &names)?);
        }
    }
    merge(&mut config, &plan.config);
    fill(&mut config, &names);
    Ok(config)
}

/// What the suite puts into its URLs for this plan.
fn alias(plan: &Plan) -> String {
    format!("social-wallet-{}", plan.name)
}

fn register(house: &House, key: &str, id: &str, set: &ClientSet, names: &[(&str, &str)]) -> Result<Value> {
    let callbacks = fill_text("{callbacks}", names);
    let query = if key == "client2" { set.second_query.as_str() } else { "" };
    let auth = if key == "client_secret_post" { key } else { set.auth.as_str() };
    let redirect_uri = format!("{callbacks}/callback{}", query);
    let logged_out = format!("{callbacks}/post_logout_redirect");
    let label = format!("Conformance {key}");
    let mut args = vec!["client", "add", "--json", "--name", &label, "--client-id", id, "--auth-method", auth];
    args.extend(["--redirect-uri", &redirect_uri, "--post-logout-redirect-uri", &logged_out]);
    let pair = set.key.as_deref().map(|alg| Pair::generate(alg, id)).transpose()?;
    let jwks = pair.as_ref().map(|pair| pair.public.to_string());
    if let Some(jwks) = &jwks {
        args.extend(["--jwks", jwks]);
    }
    let leaf = set.certificate.then(|| house.authority.client(id)).transpose()?;
    let certificate = house.scratch(&format!("{id}.pem")).display().to_string();
    if let Some(leaf) = &leaf {
        std::fs::write(&certificate, &leaf.certificate)?;
    }
    let subject = format!("CN={id}");
    let mut names = names.to_vec();
    names.extend([("certificate", certificate.as_str()), ("subject", subject.as_str())]);
    let own: Vec<String> = set.args.iter().map(|arg| fill_text(arg, &names)).collect();
    args.extend(own.iter().map(String::as_str));
    let made = house.command(&args, "")?;

    let mut told = json!({ "client_id": made["client_id"] });
    if made["client_secret"].is_string() {
        told["client_secret"] = made["client_secret"].clone();
    }
    if let Some(pair) = pair {
        told["jwks"] = pair.private;
    }
    merge(&mut told, &set.config);
    let mut config = json!({ key: told });
    if let Some(leaf) = leaf {
        let place = if key == "client2" { "mtls2" } else { "mtls" };
        config[place] = json!({ "cert": leaf.certificate, "key": leaf.key, "ca": house.authority.pem()? });
    }
    Ok(config)
}
