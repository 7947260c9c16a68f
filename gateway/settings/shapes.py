"""What a setting may look like, for all sections."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gateway.domain.money import MINOR_UNITS


class Section(BaseModel):
    """One section; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def shaped(pattern: str, advice: str) -> AfterValidator:
    """A text of this shape; ``advice`` says in plain words what to write instead."""
    shape = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if shape.fullmatch(text) is None:
            raise ValueError(advice)
        return text

    return AfterValidator(check)


def _currency(code: str) -> str:
    if code not in MINOR_UNITS:
        raise ValueError('is no currency; write its ISO 4217 code, like "MXN" or "EUR"')
    return code


Currency = Annotated[str, AfterValidator(_currency)]
Id = Annotated[
    str, shaped(r"[A-Za-z0-9._-]{1,64}", 'write 1 to 64 of A-Z a-z 0-9 . _ -, like "s042"')
]
HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
Host = Annotated[
    str,
    shaped(
        rf"{HOST}|\[?[0-9a-fA-F:]+\]?",
        'write a host name or an IP address alone, like "broker.example.com" or "127.0.0.1"',
    ),
]
Whole = Annotated[int, Field(strict=True)]
Port = Annotated[Whole, Field(ge=0, le=65535)]
Flag = Annotated[bool, Field(strict=True)]
Seconds = Annotated[float, Field(strict=True, gt=0, le=86_400)]
