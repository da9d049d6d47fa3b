//! People whose data is read at every door of every node without a break, and who withdraw one after the other
//! (WALLET.md §21, R1).

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::RwLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use reqwest::Client;
use reqwest::RequestBuilder;
use serde_json::Value;
use serde_json::json;

use super::hand::Hand;
use super::person::Answers;
use super::person::Person;
use super::person::encode;
use super::photos::jpeg;
use super::platform::Answer;
use super::platform::Method;
use super::platform::NewClient;
use super::platform::Platform;
use super::platform::http;
use super::seeded;
use super::server::Server;

const SCOPE: &str = "openid profile email wallet.photos offline_access";
/// How long a grant is read before it is withdrawn, and how long its token is tried after that.
const BEFORE: Duration = Duration::from_millis(30);
const AFTER: Duration = Duration::from_millis(60);

/// Where a platform learns something of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Userinfo,
    Introspection,
    Profile,
    Media,
    Content,
    Link,
}

impl Door {
    pub const ALL: [Self; 6] =
        [Self::Userinfo, Self::Introspection, Self::Profile, Self::Media, Self::Content, Self::Link];
}

/// What one read came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Told,
    Refused,
    /// 503, or nothing at all: a machine that is too busy.
    Away,
    Failed(String),
}

/// One permission, from its tokens to its end.
struct Life {
    access: String,
    /// What the platform calls the photo, and a link to it.
    photo: String,
    link: String,
    /// When its end was asked for, and when that was acknowledged.
    asked: OnceLock<Instant>,
    over: OnceLock<Instant>,
}

struct Read {
    life: Arc<Life>,
    door: Door,
    node: usize,
    begun: Instant,
    ended: Instant,
    fate: Fate,
}

/// What readers and the one who withdraws share.
struct Stage {
    lives: RwLock<Vec<Arc<Life>>>,
    /// Who withdraws next: read more than the others.
    current: AtomicUsize,
    is_over: AtomicBool,
}

/// The same doors at every node, for one platform.
#[derive(Clone)]
struct Doors {
    issuer: String,
    nodes: Vec<String>,
    userinfo: String,
    introspection: String,
    basic: String,
}

impl Doors {
    fn here(&self, node: usize, url: &str) -> String {
        url.replacen(&self.issuer, &self.nodes[node], 1)
    }

    fn request(&self, http: &Client, life: &Life, door: Door, node: usize) -> RequestBuilder {
        let api = |path: &str| format!("{}/wallet/v1{path}", self.nodes[node]);
        let get = |url: String| http.get(url).bearer_auth(&life.access);
        match door {
            Door::Userinfo => get(self.here(node, &self.userinfo)),
            Door::Profile => get(api("/profile")),
            Door::Media => get(api("/media")),
            Door::Content => get(api(&format!("/media/{}/content", life.photo))),
            Door::Link => http.get(self.here(node, &life.link)),
            Door::Introspection => {
                let request = http.post(self.here(node, &self.introspection)).header("authorization", &self.basic);
                request.form(&[("token", &life.access)])
            }
        }
    }

    async fn read(&self, http: &Client, life: &Arc<Life>, door: Door, node: usize) -> Read {
        let request = self.request(http, life, door, node);
        let begun = Instant::now();
        let fate = match Answer::attempted(request).await {
            Ok(answer) => fate(door, &answer),
            Err(_) => Fate::Away,
        };
        Read { life: Arc::clone(life), door, node, begun, ended: Instant::now(), fate }
    }

    /// Every door of every node, once.
    async fn sweep(&self, http: &Client, life: &Arc<Life>, reads: &mut Vec<Read>) {
        for node in 0..self.nodes.len() {
            for door in Door::ALL {
                reads.push(self.read(http, life, door, node).await);
            }
        }
    }
}

fn fate(door: Door, answer: &Answer) -> Fate {
    match (door, answer.status) {
        // RFC 7662 §2.2.
        (Door::Introspection, 200) if answer.json()["active"] == Value::Bool(false) => Fate::Refused,
        (_, 200) => Fate::Told,
        (_, 503) => Fate::Away,
        (Door::Userinfo | Door::Profile | Door::Media | Door::Content, 401) | (Door::Link, 410) => Fate::Refused,
        _ => Fate::Failed(format!("{}: {}", answer.status, answer.text())),
    }
}

/// Reads one thing after the other until all is over, each door of each node in turn.
async fn read_on(doors: Doors, stage: Arc<Stage>, first: usize) -> Vec<Read> {
    let (http, mut reads) = (http(), Vec::new());
    for turn in first.. {
        if stage.is_over.load(Ordering::Relaxed) {
            break;
        }
        let life = {
            let lives = stage.lives.read().expect("not poisoned");
            let any = rand::random::<u32>() as usize;
            let n = if any.is_multiple_of(2) { stage.current.load(Ordering::Relaxed) } else { any };
            Arc::clone(&lives[n % lives.len()])
        };
        let (door, node) = (Door::ALL[turn % Door::ALL.len()], turn / Door::ALL.len() % doors.nodes.len());
        reads.push(doors.read(&http, &life, door, node).await);
    }
    reads
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Report {
    /// How long each withdrawal took, from its request to its acknowledgement.
    pub withdrawals: Vec<Duration>,
    pub elapsed: Duration,
    /// All reads, those that were told something, and those that began after an acknowledgement.
    pub reads: usize,
    pub told: usize,
    pub after: usize,
    /// Reads that found nobody.
    pub away: usize,
    /// Reads that began after the acknowledgement and were told something: there must be none.
    pub leaks: Vec<String>,
    /// Reads that were refused before anybody asked for the end.
    pub early: Vec<String>,
    /// Answers that are neither.
    pub failed: Vec<String>,
}

impl Report {
    fn count(&mut self, read: &Read) {
        let say = |what: &str| format!("{what}: {:?} at node {}, {:?}", read.door, read.node, read.fate);
        self.reads += 1;
        let is_after = read.life.over.get().is_some_and(|over| read.begun > *over);
        self.after += usize::from(is_after);
        match &read.fate {
            Fate::Told => {
                self.told += 1;
                if is_after {
                    self.leaks.push(say("told after the end was acknowledged"));
                }
            }
            Fate::Refused => {
                if read.life.asked.get().is_none_or(|asked| read.ended < *asked) {
                    self.early.push(say("refused before its end"));
                }
            }
            Fate::Away => self.away += 1,
            Fate::Failed(_) => self.failed.push(say("neither told nor refused")),
        }
    }

    /// How long withdrawals took, in milliseconds, at this part of them all.
    pub fn withdrawal_ms(&self, part: f64) -> f64 {
        let mut all = self.withdrawals.clone();
        all.sort_unstable();
        let index = ((all.len() as f64 * part) as usize).min(all.len().saturating_sub(1));
        all.get(index).map_or(0.0, |one| one.as_secs_f64() * 1e3)
    }
}

/// People with a photo each, who share with one platform.
pub struct Scene {
    doors: Doors,
    platform: Platform,
    people: Vec<(Person, String)>,
    http: Client,
}

impl Scene {
    /// On nodes that share their stores; the first one's address is that of the issuer.
    pub async fn open(nodes: &[&Server], people: usize) -> Self {
        let server = nodes[0];
        let platform = Platform::at(server, &NewClient::new(Method::Basic).with("--scope", SCOPE)).await;
        let doors = Doors {
            issuer: server.issuer.clone(),
            nodes: nodes.iter().map(|node| node.address.clone()).collect(),
            userinfo: platform.endpoint("userinfo_endpoint").to_owned(),
            introspection: platform.endpoint("introspection_endpoint").to_owned(),
            basic: platform.basic(),
        };
        let mut own = Self { doors, platform, people: Vec::new(), http: http() };
        for _ in 0..people {
            let person = seeded::signed_in(server).await;
            let photo = Hand::beside(&person).await.add(&jpeg(64, 48)).await;
            own.people.push((person, photo));
        }
        own
    }

    /// Somebody agrees, and the platform makes itself a link.
    async fn agree(&mut self, n: usize) -> Arc<Life> {
        let (person, photo) = &mut self.people[n];
        let answers = Answers::only(&["name", "given_name", "email", "offline_access"]).picking(&[photo]);
        let attempt = self.platform.attempt(SCOPE);
        let tokens = self.platform.sign_in_with(person, attempt, &answers.for_duration("until_stopped")).await;
        let api = |path: &str| format!("{}/wallet/v1{path}", self.doors.issuer);
        let list = Answer::of(self.http.get(api("/media")).bearer_auth(&tokens.access)).await.json();
        let photo = list["data"][0]["id"].as_str().unwrap_or_else(|| panic!("{list}")).to_owned();
        let request = self.http.post(api(&format!("/media/{photo}/links"))).bearer_auth(&tokens.access);
        let linked = Answer::of(request.json(&json!({}))).await.json();
        let link = linked["url"].as_str().unwrap_or_else(|| panic!("{linked}")).to_owned();
        let (asked, over) = (OnceLock::new(), OnceLock::new());
        Arc::new(Life { access: tokens.access, photo, link, asked, over })
    }

    /// The request that stops the sharing of somebody, at a node; made ready, so that it alone is timed.
    async fn stop(&mut self, n: usize, node: usize) -> RequestBuilder {
        let person = &mut self.people[n].0;
        let apps = person.visit("/account/apps").await.page();
        let app = person.visit(apps.link("/account/apps/").expect("a connected app").as_str()).await.page();
        let page = person.visit(app.link("/stop").expect("a way to stop").as_str()).await.page();
        let form = page.form_to("/stop");
        let request = self.http.post(self.doors.here(node, form.action.as_str()));
        request
            .header("cookie", person.jar.header(&form.action).unwrap_or_default())
            .header("accept", "text/html,application/xhtml+xml")
            // As a proxy hands it on: the name under which the person knows the wallet.
            .header("host", self.doors.issuer.trim_start_matches("http://"))
            .header("origin", &self.doors.issuer)
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encode(&form.pairs()))
    }

    /// So many withdrawals of each person, at each node in turn, while so many readers read.
    pub async fn run(&mut self, rounds: usize, readers: usize) -> Report {
        let (doors, http) = (self.doors.clone(), self.http.clone());
        let mut reads = Vec::new();
        let mut lives = Vec::new();
        for n in 0..self.people.len() {
            let life = self.agree(n).await;
            doors.sweep(&http, &life, &mut reads).await;
            lives.push(life);
        }
        let stage = Stage { lives: RwLock::new(lives), current: 0.into(), is_over: false.into() };
        let stage = Arc::new(stage);
        let mut tasks = tokio::task::JoinSet::new();
        for reader in 0..readers {
            tasks.spawn(read_on(doors.clone(), Arc::clone(&stage), reader));
        }
        let (mut report, start) = (Report::default(), Instant::now());
        for round in 0..rounds {
            for n in 0..self.people.len() {
                if round > 0 {
                    let life = self.agree(n).await;
                    stage.lives.write().expect("not poisoned")[n] = life;
                }
                stage.current.store(n, Ordering::Relaxed);
                let stop = self.stop(n, (round + n) % doors.nodes.len()).await;
                tokio::time::sleep(BEFORE).await;
                let life = Arc::clone(&stage.lives.read().expect("not poisoned")[n]);
                let asked = *life.asked.get_or_init(Instant::now);
                let answer = Answer::of(stop).await;
                let over = *life.over.get_or_init(Instant::now);
                assert_eq!(answer.status, 303, "{}", answer.text());
                report.withdrawals.push(over - asked);
                tokio::time::sleep(AFTER).await;
                doors.sweep(&http, &life, &mut reads).await;
            }
        }
        report.elapsed = start.elapsed();
        stage.is_over.store(true, Ordering::Relaxed);
        for more in tasks.join_all().await {
            reads.extend(more);
        }
        reads.iter().for_each(|read| report.count(read));
        report
    }
}
