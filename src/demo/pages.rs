//! What the platform shows and does, page by page.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use poem::http::StatusCode;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::relying_party::{Arrived, Refusal};
use super::views::{DemoArrived, DemoDocument, DemoHome};
use super::visitors::Visitor;
use super::{Answer, COOKIE_NAME, Platform};

/// One request: to whom, and of whom as far as that is known.
pub struct Visit<'a> {
    pub platform: &'a Platform,
    /// The value of the visitor's cookie.
    pub known: Option<&'a str>,
    pub query: &'a str,
}

impl Visit<'_> {
    fn visitor(&self) -> Option<Visitor> {
        self.platform.visitors.find(self.known?)
    }

    /// What the wallet gave to this visitor.
    fn holds(&self) -> Option<(&str, Arc<Arrived>)> {
        Some((self.known?, self.visitor()?.arrived?))
    }

    pub fn home(&self) -> Answer {
        let visitor = self.visitor().unwrap_or_default();
        if visitor.arrived.is_some() {
            return elsewhere("/arrived");
        }
        self.home_saying(StatusCode::OK, visitor.message)
    }

    fn home_saying(&self, status: StatusCode, message: Option<String>) -> Answer {
        let issuer = self.platform.party.settings.issuer.clone();
        page(status, &DemoHome { login_href: "/login".into(), issuer, message })
    }

    /// Sends the visitor to the wallet, under a new cookie.
    pub async fn login(&self) -> Answer {
        match self.platform.party.begin().await {
            Ok((location, login)) => self.go(location, Visitor { login: Some(Arc::new(login)), ..Visitor::default() }),
            Err(refusal) => self.home_saying(StatusCode::BAD_GATEWAY, Some(refusal.to_string())),
        }
    }

    /// Goes on as a visitor with a new cookie; the one before is worth nothing any more.
    fn go(&self, location: String, visitor: Visitor) -> Answer {
        if let Some(known) = self.known {
            self.platform.visitors.dismiss(known);
        }
        let name = self.platform.visitors.admit(visitor);
        let secure = if self.platform.party.settings.origin.starts_with("https:") { "; Secure" } else { "" };
        let cookie = format!("{COOKIE_NAME}={name}; Path=/; HttpOnly; SameSite=Lax{secure}");
        Answer::Elsewhere { location, cookie: Some(cookie) }
    }

    /// Takes the answer of the wallet, which fits one sign-in once.
    pub async fn callback(&self) -> Answer {
        let answer: Vec<(String, String)> = form_urlencoded::parse(self.query.as_bytes()).into_owned().collect();
        let login = self.visitor().and_then(|visitor| visitor.login);
        let outcome = match login {
            Some(login) => self.platform.party.finish(&login, &answer).await,
            None => Err(Refusal::new("There is no sign-in under way here. Please begin again.")),
        };
        match outcome {
            Ok(arrived) => {
                self.go("/arrived".into(), Visitor { arrived: Some(Arc::new(arrived)), ..Visitor::default() })
            }
            Err(refusal) => self.go("/".into(), Visitor { message: Some(refusal.to_string()), ..Visitor::default() }),
        }
    }

    pub fn arrived(&self) -> Answer {
        let Some(visitor) = self.visitor() else { return elsewhere("/") };
        let Some(arrived) = visitor.arrived else { return elsewhere("/") };
        let said = |name: &str| {
            let found = arrived.userinfo.get(name).or_else(|| arrived.id_token_claims.get(name));
            found.and_then(Value::as_str).map(str::to_owned)
        };
        let greeting = ["name", "given_name", "nickname", "preferred_username", "email"].into_iter().find_map(said);
        let shown = DemoArrived {
            greeting: greeting.unwrap_or_else(|| "whoever you are".to_owned()),
            id_token: rows(&arrived.id_token_claims),
            userinfo: rows(&arrived.userinfo),
            token: rows(&arrived.token),
            reload_action: "/reload".into(),
            refresh_action: arrived.has_refresh_token().then(|| "/refresh".into()),
            outcome: visitor.message,
            manage_href: format!("{}/account/apps", self.platform.party.settings.issuer),
            photos: arrived.photos.clone(),
            badges: arrived.badges.clone(),
            logout_href: "/logout".into(),
        };
        let origin = |url: &String| url::Url::parse(url).ok().map(|url| url.origin().ascii_serialization());
        let pictures: BTreeSet<String> = shown.photos.iter().filter_map(origin).collect();
        match page(StatusCode::OK, &shown) {
            Answer::Page { status, page, .. } => {
                Answer::Page { status, page, pictures: pictures.into_iter().collect() }
            }
            other => other,
        }
    }

    /// Reads UserInfo again: after sharing was stopped it is refused.
    pub async fn reload(&self) -> Answer {
        let Some((name, arrived)) = self.holds() else { return elsewhere("/") };
        let outcome = self.platform.party.again(&arrived).await;
        self.tell(name, outcome, "UserInfo was read again.")
    }

    pub async fn refresh(&self) -> Answer {
        let Some((name, arrived)) = self.holds() else { return elsewhere("/") };
        let outcome = self.platform.party.refresh(&arrived).await;
        self.tell(name, outcome, "The refresh token gave new tokens, and UserInfo was read with them.")
    }

    fn tell(&self, name: &str, outcome: Result<Arrived, Refusal>, done: &str) -> Answer {
        self.platform.visitors.change(name, |visitor| match outcome {
            Ok(arrived) => {
                visitor.arrived = Some(Arc::new(arrived));
                visitor.message = Some(done.to_owned());
            }
            Err(refusal) => {
                // What may be read no more is shown no more.
                visitor.arrived = visitor.arrived.take().map(|held| Arc::new(held.forgotten()));
                visitor.message = Some(refusal.to_string());
            }
        });
        elsewhere("/arrived")
    }

    /// Forgets the visitor, and sends them to the wallet to sign out there too.
    pub async fn logout(&self) -> Answer {
        let visitor = self.known.and_then(|known| self.platform.visitors.dismiss(known));
        match visitor.and_then(|visitor| visitor.arrived) {
            Some(arrived) => elsewhere(&self.platform.party.sign_out_url(&arrived)),
            None => elsewhere("/signed-out"),
        }
    }

    pub fn signed_out(&self) -> Answer {
        self.home_saying(StatusCode::OK, Some("You are signed out.".into()))
    }
}

fn rows(claims: &Map<String, Value>) -> Vec<(String, String)> {
    claims.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.to_string())).collect()
}

fn elsewhere(location: &str) -> Answer {
    Answer::Elsewhere { location: location.to_owned(), cookie: None }
}

fn page(status: StatusCode, view: &impl Template) -> Answer {
    match view.render() {
        Ok(page) => Answer::Page { status, page, pictures: Vec::new() },
        Err(error) => {
            tracing::error!(error = %error, "a page of the sample platform cannot be shown");
            Answer::Page { status: StatusCode::INTERNAL_SERVER_ERROR, page: String::new(), pictures: Vec::new() }
        }
    }
}

pub fn privacy() -> Answer {
    let paragraphs = &[
        "Orbit Photos is a sample. It keeps what your wallet gives in the memory of this computer, shows it to you, and \
         forgets it when you sign out or when the sample ends.",
        "It gives nothing to anybody.",
    ];
    page(StatusCode::OK, &DemoDocument { title: "Privacy", paragraphs })
}

pub fn terms() -> Answer {
    let paragraphs = &["Orbit Photos is a sample. There are no albums; there is nothing to agree to."];
    page(StatusCode::OK, &DemoDocument { title: "Terms", paragraphs })
}

pub fn not_found() -> Answer {
    let paragraphs = &["There is nothing at this address."];
    page(StatusCode::NOT_FOUND, &DemoDocument { title: "Not found", paragraphs })
}

/// Its files are its own copies: the platform would carry them wherever it runs.
pub fn file(path: &str) -> Option<Answer> {
    let css = "text/css; charset=utf-8";
    let (content_type, bytes): (_, &[u8]) = match path {
        "/static/demo.css" => (css, include_bytes!("../../static/demo.css")),
        "/static/button.css" => (css, include_bytes!("../../static/button.css")),
        "/static/mark.svg" | "/favicon.ico" => ("image/svg+xml", include_bytes!("../../static/mark.svg")),
        _ => return None,
    };
    Some(Answer::File { content_type, bytes })
}
