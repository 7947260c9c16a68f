"""docs/asyncapi.json is what the code says, valid, and true of the documented examples."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import jsonschema
import pytest

from gateway.broker import birth, topics
from tests.asyncapi import document
from tests.support import project

DOCUMENT = document.document()
VENDOR = project.ROOT / "tests" / "data" / "vendor"
RULES = json.loads((VENDOR / "asyncapi-3.0.0.json").read_text(encoding="utf-8"))
DOCS = project.ROOT / "docs"
BLOCK = re.compile(r"^`([a-z/{}0-9-]+)`\n\n```json\n(.*?)```", re.MULTILINE | re.DOTALL)


def examples() -> list[tuple[str, Any]]:
    """The topic and message of every documented example, with the names of single things gone."""
    found = []
    for page in ("feed.md", "mqtt-labels.md"):
        for topic, body in BLOCK.findall((DOCS / page).read_text(encoding="utf-8")):
            found.append((topic.replace("shelf-12", "{label}"), json.loads(body)))
    return found


def events() -> list[Any]:
    blocks = re.findall(
        r"^```json\n(.*?)```",
        (DOCS / "events.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    return [json.loads(block) for block in blocks]


def validator(name: str) -> Any:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def of_topic(topic: str) -> document.Channel:
    (channel,) = [one for one in document.CHANNELS if one.topic == topic]
    return channel


def test_the_committed_document_is_the_one_that_the_code_makes() -> None:
    assert document.FILE.read_text(encoding="utf-8") == document.text(), "python -m tests.asyncapi"


def test_it_is_valid_by_the_rules_of_asyncapi() -> None:
    checker = jsonschema.Draft7Validator(RULES)

    assert [error.message for error in checker.iter_errors(DOCUMENT)] == []
    wrong = DOCUMENT | {"operations": {"x": {"action": "subscribe", "channel": {"$ref": "#/x"}}}}
    assert not checker.is_valid(wrong), "the rules find faults"


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_schema_is_one(name: str) -> None:
    schema = DOCUMENT["components"]["schemas"][name]
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(schema)):
        assert reference.removeprefix("#/components/schemas/") in DOCUMENT["components"]["schemas"]


@pytest.mark.parametrize(("topic", "example"), examples())
def test_the_documented_examples_fit_their_schemas(topic: str, example: Any) -> None:
    validator(of_topic(topic).message).validate(example)


def test_the_documented_events_fit() -> None:
    assert len(events()) >= 5
    for event in events():
        validator("Event").validate(event)


def test_a_last_will_fits() -> None:
    validator("GatewayState").validate(json.loads(birth.will("gw-1").payload))


@pytest.mark.parametrize("channel", document.CHANNELS, ids=lambda one: one.name)
def test_the_schemas_refuse_what_is_not_theirs(channel: document.Channel) -> None:
    assert not validator(channel.message).is_valid(17)


def test_every_topic_of_the_gateway_is_a_channel() -> None:
    made = {
        value for name, value in vars(topics).items() if name.isupper() and isinstance(value, str)
    }
    made |= {
        function("{gateway}") for _, function in inspect.getmembers(topics, inspect.isfunction)
    }

    assert made <= {channel.topic for channel in document.CHANNELS}


def test_what_is_retained_is_what_the_pages_say() -> None:
    told: dict[str, bool] = {}
    for page, column in (("feed.md", 2), ("mqtt-labels.md", 3)):
        text = (DOCS / page).read_text(encoding="utf-8")
        for row in re.findall(r"^\| (`(?:feed|label)/.*)$", text, re.MULTILINE):
            cells = [cell.strip() for cell in row.split("|")]
            told[cells[0].strip("`")] = cells[column] == "yes"
    retained = {one.topic: one.retain for one in document.CHANNELS if one.topic in told}

    assert len(retained) >= 11
    assert retained == {topic: told[topic] for topic in retained}
