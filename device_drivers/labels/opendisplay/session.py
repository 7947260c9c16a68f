"""Labels with a key: both sides prove that they know it, then all they say is sealed.

AES-128 in CCM mode with a tag of 12 bytes; session key and id follow from the shared key and the
nonces of both sides. A frame is ``[command 2][session id 8][counter u64 BE][sealed][tag]``, and
what is sealed is ``[length u8][payload]``.
"""

from __future__ import annotations

import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.cmac import CMAC

KEY_SIZE: Final = 16
NONCE_SIZE: Final = 16
DEFAULT_DEVICE: Final = bytes((0, 0, 0, 1))
"""The device id of firmware that tells none."""

_TAG: Final = 12
_COMMAND: Final = 2
_NONCE_AT_CCM: Final = 3
OVERHEAD: Final = NONCE_SIZE + 1 + _TAG
"""Bytes by which a sealed frame is longer than an open one."""

_SHORTEST: Final = _COMMAND + OVERHEAD


class Session:
    """One connection's keys; each frame sealed has a number of its own.

    ``key`` and both nonces are 16 bytes, ``device`` is 4.
    """

    def __init__(self, key: bytes, server: bytes, client: bytes, device: bytes) -> None:
        self._both = server + client + device
        label = b"OpenDisplay session\x00" + device + client + server + b"\x00\x80"
        # One block, as the firmware derives it: nothing to chain.
        encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
        self.key = encryptor.update((1).to_bytes(8, "big") + _cmac(key, label)[:8])
        self.id = _cmac(self.key, client + server)[:8]
        self._ccm = AESCCM(self.key, tag_length=_TAG)
        self._sealed = 0
        self._opened: set[int] = set()

    def is_proven(self, proof: bytes) -> bool:
        """Whether the label showed that it knows the key, too."""
        return hmac.compare_digest(proof, _cmac(self.key, self._both))

    def seal(self, command: bytes, payload: bytes) -> bytes:
        """The frame for a command of two bytes and at most 255 bytes of payload."""
        nonce = self.id + self._sealed.to_bytes(8, "big")
        self._sealed += 1
        plain = bytes((len(payload),)) + payload
        return command + nonce + self._ccm.encrypt(nonce[_NONCE_AT_CCM:], plain, command)

    def is_sealed(self, frame: bytes) -> bool:
        """Whether the frame claims to be sealed in this session."""
        return len(frame) >= _SHORTEST and frame[_COMMAND : _COMMAND + 8] == self.id

    def open(self, frame: bytes) -> bytes | None:
        """Command and payload of a sealed frame; None if it is forged or was opened before."""
        nonce = frame[_COMMAND : _COMMAND + NONCE_SIZE]
        head, sealed = frame[:_COMMAND], frame[_COMMAND + NONCE_SIZE :]
        try:
            plain = self._ccm.decrypt(nonce[_NONCE_AT_CCM:], sealed, head)
        except InvalidTag:
            return None
        number = int.from_bytes(nonce[8:], "big")
        if number in self._opened or plain[0] > len(plain) - 1:
            return None
        self._opened.add(number)
        return head + plain[1 : 1 + plain[0]]


def proof(key: bytes, server: bytes, client: bytes, device: bytes) -> bytes:
    """What shows the label that we know the key."""
    return _cmac(key, server + client + device)


def _cmac(key: bytes, data: bytes) -> bytes:
    made = CMAC(algorithms.AES(key))
    made.update(data)
    return made.finalize()
