//! An outside service in the place of the first reviewer: told by a signed call, heard by a signed call.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::reviews::badge;
use crate::support::desk::{Applicant, Clerk};
use crate::support::platform::{Answer, http, now};
use crate::support::server::Server;
use crate::support::site::Site;

const SECRET: &str = "a secret of thirty-two bytes, or more";

fn signature(id: &str, at: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

async fn say(server: &Server, body: &str) -> Answer {
    let at = now().to_string();
    let request = http().post(format!("{}/hooks/verification", server.issuer)).header("webhook-id", "msg_1");
    let request = request.header("webhook-timestamp", &at).header("webhook-signature", signature("msg_1", &at, body));
    Answer::of(request.header("content-type", "application/json").body(body.to_owned())).await
}

async fn house(site: &Site) -> Server {
    Server::with(&[
        ("SW__VERIFICATION__SERVICE", "http"),
        ("SW__VERIFICATION__URL", &site.url("/cases")),
        ("SW__VERIFICATION__SECRET", SECRET),
        ("SW__OUTBOUND__ALLOW", &site.host()),
    ])
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_a_service_is_told_and_heard() {
    let site = Site::http().await;
    site.says("/cases", "text/plain", "taken");
    let server = house(&site).await;
    let mut amina = Applicant::of(&server).await;
    let page = amina.page().await;
    let form = page.form("country").fill("country", "DEU").choose("kind", "passport");
    let page = amina.hand.person.submit(&page, &form).await.page();
    assert!(page.text().contains("An outside service that checks documents"), "{}", page.text());
    amina.send_from(&page, "/withdraw", &[]).await;
    let case = amina.hand_in("document").await;
    let heard = site.hears("/cases", 1).await.remove(0);
    let header = |name: &str| heard.header(name).unwrap_or_default();
    let signed = signature(header("webhook-id"), header("webhook-timestamp"), &heard.body);
    assert_eq!(header("webhook-signature"), signed);
    let told: Value = serde_json::from_str(&heard.body).expect("JSON");
    assert_eq!((&told["id"], &told["kind"], &told["country"]), (&json!(case), &json!("passport"), &json!("DEU")));
    assert_eq!(told["data"]["family_name"], "Haddad");
    assert_eq!(told["challenge"]["code"].as_str().map(str::len), Some(4));
    let pictures = told["pictures"].as_array().expect("pictures");
    assert_eq!(pictures.len(), 2);
    let fetch = async |url: &Value| Answer::of(http().get(url.as_str().expect("a link"))).await;
    let seen = fetch(&pictures[0]["url"]).await;
    assert_eq!((seen.status, seen.header("content-type")), (200, Some("image/jpeg")));
    image::load_from_memory(&seen.body).expect("a picture");

    // It is the service's: nobody at the desk takes it meanwhile.
    let mut clerk = Clerk::of(&server, "reviewer").await;
    assert_eq!(clerk.claim(&case).await.status, 409);
    let decision = json!({ "id": case, "outcome": "approve" }).to_string();
    let url = format!("{}/hooks/verification", server.issuer);
    let bare = Answer::of(http().post(&url).body(decision.clone())).await;
    assert_eq!((bare.status, bare.json()["code"].as_str()), (401, Some("invalid_signature")));
    for (body, status) in [
        ("{}".to_owned(), 400),
        (json!({ "id": case, "outcome": "escalate" }).to_string(), 400),
        (json!({ "id": case, "outcome": "reject" }).to_string(), 400),
        (json!({ "id": case, "outcome": "reject", "reasons": ["ugly"] }).to_string(), 400),
        (json!({ "id": "ver_00000000000000000000000000", "outcome": "approve" }).to_string(), 404),
    ] {
        assert_eq!(say(&server, &body).await.status, status, "{body}");
    }
    for _ in 0..2 {
        let answer = say(&server, &decision).await;
        assert_eq!(answer.status, 204, "said again: {}", answer.text());
    }
    amina.reaches("Confirmed").await;
    assert_eq!(badge(&server, &case).await, Some("document"));
    let other = say(&server, &json!({ "id": case, "outcome": "fraud" }).to_string()).await;
    assert_eq!((other.status, other.json()["code"].as_str()), (409, Some("verification_state_conflict")));
    assert_eq!(fetch(&pictures[0]["url"]).await.status, 409, "its pictures are no longer the service's");
    let activity = amina.hand.person.visit("/account/activity?kind=security").await.page().text();
    assert!(activity.contains("looked at a picture"), "{activity}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_the_desk_looks_second_and_where_the_service_refuses() {
    let site = Site::http().await;
    site.says("/cases", "text/plain", "taken");
    let server = house(&site).await;
    let (mut amina, mut clerk) = (Applicant::of(&server).await, Clerk::of(&server, "reviewer").await);
    let case = amina.hand_in("document_dual").await;
    site.hears("/cases", 1).await;
    assert_eq!(say(&server, &json!({ "id": case, "outcome": "approve" }).to_string()).await.status, 204);
    assert_eq!(badge(&server, &case).await, None);
    clerk.settle(&case, "approve", &[]).await;
    assert_eq!(badge(&server, &case).await, Some("document_dual"));

    site.answers("/cases", 422, "text/plain", "not for us");
    let mut second = Applicant::of(&server).await;
    let case = second.hand_in("document").await;
    site.hears("/cases", 2).await;
    let page = crate::support::eventually("it is for the desk", std::time::Duration::from_secs(20), async || {
        let page = clerk.claim(&case).await;
        (page.status == 200).then_some(page)
    })
    .await;
    clerk.decide(&page, "approve", &[]).await;
    second.reaches("Confirmed").await;

    let desk = Server::shared().await;
    assert_eq!(say(desk, "{}").await.status, 404, "where there is no service");
}
