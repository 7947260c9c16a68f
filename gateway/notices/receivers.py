"""Who is told, as the settings name them."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.notices.presets import Preset
from gateway.settings import Mail, Notices, Webhook
from gateway.store.notices import TEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One of them; ``key`` names it in the database and in logs, and tells no address."""

    key: str
    way: Webhook | Mail

    @property
    def preset(self) -> Preset | None:
        """The form of its notices; None for e-mail."""
        return Preset(self.way.format) if isinstance(self.way, Webhook) else None

    def wants(self, subject: str) -> bool:
        """Whether it hears of this subject."""
        return subject == TEST or any(
            subject == about or subject.startswith(f"{about}.") for about in self.way.about
        )


def of(settings: Notices) -> tuple[Receiver, ...]:
    """All of them."""
    return (
        *(Receiver(key=f"webhooks.{name}", way=way) for name, way in settings.webhooks.items()),
        *(Receiver(key=f"mail.{name}", way=way) for name, way in settings.mail.items()),
    )
