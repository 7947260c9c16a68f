"""A fresh box rebuilds itself: what central heard of labels comes back as rows of the feed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from device_drivers.api.drivers import Announced
from device_drivers.api.panels import Ink
from gateway.domain.label_life import Life
from gateway.domain.labels import Target
from gateway.domain.rows import Row
from gateway.labels import adopting, binding, living
from gateway.labels.reports import Word
from gateway.store import discovered, label_life, labels
from gateway.store.database import Connection
from tests.unit.labels import drawers
from tests.unit.labels.drawers import PANEL, Drawer, mute

WORDS: tuple[Word, ...] = (
    mute("bound"),
    mute("free"),
    mute("broken"),
    mute("strange"),
    Announced(label="talks", panel=PANEL, formats=("raw",), firmware="7", showing=None),
)


def _rows(told: list[tuple[str, dict[str, Any]]]) -> list[Row]:
    """What central keeps of the events: one row per label that is not retired."""
    known: dict[str, dict[str, Any]] = {}
    for kind, data in told:
        row = known.setdefault(data["label"], {"label": data["label"], "target": None})
        match kind:
            case "adopted":
                row["hardware"] = data["hardware"]
            case "named":
                row["alias"] = data["alias"]
            case "bound":
                row |= {"target": data["target"], "template": data.get("template")}
            case "retired":
                del known[data["label"]]
            case _:
                raise AssertionError(f"an event of no known kind: {kind}")
    return [Row(kind="binding", key=label, value=row) for label, row in known.items()]


async def _live(drawer: Drawer) -> None:
    """Some weeks of a shop."""
    await drawer.hear(*WORDS)
    doer = drawer.doer
    for label in ("bound", "free", "broken"):
        await drawer.adopt(label, model=PANEL.name, alias=f"case-{label}", card=True)
    await drawer.adopt("talks")

    def work(connection: Connection) -> None:
        adopting.seen(
            connection,
            "bound",
            doer,
            turns=1,
            mirrored=True,
            inks=(Ink.WHITE, Ink.BLACK, Ink.YELLOW),
        )
        for label, target in (
            ("broken", Target(product="runner")),
            ("talks", Target(product="brisa")),
        ):
            binding.bind(
                connection,
                label,
                target,
                origin=doer.origin,
                by=doer.by,
                at=doer.at,
                template="shelf",
            )
        living.replace(connection, "broken", "bound", doer)

    await drawer.room.database.write(work)


async def _state(drawer: Drawer) -> dict[str, object]:
    def look(connection: Connection) -> dict[str, object]:
        found: dict[str, object] = {}
        for label in ("bound", "free", "talks"):
            one, bound = labels.get(connection, label), labels.binding(connection, label)
            assert one is not None, label
            what = None if bound is None else (bound.target, bound.template)
            found[label] = (one.panel, one.correction, one.alias, what)
        return found

    return await drawer.room.read(look)


@pytest.mark.parametrize("feed_first", [True, False])
async def test_labels_are_adopted_and_bound_without_a_person(
    tmp_path: Path, *, feed_first: bool
) -> None:
    async with drawers.a_drawer(tmp_path / "old") as old:
        await _live(old)
        rows, before = _rows(await old.told()), await _state(old)
    async with drawers.a_drawer(tmp_path / "new") as new:
        if feed_first:
            await new.room.write(*rows)
            await new.hear(*WORDS)
        else:
            await new.hear(*WORDS)
            await new.room.write(*rows)
        assert await _state(new) == before
        waiting = await new.room.read(lambda connection: discovered.nearest(connection, 10))
        assert {one.label for one in waiting} == {"broken", "strange"}, "nobody says of these"
        # What people do is theirs: the row does not bring it back.
        doer = new.doer
        await new.room.database.write(lambda rows: living.retire(rows, "free", doer))
        await new.room.write(*rows)
        await new.hear(*WORDS)
        life = await new.room.read(lambda connection: label_life.life(connection, "free"))
        assert life is Life.RETIRED


async def test_a_row_for_a_label_of_another_family_says_nothing_of_it(tmp_path: Path) -> None:
    async with drawers.a_drawer(tmp_path) as drawer:
        await drawer.hear(mute("l1"))
        hardware = {
            "family": "other",
            "panel": {"model": "m", "width": 8, "height": 8, "inks": ["white", "red"], "dpi": 99},
        }
        value = {"label": "l1", "target": {"product": "runner"}, "hardware": hardware}
        await drawer.room.write(Row(kind="binding", key="l1", value=value))
        life = await drawer.room.read(lambda connection: label_life.life(connection, "l1"))
        assert life is Life.WAITING


@pytest.mark.parametrize(
    ("hardware", "path"),
    [
        ({"family": "f"}, "hardware.panel"),
        ({"panel": {"width": 0}}, "hardware.family"),
        ({"panel": {"inks": ["white"]}}, "hardware.family"),
        ({"correction": {"turns": 4}}, "hardware.correction.turns"),
        ({"correction": {"inks": [["white", "red"], ["black", "red"]]}}, "hardware"),
        ({"correction": {"inks": [["pink", "red"]]}}, "hardware.correction.inks.0.0"),
    ],
)
async def test_hardware_that_cannot_be_is_refused(
    tmp_path: Path, hardware: dict[str, Any], path: str
) -> None:
    panel = {"model": "m", "width": 8, "height": 8, "inks": ["white", "red"], "dpi": 99}
    good: dict[str, Any] = {"family": "f", "panel": panel} if "correction" in hardware else {}
    async with drawers.a_drawer(tmp_path) as drawer:
        value = {"label": "l1", "target": None, "hardware": {**good, **hardware}}
        await drawer.room.write(Row(kind="binding", key="l1", value=value))
        refused = await drawer.room.read(
            lambda connection: connection.execute(
                "SELECT json_extract(refusal, '$.path') FROM replica WHERE kind = 'binding'"
            ).fetchone()
        )
        assert refused == (path,)
