"""Keys, proofs and sealed frames, by known values and beside what others compute."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from opendisplay import crypto as others

from device_drivers.labels.opendisplay.session import DEFAULT_DEVICE, OVERHEAD, Session, proof

KEY = bytes(range(16))
SERVER = bytes(range(0x20, 0x30))
CLIENT = bytes(range(0x40, 0x50))
SIXTEEN = st.binary(min_size=16, max_size=16)


def opened() -> Session:
    return Session(KEY, SERVER, CLIENT, DEFAULT_DEVICE)


def test_the_known_values() -> None:
    session = opened()

    assert proof(KEY, SERVER, CLIENT, DEFAULT_DEVICE).hex() == "585f4b012f5171f12884a783d180ab98"
    assert session.key.hex() == "172a3d95cb5420da71bbcf0fcd01dccd"
    assert session.id.hex() == "6bb4c0312dc28f9b"
    assert session.is_proven(bytes.fromhex("ff8feef26f21d999c17cdb2f074b6ccc"))
    assert not session.is_proven(bytes(16))
    assert session.seal(b"\x00\x40", b"").hex() == (
        "00406bb4c0312dc28f9b0000000000000000f730141d7fffde7768f18b4ab2"
    )
    assert session.seal(b"\x00\x72", b"\x01").hex() == (
        "00726bb4c0312dc28f9b00000000000000019087d8e03ed645c1aafbd9401056"
    )


@given(SIXTEEN, SIXTEEN, SIXTEEN, st.binary(min_size=4, max_size=4), st.binary(max_size=200))
def test_others_compute_the_same(
    key: bytes, server: bytes, client: bytes, device: bytes, payload: bytes
) -> None:
    session = Session(key, server, client, device)
    theirs = others.derive_session_key(key, client, server, device)

    assert session.key == theirs
    assert session.id == others.derive_session_id(theirs, client, server)
    assert proof(key, server, client, device) == others.compute_challenge_response(
        key, server, client, device
    )
    assert session.is_proven(others.compute_server_proof(theirs, server, client, device))
    sealed = session.seal(b"\x00\x71", payload)
    assert sealed == others.encrypt_command(theirs, session.id, 0, b"\x00\x71", payload)
    assert len(sealed) == 2 + len(payload) + OVERHEAD
    assert others.decrypt_response(theirs, sealed) == (0x71, payload)


def test_an_answer_is_opened_once() -> None:
    session = opened()
    sealed = others.encrypt_command(session.key, session.id, 7, b"\x00\x40", b"hello")

    assert session.is_sealed(sealed)
    assert session.open(sealed) == b"\x00\x40hello"
    assert session.open(sealed) is None


@given(st.binary(max_size=60), st.integers(0, 40))
def test_a_forged_answer_is_none(noise: bytes, at: int) -> None:
    session = opened()
    sealed = bytearray(others.encrypt_command(session.key, session.id, 7, b"\x00\x40", b"hello"))
    sealed[at % len(sealed)] ^= 0x10

    assert not session.is_sealed(bytes(sealed)) or session.open(bytes(sealed)) is None
    frame = b"\x00\x40" + session.id + noise
    assert not session.is_sealed(frame) or session.open(frame) is None


def test_an_answer_that_lies_about_its_length_is_none() -> None:
    session = opened()
    nonce = session.id + bytes(8)
    body = session._ccm.encrypt(nonce[3:], b"\x09abc", b"\x00\x40")

    assert session.open(b"\x00\x40" + nonce + body) is None
