from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.label_life import Deed, Life, LifeError, after


@dataclass
class _Told:
    """A label told by other means than the table: what it is, and what it stands for."""

    ours: bool = False
    gone: bool = False
    bound: bool = False
    in_drawer: bool = False

    def do(self, deed: Deed) -> bool:
        """Whether it can be done; then it is."""
        if not self.ours:
            if deed is not Deed.ADOPT:
                return False
            self.ours, self.gone = True, False
            return True
        if deed is Deed.ADOPT or (deed is Deed.UNPARK) > self.in_drawer:
            return False
        if deed is Deed.UNBIND and self.in_drawer:
            return False
        self.bound = deed is Deed.BIND
        self.in_drawer = deed is Deed.PARK
        self.ours = deed is not Deed.RETIRE
        self.gone = deed is Deed.RETIRE
        return True

    @property
    def life(self) -> Life:
        if not self.ours:
            return Life.RETIRED if self.gone else Life.WAITING
        if self.in_drawer:
            return Life.PARKED
        return Life.BOUND if self.bound else Life.ADOPTED


@given(st.lists(st.sampled_from(Deed), max_size=30))
def test_any_deeds_in_any_order_lead_where_they_should(deeds: list[Deed]) -> None:
    told, life = _Told(), Life.WAITING
    for deed in deeds:
        before = life
        if told.do(deed):
            life = after(life, deed)
        else:
            with pytest.raises(LifeError, match=f"cannot {deed.value} a label that is"):
                after(life, deed)
        assert life is told.life
        assert life.is_driven is told.ours
        assert before.is_driven or life.is_driven or life is before, "only adopting wakes it"


@given(st.sampled_from(Life))
def test_every_label_that_is_driven_can_be_retired_and_adopted_again(life: Life) -> None:
    if life.is_driven:
        assert after(after(life, Deed.RETIRE), Deed.ADOPT) is Life.ADOPTED
