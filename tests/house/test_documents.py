"""The README, the command page and the feed page say what the code does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from gateway import cli
from gateway.broker import topics
from gateway.central.feed import dump
from gateway.feed import digest, messages, rows
from gateway.feed.messages import Delta, Manifest, Position, Problems, Reply, Request
from tests.support import project

README = (project.ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (project.ROOT / "Makefile").read_text(encoding="utf-8")
COMMANDS = (project.ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
FEED = (project.ROOT / "docs" / "feed.md").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
DOCUMENTS = [path for path in project.files() if path.suffix == ".md"]


def walked(command: object, path: str) -> Iterator[tuple[str, object]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, one in inner.items():
        yield from walked(one, f"{path} {name}")


BY_PATH = dict(walked(get_command(cli.commands), "anaquel"))


def section(path: str) -> str:
    found = re.search(
        rf"^## {re.escape(path)}\n(.*?)(?=^## |\Z)", COMMANDS, re.MULTILINE | re.DOTALL
    )
    assert found is not None, f"docs/commands.md has no section for {path}"
    return found[1]


def test_the_readme_leads_to_every_page() -> None:
    places = README.partition("## Where things are")[2].partition("\n## ")[0]
    pages = {f"docs/{path.name}" for path in DOCUMENTS if path.parent.name == "docs"}
    assert pages, "the search finds the pages"
    assert pages <= set(re.findall(r"\]\((docs/[^)#]+)\)", places))


def test_the_page_of_security_names_tests_that_exist() -> None:
    page = (project.ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|gateway)/[\w/]+\.py)(?:::(\w+))?`", page)
    assert len(named) > 20
    for path, test in named:
        text = (project.ROOT / path).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in text, f"{path} has no {test}"


@pytest.mark.parametrize("path", sorted(BY_PATH))
def test_the_page_of_commands_explains_each_with_its_options(path: str) -> None:
    page = section(path)
    for parameter in getattr(BY_PATH[path], "params", []):
        if parameter.name == "help":
            continue
        names = [name for name in parameter.opts if name.startswith("--")]
        wanted = names[0] if names else parameter.metavar or parameter.name.upper()
        assert f"`{wanted}" in page, f"{path} {wanted}"


def test_the_page_of_commands_has_no_others() -> None:
    assert set(re.findall(r"^## (anaquel .+)$", COMMANDS, re.MULTILINE)) == set(BY_PATH)


@pytest.mark.parametrize("page", DOCUMENTS, ids=project.named)
def test_every_make_command_in_a_document_exists(page: Path) -> None:
    named = re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert set(named) <= TARGETS


@pytest.mark.parametrize("page", DOCUMENTS, ids=project.named)
def test_every_anaquel_command_in_a_document_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    paths = {path.removeprefix("anaquel ") for path in BY_PATH}
    for words in re.findall(r"`(?:\.venv/bin/)?anaquel ([a-z][a-z -]*[a-z])", text):
        assert any(f"{path} ".startswith(f"{words} ") for path in paths) or any(
            words.startswith(f"{path} ") for path in paths
        ), words


def test_make_alone_lists_what_there_is() -> None:
    told = set(re.findall(r"^\t@echo 'make ([a-z]+)", MAKEFILE, re.MULTILINE))

    assert next(iter(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))) == "help"
    assert told == TARGETS - {"help", "check", "packages", "brokers", "part"}


def example(topic: str) -> bytes:
    found = re.search(
        rf"^`{re.escape(topic)}`\n\n```json\n(.*?)```", FEED, re.MULTILINE | re.DOTALL
    )
    assert found is not None, f"docs/feed.md has no example of {topic}"
    return found[1].encode()


def test_the_examples_of_the_feed_are_what_is_read() -> None:
    delta = messages.parse(Delta, example(topics.DELTA))
    messages.parse(Manifest, example(topics.MANIFEST))
    request = messages.parse(Request, example(topics.feed_request("{gateway}")))
    reply = messages.parse(Reply, example(topics.feed_reply("{gateway}")))
    position = messages.parse(Position, example(topics.feed_position("{gateway}")))
    problems = messages.parse(Problems, example(topics.feed_problems("{gateway}")))

    assert reply.id == request.id
    assert position.seq == reply.seq
    assert [rows.check(one.kind, one.key, one.value) for one in delta.changes if one.value] == [
        None
    ]
    refused = rows.check(
        "offers", "runner-26", {"currency": "MXN", "offers": [{"kind": "list", "amount": "-1.00"}]}
    )
    told = problems.first[0]
    assert refused is not None
    assert (refused.code, refused.path, refused.message) == (told.code, told.path, told.message)


def test_the_example_of_a_delta_goes_out_as_it_stands() -> None:
    delta = messages.parse(Delta, example(topics.DELTA))

    assert json.loads(dump(delta)) == json.loads(example(topics.DELTA))


def test_the_rows_of_the_feed_page_are_accepted() -> None:
    table = FEED.split("| kind | key | value |", 1)[1].split("\n\n", 1)[0]
    examples = re.findall(r"^\| `(\w+)` \|[^|]*\| `(\{.*?\})`(?:[;\s]|$)", table, re.MULTILINE)

    assert {kind for kind, _ in examples} == set(rows_known())
    for kind, value in examples:
        key = {"stock": "s042/runner-26", "binding": "shelf-1"}.get(kind, "runner-26")
        assert rows.check(kind, key, json.loads(value)) is None, kind


def rows_known() -> list[str]:
    kinds = ["location", "group", "product", "offers", "stock", "binding", "task"]
    return [kind for kind in kinds if rows.is_known(kind)]


def test_the_vectors_of_the_digest_are_right() -> None:
    table = FEED.split("| rows | digest |", 1)[1].split("\n\n", 1)[0]
    parts = re.findall(r"`(\w+)` `([^`]+)` = `([^`]+)`", table)
    buckets = digest.Buckets()
    told = re.findall(r"`([0-9a-f]{64})`", table)
    places = re.search(r"buckets (\d+) and (\d+)", table)

    empty = buckets.digest()
    for kind, key, value in parts:
        assert digest.canonical(json.loads(value)) == value
        buckets.toggle(digest.bucket_of(kind, key), digest.row_hash(kind, key, value))

    assert told == [empty, buckets.digest()]
    assert places is not None
    assert [int(one) for one in places.groups()] == [digest.bucket_of(*one[:2]) for one in parts]
