"""What a shop would refuse, said without a shop: by the code that the gateway itself runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from typing_extensions import override

from gateway.broker import topics
from gateway.broker.signing import Opener, SignatureRefusedError
from gateway.feed import messages, rows, sync
from gateway.feed.actions import Action, Refuse
from gateway.feed.messages import Change, Delta, Manifest, MessageError, Reply

_REPLY: Final = topics.feed_reply("")
ROW: Final = "row"
LINE: Final = "line"
WHOLE: Final = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One refusal: where it stands, and of what.

    ``scope`` is ``row`` for a row that shops set aside while the rest is used, ``line`` for what is
    left out of a file, ``whole`` for a message or file of which nothing is used.
    """

    where: str
    scope: str
    code: str
    message: str
    what: str = ""

    @override
    def __str__(self) -> str:
        subject = f"{self.what}: " if self.what else ""
        return f"{self.where}: {subject}{self.code}: {self.message}"


@dataclass(slots=True)
class Findings:
    """What was looked at and what was found."""

    rows: int = 0
    messages: int = 0
    faults: list[Fault] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    """Rows of kinds that have no effect, by kind: mostly a slip of the pen."""

    def of(self, scope: str) -> int:
        """How many faults of this scope."""
        return sum(fault.scope == scope for fault in self.faults)


class Checker:
    """Looks at rows and messages one after the other; remembers the epoch they are in.

    ``opener`` opens signed messages; without one their signatures are not looked at.
    """

    def __init__(self, opener: Opener | None = None) -> None:
        self.found = Findings()
        self._opener = opener
        self._epoch = 0

    def row(self, where: str, kind: str, key: str, value: Any) -> None:
        """One row; None is a tombstone, and those are never refused."""
        self.found.rows += 1
        if value is None:
            return
        if not rows.is_known(kind):
            self.found.unknown[kind] += 1
        refusal = rows.check(kind, key, value)
        if refusal is not None:
            self.found.faults.append(
                Fault(
                    where=where,
                    scope=ROW,
                    what=f"{kind} {key}"[:200],
                    code=refusal.code,
                    message=refusal.message,
                )
            )

    def line(self, where: str, code: str, message: str) -> None:
        """Part of a file that is not used, while the rest is."""
        self.found.faults.append(Fault(where=where, scope=LINE, code=code, message=message))

    def whole(self, where: str, code: str, message: str) -> None:
        """A file or message of which nothing is used."""
        self.found.faults.append(Fault(where=where, scope=WHOLE, code=code, message=message))

    def message(self, where: str, topic: str, payload: bytes) -> bool:
        """One message on a topic below the shop's prefix; False where shops take none."""
        if topic not in {topics.MANIFEST, topics.DELTA} and not topic.startswith(_REPLY):
            return False
        self.found.messages += 1
        try:
            self._message(where, topic, self._opened(topic, payload))
        except (MessageError, SignatureRefusedError) as error:
            self.whole(where, error.code, str(error))
        return True

    def _opened(self, topic: str, payload: bytes) -> bytes:
        if self._opener is not None:
            return self._opener.open(topic, payload)
        if b'"signature"' not in payload or len(payload) > messages.MAX_BYTES:
            return payload
        value = messages.load(payload)
        body = value.get("body") if isinstance(value, dict) else None
        return body.encode("utf-8", "replace") if isinstance(body, str) else payload

    def _message(self, where: str, topic: str, payload: bytes) -> None:
        match topic:
            case topics.MANIFEST:
                manifest = messages.parse(Manifest, payload)
                shop = self._shop(manifest.epoch, manifest.seq)
                self._carried_out(where, manifest.epoch, shop.manifest(manifest, 0.0, None))
            case topics.DELTA:
                delta = messages.parse(Delta, payload)
                shop = self._shop(delta.epoch, delta.prev_seq)
                if self._carried_out(where, delta.epoch, shop.delta(delta, 0.0)):
                    self._changes(where, delta.changes)
            case _:
                for delta in messages.parse(Reply, payload).deltas or ():
                    self._changes(where, delta.changes)

    def _shop(self, epoch: int, seq: int) -> sync.Sync:
        """A shop that has followed so far and misses nothing."""
        return sync.Sync(epoch=max(epoch, self._epoch), seq=seq)

    def _carried_out(self, where: str, epoch: int, actions: Iterable[Action]) -> bool:
        refused = [action for action in actions if isinstance(action, Refuse)]
        for one in refused:
            self.whole(where, one.code, one.message)
        self._epoch = max(self._epoch, epoch)
        return not refused

    def _changes(self, where: str, changes: Iterable[Change]) -> None:
        for number, change in enumerate(changes):
            self.row(f"{where}: changes.{number}", change.kind, change.key, change.value)
