from __future__ import annotations

from gateway.domain.events import Ack, Lane, Outcome
from gateway.events.uplink import Load, Loaded, Send, Uplink, Wait

EPOCH = 7


def batch(first: int, last: int, epoch: int = EPOCH) -> Loaded:
    return Loaded(epoch=epoch, first_seq=first, last_seq=last, payload=f"{first}-{last}".encode())


def ack(lane: Lane, through: int, epoch: int = EPOCH) -> Ack:
    return Ack(lane=lane, epoch=epoch, through_seq=through)


def load(uplink: Uplink, now: float, lane: Lane, loaded: Loaded | None) -> None:
    assert uplink.next_action(now) == Load(lane=lane)
    uplink.loading(lane)
    uplink.loaded(lane, loaded)


def idle(*, ack_s: float = 30.0) -> Uplink:
    uplink = Uplink(ack_s=ack_s)
    for lane in Lane:
        load(uplink, 0.0, lane, None)
    assert uplink.next_action(0.0) == Wait(until=None)
    return uplink


def test_every_lane_is_looked_at_once_at_the_start() -> None:
    idle()


def test_one_batch_of_a_lane_is_on_its_way_until_its_ack() -> None:
    uplink = idle()
    uplink.appended(Lane.SCAN)
    load(uplink, 1.0, Lane.SCAN, batch(1, 5))
    assert uplink.next_action(1.0) == Send(lane=Lane.SCAN, payload=b"1-5")
    uplink.appended(Lane.SCAN)
    assert uplink.next_action(2.0) == Wait(until=31.0)

    uplink.acknowledged(ack(Lane.SCAN, 5), Outcome.PASSED, 3.0)

    assert uplink.next_action(3.0) == Load(lane=Lane.SCAN)


def test_without_an_ack_the_same_batch_goes_again() -> None:
    uplink = idle()
    uplink.appended(Lane.KEEP)
    load(uplink, 0.0, Lane.KEEP, batch(1, 5))
    first = uplink.next_action(0.0)
    assert uplink.next_action(29.9) == Wait(until=30.0)
    assert uplink.next_action(30.0) == first


def test_a_new_connection_sends_at_once_what_is_on_its_way() -> None:
    uplink = idle()
    uplink.appended(Lane.KEEP)
    load(uplink, 0.0, Lane.KEEP, batch(1, 5))
    first = uplink.next_action(0.0)
    uplink.connected()
    assert uplink.next_action(1.0) == first


def test_the_higher_lane_is_served_first() -> None:
    uplink = idle()
    uplink.appended(Lane.TELEMETRY)
    uplink.appended(Lane.KEEP)
    load(uplink, 0.0, Lane.KEEP, batch(1, 5))
    assert uplink.next_action(0.0) == Send(lane=Lane.KEEP, payload=b"1-5")
    load(uplink, 0.0, Lane.TELEMETRY, batch(1, 2))
    uplink.acknowledged(ack(Lane.KEEP, 5), Outcome.PASSED, 0.0)
    assert uplink.next_action(0.0) == Load(lane=Lane.KEEP)


def test_an_ack_of_a_part_reads_what_remains() -> None:
    uplink = idle()
    uplink.appended(Lane.KEEP)
    load(uplink, 0.0, Lane.KEEP, batch(1, 5))
    uplink.next_action(0.0)
    uplink.acknowledged(ack(Lane.KEEP, 3), Outcome.PASSED, 1.0)
    load(uplink, 1.0, Lane.KEEP, batch(4, 5))
    assert uplink.next_action(1.0) == Send(lane=Lane.KEEP, payload=b"4-5")


def test_an_ack_without_progress_waits_for_its_time() -> None:
    uplink = idle()
    uplink.appended(Lane.KEEP)
    load(uplink, 0.0, Lane.KEEP, batch(6, 9))
    uplink.next_action(0.0)
    uplink.acknowledged(ack(Lane.KEEP, 5), Outcome.OLD, 1.0)
    assert uplink.next_action(1.0) == Wait(until=30.0)


def test_a_late_ack_of_an_old_epoch_confirms_nothing() -> None:
    uplink = idle()
    uplink.appended(Lane.KEEP)
    load(uplink, 0.0, Lane.KEEP, batch(1, 5))
    uplink.next_action(0.0)
    uplink.acknowledged(ack(Lane.KEEP, 5, EPOCH - 1), Outcome.OTHER_EPOCH, 1.0)
    assert uplink.next_action(1.0) == Wait(until=30.0)


def test_a_batch_read_in_an_epoch_that_ended_meanwhile_is_read_again() -> None:
    uplink = idle()
    uplink.appended(Lane.KEEP)
    load(uplink, 0.0, Lane.KEEP, batch(1, 5))
    uplink.next_action(0.0)
    uplink.acknowledged(ack(Lane.KEEP, 5), Outcome.OTHER_EPOCH, 1.0)
    assert uplink.next_action(1.0) == Load(lane=Lane.KEEP)


def test_a_central_that_confirms_nonsense_does_not_make_us_spin() -> None:
    uplink = idle()
    uplink.appended(Lane.KEEP)
    load(uplink, 0.0, Lane.KEEP, batch(1, 5))
    uplink.next_action(0.0)
    uplink.acknowledged(ack(Lane.KEEP, 99), Outcome.NEW_EPOCH, 1.0)
    assert uplink.next_action(1.0) == Wait(until=31.0)
    assert uplink.next_action(31.0) == Load(lane=Lane.KEEP)


def test_an_event_stored_while_the_lane_is_read_is_not_forgotten() -> None:
    uplink = idle()
    uplink.appended(Lane.KEEP)
    assert uplink.next_action(0.0) == Load(lane=Lane.KEEP)
    uplink.loading(Lane.KEEP)
    uplink.appended(Lane.KEEP)
    uplink.loaded(Lane.KEEP, None)
    assert uplink.next_action(0.0) == Load(lane=Lane.KEEP)
