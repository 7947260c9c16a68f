"""A TLS greeting, to see the certificate of whoever answers."""

from __future__ import annotations

import contextlib
import socket
import ssl
from datetime import UTC, datetime
from typing import Any, Final

_ANSWER_S: Final = 4.0


def certificate_ends(host: str, port: int, context: ssl.SSLContext) -> datetime:
    """When the certificate there expires; ``context`` is what we trust and show.

    Waits for the network. Raises ``ssl.SSLCertVerificationError`` where it is not good, and
    ``OSError`` where nobody answers with TLS.
    """
    with contextlib.ExitStack() as stack:
        plain = stack.enter_context(socket.create_connection((host, port), timeout=_ANSWER_S))
        wrapped = stack.enter_context(context.wrap_socket(plain, server_hostname=host))
        told: dict[str, Any] = wrapped.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told["notAfter"]), UTC)
