"""A PostgreSQL server that goes away and comes back: nobody waits twice for it, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.contracts import Store
from station.errors import AwayError
from station.stores import postgresql
from station.types import Verdict
from tests.station.postgres import Postgres, postgres

VerdictOf = Callable[..., Verdict]
AT_ONCE_S = 0.25
TIMEOUT_S, RETRY_S = 1.0, 0.5


@pytest.fixture(scope="module")
def shaky() -> Iterator[Postgres]:
    """A server of this file's own, to be switched off."""
    with postgres() as running:
        yield running


@pytest.fixture
def store(shaky: Postgres, tmp_path: Path) -> Iterator[Store]:
    settings = shaky.settings(shaky.database(), timeout_s=TIMEOUT_S, retry_s=RETRY_S)
    opened = postgresql.build(settings, tmp_path, writer="stand-1")
    yield opened
    opened.close()


def refused(store: Store, verdict: Verdict) -> float:
    """Seconds until an addition is refused because nobody answers."""
    begun = time.monotonic()
    with pytest.raises(AwayError, match="do not answer") as caught:
        store.add(verdict, "stand-1")
    assert "nothing is lost" in caught.value.remedy
    return time.monotonic() - begun


def until_back(store: Store, verdict: Verdict) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            store.add(verdict, "stand-1")
        except AwayError:
            assert time.monotonic() < end
            time.sleep(0.05)
        else:
            return


def test_a_server_that_was_switched_off_is_told_and_found_again(
    shaky: Postgres, store: Store, verdict_of: VerdictOf
) -> None:
    """What was told to be recorded is there after it; what was refused is taken then, once."""
    store.add(verdict_of(1), "stand-1")
    shaky.stop()
    refused(store, verdict_of(2))
    assert refused(store, verdict_of(2)) < AT_ONCE_S
    shaky.start()
    until_back(store, verdict_of(2))
    assert store.add(verdict_of(2), "stand-1") is None
    assert [record.sequence for record in store.since(0)] == [1, 2]


def test_a_server_that_does_not_answer_is_not_waited_for_twice(
    shaky: Postgres, store: Store, verdict_of: VerdictOf
) -> None:
    """As when the cable is cut: the first call waits its time, those after it are refused at once, one in a while
    tries again; with the cable in again nothing is missing and nothing there twice."""
    store.add(verdict_of(1), "stand-1")
    shaky.freeze()
    try:
        assert refused(store, verdict_of(2)) < 3 * TIMEOUT_S
        quick = [refused(store, verdict_of(2)) for _ in range(5)]
        assert max(quick) < AT_ONCE_S
        time.sleep(RETRY_S)
        assert TIMEOUT_S / 2 < refused(store, verdict_of(2)) < 3 * TIMEOUT_S
    finally:
        shaky.thaw()
    until_back(store, verdict_of(2))
    until_back(store, verdict_of(3))
    assert [record.verdict.specimen for record in store.since(0)] == [(f"E{n:08}",) for n in (1, 2, 3)]


def test_a_connection_that_broke_while_nobody_used_it_costs_nothing(
    shaky: Postgres, store: Store, verdict_of: VerdictOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server was started anew over night: the first sheet of the day is recorded as if nothing had been."""
    monkeypatch.setattr(postgresql, "IDLE_S", 0.0)
    store.add(verdict_of(1), "stand-1")
    shaky.stop()
    shaky.start()
    assert store.add(verdict_of(2), "stand-1") is not None
    assert store.count() == 2


def test_nobody_is_found_at_the_start(shaky: Postgres, tmp_path: Path) -> None:
    """It is said within the time, as something to wait for."""
    settings = shaky.settings("any", port=1, timeout_s=TIMEOUT_S)
    begun = time.monotonic()
    with pytest.raises(AwayError):
        postgresql.build(settings, tmp_path, writer="stand-1")
    assert time.monotonic() - begun < 5
