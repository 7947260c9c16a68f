"""Signed messages from central: ``{key_id, signature, body}``, made and opened.

The signature (Ed25519, base64) is over ``anaquel/v1 LF topic LF store LF body``, where topic is
without the prefix: what was signed for one shop and topic is worth nothing at another. ``body`` is
the message as a JSON string. That an old message comes again is found by its position, and for an
empty box by the id of its own request, which the signed reply repeats.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from device_drivers.links.messages import Message, MessagePort
from gateway.errors import AnaquelError
from gateway.settings import Settings

MAX_BYTES = 256 * 1024
_CONTEXT = "anaquel/v1"
_MEMBERS = ("key_id", "signature", "body")


class SignatureRefusedError(ValueError):
    """The message is refused whole; ``code`` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class KeyFileError(AnaquelError):
    """The private key cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """``private_pem`` stays with central (PKCS 8, not encrypted); ``public`` goes to the shops."""

    private_pem: bytes
    public: str


def new_key_pair() -> KeyPair:
    """A new pair; ``public`` is written as ``[central.keys]`` takes it."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    return KeyPair(private_pem=pem, public=public)


class Signer:
    """Signs for one shop; ``private_pem`` as ``new_key_pair`` made it. Raises ``KeyFileError``."""

    def __init__(self, key_id: str, private_pem: bytes, *, store: str) -> None:
        try:
            key = serialization.load_pem_private_key(private_pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyFileError(
                f"the private key {key_id} cannot be read: {error}; give its PEM without password"
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError(f"the private key {key_id} is no Ed25519 key; make a new one")
        self.key_id = key_id
        self._key = key
        self._store = store

    @property
    def public(self) -> str:
        """The public half, as ``[central.keys]`` takes it."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, topic: str, body: bytes) -> bytes:
        """The signed form of a message that goes out on ``topic`` (without prefix)."""
        text = body.decode()
        signature = base64.b64encode(self._key.sign(_signed(topic, self._store, text))).decode()
        signed = {"key_id": self.key_id, "signature": signature, "body": text}
        return json.dumps(signed, ensure_ascii=False).encode()


class Opener:
    """Opens what central sends to one shop.

    ``keys`` are public keys by id, 32 bytes in base64; several serve while a key is changed. With
    ``required`` what is not signed is refused.
    """

    def __init__(self, *, store: str, keys: Mapping[str, str], required: bool) -> None:
        self.required = required
        self._store = store
        self._keys = {
            key_id: Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
            for key_id, key in keys.items()
        }

    def open(self, topic: str, payload: bytes) -> bytes:
        """The message in ``payload``, which came on ``topic`` (without prefix).

        What has no signature passes as it is unless one is required; what has one must be
        properly signed in any case. Raises ``SignatureRefusedError``.
        """
        if len(payload) > MAX_BYTES:
            raise SignatureRefusedError(
                "too_large", f"{len(payload)} bytes are too many: at most {MAX_BYTES} are taken"
            )
        signed = _read(payload)
        if signed is not None:
            return self._checked(topic, signed)
        if self.required:
            raise SignatureRefusedError(
                "unsigned", "is not signed, and [central] require_signature asks for it: sign it"
            )
        return payload

    def _checked(self, topic: str, signed: Mapping[str, Any]) -> bytes:
        key_id, signature, body = (signed.get(name) for name in _MEMBERS)
        if not (isinstance(key_id, str) and isinstance(signature, str) and isinstance(body, str)):
            raise SignatureRefusedError(
                "bad_signed_form", "a signed message has key_id, signature and body, all texts"
            )
        key = self._keys.get(key_id)
        if key is None:
            raise SignatureRefusedError(
                "unknown_key",
                f"is signed with the key {key_id[:64]!r}, which is not under [central.keys]",
            )
        try:
            key.verify(
                base64.b64decode(signature, validate=True), _signed(topic, self._store, body)
            )
        except (InvalidSignature, ValueError) as error:
            raise SignatureRefusedError(
                "bad_signature",
                f"the signature by key {key_id!r} does not fit: the message was changed, or signed "
                "for another shop or topic",
            ) from error
        return body.encode()


def opener_of(settings: Settings) -> Opener:
    """The opener of this shop's messages from central."""
    central = settings.central
    return Opener(store=settings.shop.store, keys=central.keys, required=central.require_signature)


class SigningPort:
    """A connection of central's that signs all it publishes."""

    def __init__(self, port: MessagePort, signer: Signer) -> None:
        self._port = port
        self._signer = signer

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> None:
        """As ``MessagePort.publish``, signed."""
        signed = self._signer.sign(topic, payload)
        await self._port.publish(topic, signed, retain=retain, expiry_s=expiry_s)

    def messages(self, *topic_filters: str) -> AsyncIterator[Message]:
        """As ``MessagePort.messages``."""
        return self._port.messages(*topic_filters)

    def on_connected(self, tell: Callable[[bool], Awaitable[None]]) -> None:
        """As ``MessagePort.on_connected``."""
        self._port.on_connected(tell)


def _signed(topic: str, store: str, body: str) -> bytes:
    return f"{_CONTEXT}\n{topic}\n{store}\n{body}".encode()


def _read(payload: bytes) -> Mapping[str, Any] | None:
    """The signed form in ``payload``, None for any other message; broken ones are for others."""
    if b'"signature"' not in payload:
        return None
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and "signature" in value else None
