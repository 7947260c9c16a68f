from __future__ import annotations

from collections.abc import Mapping

import pytest

from gateway.domain.labels import LabelFacts
from gateway.render import samples, templates
from gateway.render.template import Template


@pytest.fixture(scope="session")
def bundled() -> Mapping[str, Template]:
    return templates.load_all(templates.BUNDLED)


@pytest.fixture(scope="session")
def bundled_samples(bundled: Mapping[str, Template]) -> Mapping[str, Mapping[str, LabelFacts]]:
    folder = templates.BUNDLED
    return {name: samples.load(folder / name / "sample.toml") for name in bundled}
