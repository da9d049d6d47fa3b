//! An S3 protocol server in this process: files in a folder, signatures (SigV4) really checked.

use hyper_util::rt::TokioExecutor;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Folder;
use super::Wire;
use crate::support::random_text;

/// A running server with one bucket; ends when dropped. It is reached through a [`Wire`], where faults are made.
pub struct S3 {
    pub bucket: String,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    pub wire: Wire,
    folder: Folder,
    server: JoinHandle<()>,
}

impl S3 {
    pub async fn start() -> Self {
        let folder = Folder::new("s3");
        let (bucket, access_key, secret_key) = ("wallet-media".to_owned(), "wallet-tests".to_owned(), random_text());
        std::fs::create_dir(folder.join(&bucket)).expect("our own folder");

        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("our own folder"));
        service.set_auth(SimpleAuth::from_single(access_key.as_str(), secret_key.as_str()));
        let service = service.build();

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("a bound address");
        let server = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let http = Builder::new(TokioExecutor::new());
                    let _ = http.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        let wire = Wire::to(&address.to_string()).await;
        Self { bucket, region: "us-east-1".to_owned(), access_key, secret_key, wire, folder, server }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.wire.address())
    }

    /// The stored objects' names, as the folder has them.
    pub fn objects(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.folder.join(&self.bucket)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    names.push(entry.path().strip_prefix(self.folder.path()).expect("inside").display().to_string());
                }
            }
        }
        names.sort();
        names
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.server.abort();
    }
}
