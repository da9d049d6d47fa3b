//! The metadata truth test: whatever discovery says is used, value by value, through the doors; what it does not say is
//! refused there; and what the settings turn off is neither said nor done.

mod bench;
mod defaults;
mod endpoints;
mod envelopes;
mod identity;
mod people;
mod refused;
mod requests;
mod signatures;
mod tokens;

use std::collections::BTreeSet;

use futures_util::future::LocalBoxFuture;
use serde_json::Value;

use bench::Bench;

type Each = for<'a> fn(&'a mut Bench, &'a str) -> LocalBoxFuture<'a, ()>;
type Whole = for<'a> fn(&'a mut Bench, &'a Value) -> LocalBoxFuture<'a, ()>;

/// How a member is put to use.
enum Probe {
    /// Each value of its list by itself. A value that the probe cannot use makes it fail.
    Each(Each),
    /// The member as it is.
    Whole(Whole),
}

type Row = (&'static str, Probe);

/// Every member that discovery may have.
const GROUPS: &[(&str, &[Row])] = &[
    ("endpoints", endpoints::PROBES),
    ("people", people::PROBES),
    ("identity", identity::PROBES),
    ("requests", requests::PROBES),
    ("tokens", tokens::PROBES),
    ("envelopes", envelopes::PROBES),
];

async fn try_all(group: &str) {
    let mut bench = if group == "people" { Bench::of_verified().await } else { Bench::new().await };
    let metadata = &bench.house.metadata;
    let (_, rows) = GROUPS.iter().find(|(name, _)| *name == group).expect("a group");
    for (member, probe) in *rows {
        let value = &metadata[*member];
        assert!(!value.is_null(), "{member} has a probe and is not promised");
        // What failed is read off the last of these lines.
        println!("{member}: {value}");
        match probe {
            Probe::Whole(probe) => probe(&mut bench, value).await,
            Probe::Each(probe) => {
                let values = value.as_array().unwrap_or_else(|| panic!("{member} is no list: {value}"));
                assert!(!values.is_empty(), "{member} is empty");
                for value in values {
                    println!("  {member}: {value}");
                    probe(&mut bench, value.as_str().expect("a text")).await;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_has_a_probe() {
    let bench = Bench::new().await;
    let promised: BTreeSet<&str> = bench.house.metadata.as_object().expect("an object").keys().map(|k| &**k).collect();
    let probed: Vec<&str> = GROUPS.iter().flat_map(|(_, rows)| rows.iter().map(|(member, _)| *member)).collect();
    assert_eq!(probed.iter().collect::<BTreeSet<_>>().len(), probed.len(), "a member has two probes");
    assert_eq!(promised, probed.into_iter().collect(), "promised on the left, probed on the right");
    // Lists are sets, and none is empty.
    for (member, value) in bench.house.metadata.as_object().expect("an object") {
        if let Some(values) = value.as_array() {
            let texts: BTreeSet<&str> = values.iter().filter_map(Value::as_str).collect();
            assert!(!texts.is_empty() && texts.len() == values.len(), "{member}: {value}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_does_its_work() {
    try_all("endpoints").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scope_claim_and_wish_about_people_is_fulfilled() {
    try_all("people").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_verified_claim_and_evidence_is_told() {
    try_all("identity").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_asking_and_answering_works() {
    try_all("requests").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_grant_type_and_client_authentication_works() {
    try_all("tokens").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_signature_and_encryption_works() {
    try_all("envelopes").await;
}
