"""Write ``docs/asyncapi.json`` anew: ``python -m tests.asyncapi``."""

from __future__ import annotations

from tests.asyncapi import document

if __name__ == "__main__":
    document.FILE.write_text(document.text(), encoding="utf-8")
