"""What central may tell this gateway to do: a short list, and nothing else.

A command is carried out once: what became of it is kept under its id, longer than any command may
wait, and told again when it comes again; the same id with other words is refused. It is
acknowledged once its result is told. What only reads is answered anew each time, and is all that
runs while nobody knows what time it is: then nobody knows either whether a command is over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NoReturn, TypeVar

import structlog

from device_drivers.links.messages import LinkDownError, Message, MessagePort
from gateway.broker import signing, topics
from gateway.broker.signing import SignatureRefusedError
from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.domain.requests import Deed
from gateway.feed import digest, holding, messages
from gateway.feed.messages import (
    AcceptHeld,
    Accepts,
    AnswerRequest,
    Command,
    CommandRefusedError,
    CommandResult,
    ListHeld,
    ListSettings,
    MessageError,
    Named,
    ReleaseSettings,
    SetSettings,
)
from gateway.settings import Settings, of_shop
from gateway.store import commands, holds, replica, requests, shop_settings
from gateway.store.commands import Kept
from gateway.store.database import Connection, Database
from gateway.store.shop_settings import Who

MAX_BYTES = 16 * 1024
KEPT_FOR = timedelta(days=30)
"""A result is remembered so long; no command may be good for longer."""

_SOURCE = "central"
_LISTED = 50
_READ_ONLY = frozenset({"list_held", "list_settings"})
_CHANGING = frozenset({"accept_held", "set_settings", "release_settings", "answer_request"})
_SLICE = 1_000

M = TypeVar("M", ListHeld, AcceptHeld, ListSettings, SetSettings, ReleaseSettings, AnswerRequest)

log = structlog.get_logger("commands")


class Commands:
    """Carries out central's commands, one after the other; build it before the port connects.

    ``accept`` puts in force what is held up to a position and returns how many rows that were, or
    raises ``CommandRefusedError``.
    """

    def __init__(
        self,
        accept: Callable[[Accepts], Awaitable[int]],
        port: MessagePort,
        database: Database,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._accept = accept
        self._port = port
        self._database = database
        self._clock = clock
        self._settings = settings
        self._gateway = settings.shop.gateway
        self._opener = signing.opener_of(settings)
        self._stream = port.messages(topics.command(self._gateway))

    async def run(self) -> NoReturn:
        """Work for ever."""
        async for message in self._stream:
            told = await self._told(message)
            try:
                if told is not None:
                    await self._port.publish(topics.command_result(self._gateway), told)
            except LinkDownError:
                continue  # not acknowledged: it comes again and is answered from what is kept
            message.ack()
        raise AssertionError("the stream of commands ended")

    async def _told(self, message: Message) -> bytes | None:
        """The result of a command; None for what cannot be answered."""
        try:
            payload = self._opener.open(message.topic, message.payload)
        except SignatureRefusedError as error:
            return self._refuse(None, error.code, str(error))
        named = None
        try:
            named = messages.parse(Named, payload, max_bytes=MAX_BYTES).id
            command = messages.parse(Command, payload, max_bytes=MAX_BYTES)
            return (await self._once(command)).encode()
        except (MessageError, CommandRefusedError) as error:
            return self._refuse(named, error.code, str(error))

    async def _once(self, command: Command) -> str:
        asked = _asked(command)
        kept = await self._database.read(partial(commands.get, command=command.id))
        if kept is not None:
            if kept.asked not in {"", asked}:
                raise CommandRefusedError(
                    "id_used", "another command had this id: give each one a new id"
                )
            return kept.told
        now = self._clock.now()
        judge(command, now, trusted=self._clock.trusted)
        if command.name in _READ_ONLY:
            return self._done(command, await self._looked(command))
        await self._database.write_patiently(
            partial(commands.purge, before=now - KEPT_FOR, limit=_SLICE)
        )
        if not await self._database.read(commands.has_room):
            raise CommandRefusedError(
                "too_many_commands",
                f"{commands.MAX_ROWS} commands in 30 days are remembered: send fewer",
            )
        told = self._done(command, await self._carried_out(command, now))
        done = Kept(asked=asked, told=told)
        await self._database.write_patiently(
            partial(commands.keep, command=command.id, kept=done, at=now)
        )
        log.info("command done", id=command.id, command=command.name)
        return told

    async def _looked(self, command: Command) -> dict[str, Any]:
        if command.name == "list_held":
            _args(ListHeld, command)
            return await self._database.read(_held)
        _args(ListSettings, command)
        return await self._database.read(partial(_settings, settings=self._settings))

    async def _carried_out(self, command: Command, now: datetime) -> dict[str, Any]:
        """What it has to say once it is done; done twice it does no more than once."""
        if command.name == "accept_held":
            rows = await self._accept(_args(AcceptHeld, command))
            left = await self._database.read(partial(holds.row_count, source=_SOURCE))
            return {"rows": rows, "held": left}
        shop = self._settings.shop
        origin = Origin(store=shop.store, gateway=shop.gateway)
        if command.name == "answer_request":
            return await self._answered(_args(AnswerRequest, command), origin, now)
        if command.name == "release_settings":
            names = _args(ReleaseSettings, command).names
            release = partial(shop_settings.release, origin=origin, names=names, at=now)
            return {"released": list(await self._database.write_patiently(release))}
        wanted = _args(SetSettings, command).settings
        taken = await self._database.write_patiently(
            partial(
                shop_settings.take,
                settings=self._settings,
                origin=origin,
                wanted=wanted,
                who=Who(by="", way="central"),
                at=now,
            )
        )
        if taken.wrong:
            raise CommandRefusedError("bad_setting", "; ".join(map(str, taken.wrong)))
        return {"changed": list(taken.changed)}

    async def _answered(
        self, asked: AnswerRequest, origin: Origin, now: datetime
    ) -> dict[str, Any]:
        deed = Deed.CONFIRM if asked.answer == "confirm" else Deed.REFUSE
        do = partial(requests.do, ref=asked.request, deed=deed, origin=origin, at=now)
        done = await self._database.write_patiently(do)
        if done is None:
            raise CommandRefusedError(
                "not_waited_for",
                "no hold of this name waits for central: it came too late, or is over",
            )
        return {"state": done.state.value, "confirmed_by": done.confirmed_by}

    def _done(self, command: Command, said: dict[str, Any]) -> str:
        result = CommandResult(id=command.id, result="done", at=self._at(), said=said)
        return messages.dump(result).decode()

    def _refuse(self, command: str | None, code: str, why: str) -> bytes | None:
        log.warning("command refused", id=command, code=code, why=why)
        if command is None:
            return None
        return messages.dump(
            CommandResult(id=command, result="refused", at=self._at(), code=code, message=why)
        )

    def _at(self) -> str:
        return self._clock.now().isoformat()


def judge(command: Command, now: datetime, *, trusted: bool) -> None:
    """Whether the command may run now; raises ``CommandRefusedError``."""
    if command.name not in _READ_ONLY | _CHANGING:
        known = ", ".join(sorted(_READ_ONLY | _CHANGING))
        raise CommandRefusedError("unknown_command", f"we know only {known}")
    if not trusted:
        if command.name in _READ_ONLY:
            return
        raise CommandRefusedError(
            "time_not_known",
            "this shop does not know what time it is: send it again when the position does not "
            "say time_trusted false any more",
        )
    expires_at = datetime.fromisoformat(command.expires_at)
    if expires_at <= now:
        raise CommandRefusedError("expired", f"was good until {command.expires_at}")
    if expires_at > now + KEPT_FOR:
        raise CommandRefusedError("bad_expiry", "may be good for 30 days at most")


def _asked(command: Command) -> str:
    said = digest.canonical([command.name, command.args])
    return hashlib.sha256(said.encode()).hexdigest()


def _args(model: type[M], command: Command) -> M:
    return messages.checked(model, command.args)


def _settings(connection: Connection, settings: Settings) -> dict[str, Any]:
    kept = shop_settings.kept(connection)
    now = of_shop.now(shop_settings.shop(connection, settings.shop))
    locked = sorted(name for name, one in kept.items() if one.locked)
    return {"settings": now, "locked": locked}


def _held(connection: Connection) -> dict[str, Any]:
    at = replica.position(connection, _SOURCE)
    found = holds.every(connection, source=_SOURCE)
    return {
        "epoch": at.epoch,
        "seq": at.seq,
        "held": holds.row_count(connection, _SOURCE),
        "holds": [
            {
                "id": hold.id,
                "code": holding.CODES[hold.cause],
                "state": hold.state,
                "rows": hold.rows,
                "seq": hold.seq,
            }
            for hold in found[:_LISTED]
        ],
    }
