"""Why a broker is away, in plain words, and what to do: from MQTT's codes and the system's errors.

Codes: MQTT 5 section 2.4; those of 3.1.1 arrive here translated by the client.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

TAKEN_OVER = 0x8E
_NOT_AUTHORIZED = 0x87
_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})
_BY_ITSELF = "we try again by ourselves; if it stays away, look whether it runs and its log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happened, and the next step for a person; ``kind`` is its name."""

    why: str
    todo: str = _BY_ITSELF
    kind: str = "other"


BROKE = Trouble(
    kind="broke", why="the connection broke without a word: the broker ended or the network failed"
)
SILENT = Trouble(
    kind="silent",
    why="it did not answer in time",
    todo="check host, port and tls in the settings, and whether a firewall is between",
)
CLOSED = Trouble(
    kind="closed",
    why="it closed the connection before answering",
    todo="check port and tls in the settings: a port for TLS does this to us without, or a "
    "balancer whose broker is down",
)
CLOSED_TLS = Trouble(
    kind="closed_tls",
    why="it closed the encrypted connection before answering",
    todo="check cert_file and key_file in the settings if it asks who we are, and look into its "
    "log; or a balancer's broker is down",
)
ROTATED = Trouble(
    kind="rotated", why="there are new certificates", todo="nothing: we connect with them at once"
)
_NAME = Trouble(
    kind="password",
    why="our user name or password is not right",
    todo="check username and the text in password_file, and the user list of the broker",
)
_CODES: Mapping[int, Trouble] = {
    0x80: BROKE,
    0x81: Trouble(
        kind="unreadable", why="it could not read what we sent", todo="look into the broker's log"
    ),
    0x84: Trouble(
        kind="version",
        why="it does not speak this version of MQTT",
        todo='set protocol = "auto" in the settings',
    ),
    0x85: Trouble(
        kind="client_id",
        why="it does not take our client id",
        todo="choose another [shop] gateway in the settings",
    ),
    0x86: _NAME,
    _NOT_AUTHORIZED: Trouble(
        kind="forbidden",
        why="we may not do this there",
        todo="give our user the topics below topic_prefix in the broker's access list",
    ),
    0x88: Trouble(kind="not_ready", why="it is there but not ready"),
    0x89: Trouble(kind="busy", why="it is busy"),
    0x8A: Trouble(
        kind="banned", why="it has banned us", todo="lift the ban of our client id in the broker"
    ),
    0x8B: Trouble(kind="shutting_down", why="it is shutting down"),
    0x8D: Trouble(
        kind="quiet",
        why="it heard nothing of us for too long",
        todo="look at the network and the load of this box; we try again by ourselves",
    ),
    TAKEN_OVER: Trouble(
        kind="taken_over",
        why="another program uses our client id",
        todo="give each gateway its own [shop] gateway in the settings",
    ),
    0x95: Trouble(
        kind="too_large",
        why="a message was too large for it",
        todo="raise its limit (max_packet_size) to 1 MiB",
    ),
    0x97: Trouble(
        kind="no_room", why="it has no room left for us", todo="look at the limits in the broker"
    ),
    0x98: Trouble(kind="ended", why="somebody ended the connection in the broker"),
}


def of_answer(code: int, text: str) -> Trouble:
    """The trouble behind a refused connect: brokers call a wrong password *not authorized*."""
    return _NAME if code == _NOT_AUTHORIZED else of_code(code, text)


def of_code(code: int, text: str) -> Trouble:
    """The trouble behind a reason code; ``text`` names a code that has no words here."""
    return _CODES.get(code, Trouble(why=f"it said: {text}"))


def of_error(error: OSError | ValueError) -> Trouble:
    """The trouble behind an error while connecting."""
    match error:
        case ssl.SSLError():
            return _of_tls(error)
        case socket.gaierror():
            return Trouble(
                kind="host_unknown",
                why="its host name is not known",
                todo="check host in the settings, and this box's name server",
            )
        case ConnectionRefusedError():
            return Trouble(
                kind="refused",
                why="nothing listens there",
                todo="start the broker, or check host and port in the settings",
            )
        case TimeoutError():
            return SILENT
        case ConnectionError():
            return BROKE
        case OSError(errno=code) if code in _NO_WAY:
            return Trouble(
                kind="no_way", why="there is no way there", todo="check the network of this box"
            )
        case OSError(filename=str() as name):
            return Trouble(
                kind="file",
                why=f"{name} cannot be read: {error.strerror}",
                todo="check password_file, ca_file, cert_file and key_file in the settings, and "
                "who may read them",
            )
        case _:
            return Trouble(why=str(error))


def _of_tls(error: ssl.SSLError) -> Trouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble(
            kind="untrusted",
            why=f"its certificate is not trusted: {error.verify_message}",
            todo="check host and ca_file in the settings, and this box's clock",
        )
    return Trouble(
        kind="no_tls", why=f"no TLS came about: {error}", todo="check tls and port in the settings"
    )
