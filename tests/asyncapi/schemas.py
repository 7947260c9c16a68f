"""The JSON Schemas of everything on the wire: from the models that read it, else written here.

What has no model is read member by member (the label protocol) or written in one place (births,
acks to devices); the tests hold these schemas against the documented examples and the readers.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from device_drivers.api.panels import Ink
from gateway.events import messages as events
from gateway.feed import messages as feed
from gateway.feed import rows
from gateway.intake import messages as intake

Schema = dict[str, Any]

ID: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}
SHA256: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
PLAIN: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 64}

MODELS: Final[tuple[type[BaseModel], ...]] = (
    feed.Manifest,
    feed.Delta,
    feed.Request,
    feed.Reply,
    feed.Position,
    feed.Problems,
    feed.Command,
    feed.CommandResult,
    events.BatchMessage,
    events.AckMessage,
    intake.ScanMessage,
    intake.ReadingMessage,
)


def _object(required: str, description: str, **properties: Schema) -> Schema:
    """An object that may have more members than these, as everywhere on the wire."""
    return {
        "type": "object",
        "description": description,
        "required": required.split(),
        "properties": properties,
    }


WRITTEN: Final[dict[str, Schema]] = {
    "Event": _object(
        "id source specversion type",
        "One happening: CloudEvents 1.0 in JSON; the types are on the page about events.",
        specversion={"const": "1.0"},
        id={"type": "string", "minLength": 1, "maxLength": 500},
        source={"type": "string", "minLength": 1, "maxLength": 500, "format": "uri-reference"},
        type={"type": "string", "minLength": 1, "maxLength": 500},
        subject={"type": "string", "maxLength": 500},
        time={"type": "string", "format": "date-time"},
        recordedtime={"type": "string", "format": "date-time"},
        datacontenttype={"type": "string"},
        data={},
    ),
    "Signed": _object(
        "key_id signature body",
        "Any message of central's, signed (Ed25519): body is that message as a text.",
        key_id=ID,
        signature={"type": "string", "contentEncoding": "base64"},
        body={"type": "string"},
    ),
    "DeviceAck": _object(
        "",
        "The scan or reading is committed, or cannot be used and why.",
        id=ID,
        error={"type": "string"},
    ),
    "GatewayState": _object(
        "state",
        "Birth (online) and last will (offline) of a gateway.",
        state={"enum": ["online", "offline"]},
        version={"type": "string"},
        since={"type": "string", "format": "date-time"},
    ),
    "LabelAnnounce": _object(
        "protocol model width height inks dpi formats firmware showing",
        "What panel a label has and which picture it shows.",
        protocol={"const": 1},
        model=PLAIN,
        width={"type": "integer", "minimum": 1, "maximum": 4096},
        height={"type": "integer", "minimum": 1, "maximum": 4096},
        inks={
            "type": "array",
            "items": {"enum": [ink.value for ink in Ink]},
            "minItems": 2,
            "maxItems": 6,
            "uniqueItems": True,
        },
        dpi={"type": "integer", "minimum": 30, "maximum": 600},
        formats={"type": "array", "items": PLAIN, "minItems": 1, "uniqueItems": True},
        firmware=PLAIN,
        showing={"anyOf": [SHA256, {"type": "null"}]},
        can={"type": ["array", "null"], "items": PLAIN, "maxItems": 16, "uniqueItems": True},
    ),
    "LabelPresence": _object(
        "online", "Whether a label is connected; its last will.", online={"type": "boolean"}
    ),
    "LabelWish": _object(
        "wish sha256 format bytes",
        "Which picture a label should show.",
        wish=ID,
        sha256=SHA256,
        format={"enum": ["png", "planes"]},
        bytes={"type": "integer", "minimum": 1, "maximum": 262_144},
        url={"type": "string", "format": "uri"},
        mac=SHA256,
    ),
    "LabelReport": _object(
        "wish sha256 result",
        "What a label did with a wish.",
        wish=ID,
        sha256=SHA256,
        result={"enum": ["received", "shown", "failed"]},
        error={"anyOf": [PLAIN, {"type": "null"}]},
        battery_mv={"type": ["number", "null"]},
        rssi={"type": ["number", "null"]},
        temperature_c={"type": ["number", "null"]},
    ),
    "LabelCommand": _object(
        "id name args",
        "What a label should do now; sent without being retained, good for 30 s.",
        id=ID,
        name={"const": "flash"},
        args=_object(
            "seconds colour",
            "How it blinks; 0 seconds stop it.",
            seconds={"type": "integer", "minimum": 0, "maximum": 3600},
            colour={"enum": ["red", "green", "blue", "white"]},
        ),
    ),
    "LabelResult": _object(
        "id result",
        "What became of a command.",
        id=ID,
        result={"enum": ["done", "failed"]},
        error={"anyOf": [PLAIN, {"type": "null"}]},
    ),
    "LabelImage": {
        "type": "string",
        "format": "binary",
        "maxLength": 262_144,
        "description": "The bytes of a picture; empty when the gateway cleared it.",
    },
}


def all_schemas() -> dict[str, Schema]:
    """Every schema by its name; references lead to ``#/components/schemas``."""
    found: dict[str, Schema] = {}
    for model in (*MODELS, *rows._MODELS.values()):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        named = {model.__name__: schema} | schema.pop("$defs", {})
        for name, one in named.items():
            _put(found, name.lstrip("_"), _renamed(one))
    for name, one in WRITTEN.items():
        _put(found, name, one)
    found["Entry"]["properties"]["event"] = {"$ref": "#/components/schemas/Event"}
    found["Change"]["properties"]["value"] = _value()
    return dict(sorted(found.items()))


def _value() -> Schema:
    kinds = [f"{kind}: {model.__name__}" for kind, model in rows._MODELS.items()]
    return {
        "description": "The row's full state, null deletes it. By kind: " + ", ".join(kinds),
        "type": ["object", "null"],
    }


def _put(found: dict[str, Schema], name: str, schema: Schema) -> None:
    if found.get(name, schema) != schema:
        raise ValueError(f"two different schemas are called {name}")
    found[name] = schema


def _renamed(schema: Any) -> Any:
    """The same with references to private models by their public names, and without titles."""
    match schema:
        case dict():
            return {
                name: member.replace("schemas/_", "schemas/")
                if name == "$ref"
                else _renamed(member)
                for name, member in schema.items()
                if not (name == "title" and isinstance(member, str))
            }
        case list():
            return [_renamed(one) for one in schema]
        case _:
            return schema
