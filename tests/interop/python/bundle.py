"""Opens a bundle with another ZIP reader and holds every file against the schema and the sum that its manifest names."""

import csv
import hashlib
import io
import json
import sys
import zipfile

from jsonschema import Draft202012Validator, FormatChecker

with zipfile.ZipFile(sys.argv[1]) as bundle:
    assert bundle.testzip() is None, "a sum is wrong"
    names = bundle.namelist()
    assert len(names) == len(set(names)), "a name is there twice"

    def schema_of(path):
        document = json.loads(bundle.read(path))
        Draft202012Validator.check_schema(document)
        return Draft202012Validator(document, format_checker=FormatChecker())

    manifest = json.loads(bundle.read("manifest.json"))
    schema_of("schemas/manifest.schema.json").validate(manifest)
    assert {one["path"] for one in manifest["files"]} == set(names) - {"manifest.json"}
    lines = ""
    for one in manifest["files"]:
        data = bundle.read(one["path"])
        assert len(data) == one["bytes"] and hashlib.sha256(data).hexdigest() == one["sha256"], one["path"]
        lines += f"{one['sha256']}  {one['path']}\n"
        if one["schema"] and one["path"].endswith(".ndjson"):
            for line in data.decode().splitlines():
                schema_of(one["schema"]).validate(json.loads(line))
        elif one["schema"]:
            schema_of(one["schema"]).validate(json.loads(data))
        elif one["path"].endswith(".json") and not one["path"].startswith("schemas/"):
            raise AssertionError(f"{one['path']} has no schema")
        elif one["path"].endswith(".csv"):
            rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
            assert {len(row) for row in rows} == {10}, one["path"]
    assert hashlib.sha256(lines.encode()).hexdigest() == manifest["files_sha256"]

    items = {one["path"] for one in json.loads(bundle.read("media/media.json"))["items"]}
    photos = json.loads(bundle.read("dtp/photos.json"))["photos"]
    videos = json.loads(bundle.read("dtp/videos.json"))["videos"]
    for path in [one["fetchableUrl"] for one in photos] + [one["contentUrl"] for one in videos]:
        assert path in items and path in names, path
    print(json.dumps({name: bundle.read(name).decode() for name in names if name.endswith((".json", ".csv", ".ndjson"))}))
