"""docs/central.md lists every code with which something is refused, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from gateway.feed import holding, rows
from tests.support import project

PAGE = (project.ROOT / "docs" / "central.md").read_text(encoding="utf-8")
NAMED_FIRST = {"PydanticCustomError", "MessageError", "SignatureRefusedError"}
NAMED_COMMAND = {"CommandRefusedError"}
NAMED_SECOND = {"whole", "line"}

EXAMPLES: list[tuple[str, str, Any]] = [
    (
        "group",
        "g",
        {
            "name": {"es": "Brisa"},
            "axes": [{"axis": "size", "values": ["26"]}],
            "siblings": ["h"],
            "image": {"url": "https://example.com/a.png"},
        },
    ),
    ("product", "p", {"gtins": ["09521234543213"], "color": {"hex": "#102030"}, "ranged": True}),
    ("offers", "p", {"currency": "MXN", "offers": [{"kind": "list", "amount": "1.00"}]}),
    (
        "offers",
        "q",
        {
            "currency": "MXN",
            "deposit": "2.00",
            "offers": [
                {
                    "kind": "sale",
                    "amount": "1.00",
                    "prior_amount": "2.00",
                    "condition": {"es": "x"},
                    "multibuy": {"type": "nth_percent", "n": 2, "percent": "50", "limit": 6},
                }
            ],
        },
    ),
    ("stock", "s/p", {"available": 3, "as_of": "2026-11-22T10:00:00-06:00"}),
    (
        "location",
        "s",
        {
            "name": "Centro",
            "kind": "shop",
            "hours": [{"days": ["mon"], "open": "10:00", "close": "21:00"}],
            "exceptions": [{"date": "2026-12-25", "hours": []}],
        },
    ),
    ("binding", "l", {"label": "l", "target": {"group": "g", "where": {"color": "navy"}}}),
    ("task", "t", {"kind": "count"}),
]
WRONG: list[Any] = [None, True, 1, "?", "x" * 501, [], ["x"] * 300, {}, {"a": 1}, -1]


def listed(heading: str) -> set[str]:
    part = PAGE.split(f"### {heading}\n", 1)[1].split("\n##", 1)[0]
    first = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return {code for cell in first for code in re.findall(r"`([a-z_0-9]+)`", cell)}


def written(folder: str, named_first: set[str] = NAMED_FIRST) -> set[str]:
    """The codes that stand in the modules of a folder."""
    found: set[str] = set()
    for path in sorted((project.ROOT / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call):
                found |= set(_codes(node, named_first))
    return found


def _codes(call: ast.Call, named_first: set[str]) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    given = [one.value for one in call.keywords if one.arg == "code"]
    given += (
        call.args[:1] if name in named_first else call.args[1:2] if name in NAMED_SECOND else []
    )
    for one in given:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def spoilt(value: Any) -> Iterator[Any]:
    """The value with one part of it replaced by something else, or taken away."""
    yield from WRONG
    if isinstance(value, dict):
        for name, member in value.items():
            yield {other: one for other, one in value.items() if other != name}
            for bad in spoilt(member):
                yield value | {name: bad}
    elif isinstance(value, list):
        for place, member in enumerate(value):
            for bad in spoilt(member):
                yield [*value[:place], bad, *value[place + 1 :]]


def test_the_examples_are_good_rows() -> None:
    assert [rows.check(*example) for example in EXAMPLES] == [None] * len(EXAMPLES)


def test_every_code_of_a_row_that_turns_up_is_listed() -> None:
    found = {
        refusal.code
        for kind, key, value in EXAMPLES
        for bad in spoilt(value)
        if (refusal := rows.check(kind, key, bad)) is not None
    }

    assert not found - listed("Of a row")
    assert {"missing", "string_type", "literal_error", "too_long"} <= found


def test_every_code_of_a_hold_is_listed_and_no_other() -> None:
    assert listed("Of a hold") == set(holding.CODES.values())


def test_every_code_of_a_command_is_listed_and_no_other() -> None:
    others = written("gateway/feed", set())
    assert listed("Of a command") == written("gateway/feed", NAMED_COMMAND) - others


def test_every_code_of_the_sources_is_listed_and_no_other() -> None:
    of_feed = written("gateway/feed") | written("gateway/broker") | written("gateway/store")
    of_central = written("gateway/central")
    by_pydantic = {code for code in listed("Of a row") if code not in of_feed}

    assert of_feed <= listed("Of a message") | listed("Of a row")
    assert listed("Of a message") <= of_feed
    assert by_pydantic <= {
        *("missing", "string_type", "int_type", "bool_type", "list_type", "dict_type"),
        *("model_type", "literal_error", "string_pattern_mismatch", "too_short"),
        *("greater_than_equal", "less_than_equal"),
    }
    assert of_central - listed("Of a message") == listed("Of a file") | listed("Of an event")
