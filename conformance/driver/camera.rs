//! Pictures of pages, as the suite's reviewers want to see them: by headless Chromium from what the browser received.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::process::Command;

use crate::Result;
use crate::form::Page;

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A page as a PNG; as the suite takes it, in a `data:` URL. Kept in a file too.
pub async fn picture(page: &Page, keep: &Path) -> Result<String> {
    let folder = tempfile::Builder::new().prefix("social-wallet-picture-").tempdir()?;
    let (html, png) = (folder.path().join("page.html"), folder.path().join("page.png"));
    fs::write(&html, with_base(page))?;
    for program in CHROMIUM {
        let mut command = Command::new(program);
        command
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"])
            // Its styles come from the provider of this run.
            .arg("--ignore-certificate-errors")
            .args(["--window-size=800,900", "--virtual-time-budget=2000"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .arg(format!("--screenshot={}", png.display()))
            .arg(format!("file://{}", html.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let Ok(mut child) = command.spawn() else { continue };
        tokio::time::timeout(Duration::from_secs(60), child.wait()).await.map_err(|_| "Chromium takes too long")??;
        fs::copy(&png, keep).map_err(|e| format!("Chromium made no picture: {e}"))?;
        return Ok(format!("data:image/png;base64,{}", STANDARD.encode(fs::read(&png)?)));
    }
    Err(format!("pictures of pages need one of {}", CHROMIUM.join(", ")).into())
}

/// The page with its own address as the base of its links, and with all of it unfolded: reviewers look for the error.
fn with_base(page: &Page) -> String {
    let base = format!("<head><base href=\"{}\">", page.url.as_str().replace('"', "%22"));
    page.body.replacen("<head>", &base, 1).replace("<details>", "<details open>")
}
