"""GS1 application identifiers: which there are, and what the data of each looks like.

GS1 General Specifications, section 3. A format is components in a row: ``N`` digits, ``X`` letters
of CSET 82, ``Y`` of CSET 39, ``Z`` of base64url, with so many or (``..``) up to so many of them;
a component in brackets may be missing. Behind a comma stands what it has to be besides: ``csum``
ends in a check digit, ``date`` is YYMMDD whose day may be 00, ``zero`` is 0.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from gateway.domain.gtin import check_digit

_SETS: Final[Mapping[str, str]] = {
    "N": "[0-9]",
    "X": "[!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z]",
    "Y": "[#\\-/0-9A-Z]",
    "Z": "[\\-0-9A-Z_a-z=]",
}
_COMPONENT: Final = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)((?:,[a-z]+)*)(\]?)")


def _with_decimals(most: int, *names: int) -> tuple[int, ...]:
    return tuple(10 * name + decimals for name in names for decimals in range(most))


_SINGLE: Final[Mapping[str, str]] = {
    "00": "N18,csum",
    "01": "N14,csum",
    "02": "N14,csum",
    "03": "N14,csum",
    "10": "X..20",
    "20": "N2",
    "21": "X..20",
    "22": "X..20",
    "30": "N..8",
    "37": "N..8",
    "90": "X..30",
    "235": "X..28",
    "240": "X..30",
    "241": "X..30",
    "242": "N..6",
    "243": "X..20",
    "250": "X..30",
    "251": "X..30",
    "253": "N13,csum [X..17]",
    "254": "X..20",
    "255": "N13,csum [N..12]",
    "400": "X..30",
    "401": "X..30",
    "402": "N17,csum",
    "403": "X..30",
    "420": "X..20",
    "421": "N3 X..9",
    "422": "N3",
    "423": "N3 [N..12]",
    "424": "N3",
    "425": "N3 [N..12]",
    "426": "N3",
    "427": "X..3",
    "4309": "N20",
    "4318": "X..20",
    "4324": "N10",
    "4325": "N10",
    "4326": "N6",
    "7001": "N13",
    "7002": "X..30",
    "7003": "N10",
    "7004": "N..4",
    "7005": "X..12",
    "7006": "N6,date",
    "7007": "N6,date [N6,date]",
    "7008": "X..3",
    "7009": "X..10",
    "7010": "X..2",
    "7011": "N6,date [N4]",
    "7020": "X..20",
    "7021": "X..20",
    "7022": "X..20",
    "7023": "X..30",
    "7040": "N1 X3",
    "7041": "X..4",
    "7240": "X..20",
    "7241": "N2",
    "7242": "X..25",
    "7250": "N8",
    "7251": "N12",
    "7252": "N1",
    "7253": "X..40",
    "7254": "X..40",
    "7255": "X..10",
    "7256": "X..90",
    "7257": "X..70",
    "7258": "X3",
    "7259": "X..40",
    "8001": "N14",
    "8002": "X..20",
    "8003": "N1,zero N13,csum [X..16]",
    "8004": "X..30",
    "8005": "N6",
    "8006": "N14,csum N4",
    "8007": "X..34",
    "8008": "N8 [N..4]",
    "8009": "X..50",
    "8010": "Y..30",
    "8011": "N..12",
    "8012": "X..20",
    "8013": "X..25",
    "8014": "X..25",
    "8017": "N18,csum",
    "8018": "N18,csum",
    "8019": "N..10",
    "8020": "X..25",
    "8026": "N14,csum N4",
    "8030": "Z..90",
    "8110": "X..70",
    "8111": "N4",
    "8112": "X..70",
    "8200": "X..70",
}
_SEVERAL: Final[tuple[tuple[Iterable[int], str], ...]] = (
    ((11, 12, 13, 15, 16, 17), "N6,date"),
    (range(91, 100), "X..90"),
    (range(410, 418), "N13,csum"),
    (range(710, 718), "X..20"),
    # Measures and amounts: the last digit tells the decimals.
    (_with_decimals(6, *range(310, 317), *range(320, 338), *range(340, 358)), "N6"),
    (_with_decimals(6, *range(360, 370), 395), "N6"),
    (_with_decimals(10, 390, 392), "N..15"),
    (_with_decimals(10, 391, 393), "N3 N..15"),
    (_with_decimals(4, 394), "N4"),
    # Where and when something is to be brought.
    ((4300, 4301, 4310, 4311, 4320), "X..35"),
    ((*range(4302, 4307), *range(4312, 4317)), "X..70"),
    ((4307, 4317), "X2"),
    ((4308, 4319), "X..30"),
    (range(4321, 4324), "N1"),
    ((4324, 4325), "N10"),
    (range(4330, 4334), "N6 [X1]"),
    (range(7030, 7040), "N3 X..27"),
    (range(7230, 7240), "X2 X..28"),
)

FORMATS: Final[Mapping[str, str]] = {
    **_SINGLE,
    **{str(name): shape for names, shape in _SEVERAL for name in names},
}
"""The format of each identifier's data."""


def fault(name: str, value: str) -> str | None:
    """What is wrong with the data of an identifier; None where it is as it must be."""
    if name not in FORMATS:
        return f"({name}) is no application identifier"
    shape, rules = _shape(name)
    found = shape.fullmatch(value)
    if found is None:
        return f"({name}) has the format {FORMATS[name]}, not {value[:40]!r}"
    for part, rule in rules:
        if (text := found[part]) is not None and (wrong := _broken(rule, text)):
            return f"({name}) {wrong}: {value[:40]!r}"
    return None


@lru_cache(maxsize=len(FORMATS))
def _shape(name: str) -> tuple[re.Pattern[str], tuple[tuple[int, str], ...]]:
    """The whole format as one pattern, and which of its groups has to be what besides."""
    pattern, rules = "", []
    for number, component in enumerate(FORMATS[name].split(), 1):
        match = _COMPONENT.fullmatch(component)
        assert match is not None, component  # noqa: S101 - the table is ours
        bracket, letters, up_to, most, more, _ = match.groups()
        count = f"{{1,{most}}}" if up_to else f"{{{most}}}"
        pattern += f"({_SETS[letters]}{count}){'?' if bracket else ''}"
        rules += [(number, rule) for rule in more.split(",") if rule]
    return re.compile(pattern), tuple(rules)


def _broken(rule: str, text: str) -> str:
    match rule:
        case "csum" if check_digit(text[:-1]) != text[-1]:
            return f"ends in the wrong check digit, {check_digit(text[:-1])} is right"
        case "zero" if text != "0":
            return "begins with 0"
        case "date" if not _is_date(text):
            return "is a date YYMMDD"
        case _:
            return ""


def _is_date(text: str) -> bool:
    # In a leap year, as its century is not told.
    month, day = int(text[2:4]), int(text[4:6])
    leap = int(text[:2]) % 4 == 0
    return 1 <= month <= 12 and day <= calendar.monthrange(2000 if leap else 2001, month)[1]
