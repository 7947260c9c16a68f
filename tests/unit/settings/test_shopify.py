from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings
from gateway.settings import KINDS, SettingsError

HEAD = """
[shop]
store = "s042"
gateway = "s042-1"
public_base = "http://anaquel.local"
[data]
folder = "data"
"""
GOOD = """
[shopify]
shop = "zapateria.myshopify.com"
client_id = "abc"
client_secret_file = "shopify.secret"
"""
ALONE = '[central]\nkind = "none"\n'


def load(folder: Path, text: str) -> settings.Settings:
    file = folder / "config.toml"
    file.write_text(HEAD + text)
    return settings.load(file)


def test_a_shop_alone_takes_from_shopify_what_shopify_can_say(tmp_path: Path) -> None:
    found = load(tmp_path, ALONE + GOOD)

    assert {kind: found.source_of(kind) for kind in KINDS} == {
        "location": "shopify",
        "group": "shopify",
        "product": "shopify",
        "offers": "shopify",
        "stock": "shopify",
        "task": "files",
        "binding": "files",
    }
    assert found.shopify.base == "https://zapateria.myshopify.com"
    assert found.shopify.client_secret_file == tmp_path / "shopify.secret"


def test_what_is_given_to_others_stays_theirs(tmp_path: Path) -> None:
    alone = load(tmp_path, ALONE + GOOD + '[sources]\noffers = "files"\n')
    beside_central = load(tmp_path, GOOD + '[sources]\nstock = "shopify"\n')

    assert (alone.source_of("offers"), alone.source_of("stock")) == ("files", "shopify")
    assert beside_central.source_of("offers") == "central"
    assert beside_central.source_of("stock") == "shopify"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[shopify]\nshop = "zapateria.myshopify.com"\n',
            "[shopify]: shop is set, so write client_id and client_secret_file beside it",
        ),
        ('[shopify]\nshop = "https://zapateria.mx"\n', "write the name that ends in myshopify.com"),
        (
            '[sources]\nstock = "shopify"\n',
            "[sources] gives kinds to shopify, but [shopify] names no shop",
        ),
        (
            GOOD + 'style_from = "title"\n',
            '[shopify]: style_from is "title", so write style_pattern beside it',
        ),
        (GOOD + 'style_pattern = "("\n', "is no regular expression"),
        (GOOD + 'style_pattern = "(.*)"\n', "has no group (?P<style>...)"),
        (GOOD + 'api_version = "latest"\n', 'write year and quarter of a release, like "2026-07"'),
        (GOOD + 'compare_at = "25:00"\n', 'write hours and minutes in quotes, like "03:30"'),
        (GOOD + "tax_percent = 16\n", "write a text in quotes"),
        (GOOD + 'style_metafield = "style"\n', "write namespace and key with a point between"),
        (GOOD + '[shopify.locations]\n"a b" = "x"\n', "write 1 to 64 of A-Z"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_write(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as told:
        load(tmp_path, text)

    assert words in str(told.value)
