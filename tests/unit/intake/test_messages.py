from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.events import Reading, Scan
from gateway.intake import messages
from gateway.intake.messages import Kind, ReadingMessage, ScanMessage, UnreadableError


def test_a_scan_with_everything_is_read() -> None:
    said = messages.read_one(
        ScanMessage,
        b'{"id":"7","code":"0109521234543213\\u001d10ABC","symbology":"QR","mode":"count",'
        b'"quantity":3,"at":"2026-11-22T10:00:00.5-06:00","later":true}',
    )
    assert said.content() == Scan(
        code="0109521234543213\x1d10ABC", symbology="QR", mode="count", quantity="3"
    )
    assert said.id == "7"
    assert said.at == datetime(2026, 11, 22, 16, 0, 0, 500_000, tzinfo=UTC)


def test_readings_are_decimals_with_names() -> None:
    said = messages.read_one(ReadingMessage, b'{"values":{"mass_g":1240,"temperature_c":"-3.5"}}')
    assert said.content() == Reading(values={"mass_g": "1240", "temperature_c": "-3.5"})


@pytest.mark.parametrize(
    ("kind", "payload", "where", "hint"),
    [
        (ScanMessage, b"", "the message", "JSON"),
        (ScanMessage, b"[]", "the message", "object"),
        (ScanMessage, b"\xff", "the message", "JSON"),
        (ScanMessage, b"{}", "code", "missing"),
        (ScanMessage, b'{"code":""}', "code", "1 to 500"),
        (ScanMessage, b'{"code":"a\\n"}', "code", "control"),
        (ScanMessage, b'{"code":1}', "code", "string"),
        (ScanMessage, b'{"code":"1","id":"a b"}', "id", "1 to 64"),
        (ScanMessage, b'{"code":"1","at":1700000000}', "at", "offset"),
        (ScanMessage, b'{"code":"1","at":"2026-11-22T10:00:00"}', "at", "offset"),
        (ScanMessage, b'{"code":"1","at":"2026-13-22T10:00:00Z"}', "at", "month"),
        (ScanMessage, b'{"code":"1","quantity":1.5}', "quantity", "quotes"),
        (ReadingMessage, b'{"values":{}}', "values", "at least 1"),
        (ReadingMessage, b'{"values":{"mass_g":NaN}}', "values.mass_g", "quotes"),
        (ReadingMessage, b'{"values":{"mass_g":"inf"}}', "values.mass_g", "quotes"),
        (ReadingMessage, b'{"values":{"mass_g":true}}', "values.mass_g", "quotes"),
        (ReadingMessage, b'{"values":{"mass_g":9007199254740992}}', "values.mass_g", "large"),
        (ReadingMessage, b'{"values":{"Mass":1}}', "values.Mass.[key]", "unit"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_to_write(
    kind: Kind, payload: bytes, where: str, hint: str
) -> None:
    with pytest.raises(UnreadableError) as caught:
        messages.read_one(kind, payload)
    assert caught.value.faults[0].where == where
    assert hint in caught.value.faults[0].what


def test_a_message_has_a_size_and_a_number_of_values() -> None:
    values = {f"value_{number}": number for number in range(33)}
    with pytest.raises(UnreadableError, match="at most 32"):
        messages.read_one(ReadingMessage, json.dumps({"values": values}).encode())
    with pytest.raises(UnreadableError, match="too many"):
        messages.read_one(ScanMessage, b" " * 16_400)


def test_the_id_of_a_bad_message_is_told_if_it_can_be_read() -> None:
    with pytest.raises(UnreadableError) as caught:
        messages.read_one(ScanMessage, b'{"id":"7","code":1}')
    assert caught.value.given_id == "7"


def test_one_or_a_list_is_taken_and_faults_name_their_place() -> None:
    assert len(messages.read_some(ScanMessage, b' {"code":"1"}')) == 1
    assert len(messages.read_some(ScanMessage, b' [{"code":"1"},{"code":"2"}]')) == 2
    with pytest.raises(UnreadableError) as caught:
        messages.read_some(ScanMessage, b'[{"code":"1"},{"code":2},7]')
    assert [fault.where for fault in caught.value.faults] == ["1.code", "2"]
    for body in (b"[]", json.dumps([{"code": "1"}] * 501).encode()):
        with pytest.raises(UnreadableError):
            messages.read_some(ScanMessage, body)


@given(st.one_of(st.binary(max_size=200), st.from_regex(rb'\{"(id|code|values)":[^}]*\}?')))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    for kind in (ScanMessage, ReadingMessage):
        with contextlib.suppress(UnreadableError):
            assert isinstance(messages.read_one(kind, payload), kind)
