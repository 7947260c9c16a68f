"""Lists of labels that other systems give, as claims; and ours, written and read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from gateway.domain.takeover import Claim, TakeoverError
from gateway.feed.sources import takeover_lists

OURS = """\
label,alias,article,options,template,zone,model,price
l1,CASE-1,a1,,minimal,paint,,"1.299,50"
FFFF11223344,,runner,color=navy; size=26,,paint,easytag-3d,"5,00"
"""
TAGS = {
    "tags": [
        {"mac": "00007E2233445566", "alias": "Milk 1L", "hwType": 51, "LQI": 200},
        {"mac": "00007E2233445567", "alias": "", "hwType": 51},
    ],
    "continu": 2,
}
HANSHOW = {
    "errno": 0,
    "data": {"esls": [{"esl_id": "55-3D-5F-67", "sku": "a1", "price1": "12.90"}]},
}


def test_our_own_list_is_read() -> None:
    assert takeover_lists.read(OURS.encode()) == (
        Claim(
            zone="paint",
            label="l1",
            alias="CASE-1",
            article="a1",
            template="minimal",
            price="1299.50",
        ),
        Claim(
            zone="paint",
            label="FFFF11223344",
            article="runner",
            options={"color": "navy", "size": "26"},
            model="easytag-3d",
            price="5.00",
        ),
    )


def test_a_tag_list_of_an_access_point_is_read() -> None:
    read = takeover_lists.read(json.dumps(TAGS).encode(), zone="dairy")

    assert [(one.key, one.article, one.model, one.zone) for one in read] == [
        ("00007E2233445566", "Milk 1L", "oepl-33", "dairy"),
        ("00007E2233445567", "", "oepl-33", "dairy"),
    ]


@pytest.mark.parametrize(
    "data", [json.dumps(HANSHOW), "eslId;ean;price1\n55-3D-5F-67;a1;12,90\n"], ids=["json", "csv"]
)
def test_a_list_of_a_server_is_read(data: str) -> None:
    read = takeover_lists.read(data.encode(), zone="toys")

    assert read == (Claim(zone="toys", alias="55-3D-5F-67", article="a1", price="12.90"),)


def test_one_line_that_cannot_be_used_keeps_the_list_out() -> None:
    lines = [
        *("label,alias,article,zone,options", "l1,,a1,paint,", ",,a2,paint,", "l1,,a3,paint,"),
        *("l4,,a4,,", "l5,,a5,paint,navy", f"{'x' * 65},,a6,paint,"),
    ]

    with pytest.raises(TakeoverError) as refused:
        takeover_lists.read("\n".join(lines).encode())

    assert refused.value.problems == (
        "line 3: neither a label nor an alias",
        "line 4: l1 stands on line 2 already",
        "line 5: no zone; add the column, or say --zone",
        "line 6: options are written as color=navy; size=26",
        "line 7: label has more than 64 characters, or some that cannot be printed",
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"tags": [', "the JSON cannot be read"),
        (b'{"tags": 7}', "holds no list of labels"),
        (b"[" * 100_000, "the JSON cannot be read"),
        (b"PK\x03\x04", "this is a spreadsheet"),
        (b'{"error": "busy"}', "holds no list of labels"),
    ],
)
def test_a_file_that_is_no_list_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(TakeoverError, match=why):
        takeover_lists.read(data, zone="z")


def test_prices_are_known_by_all_their_names() -> None:
    data = b"label,ean,price\nl1,09521234543213,10.50\nl2,,7.00\n"

    assert takeover_lists.prices(data) == {
        "l1": "10.50",
        "09521234543213": "10.50",
        "l2": "7.00",
    }
    with pytest.raises(TakeoverError, match="these are missing: price"):
        takeover_lists.prices(b"label\nl1\n")


def test_what_is_written_is_read_back() -> None:
    claims = (
        Claim(
            zone="paint",
            label="l1",
            alias='say "hi", twice',
            article="runner",
            options={"color": "navy", "size": "26"},
            template="style",
            model="tiny",
            price="10.50",
            currency="MXN",
            shown_at=datetime(2026, 11, 3, 17, 42, tzinfo=UTC),
        ),
        Claim(zone="paint", alias="CASE-2"),
    )

    written = takeover_lists.write(claims, {"runner": "09521234543213"})

    assert takeover_lists.read(written) == claims
    assert written.splitlines()[0].decode() == ",".join(takeover_lists.COLUMNS)
    assert b"09521234543213" in written
