from __future__ import annotations

import json

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed import checking, messages
from gateway.feed.messages import Change, Delta, Manifest, MessageError, Reply

DELTA = {"epoch": 1, "prev_seq": 0, "seq": 1, "changes": []}


def refusal_of(payload: bytes) -> tuple[str, str]:
    with pytest.raises(MessageError) as caught:
        messages.parse(Delta, payload)
    return caught.value.code, str(caught.value)


def test_a_delta_is_read() -> None:
    change = {"kind": "stock", "key": "s/p", "value": None, "later": 1}
    delta = messages.parse(Delta, json.dumps(DELTA | {"changes": [change], "later": 2}).encode())
    assert (delta.seq, delta.changes[0].key, delta.changes[0].value) == (1, "s/p", None)


def test_a_change_without_value_is_not_taken_for_a_tombstone() -> None:
    change = {"kind": "stock", "key": "s/p"}
    code, text = refusal_of(json.dumps(DELTA | {"changes": [change]}).encode())
    assert (code, text) == ("bad_message", "changes.0.value: Field required")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\xff\xfe", "unreadable"),
        (b"{", "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (b'{"epoch": NaN}', "unreadable"),
        (b"[]", "bad_message"),
        (json.dumps(DELTA | {"seq": -1}).encode(), "bad_message"),
        (json.dumps(DELTA | {"seq": "1"}).encode(), "bad_message"),
        (
            json.dumps(
                DELTA | {"changes": [{"kind": "k", "key": "k", "value": 1}] * 1001}
            ).encode(),
            "bad_message",
        ),
        (b" " * (256 * 1024 + 1), "too_large"),
    ],
)
def test_a_message_that_cannot_be_used_is_refused_by_code(payload: bytes, code: str) -> None:
    assert refusal_of(payload)[0] == code


@pytest.mark.parametrize("depth", [100, 210, 480, 700, 900, 980, 5_000])
def test_whatever_is_read_is_not_too_deep_to_be_checked(depth: int) -> None:
    for opens, closes in (("[", "]"), ('{"a":', "}")):
        value = opens * depth + "1" + closes * depth
        change = f'{{"kind": "product", "key": "p", "value": {{"attributes": {value}}}}}'
        payload = json.dumps(DELTA | {"changes": ["here"]}).replace('"here"', change).encode()
        if depth > messages.MAX_NESTING:
            code, text = refusal_of(payload)
            assert (code, "200 times at most" in text) == ("unreadable", True)
            continue
        (read,) = messages.parse(Delta, payload).changes
        row = checking.row("central", read.kind, read.key, read.value, lambda _: "central")
        assert row.refusal is None


def test_many_brackets_beside_each_other_are_not_deep() -> None:
    flat: list[object] = [{"a": []}] * 2_000
    assert messages.load(json.dumps(flat)) == flat
    assert messages.load(json.dumps("[" * 2_000)) == "[" * 2_000


def test_integer_valued_fractions_are_integers_as_the_digest_needs() -> None:
    assert messages.load('{"available": 3.0}') == {"available": 3}
    assert isinstance(messages.load("3.0"), int)
    assert messages.load("1.5") == 1.5


@given(st.binary(max_size=300), st.sampled_from([Delta, Manifest, Reply]))
def test_no_bytes_raise_anything_but_a_message_error(
    payload: bytes, model: type[Delta | Manifest | Reply]
) -> None:
    with pytest.raises(MessageError):
        messages.parse(model, payload)


names = st.one_of(
    st.sampled_from(["stock", "s/p", "ñ", "\ud800", "k" * 64, "k" * 65, "k" * 129, "k" * 130]),
    st.text(),
    st.integers(),
    st.none(),
)


@given(
    st.fixed_dictionaries(
        {}, optional={"kind": names, "key": names, "value": st.none() | st.text(), "x": names}
    )
    | names
)
def test_a_line_is_taken_exactly_when_it_is_a_change(said: object) -> None:
    line = json.dumps(said).encode()
    problem = ""
    try:
        change = Change.model_validate(messages.load(line))
        expected: tuple[str, str, object] | None = (change.kind, change.key, change.value)
    except pydantic.ValidationError as error:
        expected, problem = None, str(error)
    if expected is not None:
        assert messages.row(line) == expected
    else:
        with pytest.raises(pydantic.ValidationError) as caught:
            messages.row(line)
        assert str(caught.value) == problem
