"""What changed, in the order in which a shop wants it."""

from __future__ import annotations

from typing import Any

from gateway.central import difference
from gateway.central.feed import Place
from gateway.feed import digest

KEPT: dict[Place, str] = {
    ("group", "g"): digest.canonical({"name": {"es": "Brisa"}}),
    ("product", "a"): digest.canonical({"name": {"es": "A"}, "group": "g"}),
    ("product", "b"): digest.canonical({"name": {"es": "B"}}),
    ("stock", "s/a"): digest.canonical({"available": 1}),
}
NOW: dict[Place, Any] = {
    ("product", "a"): {"group": "g", "name": {"es": "A"}},
    ("product", "c"): {"name": {"es": "C"}},
    ("location", "s"): {"kind": "shop"},
    ("group", "g"): {"name": {"es": "Brisa 2"}},
}


def told(found: difference.Difference) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.key, one.value is None) for one in found.changes]


def test_only_kinds_that_come_are_compared() -> None:
    found = difference.between(KEPT, NOW, whole=False)

    assert told(found) == [
        ("location", "s", False),
        ("group", "g", False),
        ("product", "c", False),
        ("product", "b", True),
    ]
    assert str(found) == "2 added, 1 changed, 1 deleted"
    assert found.known == 3


def test_the_whole_feed_deletes_every_other_row_what_refers_to_others_first() -> None:
    found = difference.between(KEPT, NOW, whole=True)

    assert told(found)[-2:] == [("stock", "s/a", True), ("product", "b", True)]


def test_equal_rows_are_no_change_however_they_are_written() -> None:
    same = {
        ("product", "a"): {"group": "g", "name": {"es": "A"}},
        ("product", "b"): {"name": {"es": "B"}},
    }

    assert difference.between(KEPT, same, whole=False).changes == ()


def test_rows_on_lines_that_cannot_be_read_stay() -> None:
    found = difference.between(KEPT, NOW, whole=True, unread={("product", "b")})

    assert [one for one in told(found) if one[2]] == [("stock", "s/a", True)]
