"""nats-server with its MQTT part: MQTT 3.1.1 only."""

from __future__ import annotations

from pathlib import Path

from gateway.settings import Broker
from tests.support.mosquitto import free_ports
from tests.support.program import Program

_CONFIG = """\
server_name: test
listen: "127.0.0.1:{own}"
jetstream {{ store_dir: "{folder}/store" }}
mqtt {{ listen: "127.0.0.1:{port}" }}
"""


class Nats(Program):
    """Needs Debian's package nats-server. Topics may hold no dot there."""

    speaks = "3.1.1"

    def __init__(self, folder: Path) -> None:
        port, own = free_ports(2)
        folder.mkdir(parents=True)
        (folder / "nats.conf").write_text(_CONFIG.format(own=own, port=port, folder=folder))
        super().__init__(folder, ["nats-server", "-c", str(folder / "nats.conf")], port)

    @property
    def broker(self) -> Broker:
        """How the gateway reaches it."""
        return Broker(host="127.0.0.1", port=self._port, reconnect_s=0.05, reconnect_max_s=0.1)
