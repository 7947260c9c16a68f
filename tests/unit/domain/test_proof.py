from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import proof
from gateway.domain.proof import Entry, Link, Place

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def chain(*whats: str, label: str = "L1") -> list[Link]:
    links: list[Link] = []
    for number, what in enumerate(whats):
        after = links[-1].place if links else Place()
        entry = Entry(label=label, at=AT + timedelta(seconds=number), what=what)
        links.append(proof.link(entry, after))
    return links


def test_a_row_is_hashed_as_the_page_says() -> None:
    entry = Entry(
        label="L1",
        at=AT,
        what="shown",
        wish="w",
        fingerprint="f",
        picture="p",
        template="sale@1",
        prices={"price": "12.90", "offers": {"a": 7}},
    )
    first = proof.link(entry, Place())
    said = (
        '{"at":1795348800000,"clock":"trusted","fingerprint":"f","label":"L1","number":1,'
        '"picture":"p","prices":{"offers":{"a":7},"price":"12.90"},"template":"sale@1",'
        '"what":"shown","wish":"w"}'
    )
    assert first.text == said
    assert first.hash == hashlib.sha256(b"anaquel proof 1\n" + bytes(32) + said.encode()).digest()
    second = proof.link(entry, first.place)
    assert second.number == 2
    assert second.hash != first.hash
    assert proof.read(first.text) == entry
    assert proof.read(proof.link(replace(entry, doubted=True), Place()).text).doubted


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"label":"L1","at":1e400}', "null"])
def test_what_no_row_says_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"proof|Expecting"):
        proof.read(text)


def test_a_whole_chain_is_whole_from_any_place() -> None:
    links = chain("wished", "transferred", "shown", "wished")
    head = links[-1].place
    assert proof.broken("L1", Place(), [], Place()) is None
    for start in (Place(), links[0].place, links[2].place, head):
        assert proof.broken("L1", start, links[start.number :], head) is None


@given(st.integers(0, 5), st.sampled_from(["change", "drop", "swap", "move", "other label"]))
def test_whatever_is_done_to_a_row_is_found_at_that_row(index: int, what: str) -> None:
    links = chain("wished", "shown", "wished", "shown", "lost", "shown", "wished")
    head = links[-1].place
    match what:
        case "change":
            said = json.loads(links[index].text) | {"at": 1}
            links[index] = replace(links[index], text=json.dumps(said))
        case "drop":
            del links[index]
        case "swap":
            links[index], links[index + 1] = links[index + 1], links[index]
        case "move":
            links.insert(index, links[-1])
        case _:
            links[index] = chain(*["wished"] * 7, label="L2")[index]
    found = proof.broken("L1", Place(), links, head)
    assert found is not None
    assert found.number == index + 1


def test_rows_missing_at_the_end_are_found_and_one_more_than_was_written() -> None:
    links = chain("wished", "shown", "wished")
    short = proof.broken("L1", Place(), links[:2], links[2].place)
    assert short == proof.Break(label="L1", number=3, why="the row is missing")
    longer = proof.broken("L1", Place(), links, links[1].place)
    assert longer is not None
    assert "written last" in longer.why


def test_a_row_of_another_label_does_not_pass_even_where_its_hash_does() -> None:
    links = chain("wished", label="L2")
    found = proof.broken("L1", Place(), links, links[0].place)
    assert found == proof.Break(label="L1", number=1, why="the row belongs to another place")
