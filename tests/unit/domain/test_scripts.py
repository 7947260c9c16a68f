from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.domain import catalogue, labels, scripts
from gateway.domain.catalogue import Family
from gateway.domain.labels import LabelFacts, Target

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HEBREW = "נעלי ריצה"
ARABIC = "حذاء رياضي"


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Tenis 25.5", False),
        ("Größe ½ €", False),
        ("Кроссовки Ωμέγα", False),
        (HEBREW, True),
        (ARABIC, True),
        (f"Nike {HEBREW}", True),
        ("a\u202eb", True),
        ("", False),
    ],
)
def test_what_runs_from_right_to_left(text: str, *, runs: bool) -> None:
    assert scripts.runs_right_to_left(text) == runs
    assert scripts.drawable(text) == ("" if runs else text)


def facts(product: dict[str, Any], group: dict[str, Any], *, to_group: bool = False) -> LabelFacts:
    family = Family(
        group=catalogue.group_from("g", group),
        siblings=(),
        products=(catalogue.product_from("p", {"group": "g", **product}),),
        offers={},
        stock={},
        locations=(),
    )
    return labels.facts(
        Target(group="g") if to_group else Target(product="p"),
        family,
        code="7K3M9A",
        shop="s042",
        public_base="https://q.example.com",
        language="es",
        at=AT,
    )


@pytest.mark.parametrize(
    ("own", "of_group", "title"),
    [
        ({"es": HEBREW, "en": "Running shoe"}, {"es": "Tenis"}, "Running shoe"),
        ({"he": HEBREW, "de": "Laufschuh"}, {"es": "Tenis"}, "Laufschuh"),
        ({"he": HEBREW}, {"es": "Tenis"}, "Tenis"),
        ({"he": HEBREW}, {"ar": ARABIC}, "SKU-1"),
        ({"es": "Tenis", "he": HEBREW}, {"es": "Grupo"}, "Tenis"),
    ],
)
def test_the_next_best_text_stands_in_its_place(
    own: dict[str, str], of_group: dict[str, str], title: str
) -> None:
    said = facts({"name": own, "sku": "SKU-1"}, {"name": of_group})
    assert said.title == title
    assert said.left_out == (() if title == "Tenis" and "es" in own else ("title",))


def test_every_fact_that_is_left_out_is_named_and_none_is_drawn() -> None:
    said = facts(
        {
            "name": {"ar": ARABIC},
            "sku": HEBREW,
            "color": {"name": {"he": HEBREW}},
            "options": {"size": HEBREW},
        },
        {"name": {"ar": ARABIC}, "brand": HEBREW},
    )
    assert said.left_out == ("title", "brand", "color", "size", "reference")
    assert (said.title, said.reference) == ("p", "p")
    assert said.brand == said.color == said.size == said.variant == ""


def test_an_article_without_any_name_stays_without() -> None:
    said = facts({}, {"name": {}})
    assert (said.title, said.left_out) == ("", ())
