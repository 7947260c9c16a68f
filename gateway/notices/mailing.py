"""One attempt to hand a notice to a mail server, over SMTP (RFC 5321)."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

from gateway.notices import judging, reaching
from gateway.notices.judging import Answer
from gateway.notices.reaching import NotSentError
from gateway.settings import Mail, Smtp
from gateway.store.notices import Notice

_ATTEMPT_S: Final = 60.0
_STEP_S: Final = 20.0
_ME: Final = "[127.0.0.1]"
"""A box in a shop has no name of its own in the world; its network need not be told."""


async def send(way: Mail, server: Smtp, notice: Notice) -> Answer:
    """Try once; at most 60 s."""
    host, sender = server.host, server.sender
    if host is None or sender is None:
        raise AssertionError("mail has a server and a sender")
    try:
        address = await reaching.resolve(
            host, server.port, private=server.private, encrypted=server.encryption != "none"
        )
    except NotSentError as error:
        return Answer(trouble=error.trouble)
    attempt = _Attempt(server, host, str(address))
    message = _message(sender, way.to, notice)
    try:
        async with asyncio.timeout(_ATTEMPT_S):
            return await asyncio.to_thread(attempt.run, message)
    except TimeoutError:
        return Answer(trouble="no_answer")
    finally:
        attempt.abandon()


def _message(sender: str, to: str, notice: Notice) -> EmailMessage:
    """The same at every attempt: a mail server may know it again by its id."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = " ".join(notice.title.split())
    message["Date"] = format_datetime(notice.made_at)
    message["Message-ID"] = f"<{notice.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    message.set_content(notice.body.decode())
    return message


class _Attempt:
    """A conversation in a thread, which ends soon once it is abandoned."""

    def __init__(self, server: Smtp, host: str, address: str) -> None:
        self._server = server
        self._host = host
        self._address = address
        self._smtp: smtplib.SMTP | None = None
        self._abandoned = False

    def run(self, message: EmailMessage) -> Answer:
        """All of it; blocks."""
        try:
            self._talk(message)
        except NotSentError as error:
            return Answer(trouble=error.trouble)
        except smtplib.SMTPAuthenticationError:
            return Answer(trouble="password")
        except smtplib.SMTPRecipientsRefused as error:
            return judging.of_smtp(next(iter(error.recipients.values()))[0])
        except smtplib.SMTPSenderRefused as error:
            # What is wrong is with us, or with the settings, and may be mended.
            return Answer(trouble=f"smtp_{error.smtp_code}")
        except smtplib.SMTPDataError as error:
            return judging.of_smtp(error.smtp_code)
        except (smtplib.SMTPNotSupportedError, ssl.SSLError):
            return Answer(trouble="tls")
        except (smtplib.SMTPException, OSError):
            return Answer(trouble="no_answer" if self._smtp is not None else "no_connection")
        return Answer()

    def abandon(self) -> None:
        """Have the thread end, whatever it waits for."""
        self._abandoned = True
        line = None if self._smtp is None else self._smtp.sock
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _talk(self, message: EmailMessage) -> None:
        server = self._server
        tls = _trust(server)
        password = (
            None if server.password_file is None else reaching.first_line(server.password_file)
        )
        if server.encryption == "tls":
            smtp: smtplib.SMTP = _PinnedTls(self._address, self._host, server.port, tls)
        else:
            smtp = _Pinned(self._address, self._host, server.port)
        self._smtp = smtp
        try:
            if self._abandoned:
                return
            if server.encryption == "starttls":
                smtp.starttls(context=tls)
            if server.username is not None and password is not None:
                smtp.login(server.username, password)
            smtp.send_message(message)
        finally:
            # Taken or not: how the conversation is ended changes nothing of that.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()


def _trust(server: Smtp) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise NotSentError("file_unreadable") from error


class _Pinned(smtplib.SMTP):
    """Connects to the address that was checked; the certificate is checked against the name."""

    def __init__(self, address: str, host: str, port: int) -> None:
        self._address = address
        super().__init__(host, port, timeout=_STEP_S, local_hostname=_ME)

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:  # noqa: ARG002
        return socket.create_connection((self._address, port), timeout)


class _PinnedTls(smtplib.SMTP_SSL):
    """The same, encrypted from its first byte."""

    def __init__(self, address: str, host: str, port: int, tls: ssl.SSLContext) -> None:
        self._address = address
        super().__init__(host, port, timeout=_STEP_S, local_hostname=_ME, context=tls)

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        line = socket.create_connection((self._address, port), timeout)
        return self.context.wrap_socket(line, server_hostname=host)
