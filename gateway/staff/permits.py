"""Who may do what on the staff site: each route belongs to one permit, and nothing else is served.

The table in docs/accounts.md is made from this one. Whose decision a held price is depends on the
shop's settings as well: ``held.may_decide``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.store.people import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What people of the role ``least``, and of those above it, may do, and the routes for it."""

    what: str
    least: Role
    routes: tuple[str, ...]


def _of_label(*deeds: str) -> Iterator[str]:
    """What is done to one label, on its page and by programs."""
    for deed in deeds:
        yield f"POST /labels/{{label}}/{deed}"
        yield f"POST /api/v1/labels/{{label}}/{deed}"


PERMITS: Final = (
    Permit(
        what="See what needs a person, labels, pictures, waves and held prices",
        least=Role.CLERK,
        routes=(
            *("GET /", "GET /today", "GET /live", "GET /session", "GET /api/v1/session"),
            *("GET /frames/{name}", "GET /pictures/{name}", "GET /api/v1/openapi.json"),
            *("GET /labels", "GET /labels-rows", "GET /labels-filters", "GET /labels/{label}"),
            *("GET /labels/{label}/now", "GET /labels/{label}/history"),
            *("GET /api/v1/labels", "GET /api/v1/labels/{label}"),
            *("GET /retired-labels", "GET /api/v1/retired-labels", "GET /proof"),
            *("GET /articles", "GET /articles/{product}"),
            *("GET /holds", "GET /holds-list", "GET /holds/{number}", "GET /holds/{number}/now"),
            *("GET /holds/prices/{source}", "GET /holds/prices/{source}/now"),
            *("GET /api/v1/holds", "GET /api/v1/holds/{number}"),
            *("GET /waves", "GET /waves-list", "GET /api/v1/waves", "GET /api/v1/waves/{number}"),
            *("GET /api/v1/forecast", "GET /api/v1/forecast/scheduled"),
            *("GET /api/v1/prices/{product}/shown", "GET /api/v1/prices/{product}/withdrawn"),
        ),
    ),
    Permit(
        what="See to what shoppers ask for, and pause their requests",
        least=Role.CLERK,
        routes=(
            *("GET /requests", "GET /requests-now", "GET /requests-bell"),
            *("POST /requests/{ref}/{deed}", "POST /requests/pause", "POST /requests/resume"),
            *("GET /api/v1/requests", "POST /api/v1/requests/{ref}/{deed}"),
            *("POST /api/v1/requests/pause", "POST /api/v1/requests/resume"),
        ),
    ),
    Permit(
        what="Bind labels, look for them, park them, replace them and send their picture again",
        least=Role.CLERK,
        routes=(
            *("GET /bind", "POST /bind", "GET /bind/label", "POST /bind/undo"),
            *("GET /labels/{label}/bind", "POST /labels/{label}/bind"),
            *("POST /labels/{label}/unbind", "GET /labels/{label}/replace"),
            *("PUT /api/v1/labels/{label}/binding", "DELETE /api/v1/labels/{label}/binding"),
            *_of_label("send-again", "flash", "park", "unpark", "replace"),
            *_of_label("take-back", "taken-down"),
            *("POST /labels/{label}/alias", "PUT /api/v1/labels/{label}/alias"),
        ),
    ),
    Permit(
        what="Compare labels with what lies behind them, and bind anew what is wrong",
        least=Role.CLERK,
        routes=(
            *("GET /check-walk", "POST /check-walk", "POST /check-walk/mend"),
            "POST /check-walk/begin",
        ),
    ),
    Permit(
        what="Adopt new labels, and look at their test card",
        least=Role.CLERK,
        routes=(
            *("GET /new-labels", "GET /new-labels/now", "GET /new-labels/{label}"),
            *("POST /new-labels/{label}/adopt", "POST /new-labels/{label}/flash"),
            *("POST /new-labels/codes", "GET /api/v1/new-labels"),
            *("POST /api/v1/new-labels/adopt", "POST /api/v1/new-labels/{label}/adopt"),
            "POST /api/v1/new-labels/{label}/flash",
            *("GET /labels/{label}/card", "GET /labels/{label}/card/now"),
            *("GET /labels/{label}/card/{name}", "POST /labels/{label}/card/done"),
            *("POST /labels/{label}/card/end", "DELETE /api/v1/labels/{label}/card"),
            *_of_label("card", "card/seen"),
        ),
    ),
    Permit(
        what="Make an opening check, walk its list and print price slips",
        least=Role.CLERK,
        routes=(
            *("GET /opening-checks", "POST /opening-checks", "GET /opening-checks/{number}"),
            *("GET /opening-checks/{number}/now", "GET /opening-checks/{number}/slips"),
            *("GET /api/v1/opening-checks", "POST /api/v1/opening-checks"),
            "GET /api/v1/opening-checks/{number}",
        ),
    ),
    Permit(
        what="Take a wrong price off the shelf, and put it back",
        least=Role.CLERK,
        routes=(
            *("POST /labels/{label}/withdraw-price", "POST /labels/{label}/price-back"),
            "PUT /api/v1/prices/{product}/withdrawn",
            "DELETE /api/v1/prices/{product}/withdrawn",
        ),
    ),
    Permit(
        what="Sign out, lock, change the own password and short code, end own sessions",
        least=Role.CLERK,
        routes=(
            *("POST /sign-out", "POST /lock", "GET /me"),
            *("POST /me/password", "POST /me/pin", "POST /me/end"),
        ),
    ),
    Permit(
        what="Take along the record of what a label showed",
        least=Role.MANAGER,
        routes=("GET /proof/rows.csv",),
    ),
    Permit(
        what="Retire labels",
        least=Role.MANAGER,
        routes=tuple(_of_label("retire")),
    ),
    Permit(
        what="Decide about held prices, where that is not for central",
        least=Role.MANAGER,
        routes=(
            *("POST /holds/{number}/accept", "POST /holds/{number}/refuse"),
            *("POST /holds/prices/{source}/accept", "POST /holds/prices/{source}/refuse"),
            *("POST /api/v1/holds/{number}/accept", "POST /api/v1/holds/{number}/refuse"),
        ),
    ),
    Permit(
        what="Pause, resume and cancel waves",
        least=Role.MANAGER,
        routes=(
            *("GET /waves/{number}/cancel", "GET /api/v1/waves/{number}/cancel"),
            *(f"POST /waves/{{number}}/{deed}" for deed in ("pause", "resume", "cancel")),
            *(f"POST /api/v1/waves/{{number}}/{deed}" for deed in ("pause", "resume", "cancel")),
        ),
    ),
    Permit(
        what="Look after clerks and managers, and after shared devices",
        least=Role.MANAGER,
        routes=(
            *("GET /people", "POST /people/add", "POST /people/role", "POST /people/password"),
            *("POST /people/pin", "POST /people/badge", "POST /people/end", "POST /people/remove"),
            *("GET /shared-devices", "POST /shared-devices/add", "POST /shared-devices/remove"),
        ),
    ),
    Permit(
        what="Give and end tokens of devices and systems; look after administrators",
        least=Role.ADMINISTRATOR,
        routes=("GET /tokens", "POST /tokens/add", "POST /tokens/end"),
    ),
    Permit(
        what="Connect a central system, and disconnect it",
        least=Role.ADMINISTRATOR,
        routes=("GET /central", *(f"POST /central/{deed}" for deed in ("try", "keep", "end"))),
    ),
    Permit(
        what="Connect Shopify, and disconnect it",
        least=Role.ADMINISTRATOR,
        routes=("GET /shopify", *(f"POST /shopify/{deed}" for deed in ("try", "keep", "end"))),
    ),
    Permit(
        what="Restore a backup",
        least=Role.ADMINISTRATOR,
        routes=(
            "GET /restore",
            *(f"POST /restore/{deed}" for deed in ("upload", "look", "confirm", "forget")),
        ),
    ),
    Permit(
        what="Import files of the catalogue and of stock",
        least=Role.MANAGER,
        routes=("GET /import", "POST /import/look", "POST /import/take"),
    ),
    Permit(
        what="Compare the shelf with a price list of the till",
        least=Role.MANAGER,
        routes=(
            *("GET /till", "POST /till/compare", "GET /till/{number}"),
            *("GET /api/v1/till-checks", "POST /api/v1/till-checks"),
            "GET /api/v1/till-checks/{number}",
        ),
    ),
    Permit(
        what="Print the card of the box and the poster of the Wi-Fi",
        least=Role.MANAGER,
        routes=("GET /prints", "POST /prints"),
    ),
    Permit(
        what="Change the shop's settings, where they are not central's, and take them along",
        least=Role.MANAGER,
        routes=(*("GET /settings", "POST /settings", "GET /settings/file", "POST /settings/file"),),
    ),
    Permit(
        what="Put the list of first steps away",
        least=Role.MANAGER,
        routes=("POST /first-steps/put-away",),
    ),
    Permit(
        what="See and choose who outside is told of troubles, and send a test",
        least=Role.MANAGER,
        routes=(
            *("GET /notices", "GET /notices-now", "POST /notices/test", "POST /notices/add"),
            *("POST /notices/mail-server", "POST /notices/remove"),
        ),
    ),
    Permit(
        what="Check the box, and take backups along",
        least=Role.MANAGER,
        routes=(
            *("GET /doctor", "GET /doctor/now", "GET /api/v1/doctor"),
            *("GET /doctor/phone", "GET /doctor/phone/{token}", "GET /doctor/phone/{token}/now"),
            *("GET /backups", "GET /backups-now", "POST /backups/make", "POST /backups/download"),
        ),
    ),
)

_LEAST: Final[Mapping[str, Role]] = MappingProxyType(
    {route: permit.least for permit in PERMITS for route in permit.routes}
)
_RANKS: Final = tuple(Role)


def least(method: str, path: str) -> Role | None:
    """The least role for a route, its ``path`` with names in braces; None for one of no permit."""
    return _LEAST.get(f"{'GET' if method == 'HEAD' else method} {path}")


def may(role: Role, method: str, path: str) -> bool:
    """Whether somebody of ``role`` may use the route."""
    needed = least(method, path)
    return needed is not None and _RANKS.index(role) >= _RANKS.index(needed)


def may_look_after(by: Role, of: Role) -> bool:
    """Whether somebody of the role ``by`` may change accounts of the role ``of``."""
    return by is Role.ADMINISTRATOR or (by is Role.MANAGER and of is not Role.ADMINISTRATOR)


def table() -> Iterator[str]:
    """The table of docs/accounts.md, line by line."""
    yield "| what | clerk | manager | administrator |"
    yield "|---|---|---|---|"
    for permit in PERMITS:
        marks = ["yes" if _RANKS.index(one) >= _RANKS.index(permit.least) else "" for one in Role]
        yield f"| {permit.what} | {' | '.join(marks)} |"
