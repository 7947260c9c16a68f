"""Which of the forms that a family makes a label takes, and the picture in one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from device_drivers.api.drivers import Described, Picture


def taken(label: Described, makes: Iterable[str]) -> list[str]:
    """Those of the formats ``makes`` that the label takes: all, where it names none.

    Raises ``ValueError`` when it takes none of them.
    """
    made = list(makes)
    found = [one for one in made if not label.formats or one in label.formats]
    if not found:
        takes = ", ".join(label.formats)
        raise ValueError(f"the label takes {takes}; this gateway makes {', '.join(made)}")
    return found


def shortest(label: Described, forms: Mapping[str, bytes]) -> Picture:
    """The shortest of ``forms`` (bytes by format) that the label takes. Raises ``ValueError``."""
    best = min(taken(label, forms), key=lambda one: len(forms[one]))
    return picture(best, forms[best])


def picture(format_: str, data: bytes) -> Picture:
    """The picture that these bytes are, under their hash."""
    return Picture(format=format_, data=data, sha256=hashlib.sha256(data).hexdigest())
