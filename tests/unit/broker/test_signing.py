"""Only what central signed for this shop and topic, unchanged, is opened."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.broker import signing
from gateway.broker.signing import KeyFileError, Opener, SignatureRefusedError, Signer

TOPIC = "feed/delta"
BODY = '{"epoch": 1, "text": "año\\n"}'.encode()
PAIR, NEXT = signing.new_key_pair(), signing.new_key_pair()
SIGNER = Signer("main", PAIR.private_pem, store="s042")


def opener(*, required: bool = False, **keys: str) -> Opener:
    return Opener(store="s042", keys=keys, required=required)


def changed(**members: object) -> bytes:
    return json.dumps(json.loads(SIGNER.sign(TOPIC, BODY)) | members).encode()


def refused(payload: bytes, *, topic: str = TOPIC, required: bool = True) -> tuple[str, str]:
    with pytest.raises(SignatureRefusedError) as caught:
        opener(main=PAIR.public, required=required).open(topic, payload)
    return caught.value.code, str(caught.value)


@pytest.mark.parametrize("required", [True, False])
def test_the_body_comes_out_as_it_went_in(*, required: bool) -> None:
    signed = SIGNER.sign(TOPIC, BODY)

    assert opener(main=PAIR.public, required=required).open(TOPIC, signed) == BODY


def test_the_signature_is_over_the_words_of_the_contract() -> None:
    private = Ed25519PrivateKey.generate()
    body = '{"seq":1}'
    signature = private.sign(f"anaquel/v1\nfeed/manifest\ns042\n{body}".encode())
    by_hand = {
        "key_id": "hand",
        "signature": base64.b64encode(signature).decode(),
        "body": body,
    }
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()

    opened = opener(hand=public).open("feed/manifest", json.dumps(by_hand).encode())

    assert opened == body.encode()


def test_without_a_signature_it_passes_only_where_none_is_required() -> None:
    assert opener(main=PAIR.public).open(TOPIC, BODY) == BODY
    assert refused(BODY) == (
        "unsigned",
        "is not signed, and [central] require_signature asks for it: sign it",
    )


WORDS = (
    "the signature by key 'main' does not fit: the message was changed, or signed for another "
    "shop or topic"
)
DOES_NOT_FIT = ("bad_signature", WORDS)


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize(
    "forged",
    [
        lambda: Signer("main", PAIR.private_pem, store="s043").sign(TOPIC, BODY),
        lambda: SIGNER.sign("feed/manifest", BODY),
        lambda: changed(body=BODY.decode() + " "),
        lambda: changed(body="\ud800"),
        lambda: Signer("main", NEXT.private_pem, store="s042").sign(TOPIC, BODY),
        lambda: changed(signature="no base64!"),
        lambda: changed(signature="Ñ"),
        lambda: changed(signature=""),
    ],
    ids=["shop", "topic", "body", "half pair", "other key", "no base64", "no ASCII", "empty"],
)
def test_a_signature_that_does_not_fit_is_refused(
    *, forged: Callable[[], bytes], required: bool
) -> None:
    assert refused(forged(), required=required) == DOES_NOT_FIT


@pytest.mark.parametrize("required", [True, False])
def test_a_key_that_is_not_ours_is_refused(*, required: bool) -> None:
    assert refused(Signer("old", PAIR.private_pem, store="s042").sign(TOPIC, BODY)) == (
        "unknown_key",
        "is signed with the key 'old', which is not under [central.keys]",
    )
    with pytest.raises(SignatureRefusedError, match=r"not under \[central.keys\]"):
        opener(required=required).open(TOPIC, SIGNER.sign(TOPIC, BODY))


@pytest.mark.parametrize("member", ["key_id", "body"])
def test_a_half_signed_form_is_refused(member: str) -> None:
    half = (
        "bad_signed_form",
        "a signed message has key_id, signature and body, all texts",
    )

    assert refused(changed(**{member: 7})) == half
    assert refused(changed(**{member: None}), required=False) == half
    assert refused(changed(signature=None), required=False) == half


def test_what_is_too_large_is_not_even_read() -> None:
    assert refused(b" " * 262_145) == (
        "too_large",
        "262145 bytes are too many: at most 262144 are taken",
    )


def test_a_member_called_signature_deep_inside_makes_no_signed_form() -> None:
    payload = b'{"changes": [{"value": {"signature": "x"}}]}'

    assert opener().open(TOPIC, payload) == payload
    assert opener().open(TOPIC, b'"signature" no json') == b'"signature" no json'


def test_keys_overlap_while_one_is_changed() -> None:
    new = Signer("2027", NEXT.private_pem, store="s042")
    both = opener(main=PAIR.public, **{"2027": NEXT.public}, required=True)
    after = opener(**{"2027": NEXT.public}, required=True)

    assert both.open(TOPIC, SIGNER.sign(TOPIC, BODY)) == BODY
    assert both.open(TOPIC, new.sign(TOPIC, BODY)) == BODY
    assert after.open(TOPIC, new.sign(TOPIC, BODY)) == BODY
    with pytest.raises(SignatureRefusedError) as caught:
        after.open(TOPIC, SIGNER.sign(TOPIC, BODY))
    assert caught.value.code == "unknown_key"


def test_a_private_key_that_cannot_be_used_is_said_at_once() -> None:
    other_kind = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

    with pytest.raises(KeyFileError, match="main cannot be read"):
        Signer("main", b"no key", store="s042")
    with pytest.raises(KeyFileError, match="main is no Ed25519 key; make a new one"):
        Signer("main", other_kind, store="s042")
