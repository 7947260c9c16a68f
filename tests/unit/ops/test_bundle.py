"""Secrets and names are planted wherever they may stand; none is in the bundle."""

from __future__ import annotations

import json
import stat
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner
from typing_extensions import override

from gateway import cli, settings
from gateway.ops.redacting import Redactor
from gateway.settings import Broker
from gateway.store import people
from gateway.store.database import FILE, Database
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.mosquitto import free_port

PASSWORD, KEY, NAME = "tan secreta como larga", "00112233445566778899aabbccddeeff", "Iñaki Goñi"
PLANTED = (PASSWORD, KEY, NAME, "url-token", "url-word", "bearer-token", "log-word", "who@shop.es")
LOG = f"""\
2026-11-26T20:00:00Z [warning] refused password={PASSWORD} by {NAME.upper()} and {NAME}
2026-11-26T20:00:01Z [info] GET https://user:url-word@erp.example.com/a.csv?token=url-token
2026-11-26T20:00:02Z [info] Authorization: Bearer bearer-token, mail who@shop.es
2026-11-26T20:00:03Z [info] {{"secret": "log-word", "label": "12", "key {KEY}": 1}}
2026-11-26T20:00:04Z [info] the label 4711 is silent
"""


async def shop(folder: Path) -> Path:
    port = free_port()
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "password").chmod(0o600)
    broker = Broker(port=port, username="anaquel", password_file=folder / "password")
    (folder / "keys").write_text(f'"aa:bb" = "{KEY}"\n')
    made = make_settings.make(
        folder,
        broker,
        files={"url": "https://erp.example.com/a.csv?key=url-token"},
        labels={"keys_file": folder / "keys"},
        sites={"ops": {"host": "127.0.0.1", "port": free_port()}},
    )
    gateway_process.write_config(folder / "config.toml", made)
    made.data.folder.mkdir()
    async with Database(made.data.folder / FILE) as opened:
        await opened.write(lambda connection: people.add(connection, NAME, "clerk", "no hash"))
    (folder / "log").write_text(LOG)
    return folder


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    return await shop(tmp_path)


def bundled(folder: Path) -> tuple[dict[str, str], str]:
    path = folder / "bundle.zip"
    typed = ["support-bundle", str(path), "--config", str(folder / "config.toml")]
    ended = CliRunner().invoke(cli.commands, [*typed, "--log", str(folder / "log")])
    assert ended.exit_code == 0, ended.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}, ended.output


def test_nothing_planted_is_in_the_bundle_and_what_helps_is(folder: Path) -> None:
    parts, _ = bundled(folder)

    for name, text in parts.items():
        for secret in PLANTED:
            assert secret.casefold() not in text.casefold(), (name, secret)
    assert "the label 4711 is silent" in parts["log.txt"]
    assert "https://erp.example.com/a.csv" in parts["log.txt"]
    assert 'store = "s042"' in parts["config.toml"]
    assert json.loads(parts["versions.json"])["packages"]["anaquel"]
    assert json.loads(parts["database.json"])["rows"]["person"] == 1
    assert json.loads(parts["database.json"])["whole"] is True
    assert json.loads(parts["doctor.json"])["checks"]


def test_what_cannot_be_had_is_said_and_stops_nothing(folder: Path) -> None:
    parts, said = bundled(folder)

    assert set(json.loads(parts["missing.json"])) == {"metrics.txt"}
    assert "Without metrics.txt" in said


class Scraped(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/metrics" else 404)
        self.end_headers()
        self.wfile.write(b"anaquel_tasks_open 3.0\n")

    @override
    def log_message(self, *_: object, **__: object) -> None:
        pass


def test_metrics_are_asked_of_the_gateway_that_runs(folder: Path) -> None:
    port = settings.load(folder / "config.toml").sites.ops.port
    with ThreadingHTTPServer(("127.0.0.1", port), Scraped) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        parts, _ = bundled(folder)
        server.shutdown()
        serving.join()

    assert parts["metrics.txt"] == "anaquel_tasks_open 3.0\n"
    assert "missing.json" not in parts


def test_a_damaged_database_leaves_out_the_log_for_it_may_name_people(folder: Path) -> None:
    (folder / "data" / FILE).write_bytes(b"no database at all" * 1000)
    parts, _ = bundled(folder)

    assert {"log.txt", "database.json"} <= set(json.loads(parts["missing.json"]))
    assert "config.toml" in parts
    assert NAME not in str(parts)


def test_settings_that_cannot_be_used_are_told_without_their_values(folder: Path) -> None:
    (folder / "config.toml").write_text(f'[shop]\nstore = 7\npassword = "{PASSWORD}"\npin = 482915')
    parts, _ = bundled(folder)

    assert set(parts) == {"versions.json", "doctor.json"}
    assert "shop.password" in parts["doctor.json"]
    assert PASSWORD not in str(parts)
    assert "482915" not in str(parts)


def test_a_file_that_is_there_is_left_alone(folder: Path) -> None:
    (folder / "bundle.zip").write_text("mine")
    typed = ["support-bundle", str(folder / "bundle.zip"), "--config", str(folder / "config.toml")]
    ended = CliRunner().invoke(cli.commands, typed)

    assert ended.exit_code == 1
    assert "is there already" in ended.output
    assert (folder / "bundle.zip").read_text() == "mine"


def test_words_that_only_contain_a_name_stay() -> None:
    assert Redactor(people=["Ana"]).text("Anaquel told Ana, ANA.") == "Anaquel told ***, ***."
