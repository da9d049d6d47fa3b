//! What an answer is made of, taken apart as far as anybody could: members, words, pieces of addresses, JWTs, and the
//! bytes behind opaque texts.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::platform::Answer;

/// So many bytes in a row are the same in two places by no accident.
const WINDOW: usize = 8;
/// Texts shorter than this hide nothing that would have to be decoded.
const OPAQUE: usize = 16;
/// Of the connection, not of the person: when it was answered, and how long the answer is.
const OF_THE_CONNECTION: [&str; 4] = ["date", "connection", "transfer-encoding", "content-length"];

/// All that one platform was told.
#[derive(Default)]
pub struct Told {
    /// Each text and number, with the places where it stood.
    pub values: BTreeMap<String, BTreeSet<String>>,
    /// Each row of bytes behind an opaque text, with those texts.
    pub windows: BTreeMap<Vec<u8>, BTreeSet<String>>,
}

impl Told {
    /// An answer with its headers. The bytes of a photo are what the person picked for both; all around them is not.
    pub fn answer(&mut self, door: &str, answer: &Answer) {
        for (name, value) in &answer.headers {
            if !OF_THE_CONNECTION.contains(&name.as_str()) {
                self.header(&format!("{door}/{name}"), &String::from_utf8_lossy(value.as_bytes()));
            }
        }
        let kind = answer.header("content-type").unwrap_or_default();
        match serde_json::from_slice(&answer.body) {
            Ok(body) => self.json(door, &body),
            Err(_) if kind.starts_with("image/") || kind.starts_with("video/") => {}
            Err(_) => self.text(door, &answer.text()),
        }
    }

    pub fn json(&mut self, place: &str, value: &Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => self.note(place, &number.to_string()),
            Value::String(text) => self.text(place, text),
            Value::Array(all) => all.iter().for_each(|one| self.json(place, one)),
            Value::Object(members) => members.iter().for_each(|(name, one)| self.json(&format!("{place}/{name}"), one)),
        }
    }

    /// A text, whole and in pieces.
    pub fn text(&mut self, place: &str, text: &str) {
        self.note(place, text);
        let pieces: Vec<&str> = text.split(['/', '?', '&', '=', '#']).filter(|piece| !piece.is_empty()).collect();
        if pieces.len() > 1 && !text.contains(' ') {
            pieces.iter().for_each(|piece| self.text(place, piece));
            return;
        }
        if let [header, payload, _] = text.split('.').collect::<Vec<_>>()[..]
            && let (Some(header), Some(payload)) = (json_in(header), json_in(payload))
        {
            self.json(place, &header);
            self.json(place, &payload);
            return;
        }
        for part in text.split('.') {
            self.bytes(place, part);
        }
    }

    fn header(&mut self, place: &str, text: &str) {
        self.note(place, text);
        if place.ends_with("/last-modified") {
            return;
        }
        for word in text.split([' ', ',', ';', '"', '<', '>']).filter(|word| !word.is_empty()) {
            self.text(place, word);
        }
    }

    /// What is behind an opaque text, its kind (`bdg_`) left out: JSON, or bytes.
    fn bytes(&mut self, place: &str, text: &str) {
        let ends = |text: &str| text.match_indices(['_', ':']).map(|(at, _)| at + 1).collect::<Vec<_>>();
        let all = || ends(text).into_iter().chain([0]).map(|at| &text[at..]).filter(|opaque| opaque.len() >= OPAQUE);
        // What is an identifier of our own or a UUID is nothing else besides.
        let own: Vec<Vec<u8>> = all().filter_map(|opaque| base32(opaque).or_else(|| hex(opaque))).collect();
        let found =
            if own.is_empty() { all().filter_map(|opaque| URL_SAFE_NO_PAD.decode(opaque).ok()).collect() } else { own };
        for window in found.iter().flat_map(|bytes| bytes.windows(WINDOW)) {
            self.windows.entry(window.to_vec()).or_default().insert(text.to_owned());
        }
        let told: Vec<Value> = all().filter_map(json_in).collect();
        told.iter().for_each(|value| self.json(place, value));
    }

    fn note(&mut self, place: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        self.values.entry(text.to_owned()).or_default().insert(place.to_owned());
    }
}

fn json_in(text: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

/// Crockford's alphabet, as our own identifiers are written: 26 letters for 16 bytes.
fn base32(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let upper = text.to_ascii_uppercase();
    let digits: Option<Vec<u128>> =
        upper.bytes().map(|byte| ALPHABET.iter().position(|one| *one == byte).map(|at| at as u128)).collect();
    let digits = digits.filter(|digits| digits.len() == 26)?;
    Some(digits.into_iter().fold(0_u128, |all, digit| (all << 5) | digit).to_be_bytes().to_vec())
}

/// UUIDs and digests.
fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    let is_hex = digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit);
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).filter(|_| is_hex).map(pair).collect::<Option<Vec<u8>>>().filter(|bytes| !bytes.is_empty())
}

#[test]
fn nothing_hides_in_a_text() {
    let token = format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"alg":"x"}"#), URL_SAFE_NO_PAD.encode(r#"{"a":17}"#));
    let mut told = Told::default();
    told.json(
        "door",
        &serde_json::json!({ "link": format!("https://a.example/m/{token}?after=bdg_c2VjcmV0LXNlY3JldC0x") }),
    );
    for value in ["a.example", "x", "17", "m", "bdg_c2VjcmV0LXNlY3JldC0x"] {
        assert!(told.values.contains_key(value), "{value}: {:?}", told.values.keys());
    }
    assert!(told.windows.contains_key(&b"secret-1"[..]));
    assert_eq!(base32("01J000000000000000000000ZZ").map(|bytes| bytes.len()), Some(16));
    assert_eq!(hex("urn"), None);
}
