"""The sections ``[access_points.NAME]``: boxes and servers in the shop that speak to labels."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, model_validator

from gateway.settings.shapes import Section, shaped

_HOST = r"([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9a-fA-F:]{2,39}\])"


def _without_slash(url: str) -> str:
    return url.rstrip("/")


PointAddress = Annotated[
    str,
    shaped(
        rf"https?://{_HOST}(:\d{{1,5}})?(/[A-Za-z0-9._~/-]*)?",
        'write its address with http:// or https:// before it, like "http://192.168.1.50"',
    ),
    AfterValidator(_without_slash),
]


FamilyName = Annotated[
    str,
    shaped(
        "[a-z][a-z0-9_]{1,31}",
        'write "openepaperlink", "hanshow", or one that you installed',
    ),
]


class AccessPointSection(Section):
    """One of them."""

    family: FamilyName
    url: PointAddress
    reached_at: PointAddress | None = None

    @model_validator(mode="after")
    def _calls_back(self) -> AccessPointSection:
        if self.family == "openepaperlink" and self.reached_at is not None:
            raise ValueError("reached_at is not for openepaperlink; remove it")
        return self

    @property
    def options(self) -> dict[str, str]:
        """What is the family's own."""
        return {} if self.reached_at is None else {"reached_at": self.reached_at}
