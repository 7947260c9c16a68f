"""Why a file as a whole is not used, by name: what commands say in English, pages say in theirs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from gateway.errors import AnaquelError


class Fault(StrEnum):
    """The reasons; each with what of the file is named beside it."""

    TOO_LARGE = "too_large"
    """``most``, in MiB."""
    TOO_MANY_LINES = "too_many_lines"
    """``most``."""
    SPREADSHEET = "spreadsheet"
    NOT_TEXT = "not_text"
    CUT_OFF = "cut_off"
    """``line`` with a quotation mark that is never closed."""
    MISSING_COLUMNS = "missing_columns"
    """``columns``."""
    NO_PLACES = "no_places"
    OTHER_PLACES = "other_places"
    """``places``, none of which is this shop."""
    NO_ARTICLE = "no_article"
    BAD_LINES = "bad_lines"
    """``bad`` of ``lines``, and the first of them by ``where``."""
    NOT_OWNER = "not_owner"


class CsvError(ValueError):
    """The file as a whole cannot be read; the message says why and what to do."""

    def __init__(self, message: str, fault: Fault, **named: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.named: Mapping[str, str] = named


class FileRefusedError(AnaquelError):
    """The file as a whole cannot be used; nothing was changed."""

    def __init__(self, message: str, fault: Fault, **named: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.named: Mapping[str, str] = named
