//! HTTP POST to a client's URL, under the same rules as GET: what came of it is a status, and a short answer where it is wanted.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use url::Url;

use super::{Fetch, FetchError, unanswered};

impl Fetch {
    /// Posts a body; gives the status of the answer, whose body nobody looks at. Redirects are not followed.
    ///
    /// # Errors
    /// Refused by our rules, or no answer within five seconds.
    pub async fn post(
        &self,
        url: &Url,
        content_type: &str,
        authorization: Option<&str>,
        body: String,
    ) -> Result<u16, FetchError> {
        let authorization = authorization.map(|value| (AUTHORIZATION, value));
        self.post_with(url, content_type, authorization, body).await
    }

    /// As [`Fetch::post`], with headers of the caller's.
    ///
    /// # Errors
    /// As [`Fetch::post`].
    pub async fn post_with<'h>(
        &self,
        url: &Url,
        content_type: &str,
        headers: impl IntoIterator<Item = (HeaderName, &'h str)>,
        body: String,
    ) -> Result<u16, FetchError> {
        let mut request = self.client_for(url)?.post(url.clone()).header(CONTENT_TYPE, content_type).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|e| unanswered(&e))?;
        Ok(response.status().as_u16())
    }

    /// As [`Fetch::post_with`]; gives the body too, empty where it is larger than `most_bytes` or breaks off.
    ///
    /// # Errors
    /// As [`Fetch::post`].
    pub async fn post_and_read<'h>(
        &self,
        url: &Url,
        content_type: &str,
        headers: impl IntoIterator<Item = (HeaderName, &'h str)>,
        body: String,
        most_bytes: usize,
    ) -> Result<(u16, Vec<u8>), FetchError> {
        let mut request = self.client_for(url)?.post(url.clone()).header(CONTENT_TYPE, content_type).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(|e| unanswered(&e))?;
        let (status, mut read) = (response.status().as_u16(), Vec::new());
        while let Ok(Some(chunk)) = response.chunk().await {
            read.extend_from_slice(&chunk);
            if read.len() > most_bytes {
                return Ok((status, Vec::new()));
            }
        }
        Ok((status, read))
    }
}
