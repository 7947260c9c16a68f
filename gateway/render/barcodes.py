"""Linear codes as bars and spaces one module wide, with the quiet zones that scanners need."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from barcode import EAN8, EAN13, UPCA
from barcode.base import Barcode
from barcode.codex import Code128
from barcode.errors import BarcodeError
from typing_extensions import override

from gateway.domain import gtin
from gateway.render.symbols import SymbolError

_PAIR_99 = 99
_CODE128 = re.compile(r"[\x20-\x7e]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """``modules`` is "1" for a bar and "0" for a space; the quiet zones are in modules.

    ``text`` is what stands below for people.
    """

    modules: str
    left: int
    right: int
    text: str

    @property
    def width(self) -> int:
        """Modules from paper to paper, quiet zones included."""
        return self.left + len(self.modules) + self.right


@lru_cache(maxsize=1024)
def of_gtin(number: str) -> Bars:
    """EAN-13, EAN-8 or UPC-A, the shortest that holds ``number``; raises ``SymbolError``.

    Quiet zones are those of the GS1 General Specifications, section 5.2.
    """
    try:
        full = gtin.normalise(number)
    except gtin.GtinError as error:
        raise SymbolError(str(error)) from error
    if full[0] != "0":
        raise SymbolError(f"{number} is a number of a trade unit (GTIN-14): no bar code of a shelf")
    if full.startswith("000000"):
        return Bars(modules=_built(EAN8, full[6:]), left=7, right=7, text=full[6:])
    if full.startswith("00"):
        return Bars(modules=_built(UPCA, full[2:]), left=9, right=9, text=full[2:])
    return Bars(modules=_built(EAN13, full[1:]), left=11, right=7, text=full[1:])


@lru_cache(maxsize=1024)
def of_text(text: str) -> Bars:
    """Code 128 of up to 40 printable ASCII characters; raises ``SymbolError``."""
    if not _CODE128.fullmatch(text):
        raise SymbolError(f"{text[:60]!r}: Code 128 takes 1 to 40 printable ASCII characters")
    return Bars(modules=_built(_Code128, text), left=10, right=10, text=text)


class _Code128(Code128):  # type: ignore[misc]
    """Code 128 in which a text may begin with 99.

    It begins in set C, where 99 is a pair of digits; the library takes it for the word "go to set
    C" and leaves it out.
    """

    @override
    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        return encoded if encoded[1] == _PAIR_99 else super()._try_to_optimize(encoded)


def _built(symbology: Callable[[str], Barcode], text: str) -> str:
    try:
        modules: str = symbology(text).build()[0]
    except BarcodeError as error:
        raise SymbolError(f"{text}: {error}") from error
    return modules.replace("G", "1")
