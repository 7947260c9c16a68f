"""``python -m gateway`` is ``anaquel``."""

from gateway.cli import main

if __name__ == "__main__":
    main()
