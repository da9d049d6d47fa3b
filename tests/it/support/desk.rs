//! People at an identity check: one who shows a document, and those who look at it.

use std::time::Duration;

use image::{ImageEncoder as _, Rgb, RgbImage};
use reqwest::Method;
use url::Url;

use super::eventually;
use super::form::Page;
use super::hand::Hand;
use super::person::Person;
use super::platform::Answer;
use super::seeded;
use super::server::Server;

pub const PAGE: &str = "/account/verification";
/// Every line of a reviewer's checklist.
pub const CHECKLIST: [&str; 7] =
    ["type_matches", "all_corners", "not_expired", "no_tampering", "face_matches", "challenge_correct", "data_equal"];

/// A sharp picture that looks like no other: tiles of random tones.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let tones: Vec<u8> = (0..4096).map(|_| rand::random()).collect();
    let tile = |x: u32, y: u32| tones[((y * 16 / height) * 64 + x * 16 / width) as usize];
    let grain = |x: u32, y: u32| if (x / 3 + y / 3).is_multiple_of(2) { 20 } else { 0 };
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([tile(x, y).saturating_add(grain(x, y)); 3]));
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 85);
    encoder.write_image(&picture, width, height, image::ExtendedColorType::Rgb8).expect("a JPEG");
    out
}

/// Somebody who shows a document.
pub struct Applicant {
    pub hand: Hand,
    /// The number of their document.
    pub number: String,
}

impl Applicant {
    pub async fn of(server: &Server) -> Self {
        Self::with(server, seeded::signed_in(server).await).await
    }

    pub async fn with(server: &Server, person: Person) -> Self {
        let number = format!("L{:08}", rand::random::<u32>() % 100_000_000);
        Self { hand: Hand::with(server, person).await, number }
    }

    pub async fn page(&mut self) -> Page {
        self.hand.person.visit(PAGE).await.page()
    }

    /// Sends the form of the page that leads to an address.
    pub async fn send(&mut self, action: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.page().await;
        self.send_from(&page, action, fields).await
    }

    pub async fn send_from(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let mut form = page.form_to(action);
        for (name, value) in fields {
            form = match *name {
                "agree" => form.tick(name, value, true),
                "kind" | "level" => form.choose(name, value),
                _ => form.fill(name, value),
            };
        }
        self.hand.person.submit(page, &form).await.page()
    }

    /// Begins and agrees; gives the case.
    pub async fn begin(&mut self, kind: &str, level: &str) -> String {
        let page = self.page().await;
        let start = page.form("country").fill("country", "deu").choose("kind", kind);
        let start = if page.has("#level") { start.choose("level", level) } else { start };
        let page = self.hand.person.submit(&page, &start).await.page();
        assert_eq!(page.status, 200, "{}", page.text());
        let page = self.send_from(&page, "/consent", &[("agree", "yes")]).await;
        assert_eq!(page.status, 200, "{}", page.text());
        self.case(&page)
    }

    /// The case that a page is about.
    pub fn case(&self, page: &Page) -> String {
        page.attributes("input[name=case]", "value").first().cloned().unwrap_or_else(|| panic!("{}", page.text()))
    }

    pub async fn fill(&mut self) -> Page {
        let number = self.number.clone();
        let fields = [
            ("given_name", "Amina"),
            ("family_name", "Haddad"),
            ("birthdate", "1990-05-17"),
            ("number", &number),
            ("nationality", "DEU"),
            ("issued_on", "2022-01-01"),
            ("expires_on", "2032-01-01"),
        ];
        self.send("/data", &fields).await
    }

    /// Sends a picture as the form does.
    pub async fn upload(&mut self, case: &str, side: &str, bytes: &[u8]) -> Page {
        let boundary = "----a-boundary-of-ours";
        let csrf = self.hand.csrf.clone();
        let mut body = Vec::new();
        for (name, value) in [("csrf", csrf.as_str()), ("case", case), ("side", side)] {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(head.bytes());
        }
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend_from_slice(bytes);
        body.extend(format!("\r\n--{boundary}--\r\n").bytes());
        let request = self.hand.request(Method::POST, &format!("{PAGE}/picture")).body(body);
        let answer =
            Answer::of(request.header("content-type", format!("multipart/form-data; boundary={boundary}"))).await;
        match answer.header("location") {
            Some(target) => self.hand.person.visit(target).await.page(),
            None => {
                let url = Url::parse(&format!("{}{PAGE}", self.hand.issuer)).expect("a URL");
                Page { url, status: answer.status, headers: answer.headers.clone(), body: answer.text() }
            }
        }
    }

    /// Uploads what a kind of document needs.
    pub async fn pictures(&mut self, case: &str, sides: &[&str]) {
        for side in sides {
            let page = self.upload(case, side, &picture(1200, 800)).await;
            assert_eq!((page.status, page.texts(".note.green").join("")), (200, "The picture has arrived.".to_owned()));
        }
    }

    /// From the first step until reviewers can look; gives the case.
    pub async fn hand_in(&mut self, level: &str) -> String {
        let case = self.begin("passport", level).await;
        assert_eq!(self.fill().await.status, 200);
        self.pictures(&case, &["front", "selfie"]).await;
        let page = self.send("/submit", &[]).await;
        assert_eq!(page.status, 200, "{}", page.text());
        self.reaches("Under review").await;
        case
    }

    /// Waits until the page says where the check stands.
    pub async fn reaches(&mut self, state: &str) -> Page {
        let mut person = self.hand.person.beside();
        eventually(&format!("the check is {state}"), Duration::from_secs(60), async || {
            let page = person.visit(PAGE).await.page();
            page.texts("h2 .chip").first().is_some_and(|told| told == state).then_some(page)
        })
        .await
    }
}

/// Somebody who looks.
pub struct Clerk {
    pub person: Person,
}

impl Clerk {
    /// `reviewer` or `operator`.
    pub async fn of(server: &Server, role: &str) -> Self {
        let person = seeded::signed_in(server).await;
        server.cli(&["account", "role", &person.email, role]);
        Self { person }
    }

    /// Takes a case; gives its page, or the desk with what is wrong.
    pub async fn claim(&mut self, case: &str) -> Page {
        self.post(case, "claim").await
    }

    /// Posts to an address of a case, with the token of any page of theirs.
    pub async fn post(&mut self, case: &str, deed: &str) -> Page {
        let page = self.person.visit("/account/security").await.page();
        let csrf = page.attributes("input[name=csrf]", "value").remove(0);
        let url = page.url.join(&format!("/desk/{case}/{deed}")).expect("a URL");
        let answer = self.person.request(&url, Some(format!("csrf={csrf}")), Some(&page.url)).await;
        match answer.header("location") {
            Some(target) => {
                let target = target.to_owned();
                self.person.visit(&target).await.page()
            }
            None => answer,
        }
    }

    /// Decides on the page of a case.
    pub async fn decide(&mut self, page: &Page, outcome: &str, reasons: &[&str]) -> Page {
        let mut form = page.form("outcome").choose("outcome", outcome).fill("note", "Seen.");
        form = form.tick_only("reason", reasons);
        form = form.tick_only("check", if outcome == "approve" { &CHECKLIST } else { &[] });
        self.person.submit(page, &form).await.page()
    }

    /// Takes a case and decides.
    pub async fn settle(&mut self, case: &str, outcome: &str, reasons: &[&str]) {
        let page = self.claim(case).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let done = self.decide(&page, outcome, reasons).await;
        assert_eq!((done.status, done.texts(".note.green").join("")), (200, "Your decision is kept.".to_owned()));
    }

    /// A picture of a page, as its browser asks for it.
    pub async fn look(&mut self, server: &Server, src: &str) -> Answer {
        let url = Url::parse(&server.issuer).expect("a URL").join(src).expect("a URL");
        let cookies = self.person.jar.header(&url).unwrap_or_default();
        let request = super::platform::http().get(url).header("cookie", cookies).header("sec-fetch-dest", "image");
        Answer::of(request).await
    }
}
