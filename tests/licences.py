"""Checks every dependency's licence against the list we accept, and the least versions that advisories ask for."""

import json
import subprocess
import sys

ACCEPTED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "Unicode-3.0", "Unlicense", "Zlib", "bzip2-1.0.6",
}

# Fixed in these versions (RustSec); a lock below them fails. Several are checked at every copy in the lock.
LEAST = {
    "diesel": "2.3.10", "diesel-async": "0.9.0", "tokio-postgres": "0.7.18", "h2": "0.4.16",
    "rustls-webpki": "0.103.13", "time": "0.3.47", "bytes": "1.11.1", "idna": "1.0.3", "lettre": "0.11.22",
}


def accepted(expression):
    """An OR needs one side, an AND needs both (SPDX)."""
    expression = expression.replace("/", " OR ").strip()
    while expression.startswith("(") and matching(expression) == len(expression) - 1:
        expression = expression[1:-1].strip()
    for word, judge in ((" OR ", any), (" AND ", all)):
        sides = split(expression, word)
        if len(sides) > 1:
            return judge(accepted(side) for side in sides)
    return expression in ACCEPTED


def matching(text):
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return at
    return -1


def split(text, word):
    """Splits outside of parentheses."""
    sides, depth, begin = [], 0, 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and text.startswith(word, at):
            sides.append(text[begin:at])
            begin = at + len(word)
    return sides + [text[begin:]]


def version(text):
    return tuple(int(part) for part in text.split("+")[0].split("-")[0].split("."))


def main():
    metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--locked"]))
    problems = []
    for package in metadata["packages"]:
        name, found = package["name"], package["version"]
        if package["source"] and not accepted(package["license"] or "none"):
            problems.append(f"{name} {found}: licence {package['license']}")
        if name in LEAST and version(found) < version(LEAST[name]):
            problems.append(f"{name} {found}: below {LEAST[name]}, which mends an advisory")
    print(f"{len(metadata['packages'])} packages, {len(problems)} problems")
    print("\n".join(problems))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
