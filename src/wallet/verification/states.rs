//! The life of a verification as a table: what may happen to it where it is, and where it is then (WALLET.md §10.5).

pub use crate::store::database::cases::State;
pub use crate::store::database::reviews::{Outcome, Seat};

/// What can happen to a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Its person agrees, and gets a challenge.
    Consent,
    Submit,
    /// The house has looked at every picture, and all can be used.
    Clean,
    /// A picture cannot be used: another one is asked for.
    Unfit,
    /// A picture does harm.
    Infected,
    Claim,
    /// A reviewer gives it back, or their time is over.
    LoseLock,
    Decide(Outcome),
    Appeal,
    /// Its person gives it up.
    Withdraw,
    /// Nobody went on with it.
    Idle,
    /// The owner of the wallet says that it was not them.
    Dispute,
}

/// Where a verification is after what happens to it; `None` where that cannot happen. `two_person`: whether one
/// approval is not enough.
pub fn step(state: State, act: Act, two_person: bool) -> Option<State> {
    use Outcome::{Again, Approve, Escalate, Fraud, Reject};
    use State as S;
    Some(match (state, act) {
        (S::Draft, Act::Consent) => S::Collecting,
        (S::Collecting, Act::Submit) => S::Scanning,
        (S::Scanning, Act::Clean) => S::Queued,
        (S::Scanning, Act::Unfit) => S::Collecting,
        (S::Scanning, Act::Infected) => S::Rejected,
        (S::Queued, Act::Claim) => S::InReview,
        (S::InReview, Act::LoseLock) => S::Queued,
        (S::InReview, Act::Decide(Approve)) if two_person => S::AwaitingSecond,
        (S::InReview, Act::Decide(Approve)) => S::Approved,
        (S::InReview, Act::Decide(Reject)) => S::Rejected,
        (S::InReview, Act::Decide(Fraud)) => S::Fraud,
        (S::AwaitingSecond, Act::Claim) => S::InReviewSecond,
        (S::InReviewSecond, Act::LoseLock) => S::AwaitingSecond,
        (S::InReviewSecond, Act::Decide(Approve)) => S::Approved,
        // The two disagree.
        (S::InReviewSecond, Act::Decide(Reject | Fraud)) => S::Escalated,
        (S::InReview | S::InReviewSecond, Act::Decide(Escalate)) => S::Escalated,
        (S::InReview | S::InReviewSecond | S::Escalated, Act::Decide(Again)) => S::Collecting,
        (S::Escalated, Act::Claim | Act::LoseLock) => S::Escalated,
        (S::Escalated, Act::Decide(Approve)) => S::Approved,
        (S::Escalated, Act::Decide(Reject)) => S::Rejected,
        (S::Escalated, Act::Decide(Fraud)) => S::Fraud,
        (S::Rejected, Act::Appeal) => S::Queued,
        (S::Approved, Act::Dispute) => S::Escalated,
        (S::Draft | S::Collecting, Act::Idle) => S::Abandoned,
        // Consent can be taken back at any time; once deceit is looked into, the pictures stay until that is decided.
        (
            S::Draft | S::Collecting | S::Scanning | S::Queued | S::InReview | S::AwaitingSecond | S::InReviewSecond,
            Act::Withdraw,
        ) => S::Abandoned,
        _ => return None,
    })
}

/// Whose decision a verification waits for.
pub fn seat(state: State) -> Option<Seat> {
    match state {
        State::InReview => Some(Seat::First),
        State::InReviewSecond => Some(Seat::Second),
        State::Escalated => Some(Seat::Senior),
        _ => None,
    }
}

/// Whether nothing more happens by itself.
pub fn is_over(state: State) -> bool {
    matches!(state, State::Approved | State::Rejected | State::Fraud | State::Abandoned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTS: [Act; 16] = [
        Act::Consent,
        Act::Submit,
        Act::Clean,
        Act::Unfit,
        Act::Infected,
        Act::Claim,
        Act::LoseLock,
        Act::Decide(Outcome::Approve),
        Act::Decide(Outcome::Reject),
        Act::Decide(Outcome::Again),
        Act::Decide(Outcome::Escalate),
        Act::Decide(Outcome::Fraud),
        Act::Appeal,
        Act::Withdraw,
        Act::Idle,
        Act::Dispute,
    ];

    #[test]
    fn wallet_s10_5_the_whole_table() {
        // In the order of ACTS; a dot: it cannot happen.
        let rows = [
            (State::Draft, "collecting . . . . . . . . . . . . abandoned abandoned ."),
            (State::Collecting, ". scanning . . . . . . . . . . . abandoned abandoned ."),
            (State::Scanning, ". . queued collecting rejected . . . . . . . . abandoned . ."),
            (State::Queued, ". . . . . in_review . . . . . . . abandoned . ."),
            (State::InReview, ". . . . . . queued awaiting_second rejected collecting escalated fraud . abandoned . ."),
            (State::AwaitingSecond, ". . . . . in_review_second . . . . . . . abandoned . ."),
            (
                State::InReviewSecond,
                ". . . . . . awaiting_second approved escalated collecting escalated escalated . abandoned . .",
            ),
            (State::Escalated, ". . . . . escalated escalated approved rejected collecting . fraud . . . ."),
            (State::Approved, ". . . . . . . . . . . . . . . escalated"),
            (State::Rejected, ". . . . . . . . . . . . queued . . ."),
            (State::Fraud, ". . . . . . . . . . . . . . . ."),
            (State::Abandoned, ". . . . . . . . . . . . . . . ."),
        ];
        assert_eq!(rows.map(|(state, _)| state), State::ALL);
        for (state, expected) in rows {
            let told = ACTS.map(|act| step(state, act, true).map_or(".", State::as_str)).join(" ");
            assert_eq!(told, expected, "{state:?}");
        }
        let one = step(State::InReview, Act::Decide(Outcome::Approve), false);
        assert_eq!(one, Some(State::Approved), "where one is enough");
        for state in State::ALL {
            assert_eq!(is_over(state), step(state, Act::Withdraw, true).is_none() && state != State::Escalated);
            assert_eq!(seat(state).is_some(), step(state, Act::Decide(Outcome::Again), true).is_some());
        }
    }
}
