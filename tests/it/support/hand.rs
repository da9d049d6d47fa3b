//! A person at the page of photos and videos, doing by hand what its script does: JSON, parts, bytes.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use serde_json::json;
use url::Url;

use super::eventually;
use super::form::Page;
use super::person::Person;
use super::platform::Answer;
use super::platform::http;
use super::server::Server;

pub const UPLOADS: &str = "/me/media/uploads";

pub struct Hand {
    pub person: Person,
    pub csrf: String,
    pub issuer: String,
    http: reqwest::Client,
}

impl Hand {
    /// Somebody new.
    pub async fn of(server: &Server) -> Self {
        let person = super::seeded::signed_in(server).await;
        Self::with(server, person).await
    }

    pub async fn with(server: &Server, person: Person) -> Self {
        Self::at(&server.issuer, person).await
    }

    /// Beside what a person does, in the same browser.
    pub async fn beside(person: &Person) -> Self {
        Self::at(person.issuer(), person.beside()).await
    }

    async fn at(issuer: &str, mut person: Person) -> Self {
        let page = person.visit("/account/media").await.page();
        assert_eq!(page.status, 200, "{}", page.text());
        let csrf = page.attributes("input[name=csrf]", "value").remove(0);
        Self { person, csrf, issuer: issuer.to_owned(), http: http() }
    }

    /// A request as the script sends it.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = Url::parse(&format!("{}{path}", self.issuer)).expect("a URL");
        let cookies = self.person.jar.header(&url).unwrap_or_default();
        let request = self.http.request(method, url).header("cookie", cookies).header("sec-fetch-site", "same-origin");
        request.header("origin", &self.issuer).header("x-csrf-token", &self.csrf).timeout(Duration::from_secs(120))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn create(&self, wanted: &Value) -> Answer {
        Answer::of(self.request(Method::POST, UPLOADS).json(wanted)).await
    }

    pub async fn put(&self, upload: &str, part: usize, bytes: Vec<u8>) -> Answer {
        Answer::of(self.request(Method::PUT, &format!("{UPLOADS}/{upload}/parts/{part}")).body(bytes)).await
    }

    /// Begins to send a part, and pulls the plug in the middle of it.
    pub fn cut(&self, upload: &str, part: usize, bytes: &[u8]) {
        let url = Url::parse(&format!("{}{UPLOADS}/{upload}/parts/{part}", self.issuer)).expect("a URL");
        let host = format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"));
        let mut stream = TcpStream::connect(&host).expect("a connection");
        let head = format!(
            "PUT {} HTTP/1.1\r\nHost: {host}\r\nCookie: {}\r\nX-CSRF-Token: {}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Length: {}\r\n\r\n",
            url.path(),
            self.person.jar.header(&url).expect("cookies"),
            self.csrf,
            bytes.len()
        );
        stream.write_all(head.as_bytes()).expect("a head");
        stream.write_all(&bytes[..bytes.len() / 2]).expect("half a body");
    }

    pub async fn complete(&self, upload: &str) -> Answer {
        Answer::of(self.request(Method::POST, &format!("{UPLOADS}/{upload}/complete"))).await
    }

    pub async fn status(&self, upload: &str) -> Value {
        self.get(&format!("{UPLOADS}/{upload}")).await.json()
    }

    /// Begins an upload of so many bytes; gives its identifier.
    pub async fn begin(&self, size: usize) -> String {
        let answer = self.create(&json!({ "file_name": "IMG_1.jpg", "size": size })).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["upload_id"].as_str().expect("an identifier").to_owned()
    }

    /// Uploads a file of one part.
    pub async fn upload(&self, bytes: &[u8]) -> String {
        let id = self.begin(bytes.len()).await;
        let put = self.put(&id, 1, bytes.to_vec()).await;
        assert_eq!(put.status, 200, "{}", put.text());
        let done = self.complete(&id).await;
        assert_eq!(done.status, 200, "{}", done.text());
        id
    }

    /// Uploads a file and waits until it is ready.
    pub async fn add(&self, bytes: &[u8]) -> String {
        let id = self.upload(bytes).await;
        self.ready(&id).await;
        id
    }

    /// Waits until the house is done with an upload; gives what became of it.
    pub async fn settled(&self, upload: &str) -> (String, Value) {
        eventually("an upload is settled", Duration::from_secs(90), async || {
            let status = self.status(upload).await;
            let state = status["state"].as_str().unwrap_or_else(|| panic!("{status}")).to_owned();
            (state == "ready" || state == "rejected").then(|| (state, status["reason"].clone()))
        })
        .await
    }

    pub async fn ready(&self, upload: &str) {
        assert_eq!(self.settled(upload).await, ("ready".to_owned(), Value::Null));
    }

    pub async fn bytes(&self, item: &str, variant: &str) -> Answer {
        self.get(&format!("/me/media/items/{item}/{variant}")).await
    }

    /// Sends a file by the form that works without a script.
    pub async fn post_form(&mut self, csrf: &str, files: &[(&str, &[u8])]) -> Page {
        let boundary = "----a-boundary-of-ours";
        let mut body = Vec::new();
        for (name, value) in [("csrf", csrf), ("album", "Zanzibar")] {
            body.extend(
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        for (name, bytes) in files {
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{boundary}--\r\n").bytes());
        let request = self.request(Method::POST, "/account/media").body(body);
        let answer =
            Answer::of(request.header("content-type", format!("multipart/form-data; boundary={boundary}"))).await;
        let url = Url::parse(&format!("{}/account/media", self.issuer)).expect("a URL");
        match answer.header("location") {
            Some(target) => self.person.visit(target).await.page(),
            None => Page { url, status: answer.status, headers: answer.headers.clone(), body: answer.text() },
        }
    }
}

/// Gives somebody a photo that is their picture; its identifier.
pub async fn give_picture(person: &mut Person) -> String {
    let id = Hand::beside(person).await.add(&super::photos::jpeg(64, 48)).await;
    let page = person.visit("/account/profile/picture").await.page();
    let saved = person.submit(&page, &page.form("photo").choose("photo", &id)).await.page();
    assert!(saved.status == 200 && saved.has("#picture"), "{}", saved.text());
    id
}
