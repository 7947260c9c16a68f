"""The bodies that receivers of webhooks understand: our own JSON, and those of chat systems.

Chat systems check no signature: who knows the address may write there, so it is a secret itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

_TEXT_MOST: Final = 2_000
"""Characters; Discord takes no more, the others do."""


class Preset(Enum):
    """Who reads the webhook."""

    STANDARD = "standard"
    SLACK = "slack"
    MATTERMOST = "mattermost"
    TEAMS = "teams"
    GOOGLE_CHAT = "google_chat"
    DISCORD = "discord"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What happened, in words for people and facts for programs; nothing about a person."""

    type: str
    """Like ``labels.silent``."""
    at: datetime
    text: str
    data: dict[str, Any]


def standard(told: Told) -> bytes:
    """Our own JSON, with the members that Standard Webhooks recommends."""
    data = told.data | {"text": told.text[:_TEXT_MOST]}
    return _json({"type": told.type, "timestamp": told.at.isoformat(), "data": data})


def chat(preset: Preset, text: str) -> bytes:
    """The body that a chat system understands; not for ``Preset.STANDARD``."""
    return _json(_said(preset, text[:_TEXT_MOST]))


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _said(preset: Preset, text: str) -> dict[str, Any]:
    match preset:
        case Preset.SLACK | Preset.GOOGLE_CHAT:
            # In both <...> and & mean something; <!channel> would call everybody.
            return {"text": _escaped(text)}
        case Preset.MATTERMOST:
            return {"text": _unmentioned(text)}
        case Preset.DISCORD:
            return {"content": text, "allowed_mentions": {"parse": []}}
        case Preset.TEAMS:
            return _card(text)
        case Preset.STANDARD:
            raise AssertionError("a program is told facts")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unmentioned(text: str) -> str:
    """With a space of no width behind each @, so that nobody is called."""
    return re.sub(r"@(?=\w)", "@\u200b", text)


def _card(text: str) -> dict[str, Any]:
    """An Adaptive Card, which is what the Workflows of Microsoft Teams take."""
    block = {"type": "TextBlock", "text": text, "wrap": True}
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [block],
                },
            }
        ],
    }
