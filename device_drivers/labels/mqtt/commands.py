"""Commands to MQTT labels and their results, both sides, without any input or output."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from device_drivers.api.drivers import Failed, Flash, Outcome, Reason, Shown
from device_drivers.labels import wire
from device_drivers.labels.wire import ProtocolError

EXPIRY_S: Final = 30
"""Seconds after which the broker forgets a command that nobody took."""
LONGEST_FLASH_S: Final = 3600
REMEMBERED: Final = 16
"""Results that a label remembers, so that a repeated command is not carried out again."""

Colour = Literal["red", "green", "blue", "white"]
_COLOURS: Final = get_args(Colour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Let the label blink; ``id`` is opaque and never used for another command."""

    id: str
    flash: Flash


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a command; ``error`` is a code, None when it was carried out."""

    id: str
    error: str | None = None

    @property
    def outcome(self) -> Outcome:
        """What the result says to whoever asked for it."""
        if self.error is None:
            return Shown()
        return Failed(reason=Reason.LABEL_ERROR, detail=self.error)


def command_payload(command: Command) -> bytes:
    """The bytes of a ``command`` message; longer than an hour is an hour."""
    seconds = min(max(round(command.flash.seconds), 0), LONGEST_FLASH_S)
    return _json(
        {
            "id": command.id,
            "name": "flash",
            "args": {"seconds": seconds, "colour": command.flash.colour},
        }
    )


def result_payload(result: Result) -> bytes:
    """The label's side: the bytes of a ``result`` message."""
    said = "done" if result.error is None else "failed"
    return _json({"id": result.id, "result": said, "error": result.error})


def parse_result(label: str, payload: bytes) -> Result:
    """What a label says of a command; raises ``ProtocolError``."""
    members = wire.Members(f"result of {label}", payload)
    said = members.text("result", 16)
    if said not in {"done", "failed"}:
        raise members.refusal("result", "done or failed")
    if said == "done":
        return Result(id=members.id("id"))
    error = members.text("error", 64) if members.has("error") else "failed"
    return Result(id=members.id("id"), error=error)


class CommandMachine:
    """The label's side: which commands are carried out, and what is answered.

    A command that comes twice is carried out once and answered twice.
    """

    def __init__(self, *, flashes: bool) -> None:
        self._flashes = flashes
        self._done: OrderedDict[str, Result] = OrderedDict()

    def command(self, payload: bytes) -> tuple[Flash | None, Result | None]:
        """What to do and what to answer; nothing for what cannot be read or has no id."""
        members, name = None, ""
        try:
            members = wire.Members("command", payload)
            id_, name = members.id("id"), members.text("name", 32)
        except ProtocolError:
            return None, None
        known = self._done.get(id_)
        if known is not None:
            return None, known
        flash: Flash | None = None
        error: str | None = "unknown_command"
        if name == "flash" and self._flashes:
            try:
                flash, error = _flash(members.members("args")), None
            except ProtocolError:
                error = "bad_arguments"
        result = self._done[id_] = Result(id=id_, error=error)
        if len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        return flash, result


def _flash(args: wire.Members) -> Flash:
    seconds = args.whole("seconds", 0, LONGEST_FLASH_S)
    colour = args.text("colour", 16)
    if colour not in _COLOURS:
        raise args.refusal("colour", " or ".join(_COLOURS))
    return Flash(seconds=seconds, colour=cast("Colour", colour))


def _json(members: dict[str, object]) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()
