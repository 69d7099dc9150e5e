"""Asks an API for everything that its OpenAPI document describes, in ways that somebody thought of and in others, by
schemathesis: no answer may be a server error, or be another than the document says.

Reads a line, a JSON object:
  document   the URL of the OpenAPI document
  token      the access token of every request
  without    the operations that are not asked, by their tags
  seed       what the random part follows from
  examples   random requests for an operation
  thorough   whether every place of a body is brought to its bounds
  phases     of schemathesis: examples, coverage, fuzzing, stateful
  known      identifiers that exist, by the names of parameters and of members
  spared     identifiers that requests for a change do not name, by path parameter: whoever deletes itself learns nothing more;
             may be absent
  tenant     the tenant document to which the tenant is brought back after each import; none without imports
Prints a line, a JSON object:
  asked      for each operation, how many answers there were of each status
  failures   for people, with a command that shows each again
  seconds    how long each phase took
"""

import collections
import json
import pathlib
import re
import sys

import requests
from hypothesis.configuration import set_hypothesis_home_dir

# Its tables of characters stay with what tests leave behind.
set_hypothesis_home_dir(pathlib.Path(__file__).parents[2] / "artifacts/hypothesis")

import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.engine import events

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
    "negative_data_rejection",
]
# The members that name what is created, by path.
OWN = {
    "/v1/resources": ["resource_id"],
    "/v1/roles": ["role_id"],
    "/v1/applications": ["app_id"],
    "/v1/clients": ["client_id"],
    "/v1/users": ["user_id"],
}
# What a request that the document rules out may be answered.
REFUSED = ["400", "401", "403", "404", "409", "412", "413", "415", "422"]


def configured(task):
    phases = {name: {"enabled": name in task["phases"]} for name in ("examples", "coverage", "fuzzing", "stateful")}
    phases["examples"]["fill-missing"] = True
    # Bringing every place of a body to its bounds takes minutes, and for a whole tenant too long.
    large = {"include-name": "PUT /v1/tenant"} if task["thorough"] else {"include-method": ["POST", "PUT"]}
    large["phases"] = {"coverage": {"enabled": False}}
    checks = {name: {"enabled": True} for name in CHECKS}
    checks["negative_data_rejection"]["expected-statuses"] = REFUSED
    return SchemathesisConfig.from_dict(
        {
            "seed": task["seed"],
            "headers": {"Authorization": f"Bearer {task['token']}"},
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "checks": {"enabled": False, **checks},
            "generation": {"max-examples": task["examples"], "database": "none", "no-shrink": True},
            "phases": phases,
            "dictionaries": {name: {"values": values} for name, values in task["known"].items()},
            "parameters": {
                f"{place}.{name}": {"dictionary": name, "probability": 0.6}
                for name in task["known"]
                for place in ("path", "query", "body")
            },
            "operations": [large, *({"include-tag": tag, "enabled": False} for tag in task["without"])],
        }
    )


class Caution:
    """Keeps the requests useful: the caller stays, and an import does not leave an empty tenant to whoever comes next."""

    def __init__(self, task):
        self.spared = task.get("spared", {})
        self.tenant = task.get("tenant")
        self.headers = {"Authorization": f"Bearer {task['token']}"}
        self.requests = 0
        self.created = 0

    def before(self, case):
        key = case.headers.get("Idempotency-Key", "")
        if re.fullmatch("[!-~]{1,200}", key):
            # One key for all would be refused every time; now and then it is.
            self.requests += 1
            case.headers["Idempotency-Key"] = f"{key}-{self.requests // 2}"
        if case.method == "POST" and isinstance(case.body, dict):
            self.make_new(case.path, case.body)
        if case.method not in ("PUT", "DELETE"):
            return
        for name, own in self.spared.items():
            if (case.path_parameters or {}).get(name) == own:
                case.path_parameters[name] = "somebody-else"
        if self.tenant is not None and case.path == "/v1/tenant" and isinstance(case.body, dict):
            self.make_own(case.body)

    def make_new(self, path, members):
        """What is taken is refused as such, whatever else is wrong; now and then it stays so."""
        self.created += 1
        if path not in OWN or self.created % 5 == 0:
            return
        for name in OWN[path]:
            if re.fullmatch("[A-Za-z0-9._~-]{1,100}", str(members.get(name, ""))):
                members[name] = f"{members[name]}-{self.created}"
        if str(members.get("uri", "")).startswith("http"):
            members["uri"] += f"/{self.created}"
        if "@" in str(members.get("email", "")):
            members["email"] = f"{self.created}.{members['email']}"

    def make_own(self, document):
        """A document of another tenant is refused as such, whatever else it says. The caller is in it."""
        for name in ("tenant_id", "issuer", "hosts"):
            if name in document:
                document[name] = self.tenant[name]
        for name, member in {"applications": "app_id", "clients": "client_id"}.items():
            if isinstance(document.get(name, []), list):
                own = [element for element in self.tenant[name] if element[member] == self.spared[member]]
                others = [element for element in document.get(name, []) if not is_named(element, member, self.spared[member])]
                document[name] = others + own

    def after(self, case, response):
        if case.method == "PUT" and case.path == "/v1/tenant" and response.status_code == 200 and self.tenant is not None:
            url = response.request.url.split("?")[0]
            requests.put(url, json=self.tenant, headers=self.headers, timeout=30).raise_for_status()


def is_named(element, member, name):
    return isinstance(element, dict) and element.get(member) == name


def main():
    task = json.loads(sys.stdin.readline())
    schema = schemathesis.openapi.from_url(task["document"], config=configured(task))
    schema.validate()
    caution = Caution(task)

    @schemathesis.hook
    def before_call(context, case, kwargs):
        caution.before(case)

    @schemathesis.hook
    def filter_failure(context, failure, case, response):
        # A parameter without a value counts as absent.
        return not (isinstance(failure, AcceptedNegativeData) and "" in (case.query or {}).values())

    @schemathesis.hook
    def after_call(context, case, response):
        caution.after(case, response)

    asked = collections.defaultdict(collections.Counter)
    failures = {}
    seconds = collections.Counter()
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            seconds[event.phase.value] += event.elapsed_time
            for label, status in answers(event.recorder):
                asked[label][status] += 1
            failures.update(found(event.recorder))
        elif isinstance(event, events.NonFatalError):
            failures[event.label] = f"{event.label}: {event.value!r}"
        elif isinstance(event, events.FatalError):
            raise event.exception
    print(json.dumps({"asked": asked, "failures": list(failures.values()), "seconds": seconds}))


def answers(recorder):
    """The operation and status of each answer, but for those to methods that are not the operation's."""
    for case_id, interaction in recorder.interactions.items():
        case = recorder.cases[case_id].value
        if interaction.response is not None and case.method.upper() == case.operation.method.upper():
            yield case.operation.label, interaction.response.status_code


def found(recorder):
    """Failures, one of a kind for an operation."""
    for case_id, checks in recorder.checks.items():
        label = recorder.cases[case_id].value.operation.label
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                response = recorder.interactions[case_id].response if case_id in recorder.interactions else None
                answer = "" if response is None else f"\n{response.status_code} {response.text[:500]}"
                text = f"{label}: {failure.title}: {failure.message}\n{check.failure_info.code_sample}{answer}"
                yield (label, check.name, failure.title), text


main()
