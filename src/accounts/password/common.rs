//! Passwords that are guessed first: a list, its disguises, runs of keys, and the person's own words.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Common passwords and the words that most of them are made of, one a line, lower case.
const LIST: &str = include_str!("common.txt");

static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| LIST.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect());

/// What was leaked often, and words and names in ten languages: one a line, lower case, in the order of their bytes.
/// Searched where it lies in the program, so that it costs no memory and no time at the start.
const GUESSES: &str = include_str!("guesses.txt");

/// The most digits and signs around a word of [`GUESSES`] that do not hide it: `Johnson1987!`.
const MOST_AROUND: usize = 5;

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
    let is_dressed_up = || lower.chars().count() - core.chars().count() <= MOST_AROUND;
    [lower.as_str(), &plain, core, &plain_core].iter().any(|form| WORDS.contains(form))
        || [lower.as_str(), &plain].into_iter().any(is_guess)
        || (is_dressed_up() && [core, &plain_core].into_iter().any(is_guess))
        || is_run(&lower)
        || is_repeated(&lower)
        || is_own(&lower, own)
}

/// Whether a text is a line of [`GUESSES`].
fn is_guess(text: &str) -> bool {
    let bytes = GUESSES.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = bytes[low..middle].iter().rposition(|b| *b == b'\n').map_or(low, |at| low + at + 1);
        let end = bytes[middle..high].iter().position(|b| *b == b'\n').map_or(high, |at| middle + at);
        match bytes[start..end].cmp(text.as_bytes()) {
            Ordering::Equal => return true,
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    false
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_long_and_in_order_and_every_line_is_found() {
        let lines: Vec<&str> = GUESSES.lines().collect();
        assert!(lines.iter().filter(|line| line.chars().count() >= 8).count() > 100_000);
        assert!(lines.windows(2).all(|pair| pair[0].as_bytes() < pair[1].as_bytes()));
        assert!(lines.iter().all(|line| line.to_lowercase() == **line && is_guess(line)));
        for stranger in ["", "\n", "!", "zzzzzzzzzzzz", "\u{10ffff}", "sunshine\nsunshine1", "sunshinj"] {
            assert!(!is_guess(stranger), "{stranger:?}");
        }
    }

    #[test]
    fn words_and_names_are_guesses_also_when_dressed_up() {
        for bad in
            ["Johnson1987!", "123Sunshine", "$unsh1ne", "Unternehmen", "butterfly-77", "muhammad2020", "1qaz@WSX"]
        {
            assert!(is_common(bad, &[]), "{bad}");
        }
        for good in ["stressed-8273645", "zanzibar-ferry-9", "three unusual words", "qpwoeiru-7"] {
            assert!(!is_common(good, &[]), "{good}");
        }
    }
}
