"""ejabberd with only its MQTT part: MQTT 5, one message under way to each client at a time."""

from __future__ import annotations

from pathlib import Path

from gateway.settings import Broker
from tests.support.mosquitto import free_port
from tests.support.program import Program, ProgramError

_CONFIG = """\
hosts: [localhost]
loglevel: warning
auth_method: anonymous
anonymous_protocol: login_anon
allow_multiple_connections: true
listen:
  - {{port: {port}, ip: "127.0.0.1", module: mod_mqtt}}
modules:
  mod_mqtt: {{}}
"""


class Ejabberd(Program):
    """Needs Debian's package of that name; its own start script would want its own user."""

    speaks = "5"

    def __init__(self, folder: Path) -> None:
        port = free_port()
        folder.mkdir(parents=True)
        (folder / "ejabberd.yml").write_text(_CONFIG.format(port=port))
        self._secret = folder / "password"
        self._secret.write_text("any")
        super().__init__(
            folder,
            ["erl", "-noinput", "-mnesia", "dir", f'"{folder}/spool"', "-s", "ejabberd"],
            port,
            {
                "ERL_LIBS": str(_libraries()),
                "EJABBERD_CONFIG_PATH": str(folder / "ejabberd.yml"),
                "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
                "ERL_CRASH_DUMP": str(folder / "crash.dump"),
            },
        )

    @property
    def broker(self) -> Broker:
        """How the gateway reaches it: sessions belong to a name, which nobody checks here."""
        return Broker(
            host="127.0.0.1",
            port=self._port,
            username="shop@localhost",
            password_file=self._secret,
            reconnect_s=0.05,
            reconnect_max_s=0.1,
        )


def _libraries() -> Path:
    found = sorted(Path("/usr/lib").glob("*/ejabberd-*/ebin/ejabberd.app"))
    if not found:
        raise ProgramError("ejabberd is missing: sh .ci/packages prove")
    return found[-1].parents[2]
