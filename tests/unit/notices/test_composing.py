"""People get one notice of all that waits, programs one of each."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.domain.noticing import BOX, WEEKLY, Line
from gateway.labels import parting
from gateway.notices import composing, texts
from gateway.notices.composing import Shop, compose
from gateway.notices.presets import Preset
from gateway.staff import texts_of_health, texts_of_shelves
from gateway.store import requests, stopped
from tests.support import project

NOW = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)


def shop(language: str = "es") -> Shop:
    return Shop(
        name="Zapatería Centro",
        store="s042",
        gateway="gw-1",
        language=language,
        clock=lambda at: f"{at:%H:%M}",
    )


def line(subject: str, state: str = "began", count: int = 12, **facts: Any) -> Line:
    since = (NOW - timedelta(hours=3)).isoformat()
    return Line(
        subject=subject, at=NOW, facts={"state": state, "count": count, "since": since} | facts
    )


SILENT = line("task.label_silent")
BACK = line(BOX, "ended", 1)


def test_one_line_is_the_title_and_the_text() -> None:
    [draft] = compose(None, [SILENT], shop(), 1)
    assert draft.title == "Zapatería Centro: Etiquetas que no se oyen: 12 (desde 17:00)"
    assert draft.body.decode() == draft.title


def test_many_lines_are_one_notice_for_people() -> None:
    [draft] = compose(Preset.DISCORD, [SILENT, BACK], shop("en"), 5)
    assert draft.title == "Zapatería Centro: 2 notices"
    assert json.loads(draft.body)["content"] == (
        "Zapatería Centro: 2 notices\n- Labels that are not heard: 12 (since 17:00)\n"
        "- The box is back; it was off for 3 h"
    )
    assert draft.of == ("task.label_silent", BOX)


def test_very_many_are_counted() -> None:
    lines = [line(f"task.kind_{number}") for number in range(60)]
    [draft] = compose(None, lines, shop(), 1)
    assert draft.body.decode().endswith("\n- Y 20 más.")
    assert len(draft.of) == 60


def test_a_program_gets_each_with_its_type_and_facts_as_far_as_there_is_room() -> None:
    drafts = compose(Preset.STANDARD, [SILENT, BACK, SILENT], shop(), 2)
    assert [draft.of for draft in drafts] == [("task.label_silent",), (BOX,)]
    said = json.loads(drafts[0].body)
    assert said["type"] == "task.label_silent"
    assert said["data"] == {
        "store": "s042",
        "gateway": "gw-1",
        "state": "began",
        "count": 12,
        "since": "2026-11-26T17:00:00+00:00",
        "text": "Zapatería Centro: Etiquetas que no se oyen: 12 (desde 17:00)",
    }


@pytest.mark.parametrize("preset", [None, *Preset])
def test_nothing_is_made_where_there_is_no_room(preset: Preset | None) -> None:
    assert not compose(preset, [SILENT], shop(), 0)
    assert not compose(preset, [], shop(), 5)


def test_the_end_says_how_long_it_was() -> None:
    said = composing.words(line("outage.central", "ended"), shop("en"))
    assert said == "Over: No connection to the central system (lasted 3 h)"


def test_a_week_in_figures() -> None:
    facts = {"labels": 400, "shown": 390, "silent": 7, "failed": 3, "tasks": 2}
    said = composing.words(Line(subject=WEEKLY, at=NOW, facts=facts), shop("en"))
    assert said == (
        "This week: 400 labels, 390 show what they should, 7 do not confirm, 3 failed; "
        "open tasks: 2"
    )


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "1 min"), (59, "59 min"), (60, "1 h"), (2820, "47 h"), (2880, "2 days"), (5000, "3 days")],
)
def test_how_long_in_the_unit_that_says_enough(minutes: int, said: str) -> None:
    assert composing.duration(timedelta(minutes=minutes), "en") == said


def test_every_kind_of_task_has_its_words() -> None:
    source = (project.ROOT / "gateway/staff/task_list.py").read_text(encoding="utf-8")
    known = set(re.findall(r'"(\w+)": self\._', source))
    assert len(known) > 10
    known |= {parting.LEFT_HANGING, *stopped.TASKS.values(), *texts_of_health.COMPLAINTS}
    known |= {*texts_of_shelves.COMPLAINTS.keys(), requests.LATE_TASK}
    assert known == texts.TASKS.keys()
