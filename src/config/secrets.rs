//! `Keys`: the master keys and the pepper, from the configuration or made once in the data folder.

use std::fs;
use std::io;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Config, Problem, folder};
use crate::base::seal::{KeyRing, Pepper};
use crate::base::{Random, Secret};

/// What personal data is sealed with and what digests are keyed with.
#[derive(Debug, Clone)]
pub struct Keys {
    pub ring: KeyRing,
    pub pepper: Pepper,
}

impl Keys {
    /// The keys of the configuration, else those of the data folder, else new ones that are written there first.
    ///
    /// Fails when the keys are there but cannot be used, and when an embedded database is there without its keys: a
    /// house never goes on silently under new keys that open nothing (SECURITY R-22).
    pub fn load(config: &Config, random: &Random) -> Result<Self, Problem> {
        match (&config.secrets.master_keys, &config.secrets.pepper) {
            (Some(master_keys), Some(pepper)) => read(master_keys.expose(), pepper.expose()).ok_or_else(|| Problem {
                what: "secrets.master_keys or secrets.pepper cannot be read".into(),
                mend: "`social-wallet config check` says which and what it should look like.".into(),
            }),
            (None, None) => from_folder(config, random),
            _ => Err(Problem {
                what: "secrets.master_keys and secrets.pepper belong together, and one is missing".into(),
                mend: "Set both or neither.".into(),
            }),
        }
    }

    /// A value that only these keys open: kept with the data, it tells at the next start whether they still fit.
    pub fn proof(&self, random: &Random) -> Vec<u8> {
        self.ring.sealer("key proof").seal(&self.pepper.mac("key proof", b""), b"", random)
    }

    /// Whether the data that `proof` was kept with belongs to these keys.
    pub fn fit(&self, proof: &[u8]) -> bool {
        self.ring.sealer("key proof").open(&self.pepper.mac("key proof", b""), proof).is_ok()
    }
}

/// New master keys and a new pepper, written as the settings of these names.
pub fn generate(random: &Random) -> (Secret<String>, Secret<String>) {
    (Secret::new(format!("1:{}", random.token(32))), Secret::new(random.token(32)))
}

/// `1:<32 bytes as base64url>,2:…`, oldest first; `None` when it is anything else.
pub(super) fn read_master_keys(text: &str) -> Option<KeyRing> {
    let mut keys = Vec::new();
    for part in text.split(',') {
        let (number, key) = part.trim().split_once(':')?;
        let number: u8 = number.parse().ok().filter(|n| *n > 0)?;
        keys.push((number, *read_key(key)?));
    }
    KeyRing::new(keys)
}

pub(super) fn read_pepper(text: &str) -> Option<Pepper> {
    read_key(text.trim()).map(|key| Pepper::new(*key))
}

fn read_key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?);
    <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new)
}

fn read(master_keys: &str, pepper: &str) -> Option<Keys> {
    Some(Keys { ring: read_master_keys(master_keys)?, pepper: read_pepper(pepper)? })
}

/// What `keys.json` holds: the settings of the same names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    master_keys: Secret<String>,
    pepper: Secret<String>,
}

fn from_folder(config: &Config, random: &Random) -> Result<Keys, Problem> {
    let path = config.key_file();
    if let Some(keys) = from_file(&path)? {
        return Ok(keys);
    }
    if config.database_file().exists() {
        return Err(Problem {
            what: format!("{} is there, but its keys in {} are gone", config.database_file().display(), path.display()),
            mend: "Put the key file back from a backup. Without it what the database holds cannot be opened; to begin \
                   anew, move the data folder away."
                .into(),
        });
    }
    let (master_keys, pepper) = generate(random);
    let file = serde_json::json!({ "master_keys": master_keys.expose(), "pepper": pepper.expose() });
    let cannot = |e: io::Error| Problem {
        what: format!("{} cannot be written: {e}", path.display()),
        mend: "Make data.dir a folder that this process may write.".into(),
    };
    folder::create(&config.data.dir).map_err(cannot)?;
    match folder::write_new(&path, file.to_string().as_bytes()) {
        Ok(()) => {}
        // Another process was first; its keys are the ones.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(cannot(e)),
    }
    from_file(&path)?.ok_or_else(|| cannot(io::ErrorKind::NotFound.into()))
}

/// `None` when there is no such file.
fn from_file(path: &Path) -> Result<Option<Keys>, Problem> {
    let refuse = |what: String, mend: &str| Err(Problem { what, mend: mend.into() });
    let text = match fs::read(path) {
        Ok(text) => Zeroizing::new(text),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return refuse(format!("{} cannot be read: {e}", path.display()), "Let this process read it."),
    };
    #[cfg(unix)]
    {
        let mode = fs::metadata(path).map_or(0, |m| std::os::unix::fs::PermissionsExt::mode(&m.permissions()));
        if mode & 0o077 != 0 {
            let mend = format!("chmod 600 {}", path.display());
            return refuse(format!("{} may be read by others than its owner", path.display()), &mend);
        }
    }
    let file: Option<KeyFile> = serde_json::from_slice(&text).ok();
    match file.and_then(|file| read(file.master_keys.expose(), file.pepper.expose())) {
        Some(keys) => Ok(Some(keys)),
        None => refuse(
            format!("{} is not a key file", path.display()),
            "Put the key file back from a backup; it is never made anew while data may need it.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> (tempfile::TempDir, Config) {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.dir = dir.path().join("data");
        (dir, config)
    }

    #[test]
    fn keys_are_made_once() {
        let (_dir, config) = config();
        let keys = Keys::load(&config, &Random::Os).unwrap();
        let proof = keys.proof(&Random::Os);
        assert!(Keys::load(&config, &Random::Os).unwrap().fit(&proof));
        let (_other_dir, other) = self::config();
        assert!(!Keys::load(&other, &Random::Os).unwrap().fit(&proof));
    }

    #[test]
    fn many_starts_at_once_agree() {
        let (_dir, config) = config();
        let proof = Keys::load(&config, &Random::Os).unwrap().proof(&Random::Os);
        fs::remove_file(config.key_file()).unwrap();
        let keys: Vec<Keys> = std::thread::scope(|s| {
            let starts: Vec<_> = (0..8).map(|_| s.spawn(|| Keys::load(&config, &Random::Os).unwrap())).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        let agreed = keys[0].proof(&Random::Os);
        assert!(keys.iter().all(|k| k.fit(&agreed) && !k.fit(&proof)));
    }

    #[test]
    fn a_database_without_its_keys_is_refused() {
        let (_dir, config) = config();
        fs::create_dir_all(&config.data.dir).unwrap();
        fs::write(config.database_file(), b"").unwrap();
        assert!(Keys::load(&config, &Random::Os).unwrap_err().what.contains("are gone"));
        for broken in ["", "{}", "{\"master_keys\":\"1:x\",\"pepper\":\"y\"}"] {
            folder::write(&config.key_file(), broken.as_bytes()).unwrap();
            assert!(Keys::load(&config, &Random::Os).unwrap_err().what.contains("is not a key file"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let (_dir, config) = config();
        Keys::load(&config, &Random::Os).unwrap();
        fs::set_permissions(config.key_file(), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(Keys::load(&config, &Random::Os).unwrap_err().mend.starts_with("chmod 600"));
    }

    #[test]
    fn configured_keys_win_and_rotate() {
        let (_dir, mut config) = config();
        let (master_keys, pepper) = generate(&Random::Os);
        config.secrets.master_keys = Some(master_keys.clone());
        assert!(Keys::load(&config, &Random::Os).is_err());
        config.secrets.pepper = Some(pepper);
        let proof = Keys::load(&config, &Random::Os).unwrap().proof(&Random::Os);
        let rotated = format!("{}, 2:{}=", master_keys.expose(), Random::Os.token(32));
        config.secrets.master_keys = Some(Secret::new(rotated));
        let keys = Keys::load(&config, &Random::Os).unwrap();
        assert!(keys.fit(&proof) && keys.ring.current() == 2 && !config.key_file().exists());
        for bad in ["", "1", "1:", "0:AAAA", "300:AAAA", "1:AAAA", "x"] {
            assert!(read_master_keys(bad).is_none(), "{bad}");
        }
    }
}
