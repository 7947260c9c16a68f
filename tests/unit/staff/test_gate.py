from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

import gateway
from gateway.clock import ShiftedClock
from gateway.ops.backup_disks import System
from gateway.ops.backup_restoring import Restoring
from gateway.ops.backup_service import Backups
from gateway.staff import permits
from gateway.staff.site import PUBLIC
from gateway.store import labels
from gateway.store.database import Database
from gateway.store.people import Role
from tests.support import settings as make_settings
from tests.support import staffed
from tests.support.staffed import Staffed

_ANSWERS = {
    "label": "L000",
    "name": "ab" * 32 + ".png",
    "number": "1",
    "product": "tote",
    "ref": "0123456789ab",
    "deed": "accept",
    "source": "central",
    "token": "0123456789abcdef",
}
CHANGING = (
    *(("POST", path) for path in ("/sign-out", "/lock", "/me/password", "/me/pin", "/me/end")),
    *(
        ("POST", f"/people/{deed}")
        for deed in ("add", "role", "password", "pin", "badge", "end", "remove")
    ),
    *(
        ("POST", path)
        for path in (
            "/shared-devices/add",
            "/shared-devices/remove",
            "/tokens/add",
            "/tokens/end",
            "/first-steps/put-away",
            *("/check-walk", "/check-walk/mend", "/check-walk/begin"),
            "/import/look",
            "/import/take",
            "/prints",
            "/settings",
            "/settings/file",
            *(f"/notices/{deed}" for deed in ("test", "add", "mail-server", "remove")),
            "/opening-checks",
            "/api/v1/opening-checks",
            "/till/compare",
            "/api/v1/till-checks",
            *(f"/shopify/{deed}" for deed in ("try", "keep", "end")),
            *(f"/central/{deed}" for deed in ("try", "keep", "end")),
        )
    ),
    ("POST", "/labels/L000/bind"),
    ("POST", "/labels/L000/unbind"),
    ("POST", "/labels/L000/send-again"),
    ("POST", "/bind"),
    ("POST", "/bind/undo"),
    ("PUT", "/api/v1/labels/L000/binding"),
    ("DELETE", "/api/v1/labels/L000/binding"),
    ("PUT", "/api/v1/prices/tote/withdrawn"),
    ("DELETE", "/api/v1/prices/tote/withdrawn"),
    ("POST", "/labels/L000/withdraw-price"),
    ("POST", "/labels/L000/price-back"),
    ("POST", "/holds/1/accept"),
    ("POST", "/holds/1/refuse"),
    ("POST", "/holds/prices/central/accept"),
    ("POST", "/holds/prices/central/refuse"),
    ("POST", "/api/v1/holds/1/accept"),
    ("POST", "/api/v1/holds/1/refuse"),
    ("POST", "/api/v1/labels/L000/send-again"),
    *(
        ("POST", f"{prefix}/labels/L000/{word}")
        for prefix in ("", "/api/v1")
        for word in (
            "park",
            "unpark",
            "replace",
            "retire",
            "flash",
            "card",
            "card/seen",
            "take-back",
            "taken-down",
        )
    ),
    *(
        ("POST", f"{prefix}/new-labels/L000/{word}")
        for prefix in ("", "/api/v1")
        for word in ("adopt", "flash")
    ),
    ("POST", "/new-labels/codes"),
    ("POST", "/api/v1/new-labels/adopt"),
    ("POST", "/labels/L000/alias"),
    ("PUT", "/api/v1/labels/L000/alias"),
    ("POST", "/labels/L000/card/done"),
    ("POST", "/labels/L000/card/end"),
    ("DELETE", "/api/v1/labels/L000/card"),
    *(
        ("POST", f"{prefix}/requests/{path}")
        for prefix in ("", "/api/v1")
        for path in ("0123456789ab/accept", "pause", "resume")
    ),
    *(("POST", f"/waves/1/{word}") for word in ("pause", "resume", "cancel")),
    *(("POST", f"/api/v1/waves/1/{word}") for word in ("pause", "resume", "cancel")),
)


def _routes(staff: Staffed) -> list[tuple[str, str]]:
    """Every (method, path) of the site, however it was added."""
    return [(method, path.format(**_ANSWERS)) for method, path in _walk(staff.site.api.routes)]


def _walk(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _walk(included.routes)
        elif isinstance(route, Mount):
            assert route.path == "/static"
        else:
            assert isinstance(route, APIRoute), f"this test does not know what {route} is"
            for method in sorted(route.methods or ()):
                yield method, route.path


async def test_every_route_belongs_to_a_permit(
    tmp_path: Path, database: Database, clock: ShiftedClock
) -> None:
    settings = make_settings.make(tmp_path, backup={"mounts": ["/nowhere"]})
    restoring = Restoring(settings, clock, asyncio.Event(), system=System())
    backups = Backups(database, clock, settings, restoring, system=System())
    with_all = staffed.make(database, clock, tmp_path, backups=backups)
    served = set(_walk(with_all.site.api.routes))
    public = {("GET", "/healthz"), ("GET", "/signed-in")} | {
        (method, path)
        for method in ("GET", "POST")
        for path in ("/sign-in", "/unlock", "/enrol", "/set-up")
    }
    listed = [tuple(one.split(" ")) for permit in permits.PERMITS for one in permit.routes]
    assert set(listed) == served - public
    assert len(listed) == len(set(listed)), "a route is of one permit"


def test_the_documented_table_is_the_one_in_force() -> None:
    page = (Path(gateway.__file__).parents[1] / "docs" / "accounts.md").read_text()
    assert "\n".join(permits.table()) in page


def test_a_route_of_no_permit_is_for_nobody() -> None:
    assert permits.least("GET", "/nowhere") is None
    assert not permits.may(Role.ADMINISTRATOR, "GET", "/nowhere")
    assert permits.may(Role.CLERK, "HEAD", "/labels")
    assert not permits.may(Role.CLERK, "POST", "/labels/{label}/retire")
    assert permits.may(Role.MANAGER, "POST", "/labels/{label}/retire")


async def test_every_route_but_signing_in_asks_for_a_session(shelf: Staffed) -> None:
    routes = _routes(shelf)
    assert len(routes) > 20
    async with shelf.client() as client:
        for method, path in routes:
            answer = await client.request(method, path)
            if path in PUBLIC:
                assert not answer.headers.get("Location", "").startswith("/sign-in?next=")
            else:
                assert answer.status_code in {303, 401}, (method, path)
                if answer.status_code == 303:
                    assert answer.headers["Location"].startswith("/sign-in?next="), (method, path)
                assert "jeans" not in answer.text.lower()


async def test_the_list_of_changing_routes_is_complete(staff: Staffed) -> None:
    changing = {(method, path) for method, path in _routes(staff) if method != "GET"}
    public = {("POST", path) for path in PUBLIC}
    assert changing - public == set(CHANGING)


async def test_nothing_changes_without_the_right_token(shelf: Staffed) -> None:
    before = await _bindings(shelf)
    async with shelf.signed_in() as client:
        del client.headers["X-CSRF-Token"]
        for token in (None, "", "wrong", "ñ"):
            form = {} if token is None else {"csrf": token}
            data = {**form, "product": "tote", "label": "L000", "article": "tote", "replace": "yes"}
            for method, path in CHANGING:
                answer = await client.request(method, path, data=data)
                assert answer.status_code == 403, (method, path, token)
        for method, path in CHANGING:
            answer = await client.request(
                method, path, json={"product": "tote"}, headers={"X-CSRF-Token": "no"}
            )
            assert answer.status_code == 403, (method, path)
        assert (await client.get("/labels")).status_code == 200
    assert await _bindings(shelf) == before


async def test_nothing_changes_from_another_site(shelf: Staffed) -> None:
    before = await _bindings(shelf)
    foreign = [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://staff.test:99"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ]
    async with shelf.signed_in() as client:
        for headers in foreign:
            for method, path in CHANGING:
                answer = await client.request(
                    method, path, data={"product": "tote"}, headers=headers
                )
                assert answer.status_code == 403, (method, path, headers)
    assert await _bindings(shelf) == before


async def test_a_token_of_another_session_is_refused(shelf: Staffed) -> None:
    async with shelf.signed_in() as one, shelf.signed_in() as other:
        one.headers["X-CSRF-Token"] = other.headers["X-CSRF-Token"]
        assert (await one.post("/labels/L000/unbind")).status_code == 403


async def test_our_own_pages_may_change_things(shelf: Staffed) -> None:
    own = {"Origin": "http://staff.test", "Sec-Fetch-Site": "same-origin"}
    async with shelf.signed_in() as client:
        token = client.headers.pop("X-CSRF-Token")
        answer = await client.post("/labels/L000/unbind", data={"csrf": token}, headers=own)
        assert answer.headers["Location"] == "/labels/L000?did=unbound"


async def test_answers_carry_our_headers_and_are_kept_nowhere(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        for path in ("/", "/labels", "/labels/L000", "/bind", "/sign-in", "/nowhere"):
            headers = (await client.get(path, follow_redirects=True)).headers
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            policy = headers["Content-Security-Policy"]
            if path == "/bind":  # reads codes with WebAssembly
                policy = policy.replace("script-src 'self' 'wasm-unsafe-eval';", "")
            assert "unsafe" not in policy
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cache-Control"] == "no-store"


async def test_no_page_holds_script_or_style_of_its_own(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        for path in ("/", "/labels", "/labels/L000", "/labels/L000/bind?q=jeans", "/bind"):
            page = (await client.get(path)).text
            assert " style=" not in page
            assert "<style" not in page
            assert " onclick" not in page
            assert (
                page.count("<script src=") == page.count("<script") == (3 if path == "/bind" else 2)
            )


async def test_a_program_hears_that_it_must_sign_in(shelf: Staffed) -> None:
    async with shelf.client() as client:
        answer = await client.get("/api/v1/labels")
        assert answer.status_code == 401
        assert answer.json()["code"] == "sign_in"
        partial = await client.get("/labels", headers={"HX-Request": "true"})
        assert (partial.status_code, partial.headers["HX-Redirect"]) == (401, "/sign-in")


async def test_language_by_browser_address_and_memory(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        assert 'lang="es"' in (await client.get("/labels")).text
        chosen = await client.get("/labels?lang=en")
        assert 'lang="en"' in chosen.text
        assert "Should show" in chosen.text
        assert "Should show" in (await client.get("/labels")).text
        lost = (await client.get("/nowhere")).text
        assert "There is nothing here" in lost
        assert "Scan the code again" not in lost, "that is for shoppers"
        assert "Go to Today" in lost
        assert 'href="/labels"' in lost, "who is signed in keeps the ways through the site"
        client.cookies.set("anaquel-language", "xx\r\n", domain="staff.test")
        assert (await client.get("/labels")).status_code == 200


async def _bindings(staff: Staffed) -> list[object]:
    return await staff.database.read(
        lambda connection: [labels.binding(connection, f"L{number:03d}") for number in range(7)]
    )
