from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.notices import presets
from gateway.notices.presets import Preset, Told

AT = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)


def said(preset: Preset, text: str) -> Any:
    if preset is Preset.STANDARD:
        told = Told(type="task.label_silent", at=AT, text=text, data={"n": 12})
        return json.loads(presets.standard(told))
    return json.loads(presets.chat(preset, text))


def test_ours_has_the_members_that_the_specification_recommends() -> None:
    assert said(Preset.STANDARD, "12 labels silent") == {
        "type": "task.label_silent",
        "timestamp": "2026-11-26T20:00:00+00:00",
        "data": {"n": 12, "text": "12 labels silent"},
    }


@pytest.mark.parametrize("preset", Preset)
def test_text_is_there_whole_up_to_a_bound(preset: Preset) -> None:
    assert "12 etiquetas sin señal" in str(said(preset, "12 etiquetas sin señal"))
    assert len(str(said(preset, "x" * 10_000))) < 3_000


def test_nothing_in_a_text_calls_everybody() -> None:
    assert said(Preset.SLACK, "<!channel> & co") == {"text": "&lt;!channel&gt; &amp; co"}
    assert said(Preset.GOOGLE_CHAT, "<users/all>") == {"text": "&lt;users/all&gt;"}
    assert "@all" not in said(Preset.MATTERMOST, "@all")["text"]
    assert said(Preset.DISCORD, "@everyone")["allowed_mentions"] == {"parse": []}


def test_teams_gets_an_adaptive_card() -> None:
    [attached] = said(Preset.TEAMS, "hola")["attachments"]
    assert attached["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attached["content"]["body"] == [{"type": "TextBlock", "text": "hola", "wrap": True}]
