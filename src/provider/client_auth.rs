//! Authenticates the calling client.
use crate::provider::clients::Registered;
use std::ops::Deref;
use std::sync::Arc;
#[derive(Debug)]
pub struct AuthenticatedClient {
    client: Arc<Registered>,
}
impl Deref for AuthenticatedClient {
    type Target = Registered;
    fn deref(&self) -> &Registered {
        &self.client
    }
}
impl AuthenticatedClient {
    pub fn registered(&self) -> &Arc<Registered> {
        &self.client
    }
}
