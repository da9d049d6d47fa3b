//! The resource servers of the house and their scopes, as the rules and as people are told of them.

use std::sync::Arc;

use crate::app::{App, Room};
use crate::config::Resource;
use crate::oauth::Scope;
use crate::oauth::resource::{ResourceServer, Resources};

struct Known(Resources);

impl Room for Known {
    fn open(app: &App) -> Self {
        let server = |resource: &Resource| ResourceServer {
            identifier: resource.identifier.clone(),
            scopes: Scope::of(resource.scopes.keys().map(String::as_str)),
        };
        Self(Resources::new(app.config.resources.iter().map(server).collect()))
    }
}

/// The resource servers of the house.
#[derive(Clone)]
pub struct All(Arc<Known>);

impl std::ops::Deref for All {
    type Target = Resources;
    fn deref(&self) -> &Resources {
        &self.0.0
    }
}

pub fn all(app: &App) -> All {
    All(app.room::<Known>())
}

/// A scope of a resource server, as people are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub scope: String,
    pub label: String,
    /// What the resource server is called.
    pub name: String,
}

/// The services among the values of a scope.
pub fn services(app: &App, scope: &Scope) -> Vec<Service> {
    let of = |resource: &Resource| {
        let wanted = resource.scopes.iter().filter(|(value, _)| scope.contains(value));
        let service = |(value, label): (&String, &String)| Service {
            scope: value.clone(),
            label: label.clone(),
            name: resource.name.clone(),
        };
        wanted.map(service).collect::<Vec<_>>()
    };
    app.config.resources.iter().flat_map(of).collect()
}
