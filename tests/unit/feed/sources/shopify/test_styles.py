from __future__ import annotations

from pathlib import Path

import pytest

from gateway.feed.sources.shopify import styles
from gateway.feed.sources.shopify.styles import Style
from gateway.settings import Shopify
from tests.unit.feed.sources.shopify.made import article, settings

PATTERN = r"(?P<style>.+) - (?P<color>[^-]+)"


def options(folder: Path, **members: object) -> Shopify:
    return settings(folder, **members).shopify


def test_without_a_rule_everybody_stands_alone(tmp_path: Path) -> None:
    assert styles.style(article(style="x"), options(tmp_path)) == Style()


@pytest.mark.parametrize(
    ("source", "members", "style"),
    [
        ("title", {"title": "Brisa - Negro"}, Style(key="brisa", color="Negro")),
        ("title", {"title": "brisa - Blanco"}, Style(key="brisa", color="Blanco")),
        ("title", {"title": "Gorra"}, Style()),
        ("handle", {"handle": "brisa - negro"}, Style(key="brisa", color="negro")),
        ("tag", {"tags": ("nuevo", "Brisa - Rojo")}, Style(key="brisa", color="Rojo")),
        ("tag", {"tags": ()}, Style()),
        ("title", {"title": "Brisa - Negro", "color": "Noche"}, Style(key="brisa", color="Noche")),
    ],
)
def test_a_pattern_finds_style_and_color(
    tmp_path: Path, source: str, members: dict[str, object], style: Style
) -> None:
    chosen = options(tmp_path, style_from=source, style_pattern=PATTERN)

    assert styles.style(article(**members), chosen) == style


def test_a_metafield_names_the_style(tmp_path: Path) -> None:
    chosen = options(tmp_path, style_from="metafield")

    assert styles.style(article(style=" BRI-1 ", color="Negro"), chosen) == Style(
        key="bri-1", color="Negro"
    )


def test_equal_keys_are_siblings_in_the_order_of_their_numbers() -> None:
    found = styles.siblings({"10": "brisa", "9": "brisa", "8": "", "7": "sol", "6": ""})

    assert found == {"9": ("9", "10"), "10": ("9", "10")}


def test_a_crowd_is_bounded() -> None:
    found = styles.joined(str(number) for number in range(500))

    assert len(found) == len(found["0"]) == styles.MAX_SIBLINGS
