//! A bucket of any S3-compatible store.

use std::time::Duration;

use bytes::Bytes;
use s3::creds::Credentials;
use s3::error::S3Error;
use s3::serde_types::Part;
use s3::{Bucket, Region};

use super::BlobKey;
use crate::base::Fault;
use crate::config;

/// How long an operation may take, with everything in it.
const LIMIT: Duration = Duration::from_secs(5);
/// How long the answer to a ping may take.
const PING_LIMIT: Duration = Duration::from_secs(2);
/// Where a redirect to another host is sent instead: nobody listens on the discard port.
const NOWHERE: &str = "http://127.0.0.1:9";

/// How long a piece of a large object may take.
const PIECE_LIMIT: Duration = Duration::from_secs(30);
/// The pieces of a large object: S3 takes none of less than 5 MiB but the last.
const PIECE: usize = 8 * 1024 * 1024;
const TYPE: &str = "application/octet-stream";

/// A bucket. Cheap to clone.
#[derive(Clone)]
pub struct S3(std::sync::Arc<Buckets>);

/// The same bucket twice.
struct Buckets {
    usual: Bucket,
    /// More patient, for large pieces.
    slow: Bucket,
}

impl S3 {
    pub(super) fn open(settings: &config::S3) -> Result<Self, Fault> {
        let attempted = "open the S3 bucket";
        let wrong = |e: S3Error| Fault::internal(attempted, e);
        let region = Region::Custom { region: settings.region.clone(), endpoint: settings.endpoint.clone() };
        let (access, secret) = (settings.access_key.expose(), settings.secret_key.expose());
        let keys = Credentials::new(Some(access), Some(secret), None, None, None)
            .map_err(|e| Fault::internal(attempted, e))?;
        let mut bucket = *Bucket::new(&settings.bucket, region, keys).map_err(wrong)?;
        if settings.path_style {
            bucket.set_path_style();
        }
        let bucket = bucket.set_proxy(only_to(bucket.url())?).map_err(wrong)?;
        let with = |limit: Duration| bucket.with_request_timeout(limit).map(|bucket| *bucket).map_err(wrong);
        Ok(Self(Buckets { usual: with(LIMIT)?, slow: with(PIECE_LIMIT)? }.into()))
    }

    pub(super) async fn put(&self, key: &BlobKey, bytes: &[u8]) -> Result<(), Fault> {
        let answer = in_time("write a blob to S3", LIMIT, self.0.usual.put_object(key.as_str(), bytes)).await?;
        answer.map(drop).ok_or_else(|| Fault::broken("find the S3 bucket"))
    }

    pub(super) async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, Fault> {
        let answer = in_time("read a blob from S3", LIMIT, self.0.usual.get_object(key.as_str())).await?;
        Ok(answer.map(|answer| answer.bytes().clone()))
    }

    pub(super) async fn read(&self, key: &BlobKey, from: u64, length: u64) -> Result<Option<Bytes>, Fault> {
        let attempted = "read a part of a blob from S3";
        let last = from.saturating_add(length - 1);
        let answer = async {
            match self.0.usual.get_object_range(key.as_str(), from, Some(last)).await {
                // Nothing is there from that byte on.
                Err(S3Error::HttpFailWithBody(416, _)) => Ok(Bytes::new()),
                answer => answer.map(|answer| answer.bytes().clone()),
            }
        };
        in_time(attempted, LIMIT, answer).await
    }

    pub(super) fn write(&self, key: &BlobKey) -> Writing {
        Writing { s3: self.clone(), key: key.clone(), waiting: Vec::new(), upload: None, parts: Vec::new() }
    }

    pub(super) async fn exists(&self, key: &BlobKey) -> Result<bool, Fault> {
        let answer = in_time("look for a blob in S3", LIMIT, self.0.usual.object_exists(key.as_str())).await?;
        Ok(answer.unwrap_or(false))
    }

    pub(super) async fn delete(&self, key: &BlobKey) -> Result<(), Fault> {
        in_time("delete a blob from S3", LIMIT, self.0.usual.delete_object(key.as_str())).await?;
        Ok(())
    }

    pub(super) async fn list(
        &self,
        folder: &BlobKey,
        after: Option<&BlobKey>,
        most: usize,
    ) -> Result<Vec<BlobKey>, Fault> {
        let (prefix, after) = (format!("{folder}/"), after.map(BlobKey::to_string));
        let page =
            in_time("list blobs in S3", LIMIT, self.0.usual.list_page(prefix, None, None, after, Some(most))).await?;
        let (page, _) = page.ok_or_else(|| Fault::broken("find the S3 bucket"))?;
        // What is no key of ours was put there by somebody else.
        Ok(page.contents.iter().filter_map(|object| object.key.parse().ok()).collect())
    }

    pub(super) async fn ping(&self) -> Result<(), Fault> {
        let page = self.0.usual.list_page("probe/".to_owned(), None, None, None, Some(1));
        let answer = in_time("ping S3", PING_LIMIT, page).await?;
        answer.map(drop).ok_or_else(|| Fault::broken("find the S3 bucket"))
    }
}

/// An object that is being written: small ones in one go, others piece by piece.
pub struct Writing {
    s3: S3,
    key: BlobKey,
    waiting: Vec<u8>,
    /// The name that the store gave to an upload in pieces.
    upload: Option<String>,
    parts: Vec<Part>,
}

impl Writing {
    pub(super) async fn push(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        while !bytes.is_empty() {
            if self.waiting.len() == PIECE {
                self.send().await?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), Fault> {
        let (bucket, key) = (&self.s3.0.slow, self.key.as_str());
        let upload = match &self.upload {
            Some(upload) => upload.clone(),
            None => {
                let begun =
                    in_time("begin an upload to S3", LIMIT, bucket.initiate_multipart_upload(key, TYPE)).await?;
                let upload = begun.ok_or_else(|| Fault::broken("find the S3 bucket"))?.upload_id;
                self.upload.insert(upload).clone()
            }
        };
        let piece = std::mem::take(&mut self.waiting);
        let number = self.parts.len() as u32 + 1;
        let sent = bucket.put_multipart_chunk(piece, key, number, &upload, TYPE);
        let part = in_time("write a piece of a blob to S3", PIECE_LIMIT, sent).await;
        match part.and_then(|part| part.ok_or_else(|| Fault::broken("find an upload to S3"))) {
            Ok(part) => self.parts.push(part),
            Err(fault) => {
                self.forget().await;
                return Err(fault);
            }
        }
        Ok(())
    }

    pub(super) async fn finish(mut self) -> Result<(), Fault> {
        if self.upload.is_none() {
            let put = self.s3.0.slow.put_object(self.key.as_str(), &self.waiting);
            let answer = in_time("write a blob to S3", PIECE_LIMIT, put).await?;
            return answer.map(drop).ok_or_else(|| Fault::broken("find the S3 bucket"));
        }
        if !self.waiting.is_empty() {
            self.send().await?;
        }
        let (upload, parts) = (self.upload.clone().unwrap_or_default(), std::mem::take(&mut self.parts));
        let done = self.s3.0.slow.complete_multipart_upload(self.key.as_str(), &upload, parts);
        let answer = in_time("finish a blob in S3", PIECE_LIMIT, done).await?;
        answer.map(drop).ok_or_else(|| Fault::broken("find an upload to S3"))
    }

    pub(super) async fn abort(mut self) {
        self.forget().await;
    }

    /// Tells the store to forget the pieces; where it does not hear it, its own rule for unfinished uploads does.
    async fn forget(&mut self) {
        if let Some(upload) = self.upload.take() {
            let gone = self.s3.0.usual.abort_upload(self.key.as_str(), &upload);
            let _ = in_time("give up an upload to S3", LIMIT, gone).await;
        }
    }
}

/// Lets requests go to the bucket's own host and nowhere else, past the environment's proxies. The library follows
/// redirects and cannot be told not to, so one that leads elsewhere is sent where nobody listens.
fn only_to(bucket: String) -> Result<reqwest::Proxy, Fault> {
    let host = |url: &reqwest::Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
    let own = bucket.parse::<reqwest::Url>().map_err(|e| Fault::internal("read the S3 endpoint", e))?;
    let own = host(&own);
    Ok(reqwest::Proxy::custom(move |url| (host(url) != own).then_some(NOWHERE)))
}

/// Waits for an answer and reads its status: `None` stands for 404, everything else that is not success for a fault.
async fn in_time<T>(
    attempted: &'static str,
    limit: Duration,
    work: impl Future<Output = Result<T, S3Error>>,
) -> Result<Option<T>, Fault> {
    let answer = tokio::time::timeout(limit, work).await.map_err(|e| Fault::unavailable(attempted, e))?;
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(S3Error::HttpFailWithBody(404, _)) => Ok(None),
        Err(S3Error::HttpFailWithBody(status, body)) => {
            // The body may name our key; its code is enough.
            let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map_or("", |c| c.0);
            let cause = format!("status {status} {code}");
            let may_pass = matches!(status, 408 | 409 | 425 | 429 | 500..);
            Err(if may_pass { Fault::unavailable(attempted, cause) } else { Fault::internal(attempted, cause) })
        }
        Err(error @ (S3Error::Reqwest(_) | S3Error::Io(_) | S3Error::Http(_))) => {
            Err(Fault::unavailable(attempted, error))
        }
        Err(error) => Err(Fault::internal(attempted, error)),
    }
}
