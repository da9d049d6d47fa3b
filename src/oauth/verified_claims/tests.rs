//! By the sections of OpenID Connect for Identity Assurance 1.0.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::base::Time;
use crate::oauth::error::{Code, Error};

/// 2026-11-25T12:00:00Z.
const NOW: Time = Time::from_unix(1_795_608_000);
const FRAMEWORK: &str = "https://wallet.example/trust-framework/1";
const MOST: usize = 6 * 1024;
const CLAIMS: [&str; 4] = ["given_name", "family_name", "birthdate", "nationalities"];

fn held() -> Held {
    let members = |value: Value| value.as_object().cloned().unwrap();
    Held {
        verification: members(json!({
            "trust_framework": FRAMEWORK,
            "assurance_level": "document_dual",
            "assurance_process": {
                "policy": FRAMEWORK,
                "procedure": "document_dual",
                "assurance_details": [
                    {"assurance_type": "evidence_validation", "evidence_ref": [{"check_id": "ver_a"}]},
                    {"assurance_type": "verification", "evidence_ref": [{"check_id": "ver_b"}]},
                ],
            },
            "time": "2026-11-01T00:00:00Z",
            "verification_process": "ver_c",
            "evidence": [{
                "type": "document",
                "check_details": [
                    {"check_method": "vri", "check_id": "ver_a", "time": "2026-11-01T00:00:00Z"},
                    {"check_method": "pvr", "check_id": "ver_b", "time": "2026-11-01T00:00:00Z"},
                ],
                "document_details": {
                    "type": "passport",
                    "issuer": {"country_code": "DEU"},
                    "date_of_issuance": "2021-05-02",
                    "date_of_expiry": "2031-05-01",
                },
            }],
        })),
        claims: members(json!({
            "given_name": "Ada", "family_name": "Example", "birthdate": "1990-01-31", "nationalities": ["DEU"],
        })),
    }
}

fn read_here(value: &Value) -> Result<Vec<Element>, Error> {
    read(value, &|name| claim_of(name).is_some_and(|claim| CLAIMS.contains(&claim)))
}

fn told_with(value: &Value, allowed: &[&str]) -> Option<Answered> {
    let elements = read_here(value).unwrap_or_else(|error| panic!("{error:?}: {value}"));
    answer(&elements, &held(), |name| allowed.contains(&claim_of(name).unwrap_or(name)), NOW, MOST)
}

const ALL: [&str; 5] = ["given_name", "family_name", "birthdate", "nationalities", EVIDENCE];

/// What is told where everything is allowed; null where that is nothing.
fn told(value: &Value) -> Value {
    told_with(value, &ALL).map_or(Value::Null, |answered| answered.value)
}

/// A request for the given name, with this of the verification beside the trust framework.
fn name_if(verification: &Value) -> Value {
    let mut all = json!({ "trust_framework": null });
    let members = all.as_object_mut().unwrap();
    members.extend(verification.as_object().unwrap().clone());
    json!({ "verification": all, "claims": { "given_name": null } })
}

fn claims(asked: &Value) -> Value {
    told(&json!({ "verification": { "trust_framework": null }, "claims": asked }))["claims"].clone()
}

#[test]
fn ida_s5_3_requesting_end_user_claims() {
    for how in [json!(null), json!({}), json!({"essential": false}), json!({"essential": true}), json!({"odd": 1})] {
        let told = told(&json!({ "verification": { "trust_framework": how }, "claims": { "given_name": how } }));
        let whole = json!({ "verification": { "trust_framework": FRAMEWORK }, "claims": { "given_name": "Ada" } });
        assert_eq!(told, whole, "{how}: nothing that was not asked for (§7)");
    }
    assert_eq!(
        claims(&json!({ "birthdate": null, "nationalities": null })),
        json!({ "birthdate": "1990-01-31", "nationalities": ["DEU"] })
    );
}

#[test]
fn ida_s5_4_requesting_verification_data() {
    for (name, asked, verification) in [
        ("the time", json!({"time": null}), json!({"time": "2026-11-01T00:00:00Z"})),
        ("the level", json!({"assurance_level": null}), json!({"assurance_level": "document_dual"})),
        ("the process", json!({"verification_process": {}}), json!({"verification_process": "ver_c"})),
        (
            "one step deeper",
            json!({"evidence": [{"type": {"value": "document"}}]}),
            json!({"evidence": [{"type": "document"}]}),
        ),
        (
            "parts of the document",
            json!({"evidence": [{"type": {"value": "document"},
                "document_details": {"type": null, "issuer": {"country_code": null, "name": null}, "document_number": null}}]}),
            json!({"evidence": [{"type": "document",
                "document_details": {"type": "passport", "issuer": {"country_code": "DEU"}}}]}),
        ),
        (
            "checks filtered by one of their members",
            json!({"evidence": [{"type": {"value": "document"}, "check_details": [{"check_method": {"value": "pvr"}, "check_id": null}]}]}),
            json!({"evidence": [{"type": "document", "check_details": [{"check_method": "pvr", "check_id": "ver_b"}]}]}),
        ),
        (
            "several filters are joined by OR, each tells what it asks for",
            json!({"evidence": [{"type": {"value": "vouch"}}, {"type": {"value": "document"}, "document_details": {"type": null}},
                {"type": {"value": "document"}, "document_details": {"type": null, "date_of_expiry": null}}]}),
            json!({"evidence": [{"type": "document", "document_details": {"type": "passport", "date_of_expiry": "2031-05-01"}}]}),
        ),
        (
            "the details of the process with all that they have",
            json!({"assurance_process": {"policy": null, "assurance_details": [{"assurance_type": null}]}}),
            json!({"assurance_process": {"policy": FRAMEWORK, "assurance_details": held().verification["assurance_process"]["assurance_details"]}}),
        ),
    ] {
        let mut whole = json!({ "trust_framework": FRAMEWORK });
        whole.as_object_mut().unwrap().extend(verification.as_object().unwrap().clone());
        assert_eq!(told(&name_if(&asked))["verification"], whole, "{name}");
    }
}

#[test]
fn ida_s5_5_1_value_and_values_in_the_verification() {
    let evidence = |members: Value| {
        let mut entry = json!({ "type": { "value": "document" } });
        entry.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        json!({ "evidence": [entry] })
    };
    for (asked, is_met) in [
        (json!({"trust_framework": {"value": FRAMEWORK}}), true),
        (json!({"trust_framework": {"values": ["gold", FRAMEWORK]}}), true),
        (json!({"trust_framework": {"value": "eidas"}}), false),
        (json!({"trust_framework": {"values": ["gold", "silver"]}}), false),
        (json!({"assurance_level": {"values": ["document", "document_dual"]}}), true),
        (json!({"assurance_level": {"value": "document"}}), false),
        (json!({"assurance_level": {"value": "document", "essential": false}}), false),
        (json!({"assurance_process": {"procedure": {"value": "document_dual"}}}), true),
        (json!({"assurance_process": {"procedure": {"value": "other"}}}), false),
        (json!({"assurance_process": {"assurance_details": [{"assurance_type": {"value": "verification"}}]}}), true),
        (json!({"assurance_process": {"assurance_details": [{"assurance_type": {"value": "other"}}]}}), false),
        (
            json!({"assurance_process": {"assurance_details": [{"evidence_ref": [{"check_id": null,
                "evidence_metadata": {"evidence_classification": {"value": "x"}}}]}]}}),
            false,
        ),
        (json!({"evidence": [{"type": {"value": "electronic_record"}}]}), false),
        (json!({"evidence": [{"type": {"value": "electronic_record"}}, {"type": {"value": "document"}}]}), true),
        (evidence(json!({"document_details": {"type": {"values": ["idcard", "passport"]}}})), true),
        (evidence(json!({"document_details": {"type": {"value": "idcard"}}})), false),
        (evidence(json!({"document_details": {"type": null, "issuer": {"country_code": {"value": "FRA"}}}})), false),
        (evidence(json!({"check_details": [{"check_method": {"value": "pipp"}}]})), false),
        (
            evidence(
                json!({"check_details": [{"check_method": {"value": "pipp"}}, {"check_method": {"value": "vri"}}]}),
            ),
            true,
        ),
        (evidence(json!({"check_details": [{"check_method": {"values": ["pipp", "pvr"]}}]})), true),
        // A member that is not known: the wish is passed over, the demand is not met.
        (json!({"odd": null, "odder": {"essential": true}, "oddest": [{"x": {}}]}), true),
        (json!({"odd": {"x": [{"y": {"value": 1}}]}}), false),
        (json!({"odd": {"max_age": 5}}), false),
    ] {
        let told = told(&name_if(&asked));
        assert_eq!(!told.is_null(), is_met, "{asked}: {told}");
    }
}

#[test]
fn ida_s5_5_2_max_age() {
    let day = 86_400;
    let document = |member: &str, age: i64| json!({"evidence": [{"type": {"value": "document"}, "document_details": {"type": null, member: {"max_age": age}}}]});
    for (asked, is_met) in [
        // Twenty-four and a half days ago.
        (json!({"time": {"max_age": 24 * day + day / 2}}), true),
        (json!({"time": {"max_age": 24 * day + day / 2 - 1}}), false),
        (json!({"time": {"max_age": 0}}), false),
        (json!({"time": {"max_age": u64::MAX}}), true),
        // A date counts from its last second on: 2032 days and the half of today, less a day and more a second.
        (document("date_of_issuance", 2032 * day + day / 2 + 1), true),
        (document("date_of_issuance", 2032 * day + day / 2), false),
        // What is to come has no age yet.
        (document("date_of_expiry", 0), true),
        (
            json!({"evidence": [{"type": {"value": "document"},
            "check_details": [{"check_method": null, "time": {"max_age": day}}]}]}),
            false,
        ),
        // It is for dates alone, and for what is there.
        (json!({"assurance_level": {"max_age": 1}}), true),
        (
            json!({"evidence": [{"type": {"value": "document"},
            "document_details": {"type": null, "serial_number": {"max_age": 1}}}]}),
            false,
        ),
    ] {
        let told = told(&name_if(&asked));
        assert_eq!(!told.is_null(), is_met, "{asked}: {told}");
    }
    assert_eq!(claims(&json!({ "birthdate": { "max_age": day }, "given_name": null })), json!({ "given_name": "Ada" }));
    assert_eq!(claims(&json!({ "given_name": { "max_age": 1 } })), json!({ "given_name": "Ada" }));
}

#[test]
fn ida_s5_6_elements_are_answered_each_by_itself() {
    let element = |framework: &str, claim: &str| json!({ "verification": { "trust_framework": { "value": framework } }, "claims": { claim: null } });
    let [ours, other, unknown] =
        [element(FRAMEWORK, "given_name"), element("gold", "given_name"), element(FRAMEWORK, "shoe_size")];
    let second = element(FRAMEWORK, "family_name");
    let names = |told: &Value| -> Vec<String> {
        let each = told.as_array().into_iter().flatten();
        each.flat_map(|one| one["claims"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()).collect()
    };
    assert_eq!(told(&json!([second, other, ours])).as_array().map(Vec::len), Some(2), "several: a list");
    assert_eq!(names(&told(&json!([second, other, ours]))), ["family_name", "given_name"], "in order");
    assert_eq!(names(&told(&json!([ours, ours]))), ["given_name", "given_name"], "as often as it is asked for");
    assert_eq!(told(&json!([other, ours, unknown])), told(&ours), "one: an object");
    assert_eq!(told(&json!([other, unknown])), Value::Null, "none: nothing");
    assert_eq!(told(&json!([])), Value::Null);
}

#[test]
fn ida_s5_7_2_what_is_unknown_or_not_there_is_left_out() {
    for asked in [
        json!({ "shoe_size": null, "given_name": null }),
        json!({ "shoe_size": { "essential": true }, "given_name": null }),
        json!({ "claim%1/a&,.b": { "value": "x" }, "given_name": null }),
        json!({ "place_of_birth": null, "verification.evidence": null, "evidence": null, "given_name": null }),
    ] {
        assert_eq!(claims(&asked), json!({ "given_name": "Ada" }), "{asked}");
        assert_eq!(
            read_here(&json!({ "verification": { "trust_framework": null }, "claims": asked })).unwrap()[0]
                .names()
                .collect::<Vec<_>>(),
            ["verified_claims.given_name"],
            "nobody is asked about it"
        );
    }
    assert_eq!(claims(&json!({ "shoe_size": { "essential": true } })), Value::Null);
}

#[test]
fn ida_s5_7_3_what_is_not_allowed_is_as_if_it_were_not_there() {
    let asked = json!({
        "verification": { "trust_framework": null, "evidence": [{ "type": { "value": "document" } }] },
        "claims": { "given_name": null, "family_name": null },
    });
    let all = told_with(&asked, &ALL).unwrap();
    let names = ["verification.evidence", "verified_claims.family_name", "verified_claims.given_name"];
    assert_eq!(all.names, names.map(str::to_owned).into());
    let less = told_with(&asked, &["given_name", EVIDENCE]).unwrap();
    assert_eq!(less.value["claims"], json!({ "given_name": "Ada" }));
    assert!(told_with(&asked, &[EVIDENCE]).is_none());
    // A demand on what is not allowed must not tell whether it is so.
    assert!(told_with(&asked, &["given_name"]).is_none(), "the type of the evidence is demanded");
    let born = |day: &str| json!({ "verification": { "trust_framework": null }, "claims": { "birthdate": { "value": day }, "given_name": null } });
    let [right, wrong] = ["1990-01-31", "1990-02-01"].map(|day| told_with(&born(day), &["given_name"]).unwrap());
    assert_eq!(right, wrong);
}

#[test]
fn ida_s5_7_4_a_claim_that_does_not_fit_is_left_out() {
    for (asked, left) in [
        (json!({ "given_name": { "value": "Bob" }, "family_name": null }), json!({ "family_name": "Example" })),
        (json!({ "given_name": { "values": ["Bob", "Ada"] } }), json!({ "given_name": "Ada" })),
        (json!({ "given_name": { "value": "Bob", "essential": true } }), Value::Null),
        (json!({ "given_name": { "value": "ada" } }), Value::Null),
        (json!({ "nationalities": { "value": ["DEU"] } }), json!({ "nationalities": ["DEU"] })),
        (json!({ "nationalities": { "values": [["FRA"], ["DEU"]] } }), json!({ "nationalities": ["DEU"] })),
        (json!({ "nationalities": { "value": "DEU" } }), Value::Null),
    ] {
        assert_eq!(claims(&asked), left, "{asked}");
    }
}

#[test]
fn ida_s5_7_5_what_lacks_a_part_that_it_must_have_is_left_out() {
    let details = json!({"evidence": [{"type": {"value": "document"}, "document_details": {"date_of_expiry": null}}]});
    assert_eq!(
        told(&name_if(&details))["verification"]["evidence"],
        json!([{ "type": "document" }]),
        "no type, no details"
    );
    let nothing = json!({"evidence": [{"type": {"value": "document"}, "document_details": {"type": null, "issuer": {"name": null}}}]});
    let told = told(&name_if(&nothing));
    assert_eq!(told["verification"]["evidence"][0]["document_details"], json!({ "type": "passport" }));
}

#[test]
fn ida_s5_8_the_claims_of_a_scope() {
    let element = of_scope(CLAIMS);
    let told = answer(&[element], &held(), |_| true, NOW, MOST).unwrap();
    let Value::Object(verification) = &told.value["verification"] else { panic!("{told:?}") };
    assert_eq!(
        verification.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from(["assurance_level", "time", "trust_framework"])
    );
    assert_eq!(told.value["claims"], Value::Object(held().claims));
    assert!(!told.names.contains(EVIDENCE));
}

#[test]
fn wallet_s14_2_a_read_can_demand_a_younger_verification() {
    let day = 86_400;
    let any = read_here(&name_if(&json!({}))).unwrap();
    let strict = read_here(&name_if(&json!({"time": {"max_age": 20 * day}}))).unwrap();
    for (elements, age, is_met) in [(&any, 30, true), (&any, 24, false), (&strict, 30, false)] {
        let told = answer(&within(elements, age * day), &held(), |_| true, NOW, MOST);
        assert_eq!(told.is_some(), is_met, "{age}");
        let has_time = told.is_none_or(|told| told.value["verification"]["time"].is_string());
        assert!(has_time, "what is demanded is told");
    }
}

#[test]
fn wallet_s5_an_answer_does_not_grow_without_bound() {
    let one = name_if(&json!({}));
    let size = told(&one).to_string().len();
    let elements = read_here(&Value::Array(vec![one; 10])).unwrap();
    let fits = answer(&elements, &held(), |_| true, NOW, 3 * size + 1).unwrap();
    assert_eq!(fits.value.as_array().map(Vec::len), Some(3));
    assert!(answer(&elements, &held(), |_| true, NOW, size - 1).is_none());
}

#[test]
fn wallet_s6_2_refusals_of_what_is_not_well_formed() {
    let with = |verification: Value, claims: Value| json!({ "verification": verification, "claims": claims });
    let name = || json!({ "given_name": null });
    let framework = |more: Value| {
        let mut all = json!({ "trust_framework": null });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        with(all, json!({ "given_name": null }))
    };
    let evidence = |entry: Value| framework(json!({ "evidence": [entry] }));
    for (what, asked) in [
        ("a text", json!("given_name")),
        ("null", json!(null)),
        ("a list of texts", json!(["given_name"])),
        ("eleven elements", Value::Array(vec![framework(json!({})); 11])),
        ("no verification", json!({ "claims": name() })),
        ("verification null", with(json!(null), name())),
        ("no trust framework", with(json!({}), name())),
        ("no claims", json!({ "verification": { "trust_framework": null } })),
        ("claims empty", with(json!({ "trust_framework": null }), json!({}))),
        ("claims a list", with(json!({ "trust_framework": null }), json!(["given_name"]))),
        ("a claim true", with(json!({ "trust_framework": null }), json!({ "given_name": true }))),
        ("an unknown claim true", with(json!({ "trust_framework": null }), json!({ "x": true, "given_name": null }))),
        (
            "essential as text",
            with(json!({ "trust_framework": null }), json!({ "given_name": { "essential": "yes" } })),
        ),
        (
            "value and values",
            with(json!({ "trust_framework": null }), json!({ "given_name": { "value": 1, "values": [1] } })),
        ),
        ("values empty", with(json!({ "trust_framework": { "values": [] } }), name())),
        ("trust framework a text", with(json!({ "trust_framework": "x" }), name())),
        ("max_age negative", framework(json!({ "time": { "max_age": -1 } }))),
        ("max_age as text", framework(json!({ "time": { "max_age": "1" } }))),
        ("evidence null", framework(json!({ "evidence": null }))),
        ("evidence an object", framework(json!({ "evidence": { "type": { "value": "document" } } }))),
        ("evidence without entries", framework(json!({ "evidence": [] }))),
        ("an entry without a type", evidence(json!({ "document_details": { "type": null } }))),
        ("an entry whose type is null", evidence(json!({ "type": null }))),
        ("an entry of several types (§5.4)", evidence(json!({ "type": { "values": ["document"] } }))),
        (
            "an entry of one and several types",
            evidence(json!({ "type": { "value": "document", "values": ["document"] } })),
        ),
        (
            "checks without a method",
            evidence(json!({ "type": { "value": "document" }, "check_details": [{ "time": null }] })),
        ),
        ("details null", evidence(json!({ "type": { "value": "document" }, "document_details": null }))),
        ("process null", framework(json!({ "assurance_process": null }))),
        ("a purpose too short", with(json!({ "trust_framework": null }), json!({ "given_name": { "purpose": "ab" } }))),
        (
            "a purpose too long",
            with(json!({ "trust_framework": null }), json!({ "given_name": { "purpose": "x".repeat(301) } })),
        ),
        (
            "a purpose that is a number",
            with(json!({ "trust_framework": null }), json!({ "given_name": { "purpose": 123 } })),
        ),
    ] {
        assert_eq!(read_here(&asked).map(drop).unwrap_err().code(), Code::InvalidRequest, "{what}");
    }
}

#[test]
fn wallet_s6_2_8_purposes_are_kept_as_they_are() {
    for purpose in ["abc", "<b>To know you</b> & \"more\"", &"ب".repeat(300)] {
        let asked =
            json!({ "verification": { "trust_framework": null }, "claims": { "given_name": { "purpose": purpose } } });
        let elements = read_here(&asked).unwrap();
        assert_eq!(elements[0].claim("given_name").and_then(|asked| asked.purpose.as_deref()), Some(purpose));
        let kept: Vec<Element> = serde_json::from_value(serde_json::to_value(&elements).unwrap()).unwrap();
        assert_eq!(kept, elements, "as it is kept with an authorization");
    }
}

/// Requests with all sorts of members, known and unknown, demanded or not.
fn any_want() -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        Just(json!("Ada")),
        Just(json!("passport")),
        Just(json!(FRAMEWORK)),
        Just(json!("pvr")),
        Just(json!("x"))
    ];
    prop_oneof![
        3 => Just(Value::Null),
        1 => Just(json!({"essential": true})),
        1 => value.prop_map(|value| json!({ "value": value })),
        1 => (0..4_000_000_000_u64).prop_map(|age| json!({ "max_age": age })),
    ]
}

fn any_members(names: &'static [&'static str]) -> impl Strategy<Value = Map<String, Value>> {
    let one = (proptest::sample::select(names), any_want()).prop_map(|(name, want)| (name.to_owned(), want));
    proptest::collection::vec(one, 0..5).prop_map(|all| all.into_iter().collect())
}

fn any_element() -> impl Strategy<Value = Value> {
    let top = any_members(&["assurance_level", "time", "verification_process", "odd"]);
    let details = any_members(&["type", "date_of_issuance", "date_of_expiry", "document_number"]);
    let checks = any_members(&["check_id", "time", "organization"]);
    let claims = any_members(&["given_name", "family_name", "birthdate", "nationalities", "shoe_size"]);
    (top, details, checks, claims, any::<bool>(), any_want()).prop_map(
        |(top, details, mut checks, mut claims, deep, first)| {
            let mut verification = top;
            verification.insert("trust_framework".to_owned(), first);
            checks.insert("check_method".to_owned(), Value::Null);
            if deep {
                let entry =
                    json!({ "type": { "value": "document" }, "document_details": details, "check_details": [checks] });
                verification.insert("evidence".to_owned(), json!([entry]));
            }
            claims.entry("given_name").or_insert(Value::Null);
            json!({ "verification": verification, "claims": claims })
        },
    )
}

/// Whether everything in `told` is in `held` too, at the same place.
fn is_part_of(told: &Value, held: &Value) -> bool {
    match (told, held) {
        (Value::Object(told), Value::Object(held)) => {
            told.iter().all(|(name, value)| held.get(name).is_some_and(|held| is_part_of(value, held)))
        }
        (Value::Array(told), Value::Array(held)) => {
            told.iter().all(|one| held.iter().any(|held| is_part_of(one, held)))
        }
        (told, held) => told == held,
    }
}

/// Whether everything in `told` was asked for, but for what comes whole.
fn is_asked(told: &Value, asked: &Value) -> bool {
    match (told, asked) {
        (Value::Object(told), Value::Object(asked)) => {
            told.iter().all(|(name, value)| asked.get(name).is_some_and(|asked| is_asked(value, asked)))
        }
        (Value::Array(told), Value::Array(asked)) if asked.iter().all(Value::is_object) => {
            told.iter().all(|one| asked.iter().any(|asked| is_asked(one, asked)))
        }
        _ => true,
    }
}

proptest! {
    #[test]
    fn never_more_than_asked_and_allowed(elements in proptest::collection::vec(any_element(), 1..4), allowed: u8) {
        let names: Vec<&str> = ALL.iter().enumerate().filter(|(at, _)| allowed >> at & 1 == 1).map(|(_, name)| *name).collect();
        let Some(answered) = told_with(&Value::Array(elements.clone()), &names) else { return Ok(()) };
        let told = match &answered.value { Value::Array(all) => all.clone(), one => vec![one.clone()] };
        prop_assert!(told.len() <= elements.len());
        let held = held();
        let whole = json!({ "verification": held.verification, "claims": held.claims });
        for one in &told {
            prop_assert!(is_part_of(one, &whole), "{}", one);
            prop_assert!(elements.iter().any(|element| is_asked(one, element)), "{}", one);
            prop_assert!(one["claims"].as_object().unwrap().keys().all(|claim| names.contains(&claim.as_str())));
            prop_assert!(one["verification"].get("evidence").is_none() || names.contains(&EVIDENCE));
            prop_assert_eq!(&one["verification"]["trust_framework"], FRAMEWORK);
        }
        for name in &answered.names {
            prop_assert!(names.contains(&claim_of(name).unwrap_or(name)), "{}", name);
        }
    }

    #[test]
    fn reading_never_panics(text in "\\PC{0,200}", depth in 0..6_usize) {
        let inner = (0..depth).fold(json!(text), |inner, _| json!({ "verification": inner, "claims": [inner] }));
        let _ = read_here(&inner);
    }
}
