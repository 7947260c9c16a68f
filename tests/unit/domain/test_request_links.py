from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import request_links

SECRET, OTHER = b"s" * 32, b"t" * 32
KEY = "0123456789abcdef" * 2
NOW = datetime(2026, 11, 22, 20, 32, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def test_a_link_leads_to_its_request_alone() -> None:
    link = request_links.link(SECRET, KEY)
    assert request_links.key_of(SECRET, link) == KEY
    assert request_links.key_of(OTHER, link) is None
    assert request_links.key_of(SECRET, link[:-1]) is None
    assert request_links.key_of(SECRET, "f" + link[1:]) is None


def test_a_form_is_good_for_its_product_and_for_a_while() -> None:
    form = request_links.form(SECRET, KEY, "tote", NOW)
    later = NOW + request_links.FORM_LASTS
    assert request_links.form_key(SECRET, form, "tote", later) == KEY
    assert request_links.form_key(SECRET, form, "tote", later + timedelta(seconds=1)) is None
    assert request_links.form_key(SECRET, form, "mug", NOW) is None
    assert request_links.form_key(OTHER, form, "tote", NOW) is None
    # A form is no link to anybody's request.
    assert request_links.key_of(SECRET, form) is None


@given(st.text(max_size=120))
def test_nothing_that_somebody_types_is_taken_for_ours(text: str) -> None:
    assert request_links.key_of(SECRET, text) is None
    assert request_links.form_key(SECRET, text, "tote", NOW) is None
    if text.strip():
        assert not request_links.is_todays_code(SECRET, TODAY, f"{text}!")


def test_todays_code_is_another_tomorrow_and_is_read_as_people_type() -> None:
    code = request_links.todays_code(SECRET, TODAY)
    assert len(code) == request_links.CODE_LENGTH
    assert code != request_links.todays_code(SECRET, TODAY + timedelta(days=1))
    assert request_links.is_todays_code(SECRET, TODAY, f" {code[:2].lower()} {code[2:]} ")
    assert not request_links.is_todays_code(SECRET, TODAY, "")
    codes = {request_links.todays_code(SECRET, TODAY + timedelta(days=n)) for n in range(365)}
    assert len(codes) > 360


@pytest.mark.parametrize(
    "template",
    [
        "https://shop.example/p/{variant}?store={shop}&label={label}",
        "https://wa.me/5213300000000?text={article}%20{size}%20{shop}",
        "https://shop.example/{gtin}",
        "whatsapp://send?text={article}",
        "tel:+523300000000",
    ],
)
def test_templates_that_can_be_used(template: str) -> None:
    assert request_links.fault(template) is None


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert(1)",
        "http://shop.example/{gtin}",
        "https://{gtin}.example/",
        "https://shop.example{variant}",
        "https://",
        "https:///p",
        "https://[",
        "{variant}",
        "https://shop.example/{0}",
        "https://shop.example/{}",
        "https://shop.example/{variant.__class__}",
        "https://shop.example/{variant!r}",
        "https://shop.example/{shop:>99999999}",
        "https://shop.example/{shop:{label}}",
        "https://shop.example/{price}",
        "https://shop.example/{",
        "https://shop.example/ {gtin}",
        'https://shop.example/"{gtin}',
        "",
    ],
)
def test_templates_that_cannot(template: str) -> None:
    assert request_links.fault(template) is not None


@given(
    st.dictionaries(st.sampled_from(request_links.NAMES), st.text(max_size=60)),
)
def test_whatever_an_article_is_called_the_link_leads_where_it_was_meant(
    facts: dict[str, str],
) -> None:
    template = "https://shop.example/p/{variant}?s={shop}&t={article}-{size}-{label}-{gtin}"
    found = urlsplit(request_links.filled(template, facts))
    assert (found.scheme, found.netloc) == ("https", "shop.example")
    assert found.path.count("/") == 2
    assert found.query.count("&") == 1
    assert not found.fragment


@given(st.text(max_size=80))
def test_any_template_is_judged(text: str) -> None:
    for template in (text, f"https://shop.example/{text}", f"https://{text}"):
        if request_links.fault(template) is None:
            filled = request_links.filled(template, {"variant": "x", "shop": "evil.example"})
            assert urlsplit(filled).scheme in {"https", "whatsapp", "tel", "sms", "mailto"}
