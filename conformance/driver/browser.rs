//! A person's browser: keeps cookies, follows redirects and forms, does what our pages ask for.

use std::time::Duration;

use reqwest::Certificate;
use reqwest::redirect::Policy;
use url::Url;

use crate::Result;
use crate::cookies::Jar;
use crate::form::{Form, Kind, Page};
use crate::suite::Errand;

/// Who signs in.
pub struct Account {
    pub email: String,
    pub password: String,
}

/// What the person is like in one module.
#[derive(Clone, Copy)]
pub struct Manner {
    pub shares: bool,
    /// Looks at the first page and goes no further.
    pub only_looks: bool,
}

pub struct Browser<'a> {
    http: reqwest::Client,
    jar: Jar,
    account: &'a Account,
    /// Where our pages are; everything else belongs to the suite.
    issuer: Url,
    pub manner: Manner,
    /// Whether it went anywhere yet.
    pub has_looked: bool,
}

/// A request that is not made yet.
pub struct Request {
    pub url: Url,
    pub body: Option<String>,
}

/// What a visit showed.
pub struct Walk {
    /// Our pages that waited for the person, in order; the one on which it ended among them.
    pub pages: Vec<Page>,
    /// Where it goes on outside of the provider; nothing if it ended on the last page.
    pub leaving: Option<Request>,
}

impl<'a> Browser<'a> {
    /// With no cookies.
    pub fn new(issuer: &str, authorities: &[Certificate], account: &'a Account, manner: Manner) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(4);
        for authority in authorities {
            builder = builder.add_root_certificate(authority.clone());
        }
        Ok(Self {
            http: builder.build()?,
            jar: Jar::default(),
            account,
            issuer: Url::parse(issuer)?,
            manner,
            has_looked: false,
        })
    }

    /// Goes where the suite sends the browser, up to the point where it leaves the provider.
    pub async fn walk(&mut self, errand: &Errand) -> Result<Walk> {
        let mut request = Request { url: Url::parse(&errand.url)?, body: None };
        if errand.is_post {
            request.body = Some(request.url.query().unwrap_or_default().to_owned());
            request.url.set_query(None);
        }
        let mut from: Option<Url> = None;
        let mut pages = Vec::new();
        for _ in 0..40 {
            if request.url.origin() != self.issuer.origin() {
                return Ok(Walk { pages, leaving: Some(request) });
            }
            let page = self.send(&request, from.as_ref()).await?;
            from = Some(page.url.clone());
            if let Some(target) = page.header("location").filter(|_| matches!(page.status, 301..=303)) {
                request = Request { url: page.url.join(target)?, body: None };
                continue;
            }
            self.load_frames(&page).await;
            if let Some(next) = self.passing(&page)? {
                request = next;
                continue;
            }
            let next = if self.manner.only_looks { None } else { self.act(&page) };
            pages.push(page);
            match next {
                Some(next) => request = next,
                None => return Ok(Walk { pages, leaving: None }),
            }
        }
        Err(format!("the pages go on without end at {}", request.url).into())
    }

    /// Goes to the suite, and hands it the fragment as its page's script does.
    pub async fn arrive(&mut self, request: Request) -> Result<()> {
        let page = self.send(&request, Some(&self.issuer.clone())).await?;
        let Some(submit) = implicit_submit(&page.body) else { return Ok(()) };
        let fragment = request.url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
        let submit = self.http.post(submit).header("content-type", "text/plain").body(fragment);
        submit.send().await?;
        Ok(())
    }

    /// Where a page leads by itself.
    fn passing(&self, page: &Page) -> Result<Option<Request>> {
        if let Some((_, target)) = page.header("refresh").and_then(|header| header.split_once("url=")) {
            return Ok(Some(Request { url: page.url.join(target)?, body: None }));
        }
        let is_ours = |form: &Form| form.action.origin() == self.issuer.origin();
        let form = page.forms().into_iter().find(|form| !is_ours(form)).filter(|_| page.has("form[data-submit]"));
        Ok(form.map(|form| sent(&form)))
    }

    /// Until the provider publishes a key.
    pub async fn wait_for_key(&self, kid: &str) -> Result<()> {
        for _ in 0..120 {
            let answer = self.http.get(self.issuer.join("/jwks")?).send().await?;
            if answer.text().await?.contains(kid) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Err("the new key is not published for two minutes".into())
    }

    /// What the person does on a page; nothing where there is nothing left to do.
    fn act(&self, page: &Page) -> Option<Request> {
        if let Some(form) = page.find_form("decision") {
            return Some(sent(&self.decide(form)));
        }
        let form = ["password", "identifier"].into_iter().find_map(|field| page.find_form(field))?;
        Some(sent(&self.fill(form)))
    }

    /// Shares all that is asked, for good; or nothing.
    fn decide(&self, mut form: Form) -> Form {
        let offers = |form: &Form, value: &str| form.buttons.iter().any(|button| button.value == value);
        if offers(&form, "sign_out") {
            return form.press("decision", "sign_out");
        }
        for control in &mut form.controls {
            control.is_on |= control.kind == Kind::Checkbox && !control.is_disabled;
        }
        if form.offers("duration").iter().any(|one| one == "until_stopped") {
            form = form.choose("duration", "until_stopped");
        }
        form.press("decision", if self.manner.shares { "allow" } else { "deny" })
    }

    fn fill(&self, mut form: Form) -> Form {
        for (name, value) in [("identifier", &self.account.email), ("password", &self.account.password)] {
            if form.controls.iter().any(|control| control.name == name && control.kind == Kind::Text) {
                form = form.fill(name, value);
            }
        }
        form
    }

    /// Front-channel logout calls clients by frames.
    async fn load_frames(&mut self, page: &Page) {
        for source in page.attributes("iframe[src]", "src") {
            if let Ok(url) = page.url.join(&source) {
                // A frame that does not load does not stop the page.
                let _ = self.send(&Request { url, body: None }, Some(&page.url)).await;
            }
        }
    }

    async fn send(&mut self, request: &Request, from: Option<&Url>) -> Result<Page> {
        let url = &request.url;
        let mut builder = match &request.body {
            Some(body) => self
                .http
                .post(url.clone())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.clone()),
            None => self.http.get(url.clone()),
        };
        let site = match from.map(|from| from.origin() == url.origin()) {
            // What a suite's page sends is cross-site; a link that a person follows is not.
            None if request.body.is_some() => "cross-site",
            None => "none",
            Some(true) => "same-origin",
            Some(false) => "cross-site",
        };
        builder = builder
            .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
            .header("accept-language", "en")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-site", site);
        if let Some(from) = from.filter(|_| request.body.is_some()) {
            builder = builder.header("origin", from.origin().ascii_serialization());
        }
        // SameSite=Lax: a form of another site brings no cookies.
        let brings_cookies = request.body.is_none() || site != "cross-site";
        if let Some(cookies) = self.jar.header(url).filter(|_| brings_cookies) {
            builder = builder.header("cookie", cookies);
        }
        let answer = builder.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        self.jar.keep(url, &headers);
        Ok(Page { url: url.clone(), status, headers, body: answer.text().await? })
    }
}

/// A form as it is sent.
fn sent(form: &Form) -> Request {
    let mut url = form.action.clone();
    let pairs = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form.pairs()).finish();
    if form.is_post {
        return Request { url, body: Some(pairs) };
    }
    url.set_query(Some(&pairs));
    Request { url, body: None }
}

/// Where the script of the suite's callback page sends the fragment: its first `open('POST', "…")`.
fn implicit_submit(body: &str) -> Option<String> {
    let (_, rest) = body.split_once(".open('POST', ")?;
    let end = rest.find(", true")?;
    serde_json::from_str(rest[..end].trim()).ok()
}
