"""The messages between central and shop, as they are on the wire: JSON in UTF-8."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, NoReturn, TypeGuard, TypeVar

import pydantic
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.feed import fields

MAX_BYTES = 256 * 1024
MAX_CHANGES = 1_000
MAX_SNAPSHOT_BYTES = 512 * 2**20
MAX_NESTING = 200
"""Objects and arrays in one another: what reads and checks them calls itself at every step."""

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Hex64 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
BUCKETS_HEX = 1024 * 32
PackedBuckets = Annotated[
    str, Field(min_length=BUCKETS_HEX, max_length=BUCKETS_HEX, pattern=r"^[0-9a-f]+$")
]
"""The 1,024 buckets of 16 bytes in order, as hex."""


class MessageError(ValueError):
    """A message that is refused whole: nothing of it is used, the position stays."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CommandRefusedError(ValueError):
    """A command that is not carried out; ``code`` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Message(BaseModel):
    """Unknown members have no effect, so that a later version can add some."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


_MAX_KIND = 64
_MAX_KEY = 129
Kind = Annotated[str, Field(max_length=_MAX_KIND)]
Key = Annotated[str, Field(max_length=_MAX_KEY)]


class Change(_Message):
    """One row as it is from now on; ``value`` None is a tombstone."""

    kind: Kind
    key: Key
    value: Any


class SnapshotRef(_Message):
    """Where the whole feed at ``seq`` can be fetched; hash and size are of the gzip file."""

    seq: Count
    url: Annotated[str, Field(max_length=2_000)]
    sha256: Hex64
    bytes: Annotated[int, Field(ge=0, le=MAX_SNAPSHOT_BYTES)]
    rows: Count


class Accepts(_Message):
    """All that was sent up to here is meant, however large or odd it is."""

    epoch: Count
    seq: Count


class Manifest(_Message):
    """Central's position: what we should be at, and how to get there."""

    epoch: Count
    seq: Count
    min_delta_seq: Count
    digest: Hex64
    snapshot: SnapshotRef
    accepts: Accepts | None = None
    issued_at: str

    @model_validator(mode="after")
    def _snapshot_leads_to_deltas(self) -> Manifest:
        if not self.min_delta_seq <= self.snapshot.seq <= self.seq:
            raise ValueError("snapshot.seq must be from min_delta_seq to seq")
        return self


class Delta(_Message):
    """All changes after ``prev_seq`` up to ``seq``."""

    epoch: Count
    prev_seq: Count
    seq: Count
    changes: Annotated[list[Change], Field(max_length=MAX_CHANGES)]


class Place(_Message):
    """Where a row stands among others: by kind, then key, in the order of Unicode code points."""

    kind: Kind
    key: Key


Want = Literal["deltas", "manifest", "buckets", "rows"]


class Request(_Message):
    """The shop asks for what it misses.

    Deltas are those ``after_seq``, rows those of ``bucket`` that stand ``after`` a place.
    """

    id: Annotated[str, Field(max_length=64)]
    epoch: Count
    want: Want
    after_seq: Count | None = None
    bucket: Annotated[int, Field(ge=0, lt=1024)] | None = None
    after: Place | None = None


class Reply(_Message):
    """Central's answer to one request: what was wanted, as of its position, or an error.

    ``rows`` are in the order of ``Place``.
    """

    id: Annotated[str, Field(max_length=64)]
    epoch: Count | None = None
    seq: Count | None = None
    deltas: Annotated[list[Delta], Field(max_length=1_000)] | None = None
    manifest: Manifest | None = None
    buckets: PackedBuckets | None = None
    rows: Annotated[list[Change], Field(max_length=MAX_CHANGES)] | None = None
    more: bool = False
    error: Literal["gone", "unknown_epoch", "busy"] | None = None


class SnapshotHead(_Message):
    """The first line of a snapshot."""

    epoch: Count
    seq: Count
    rows: Count


class Position(_Message):
    """How far this shop's replica is (retained)."""

    epoch: Count
    seq: Count
    digest: Hex64
    refused: Count
    held: Count
    applied_at: str | None = None
    error: str | None = None
    time_trusted: Literal[False] | None = None


class Problem(_Message):
    """One row that is not used, for those who can mend it."""

    kind: str
    key: str
    code: str
    path: str
    message: str


class HoldMessage(_Message):
    """Rows kept out of force until somebody decides; ``seq`` is that of the last of them."""

    id: Count
    code: str
    state: Literal["open", "accepted", "refused"]
    rows: Count
    seq: Count
    at: str
    message: str
    by: str | None = None


class Problems(_Message):
    """The rows not used at a position (retained).

    ``first`` has at most 100 of ``total`` rows, refused ones before held ones; ``holds`` at most
    100 holds.
    """

    epoch: Count
    seq: Count
    at: str
    total: Count
    first: list[Problem]
    holds: list[HoldMessage] = []


class Named(_Message):
    """A command as far as it can be answered."""

    id: fields.Id


class Command(Named):
    """What central asks a gateway to do, before ``expires_at``; ``args`` are the command's own."""

    name: Annotated[str, Field(max_length=64)]
    args: dict[str, Any] = {}
    expires_at: fields.Instant


class AcceptHeld(Accepts):
    """Put in force what is held of all that was sent up to here."""


class ListHeld(_Message):
    """Say what is held."""


class ListSettings(_Message):
    """Say how the shop is set."""


class SetSettings(_Message):
    """Set these of the shop's own settings, null for the default, so that only central can."""

    settings: Annotated[dict[str, Any], Field(min_length=1, max_length=50)]


class ReleaseSettings(_Message):
    """Leave these to the shop again, as they are."""

    names: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=50)]


class AnswerRequest(_Message):
    """Say whether a hold that a shopper asked for can be held."""

    request: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    answer: Literal["confirm", "refuse"]


class CommandResult(_Message):
    """What became of a command: done, with what it has to say, or refused and why."""

    id: fields.Id
    result: Literal["done", "refused"]
    at: str
    said: dict[str, Any] | None = None
    code: str | None = None
    message: str | None = None


M = TypeVar("M", bound=_Message)


def parse(model: type[M], payload: bytes, *, max_bytes: int = MAX_BYTES) -> M:
    """The message in ``payload``; raises ``MessageError`` with a code and plain words."""
    if len(payload) > max_bytes:
        raise MessageError(
            "too_large", f"{len(payload)} bytes are too many: at most {max_bytes} are taken"
        )
    return checked(model, load(payload))


def checked(model: type[M], value: Any) -> M:
    """The message that was read already; raises ``MessageError``."""
    try:
        return model.model_validate(value)
    except pydantic.ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the message"
        raise MessageError("bad_message", f"{where}: {problem['msg']}") from error


def load(payload: bytes | str) -> Any:
    """The JSON value in ``payload``; integer-valued fractions become integers (RFC 8785).

    Raises ``MessageError``.
    """
    try:
        text = payload.decode() if isinstance(payload, bytes) else payload
        value = _DECODER.decode(text)
    except ValueError as error:
        raise MessageError("unreadable", f"not JSON in UTF-8: {error}") from error
    except RecursionError as error:
        raise _too_deep() from error
    if text.count("[") + text.count("{") > MAX_NESTING and _is_deep(value):
        raise _too_deep()
    return value


def _is_deep(value: Any) -> bool:
    """Whether objects and arrays stand in one another more than ``MAX_NESTING`` times."""
    level = [value]
    for _ in range(MAX_NESTING + 1):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _too_deep() -> MessageError:
    return MessageError(
        "unreadable", f"objects and arrays may stand in one another {MAX_NESTING} times at most"
    )


def row(line: bytes) -> tuple[str, str, Any]:
    """The kind, key and value in a line of a snapshot.

    Raises ``MessageError`` for what is not JSON, and ``pydantic.ValidationError``.
    """
    said = load(line)
    if type(said) is dict and "value" in said:
        kind, key = said.get("kind"), said.get("key")
        # What is plainly right needs no model, and that is all but every line.
        if _is_plain(kind, _MAX_KIND) and _is_plain(key, _MAX_KEY):
            return kind, key, said["value"]
    change = Change.model_validate(said)
    return change.kind, change.key, change.value


def _is_plain(text: Any, most: int) -> TypeGuard[str]:
    return type(text) is str and len(text) <= most and text.isascii()


def dump(message: BaseModel) -> bytes:
    """The message as it goes out; members that are None stay out."""
    return message.model_dump_json(exclude_none=True).encode()


def _number(literal: str) -> int | float:
    number = float(literal)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _no_number(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is no JSON number")


_DECODER = json.JSONDecoder(parse_float=_number, parse_constant=_no_number)
