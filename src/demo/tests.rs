//! The platform's pages hold together without a wallet: markup, headers, what a stranger may do.

use poem::test::TestClient;

use super::*;

fn platform() -> TestClient<Arc<Platform>> {
    let settings = Settings {
        // Nobody listens there.
        issuer: "http://127.0.0.1:9".into(),
        client_id: "orbit-photos".into(),
        client_secret: Secret::new("x".into()),
        origin: "http://localhost:8090".into(),
    };
    TestClient::new(Platform::new(settings).unwrap())
}

#[tokio::test]
async fn its_pages_stand_alone() {
    let platform = platform();
    for (path, part) in [
        ("/", "id=\"sign-in\" href=\"/login\""),
        ("/privacy", "<h1>Privacy</h1>"),
        ("/terms", "<h1>Terms</h1>"),
        ("/signed-out", "You are signed out."),
    ] {
        let answer = platform.get(path).send().await;
        answer.assert_status_is_ok();
        answer.assert_header("content-security-policy", policy(&[]));
        answer.assert_header("cache-control", "no-store");
        let page = answer.0.into_body().into_string().await.unwrap();
        assert!(page.contains(part) && page.contains("<html lang=\"en\""), "{path}: {page}");
        assert!(!page.contains("<script") && !page.contains("style="), "{path}");
        for file in page.split("\"/static/").skip(1).filter_map(|rest| rest.split('"').next()) {
            platform.get(format!("/static/{file}")).send().await.assert_status_is_ok();
        }
    }
    platform.get("/nowhere").send().await.assert_status(StatusCode::NOT_FOUND);
    platform.post("/").send().await.assert_status(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_is_shown_anything_without_a_sign_in() {
    let platform = platform();
    for path in ["/arrived", "/reload", "/refresh"] {
        let request = if path == "/arrived" { platform.get(path) } else { platform.post(path) };
        let answer = request.header("cookie", "orbit-visitor=guessed").send().await;
        answer.assert_status(StatusCode::SEE_OTHER);
        answer.assert_header("location", "/");
    }
    let answer = platform.get("/callback?code=stolen&state=x&iss=http://127.0.0.1:9").send().await;
    answer.assert_header("location", "/");
    let cookie = answer.0.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    let home = platform.get("/").header("cookie", cookie.split(';').next().unwrap()).send().await;
    assert!(home.0.into_body().into_string().await.unwrap().contains("There is no sign-in under way here"));
}

#[tokio::test]
async fn a_wallet_that_is_away_is_told_of() {
    let answer = platform().get("/login").send().await;
    answer.assert_status(StatusCode::BAD_GATEWAY);
    let page = answer.0.into_body().into_string().await.unwrap();
    assert!(page.contains("could not be asked for its addresses"), "{page}");
}
