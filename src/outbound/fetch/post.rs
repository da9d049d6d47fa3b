//! HTTP POST to a client's URL, under the same rules as GET: what came of it is a status, and nothing else is read.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
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
        let mut request = self.client_for(url)?.post(url.clone()).header(CONTENT_TYPE, content_type).body(body);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let response = request.send().await.map_err(|e| unanswered(&e))?;
        Ok(response.status().as_u16())
    }
}
