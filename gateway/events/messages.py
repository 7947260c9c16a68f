"""The messages between shop and central about events, as they are on the wire: JSON in UTF-8."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from gateway.domain.events import Ack, Batch, Gap, Lane, Refusal

MAX_BYTES = 256 * 1024
MAX_EVENTS = 500
MAX_BATCH_JSON = 240 * 1024
"""Events put into one batch; the rest of ``MAX_BYTES`` is for what stands around them."""

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Seq = Annotated[int, Field(ge=1, le=2**53 - 1)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
LaneName = Literal["keep", "scan", "telemetry", "debug"]


M = TypeVar("M", bound=BaseModel)


class MessageError(ValueError):
    """A message that cannot be used; it is refused whole."""


class _Message(BaseModel):
    """Unknown members have no effect, so that a later version can add some."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Entry(_Message):
    """One event; what it says is checked one by one, so a bad one stops no other."""

    seq: Seq
    event: Any


class GapEntry(_Message):
    """Events that are lost for good."""

    from_seq: Seq
    to_seq: Seq
    count: Count
    reason: Annotated[str, Field(max_length=64)]


class BatchMessage(_Message):
    """Neighbours of one lane: every seq from first to last is an event or in a gap."""

    gateway: Id
    epoch: Count
    lane: LaneName
    first_seq: Seq
    last_seq: Seq
    events: Annotated[list[Entry], Field(max_length=MAX_EVENTS)]
    gaps: Annotated[list[GapEntry], Field(max_length=MAX_EVENTS + 1)] = []


class RefusedEntry(_Message):
    """An event that central will never take."""

    seq: Seq
    code: Annotated[str, Field(max_length=64)]
    detail: Annotated[str, Field(max_length=500)] = ""


class AckMessage(_Message):
    """Central has everything of the lane up to ``through_seq``."""

    epoch: Count
    lane: LaneName
    through_seq: Count
    refused: Annotated[list[RefusedEntry], Field(max_length=MAX_EVENTS)] = []


def write_batch(gateway: str, batch: Batch) -> bytes:
    """The batch on the wire; events go up byte for byte as they were stored."""
    head = _dump(
        {
            "gateway": gateway,
            "epoch": batch.epoch,
            "lane": batch.lane.value,
            "first_seq": batch.first_seq,
            "last_seq": batch.last_seq,
            "gaps": [_gap(gap) for gap in batch.gaps],
        }
    )
    events = ",".join(f'{{"seq":{one.seq},"event":{one.event}}}' for one in batch.events)
    return f'{head[:-1]},"events":[{events}]}}'.encode()


def read_batch(payload: bytes) -> BatchMessage:
    """A batch whose seqs cover first to last exactly once. Raises ``MessageError``."""
    message = _read(BatchMessage, payload)
    spans = [(entry.seq, entry.seq) for entry in message.events]
    spans += [(gap.from_seq, gap.to_seq) for gap in message.gaps]
    position = message.first_seq
    for first, last in sorted(spans):
        if first != position or last < first:
            raise MessageError(f"seq {position} is missing, or {first} comes twice")
        position = last + 1
    if position != message.last_seq + 1 or not spans:
        raise MessageError(f"the events end before last_seq {message.last_seq}")
    return message


def write_ack(epoch: int, lane: str, through_seq: int, refused: Sequence[Refusal]) -> bytes:
    """Central's ack on the wire."""
    return _dump(
        {
            "epoch": epoch,
            "lane": lane,
            "through_seq": through_seq,
            "refused": [
                {"seq": one.seq, "code": one.code, "detail": one.detail} for one in refused
            ],
        }
    ).encode()


def read_ack(payload: bytes) -> Ack:
    """Central's ack. Raises ``MessageError``."""
    message = _read(AckMessage, payload)
    return Ack(
        lane=Lane(message.lane),
        epoch=message.epoch,
        through_seq=message.through_seq,
        refused=tuple(
            Refusal(seq=one.seq, code=one.code, detail=one.detail) for one in message.refused
        ),
    )


def _read(model: type[M], payload: bytes) -> M:
    if len(payload) > MAX_BYTES:
        raise MessageError(f"{len(payload)} bytes are too many: at most {MAX_BYTES} are taken")
    try:
        return model.model_validate_json(payload)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the message"
        raise MessageError(f"{where}: {first['msg']}") from error


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "from_seq": gap.from_seq,
        "to_seq": gap.to_seq,
        "count": gap.count,
        "reason": gap.reason,
    }


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
