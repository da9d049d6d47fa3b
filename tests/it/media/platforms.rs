//! Photos and videos as platforms get them: what was picked, by the data API and by links, and the end of both.

use reqwest::Method;
use serde_json::{Value, json};

use super::files::jpeg;
use crate::support::films;
use crate::support::form::Form;
use crate::support::hand::{Hand, give_picture};
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method as ClientMethod, NewClient, Platform, Tokens, http};
use crate::support::server::{Server, setting};

const SCOPE: &str = "openid profile wallet.photos wallet.videos";

/// A platform with which somebody shares photos and videos.
pub struct Shared {
    pub platform: Platform,
    pub person: Person,
    pub tokens: Tokens,
    /// What the wallet calls the items.
    pub items: Vec<String>,
}

impl Shared {
    /// Of somebody who has one item for each of `what` (a photo, a video), all of them picked.
    pub async fn of(server: &Server, what: &[&str]) -> Self {
        let (person, items) = collector(server, what).await;
        let picks: Vec<&str> = items.iter().map(String::as_str).collect();
        Self::with(server, person, items.clone(), &picks, "https://orbitphotos.example/callback").await
    }

    async fn with(server: &Server, mut person: Person, items: Vec<String>, picks: &[&str], callback: &str) -> Self {
        let client = NewClient::new(ClientMethod::Basic).with("--scope", SCOPE).redirected_to(callback);
        let platform = Platform::at(server, &client).await;
        let answers = Answers::only(&[]).picking(picks);
        let tokens = platform.sign_in_with(&mut person, platform.attempt(SCOPE), &answers).await;
        Self { platform, person, tokens, items }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let url = format!("{}/wallet/v1{path}", self.platform.issuer);
        let request = http().get(url).bearer_auth(&self.tokens.access);
        Answer::of(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    pub async fn link(&self, name: &str, wanted: &Value) -> Answer {
        let url = format!("{}/wallet/v1/media/{name}/links", self.platform.issuer);
        Answer::of(http().post(url).bearer_auth(&self.tokens.access).json(wanted)).await
    }

    pub async fn url(&self, name: &str) -> String {
        let answer = self.link(name, &json!({})).await;
        answer.json()["url"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
    }

    /// The names that the platform has for what it may see.
    pub async fn names(&self) -> Vec<String> {
        let list = self.get("/media").await.json();
        let names = list["data"].as_array().unwrap_or_else(|| panic!("{list}")).iter();
        names.map(|one| one["id"].as_str().expect("a name").to_owned()).collect()
    }

    /// Leaves exactly these items picked, at the page of the app.
    async fn pick(&mut self, picks: &[&str]) -> u16 {
        let list = self.person.visit("/account/apps").await.page();
        let page = self.person.visit(list.link("/account/apps/").expect("an app").as_str()).await.page();
        let picks: Vec<String> = picks.iter().map(|id| format!("media.{id}")).collect();
        self.person.submit(&page, &page.form("duration").pick_only(&picks)).await.page().status
    }

    async fn again(&mut self) {
        let attempt = self.platform.attempt(SCOPE);
        self.tokens = self.platform.sign_in_with(&mut self.person, attempt, &Answers::allow()).await;
    }
}

/// Somebody with a photo or a video for each of `what`, the oldest first.
async fn collector(server: &Server, what: &[&str]) -> (Person, Vec<String>) {
    let hand = Hand::of(server).await;
    let mut items = Vec::new();
    for (at, what) in what.iter().enumerate() {
        let file = match *what {
            "a video" => films::mp4(b"isom", 200_000),
            _ => jpeg(400 + 40 * u32::try_from(at).expect("few"), 300),
        };
        items.push(hand.add(&file).await);
    }
    (hand.person, items)
}

fn must_be(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.text());
    assert_eq!(answer.json()["code"], code);
}

async fn open(url: &str) -> Answer {
    Answer::of(http().get(url)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_2_what_was_picked_is_listed_and_nothing_else() {
    let server = Server::shared().await;
    let (person, items) = collector(server, &["a photo", "a photo", "a photo", "a video"]).await;
    let hand = Hand::beside(&person).await;
    let picks = [items[0].as_str(), items[2].as_str(), items[3].as_str()];
    let shared = Shared::with(server, person, items.clone(), &picks, "https://a.example/callback").await;

    let told = shared.platform.userinfo(&shared.tokens.access).await.json();
    assert_eq!((&told["wallet_photos"]["count"], &told["wallet_videos"]["count"]), (&json!(2), &json!(1)), "{told}");
    let href = told["wallet_photos"]["href"].as_str().expect("an address");
    let photos = Answer::of(http().get(href).bearer_auth(&shared.tokens.access)).await;
    assert_eq!(photos.header("cache-control"), Some("private, no-cache"));
    let photos = photos.json();
    assert_eq!((photos["data"].as_array().map(Vec::len), &photos["next_cursor"]), (Some(2), &Value::Null), "{photos}");
    assert_eq!(photos["meta"]["granted_kinds"], json!(["photo", "video"]));
    // Newest first.
    assert_eq!((&photos["data"][0]["width"], &photos["data"][1]["width"]), (&json!(480), &json!(400)));
    let one = &photos["data"][0];
    assert!(one["created_at"].as_str().is_some_and(|at| at.ends_with("T00:00:00Z")), "the day alone: {one}");
    let variants: Vec<&str> = one["variants"].as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap()).collect();
    assert_eq!(variants.len(), 5, "{one}");
    assert!(!one.to_string().contains("sha256") && !one.to_string().contains("IMG_1"), "{one}");

    // What comes later is not shared.
    hand.add(&jpeg(90, 90)).await;
    assert_eq!(shared.names().await.len(), 3);

    // Page by page.
    let first = shared.get("/media?limit=2").await.json();
    let cursor = first["next_cursor"].as_str().expect("another page").to_owned();
    let rest = shared.get(&format!("/media?limit=2&cursor={cursor}")).await.json();
    assert_eq!((rest["data"].as_array().map(Vec::len), &rest["next_cursor"]), (Some(1), &Value::Null), "{rest}");
    assert_eq!(shared.get("/media?album=Zanzibar").await.json()["data"], json!([]));
    for (query, code) in [
        ("kind=painting", "invalid_parameter"),
        ("limit=0", "invalid_parameter"),
        ("limit=101", "invalid_parameter"),
        ("limit=x", "invalid_parameter"),
        ("cursor=abc", "invalid_cursor"),
        // Of another list.
        (&format!("kind=photo&cursor={cursor}"), "invalid_cursor"),
    ] {
        must_be(&shared.get(&format!("/media?{query}")).await, 400, code);
    }

    // One of them; those that were not picked are not there, nor is what the wallet calls them.
    let name = one["id"].as_str().expect("a name");
    assert_eq!(shared.get(&format!("/media/{name}")).await.json(), *one);
    for id in ["med_AAAAAAAAAAAAAAAAAAAAAA", "x", &items[0], &items[1]] {
        for path in [format!("/media/{id}"), format!("/media/{id}/content")] {
            must_be(&shared.get(&path).await, 404, "not_found");
        }
        must_be(&shared.link(id, &json!({})).await, 404, "not_found");
    }
    let first = shared.get(&format!("/media/{name}")).await;
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(shared.get_with(&format!("/media/{name}"), &[("if-none-match", &tag)]).await.status, 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9110_s14_the_bytes_of_a_video_by_the_api_and_by_a_link() {
    let server = Server::shared().await;
    let shared = Shared::of(server, &["a video"]).await;
    let whole = films::mp4(b"isom", 200_000).len();
    let name = shared.names().await.remove(0);
    let path = format!("/media/{name}/content");
    let url = shared.url(&name).await;
    let asks = async |headers: &[(&str, &str)], by_link: bool| match by_link {
        true => Answer::of(headers.iter().fold(http().get(&url), |r, (name, value)| r.header(*name, *value))).await,
        false => shared.get_with(&path, headers).await,
    };
    for by_link in [false, true] {
        let all = asks(&[], by_link).await;
        assert_eq!((all.status, all.body.len(), all.header("content-type")), (200, whole, Some("video/mp4")));
        let cache = if by_link { "private, max-age=0, no-store" } else { "private, no-cache" };
        for (header, value) in [
            ("cache-control", cache),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(all.header(header), Some(value), "{header}");
        }
        assert!(all.header("content-disposition").is_some_and(|d| d.starts_with("inline; ")));
        assert!(all.header("last-modified").is_some_and(|at| at.ends_with(" 00:00:00 GMT")), "the day alone");
        assert!(all.header("set-cookie").is_none());
        let tag = all.header("etag").expect("a tag").to_owned();
        let part = asks(&[("range", "bytes=65530-65550")], by_link).await;
        let range = format!("bytes 65530-65550/{whole}");
        assert_eq!((part.status, part.header("content-range")), (206, Some(&*range)));
        assert_eq!(part.body, all.body[65530..=65550]);
        must_be(&asks(&[("range", "bytes=99999999-")], by_link).await, 416, "range_not_satisfiable");
        assert_eq!(asks(&[("if-none-match", &tag)], by_link).await.status, 304);
        assert_eq!(asks(&[("range", "bytes=0-9"), ("if-range", "\"other\"")], by_link).await.status, 200);
        assert_eq!(asks(&[("range", "bytes=0-9"), ("if-range", &tag)], by_link).await.status, 206);
    }
    let head = Answer::of(http().head(&url)).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    must_be(&shared.get(&format!("{path}?variant=t96")).await, 404, "not_found");
    must_be(&shared.get(&format!("{path}?variant=huge")).await, 400, "invalid_parameter");
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_unpicked_means_gone_at_once() {
    let server = Server::shared().await;
    let mut shared = Shared::of(server, &["a photo", "a photo"]).await;
    let names = shared.names().await;
    let urls = [shared.url(&names[0]).await, shared.url(&names[1]).await];
    assert_eq!(open(&urls[0]).await.status, 200);
    let kept = shared.items[0].clone();
    assert_eq!(shared.pick(&[&kept]).await, 200);
    // The token and the links are of the grant as it was.
    must_be(&shared.get("/media").await, 401, "invalid_token");
    for url in &urls {
        must_be(&open(url).await, 410, "link_revoked");
    }
    shared.again().await;
    assert_eq!(shared.names().await, [names[1].clone()], "the newest first; the oldest is left");
    must_be(&shared.get(&format!("/media/{}", names[0])).await, 404, "not_found");
    must_be(&shared.link(&names[0], &json!({})).await, 404, "not_found");
    assert_eq!(shared.platform.userinfo(&shared.tokens.access).await.json()["wallet_photos"]["count"], 1);
    // Nothing picked, nothing shared.
    assert_eq!(shared.pick(&[]).await, 200);
    shared.again().await;
    must_be(&shared.get("/media").await, 403, "insufficient_scope");
    assert!(shared.platform.userinfo(&shared.tokens.access).await.json().get("wallet_photos").is_none());
    // And picked again, by somebody who has just signed in.
    assert_eq!(shared.pick(&[&kept]).await, 200);
    shared.again().await;
    assert_eq!(shared.names().await, [names[1].clone()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s13_8_what_is_in_the_trash_is_gone_for_platforms() {
    let server = Server::shared().await;
    let shared = Shared::of(server, &["a photo"]).await;
    let (name, mut hand) = (shared.names().await.remove(0), Hand::beside(&shared.person).await);
    let url = shared.url(&name).await;
    let press = async |hand: &mut Hand, deed: &str| {
        let page = hand.person.visit(&format!("/account/media/{}", shared.items[0])).await.page();
        hand.person.submit(&page, &page.form_to(deed)).await.page()
    };
    press(&mut hand, "/delete").await;
    must_be(&open(&url).await, 410, "link_revoked");
    must_be(&shared.get(&format!("/media/{name}/content")).await, 404, "not_found");
    assert!(shared.names().await.is_empty());
    press(&mut hand, "/restore").await;
    assert_eq!((open(&url).await.status, shared.names().await), (200, vec![name.clone()]), "as it was picked");
    press(&mut hand, "/delete").await;
    press(&mut hand, "/destroy").await;
    must_be(&open(&url).await, 410, "link_revoked");
    must_be(&shared.get(&format!("/media/{name}")).await, 404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_withdrawn_means_gone_at_once_and_links_are_no_keys() {
    let server = Server::shared().await;
    let mut shared = Shared::of(server, &["a photo"]).await;
    let name = shared.names().await.remove(0);
    let url = shared.url(&name).await;
    assert_eq!(open(&url).await.status, 200);
    // Forged, cut, of another kind.
    let forged = format!("{}A", &url[..url.len() - 1]);
    let path = shared.items[0].clone();
    for bad in
        [&forged, &url[..url.len() - 4], &format!("{}/m/{path}", server.issuer), &format!("{}/m/x", server.issuer)]
    {
        must_be(&open(bad).await, 404, "not_found");
    }
    for (wanted, code) in [
        (json!({ "ttl": 0 }), "invalid_parameter"),
        (json!({ "ttl": 3601 }), "invalid_parameter"),
        (json!({ "ttl": "x" }), "invalid_parameter"),
        (json!({ "variant": "huge" }), "invalid_parameter"),
    ] {
        must_be(&shared.link(&name, &wanted).await, 400, code);
    }
    must_be(&shared.link(&name, &json!({ "variant": "play" })).await, 404, "not_found");
    let brief = shared.link(&name, &json!({ "ttl": 1, "variant": "t96" })).await;
    assert_eq!((brief.status, brief.header("cache-control")), (200, Some("no-store")));
    let brief = brief.json()["url"].as_str().expect("an address").to_owned();
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    must_be(&open(&brief).await, 410, "link_expired");

    crate::protocol::oidc_core_userinfo::stop_sharing(&mut shared.person).await;
    let gone = open(&url).await;
    must_be(&gone, 410, "link_revoked");
    assert_eq!(gone.json()["detail"], "it was there, and is no more", "nothing of why");
    must_be(&shared.get("/media").await, 401, "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_two_platforms_have_nothing_to_compare() {
    let server = Server::shared().await;
    let (mut person, items) = collector(server, &["a photo", "a photo", "a video"]).await;
    give_picture(&mut person).await;
    let picks: Vec<&str> = items.iter().map(String::as_str).collect();
    let other = person.beside();
    let mut told = Vec::new();
    for (person, callback) in [(person, "https://a.example/callback"), (other, "https://b.example/callback")] {
        let mut shared = Shared::with(server, person, items.clone(), &picks, callback).await;
        let attempt = shared.platform.attempt_with(SCOPE, &[("prompt", Some("consent"))]);
        let answers = Answers::only(&["picture"]);
        shared.tokens = shared.platform.sign_in_with(&mut shared.person, attempt, &answers).await;
        let list = shared.get("/media?limit=1").await;
        let mut seen = vec![
            shared.tokens.claims["sub"].as_str().expect("a sub").to_owned(),
            list.header("etag").expect("a tag").to_owned(),
            list.json()["next_cursor"].as_str().expect("a cursor").to_owned(),
            shared.platform.userinfo(&shared.tokens.access).await.json()["picture"]
                .as_str()
                .expect("a link")
                .to_owned(),
        ];
        for name in shared.names().await {
            let content = shared.get(&format!("/media/{name}/content")).await;
            let url = shared.url(&name).await;
            seen.extend(
                [content.header("etag").expect("a tag"), open(&url).await.header("etag").expect("a tag")]
                    .map(str::to_owned),
            );
            seen.extend([url, name]);
        }
        told.push(seen);
    }
    assert_eq!((told[0].len(), told[1].len()), (16, 16));
    for one in &told[0] {
        assert!(!told[1].contains(one), "both were told {one}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s5_the_picture_is_a_link_that_ends_with_the_grant() {
    let server = Server::shared().await;
    let hand = Hand::of(server).await;
    let mut person = hand.person.beside();
    let photo = give_picture(&mut person).await;
    let platform = Platform::at(server, &NewClient::new(ClientMethod::Basic).with("--scope", SCOPE)).await;
    let attempt = platform.attempt("openid profile");
    let consent = person.walk_to_consent(attempt.url.as_str()).await;
    assert!(consent.has(&format!("img.thumb[src*='{photo}']")), "{}", consent.text());
    let answers = Answers::only(&["picture"]);
    let callback = person.decide(&consent, &answers).await.away();
    let code = platform.code(&attempt, &callback);
    let tokens = platform.tokens(&attempt, platform.exchange(&attempt, &code).await).await;
    let picture = async || platform.userinfo(&tokens.access).await.json()["picture"].as_str().map(str::to_owned);
    let url = picture().await.expect("a link");
    assert!(
        url.starts_with(&format!("{}/m/", server.issuer)) && picture().await.as_ref() == Some(&url),
        "the same: {url}"
    );
    let shown = open(&url).await;
    assert_eq!((shown.status, shown.header("content-type")), (200, Some("image/jpeg")));
    let age =
        shown.header("cache-control").and_then(|cache| cache.strip_prefix("private, max-age=")?.parse::<u64>().ok());
    assert!(age.is_some_and(|age| (518_000..=604_800).contains(&age)), "{:?}", shown.header("cache-control"));
    let page = person.visit("/account/activity").await.page();
    assert!(page.text().contains("By a link to a photo or video"), "{}", page.text());

    // Nobody types an address in its place.
    let page = person.visit("/account/profile/edit").await.page();
    assert!(!page.form("given_name").has("picture"));
    let csrf = hand.csrf.clone();
    let body = format!("csrf={csrf}&photo=https%3A%2F%2Fevil.example%2Fme.jpg");
    let request = hand.request(Method::POST, "/account/profile/picture");
    let typed = Answer::of(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await;
    assert_eq!(typed.status, 404);

    // No picture, no link.
    let page = person.visit("/account/profile/picture").await.page();
    person.submit(&page, &page.form("photo").choose("photo", "")).await.page();
    must_be(&open(&url).await, 410, "link_revoked");
    assert_eq!(picture().await, None);
    let page = person.visit(&format!("/account/media/{photo}")).await.page();
    person.submit(&page, &page.form_to("/account/profile/picture")).await.page();
    assert_eq!(picture().await.as_ref(), Some(&url));
    crate::protocol::oidc_core_userinfo::stop_sharing(&mut person).await;
    must_be(&open(&url).await, 410, "link_revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_6_without_the_scope_and_before_it_is_ready_there_is_nothing() {
    let server = Server::shared().await;
    let (person, items) = collector(server, &["a photo", "a video"]).await;
    let hand = Hand::beside(&person).await;
    // Not all of it has come: nobody can pick it.
    let waits = hand.begin(1000).await;
    let client = NewClient::new(ClientMethod::Basic).with("--scope", "openid wallet.photos email");
    let platform = Platform::at(server, &client).await;
    let mut person = person;
    let attempt = platform.attempt("openid wallet.photos");
    let consent = person.walk_to_consent(attempt.url.as_str()).await;
    assert_eq!(consent.form("decision").can_pick(), [format!("media.{}", items[0])], "photos that are ready");
    let form = consent.form("decision").pick_only(&[format!("media.{}", items[0])]);
    let form = form
        .also("pick-wallet-photos", &format!("media.{waits}"))
        .also("pick-wallet-photos", &format!("media.{}", items[1]));
    let callback = person.submit(&consent, &form.press("decision", "allow")).await.away();
    let code = platform.code(&attempt, &callback);
    let tokens = platform.tokens(&attempt, platform.exchange(&attempt, &code).await).await;
    let shared = Shared { platform, person, tokens, items };
    let names = shared.names().await;
    assert_eq!(names.len(), 1, "what was not offered counts for nothing");
    let refused = shared.get("/media?kind=video").await;
    must_be(&refused, 403, "insufficient_scope");
    let Shared { platform, mut person, .. } = shared;
    let tokens = platform.sign_in_with(&mut person, platform.attempt("openid email"), &Answers::allow()).await;
    let shared = Shared { platform, person, tokens, items: Vec::new() };
    let name = &names[0];
    for path in ["/media".to_owned(), format!("/media/{name}"), format!("/media/{name}/content")] {
        let refused = shared.get(&path).await;
        must_be(&refused, 403, "insufficient_scope");
        assert!(refused.header("www-authenticate").is_some_and(|c| c.contains("insufficient_scope")), "{path}");
    }
    must_be(&shared.link(name, &json!({})).await, 403, "insufficient_scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s9_reads_are_on_record_and_pieces_are_one() {
    let server = Server::shared().await;
    let mut shared = Shared::of(server, &["a video"]).await;
    let name = shared.names().await.remove(0);
    let url = shared.url(&name).await;
    for at in 0..5 {
        let part = Answer::of(http().get(&url).header("range", format!("bytes={at}-{}", at + 9))).await;
        assert_eq!(part.status, 206);
    }
    let page = shared.person.visit("/account/activity?kind=reads").await.page();
    let text = page.text();
    assert!(text.contains("By a link to a photo or video") && text.contains("Videos you pick"), "{text}");
    assert!(!text.contains(&url) && !text.contains("IMG_1"), "names, never values: {text}");
    let of_links = format!("channel = 'media_link' AND client_id = '{}'", shared.platform.client.id);
    assert_eq!(crate::support::database::count(&server.stores, "audit_events", &of_links).await, 1, "within a minute");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s13_7_links_have_a_host_of_their_own_where_there_is_one() {
    let server = Server::with(&[("SW__HTTP__MEDIA_URL", "http://media.localhost:9")]).await;
    let shared = Shared::of(&server, &["a photo"]).await;
    let url = shared.url(&shared.names().await[0]).await;
    let path = url.strip_prefix("http://media.localhost:9").unwrap_or_else(|| panic!("{url}"));
    let at = async |host: Option<&str>, path: &str| {
        let request = http().get(format!("{}{path}", server.issuer));
        Answer::of(host.into_iter().fold(request, |request, host| request.header("host", host))).await.status
    };
    assert_eq!(at(Some("media.localhost:9"), path).await, 200);
    assert_eq!(at(None, path).await, 404, "and nowhere else");
    for page in ["/", "/signin", "/wallet/v1/media", "/.well-known/openid-configuration", "/static/app.css", "/mm/x"] {
        assert_eq!(at(Some("media.localhost:9"), page).await, 404, "{page}");
    }
    assert_eq!(at(None, "/").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s18_links_are_counted_by_client() {
    let server = Server::with(&[(setting::LIMITS, "true"), ("SW__LIMITS__MEDIA_LINK", "2/h burst 2")]).await;
    let shared = Shared::of(&server, &["a photo"]).await;
    let name = shared.names().await.remove(0);
    for _ in 0..2 {
        assert_eq!(shared.link(&name, &json!({})).await.status, 200);
    }
    let refused = shared.link(&name, &json!({})).await;
    must_be(&refused, 429, "quota-exceeded");
    assert!(refused.header("retry-after").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s18_a_grant_shares_200_items_at_most() {
    let server = Server::shared().await;
    let mut shared = Shared::of(server, &["a photo"]).await;
    let photo = shared.items[0].clone();
    let many = |form: Form| {
        let end = photo.len() - 4;
        (0..200).fold(form, |form, n| form.also("pick-wallet-photos", &format!("media.{}{n:04}", &photo[..end])))
    };
    let attempt = shared.platform.attempt_with(SCOPE, &[("prompt", Some("consent"))]);
    let consent = shared.person.walk_to_consent(attempt.url.as_str()).await;
    let form = many(consent.form("decision")).press("decision", "allow");
    let told = shared.person.submit(&consent, &form).await.page();
    assert!(told.status == 422 && told.text().contains("200 photos and videos at most"), "{}", told.text());
    assert_eq!(told.form("decision").ticked("pick-wallet-photos"), [format!("media.{photo}")], "nothing is lost");
    let form = told.form("decision").press("decision", "allow");
    shared.person.submit(&told, &form).await.away();
}
