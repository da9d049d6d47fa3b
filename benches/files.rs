//! The bytes of a photo and of a video by links that die with the grant, beside Apache with the same bytes in a file.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::cpu::Family;
use crate::load::request;
use crate::photos::photo;
use crate::photos::send;
use crate::plan::Plan;
use crate::plan::has;
use crate::quantiles;
use crate::support::eventually;
use crate::support::films;
use crate::support::hand::Hand;
use crate::support::parts::Folder;
use crate::support::parts::Postgres;
use crate::support::parts::Process;
use crate::support::parts::Redis;
use crate::support::parts::free_port;
use crate::support::parts::process;
use crate::support::parts::process::Start;
use crate::support::person::Answers;
use crate::support::platform::Answer;
use crate::support::platform::Method;
use crate::support::platform::NewClient;
use crate::support::platform::Platform;
use crate::support::platform::http;
use crate::support::server::Backend;
use crate::support::server::Server;
use crate::support::server::Stores;

const VIDEO: usize = 30_000_000;
const SCOPE: &str = "openid wallet.photos wallet.videos";
const MODULES: &str = "/usr/lib/apache2/modules";

/// Apache httpd over a folder: threads, kept connections, sendfile.
struct Static {
    address: String,
    process: Process,
    folder: Folder,
}

impl Static {
    async fn start() -> Self {
        let (folder, port) = (Folder::new("static"), free_port());
        let site = folder.join("site");
        fs::create_dir(&site).expect("our own folder");
        let (root, log) = (folder.path().display(), folder.join("error.log"));
        let text = format!(
            "ServerName 127.0.0.1\nListen 127.0.0.1:{port}\nPidFile {root}/httpd.pid\nDefaultRuntimeDir {root}\n\
             DocumentRoot {root}/site\nErrorLog {}\nUser www-data\nGroup www-data\nKeepAlive On\n\
             MaxKeepAliveRequests 0\nEnableSendfile On\nLoadModule mpm_event_module {MODULES}/mod_mpm_event.so\n\
             LoadModule authz_core_module {MODULES}/mod_authz_core.so\n\
             <Directory {root}/site>\nRequire all granted\n</Directory>\n",
            log.display()
        );
        let file = folder.join("httpd.conf");
        fs::write(&file, text).expect("our own folder");
        let args = ["-f".to_owned(), file.display().to_string(), "-DFOREGROUND".to_owned()];
        let program = process::find("apache2", &["/usr/sbin"]);
        let process = Process::start(Start::new(&program, folder.join("log")).args(args));
        let address = format!("127.0.0.1:{port}");
        eventually("Apache listens", Duration::from_secs(20), async || {
            process.must_run();
            TcpStream::connect(&address).await.ok()
        })
        .await;
        Self { address, process, folder }
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.join("site").join(name), bytes).expect("our own folder");
    }
}

/// What one server did at one concurrency.
struct Served {
    /// Milliseconds until the first byte of the body.
    first: (f64, f64),
    megabytes_per_second: f64,
    per_second: f64,
    /// Milliseconds of processor time for a megabyte.
    cpu: f64,
}

/// One answer, its body thrown away; when its first byte was there, and how long it was.
async fn fetch(stream: &mut TcpStream, request: &[u8], space: &mut [u8]) -> io::Result<(Duration, usize)> {
    let broken = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let begun = Instant::now();
    stream.write_all(request).await?;
    let mut filled = 0;
    let head = loop {
        match stream.read(&mut space[filled..]).await? {
            0 => return Err(broken("the connection was closed")),
            count => filled += count,
        }
        if let Some(at) = space[..filled].windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let text = String::from_utf8_lossy(&space[..head]).to_ascii_lowercase();
    if !text.starts_with("http/1.1 200") {
        return Err(broken(&text));
    }
    let length = text.split("\r\n").find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|text| text.trim().parse().ok()).ok_or_else(|| broken("no length"))?;
    let mut come = filled - head;
    let mut first = (come > 0).then(|| begun.elapsed());
    while come < length {
        match stream.read(space).await? {
            0 => return Err(broken("the connection was closed")),
            count => come += count,
        }
        first.get_or_insert_with(|| begun.elapsed());
    }
    Ok((first.unwrap_or_default(), length))
}

/// Lets so many connections read the same again and again.
async fn serve(address: &str, path: &str, connections: usize, time: Duration, family: &Family) -> Served {
    let request = request(address, &format!("GET {path}"), &[], None);
    let taken = Arc::new(Mutex::new((Vec::new(), 0)));
    let (begun, used) = (Instant::now(), family.used());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (address, request, taken) = (address.to_owned(), Arc::clone(&request), Arc::clone(&taken));
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(&address).await.expect("the measured server listens");
            stream.set_nodelay(true).expect("a socket");
            let mut space = vec![0; 256 * 1024];
            while begun.elapsed() < time {
                let (first, length) = fetch(&mut stream, &request, &mut space).await.expect("an answer");
                let mut taken = taken.lock().expect("not poisoned");
                taken.0.push(first.as_secs_f64() * 1e3);
                taken.1 += length;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("the load goes on");
    }
    let (elapsed, cpu) = (begun.elapsed().as_secs_f64(), family.used().saturating_sub(used));
    let (firsts, bytes) = std::mem::take(&mut *taken.lock().expect("not poisoned"));
    let megabytes = bytes as f64 / 1e6;
    Served {
        per_second: firsts.len() as f64 / elapsed,
        first: quantiles(firsts),
        megabytes_per_second: megabytes / elapsed,
        cpu: cpu.as_secs_f64() * 1e3 / megabytes,
    }
}

/// Links to a photo of about 300 kB and to a video, shared with a platform.
async fn links(server: &Server) -> [(&'static str, String); 2] {
    let hand = Hand::of(server).await;
    let mut items = Vec::new();
    for file in [photo(1000, 750, 1), films::mp4(b"isom", VIDEO)] {
        let id = send(&hand, &file).await;
        hand.ready(&id).await;
        items.push(id);
    }
    let mut person = hand.person;
    let platform = Platform::at(server, &NewClient::new(Method::Basic).with("--scope", SCOPE)).await;
    let answers = Answers::only(&[]).picking(&[&items[0], &items[1]]);
    let tokens = platform.sign_in_with(&mut person, platform.attempt(SCOPE), &answers).await;
    let api = |path: &str| format!("{}/wallet/v1/media{path}", platform.issuer);
    let list = Answer::of(http().get(api("")).bearer_auth(&tokens.access)).await.json();
    let link = async |kind: &str, variant: &str| {
        let one = list["data"].as_array().expect("a list").iter().find(|one| one["kind"] == kind);
        let name = one.and_then(|one| one["id"].as_str()).unwrap_or_else(|| panic!("{list}"));
        let request = http().post(api(&format!("/{name}/links"))).bearer_auth(&tokens.access);
        let linked = Answer::of(request.json(&json!({ "variant": variant, "ttl": 3000 }))).await.json();
        linked["url"].as_str().unwrap_or_else(|| panic!("{linked}"))[platform.issuer.len()..].to_owned()
    };
    [("photo", link("photo", "master").await), ("video", link("video", "play").await)]
}

pub async fn measure(plan: &Plan, backend: Backend) {
    if !has("apache2") {
        println!("\nfiles: not measured, apache2 is missing");
        return;
    }
    let server = Server::on(Stores::new(backend).await, &[]).await;
    let stores = match backend {
        Backend::Embedded => Vec::new(),
        Backend::Scale => vec![Postgres::shared().await.pid(), Redis::shared().await.pid()],
    };
    let family = Family::new(stores.into_iter().chain([server.pid()]));
    let address = server.address.trim_start_matches("http://").to_owned();
    let apache = Static::start().await;
    let others = Family::new([apache.process.pid()]);
    println!(
        "\nphotos and videos by a grant's link, opened piece by piece, beside Apache httpd with the bytes in a file"
    );
    println!(
        "{:<18}| at |{:^23}|{:^19}|{:^12}|{:^14}| × Apache: first byte, MB/s, CPU",
        "", "first byte p50/p99, ms", "MB each second", "each second", "CPU ms a MB"
    );
    for (name, path) in links(&server).await {
        let body = Answer::of(http().get(format!("{}{path}", server.address))).await.body;
        apache.put(name, &body);
        let name = format!("{name}, {:.2} MB", body.len() as f64 / 1e6);
        for connections in [1, 8] {
            let file = format!("/{}", name.split(',').next().unwrap_or_default());
            let yardstick = serve(&apache.address, &file, connections, plan.time, &others).await;
            let own = serve(&address, &path, connections, plan.time, &family).await;
            for (who, served) in [("Apache", &yardstick), (name.as_str(), &own)] {
                print!(
                    "{who:<18}| {connections:>2} |{:>11.2} /{:>8.2}  |{:>17.0}  |{:>10.0}  |{:>12.3}  |",
                    served.first.0, served.first.1, served.megabytes_per_second, served.per_second, served.cpu
                );
                match who {
                    "Apache" => println!(" yardstick: {name}"),
                    _ => println!(
                        " {:.1}, {:.2}, {:.1}",
                        served.first.0 / yardstick.first.0,
                        served.megabytes_per_second / yardstick.megabytes_per_second,
                        served.cpu / yardstick.cpu
                    ),
                }
            }
        }
    }
}
