from __future__ import annotations

import errno
import socket
import ssl

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from gateway.broker import troubles

# What a broker may say when it refuses or ends us, by MQTT 5.
CODES = (0x80, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x95, 0x97)
ENDS = (0x80, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x95, 0x97, 0x98)


@pytest.mark.parametrize(
    ("packet", "code"),
    [*((PacketTypes.CONNACK, one) for one in CODES), *((PacketTypes.DISCONNECT, o) for o in ENDS)],
)
def test_what_brokers_say_has_plain_words_and_a_next_step(packet: int, code: int) -> None:
    name = str(ReasonCode(packet, identifier=code))
    trouble = troubles.of_code(code, name)
    assert trouble.todo
    assert name not in trouble.why


def test_a_refused_connect_is_about_user_and_password_whatever_the_broker_calls_it() -> None:
    for code in (0x86, 0x87):
        assert troubles.of_answer(code, "x").kind == "password"
    assert troubles.of_answer(0x8A, "x").kind == "banned"
    assert troubles.of_code(0x87, "x").kind == "forbidden"


def test_a_code_without_words_is_named() -> None:
    assert troubles.of_code(0x93, "Receive maximum exceeded").why == (
        "it said: Receive maximum exceeded"
    )


@pytest.mark.parametrize(
    ("error", "why", "todo"),
    [
        (ConnectionRefusedError(), "nothing listens", "start the broker"),
        (socket.gaierror(-2, "Name or service not known"), "host name", "check host"),
        (TimeoutError(), "did not answer", "firewall"),
        (ConnectionResetError(), "without a word", "by ourselves"),
        (OSError(errno.ENETUNREACH, "unreachable"), "no way there", "network"),
        (FileNotFoundError(2, "No such file", "/etc/x.pw"), "/etc/x.pw cannot", "password_file"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong"), "no TLS", "tls and port"),
        (ValueError("odd"), "odd", "by ourselves"),
    ],
)
def test_errors_of_the_system_have_too(error: OSError | ValueError, why: str, todo: str) -> None:
    trouble = troubles.of_error(error)
    assert why in trouble.why
    assert todo in trouble.todo
