from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from gateway.clock import to_ms
from gateway.domain.proof import Entry
from gateway.store import migrating, proof, proof_at, time_marks
from gateway.store.database import Connection, connect
from gateway.store.proof_at import Span

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = connect(tmp_path / "anaquel.db")
    migrating.migrate(opened)
    yield opened
    opened.close()


def minutes(number: float) -> datetime:
    return AT + timedelta(minutes=number)


def say(
    connection: Connection, minute: float, what: str, wish: str = "", label: str = "L1"
) -> None:
    entry = Entry(
        label=label,
        at=minutes(minute),
        what=what,
        wish=wish or None,
        fingerprint=f"f-{wish}" if wish else None,
        prices={"price": wish} if wish else {},
    )
    proof.append(connection, entry)


def breaks(connection: Connection) -> list[tuple[str, int]]:
    found = [proof.broken(connection, chain) for chain in proof.chains(connection)]
    return [(one.label, one.number) for one in found if one is not None]


def test_every_label_has_a_chain_of_its_own(connection: Connection) -> None:
    for number in range(5):
        say(connection, number, "wished", f"w{number}")
        say(connection, number, "wished", f"w{number}", "L2")
    assert [chain.head.number for chain in proof.chains(connection)] == [5, 5]
    assert [chain.label for chain in proof.chains(connection, after="L1")] == ["L2"]
    assert breaks(connection) == []
    connection.execute("UPDATE proof SET said = replace(said, 'w3', 'w9') WHERE label = 'L2'")
    assert breaks(connection) == [("L2", 4)]


def test_the_end_of_a_chain_can_be_looked_at_alone(connection: Connection) -> None:
    for number in range(9):
        say(connection, number, "wished", f"w{number}")
    (chain,) = proof.chains(connection)
    connection.execute("UPDATE proof SET said = '{}' WHERE number = 3")
    assert proof.broken(connection, chain, last=4) is None
    assert proof.broken(connection, chain, last=7) is not None
    connection.execute("DELETE FROM proof WHERE number = 5")
    missing = proof.broken(connection, chain, last=4)
    assert missing is not None
    assert missing.number == 5


def test_rows_without_their_chain_are_told(connection: Connection) -> None:
    for label in ("L1", "L2", "L3"):
        say(connection, 0, "wished", "w", label)
        say(connection, 1, "shown", "w", label)
    assert proof.lost_rows(connection) == ()
    connection.execute("DELETE FROM proof_chain WHERE label <> 'L2'")
    assert proof.lost_rows(connection) == ("L1", "L3")


def test_after_old_rows_went_the_rest_is_verified_and_what_is_shown_is_known(
    connection: Connection,
) -> None:
    say(connection, 0, "wished", "w1")
    say(connection, 1, "shown", "w1")
    say(connection, 1, "wished", "x1", "L2")
    say(connection, 2, "unreachable")
    say(connection, 60, "wished", "w2")
    assert proof.prune(connection, minutes(30), limit=3, most=100) == 3
    assert proof.prune(connection, minutes(30), limit=3, most=100) == 1
    assert proof.prune(connection, minutes(30), limit=3, most=100) == 0
    assert breaks(connection) == []
    answer = proof_at.answer(connection, "L1", minutes(61))
    assert answer is not None
    assert answer.shown is not None
    assert (answer.shown.wish, answer.shown.at) == ("w1", minutes(1))
    assert answer.until is None
    assert answer.asked is not None
    assert answer.is_kept
    before = proof_at.answer(connection, "L1", minutes(0))
    assert before is not None
    assert not before.is_kept
    connection.execute("DELETE FROM proof WHERE label = 'L1'")
    assert breaks(connection) == [("L1", 4)]


def test_beyond_the_most_rows_the_oldest_go_however_young(connection: Connection) -> None:
    for number in range(10):
        say(connection, number, "wished", f"w{number}", f"L{number % 3}")
    assert proof.prune(connection, AT - timedelta(days=1), limit=100, most=4) == 6
    assert connection.execute("SELECT count(*), min(id) FROM proof").fetchone() == (4, 7)
    assert breaks(connection) == []
    say(connection, 11, "wished", "w11", "L0")
    assert breaks(connection) == []


def test_an_empty_record_has_nothing_to_forget(connection: Connection) -> None:
    assert proof.prune(connection, AT, limit=10, most=10) == 0


def test_a_row_written_at_a_doubted_time_says_so(connection: Connection) -> None:
    say(connection, 0, "wished", "w1")
    time_marks.doubt(connection, None, AT)
    say(connection, 1, "wished", "w2")
    time_marks.believe(connection, AT)
    say(connection, 2, "wished", "w3")
    assert [one.doubted for one in proof.of_label(connection, "L1")] == [False, True, False]
    assert (
        json.loads(connection.execute("SELECT said FROM proof WHERE number = 2").fetchone()[0])[
            "clock"
        ]
        == "doubted"
    )


def test_what_was_shown_is_what_was_confirmed_and_not_what_was_asked_for(
    connection: Connection,
) -> None:
    say(connection, 0, "wished", "w1")
    say(connection, 10, "transferred", "w1")
    say(connection, 11, "shown", "w1")
    say(connection, 20, "wished", "w2")
    say(connection, 21, "failed", "w2")
    say(connection, 25, "unreachable")
    say(connection, 35, "reachable")
    say(connection, 36, "shown", "w2")
    say(connection, 50, "lost")

    def at(minute: float) -> proof_at.Answer:
        found = proof_at.answer(connection, "L1", minutes(minute))
        assert found is not None
        return found

    assert at(5).shown is None
    asked = at(5).asked
    assert asked is not None
    assert asked.wish == "w1"
    assert at(10.5).shown is None, "the label holds it and did not show it"
    first = at(30)
    assert first.shown is not None
    assert (first.shown.wish, first.until) == ("w1", minutes(36))
    assert first.asked is not None
    assert first.asked.wish == "w2"
    assert not first.reachable
    assert first.unreachable == (Span(since=minutes(25), until=minutes(35)),)
    assert at(35).reachable
    second = at(40)
    assert second.shown is not None
    assert (second.shown.wish, second.until, second.asked) == ("w2", minutes(50), None)
    assert second.unreachable == ()
    lost = at(55)
    assert (lost.shown, lost.lost_at) == (None, minutes(50))
    assert proof_at.answer(connection, "L9", AT) is None


def test_a_label_that_is_gone_since_is_told(connection: Connection) -> None:
    say(connection, 0, "shown", "w1")
    say(connection, 5, "unreachable")
    answer = proof_at.answer(connection, "L1", minutes(9))
    assert answer is not None
    assert not answer.reachable
    assert answer.unreachable == (Span(since=minutes(5), until=None),)
    before = proof_at.answer(connection, "L1", minutes(4))
    assert before is not None
    assert before.reachable


def test_what_labels_showed_before_there_were_chains_stays_known(tmp_path: Path) -> None:
    opened = connect(tmp_path / "old.db")
    for file in sorted(resources.files("gateway.store.migrations").iterdir(), key=str):
        number = file.name.split("_")[0]
        if number.isdecimal() and int(number) < 9:
            migrating._step(opened, int(number), file.read_text())
    opened.execute(
        "INSERT INTO label (id, family, code, width, height, inks, dpi, model, formats, firmware, "
        "first_heard, last_heard) "
        "VALUES ('L1', 'mqtt', 'AB12', 8, 2, 'white,black', 112, 'x', 'png', '1', 0, 0)"
    )
    opened.execute(
        "INSERT INTO wish (label, id, fingerprint, template, cause, made_at) "
        "VALUES ('L1', 'w1', 'f-w1', '', 'regular', 0)"
    )
    opened.execute(
        "INSERT INTO delivery (label, wish, sha256, state, queued_at, shown_at) "
        "VALUES ('L1', 'w1', 'cd', 'shown', 0, ?)",
        (to_ms(AT),),
    )
    migrating.migrate(opened)
    assert breaks(opened) == []
    for row in (False, True):
        if row:
            say(opened, 60, "wished", "w2")
        answer = proof_at.answer(opened, "L1", minutes(90))
        assert answer is not None
        assert answer.shown is not None
        shown = answer.shown
        assert (shown.at, shown.wish, shown.fingerprint) == (AT, "w1", "f-w1")
        assert shown.picture == "cd"
    assert breaks(opened) == []
    say(opened, 120, "shown", "w2")
    later = proof_at.answer(opened, "L1", minutes(130))
    assert later is not None
    assert later.shown is not None
    assert later.shown.wish == "w2"
    opened.close()
