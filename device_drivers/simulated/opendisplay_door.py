"""The door of a simulated OpenDisplay label that has a key.

Written apart from the master's side: what a label computes when it lets somebody in, opens what is
sealed and seals its answers.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.cmac import CMAC

_PATIENCE_S: Final = 30.0
_OK, _WRONG, _ERROR = 0x00, 0x01, 0xFF


def _mac(key: bytes, *parts: bytes) -> bytes:
    cmac = CMAC(algorithms.AES(key))
    for part in parts:
        cmac.update(part)
    return cmac.finalize()


class Door:
    """One connection's; ``is_open`` once the other side proved that it knows ``key``.

    ``device`` is empty for firmware that tells no id.
    """

    def __init__(self, key: bytes, number: int, *, device: bytes, forges: bool) -> None:
        self._key = key
        self._told = device
        self._device = device or b"\x00\x00\x00\x01"
        self._forges = forges
        self._nonce = hashlib.sha256(number.to_bytes(8, "big")).digest()[:16]
        self._asked_at = float("-inf")
        self._session = b""
        self._id = b""
        self._last = -1
        self._said = 0

    @property
    def is_open(self) -> bool:
        """Whether a session is there."""
        return bool(self._session)

    def knock(self, given: bytes) -> bytes:
        """Status and what follows it, for either step."""
        now = asyncio.get_running_loop().time()
        if given == b"\x00":
            self._asked_at = now
            return bytes((_OK,)) + self._nonce + self._told
        if len(given) != 32 or now - self._asked_at > _PATIENCE_S:
            return bytes((_ERROR,))
        client, shown = given[:16], given[16:]
        if shown != _mac(self._key, self._nonce, client, self._device):
            return bytes((_WRONG,))
        step = _mac(
            *(self._key, b"OpenDisplay session", b"\x00", self._device, client, self._nonce),
            b"\x00\x80",
        )
        block = bytes(7) + b"\x01" + step[:8]
        cipher = Cipher(algorithms.AES(self._key), modes.ECB()).encryptor()  # noqa: S305 - as the label does
        self._session = cipher.update(block)
        self._id = _mac(self._session, client, self._nonce)[:8]
        own = _mac(self._session, self._nonce, client, self._device)
        return bytes((_OK,)) + (bytes(16) if self._forges else own)

    def opened(self, frame: bytes) -> bytes | None:
        """Command and payload; None for what is not sealed in this session, or not new."""
        head, nonce, sealed = frame[:2], frame[2:18], frame[18:]
        number = int.from_bytes(nonce[8:], "big")
        if len(frame) < 31 or nonce[:8] != self._id or number <= self._last:
            return None
        try:
            plain = AESCCM(self._session, tag_length=12).decrypt(nonce[3:], sealed, head)
        except InvalidTag:
            return None
        self._last = number
        return head + plain[1:] if plain[0] == len(plain) - 1 else None

    def sealed(self, answer: bytes) -> bytes:
        """An answer as it is notified in the session."""
        nonce = self._id + self._said.to_bytes(8, "big")
        self._said += 1
        plain = bytes((len(answer) - 2,)) + answer[2:]
        secret = AESCCM(self._session, tag_length=12).encrypt(nonce[3:], plain, answer[:2])
        return answer[:2] + nonce + secret
