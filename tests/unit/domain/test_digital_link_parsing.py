"""GS1 Digital Link URIs read as the standard has them, and nothing but its error raised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import application_identifiers, digital_link
from gateway.domain.application_identifiers import FORMATS
from gateway.domain.digital_link import DigitalLink, DigitalLinkError
from gateway.domain.gtin import check_digit

GTIN = "09506000134352"
HOST = "https://id.example.com"


@pytest.mark.parametrize(
    ("text", "qualifiers", "attributes"),
    [
        (f"{HOST}/01/{GTIN}", {}, {}),
        (f"HTTPS://ID.EXAMPLE.COM:8443/01/{GTIN}", {}, {}),
        (f"http://127.0.0.1/01/{GTIN}", {}, {}),
        (f"http://[2001:db8::1]/01/{GTIN}", {}, {}),
        (f"{HOST}/01/{GTIN}/", {}, {}),
        (f"{HOST}/shop/es/01/{GTIN}?linkType=gs1:pip#top", {}, {}),
        (f"{HOST}/01/9506000134352", {}, {}),
        (
            f"{HOST}/01/{GTIN}/22/2A/10/ABC123/21/00-7",
            {"22": "2A", "10": "ABC123", "21": "00-7"},
            {},
        ),
        (f"{HOST}/01/{GTIN}/10/A%2FB", {"10": "A/B"}, {}),
        (f"{HOST}/01/{GTIN}/10/A+B", {"10": "A+B"}, {}),
        (f"{HOST}/01/{GTIN}/235/XY?10=LOT", {"235": "XY"}, {"10": "LOT"}),
        (
            f"{HOST}/01/{GTIN}/21/7?17=271100&3103=000195&utm_source=label",
            {"21": "7"},
            {"17": "271100", "3103": "000195"},
        ),
        (f"{HOST}/01/{GTIN}?&17=271130&flag&", {}, {"17": "271130"}),
        (f"{HOST}/00/faux/00/01/{GTIN}", {}, {}),
    ],
)
def test_a_link_is_read(text: str, qualifiers: dict[str, str], attributes: dict[str, str]) -> None:
    found = digital_link.parse(text)
    assert found.gtin == GTIN
    assert dict(found.qualifiers) == qualifiers
    assert dict(found.attributes) == attributes


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "characters"),
        (f"{HOST}/01/{GTIN} ", "characters"),
        (f"Https://id.example.com/01/{GTIN}", "begins with http"),
        (f"ftp://id.example.com/01/{GTIN}", "begins with http"),
        ("https://id.example.com", "begins with http"),
        (f"https://id_example.com/01/{GTIN}", "is no host"),
        (f"https://user@id.example.com/01/{GTIN}", "is no host"),
        (f"{HOST}/", "no primary key"),
        (f"{HOST}/p/alba", "no primary key"),
        (f"{HOST}/gtin/{GTIN}", "no primary key"),
        (f"{HOST}/10/ABC", "no primary key"),
        (f"{HOST}/01/09506000134353", "wrong check digit, 2 is right"),
        (f"{HOST}/01/950600013435", "wrong check digit"),
        (f"{HOST}/01/123456789", "has the format N14"),
        (f"{HOST}/01/{GTIN}/21/7/10/A", r"\(21\)\(10\) cannot follow \(01\)"),
        (f"{HOST}/01/{GTIN}/22/2A/235/X", "cannot follow"),
        (f"{HOST}/01/{GTIN}/17/271231", "cannot follow"),
        (f"{HOST}/01/{GTIN}/10/A/10/B", "comes twice"),
        (f"{HOST}/01/{GTIN}?17=271231&17=271231", "comes twice"),
        (f"{HOST}/01/{GTIN}?01={GTIN}", "comes twice"),
        (f"{HOST}/01/{GTIN}?10=ABC", "must not stand in the query"),
        (f"{HOST}/01/{GTIN}?8200=x", "must not stand in the query"),
        (f"{HOST}/01/{GTIN}?17=", "has no value"),
        (f"{HOST}/01/{GTIN}//21/7", "no primary key"),
        (f"{HOST}/01/{GTIN}?9999=x", "is no application identifier"),
        (f"{HOST}/01/{GTIN}?17=271331", "is a date"),
        (f"{HOST}/01/{GTIN}?3103=19", "has the format N6"),
        (f"{HOST}/01/{GTIN}/10/{'A' * 21}", r"has the format X\.\.20"),
        (f"{HOST}/01/{GTIN}/10/A%00", "characters that GS1 knows"),
        (f"{HOST}/01/{GTIN}/10/%C3%B1", "characters that GS1 knows"),
        (f"{HOST}/415/9506000134352", r"needs \(8020\)"),
        (f"{HOST}/01/{GTIN}/21/" + "A" * 2_000, "at most 2000"),
    ],
)
def test_what_breaks_a_rule_is_told_by_that_rule(text: str, rule: str) -> None:
    with pytest.raises(DigitalLinkError, match=rule):
        digital_link.parse(text)


def test_other_keys_name_other_things() -> None:
    place = digital_link.parse(f"{HOST}/414/9506000134369/254/A03-B2")
    assert (place.key, place.value, place.gtin) == ("414", "9506000134369", None)
    assert dict(place.qualifiers) == {"254": "A03-B2"}
    assert digital_link.parse(f"{HOST}/8004/9506000LABEL7").value == "9506000LABEL7"


@st.composite
def links(draw: st.DrawFn) -> DigitalLink:
    body = draw(st.from_regex(r"[0-9]{13}", fullmatch=True))
    plain = st.text("!\"%&'()*+,-./0123456789:;<=>?ABCxyz_", min_size=1, max_size=20)
    row = draw(st.sampled_from([("22", "10", "21"), ("235",)]))
    chosen = [name for name in row if draw(st.booleans())]
    attributes = draw(st.dictionaries(st.sampled_from(["240", "91", "243"]), plain, max_size=3))
    return DigitalLink(
        key="01",
        value=body + check_digit(body),
        qualifiers={name: draw(plain) for name in chosen},
        attributes=attributes,
        stem=draw(st.sampled_from([HOST, "http://shop:8080", f"{HOST}/es/shop"])),
    )


@given(links())
def test_what_is_written_is_read_the_same(link: DigitalLink) -> None:
    assert digital_link.parse(digital_link.written(link)) == link


@given(st.one_of(st.text(max_size=60), st.text(max_size=60).map(lambda one: f"{HOST}/01/{one}")))
def test_nothing_but_its_own_error_is_raised(text: str) -> None:
    try:
        found = digital_link.parse(text)
    except DigitalLinkError:
        return
    assert digital_link.parse(digital_link.written(found)) == found


def test_each_identifier_is_known_by_one_format() -> None:
    assert len(FORMATS) > 500
    for name, good, bad in (
        ("3103", "001250", "1250"),
        ("8003", "09506000134352", "19506000134352"),
        ("253", "9506000134352A7", "9506000134353A7"),
        ("7007", "261127261130", "261127261131"),
        ("8010", "ABC-12", "abc"),
        ("255", "9506000134352", "9506000134352X"),
    ):
        assert application_identifiers.fault(name, good) is None, name
        assert application_identifiers.fault(name, bad) is not None, name
