"""Holds an OpenAPI document against its specification, and answers against the schemas that are named as their files."""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

document = json.loads(pathlib.Path(sys.argv[1]).read_text())
validate(document)
for name in map(pathlib.Path, sys.argv[2:]):
    schema = {"$ref": f"#/components/schemas/{name.stem}", "components": document["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(json.loads(name.read_text()))
