//! OpenID Connect for Identity Assurance: what is asked for of a checked document, and what comes.

use serde_json::{Map, Value, json};

use crate::protocol::conformance::mode::Mode;
use crate::protocol::conformance::suite::{Suite, Tokens};
use crate::support::documents::{BIRTHDATE, FAMILY_NAME, GIVEN_NAME};

/// One run: the client, and what the provider says that it can tell.
struct Run {
    suite: Suite,
    metadata: Value,
}

/// What came, where.
struct Came {
    id_token: Value,
    userinfo: Value,
}

impl Run {
    async fn start(mode: Mode) -> Self {
        let suite = Suite::verified(mode).await;
        let metadata = suite.platform.metadata.clone();
        Self { suite, metadata }
    }

    fn list(&self, name: &str) -> &Vec<Value> {
        let list = self.metadata[name].as_array().unwrap_or_else(|| panic!("{name} is no list"));
        assert!(!list.is_empty(), "{name} has a member");
        list
    }

    /// The first claim that is supported, asked for in this way, with no more of the verification than must be.
    fn first(&self, how: &Value) -> Map<String, Value> {
        let name = self.list("claims_in_verified_claims_supported")[0].as_str().expect("a text").to_owned();
        Map::from_iter([(name, how.clone())])
    }

    /// Asks both places for an element; gives what came, each checked.
    async fn both(&mut self, element: &Value) -> Came {
        self.ask(&json!({ "id_token": { "verified_claims": element }, "userinfo": { "verified_claims": element } }))
            .await
    }

    async fn ask(&mut self, claims: &Value) -> Came {
        // Beside it the suite asks for claims that nobody has checked.
        let mut claims = claims.clone();
        for place in ["id_token", "userinfo"] {
            claims[place]["name"] = json!({ "essential": false });
        }
        let attempt =
            self.suite.request("openid", &[("claims", Some(&claims.to_string())), ("prompt", Some("consent"))]);
        let Tokens { claims: id_token, userinfo, .. } = self.suite.complete(&attempt).await;
        for told in [&id_token, &userinfo] {
            assert!(told["name"].is_string() && told.get("given_name").is_none(), "apart from each other: {told}");
        }
        let of = |told: &Value| told.get("verified_claims").cloned().unwrap_or_default();
        let came = Came { id_token: of(&id_token), userinfo: of(&userinfo) };
        self.is_promised(&came.id_token);
        self.is_promised(&came.userinfo);
        came
    }

    /// Of the form of the schema, and nothing that discovery does not say.
    fn is_promised(&self, told: &Value) {
        let elements = match told {
            Value::Array(elements) => elements.clone(),
            Value::Null => Vec::new(),
            one => vec![one.clone()],
        };
        for element in &elements {
            let names: Vec<&String> = element.as_object().expect("an object").keys().collect();
            assert_eq!(names, ["verification", "claims"], "{element}");
            let verification = &element["verification"];
            assert!(self.list("trust_frameworks_supported").contains(&verification["trust_framework"]), "{element}");
            let claims = element["claims"].as_object().expect("an object");
            for name in claims.keys() {
                assert!(self.list("claims_in_verified_claims_supported").contains(&json!(name)), "{name}");
            }
            for evidence in verification["evidence"].as_array().into_iter().flatten() {
                assert!(self.list("evidence_supported").contains(&evidence["type"]), "{evidence}");
                if let Some(details) = evidence.get("document_details") {
                    assert!(self.list("documents_supported").contains(&details["type"]), "{evidence}");
                }
                for check in evidence["check_details"].as_array().into_iter().flatten() {
                    let methods = self.list("documents_check_methods_supported");
                    assert!(methods.contains(&check["check_method"]), "{check}");
                }
            }
        }
    }
}

fn element(claims: &Map<String, Value>) -> Value {
    json!({ "verification": { "trust_framework": null }, "claims": claims })
}

fn names(told: &Value) -> Vec<&str> {
    told["claims"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// The first supported claim comes in both places, however it is asked for; what else is asked for does not.
async fn comes(mode: Mode, how: Value, more: Option<(&str, Value)>) {
    let mut run = Run::start(mode).await;
    let mut claims = run.first(&how);
    let wanted: Vec<String> = claims.keys().cloned().collect();
    claims.extend(more.map(|(name, how)| (name.to_owned(), how)));
    let came = run.both(&element(&claims)).await;
    for told in [&came.id_token, &came.userinfo] {
        assert_eq!(names(told), wanted, "{told}");
        let framework = &run.list("trust_frameworks_supported")[0];
        assert_eq!(told["verification"], json!({ "trust_framework": framework }), "no more than was asked for");
    }
}

/// The metadata too: all lists are there, and some claim is supported that is not among the verified ones.
pub async fn ekyc_server_happypath(mode: Mode) {
    let run = Run::start(mode).await;
    assert_eq!(run.metadata["claims_parameter_supported"], true);
    assert!(run.list("evidence_supported").contains(&json!("document")));
    run.list("documents_supported");
    run.list("documents_check_methods_supported");
    let plain = run.list("claims_supported").iter();
    let verified = run.list("claims_in_verified_claims_supported");
    assert!(plain.filter(|name| !verified.contains(name)).count() > 0);
    comes(mode, json!(null), None).await;
}

pub async fn ekyc_server_happypath_emptyobject(mode: Mode) {
    comes(mode, json!({}), None).await;
}

pub async fn ekyc_server_happypath_essentialfalse(mode: Mode) {
    comes(mode, json!({ "essential": false }), None).await;
}

pub async fn ekyc_server_unknown_claim_omitted(mode: Mode) {
    comes(mode, json!(null), Some(("c2a0b7f1-unknown", json!(null)))).await;
}

pub async fn ekyc_server_unknown_essential_claim_omitted(mode: Mode) {
    comes(mode, json!(null), Some(("c2a0b7f1-unknown", json!({ "essential": true })))).await;
}

pub async fn ekyc_server_unknown_claim_specialchars_omitted(mode: Mode) {
    comes(mode, json!(null), Some(("claim%1/a&,.b", json!(null)))).await;
}

/// The one claim that is asked for has another value: there is no such claim in the answer.
pub async fn ekyc_server_one_claim_with_random_value_omitted(mode: Mode) {
    let mut run = Run::start(mode).await;
    let claims = run.first(&json!({ "value": "7d0e4c1e-7a5b-4f5e-9a51-6f0a3b1a2c3d" }));
    let came = run.both(&element(&claims)).await;
    assert!(names(&came.id_token).is_empty() && names(&came.userinfo).is_empty(), "{}", came.userinfo);
}

pub async fn ekyc_server_request_only_in_idtoken(mode: Mode) {
    let mut run = Run::start(mode).await;
    let element = element(&run.first(&json!(null)));
    let came = run.ask(&json!({ "id_token": { "verified_claims": element } })).await;
    assert!(names(&came.id_token).len() == 1 && came.userinfo.is_null(), "{}", came.userinfo);
}

pub async fn ekyc_server_request_only_in_userinfo(mode: Mode) {
    let mut run = Run::start(mode).await;
    let element = element(&run.first(&json!(null)));
    let came = run.ask(&json!({ "userinfo": { "verified_claims": element } })).await;
    assert!(names(&came.userinfo).len() == 1 && came.id_token.is_null(), "{}", came.id_token);
}

/// What the person's document says, as the suite is told of it in its configuration.
fn known(run: &Run) -> Value {
    json!({
        "verification": {
            "trust_framework": run.list("trust_frameworks_supported")[0],
            "assurance_level": "document_dual",
            "evidence": [{
                "type": "document",
                "check_details": [{ "check_method": "vri" }],
                "document_details": { "type": "passport", "issuer": { "country_code": "EGY" }, "date_of_expiry": "2034-05-01" },
            }],
        },
        "claims": {
            "given_name": GIVEN_NAME, "family_name": FAMILY_NAME, "birthdate": BIRTHDATE, "nationalities": ["EGY"],
        },
    })
}

/// A request for what is known: each value demanded where the standard lets it be.
fn request_for(known: &Value) -> Value {
    let claims: Map<String, Value> =
        known["claims"].as_object().expect("an object").keys().map(|name| (name.clone(), Value::Null)).collect();
    let value = |pointer: &str| json!({ "value": known.pointer(pointer) });
    let mut verification = json!({ "trust_framework": value("/verification/trust_framework") });
    if known.pointer("/verification/evidence").is_some() {
        verification["assurance_level"] = value("/verification/assurance_level");
        verification["evidence"] = json!([{
            "type": value("/verification/evidence/0/type"),
            "check_details": [{ "check_method": value("/verification/evidence/0/check_details/0/check_method") }],
            "document_details": {
                "type": value("/verification/evidence/0/document_details/type"),
                "issuer": { "country_code": null },
                "date_of_expiry": null,
            },
        }]);
    }
    json!({ "verification": verification, "claims": claims })
}

/// Requests of the operator's own, one authorization each.
pub async fn ekyc_server_testuserprovidedrequest(mode: Mode) {
    let mut run = Run::start(mode).await;
    let known = known(&run);
    let names = json!({ "given_name": null, "family_name": { "essential": true } });
    for (verification, is_met) in [
        (
            json!({ "trust_framework": null, "time": { "max_age": 63_113_852 }, "assurance_level": { "values": ["document", "document_dual"] } }),
            true,
        ),
        (request_for(&known)["verification"].clone(), true),
        (json!({ "trust_framework": { "values": ["gold", "silver"] } }), false),
    ] {
        let element = json!({ "verification": verification, "claims": names });
        let came = run.both(&element).await;
        for told in [&came.id_token, &came.userinfo] {
            assert_eq!(!told.is_null(), is_met, "{verification}: {told}");
            if is_met {
                assert_eq!(told["claims"], json!({ "given_name": GIVEN_NAME, "family_name": FAMILY_NAME }));
                let members = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
                let (mut asked, mut had) = (members(&verification), members(&told["verification"]));
                asked.sort();
                had.sort();
                assert_eq!(asked, had, "{told}");
            }
        }
    }
}

pub async fn ekyc_server_testbasedonuserinfo_defaults(mode: Mode) {
    let mut run = Run::start(mode).await;
    let known = known(&run);
    let came = run.ask(&json!({ "userinfo": { "verified_claims": request_for(&known) } })).await;
    assert_eq!(came.userinfo["claims"], known["claims"]);
    for member in ["trust_framework", "assurance_level"] {
        assert_eq!(came.userinfo["verification"][member], known["verification"][member]);
    }
    let (evidence, wanted) = (&came.userinfo["verification"]["evidence"][0], &known["verification"]["evidence"][0]);
    assert_eq!(evidence["document_details"], wanted["document_details"]);
    assert_eq!(evidence["check_details"][0], wanted["check_details"][0]);
    assert!(came.id_token.is_null());
}

/// Data of the kind that discovery does not promise: nothing of it comes, and it is no error.
pub async fn ekyc_server_test_userinfo_notfoundinop(mode: Mode) {
    let mut run = Run::start(mode).await;
    let framework = run.list("trust_frameworks_supported")[0].clone();
    for (known, is_told) in [
        (json!({ "verification": { "trust_framework": "de_aml" }, "claims": { "given_name": "x" } }), false),
        (json!({ "verification": { "trust_framework": framework }, "claims": { "place_of_birth": {} } }), false),
        (
            json!({ "verification": { "trust_framework": framework }, "claims": { "place_of_birth": {}, "given_name": "x" } }),
            true,
        ),
    ] {
        let came = run.ask(&json!({ "userinfo": { "verified_claims": request_for(&known) } })).await;
        assert_eq!(!came.userinfo.is_null(), is_told, "{known}: {}", came.userinfo);
    }
}
