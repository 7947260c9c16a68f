"""Draw the golden pictures anew: ``python -m tests.golden``. Look at every change before commit."""

from __future__ import annotations

from tests.golden import goldens


def main() -> None:
    """Write every golden picture."""
    for name, frame in goldens.drawn():
        goldens.write(name, frame)


main()
