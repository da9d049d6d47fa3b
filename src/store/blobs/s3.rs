//! A bucket of any S3-compatible store.

use std::time::Duration;

use bytes::Bytes;
use s3::creds::Credentials;
use s3::error::S3Error;
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

/// A bucket. Cheap to clone.
#[derive(Clone)]
pub struct S3(std::sync::Arc<Bucket>);

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
        let bucket = bucket.with_request_timeout(LIMIT).map_err(wrong)?;
        Ok(Self(bucket.into()))
    }

    pub(super) async fn put(&self, key: &BlobKey, bytes: &[u8]) -> Result<(), Fault> {
        let answer = in_time("write a blob to S3", LIMIT, self.0.put_object(key.as_str(), bytes)).await?;
        answer.map(drop).ok_or_else(|| Fault::broken("find the S3 bucket"))
    }

    pub(super) async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, Fault> {
        let answer = in_time("read a blob from S3", LIMIT, self.0.get_object(key.as_str())).await?;
        Ok(answer.map(|answer| answer.bytes().clone()))
    }

    pub(super) async fn exists(&self, key: &BlobKey) -> Result<bool, Fault> {
        let answer = in_time("look for a blob in S3", LIMIT, self.0.object_exists(key.as_str())).await?;
        Ok(answer.unwrap_or(false))
    }

    pub(super) async fn delete(&self, key: &BlobKey) -> Result<(), Fault> {
        in_time("delete a blob from S3", LIMIT, self.0.delete_object(key.as_str())).await?;
        Ok(())
    }

    pub(super) async fn list(
        &self,
        folder: &BlobKey,
        after: Option<&BlobKey>,
        most: usize,
    ) -> Result<Vec<BlobKey>, Fault> {
        let (prefix, after) = (format!("{folder}/"), after.map(BlobKey::to_string));
        let page = in_time("list blobs in S3", LIMIT, self.0.list_page(prefix, None, None, after, Some(most))).await?;
        let (page, _) = page.ok_or_else(|| Fault::broken("find the S3 bucket"))?;
        // What is no key of ours was put there by somebody else.
        Ok(page.contents.iter().filter_map(|object| object.key.parse().ok()).collect())
    }

    pub(super) async fn ping(&self) -> Result<(), Fault> {
        let page = self.0.list_page("probe/".to_owned(), None, None, None, Some(1));
        let answer = in_time("ping S3", PING_LIMIT, page).await?;
        answer.map(drop).ok_or_else(|| Fault::broken("find the S3 bucket"))
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
