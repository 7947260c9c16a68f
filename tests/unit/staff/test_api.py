from __future__ import annotations

from typing import Any

from gateway.domain.labels import Target
from gateway.store import labels
from tests.support.staffed import Staffed


async def _put(staff: Staffed, label: str, body: Any) -> tuple[int, Any]:
    async with staff.signed_in() as client:
        answer = await client.put(f"/api/v1/labels/{label}/binding", json=body)
        return answer.status_code, answer.json()


async def test_a_label_as_programs_see_it(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        answer = (await client.get("/api/v1/labels/L001")).json()
        page = (await client.get("/api/v1/labels?limit=2&offset=2")).json()
        failed = (await client.get("/api/v1/labels?state=failed")).json()
    assert answer["binding"] == {"product": None, "group": "jeans-alba", "where": {"color": "navy"}}
    assert answer["standing"] == "queued"
    assert answer["wished"] != answer["shown"]
    assert answer["delivery"]["state"] == "queued"
    assert answer["panel"]["inks"] == ["white", "black", "red"]
    assert page["total"] == 7
    assert [one["id"] for one in page["labels"]] == ["L002", "L003"]
    assert [one["standing"] for one in failed["labels"]] == ["failed"]


async def test_bind_and_unbind(shelf: Staffed) -> None:
    body = {"group": "jeans-alba", "where": {"color": "ecru"}}
    status, answer = await _put(shelf, "L006", body)
    assert (status, answer["binding"]["where"]) == (200, {"color": "ecru"})
    bound = await shelf.database.read(lambda connection: labels.binding(connection, "L006"))
    assert bound is not None
    assert (bound.target, bound.bound_by) == (
        Target(group="jeans-alba", where={"color": "ecru"}),
        "Ana",
    )
    async with shelf.signed_in() as client:
        answer = (await client.delete("/api/v1/labels/L006/binding")).json()
    assert answer["binding"] is None


async def test_what_cannot_be_bound_is_refused_with_a_code(shelf: Staffed) -> None:
    cases: list[tuple[str, Any, int, str]] = [
        ("L006", {"product": "nope"}, 422, "unknown_product"),
        ("L006", {"group": "nope"}, 422, "unknown_group"),
        ("NONE", {"product": "tote"}, 404, "unknown_label"),
        ("L006", {}, 422, "http_422"),
        ("L006", {"product": "tote", "group": "chino"}, 422, "http_422"),
        ("L006", {"product": "tote", "where": {"size": "1"}}, 422, "http_422"),
        ("L006", {"product": "a/b"}, 422, "http_422"),
        ("L006", {"product": "tote", "more": 1}, 422, "http_422"),
        ("L006", {"group": "chino", "where": {str(n): "x" for n in range(9)}}, 422, "http_422"),
        ("L006", [], 422, "http_422"),
        ("L006", "{", 422, "http_422"),
    ]
    async with shelf.signed_in() as client:
        for label, body, status, code in cases:
            answer = await client.put(f"/api/v1/labels/{label}/binding", json=body)
            assert (answer.status_code, answer.json()["code"]) == (status, code), body
        broken = await client.put(
            "/api/v1/labels/L006/binding",
            content=b"{",
            headers={"Content-Type": "application/json"},
        )
        assert broken.status_code == 422


async def test_the_description_is_for_signed_in_people_and_names_everything(
    shelf: Staffed,
) -> None:
    async with shelf.client() as client:
        assert (await client.get("/api/v1/openapi.json")).status_code == 401
        assert (await client.get("/openapi.json")).status_code == 404
    async with shelf.signed_in() as client:
        described = (await client.get("/api/v1/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        "/api/v1/session",
        "/api/v1/doctor",
        "/api/v1/requests",
        "/api/v1/requests/pause",
        "/api/v1/requests/resume",
        "/api/v1/requests/{ref}/{deed}",
        "/api/v1/labels",
        "/api/v1/labels/{label}",
        "/api/v1/labels/{label}/binding",
        "/api/v1/prices/{product}/shown",
        "/api/v1/prices/{product}/withdrawn",
        "/api/v1/labels/{label}/send-again",
        "/api/v1/labels/{label}/alias",
        "/api/v1/labels/{label}/card",
        "/api/v1/labels/{label}/card/seen",
        "/api/v1/labels/{label}/flash",
        "/api/v1/labels/{label}/park",
        "/api/v1/labels/{label}/replace",
        "/api/v1/labels/{label}/retire",
        "/api/v1/labels/{label}/unpark",
        "/api/v1/labels/{label}/take-back",
        "/api/v1/labels/{label}/taken-down",
        "/api/v1/retired-labels",
        "/api/v1/opening-checks",
        "/api/v1/opening-checks/{number}",
        "/api/v1/till-checks",
        "/api/v1/till-checks/{number}",
        "/api/v1/new-labels",
        "/api/v1/new-labels/adopt",
        "/api/v1/new-labels/{label}/adopt",
        "/api/v1/new-labels/{label}/flash",
        "/api/v1/waves",
        "/api/v1/waves/{number}",
        "/api/v1/waves/{number}/pause",
        "/api/v1/waves/{number}/resume",
        "/api/v1/waves/{number}/cancel",
        "/api/v1/forecast",
        "/api/v1/forecast/scheduled",
        "/api/v1/holds",
        "/api/v1/holds/{number}",
        "/api/v1/holds/{number}/accept",
        "/api/v1/holds/{number}/refuse",
    }
