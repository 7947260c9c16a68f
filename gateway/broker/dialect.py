"""Which MQTT to speak to a broker that has not said: 5, and 3.1.1 only on evidence."""

from __future__ import annotations

from typing import Literal

Version = Literal["5", "3.1.1"]

SILENT_CLOSES = 3
SILENT_CLOSES_AFTER_5 = 30


class Dialect:
    """The version for the next attempt, from how the attempts so far went. No I/O.

    Only a refusal of the protocol is proof. A balancer whose broker is down accepts and closes
    without a word, just as some old brokers do on MQTT 5: that counts only after some in a row,
    after many once MQTT 5 worked, and one such close on 3.1.1 takes it back.
    """

    def __init__(self, wanted: Literal["auto", "5", "3.1.1"]) -> None:
        self.version: Version = "3.1.1" if wanted == "3.1.1" else "5"
        self._auto = wanted == "auto"
        self._refused = False
        self._worked = False
        self._silent = 0

    @property
    def fell_back(self) -> bool:
        """Whether 3.1.1 is spoken for want of better."""
        return self._auto and self.version == "3.1.1"

    def connected(self) -> None:
        """The broker took us."""
        self._silent = 0
        if self.version == "5":
            self._worked = True
            self._refused = False

    def outage(self) -> None:
        """The connection ended: the broker that comes back may be another one."""
        self._silent = 0
        if self._auto and (self._worked or not self._refused):
            self.version = "5"

    def refused(self) -> None:
        """The broker said that it does not speak this version."""
        self._silent = 0
        if self._auto:
            self._refused = self.version == "5"
            self.version = "3.1.1" if self.version == "5" else "5"

    def closed(self) -> None:
        """The connection was closed before any answer."""
        if not self._auto:
            return
        self._silent += 1
        if self.version == "3.1.1":
            self._silent = 0
            self.version = "5"
        elif self._silent >= (SILENT_CLOSES_AFTER_5 if self._worked else SILENT_CLOSES):
            self._silent = 0
            self.version = "3.1.1"

    def failed(self) -> None:
        """It failed in a way that says nothing about the version."""
        self._silent = 0
