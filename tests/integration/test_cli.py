"""The commands as people type them; in processes of their own where that makes a difference."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner

from device_drivers import registry
from gateway import cli
from tests.support import distributions, gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.running import PATIENCE_S, one_turn
from tests.support.typing_commands import Ended, anaquel

EXPORT = """\
Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price
runner,Tenis Brisa,Zancada,Talla,25,BR-25,3,{price}
runner,,,,26,BR-26,0,{price}
"""


def here(*arguments: str | Path, typed: str = "") -> Ended:
    """Run a command inside this process."""
    result = CliRunner().invoke(cli.commands, list(map(str, arguments)), input=typed)
    return Ended(result.exit_code, result.stdout, result.stderr)


def configure(folder: Path, **sections: Any) -> Path:
    """A shop on its own, without a central system or a broker."""
    config = folder / "config.toml"
    sections.setdefault("central", {"kind": "none"})
    away = {"host": "127.0.0.1", "port": free_port(), "reconnect_s": 0.2}
    settings = make_settings.make(folder, shop_broker=away, **sections)
    gateway_process.write_config(config, settings)
    return config


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def export(folder: Path, price: str = "1299.00") -> Path:
    file = folder / f"export-{price}.csv"
    file.write_text(EXPORT.format(price=price), encoding="utf-8")
    return file


@asynccontextmanager
async def gateway(config: Path) -> AsyncIterator[GatewayProcess]:
    process = GatewayProcess(config)
    async with asyncio.TaskGroup() as group:
        await process.start(group)
        yield process
        assert await process.stop() == 0, "\n".join(process.lines)


async def test_check_config_says_that_a_file_is_good(tmp_path: Path) -> None:
    config = configure(tmp_path)
    ended = await anaquel("check-config", "--config", config)
    said = f"{config}: good. Shop s042, data in {tmp_path / 'data'}\n"
    assert ended == Ended(0, said, f"Start it with: anaquel run --config {config}\n")
    assert not (tmp_path / "data").exists(), "looking changes nothing"


def test_check_config_says_what_to_write_instead(tmp_path: Path) -> None:
    config = configure(tmp_path)
    good = config.read_text()
    config.write_text(good.replace('trust = "checked"', 'trust = "never"'))
    told = 'time.trust = "never": write "checked" or "always"'
    ended = here("check-config", "--config", config)
    assert ended == Ended(1, "", f"anaquel: {config}: {told}\n")


POINTS = """
from dataclasses import replace
from device_drivers.registry import OURS

POINTS = OURS["hanshow"]
POINTS = replace(POINTS, family=replace(POINTS.family, name="pebble_points", title="Pebble"))
"""


def test_families_of_other_distributions_are_there_for_every_command(tmp_path: Path) -> None:
    distributions.install(
        tmp_path / "site",
        "a-tag",
        {"a_tag.py": POINTS},
        points={"pebble_points": "a_tag:POINTS", "broken": "no_such_module:X"},
    )
    point = {"url": "http://192.168.1.50"}
    with distributions.importable(tmp_path / "site"):
        config = configure(tmp_path, access_points={"a": point | {"family": "pebble_points"}})
        known = here("check-config", "--config", config)
        configure(tmp_path, access_points={"a": point | {"family": "peble_points"}})
        unknown = here("check-config", "--config", config)
        listed = here("labels", "families")
    registry.load_others(distributions.is_left_out)

    left_out = (
        "Left out: family broken of a-tag: no_such_module:X cannot be loaded: ModuleNotFoundError: "
        "No module named 'no_such_module'\n"
    )
    assert known.code == 0
    assert known.complained.startswith(left_out)
    assert unknown == Ended(
        1,
        "",
        f'{left_out}anaquel: {config}: access_points.a.family = "peble_points": no family has '
        'this name; did you mean "pebble_points"? write one of: hanshow, openepaperlink, '
        "pebble_points\n",
    )
    assert (listed.code, listed.complained) == (0, left_out)
    rows = [line.split("  ") for line in listed.said.splitlines()]
    assert ["pebble_points", "Pebble", "access point"] in [
        [cell.strip() for cell in row if cell][:3] for row in rows
    ]


def test_check_config_tells_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    point = {"family": "hanshaw", "url": "http://192.168.1.50"}
    templates = {"templates": str(tmp_path / "no")}
    config = configure(tmp_path, labels=templates, access_points={"a": point})
    ended = here("check-config", "--config", config)
    assert ended.code == 1
    first, second = ended.complained.splitlines()
    assert first.startswith(f"anaquel: {config}: labels.templates = ")
    assert second.startswith(f"{config}: access_points.a.family = ")


async def test_a_data_folder_that_cannot_be_made_ends_with_a_message(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    config = configure(tmp_path, data={"folder": tmp_path / "data" / "shop"})
    for command in (("run",), ("check-config",)):
        ended = await anaquel(*command, "--config", config)
        assert ended == Ended(
            1,
            "",
            f'anaquel: {config}: data.folder = "{tmp_path / "data" / "shop"}": '
            f"{tmp_path / 'data'} is a file; write the path of a folder\n",
        )
    ended = await anaquel("feed", "status", "--config", config)
    assert (ended.code, ended.said) == (1, "")
    assert ended.complained.startswith(
        f"anaquel: {tmp_path / 'data' / 'shop'}: cannot be made: Not a directory; "
        "correct folder in [data]"
    )
    assert "Traceback" not in ended.complained


async def test_a_database_that_is_damaged_ends_with_a_message(tmp_path: Path) -> None:
    config = configure(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "anaquel.db").write_bytes(b"no database at all" * 300)
    ended = await anaquel("run", "--config", config)
    assert ended.code == 1
    assert ended.complained.startswith(f"anaquel: {tmp_path}/data/anaquel.db: the file is damaged")


async def test_a_port_in_use_names_the_address_and_the_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sites = {"host": "127.0.0.1", "port": port}
        config = configure(tmp_path, sites={"staff": sites})
        ended = await anaquel("run", "--config", config)
    assert ended.code == 1
    last = ended.complained.strip().splitlines()[-1]
    assert last.startswith(f"anaquel: 127.0.0.1:{port}: another program already listens there")
    assert "[sites.staff]" in last


async def test_an_import_shows_on_the_pages_of_a_running_gateway(tmp_path: Path) -> None:
    config = configure(tmp_path)
    async with gateway(config) as running, httpx.AsyncClient() as phone:
        page = f"{running.addresses['shopper']}/p/BR-25?lang=en"
        assert (await phone.get(page)).status_code == 404
        for price, shown in (("1299.00", "1,299.00"), ("1199.00", "1,199.00")):
            ended = await anaquel("import", export(tmp_path, price), "--config", config)
            assert ended.code == 0, ended.complained
            assert "2 lines, 2 articles, 1 group" in ended.said
            assert ended.said.endswith("All of it is in force.\n")
            async with asyncio.timeout(PATIENCE_S):
                while shown not in (await phone.get(page)).text:
                    await one_turn()
        group = (await phone.get(f"{running.addresses['shopper']}/g/runner")).text
        assert "Tenis Brisa" in group


def test_a_dry_run_says_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    config = configure(tmp_path)
    here("import", export(tmp_path), "--config", config)
    reduced = export(tmp_path, "1199.00")
    ended = here("import", reduced, "--dry-run", "--config", config)
    assert ended == Ended(
        0,
        f"{reduced}: Shopify products, UTF-8: 2 lines, 2 articles, 1 group, 2 stock levels\n"
        "This would change:\n"
        "  offers: 0 new, 2 changed, 0 removed\n"
        "    changed: BR-25, BR-26\n"
        "  0 labels stand for what changes\n"
        "Nothing was changed.\n",
        "",
    )
    assert here("import", reduced, "--dry-run", "--config", config) == ended


async def test_a_system_writes_prices_and_a_dropped_file_articles(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    config = configure(
        tmp_path, sources={"offers": "api"}, files={"folder": str(drop), "look_s": 0.1}
    )
    async with gateway(config) as running, httpx.AsyncClient() as client:
        system = await anaquel("system", "add", "erp", "--config", config)
        assert system.code == 0, system.complained
        headers = {"Authorization": f"Bearer {system.said.strip()}"}
        rows = f"{running.addresses['intake']}/api/v1/catalogue/offers/BR-25"
        price = {"currency": "MXN", "offers": [{"kind": "list", "amount": "777.00"}]}
        assert (await client.put(rows, json=price, headers=headers)).status_code == 200
        export(tmp_path).replace(drop / "export.csv")
        page = f"{running.addresses['shopper']}/p/BR-25?lang=en"
        async with asyncio.timeout(PATIENCE_S):
            while "777.00" not in (await client.get(page)).text:
                await one_turn()
        removed = await anaquel("system", "remove", "erp", "--config", config)
        assert removed == Ended(0, "erp may no longer write the catalogue.\n", "")
        assert (await client.put(rows, json=price, headers=headers)).status_code == 401


def test_an_import_into_central_s_catalogue_is_refused(tmp_path: Path) -> None:
    config = configure(tmp_path, central={"kind": "mqtt"})
    ended = here("import", export(tmp_path), "--config", config)
    assert (ended.code, ended.said) == (1, "")
    assert ended.complained.startswith(
        "anaquel: the catalogue of this shop does not come from files: in the configuration set "
    )


def test_a_file_that_is_not_there_or_no_export_is_said(tmp_path: Path) -> None:
    config = configure(tmp_path)
    missing = here("import", tmp_path / "no.csv", "--config", config)
    assert (missing.code, missing.complained) == (
        1,
        f"anaquel: {tmp_path}/no.csv: cannot be read: No such file or directory\n",
    )
    letter = tmp_path / "letter.csv"
    letter.write_text("Dear central system\n")
    refused = here("import", letter, "--config", config)
    assert (refused.code, refused.said) == (1, "")
    assert refused.complained.startswith("anaquel: ")


async def test_people_and_devices_are_let_in_while_it_runs(tmp_path: Path) -> None:
    config = configure(tmp_path)
    password = "una clave larga"
    async with gateway(config) as running, httpx.AsyncClient() as client:
        person = await anaquel(
            *("person", "add", "Ana", "--role", "manager", "--config", config),
            typed=f"{password}\n{password}\n",
        )
        assert person.code == 0, person.complained
        assert "Ana may sign in as manager, on the staff site: port " in person.said
        assert password not in person.said + person.complained
        signed_in = await client.post(
            f"{running.addresses['staff']}/sign-in", data={"name": "ana", "password": password}
        )
        assert signed_in.status_code == 303

        device = await anaquel("device", "add", "till-1", "--config", config)
        assert device.code == 0, device.complained
        headers = {"Authorization": f"Bearer {device.said.strip()}"}
        scans = f"{running.addresses['intake']}/api/v1/scans"
        body = {"id": "1", "code": "09521101530001"}
        posted = await client.post(scans, json=body, headers=headers)
        assert posted.status_code == 201
        assert len(posted.json()["ids"]) == 1
        assert (await client.post(scans, json=body)).status_code == 401

        removed = await anaquel("device", "remove", "till-1", "--config", config)
        assert removed == Ended(0, "till-1 may no longer post.\n", "")
        assert (await client.post(scans, json=body, headers=headers)).status_code == 401


def test_passwords_that_differ_let_nobody_in(tmp_path: Path) -> None:
    config = configure(tmp_path)
    ended = here("person", "add", "Ana", "--config", config, typed="one password\nanother one\n")
    assert ended.code == 1
    again = here("device", "remove", "till-9", "--config", config)
    assert again == Ended(1, "", "anaquel: there is no device till-9\n")
