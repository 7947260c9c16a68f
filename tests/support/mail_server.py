"""A mail server on loopback that speaks SMTP as RFC 5321 has it, and may be told to say no."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

USER, PASSWORD = "anaquel", "clave-del-correo"


@dataclass
class MailServer:
    """What it took, and the answers it gives before it takes anything."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    """To RCPT, one after the other; then it takes what comes."""
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    signed_in: int = 0
    encrypted: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext | None
    ) -> None:
        """One conversation."""

        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        await say("220 mail.test ESMTP")
        while line := (await reader.readline()).decode().strip():
            verb = line.partition(" ")[0].upper()
            match verb:
                case "EHLO":
                    await say("250-mail.test")
                    await say("250 STARTTLS" if tls is not None else "250 AUTH PLAIN")
                case "STARTTLS" if tls is not None:
                    await say("220 go on")
                    await writer.start_tls(tls)
                    tls, self.encrypted = None, self.encrypted + 1
                case "AUTH":
                    given = base64.b64decode(line.split()[2]).decode()
                    good = given == f"\0{USER}\0{PASSWORD}"
                    self.signed_in += good
                    await say("235 welcome" if good else "535 wrong user or password")
                case "RCPT":
                    answer = self.answers.pop(0) if self.answers else "250 good"
                    if answer.startswith("250"):
                        self.recipients.append(line.partition("<")[2].rstrip(">"))
                    await say(answer)
                    self.news.set()
                case "DATA":
                    await say("354 go on")
                    raw = await reader.readuntil(b"\r\n.\r\n")
                    self.messages.append(message_from_bytes(raw[:-3], policy=policy.default))
                    await say("250 taken")
                    self.news.set()
                case "QUIT":
                    await say("221 bye")
                    break
                case _:
                    await say("250 good")
        writer.close()


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[MailServer]:
    """One on a free port; with ``tls`` it asks to encrypt first."""
    one = MailServer()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await one.serve(reader, writer, tls)

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        one.port = server.sockets[0].getsockname()[1]
        yield one
