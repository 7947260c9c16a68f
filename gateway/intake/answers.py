"""How the machine interface says no: problems for programs (RFC 9457), described in OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from gateway.intake.messages import Fault

RETRY_AFTER_S: Final = 30
_MEDIA_TYPE = "application/problem+json"


class FaultyPart(BaseModel):
    """What is wrong, and where in the body."""

    where: str
    what: str


class Problem(BaseModel):
    """Why the request was not carried out, and what to do (RFC 9457); ``code`` is for programs."""

    title: str
    status: int
    detail: str
    code: str
    faults: list[FaultyPart] = []


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        code: str,
        faults: Sequence[Fault] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.code = code
        self.faults = faults

    def response(self) -> Response:
        """The answer."""
        problem = Problem(
            title=self.title,
            status=self.status,
            detail=str(self),
            code=self.code,
            faults=[FaultyPart(where=fault.where, what=fault.what) for fault in self.faults],
        )
        headers = {
            401: {"WWW-Authenticate": "Bearer"},
            503: {"Retry-After": str(RETRY_AFTER_S)},
        }.get(self.status)
        return JSONResponse(
            problem.model_dump(), self.status, headers=headers, media_type=_MEDIA_TYPE
        )


def described(problems: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """The problems of a route for OpenAPI, by status."""
    schema = Problem.model_json_schema()
    # In place: a reference into the schema's own definitions leads nowhere in OpenAPI.
    del schema["$defs"]
    schema["properties"]["faults"]["items"] = FaultyPart.model_json_schema()
    content = {_MEDIA_TYPE: {"schema": schema}}
    return {status: {"description": what, "content": content} for status, what in problems.items()}
