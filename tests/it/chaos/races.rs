//! two at once, 400 times. On PostgreSQL they are two processes of the wallet, on SQLite two connections to one.

use super::agreed;
use super::caller::Caller;
use super::platform;
use crate::support::platform::Answer;
use crate::support::server::Backend;
use crate::support::server::Server;

const ROUNDS: usize = 400;

struct Nodes {
    first: Server,
    second: Option<Server>,
    callers: [Caller; 2],
}

async fn nodes() -> Nodes {
    let first = Server::with(&[("SW__LIMITS__ENABLED", "false"), ("SW__LOG__LEVEL", "warn")]).await;
    let second = match first.stores.backend {
        Backend::Embedded => None,
        Backend::Scale => Some(first.beside().await),
    };
    let platform = platform(&first).await;
    let caller = Caller::new(&first, &platform, &agreed(&first, &platform).await);
    let other = caller.at(second.as_ref().unwrap_or(&first));
    Nodes { first, second, callers: [caller, other] }
}

async fn both(
    one: impl Future<Output = reqwest::Result<Answer>>,
    other: impl Future<Output = reqwest::Result<Answer>>,
) -> [Answer; 2] {
    let (one, other) = tokio::join!(one, other);
    [one.expect("an answer"), other.expect("an answer")]
}

#[tokio::test(flavor = "multi_thread")]
async fn security_r09_of_two_nodes_one_redeems_a_code_and_the_replay_ends_its_family() {
    let mut nodes = nodes().await;
    for round in 0..ROUNDS {
        let coded = nodes.callers[round % 2].code().await.expect("an answer").expect("a code");
        let [a, b] = &nodes.callers;
        let answers = both(a.exchange(&coded), b.exchange(&coded)).await;
        let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(won.len(), 1, "round {round}: {:?}", answers.each_ref().map(Answer::text));
        let lost = answers.iter().find(|answer| answer.status != 200).expect("the other one");
        lost.must_refuse(400, "invalid_grant");
        // RFC 6749 §4.1.2: a code used twice takes its tokens along, on every node.
        let tokens = won[0].json();
        let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        for node in &nodes.callers {
            node.userinfo(&text("access_token")).await.expect("an answer").must_refuse(401, "invalid_token");
            node.refresh(&text("refresh_token")).await.expect("an answer").must_refuse(400, "invalid_grant");
        }
    }
    nodes.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn security_r09_of_two_nodes_refreshing_at_once_both_get_the_one_branch() {
    let mut nodes = nodes().await;
    let coded = nodes.callers[0].code().await.expect("an answer").expect("a code");
    let [a, b] = &nodes.callers;
    let mut token = refresh_token(&a.exchange(&coded).await.expect("an answer"));
    for round in 0..ROUNDS {
        let answers = both(a.refresh(&token), b.refresh(&token)).await;
        let successors = answers.each_ref().map(refresh_token);
        // I2: within the grace the second gets what the first got, so there is one live branch.
        assert_eq!(successors[0], successors[1], "round {round}");
        assert_ne!(successors[0], token, "round {round}");
        let [successor, _] = successors;
        token = successor;
    }
    // Two generations back is theft, wherever it is presented: nothing of the family works any more.
    let next = refresh_token(&a.refresh(&token).await.expect("an answer"));
    let last = refresh_token(&b.refresh(&next).await.expect("an answer"));
    b.refresh(&token).await.expect("an answer").must_refuse(400, "invalid_grant");
    a.refresh(&last).await.expect("an answer").must_refuse(400, "invalid_grant");
    nodes.stop();
}

impl Nodes {
    /// In order, so that a server that cannot end is noticed.
    fn stop(&mut self) {
        for server in [Some(&self.first), self.second.as_ref()].into_iter().flatten() {
            assert!(server.stop().success(), "{}", server.log());
        }
    }
}

fn refresh_token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["refresh_token"].as_str().expect("a refresh token").to_owned()
}
