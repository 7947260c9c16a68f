"""What must not stand in any file of the project."""

from __future__ import annotations

import re

import pytest

from tests.support import project

# In pieces, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + r"X)\b")
INDEX_HOSTS = re.compile(
    r"\b(pypi\.or" + r"g|python" + r"hosted\.or" + r"g|npmjs\.(or" + "g|com)|crates\\.i" + r"o)\b"
)
OWN_PATHS = re.compile(r"(?<![\w.}/-])/(ro" + "ot|wo" + r"rk|ho" + r"me)/\w")


@pytest.mark.parametrize(
    ("why", "pattern"),
    [
        ("work that was left", UNFINISHED),
        ("an index is the installer's choice", INDEX_HOSTS),
        ("a path of somebody's machine", OWN_PATHS),
    ],
)
def test_no_file_has(why: str, pattern: re.Pattern[str]) -> None:
    found = [
        f"{project.named(path)}:{number}: {line.strip()[:100]}"
        for path in project.files()
        if (text := project.text(path)) is not None and ".min." not in path.name
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]

    assert not found, why


def test_the_patterns_find_what_they_are_for() -> None:
    assert UNFINISHED.search("# TO" + "DO: later")
    assert INDEX_HOSTS.search("https://pypi.or" + "g/simple")
    assert OWN_PATHS.search('open("/ro' + 'ot/x")')
    assert OWN_PATHS.search("https://example.com/wo" + "rk/x") is None
