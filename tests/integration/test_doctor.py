"""``anaquel doctor`` finds what is wrong, says where and what to do, and disturbs nobody."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import resource
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.broker import topics
from gateway.clock import SystemClock
from gateway.feed import checking
from gateway.ops import backup_service
from gateway.ops.doctor import ports
from gateway.settings import Broker
from gateway.store import heard, replica, tasks
from gateway.store.database import Connection, connect
from gateway.store.heard import Heard
from tests.support import doctored, shop
from tests.support.bluez import BlueZ
from tests.support.certificates import Authority
from tests.support.doctored import Shop
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import free_port
from tests.support.running import PREFIX, Listening, running
from tests.support.typing_commands import anaquel

pytestmark = pytest.mark.timeout(240)
Plant = Callable[[Shop], Any]


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that every user may enter: rights below it are what is looked at."""
    with tempfile.TemporaryDirectory(prefix="anaquel-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def bluez(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlueZ]:
    with BlueZ(tmp_path) as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        yield bus


@pytest.fixture
async def well(folder: Path, bluez: BlueZ) -> AsyncIterator[Shop]:
    async with doctored.opened(folder, bluez) as opened:
        yield opened


def written(one: Shop, change: Callable[[Connection], object]) -> None:
    with closing(connect(one.database)) as connection:
        connection.execute("BEGIN")
        change(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")


def set_(one: Shop, section: str, **values: object) -> None:
    one.sections[section] = one.sections[section] | values
    one.configure()


def wrong_password(one: Shop) -> None:
    one.password.write_text("another one")


async def forbidden(one: Shop) -> None:
    (one.folder / "access").write_text(f"user {doctored.USER}\ntopic read {PREFIX}/#\n")
    await asyncio.to_thread(one.broker.restart)


async def forbidden_without_a_word(one: Shop) -> None:
    await asyncio.to_thread(set_, one, "shop_broker", protocol="3.1.1")
    await forbidden(one)


async def no_broker(one: Shop) -> None:
    await asyncio.to_thread(one.broker.stop)


async def forgetful_broker(one: Shop) -> None:
    await asyncio.to_thread(one.broker.restart)


async def other_name(one: Shop) -> None:
    await one.certify(one.authority.sign("broker.example.com"))


async def expired(one: Shop) -> None:
    await one.certify(one.authority.sign("localhost", days=-3))


async def soon_over(one: Shop) -> None:
    await one.certify(one.authority.sign("localhost", days=5.5))


async def stranger(one: Shop) -> None:
    other = Authority(one.folder, SystemClock().now(), "stranger")
    await one.certify(other.sign("localhost", days=100))


def no_file(one: Shop) -> None:
    one.password.unlink()


def open_secret(one: Shop) -> None:
    one.password.chmod(0o644)


def not_its_file(one: Shop) -> None:
    if os.geteuid() != 0:
        one.password.chmod(0o000)
        return
    for path in (one.data, one.database):
        os.chown(path, 65_534, 65_534)


def written_with_sudo(one: Shop) -> None:
    if os.geteuid() == 0:
        os.chown(one.data, 65_534, 65_534)
        os.chown(one.password, 65_534, 65_534)
    else:
        one.database.chmod(0o444)


def clock_back(one: Shop) -> None:
    one.clock.advance(timedelta(days=-400))


def spoilt_page(one: Shop) -> None:
    size = one.database.stat().st_size
    with one.database.open("r+b") as file:
        for at in range(8_192, size, 8_192):
            file.seek(at)
            file.write(os.urandom(512))


def not_a_database(one: Shop) -> None:
    one.database.write_bytes(b"a letter" * 1_000)


def newer(one: Shop) -> None:
    written(one, lambda rows: rows.execute("PRAGMA user_version = 999"))


def no_copy_away(one: Shop) -> None:
    written(one, lambda rows: tasks.open_(rows, backup_service.OVERDUE, "", {}, shop.NOW))


def backup_that_failed(one: Shop) -> None:
    said = {"message": "the disk is full"}
    written(one, lambda rows: tasks.open_(rows, backup_service.FAILED, "", said, shop.NOW))


def refused_row(one: Shop) -> None:
    bad = {"currency": "MXN", "offers": [{"kind": "list", "amount": "-5"}]}
    row = checking.row("central", "offers", "tote", bad, lambda _: "central")
    written(one, lambda rows: replica.apply(rows, "central", [row], seq=2, at=shop.NOW))


def behind(one: Shop) -> None:
    since = SystemClock().now() - timedelta(minutes=42)
    said = Heard(
        epoch=1, seq=99, digest="", issued_at=None, behind_since=since, error="central is busy"
    )
    written(one, lambda rows: heard.put(rows, "central", said))


def strange_letters(one: Shop) -> None:
    name = {"name": {"es": "Bolsa 漢字"}}
    row = checking.row("central", "product", "tote", name, lambda _: "central")
    written(one, lambda rows: replica.apply(rows, "central", [row], seq=2, at=shop.NOW))


def no_folder(one: Shop) -> None:
    one.sections["files"] = {"folder": one.folder / "drop"}
    one.configure()


async def adapter_off(one: Shop) -> None:
    await one.bluez.switch_off()


async def no_adapter(one: Shop) -> None:
    await one.bluez.remove_adapter()


async def no_bluez(one: Shop) -> None:
    await asyncio.to_thread(one.bluez.stop)


def blocked(one: Shop) -> None:
    switch = one.rfkill / "rfkill0"
    switch.mkdir(parents=True)
    said = {"type": "bluetooth", "name": "hci0", "soft": "1", "hard": "0"}
    for member, value in said.items():
        (switch / member).write_text(f"{value}\n")


def point_away(one: Shop) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    one.sections["access_points"]["floor"]["url"] = url
    one.configure()


def other_family(one: Shop) -> None:
    one.sections["access_points"]["floor"]["family"] = "hanshow"
    one.configure()


def nobody_there(one: Shop) -> None:
    set_(one, "shop", public_base=f"http://localhost:{free_port()}")


def no_such_name(one: Shop) -> None:
    set_(one, "shop", public_base="http://tienda.invalid")


def bad_template(one: Shop) -> None:
    folder = one.folder / "own" / "rebajas"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text("[[nothing]]\n")
    one.sections["labels"] = {"templates": folder.parent}
    one.configure()


def template_gone(one: Shop) -> None:
    def bind(rows: Connection) -> None:
        rows.execute("PRAGMA foreign_keys = OFF")
        rows.execute(
            "INSERT INTO binding (label, product, template, bound_at, bound_by) "
            "VALUES ('L1', 'tote', 'navidad', 0, 'Ana')"
        )

    with closing(connect(one.database)) as connection:
        bind(connection)
        connection.execute("PRAGMA journal_mode = DELETE")


FAULTS: list[tuple[Plant, str, str, str]] = [
    (wrong_password, "broker_password", "shop_broker localhost:", "password_file"),
    (forbidden, "broker_may_not_write", "shop_broker", 'read and write "anaquel/v1/s042/#"'),
    (forbidden_without_a_word, "broker_may_not_write", "shop_broker", "access list"),
    (no_broker, "broker_refused", "shop_broker", "Start the broker"),
    (forgetful_broker, "broker_no_manifest", "shop_broker", "whether central publishes"),
    (other_name, "certificate_other_name", "shop_broker.host", "get one for localhost"),
    (expired, "certificate_expired", "shop_broker.host", "Renew the certificate at localhost"),
    (soon_over, "certificate_soon_over", "shop_broker.host", "Renew it before"),
    (stranger, "certificate_untrusted", "shop_broker.host", "into shop_broker.ca_file"),
    (no_file, "setting_wrong", "config.toml", "Correct it in"),
    (open_secret, "secret_open", "password.txt", "chmod 600"),
    (not_its_file, "file_not_readable", "password.txt", "chown"),
    (written_with_sudo, "file_not_writable", "anaquel.db", "chown -R"),
    (clock_back, "clock_wrong", "timedatectl", "set-ntp true"),
    (spoilt_page, "database_damaged", "anaquel.db", "put a backup in its place"),
    (not_a_database, "database_unreadable", "anaquel.db", "put a backup in its place"),
    (newer, "database_newer", "anaquel.db", "Install the newer Anaquel again"),
    (no_copy_away, "backup_overdue", "backup", "Plug in the USB stick"),
    (backup_that_failed, "backup_failed", "backup", "anaquel backup"),
    (refused_row, "source_refused", "central 1/", "anaquel feed status"),
    (behind, "source_behind", "central", "whether central answers"),
    (strange_letters, "letters_lacking", "catalogue", "one of them is tote"),
    (no_folder, "source_no_folder", "files.folder", "Make it"),
    (adapter_off, "bluetooth_off", "hci0", "bluetoothctl power on"),
    (no_adapter, "bluetooth_missing", "hci0", "Plug it in"),
    (no_bluez, "bluetooth_not_running", "bluetooth", "systemctl enable --now bluetooth"),
    (blocked, "bluetooth_blocked", "hci0", "rfkill unblock bluetooth"),
    (point_away, "access_point_away", "access_points.floor", "power and network"),
    (other_family, "access_point_strange", "access_points.floor", "Correct family or url"),
    (nobody_there, "address_nobody", "shop.public_base", "of [sites.shopper]"),
    (no_such_name, "address_", "shop.public_base", "name"),
    (bad_template, "template_wrong", "rebajas", "Correct it as the detail says"),
    (template_gone, "template_not_there", "bindings", "Put it into labels.templates"),
]


async def planted(one: Shop, plant: Plant) -> None:
    if inspect.iscoroutinefunction(plant):
        await plant(one)
    else:
        await asyncio.to_thread(plant, one)


async def test_in_a_shop_where_all_is_well_nothing_is_found(well: Shop) -> None:
    before = sorted(path.name for path in well.data.iterdir())

    assert await well.findings() == {}
    assert sorted(path.name for path in well.data.iterdir()) == before, "nothing is left behind"


@pytest.mark.parametrize(
    ("plant", "code", "where", "do"), FAULTS, ids=[plant.__name__ for plant, *_ in FAULTS]
)
async def test_a_fault_is_found_with_words_that_say_what_to_do(
    well: Shop, plant: Plant, code: str, where: str, do: str
) -> None:
    await planted(well, plant)

    found = await well.findings()

    finding = next((one for name, one in found.items() if name.startswith(code)), None)
    assert finding is not None, sorted(found)
    assert where in finding.where
    assert do in finding.do("en")
    assert finding.what("es") != finding.what("en")
    assert finding.do("es") != finding.do("en")
    assert "{" not in finding.what("es") + finding.do("es") + finding.what("en")


async def test_a_port_that_another_program_has_is_told_with_its_name(well: Shop) -> None:
    port = well.sections["sites"]["ops"]["port"]
    with socket.create_server(("127.0.0.1", port)):
        found = await well.findings()

    assert set(found) == {"port_taken"}
    assert f"({os.getpid()})" in found["port_taken"].what("en")
    assert "write another port in [sites.ops]" in found["port_taken"].do("en")


async def test_a_disk_that_takes_nothing_more_is_told(well: Shop) -> None:
    script = "import runpy; runpy.run_module('gateway', run_name='__main__')"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, "doctor", "--json", "--config", str(well.config)),
        stdout=asyncio.subprocess.PIPE,
        preexec_fn=no_room,
    )
    said, _ = await process.communicate()

    assert process.returncode == 1
    disk = next(one for one in json.loads(said)["checks"] if one["check"] == "disk")
    (finding,) = disk["findings"]
    assert finding["code"] == "disk_full"
    assert finding["where"] == str(well.data)
    assert "Free space" in finding["do"]


def no_room() -> None:
    """A limit on files stands for the end of the disk: a write past it fails the same way."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))


async def test_beside_a_gateway_that_runs_nothing_is_found_and_nobody_is_disturbed(
    well: Shop,
) -> None:
    broker = Broker.model_validate(well.sections["shop_broker"])
    state = Listening(broker, topics.gateway_state("gw-1"))
    process = GatewayProcess(well.config)
    async with asyncio.TaskGroup() as group, running(state):
        await process.start(group)
        await state.until(lambda said: said["state"] == "online")
        found = await well.findings()
        with pytest.MonkeyPatch.context() as patched:
            # Whoever is another user sees neither its sockets nor its files.
            patched.setattr(ports, "_PROC", well.folder)
            unseen = await well.findings()
        assert await process.stop() == 0

    assert set(found) | set(unseen) <= {"source_fault"}, "the manifest of this test is none"
    assert not any("broker lost" in line for line in process.lines)
    told = [json.loads(message.payload)["state"] for message in state.heard]
    assert told in (["online"], ["online", "offline"]), "its connection stayed"


async def test_the_command_says_it_in_words_and_by_its_exit_code(well: Shop) -> None:
    open_secret(well)
    ended = await anaquel("doctor", "--config", well.config)

    assert ended.code == 1
    assert f"{well.password}\n" in ended.said
    assert "Every user of this machine can read this secret\n" in ended.said
    assert f"-> Close it: chmod 600 {well.password}." in ended.said
    assert "TROUBLE    Files and rights" in ended.said
    assert "1 in trouble" in ended.said


async def test_settings_that_cannot_be_read_are_the_trouble(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[shop\n")
    said = await anaquel("doctor", "--config", config)
    ended = await anaquel("doctor", "--json", "--config", config)

    assert said.code == ended.code == 1
    assert "Nothing else was looked at" in said.said
    (check,) = json.loads(ended.said)["checks"]
    assert check["state"] == "trouble"
    assert "is not TOML" in check["findings"][0]["detail"]


def test_twenty_faults_and_more_are_tried() -> None:
    assert len({code for _, code, _, _ in FAULTS}) >= 20
