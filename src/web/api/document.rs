//! The OpenAPI document: poem-openapi writes 3.0, which is turned into 3.1, with what it cannot say put in.

use serde_json::{Map, Value, json};

use super::{awarding, problem};
use crate::catalog::messages;
use crate::catalog::scopes::{BADGES_ISSUE, CLIENT_CHANGES, ERASURE_REPORT, GRANT_QUERY};
use crate::provider::data::Resource;
use crate::web::views::api::{Operation, Parameter};

const VERSION: &str = "3.1.1";
const DIALECT: &str = "https://spec.openapis.org/oas/3.1/dialect/base";

/// What opens each operation.
const OPERATIONS: &[(&str, Resource)] = &[
    ("me", Resource::Me),
    ("profile", Resource::Profile),
    ("badges", Resource::Badges),
    ("badge", Resource::Badge),
    ("media", Resource::Media),
    ("media_item", Resource::MediaItem),
    ("media_content", Resource::MediaItem),
    ("media_link", Resource::MediaItem),
    ("identity", Resource::Identity),
    ("changes", Resource::Changes),
];

/// What a client does for itself, and the scope that opens it.
const OWN: &[(&str, &str)] = &[
    ("erasure_status", ERASURE_REPORT),
    ("define_badge", BADGES_ISSUE),
    ("issue_badge", BADGES_ISSUE),
    ("withdraw_badge", BADGES_ISSUE),
    ("client_changes", CLIENT_CHANGES),
    ("client_grants", GRANT_QUERY),
];

/// The 3.1 document from the 3.0 one.
pub fn of(spec: &str, issuer: &str) -> Value {
    let mut document: Value = serde_json::from_str(spec).unwrap_or_default();
    mend(&mut document);
    document["openapi"] = json!(VERSION);
    document["jsonSchemaDialect"] = json!(DIALECT);
    document["servers"] = json!([{ "url": issuer }]);
    document["info"]["description"] = json!(
        "What people share with your platform, read at the moment you ask. Every read is kept on record and shown to \
         the person; what they take away is gone from the next answer on."
    );
    for name in awarding::BODIES {
        document["components"]["schemas"][*name]["additionalProperties"] = json!(false);
    }
    document["components"]["schemas"]["Problem"] = problem::schema();
    document["components"]["securitySchemes"] = json!({
        "openid": { "type": "openIdConnect", "openIdConnectUrl": format!("{issuer}/.well-known/openid-configuration") },
        "dpop": { "type": "http", "scheme": "DPoP", "description": "An access token bound to a key (RFC 9449 §7.1)" },
    });
    for operation in operations_of(&mut document) {
        complete(operation);
    }
    document["components"]["schemas"]["WebhookMessage"] = message();
    document["webhooks"] = messages::webhooks().into_iter().map(|kind| (kind.to_owned(), webhook(kind))).collect();
    document
}

/// What a client's server is called with (OpenAPI 3.1 §4.8.1): every type of message.
fn webhook(kind: &str) -> Value {
    let schema = json!({ "allOf": [
        { "$ref": "#/components/schemas/WebhookMessage" }, { "properties": { "type": { "const": kind } } }
    ] });
    json!({ "post": {
        "operationId": format!("webhook_{}", kind.replace('.', "_")),
        "summary": format!("A message of the type {kind}"),
        "description": "Signed as Standard Webhooks has it, and sent again until it is taken.",
        "security": [],
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema } } },
        "responses": {
            "2XX": { "description": "It is taken" },
            "410": { "description": "The endpoint is to be switched off" },
        },
    } })
}

/// The schema of a message (WALLET.md §8.4).
fn message() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let time = |description: &str| json!({ "type": "string", "format": "date-time", "description": description });
    let names =
        |description: &str| json!({ "type": "array", "items": { "type": "string" }, "description": description });
    json!({
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": { "type": "string", "enum": messages::webhooks() },
            "timestamp": time("When it happened: the day, where several platforms hear of it"),
            "data": {
                "type": "object",
                "required": ["sub", "at"],
                "properties": {
                    "sub": text("Whom it is about, as in the ID Token"),
                    "at": time("As timestamp"),
                    "grant_id": text("The grant that it is about"),
                    "cursor": text("Where the changes begin, for since of /wallet/v1/changes"),
                    "reason": text("Why a grant ended"),
                    "added": names("Names of claims and scopes that a grant has gained"),
                    "removed": names("Names of claims and scopes that a grant has lost"),
                    "kind": text("Which credential it was"),
                    "purge_at": time("When the account will be deleted"),
                    "request": text("What you answer to at /wallet/v1/erasure-requests"),
                },
            },
        },
    })
}

fn operations_of(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document["paths"].as_object_mut().into_iter().flatten().map(|(_, path)| path);
    paths.filter_map(Value::as_object_mut).flatten().filter_map(|(_, operation)| operation.as_object_mut())
}

/// Says which scopes open an operation, and how it refuses.
fn complete(operation: &mut Map<String, Value>) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let scopes = OPERATIONS.iter().find(|(name, _)| *name == id).map(|(_, what)| what.scopes()).unwrap_or_default();
    let own = OWN.iter().filter(|(name, _)| *name == id).map(|(_, scope)| *scope);
    let scopes: Vec<&str> = scopes.into_iter().chain(own).collect();
    // One scope is enough: each stands for itself.
    let each = scopes.iter().map(|scope| json!({ "openid": [scope] }));
    operation.insert("security".to_owned(), each.chain([json!({ "dpop": [] })]).collect());
    let problem = json!({
        "description": "A refusal (RFC 9457); the challenges of RFC 6750 and RFC 9470 in WWW-Authenticate",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        let statuses: &[&str] = match OWN.iter().any(|(name, _)| *name == id) {
            true => &["400", "401", "403", "404", "409", "410", "429", "503"],
            false => &["400", "401", "403", "404", "410", "429", "503"],
        };
        for status in statuses {
            responses.insert((*status).to_owned(), problem.clone());
        }
        if let Some(refused) = responses.get_mut("416") {
            *refused = problem;
        }
    }
}

/// What 3.1 says otherwise than 3.0: null is a type, an example is one of several, limits are numbers.
fn mend(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.remove("nullable") == Some(Value::Bool(true))
                && let Some(kind) = members.get("type").cloned()
            {
                members.insert("type".to_owned(), json!([kind, "null"]));
            }
            if members.contains_key("type")
                && let Some(example) = members.remove("example")
            {
                members.insert("examples".to_owned(), json!([example]));
            }
            members.values_mut().for_each(mend);
        }
        Value::Array(all) => all.iter_mut().for_each(mend),
        _ => {}
    }
}

/// The operations of a document, in its order.
pub fn operations(document: &Value) -> Vec<Operation> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let security = operation["security"].as_array().into_iter().flatten();
            let scopes = security.filter_map(|one| one["openid"][0].as_str()).map(str::to_owned).collect();
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let parameter =
                |one: &Value| Parameter { name: text(&one["name"]), description: text(&one["description"]) };
            let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
            let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
            let schema = &document["components"]["schemas"][name];
            all.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                summary: text(&operation["summary"]),
                description: text(&operation["description"]),
                scopes,
                parameters: parameters.map(parameter).collect(),
                answer: if schema.is_null() {
                    String::new()
                } else {
                    serde_json::to_string_pretty(schema).unwrap_or_default()
                },
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openapi_3_1_says_null_as_a_type() {
        let mut value = json!({ "a": { "type": "string", "nullable": true, "example": "x" }, "b": [{ "nullable": false, "type": "object" }] });
        mend(&mut value);
        assert_eq!(
            value,
            json!({ "a": { "type": ["string", "null"], "examples": ["x"] }, "b": [{ "type": "object" }] })
        );
    }

    #[test]
    fn every_operation_is_described_and_opened_by_a_scope() {
        let document = of(&super::super::operations::service().spec(), "https://wallet.example");
        let shown = operations(&document);
        assert_eq!(shown.len(), OPERATIONS.len() + OWN.len());
        for operation in &shown {
            assert!(!operation.summary.is_empty() && !operation.scopes.is_empty(), "{operation:?}");
            let is_about_media = operation.path.starts_with("/wallet/v1/media");
            let is_read = operation.method == "GET" && !is_about_media && operation.path != "/wallet/v1/changes";
            assert!(!is_read || operation.answer.contains("\"sub\""), "{}", operation.answer);
        }
        let text = document.to_string();
        assert!(!text.contains("nullable") && text.contains("accent_color"), "{text}");
    }
}
