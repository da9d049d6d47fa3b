//! `account`: what an operator does with people, on both databases; secrets from the standard input.

use serde_json::Value;

use super::{House, PASSWORD, REDIRECT};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_from_its_beginning_to_its_end() {
    for house in House::both().await {
        let create = [
            "account",
            "create",
            "--email",
            "Amina@Mail.example",
            "--name",
            "Amina Yusuf",
            "--password-stdin",
            "--locale",
            "ar",
            "--value",
            "phone_number=+49 151 12345678",
            "--value",
            "birthdate=1990-04-01",
            "--json",
        ];
        let said = house.run_with(&create, PASSWORD);
        assert_eq!(said.code, 0, "{}", said.err);
        let made: Value = serde_json::from_str(&said.out).expect("JSON");
        let id = made["account_id"].as_str().expect("account_id");
        assert!(id.starts_with("acc_") && made["email"] == "Amina@mail.example", "{made}");
        let twice = house.run_with(&create, PASSWORD);
        assert!(twice.code == 1 && twice.err.contains("has a wallet already"), "{}", twice.err);

        let shown = house.json(&["account", "show", "amina@mail.example", "--json"]);
        assert!(shown["account_id"] == id && shown["state"] == "active" && shown["role"] == "person", "{shown}");
        assert!(shown["email_verified_at"].is_string() && shown["locale"] == "ar" && shown["sessions"] == 0);
        assert!(!shown.to_string().contains("1990") && !shown.to_string().contains("4915"), "the wallet stays shut");

        assert!(house.does(&["account", "role", id, "reviewer"]).contains("is now reviewer"));
        assert!(house.does(&["account", "role", id, "operator"]).contains("is now operator"));
        assert!(house.does(&["account", "role", id, "operator"]).contains("was already operator"));
        assert!(house.does(&["account", "lock", "amina@mail.example"]).contains("is locked"));
        assert!(house.does(&["account", "lock", id]).contains("was locked already"));
        let list = house.json(&["account", "list", "--json"]);
        assert!(list["next"].is_null() && list["items"][0]["account_id"] == id, "{list}");
        assert!(list["items"][0]["state"] == "suspended" && list["items"][0]["role"] == "operator", "{list}");
        assert!(house.does(&["account", "unlock", id]).contains("is unlocked"));
        assert!(house.does(&["account", "list"]).contains("active"));

        house.does(&["account", "create", "--email", "second@mail.example"]);
        let page = house.json(&["account", "list", "--json", "--most", "1"]);
        assert_eq!(page["items"][0]["email"], "second@mail.example", "newest first");
        let next = page["next"].as_str().expect("there is more");
        assert_eq!(house.json(&["account", "list", "--json", "--after", next])["items"][0]["account_id"], id);

        assert!(house.does(&["account", "delete", id]).contains("is deleted"));
        for command in [&["show", id][..], &["lock", id], &["unlock", id], &["delete", id], &["role", id, "person"]] {
            let why = house.refuses(1, &[&["account"][..], command].concat());
            assert!(why.contains(&format!("there is no account {id}")), "{command:?}: {why}");
        }
        assert!(house.refuses(1, &["account", "show", "amina@mail.example"]).contains("there is no account"));
    }
}

#[test]
fn accounts_that_cannot_be_are_refused_with_the_reason() {
    let house = House::embedded();
    for (code, more, why) in [
        (1, &["--email", "no address"][..], "email: Enter an email address"),
        (1, &["--email", "a@mail.example", "--value", "birthdate=yesterday"], "birthdate: Enter a real date"),
        (2, &["--email", "a@mail.example", "--value", "sub=x"], "nobody types that"),
        (2, &["--email", "a@mail.example", "--value", "name"], "write it as claim=text"),
        (2, &["--email", "a@mail.example", "--role", "king"], "possible values: person, reviewer, operator"),
        (2, &["--email", "a@mail.example", "--locale", "tlh"], "possible values: en, ar"),
        (2, &[], "--email"),
    ] {
        let said = house.refuses(code, &[&["account", "create"][..], more].concat());
        assert!(said.contains(why), "{more:?}: {said}");
    }
    assert_eq!(house.json(&["account", "list", "--json"])["items"], serde_json::json!([]), "none was kept");
}

#[test]
fn secrets_come_from_the_standard_input() {
    let house = House::embedded();
    let add = ["client", "add", "--json", "--name", "Suite", "--redirect-uri", REDIRECT, "--secret-stdin"];
    let given = "a-secret-that-the-suite-was-configured-with";
    let said = house.run_with(&add, &format!("{given}\r\n"));
    let made: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(made["client_secret"], given);
    for (input, why) in [("", "holds no client secret"), ("short\n", "at least 32 characters")] {
        let said = house.run_with(&add, input);
        assert!(said.code == 2 && said.err.contains(why), "{}", said.err);
    }
    let create = ["account", "create", "--email", "amina@mail.example", "--password-stdin"];
    for (input, code, why) in [
        ("", 2, "holds no password"),
        ("tiny-9\n", 1, "password: That password is too short"),
        ("12345678901\n", 1, "password: That password is easy to guess"),
        ("zanzibar-ferry-9\n", 0, ""),
    ] {
        let said = house.run_with(&create, input);
        assert!(said.code == code && said.err.contains(why), "{input:?}: {} {}", said.code, said.err);
        assert!(input.is_empty() || !said.err.contains(input.trim()), "the password is repeated");
    }
}
