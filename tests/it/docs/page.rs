//! A page as it is written: its fenced blocks, with the requests and answers in them.

use std::fs;
use std::path::{Path, PathBuf};

/// One page.
pub struct Page {
    pub name: String,
    pub text: String,
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug)]
pub enum Block {
    /// Commands, each as its words.
    Commands(Vec<Vec<String>>),
    /// What a JWT or a parameter of the requests below it says.
    Json(String),
    /// Settings of the wallet.
    Settings(String),
    Request(Request),
    Answer(Answer),
}

#[derive(Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/provider/docs")
}

/// Every page, by name.
pub fn all() -> Vec<Page> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).expect("the folder").map(|e| e.expect("a file").path()).collect();
    files.sort();
    files.iter().map(|file| Page::read(file)).collect()
}

impl Page {
    fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).expect("a page");
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let blocks = blocks(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
        Self { name, text, blocks }
    }

    /// The words outside of blocks.
    pub fn prose(&self) -> String {
        self.text.split("```").step_by(2).collect()
    }
}

fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    for fenced in text.split("\n```").skip(1).step_by(2) {
        let (kind, body) = fenced.split_once('\n').ok_or("an open fence")?;
        blocks.push(match kind {
            "sh" => Block::Commands(commands(body)?),
            "json" => Block::Json(body.to_owned()),
            "toml" => Block::Settings(body.to_owned()),
            "http" if body.starts_with("HTTP/1.1 ") => Block::Answer(answer(body)?),
            "http" => Block::Request(request(body)?),
            other => return Err(format!("a block of the kind `{other}`")),
        });
    }
    Ok(blocks)
}

/// The head of a message as lines, and its body.
fn halves(text: &str) -> (Vec<&str>, &str) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    (head.lines().collect(), body)
}

fn headers(lines: &[&str]) -> Result<Vec<(String, String)>, String> {
    let read = |line: &&str| {
        let (name, value) = line.split_once(": ").ok_or_else(|| format!("no header: {line}"))?;
        Ok((name.to_ascii_lowercase(), value.to_owned()))
    };
    lines.iter().map(read).collect()
}

fn request(text: &str) -> Result<Request, String> {
    let (head, body) = halves(text);
    let (first, rest) = head.split_first().ok_or("an empty request")?;
    let (method, target) = first.split_once(' ').ok_or_else(|| format!("no request line: {first}"))?;
    // A long target goes on in lines that are indented.
    let more = rest.iter().take_while(|line| line.starts_with(' ')).count();
    let target = rest[..more].iter().fold(target.to_owned(), |target, line| target + line.trim());
    let headers = headers(&rest[more..])?;
    let is_form = headers.iter().any(|(name, value)| name == "content-type" && value.ends_with("form-urlencoded"));
    let body = if is_form { body.lines().map(str::trim).collect() } else { body.to_owned() };
    Ok(Request { method: method.to_owned(), target, headers, body })
}

fn answer(text: &str) -> Result<Answer, String> {
    let (head, body) = halves(text);
    let status = head[0].split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| format!("no status line: {}", head[0]))?;
    Ok(Answer { status, headers: headers(&head[1..])?, body: body.trim().to_owned() })
}

/// Commands as a shell reads them, as far as pages go: two kinds of quotes, and lines that go on after a backslash.
fn commands(text: &str) -> Result<Vec<Vec<String>>, String> {
    let (mut all, mut words) = (Vec::new(), Vec::new());
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(next) = chars.next() {
        match next {
            '\\' if chars.next_if_eq(&'\n').is_some() => words.extend(word.take()),
            quote @ ('\'' | '"') => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or("an open quote")? {
                        end if end == quote => break,
                        inner => word.push(inner),
                    }
                }
            }
            '\n' => {
                words.extend(word.take());
                all.push(std::mem::take(&mut words));
            }
            ' ' => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    all.push(words);
    all.retain(|words| !words.is_empty());
    match all.iter().find(|words| words[0] != "social-wallet") {
        Some(words) => Err(format!("a command that is not ours: {}", words[0])),
        None => Ok(all.into_iter().map(|words| words[1..].to_vec()).collect()),
    }
}

#[test]
fn pages_are_read_as_they_are_meant() {
    let text = "# T\n\n```sh\nsocial-wallet a \\\n  --b '{\"c\": 1}' \"d e\"\nsocial-wallet f\n```\n```http\nPOST {x}/y?a=1\n    \
                &b=2\nX: z\nContent-Type: application/x-www-form-urlencoded\n\nc=3\n&d=4\n```\nword\n```http\nHTTP/1.1 204 No\n```\n";
    let read = blocks(text).unwrap();
    let Block::Commands(commands) = &read[0] else { panic!("{read:?}") };
    assert_eq!(*commands, [vec!["a", "--b", "{\"c\": 1}", "d e"], vec!["f"]]);
    let Block::Request(request) = &read[1] else { panic!("{read:?}") };
    assert_eq!((request.target.as_str(), request.body.as_str()), ("{x}/y?a=1&b=2", "c=3&d=4"));
    assert!(matches!(&read[2], Block::Answer(answer) if answer.status == 204 && answer.body.is_empty()));
    assert!(blocks("\n```sh\nrm x\n```").is_err() && blocks("\n```perl\nx\n```").is_err());
}
