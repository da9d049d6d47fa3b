//! The suite's API, as far as it is needed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use reqwest::Certificate;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::Value;
use url::Url;

use crate::Result;

/// A suite that answers.
pub struct Suite {
    pub base: Url,
    pub version: String,
    http: reqwest::Client,
}

/// One module of a plan.
pub struct Entry {
    pub module: String,
    pub variant: Value,
}

impl Entry {
    /// Its name; where the plan has it for several response types, with its own.
    pub fn name(&self, plan: &[Entry]) -> String {
        let is_single = plan.iter().filter(|other| other.module == self.module).count() == 1;
        match self.variant["response_type"].as_str().filter(|_| !is_single) {
            Some(own) => format!("{} ({own})", self.module),
            None => self.module.clone(),
        }
    }
}

/// An open place for a picture.
pub struct Placeholder {
    pub id: String,
    /// Whether an answer does as well: it is for an error page, or for a page that leads to the answer.
    pub or_answer: bool,
}

/// A URL that a module wants a person to visit.
pub struct Errand {
    pub url: String,
    pub is_post: bool,
}

impl Suite {
    pub async fn connect(base: Url, authority: Option<&Path>, token: Option<&str>) -> Result<Self> {
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            headers.insert(AUTHORIZATION, format!("Bearer {token}").parse()?);
        }
        let mut builder =
            reqwest::Client::builder().timeout(Duration::from_secs(60)).no_proxy().default_headers(headers);
        if let Some(file) = authority {
            builder = builder.add_root_certificate(Certificate::from_pem(&std::fs::read(file)?)?);
        }
        let mut suite = Self { base, version: String::new(), http: builder.build()? };
        let server = suite.get("server").await.map_err(|e| format!("the suite does not answer: {e}"))?;
        suite.version = server["version"].as_str().unwrap_or("of unknown version").to_owned();
        Ok(suite)
    }

    /// Where a plan's clients are called back: `…/test/a/<alias>`.
    pub fn callbacks(&self, alias: &str) -> String {
        format!("{}/test/a/{alias}", self.base.as_str().trim_end_matches('/'))
    }

    /// Makes a plan: its identifier and its modules.
    pub async fn make_plan(
        &self,
        name: &str,
        variant: &BTreeMap<String, String>,
        config: &Value,
    ) -> Result<(String, Vec<Entry>)> {
        let mut url = self.url("plan");
        url.query_pairs_mut().append_pair("planName", name);
        if !variant.is_empty() {
            url.query_pairs_mut().append_pair("variant", &serde_json::to_string(variant)?);
        }
        let plan = self.send(self.http.post(url).json(config)).await?;
        let modules = plan["modules"].as_array().cloned().unwrap_or_default();
        let entry = |module: Value| Entry {
            module: module["testModule"].as_str().unwrap_or_default().to_owned(),
            variant: module["variant"].clone(),
        };
        Ok((text(&plan, "id")?, modules.into_iter().map(entry).collect()))
    }

    /// Starts a module; gives the identifier of this run of it.
    pub async fn start(&self, plan: &str, entry: &Entry) -> Result<String> {
        let mut url = self.url("runner");
        url.query_pairs_mut().append_pair("test", &entry.module).append_pair("plan", plan);
        if entry.variant.is_object() {
            url.query_pairs_mut().append_pair("variant", &entry.variant.to_string());
        }
        let request = self.http.post(url).header("content-type", "application/json");
        text(&self.send(request).await?, "id")
    }

    /// Lets a module go on that waits to be started.
    pub async fn go_on(&self, id: &str) -> Result<()> {
        self.send(self.http.post(self.url(&format!("runner/{id}")))).await.map(drop)
    }

    pub async fn cancel(&self, id: &str) -> Result<()> {
        self.send(self.http.delete(self.url(&format!("runner/{id}")))).await.map(drop)
    }

    /// `status` and `result`.
    pub async fn info(&self, id: &str) -> Result<(String, String)> {
        let info = self.get(&format!("info/{id}")).await?;
        Ok((text(&info, "status")?, info["result"].as_str().unwrap_or_default().to_owned()))
    }

    /// What is to be visited, marked as visited.
    pub async fn errands(&self, id: &str) -> Result<Vec<Errand>> {
        let Ok(state) = self.get(&format!("runner/{id}")).await else { return Ok(Vec::new()) };
        let urls = state["browser"]["urlsWithMethod"].as_array().cloned().unwrap_or_default();
        let mut errands = Vec::new();
        for entry in urls {
            let errand = Errand { url: text(&entry, "url")?, is_post: entry["method"] == "POST" };
            let mut visit = self.url(&format!("runner/browser/{id}/visit"));
            visit.query_pairs_mut().append_pair("url", &errand.url);
            self.send(self.http.post(visit)).await?;
            errands.push(errand);
        }
        Ok(errands)
    }

    pub async fn log(&self, id: &str) -> Result<Vec<Value>> {
        Ok(self.get(&format!("log/{id}")).await?.as_array().cloned().unwrap_or_default())
    }

    /// The open places for pictures.
    pub async fn placeholders(&self, id: &str) -> Result<Vec<Placeholder>> {
        let images = self.get(&format!("log/{id}/images")).await?;
        let open = images.as_array().into_iter().flatten().filter_map(|image| {
            let condition = image["src"].as_str().unwrap_or_default();
            let or_answer = condition.ends_with("ErrorPage") || condition == "ExpectLoginPage";
            Some(Placeholder { id: image["upload"].as_str()?.to_owned(), or_answer })
        });
        Ok(open.collect())
    }

    /// Puts a picture into its place, as a `data:` URL.
    pub async fn show(&self, id: &str, placeholder: &str, picture: String) -> Result<()> {
        let url = self.url(&format!("log/{id}/images/{placeholder}"));
        self.send(self.http.post(url).header("content-type", "text/plain").body(picture)).await.map(drop)
    }

    fn url(&self, path: &str) -> Url {
        let base = self.base.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/api/{path}")).expect("the base is a URL")
    }

    async fn get(&self, path: &str) -> Result<Value> {
        self.send(self.http.get(self.url(path))).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Value> {
        let answer = request.send().await?;
        let (status, url) = (answer.status(), answer.url().path().to_owned());
        let body = answer.text().await?;
        if !status.is_success() {
            return Err(format!("the suite answers {status} at {url}: {body}").into());
        }
        Ok(serde_json::from_str(&body).unwrap_or(Value::Null))
    }
}

fn text(value: &Value, name: &str) -> Result<String> {
    value[name].as_str().map(str::to_owned).ok_or_else(|| format!("the suite's answer has no {name}: {value}").into())
}
