from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings
from gateway.settings import families
from tests.unit.settings.test_loading import GOOD, write

KNOWN = ("mqtt", "gicisky", "hanshow", "openepaperlink", "pebble_points")
BEHIND = frozenset({"hanshow", "openepaperlink", "pebble_points"})
THERE = "write one of: hanshow, openepaperlink, pebble_points"
HANSHOW = 'family = "hanshow", url = "http://192.168.1.60:9000/api2/default"'


def told(folder: Path, more: str) -> list[str]:
    chosen = settings.load(write(folder, f"{GOOD}\n{more}"))
    return list(families.problems(chosen, KNOWN, BEHIND))


FAR = (
    "only this machine reaches that, and the server is at 192.168.1.60; write this machine's "
    'address in the shop\'s network, like "http://192.168.1.10:8082"'
)
CLOSED = 'sites.intake.host = "127.0.0.1": only this machine reaches the intake there, and'


@pytest.mark.parametrize(
    ("family", "line"),
    [
        ("openepaperlnk", f'no family has this name; did you mean "openepaperlink"? {THERE}'),
        ("nothing_alike", f"no family has this name; {THERE}"),
        ("gicisky", f"labels of this family are behind no access point; {THERE}"),
    ],
)
def test_families_that_are_not_there_are_told(tmp_path: Path, family: str, line: str) -> None:
    point = f'a = {{ family = "{family}", url = "http://192.168.1.50" }}'
    assert told(tmp_path, f"[access_points]\n{point}") == [
        f'access_points.a.family = "{family}": {line}'
    ]


@pytest.mark.parametrize("address", ["http://127.0.0.1:8082", "http://localhost", "http://[::1]"])
def test_a_server_is_not_told_to_call_itself(tmp_path: Path, address: str) -> None:
    point = f'h = {{ {HANSHOW}, reached_at = "{address}" }}'
    assert told(tmp_path, f"[access_points]\n{point}") == [
        f'access_points.h.reached_at = "{address}": {FAR}'
    ]


def test_an_intake_that_is_promised_to_others_has_to_listen_to_them(tmp_path: Path) -> None:
    point = f'h = {{ {HANSHOW}, reached_at = "http://192.168.1.10:8082" }}'
    assert told(tmp_path, f"[access_points]\n{point}") == [
        f'{CLOSED} access_points.h.reached_at promises it to others; write "0.0.0.0"'
    ]
    assert told(tmp_path, f'[access_points]\n{point}\n[sites.intake]\nhost = "0.0.0.0"') == []
    assert told(tmp_path, '[sites.intake]\nreached_at = "http://192.168.1.10:8082"') == [
        f'{CLOSED} sites.intake.reached_at promises it to others; write "0.0.0.0"'
    ]


HERE = 'url = "http://[::1]:9000/api2/default", reached_at = "http://127.0.0.1:8082"'


@pytest.mark.parametrize(
    "more",
    [
        'a = { family = "pebble_points", url = "http://192.168.1.50" }',
        f"h = {{ {HANSHOW} }}",
        f'h = {{ family = "hanshow", {HERE} }}',
        # Something else listens for the network and passes it on.
        f'h = {{ {HANSHOW}, reached_at = "http://192.168.1.10" }}',
    ],
)
def test_access_points_that_can_work_are_not(tmp_path: Path, more: str) -> None:
    assert told(tmp_path, f"[access_points]\n{more}") == []


def test_families_to_adopt_by_themselves_have_to_be_there(tmp_path: Path) -> None:
    (line,) = told(tmp_path, '[labels]\nadopt_by_themselves = ["mqtt", "gicisk"]')
    assert line == (
        'labels.adopt_by_themselves = "gicisk": no family has this name; did you mean "gicisky"? '
        "write one of: gicisky, hanshow, mqtt, openepaperlink, pebble_points"
    )
