//! Sender constraint on both databases, past the doors: proofs that race between nodes, nonces as time goes by.

use serde_json::json;
use social_wallet::app::App;
use social_wallet::base::Seconds;
use social_wallet::config::Config;
use social_wallet::error::Error;
use social_wallet::oauth::Code;
use social_wallet::provider::sender::{Shown, nonce, prove, pushed_key};

use crate::stores::{NOW, Nodes, on_both, on_both_with};
use crate::support::proofs::{Jws, ProofKey};

fn proof(app: &App, key: &ProofKey) -> Jws {
    key.proof("POST", &format!("{}/par", app.config.issuer())).claim("iat", json!(app.now().unix()))
}

fn shown(proofs: &[&Jws]) -> Shown {
    let proofs = proofs.iter().map(|proof| proof.text()).collect();
    Shown { proofs, method: "POST".to_owned(), path: "/par".to_owned(), certificate: None }
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Code {
    match outcome {
        Err(Error::Protocol(error)) => error.code(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s11_1_of_64_on_two_nodes_that_show_one_proof_one_wins() {
    on_both(async |house: Nodes| {
        let key = ProofKey::generate();
        for _ in 0..5 {
            let once = shown(&[&proof(&house.nodes[0], &key)]);
            let racers: Vec<_> = (0..64)
                .map(|n| {
                    let (app, once) = (house.nodes[n % 2].clone(), once.clone());
                    tokio::spawn(async move { prove(&app, &once, None).await })
                })
                .collect();
            let mut winners = 0;
            for racer in racers {
                match racer.await.expect("no panic") {
                    Ok(jkt) => {
                        assert_eq!(jkt, Some(key.thumbprint()));
                        winners += 1;
                    }
                    Err(Error::Fault(_)) => {}
                    refused => assert_eq!(code(refused), Code::InvalidDpopProof),
                }
            }
            assert_eq!(winners, 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s11_1_a_proof_is_remembered_for_as_long_as_it_fits() {
    on_both(async |house: Nodes| {
        let [app, _] = &house.nodes;
        let key = ProofKey::generate();
        let ahead = shown(&[&proof(app, &key).claim("iat", json!(NOW.unix() + 60))]);
        assert!(prove(app, &ahead, None).await.is_ok());
        let mut passed = 0;
        while passed < 140 {
            assert_eq!(code(prove(app, &ahead, None).await), Code::InvalidDpopProof, "after {passed} s");
            social_wallet::jobs::upkeep::sweep(app).await.expect("a sweep");
            app.clock.advance(Seconds(10));
            passed += 10;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s8_nonces_change_and_the_one_before_still_counts() {
    let mut config = Config::default();
    config.dpop.require_nonce = true;
    on_both_with(config, async |house: Nodes| {
        let [a, b] = &house.nodes;
        assert_eq!(nonce(a), nonce(b), "every node hands out the same");
        let key = ProofKey::generate();
        let first = nonce(a);
        let with = async |nonce: &str| {
            let shown = shown(&[&proof(a, &key).claim("nonce", json!(nonce))]);
            prove(a, &shown, None).await
        };
        assert_eq!(code(prove(a, &shown(&[&proof(a, &key)]), None).await), Code::UseDpopNonce);
        assert!(with(&first).await.is_ok());
        a.clock.advance(Seconds::minutes(5));
        assert_ne!(nonce(a), first);
        assert!(with(&first).await.is_ok() && with(&nonce(a)).await.is_ok(), "the one before, and the one of now");
        a.clock.advance(Seconds::minutes(5));
        assert_eq!(code(with(&first).await), Code::UseDpopNonce, "not the one before that");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s10_1_a_proof_with_a_pushed_request_names_the_key_of_its_code() {
    on_both(async |house: Nodes| {
        let [app, _] = &house.nodes;
        let (key, other) = (ProofKey::generate(), ProofKey::generate());
        let (jkt, foreign) = (key.thumbprint(), other.thumbprint());
        let none = Shown::default();
        assert_eq!(pushed_key(app, None, &none).await.expect("nothing"), None);
        assert_eq!(pushed_key(app, Some(&jkt), &none).await.expect("the parameter"), Some(jkt.clone()));
        let proven = pushed_key(app, None, &shown(&[&proof(app, &key)])).await;
        assert_eq!(proven.expect("the proof"), Some(jkt.clone()));
        let both = pushed_key(app, Some(&jkt), &shown(&[&proof(app, &key)])).await;
        assert_eq!(both.expect("both"), Some(jkt));
        let differ = pushed_key(app, Some(&foreign), &shown(&[&proof(app, &key)])).await;
        assert_eq!(code(differ), Code::InvalidDpopProof);
        let two = pushed_key(app, None, &shown(&[&proof(app, &key), &proof(app, &key)])).await;
        assert_eq!(code(two), Code::InvalidDpopProof);
    })
    .await;
}
