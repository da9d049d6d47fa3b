//! `PARTS`: what a bundle holds beside photos and videos. A new part is one row.

mod trail;
mod who;

pub use self::trail::csv;

use std::collections::BTreeSet;

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::app::App;
use crate::base::id::{AccountId, ExportId};
use crate::base::{Fault, Time};
use crate::privacy::bundle::{self, Made, Writing};
use crate::privacy::zip::Method;
use crate::store::database::exports;
use crate::store::database::exports::File;
use crate::wallet::media::Item;
use crate::wallet::media::sealed::ContentKey;

/// A part of a bundle.
pub struct Part {
    /// The file, or the folder of several, which ends with a slash.
    pub path: &'static str,
    /// What is in it, for the page that explains the bundle.
    pub about: &'static str,
    /// The schema of a JSON file, or of each line of an NDJSON file.
    pub schema: Option<&'static str>,
    pub write: for<'a, 'o> fn(&'a Source, &'o mut Out<'a>) -> BoxFuture<'o, Result<(), Fault>>,
}

/// Every part, in the order in which they are written.
pub const PARTS: &[Part] = &[
    Part {
        path: "profile.json",
        about: "What you said of yourself, with its source and when it was checked.",
        schema: Some("profile"),
        write: |s, o| Box::pin(who::profile(s, o)),
    },
    Part {
        path: "emails.json",
        about: "Your email addresses.",
        schema: Some("emails"),
        write: |s, o| Box::pin(who::emails(s, o)),
    },
    Part {
        path: "phones.json",
        about: "Your phone numbers.",
        schema: Some("phones"),
        write: |s, o| Box::pin(who::phones(s, o)),
    },
    Part {
        path: "identity.json",
        about: "What your identity document said, if you had it checked. Its number is not kept.",
        schema: Some("identity"),
        write: |s, o| Box::pin(who::identity(s, o)),
    },
    Part {
        path: "badges/badges.json",
        about: "Your badges.",
        schema: Some("badges"),
        write: |s, o| Box::pin(who::badges(s, o)),
    },
    Part {
        path: "media/media.json",
        about: "Your photos and videos: title, description, album, and which file holds each.",
        schema: Some("media"),
        write: |s, o| Box::pin(who::media(s, o)),
    },
    Part {
        path: "dtp/photos.json",
        about: "Your photos by the field names of the Data Transfer Project, for services that read those.",
        schema: Some("photos"),
        write: |s, o| Box::pin(who::dtp_photos(s, o)),
    },
    Part {
        path: "dtp/videos.json",
        about: "Your videos by the field names of the Data Transfer Project.",
        schema: Some("videos"),
        write: |s, o| Box::pin(who::dtp_videos(s, o)),
    },
    Part {
        path: "connections/grants.json",
        about: "The apps that you connected, and what each of them may or might see.",
        schema: Some("grants"),
        write: |s, o| Box::pin(trail::grants(s, o)),
    },
    Part {
        path: "connections/receipts/",
        about: "The signed receipts of what you agreed to and stopped, one token a file (JWS).",
        schema: None,
        write: |s, o| Box::pin(trail::receipts(s, o)),
    },
    Part {
        path: "activity/activity.ndjson",
        about: "What happened to your wallet and who read what, one JSON object a line, the newest first.",
        schema: Some("activity"),
        write: |s, o| Box::pin(trail::activity(s, o)),
    },
    Part {
        path: "activity/activity.csv",
        about: "The same as a table.",
        schema: None,
        write: |s, o| Box::pin(trail::activity_table(s, o)),
    },
    Part {
        path: "security/logins.csv",
        about: "Sign-ins and changes of your account, as a table.",
        schema: None,
        write: |s, o| Box::pin(trail::logins(s, o)),
    },
    Part {
        path: "security/sessions.json",
        about: "The browsers that are signed in.",
        schema: Some("sessions"),
        write: |s, o| Box::pin(trail::sessions(s, o)),
    },
    Part {
        path: "settings.json",
        about: "Your account and its settings.",
        schema: Some("settings"),
        write: |s, o| Box::pin(who::settings(s, o)),
    },
];

/// The schemas by name (JSON Schema 2020-12).
pub const SCHEMAS: &[(&str, &str)] = &[
    ("manifest", include_str!("../schemas/manifest.schema.json")),
    ("profile", include_str!("../schemas/profile.schema.json")),
    ("emails", include_str!("../schemas/emails.schema.json")),
    ("phones", include_str!("../schemas/phones.schema.json")),
    ("identity", include_str!("../schemas/identity.schema.json")),
    ("badges", include_str!("../schemas/badges.schema.json")),
    ("media", include_str!("../schemas/media.schema.json")),
    ("photos", include_str!("../schemas/photos.schema.json")),
    ("videos", include_str!("../schemas/videos.schema.json")),
    ("grants", include_str!("../schemas/grants.schema.json")),
    ("activity", include_str!("../schemas/activity.schema.json")),
    ("sessions", include_str!("../schemas/sessions.schema.json")),
    ("settings", include_str!("../schemas/settings.schema.json")),
];

/// What parts are made of.
pub struct Source {
    pub app: App,
    pub account: AccountId,
    pub export: ExportId,
    /// The photos and videos of the bundle.
    pub items: Vec<Item>,
}

/// Where parts are written to.
pub struct Out<'a> {
    pub source: &'a Source,
    pub key: ContentKey,
    pub files: Vec<Made>,
    /// How many files there will be in all.
    pub total: usize,
    /// Nothing more is begun once this is over: the rest is for the next turn.
    pub until: std::time::Instant,
    /// The most bytes of one bundle.
    pub most: u64,
    pub stopped: Option<Stopped>,
}

/// Why writing stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The turn is over.
    Turn,
    /// There is more than a bundle may hold.
    Large,
    /// Another runner is at it, or nobody waits for it any more.
    Gone,
}

/// A file that is being written.
pub struct Open {
    writing: Writing,
    etag: String,
}

impl Open {
    /// # Errors
    /// A fault when the store does not answer.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.writing.push(bytes).await
    }
}

impl Out<'_> {
    fn paths(&self) -> BTreeSet<&str> {
        self.files.iter().map(|made| made.path.as_str()).collect()
    }

    /// Begins a file; `None` where it is there already, or nothing more is begun.
    ///
    /// # Errors
    /// A fault when the store does not answer.
    pub async fn begin(&mut self, path: &str, method: Method, item: Option<String>) -> Result<Option<Open>, Fault> {
        if self.stopped.is_none() && self.files.iter().map(|made| made.packed).sum::<u64>() > self.most {
            self.stopped = Some(Stopped::Large);
        }
        if self.stopped.is_some() || self.paths().contains(path) {
            return Ok(None);
        }
        if std::time::Instant::now() >= self.until {
            self.stopped = Some(Stopped::Turn);
            return Ok(None);
        }
        let app = &self.source.app;
        let etag = app.random.characters(20, b"0123456789abcdefghijklmnopqrstuvwxyz");
        let blob = bundle::blob("exports", self.source.export, &etag)?;
        let mut writing = Writing::begin(app, &blob, &self.key, path, method).await?;
        if let Some(item) = item {
            writing.of_item(item);
        }
        Ok(Some(Open { writing, etag }))
    }

    /// Keeps a file that was begun.
    ///
    /// # Errors
    /// A fault when a store does not answer.
    pub async fn keep(&mut self, open: Open) -> Result<(), Fault> {
        let made = open.writing.finish().await?;
        let (unit, account, export) = (self.source.app.clone(), self.source.account, self.source.export);
        let number = i32::try_from(self.files.len()).unwrap_or(i32::MAX);
        let total = i32::try_from(self.total.max(self.files.len() + 1)).unwrap_or(i32::MAX);
        let (kept, etag) = (made.clone(), open.etag.clone());
        let is_kept = self
            .source
            .app
            .db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    if exports::find(tx, export).await?.is_none() {
                        return Ok(false);
                    }
                    let key = crate::accounts::person_key(tx, &unit, account).await?;
                    let row = format!("{export}:{number}");
                    let details = bundle::seal(&unit, &key, place(&row), &kept)?;
                    let bytes = kept.packed.cast_signed();
                    let file = File { export_id: export, number, etag, bytes, details };
                    exports::put_file(tx, &file, total, unit.now()).await
                })
            })
            .await?;
        match is_kept {
            true => self.files.push(made),
            false => {
                let blob = bundle::blob("exports", export, &open.etag)?;
                self.source.app.blobs.delete(&blob).await?;
                self.stopped = Some(Stopped::Gone);
            }
        }
        Ok(())
    }

    /// Gives up a file that was begun.
    pub async fn drop(&mut self, open: Open) {
        open.writing.abort().await;
    }

    /// A whole file at once.
    ///
    /// # Errors
    /// A fault when a store does not answer.
    pub async fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), Fault> {
        let Some(mut open) = self.begin(path, Method::Deflated, None).await? else { return Ok(()) };
        open.push(bytes).await?;
        self.keep(open).await
    }

    /// A JSON document.
    ///
    /// # Errors
    /// A fault when a store does not answer.
    pub async fn json(&mut self, path: &str, document: &Value) -> Result<(), Fault> {
        let bytes = serde_json::to_vec_pretty(document).map_err(|e| Fault::internal("write a part of a bundle", e))?;
        self.file(path, &bytes).await
    }
}

/// Where the details of a file are.
pub fn place(row: &str) -> crate::base::seal::Place<'_> {
    crate::base::seal::Place { table: "export_files", column: "details", row }
}

/// The version of the bundle's form; it moves when a reader of the form before would go wrong.
pub const SCHEMA_VERSION: u32 = 1;

fn moment(at: Option<Time>) -> Option<String> {
    at.map(Time::rfc3339)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_schema() {
        for (at, part) in PARTS.iter().enumerate() {
            assert!(PARTS[..at].iter().all(|other| other.path != part.path), "{} twice", part.path);
            assert!(!part.about.is_empty());
            let is_json = part.path.ends_with("json");
            assert_eq!(is_json, part.schema.is_some(), "{}", part.path);
            assert!(part.schema.is_none_or(|name| SCHEMAS.iter().any(|(known, _)| *known == name)), "{}", part.path);
        }
        for (name, text) in SCHEMAS {
            let schema: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
            assert_eq!(schema["$id"], format!("{name}.schema.json"));
        }
    }
}
