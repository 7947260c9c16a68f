"""``anaquel``, and ``python -m gateway``."""

from __future__ import annotations


def main() -> None:
    """Run one command; what a person must mend ends as a message, never as a traceback."""
    # A render process reads this module again, and needs none of this.
    from gateway import lifecycle

    with lifecycle.loading():
        from gateway import cli
    cli.main()


if __name__ == "__main__":
    main()
