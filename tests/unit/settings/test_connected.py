"""What was connected on the staff page stands in for the section that ``config.toml`` lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings
from gateway.settings import SettingsError, Shopify, connected

BOX = """\
[shop]
store = "s042"
gateway = "gw-1"
public_base = "https://q.example.com"
[data]
folder = "data"
"""
ALONE = f'{BOX}[central]\nkind = "none"\n'
WANTED = Shopify.model_validate(
    {
        "shop": "zapateria.myshopify.com",
        "client_id": "0123456789abcdef",
        "client_secret_file": "elsewhere",
        "tax_percent": "16",
        "locations": {"s042": "11"},
    }
)


def load(folder: Path, text: str) -> settings.Settings:
    (folder / "config.toml").write_text(text)
    return settings.load(folder / "config.toml")


def data_of(folder: Path) -> Path:
    data = load(folder, ALONE).data.folder
    data.mkdir(parents=True)
    return data


def test_it_counts_from_the_next_load_on_until_it_is_forgotten(tmp_path: Path) -> None:
    data = data_of(tmp_path)
    assert load(tmp_path, ALONE).shopify.shop is None
    connected.keep_shopify(data, WANTED, "shpss_1")
    found = load(tmp_path, ALONE)
    assert found.shopify == WANTED.model_copy(
        update={"client_secret_file": data / connected.SECRET}
    )
    assert found.source_of("offers") == "shopify"
    assert (data / connected.SECRET).read_text() == "shpss_1\n"
    for name in (connected.FILE, connected.SECRET):
        assert (data / name).stat().st_mode & 0o777 == 0o600
    connected.forget_shopify(data)
    assert load(tmp_path, ALONE).source_of("offers") == "files"
    connected.forget_shopify(data)


def test_what_the_settings_file_says_goes_before_it(tmp_path: Path) -> None:
    connected.keep_shopify(data_of(tmp_path), WANTED, "shpss_1")
    own = (
        '[shopify]\nshop = "otra.myshopify.com"\nclient_id = "abc"\nclient_secret_file = "secret"\n'
    )
    found = load(tmp_path, ALONE + own).shopify
    assert (found.shop, found.client_secret_file) == ("otra.myshopify.com", tmp_path / "secret")


@pytest.mark.parametrize("spoiled", ["shop = ", 'shop = "x"', "", "\0", 'nothing = "1"'])
def test_a_spoiled_file_is_named_with_what_to_do(tmp_path: Path, spoiled: str) -> None:
    data = data_of(tmp_path)
    (data / connected.FILE).write_text(spoiled)
    if not spoiled:
        # Nothing in it connects nothing.
        assert load(tmp_path, ALONE).shopify.shop is None
        return
    with pytest.raises(SettingsError, match="delete it and connect Shopify again") as told:
        load(tmp_path, ALONE)
    assert str(data / connected.FILE) in str(told.value)
