//! axe-core in a browser page: what keeps people out who cannot see, point or read small.

use std::fs;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use super::browser::Browser;

/// One broken rule and where.
#[derive(Debug)]
pub struct Violation {
    pub rule: String,
    pub impact: String,
    pub help: String,
    pub places: Vec<String>,
}

/// Runs axe-core's rules for WCAG 2.2 A and AA and its best practices over the page as it is shown now.
pub async fn violations(browser: &Browser) -> Vec<Violation> {
    browser.run(&source(), json!([])).await;
    let script = "const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ['violations'] })
            .then(found => done({ violations: found.violations }), error => done({ failure: String(error) }))";
    let found = browser.run_async(script, json!([])).await;
    assert!(found["failure"].is_null(), "axe-core failed: {}", found["failure"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = found["violations"].as_array().expect("axe-core answers a list").iter();
    rows.map(|row| Violation {
        rule: text(&row["id"]),
        impact: text(&row["impact"]),
        help: text(&row["help"]),
        places: row["nodes"].as_array().into_iter().flatten().map(|node| text(&node["html"])).collect(),
    })
    .collect()
}

fn source() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/node/node_modules/axe-core/axe.min.js");
    fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!("axe-core is missing ({error}): `npm ci` in tests/interop/node, or `bash tests/run`, brings it")
    })
}
