"""Why a row of the feed is not used, in plain words: from the code, the field and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.staff import texts_of_refusals as texts
from gateway.web.words import Text

CODES: Mapping[str, Text] = {
    "bad_amount": texts.BAD_AMOUNT,
    "bad_date": texts.BAD_DATE,
    "bad_gtin": texts.BAD_GTIN,
    "bad_hardware": texts.BAD_HARDWARE,
    "bad_hour": texts.BAD_HOUR,
    "bad_id": texts.BAD_ID,
    "bad_key": texts.BAD_KEY,
    "bad_multibuy": texts.BAD_MULTIBUY,
    "bad_percent": texts.BAD_PERCENT,
    "bad_quantity": texts.BAD_QUANTITY,
    "bad_target": texts.BAD_TARGET,
    "bad_text": texts.BAD_TEXT,
    "bad_time": texts.BAD_TIME,
    "bool_type": texts.WRONG_TYPE,
    "control_character": texts.CONTROL_CHARACTER,
    "dict_type": texts.WRONG_TYPE,
    "empty_time": texts.EMPTY_TIME,
    "fraction": texts.NUMBER_AS_TEXT,
    "greater_than_equal": texts.OUT_OF_RANGE,
    "huge_number": texts.NUMBER_AS_TEXT,
    "int_type": texts.WRONG_TYPE,
    "less_than_equal": texts.OUT_OF_RANGE,
    "list_type": texts.WRONG_TYPE,
    "literal_error": texts.NOT_ALLOWED,
    "member_name": texts.MEMBER_NAME,
    "missing": texts.MISSING,
    "model_type": texts.WRONG_TYPE,
    "negative_amount": texts.NEGATIVE_AMOUNT,
    "not_owner": texts.NOT_OWNER,
    "string_pattern_mismatch": texts.BAD_FORM,
    "string_type": texts.WRONG_TYPE,
    "too_long": texts.TOO_LONG,
    "too_many_neighbours": texts.TOO_MANY_NEIGHBOURS,
    "too_many_places": texts.TOO_MANY_PLACES,
    "too_many_rows": texts.TOO_MANY_ROWS,
    "too_short": texts.TOO_SHORT,
    "unknown_currency": texts.UNKNOWN_CURRENCY,
    "unknown_kind": texts.UNKNOWN_KIND,
}
"""The codes of ``gateway.feed.rows``, of the models there, and of ``gateway.store.limits``."""

_LONGEST = 80


def in_words(refusal: Mapping[str, Any], language: str) -> str:
    """What is wrong, what to write instead, and where; ``refusal`` is a task's detail.

    A code we have no words for, or a detail of an older version, still gives a sentence.
    """
    why = CODES.get(str(refusal.get("code")), texts.OTHER).say(language)
    path, given = (str(refusal.get(name) or "")[:_LONGEST] for name in ("path", "given"))
    if path and given:
        return f"{why} {texts.WHERE_AND_WHAT.say(language, path=path, given=given)}"
    if path:
        return f"{why} {texts.WHERE.say(language, path=path)}"
    return f"{why} {texts.WHAT.say(language, given=given)}" if given else why
