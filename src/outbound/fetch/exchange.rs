//! A whole HTTP exchange with another provider, under the same rules as GET: its answer is read, whatever its status.

use bytes::{Bytes, BytesMut};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use url::Url;

use super::{Fetch, FetchError, MOST_BYTES, unanswered};

/// What came back.
#[derive(Debug, Clone)]
pub struct Exchanged {
    pub status: u16,
    pub content_type: Option<HeaderValue>,
    /// At most [`MOST_BYTES`].
    pub body: Bytes,
}

impl Fetch {
    /// Sends a request and reads its answer. Nothing is remembered; redirects are not followed.
    ///
    /// # Errors
    /// Refused by our rules, or no answer within five seconds.
    pub async fn exchange(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Exchanged, FetchError> {
        let request = self.client_for(url)?.request(method, url.clone()).headers(headers).body(body);
        let mut response = request.send().await.map_err(|e| unanswered(&e))?;
        if response.status().is_redirection() {
            return Err(FetchError::Refused("redirects are not followed"));
        }
        let (status, content_type) = (response.status().as_u16(), response.headers().get(CONTENT_TYPE).cloned());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| unanswered(&e))? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(FetchError::Refused("the answer is too large"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Exchanged { status, content_type, body: body.freeze() })
    }
}
