"""What was connected on the staff page stands in for the section that ``config.toml`` lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings
from gateway.settings import Broker, SettingsError, Shopify, connected
from gateway.settings.connected import CentralFile

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


CENTRAL = CentralFile(
    store="t7",
    gateway="t7-1",
    broker=Broker(
        host="mqtt.example.com",
        port=8883,
        tls=True,
        username='o"hara \\ ñ',
        password_file=Path(connected.CENTRAL_PASSWORD),
        ca_file=Path(connected.CENTRAL_AUTHORITY),
        topic_prefix="acme/v1",
    ),
)


def test_a_central_system_counts_until_it_is_forgotten_and_says_who_we_are(tmp_path: Path) -> None:
    data = data_of(tmp_path)
    connected.keep_central(data, CENTRAL, "pass word", "PEM\n")
    found = load(tmp_path, ALONE)
    files = {"password_file": data / "central.password", "ca_file": data / "central-ca.pem"}
    assert found.central.broker == CENTRAL.broker.model_copy(update=files)
    assert (found.shop.store, found.shop.gateway) == ("t7", "t7-1")
    assert found.shop.public_base == "https://q.example.com"
    assert found.source_of("offers") == "central"
    assert (data / "central.password").read_text() == "pass word\n"
    for name in (connected.CENTRAL, connected.CENTRAL_PASSWORD, connected.CENTRAL_AUTHORITY):
        assert (data / name).stat().st_mode & 0o777 == 0o600
    connected.forget_central(data)
    assert load(tmp_path, ALONE).shop.store == "s042"
    assert not list(data.iterdir())


def test_a_central_system_in_the_settings_file_goes_before_it(tmp_path: Path) -> None:
    connected.keep_central(data_of(tmp_path), CENTRAL, "", "")
    own = '[central.broker]\nhost = "other.example.com"\n'
    found = load(tmp_path, BOX + own)
    assert (found.shop.store, found.central.broker.host) == ("s042", "other.example.com")


def test_a_spoiled_central_file_is_named_too(tmp_path: Path) -> None:
    data = data_of(tmp_path)
    (data / connected.CENTRAL).write_text('store = "t7"\n')
    with pytest.raises(SettingsError, match="delete it and connect central again"):
        load(tmp_path, ALONE)
