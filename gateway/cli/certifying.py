"""``anaquel certificate``."""

from __future__ import annotations

import typer

from gateway import settings
from gateway.cli.sharing import DEFAULT_CONFIG, Config, plain_errors
from gateway.errors import AnaquelError


def certificate(config: Config = DEFAULT_CONFIG) -> None:
    """Print the fingerprints of the staff site's certificate."""
    with plain_errors():
        chosen = settings.load(config)
        # Only this command needs the library, which takes a moment to load.
        from gateway.web.tls import own, pair

        staff, folder = chosen.sites.staff, chosen.data.folder / own.FOLDER
        given = staff.certificate
        try:
            authority = None if given else pair.read_certificate(folder / own.AUTHORITY)
            shown = pair.read_certificate(given or folder / own.STAFF)
        except pair.PairError as error:
            advice = (
                "correct certificate in [sites.staff]"
                if given
                else "the gateway makes it at its first start"
            )
            raise AnaquelError(f"{error}; {advice}") from error
        if authority is not None:
            typer.echo(f"authority    SHA-256 {pair.fingerprint(authority)}")
        typer.echo(f"certificate  SHA-256 {pair.fingerprint(shown)}")
        typer.echo(f"names        {', '.join(pair.names_of(shown))}")
        typer.echo(f"until        {shown.not_valid_after_utc.date().isoformat()}")
