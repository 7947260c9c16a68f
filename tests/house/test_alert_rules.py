"""The alert rules ask for metrics, labels and states that exist; a wrong name would never alert.

That ``docs/metrics.md`` names just what a scrape holds is checked in ``test_metrics``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from gateway.domain.events import Lane
from gateway.store.overview import Facet
from tests.support import project

PAGE = (project.ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (?:gauge|counter) \| ([\w, ]*)\|", re.MULTILINE)
OF_PROMETHEUS = {"up": {"job", "instance"}, "process_start_time_seconds": {"job", "instance"}}
METRICS = OF_PROMETHEUS | {
    name: set(labels.replace(",", " ").split()) | {"job", "instance"}
    for name, labels in ROW.findall(PAGE)
}
USED = re.compile(r"\b(up|process_\w+|anaquel_\w+)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"')
VALUES = {"lane": {one.value for one in Lane}, "state": {one.value for one in Facet}}
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load(
        (project.ROOT / "docs" / "anaquel.rules.yml").read_text(encoding="utf-8")
    )["groups"]
    for rule in group["rules"]
]


def wrong(rule: dict[str, Any]) -> list[str]:
    found = []
    used = [(name, MATCHER.findall(matchers)) for name, matchers in USED.findall(str(rule["expr"]))]
    found += ["asks for no metric"] * (not used)
    for name, matchers in used:
        if name not in METRICS:
            found.append(f"{name} is no metric")
            continue
        for label, value in matchers:
            if label not in METRICS[name]:
                found.append(f"{name} has no label {label}")
            elif value not in VALUES.get(label, {value}):
                found.append(f"{label} is never {value}")
    known = set().union(*(METRICS.get(name, set()) for name, _ in used))
    said = " ".join(rule["annotations"].values())
    found += [
        f"says $labels.{label}, which is not there"
        for label in re.findall(r"\$labels\.(\w+)", said)
        if label not in known
    ]
    return found


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_a_rule_asks_for_what_exists_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert wrong(rule) == []
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "do"}
    assert f"`{rule['alert']}`" in PAGE


def test_names_are_told_apart_from_wrong_ones() -> None:
    said = {"summary": "{{ $labels.lane }}"}
    for expr, fault in (
        ("anaquel_no_such > 1", "anaquel_no_such is no metric"),
        ('anaquel_tasks_open{lane="keep"} > 1', "anaquel_tasks_open has no label lane"),
        ('anaquel_labels_in_state{state="mute"} > 1', "state is never mute"),
        ("anaquel_tasks_open > 1", "says $labels.lane, which is not there"),
    ):
        assert fault in wrong({"expr": expr, "annotations": said})


def test_each_rule_has_a_name_of_its_own() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES) > 0
