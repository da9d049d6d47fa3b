//! The history checker (SECURITY.md §5.2): what was asked and answered, and which of it may not be.

use std::sync::Mutex;
use std::time::Instant;

use super::caller::Coded;

/// What was done to one authorization.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// A code was asked for: the family's birth.
    Authorize,
    Exchange,
    /// With the newest refresh token that is known.
    Refresh,
    /// UserInfo.
    Read,
    /// The client gives the refresh token back.
    Revoke,
    /// The person stops sharing.
    Withdraw,
    /// A spent code or an outlived refresh token is presented on purpose: it may end the family.
    Replay,
}

/// How it ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    Done,
    /// The standard's no: 400 `invalid_grant`, 401 `invalid_token`.
    Refused,
    /// Any other answer, as status and text.
    Failed(String),
    /// The server died first: it may have happened or not.
    Unknown,
}

#[derive(Clone, Debug)]
pub struct Event {
    pub family: usize,
    pub act: Act,
    pub begun: Instant,
    pub ended: Instant,
    pub fate: Fate,
}

/// What the platform holds of one family.
#[derive(Clone, Default, Debug)]
pub struct Held {
    pub coded: Option<Coded>,
    pub access: Option<String>,
    pub refresh: Option<String>,
    /// The refresh token before it.
    pub previous: Option<String>,
}

/// Everything that happened, in the order in which it ended.
#[derive(Default)]
pub struct History {
    events: Mutex<Vec<Event>>,
    families: Mutex<Vec<Held>>,
}

impl History {
    pub fn new_family(&self) -> usize {
        let mut families = self.families.lock().expect("not poisoned");
        families.push(Held::default());
        families.len() - 1
    }

    pub fn families(&self) -> usize {
        self.families.lock().expect("not poisoned").len()
    }

    pub fn held(&self, family: usize) -> Held {
        self.families.lock().expect("not poisoned")[family].clone()
    }

    pub fn hold(&self, family: usize, change: impl FnOnce(&mut Held)) {
        change(&mut self.families.lock().expect("not poisoned")[family]);
    }

    pub fn record(&self, family: usize, act: Act, begun: Instant, fate: Fate) {
        let event = Event { family, act, begun, ended: Instant::now(), fate };
        self.events.lock().expect("not poisoned").push(event);
    }

    pub fn of(&self, family: usize) -> Vec<Event> {
        self.events.lock().expect("not poisoned").iter().filter(|event| event.family == family).cloned().collect()
    }

    pub fn count(&self, act: Act, is_counted: impl Fn(&Fate) -> bool) -> usize {
        let events = self.events.lock().expect("not poisoned");
        events.iter().filter(|event| event.act == act && is_counted(&event.fate)).count()
    }

    /// What must not have happened to families from this one on.
    pub fn violations(&self, from: usize) -> Vec<String> {
        (from..self.families()).flat_map(|family| violations(&self.of(family))).collect()
    }
}

/// What must not have happened in the life of one family.
pub fn violations(events: &[Event]) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |rule: &str, event: &Event| found.push(format!("{rule}: {event:?}\n  in {events:#?}"));
    let did = |act: Act| events.iter().filter(move |event| event.act == act);
    // I1: a code is taken once.
    for event in did(Act::Exchange).filter(|event| event.fate == Fate::Done).skip(1) {
        say("I1, a code was taken twice", event);
    }
    // I3: nothing works that was asked after an end was acknowledged.
    let ends = events.iter().filter(|event| matches!(event.act, Act::Revoke | Act::Withdraw));
    if let Some(over) = ends.filter(|event| event.fate == Fate::Done).map(|event| event.ended).min() {
        for event in events.iter().filter(|event| event.begun > over && event.fate == Fate::Done) {
            // Access tokens outlive a refresh token that is given back only in standards, not here: the family is over.
            if matches!(event.act, Act::Exchange | Act::Refresh | Act::Read) {
                say("I3, it worked after its end was acknowledged", event);
            }
        }
    }
    // I4: what was acknowledged is found: no refusal without a cause that came before.
    for event in events.iter().filter(|event| event.fate == Fate::Refused) {
        let is_ended = events.iter().any(|cause| {
            let is_end = matches!(cause.act, Act::Revoke | Act::Withdraw | Act::Replay);
            is_end && cause.begun < event.ended
        });
        // A code that two present at once: the loser's attempt counts as a replay and may end the family.
        let is_contended = did(Act::Exchange)
            .any(|other| !std::ptr::eq(other, event) && other.fate != Fate::Refused && other.begun < event.ended);
        let is_caused = match event.act {
            Act::Exchange => is_ended || is_contended,
            Act::Refresh | Act::Read => is_ended || did(Act::Exchange).count() > 1,
            Act::Authorize | Act::Revoke | Act::Withdraw | Act::Replay => true,
        };
        if !is_caused {
            say("I4, what was acknowledged is gone", event);
        }
    }
    // I6: a failure is not an answer while everything stands.
    for event in events.iter().filter(|event| matches!(event.fate, Fate::Failed(_))) {
        say("I6, it failed while nothing was wrong", event);
    }
    found
}

/// A checker that finds nothing in anything would be worth nothing.
#[test]
fn the_checker_finds_what_must_not_be() {
    use std::time::Duration;

    let zero = Instant::now();
    let life = |acts: &[(Act, Fate)]| -> Vec<Event> {
        let at = |n: usize| zero + Duration::from_millis(n as u64);
        let event = |(n, (act, fate)): (usize, &(Act, Fate))| Event {
            family: 0,
            act: *act,
            begun: at(2 * n),
            ended: at(2 * n + 1),
            fate: fate.clone(),
        };
        acts.iter().enumerate().map(event).collect()
    };
    use Act::{Authorize, Exchange, Read, Refresh, Revoke, Withdraw};
    use Fate::{Done, Failed, Refused, Unknown};
    let born = (Authorize, Done);
    let good: &[&[(Act, Fate)]] = &[
        &[born.clone(), (Exchange, Done), (Refresh, Done), (Read, Done), (Revoke, Done), (Read, Refused)],
        &[born.clone(), (Exchange, Unknown), (Exchange, Refused)],
        &[born.clone(), (Exchange, Unknown), (Exchange, Done)],
        &[born.clone(), (Exchange, Done), (Refresh, Unknown), (Refresh, Done)],
        &[born.clone(), (Exchange, Done), (Withdraw, Unknown), (Read, Refused)],
        &[born.clone(), (Exchange, Done), (Withdraw, Unknown), (Read, Done)],
    ];
    for acts in good {
        assert_eq!(violations(&life(acts)), Vec::<String>::new());
    }
    let bad: &[(&str, &[(Act, Fate)])] = &[
        ("I1", &[born.clone(), (Exchange, Done), (Exchange, Done)]),
        ("I3", &[born.clone(), (Exchange, Done), (Revoke, Done), (Read, Done)]),
        ("I3", &[born.clone(), (Exchange, Done), (Withdraw, Done), (Refresh, Done)]),
        ("I4", &[born.clone(), (Exchange, Refused)]),
        ("I4", &[born.clone(), (Exchange, Done), (Refresh, Unknown), (Refresh, Refused)]),
        ("I4", &[born.clone(), (Exchange, Done), (Read, Refused)]),
        ("I6", &[born, (Exchange, Failed("503".to_owned()))]),
    ];
    for (rule, acts) in bad {
        let found = violations(&life(acts));
        assert!(found.len() == 1 && found[0].starts_with(rule), "{rule}: {found:?}");
    }
}
