"""A text for people in every language we speak, side by side so that none is forgotten."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One text; ``{name}`` places are the same in both languages."""

    es: str
    en: str

    def say(self, language: str, **facts: str) -> str:
        """The text in ``language`` (English when it is none of ours), its places filled in."""
        text = self.es if language == "es" else self.en
        return text.format(**facts) if facts else text
