//! Passwords that are guessed first: a list, its disguises, runs of keys, and the person's own words.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Common passwords and the words that most of them are made of, one a line, lower case.
const LIST: &str = include_str!("common.txt");

static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| LIST.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect());

/// Rows of keys and of the alphabet: a password that walks along one is no secret.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// The service's own words.
const OURS: &[&str] = &["socialwallet", "social", "wallet"];

/// Whether a password would be among the first guesses. `own` are the person's name and addresses.
pub fn is_common(password: &str, own: &[&str]) -> bool {
    let lower = password.to_lowercase();
    let plain = undisguised(&lower);
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    // Digits behind the word are digits, those inside it are letters in disguise: `P@ssw0rd123!`.
    let plain_core = undisguised(core);
    [lower.as_str(), &plain, core, &plain_core].iter().any(|form| WORDS.contains(form))
        || is_run(&lower)
        || is_repeated(&lower)
        || is_own(&lower, own)
}

/// `p@ssw0rd` as `password`.
fn undisguised(text: &str) -> String {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        c => c,
    };
    text.chars().map(letter).collect()
}

fn is_run(text: &str) -> bool {
    let reversed: String = text.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(text) || row.contains(&reversed))
}

/// One short piece over and over: `aaaaaaaa`, `abababab`, `123123123`.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=3).any(|n| {
        chars.len() > 2 * n && chars.iter().zip(chars.iter().cycle().skip(n)).take(chars.len() - n).all(|(a, b)| a == b)
    })
}

/// Whether little is left once the words that everybody can guess of this person are taken out.
fn is_own(text: &str, own: &[&str]) -> bool {
    let mut words: Vec<String> = OURS.iter().map(|w| (*w).to_owned()).collect();
    for text in own {
        let text = text.to_lowercase();
        words.extend(text.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() >= 3).map(str::to_owned));
        words.push(text);
    }
    words.sort_by_key(|w| std::cmp::Reverse(w.len()));
    let mut left = text.to_owned();
    for word in words.iter().filter(|w| !w.is_empty()) {
        left = left.replace(word, "");
    }
    left.len() < text.len() && left.chars().filter(|c| c.is_alphanumeric()).count() < 5
}
