//! Chromium through chromedriver, by the WebDriver protocol (W3C WebDriver 2).

use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;
use tokio::sync::OnceCell;

use super::eventually;
use super::parts::Folder;
use super::parts::Process;
use super::parts::process;
use super::parts::process::Start;
use super::platform::http;

/// The key of an element's reference (W3C WebDriver §12.2).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How a browser window looks and behaves.
#[derive(Clone, Debug)]
pub struct Look {
    pub width: u32,
    pub height: u32,
    pub is_dark: bool,
    pub has_scripts: bool,
    /// `Accept-Language` and the browser's own language.
    pub language: &'static str,
}

impl Default for Look {
    fn default() -> Self {
        Self { width: 1280, height: 900, is_dark: false, has_scripts: true, language: "en" }
    }
}

/// One browser with a profile of its own; closed when dropped.
pub struct Browser {
    http: reqwest::Client,
    session: String,
    port: u16,
    _profile: Folder,
}

impl Browser {
    pub async fn open(look: &Look) -> Self {
        let port = driver().await;
        let profile = Folder::new("chromium");
        let javascript = if look.has_scripts { 1 } else { 2 };
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "args": [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--disable-dev-shm-usage", "--hide-scrollbars",
                    format!("--lang={}", look.language),
                    format!("--accept-lang={}", look.language),
                    format!("--window-size={},{}", look.width, look.height),
                    format!("--user-data-dir={}", profile.path().display()),
                ],
                "prefs": {
                    "profile.managed_default_content_settings.javascript": javascript,
                    "intl.accept_languages": look.language,
                    "credentials_enable_service": false,
                },
            },
        }}});
        let http = http();
        let answer = http.post(format!("http://127.0.0.1:{port}/session")).json(&capabilities).send().await;
        let answer: Value = answer.expect("chromedriver answers").json().await.expect("JSON");
        let session = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no browser: {answer}"));
        let browser = Self { http, session: session.to_owned(), port, _profile: profile };
        browser.resize(look.width, look.height).await;
        browser.set_dark(look.is_dark).await;
        browser
    }

    pub async fn goto(&self, url: &str) {
        self.post("url", json!({ "url": url })).await;
    }

    pub async fn url(&self) -> String {
        self.get("url").await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn title(&self) -> String {
        self.get("title").await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn source(&self) -> String {
        self.get("source").await.as_str().unwrap_or_default().to_owned()
    }

    /// The visible words of the page.
    pub async fn text(&self) -> String {
        self.element("body").await.text().await
    }

    /// The first element that matches; waits for it a moment, panics with the page's words if it never comes.
    pub async fn element(&self, css: &str) -> Element<'_> {
        for _ in 0..200 {
            if let Some(element) = self.elements(css).await.into_iter().next() {
                return element;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let words = self.elements("body").await;
        let words = if let Some(body) = words.first() { body.text().await } else { String::new() };
        panic!("no `{css}` at {}, which says:\n{words}", self.url().await)
    }

    /// All elements that match now.
    pub async fn elements(&self, css: &str) -> Vec<Element<'_>> {
        let found = self.post("elements", json!({ "using": "css selector", "value": css })).await;
        let found = found.as_array().into_iter().flatten();
        found.filter_map(|one| Some(Element { browser: self, id: one[ELEMENT].as_str()?.to_owned() })).collect()
    }

    pub async fn has(&self, css: &str) -> bool {
        !self.elements(css).await.is_empty()
    }

    pub async fn click(&self, css: &str) {
        self.element(css).await.click().await;
    }

    /// Replaces what a field holds.
    pub async fn fill(&self, css: &str, text: &str) {
        let element = self.element(css).await;
        element.clear().await;
        element.type_text(text).await;
    }

    /// Waits until the address satisfies `is_there`, and gives it.
    pub async fn wait_for_url(&self, is_there: impl Fn(&str) -> bool) -> String {
        for _ in 0..200 {
            let url = self.url().await;
            if is_there(&url) {
                return url;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("still at {}, which says:\n{}", self.url().await, self.text().await)
    }

    /// Runs the body of a function in the page, even where the page's own scripts are switched off.
    pub async fn run(&self, script: &str, args: Value) -> Value {
        self.post("execute/sync", json!({ "script": script, "args": args })).await
    }

    /// Runs the body of a function whose last argument is to be called with the result.
    pub async fn run_async(&self, script: &str, args: Value) -> Value {
        self.post("execute/async", json!({ "script": script, "args": args })).await
    }

    pub async fn resize(&self, width: u32, height: u32) {
        // A window cannot be made as narrow as a phone, so the page is told that it is.
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub async fn set_dark(&self, is_dark: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// A command of the DevTools protocol.
    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": params })).await
    }

    /// What the console said since it was last asked: refused styles and scripts among it.
    pub async fn console(&self) -> Vec<String> {
        let lines = self.post("se/log", json!({ "type": "browser" })).await;
        let lines = lines.as_array().cloned().unwrap_or_default();
        lines.iter().map(|line| format!("{} {}", line["level"], line["message"])).collect()
    }

    /// Keeps a picture of the whole page under `target/screenshots`, and gives its path.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let picture = self.devtools("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
        let bytes = STANDARD.decode(picture["data"].as_str().expect("a picture")).expect("base64");
        let folder = screenshots();
        fs::create_dir_all(&folder).expect("the target folder is writable");
        let file = folder.join(format!("{name}.png"));
        fs::write(&file, bytes).expect("the target folder is writable");
        file
    }

    /// The cookies that this page's site gets, as the browser sends them.
    pub async fn cookies(&self) -> String {
        let cookies = self.get("cookie").await.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        cookies
            .iter()
            .map(|one| format!("{}={}", text(&one["name"]), text(&one["value"])))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Keeps downloads in this folder.
    pub async fn downloads_to(&self, folder: &std::path::Path) {
        let params = json!({ "behavior": "allow", "downloadPath": folder.display().to_string() });
        self.devtools("Browser.setDownloadBehavior", params).await;
    }

    /// Whether the page is wider than its window (WCAG 2.2, 1.4.10).
    pub async fn overflows(&self) -> bool {
        let script = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        self.run(script, json!([])).await.as_bool().unwrap_or_default()
    }

    async fn get(&self, path: &str) -> Value {
        self.send(self.http.get(self.path(path))).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.send(self.http.post(self.path(path)).json(&body)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.send().await.expect("chromedriver answers");
        let mut answer: Value = answer.json().await.expect("chromedriver speaks JSON");
        assert!(answer["value"]["error"].is_null(), "the browser refuses: {}", answer["value"]);
        answer["value"].take()
    }

    fn path(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/session/{}/{path}", self.port, self.session)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // By hand, because a destructor cannot wait for a future; and before the profile folder goes.
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
        let request =
            format!("DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", self.session);
        let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.read(&mut [0; 1024]));
    }
}

/// A reference to something on the page.
pub struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

impl Element<'_> {
    pub async fn click(&self) {
        self.browser.post(&self.path("click"), json!({})).await;
    }

    pub async fn clear(&self) {
        self.browser.post(&self.path("clear"), json!({})).await;
    }

    pub async fn type_text(&self, text: &str) {
        self.browser.post(&self.path("value"), json!({ "text": text })).await;
    }

    pub async fn text(&self) -> String {
        self.browser.get(&self.path("text")).await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn attribute(&self, name: &str) -> Option<String> {
        self.browser.get(&self.path(&format!("attribute/{name}"))).await.as_str().map(str::to_owned)
    }

    pub async fn is_selected(&self) -> bool {
        self.browser.get(&self.path("selected")).await.as_bool().unwrap_or_default()
    }

    pub async fn is_shown(&self) -> bool {
        self.browser.get(&self.path("displayed")).await.as_bool().unwrap_or_default()
    }

    fn path(&self, path: &str) -> String {
        format!("element/{}/{path}", self.id)
    }
}

/// Where pictures are kept for the next reader: beside the build, or where `SW_TEST_SCREENSHOTS` says.
pub fn screenshots() -> PathBuf {
    let beside_the_build = || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    std::env::var("SW_TEST_SCREENSHOTS").map_or_else(|_| beside_the_build(), PathBuf::from)
}

/// The port of this test process's chromedriver.
async fn driver() -> u16 {
    static DRIVER: OnceCell<(Process, u16)> = OnceCell::const_new();
    let (_, port) = DRIVER
        .get_or_init(async || {
            let program = process::find("chromedriver", &["/usr/bin", "/usr/lib/chromium"]);
            let folder = Folder::new("chromedriver");
            let mut start = Start::new(&program, folder.join("log")).args(["--port=0"]);
            start.farewell = "TERM";
            let process = Process::start(start);
            let port = eventually("chromedriver says its port", Duration::from_secs(30), async || {
                process.must_run();
                let log = process.log();
                let (_, rest) = log.split_once("started successfully on port ")?;
                rest.split_once('.')?.0.parse().ok()
            })
            .await;
            (process, port)
        })
        .await;
    *port
}
