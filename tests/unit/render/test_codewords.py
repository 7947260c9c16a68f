from __future__ import annotations

import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode import constants, util

from gateway.render import codewords, symbols

LINKS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 $%*+-./:", min_size=1, max_size=311)
WORDS = st.text(min_size=1, max_size=70)


def the_librarys(text: str, version: int) -> bytes:
    code: qrcode.QRCode[object] = qrcode.QRCode(
        version=version,
        error_correction=constants.ERROR_CORRECT_M,
        border=codewords.QUIET_ZONE,
        mask_pattern=codewords.MASK,
    )
    capital = codewords.ALPHANUMERIC.fullmatch(text)
    mode = util.MODE_ALPHA_NUM if capital else util.MODE_8BIT_BYTE
    code.add_data(util.QRData(text.encode(), mode=mode))
    code.make(fit=False)
    return bytes(255 if module else 0 for row in code.get_matrix() for module in row)


@given(text=LINKS | WORDS)
@settings(max_examples=80)
def test_every_code_is_module_for_module_the_librarys(text: str) -> None:
    try:
        version = (symbols.modules(text) - 17 - 2 * codewords.QUIET_ZONE) // 4
    except symbols.SymbolError:
        return
    assert codewords.dark_modules(text, version) == the_librarys(text, version)


@pytest.mark.parametrize("version", range(1, 11))
def test_full_versions_are_the_librarys_too(version: int) -> None:
    most = (20, 38, 61, 90, 122, 154, 178, 221, 262, 311)[version - 1]
    for text in ("A" * most, "9" * (most - 1)):
        assert codewords.dark_modules(text, version) == the_librarys(text, version)
