"""The fingerprints that people compare with their phone's."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from gateway import cli
from gateway.clock import SystemClock
from gateway.settings import Settings
from gateway.web.tls import names, pair
from gateway.web.tls.own import Own
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.certificates import Authority


def typed(folder: Path, settings: Settings) -> Result:
    config = folder / "config.toml"
    gateway_process.write_config(config, settings)
    return CliRunner().invoke(cli.commands, ["certificate", "--config", str(config)])


def test_before_the_first_start_it_says_when_there_is_one(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, sites={"staff": {"host": "127.0.0.1", "port": 0}})
    result = typed(tmp_path, settings)
    assert result.exit_code == 1
    assert "is not there; the gateway makes it at its first start" in result.stderr


def test_the_boxs_own_comes_with_its_authority(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, sites={"staff": {"host": "127.0.0.1", "port": 0}})
    settings.data.folder.mkdir()
    own = Own(settings)
    own.renew(names.machine(settings.sites.staff), None, SystemClock().now())
    result = typed(tmp_path, settings)
    assert result.exit_code == 0
    assert pair.fingerprint(own.authority.certificate) in result.stdout
    assert pair.fingerprint(pair.read_certificate(own.file)) in result.stdout
    assert "names        anaquel.local, " in result.stdout


def test_a_given_one_has_no_authority_of_ours(tmp_path: Path) -> None:
    given = Authority(tmp_path, SystemClock().now()).sign("staff.example.com")
    files = {"certificate": given.certificate, "key": given.key}
    staff = {"host": "127.0.0.1", "port": 0, **files}
    result = typed(tmp_path, make_settings.make(tmp_path, sites={"staff": staff}))
    assert result.exit_code == 0
    assert "authority" not in result.stdout
    assert pair.fingerprint(pair.read_certificate(given.certificate)) in result.stdout
