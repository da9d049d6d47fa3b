//! Every door at which a platform is told something, opened by one platform.

use serde_json::{Value, json};

use super::atoms::Told;
use super::scene::{get, own_token};
use crate::support::platform::{Answer, Platform, Tokens, http};

/// What the tokens open: UserInfo, introspection, grant management, the data API, links, and refusals of all of them.
pub async fn open(platform: &Platform, tokens: &Tokens, told: &mut Told) {
    about_tokens(platform, tokens, told).await;
    let userinfo = platform.userinfo(&tokens.access).await;
    assert_eq!(userinfo.status, 200, "{}", userinfo.text());
    told.answer("userinfo", &userinfo);
    let api = Api { base: format!("{}/wallet/v1", platform.issuer), token: &tokens.access };
    for path in ["/me", "/profile", "/identity", "/badges", "/media"] {
        let answer = api.must(path, told).await;
        let tag = answer.header("etag").expect("a tag").to_owned();
        told.answer("not modified", &api.get(path, &[("if-none-match", &tag)]).await);
    }
    for badge in ids(&api.must("/badges?limit=3", told).await) {
        api.must(&format!("/badges/{badge}"), told).await;
    }
    for item in ids(&api.must("/media?limit=2", told).await) {
        media(&api, &item, told).await;
    }
    let userinfo = if userinfo.header("content-type") == Some("application/jwt") {
        crate::support::platform::payload(&userinfo.text())
    } else {
        userinfo.json()
    };
    told.answer("picture", &get(userinfo["picture"].as_str().expect("a picture"), None, &[]).await);
    for path in ["/media/med_AAAAAAAAAAAAAAAAAAAAAA", "/badges/x", "/profile?fields=x", "/media?limit=0"] {
        told.answer("refused", &api.get(path, &[]).await);
    }
    refused(platform, tokens, told).await;
}

/// What is answered when the tokens work no more, too.
pub async fn refused(platform: &Platform, tokens: &Tokens, told: &mut Told) {
    let url = format!("{}/wallet/v1/profile", platform.issuer);
    told.answer("refused", &get(&url, Some("x"), &[]).await);
    told.answer("refused", &get(&url, Some(&tokens.access), &[("origin", "https://elsewhere.example")]).await);
    told.answer("refused", &platform.userinfo("x").await);
    told.answer("refused", &platform.refresh("x").await);
}

async fn about_tokens(platform: &Platform, tokens: &Tokens, told: &mut Told) {
    let refreshed = platform.refresh(tokens.refresh.as_deref().expect("a refresh token")).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text());
    told.answer("refresh", &refreshed);
    let body = refreshed.json();
    for token in [&tokens.access, body["refresh_token"].as_str().expect("a refresh token")] {
        let answer = platform.introspect(token).await;
        assert_eq!(answer.json()["active"], true, "{}", answer.text());
        told.answer("introspection", &answer);
        let request = http().post(platform.endpoint("introspection_endpoint")).form(&[("token", token)]);
        let request = request.header("authorization", platform.basic());
        let signed = Answer::of(request.header("accept", "application/token-introspection+jwt")).await;
        assert_eq!(signed.header("content-type"), Some("application/token-introspection+jwt"), "{}", signed.text());
        told.answer("introspection", &signed);
    }
    let own = own_token(platform).await;
    told.text("own token", &own);
    let grants = platform.endpoint("grant_management_endpoint");
    let grant = tokens.body["grant_id"].as_str().expect("a grant_id");
    let answer = get(&format!("{grants}/{grant}"), Some(&own), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    told.answer("grant", &answer);
}

struct Api<'a> {
    base: String,
    token: &'a str,
}

impl Api<'_> {
    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        get(&format!("{}{path}", self.base), Some(self.token), headers).await
    }

    /// What must be there.
    async fn must(&self, path: &str, told: &mut Told) -> Answer {
        let answer = self.get(path, &[]).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let door = path.split(['/', '?']).nth(1).unwrap_or_default();
        told.answer(door, &answer);
        answer
    }
}

/// An item: described, its bytes, and links to them, with what is refused of each.
async fn media(api: &Api<'_>, item: &str, told: &mut Told) {
    let path = format!("/media/{item}");
    let about = api.must(&path, told).await.json();
    let names = about["variants"].as_array().expect("variants").iter();
    for name in names.map(|variant| variant["name"].as_str().expect("a name")) {
        let bytes = api.must(&format!("{path}/content?variant={name}"), told).await;
        assert!(bytes.header("etag").is_some() && bytes.header("last-modified").is_some(), "{name}");
        let request = http().post(format!("{}{path}/links", api.base)).bearer_auth(api.token);
        let link = Answer::of(request.json(&json!({ "variant": name }))).await;
        assert_eq!(link.status, 200, "{}", link.text());
        told.answer("link", &link);
        let link = link.json();
        let url = link["url"].as_str().expect("an address");
        told.answer("media by a link", &get(url, None, &[]).await);
        told.answer("media by a link", &get(url, None, &[("range", "bytes=99999999-")]).await);
    }
}

fn ids(list: &Answer) -> Vec<String> {
    let list: Value = list.json();
    let all = list["data"].as_array().unwrap_or_else(|| panic!("{list}")).iter();
    assert!(list["next_cursor"].is_string(), "there is more, and a cursor: {list}");
    all.map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}
