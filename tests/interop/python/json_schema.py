"""Validates by JSON Schema, as an editor does that knows nothing of Audgate.

Reads a line, a JSON object: `asked` is a list of `{schema, document}`, and `common` has what every one of these schemas may refer
to. Prints a list of the same length: for each document, where it does not fit, as JSON Pointers.
"""

import json
import sys

import jsonschema_rs


def misfits(common, schema, document):
    whole = {**common, **schema}
    jsonschema_rs.meta.validate(whole)
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return sorted({"".join(f"/{step}" for step in error.instance_path) for error in validator.iter_errors(document)})


def main():
    task = json.loads(sys.stdin.readline())
    print(json.dumps([misfits(task["common"], **asked) for asked in task["asked"]]))


main()
