"""Validates documents by a JSON Schema, as an editor does that knows nothing of Audgate.

Reads a line, a JSON list of documents, and prints a list of the same length: for each document, where it does not fit, as JSON
Pointers. Argument: the file of the schema.
"""

import json
import sys

import jsonschema_rs


def pointer(error):
    return "".join(f"/{step}" for step in error.instance_path)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    documents = json.loads(sys.stdin.readline())
    print(json.dumps([sorted({pointer(error) for error in validator.iter_errors(document)}) for document in documents]))


main()
