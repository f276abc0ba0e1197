"""Several stations that write into the same records, run on every store in the drawer."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from station.contracts import Store
from station.records import tallies
from station.types import Action, Decision, Pulse, Verdict

VerdictOf = Callable[..., Verdict]


def decision(capture_id: str) -> Decision:
    return Decision(capture_id, Action.RETAKE, "Ada", "", "", datetime.now(UTC))


def test_every_station_has_a_pulse_and_a_last_record_of_its_own(store: Store, verdict_of: VerdictOf) -> None:
    """Two stations that write into the same records are told apart, by name."""
    assert (store.pulses(), store.stands()) == ((), ())
    for number, name in enumerate(("stand-2", "stand-1", "stand-2")):
        assert store.add(verdict_of(number), name) is not None
        store.pulse(Pulse(datetime.now(UTC), name, waiting=number))
    assert [(pulse.station, pulse.waiting) for pulse in store.pulses()] == [("stand-1", 1), ("stand-2", 2)]
    assert [(stand.station, stand.sequence) for stand in store.stands()] == [("stand-1", 2), ("stand-2", 3)]


def test_each_station_asks_for_its_own(store: Store, verdict_of: VerdictOf) -> None:
    """Records, words and signs of life of one station do not hold the others', and numbers go up over all."""
    for number, name in enumerate(("stand-1", "stand-2", "stand-1", "stand-2")):
        added = store.add(verdict_of(number), name)
        assert added is not None
        store.decide(decision(added.verdict.capture.id))
    store.pulse(Pulse(datetime.now(UTC), "stand-2"))
    assert [(record.sequence, record.station) for record in store.latest(9, "stand-1")] == [
        (3, "stand-1"),
        (1, "stand-1"),
    ]
    assert [record.sequence for record in store.since(2, station="stand-2")] == [4]
    assert [number for number, _ in store.decided_since(0, station="stand-2")] == [2, 4]
    assert len(store.latest()) == len(store.decided_since(0)) == 4
    assert store.last_pulse("stand-1") is None
    assert store.last_pulse("stand-2") == store.last_pulse()


def test_the_newest_picture_of_each_rig_is_kept(store: Store, verdict_of: VerdictOf) -> None:
    """For walls on other computers; a capture without a picture leaves none, for the one before would be wrong."""
    store.add(verdict_of(1), "stand-1", b"first")
    store.add(verdict_of(2), "stand-2", b"other")
    store.add(verdict_of(3), "stand-1", b"second")
    assert [stand.pictured for stand in store.stands()] == [True, True]
    assert store.ask(partial(tallies.thumb, station="stand-1", rig="stand-1")) == b"second"
    store.add(verdict_of(4), "stand-1")
    assert [stand.pictured for stand in store.stands()] == [False, True]
    assert store.ask(partial(tallies.thumb, station="stand-1", rig="nobody")) is None


def test_a_file_of_one_station_is_not_known_at_another(store: Store, verdict_of: VerdictOf) -> None:
    """Two cameras count from DSC_0001: same path, size and time, and yet two photographs."""
    path = Path("/inbox/DSC_0001.TIF")
    first = verdict_of(1, path)
    second = replace(verdict_of(2, path), capture=replace(verdict_of(2, path).capture, stamp=first.capture.stamp))
    store.add(first, "stand-1")
    assert not store.knows(os.fsencode(path), second.capture.stamp, "stand-2")
    assert store.add(second, "stand-2") is not None
    for station in ("stand-1", "stand-2"):
        assert store.knows(os.fsencode(path), first.capture.stamp, station)
