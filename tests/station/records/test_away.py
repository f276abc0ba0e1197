"""Patience with a server that is away."""

from __future__ import annotations

import threading
import time

import pytest

from station.errors import AwayError, StoreError
from station.records.away import Away


def fail(away: Away) -> None:
    with pytest.raises(AwayError, match="gone"), away.tried():
        raise AwayError("gone", "wait")


def test_one_call_in_a_while_tries_and_success_ends_it() -> None:
    """After a failure calls are refused without being made, then one is made."""
    away, made = Away(0.1), 0
    fail(away)
    with pytest.raises(AwayError, match="gone") as caught, away.tried():
        made += 1
    assert (made, caught.value.remedy) == (0, "wait")
    time.sleep(0.12)
    for _ in range(3):
        with away.tried():
            made += 1
    assert made == 3


def test_while_one_tries_the_others_are_refused() -> None:
    """A thread that waits for the network holds nobody else up."""
    away, trying, over = Away(0.05), threading.Event(), threading.Event()
    fail(away)
    time.sleep(0.07)

    def wait() -> None:
        with away.tried():
            trying.set()
            over.wait(5)

    waiting = threading.Thread(target=wait)
    waiting.start()
    trying.wait(5)
    time.sleep(0.07)
    with pytest.raises(AwayError), away.tried():
        pass
    over.set()
    waiting.join()
    with away.tried():
        pass


def test_any_other_refusal_is_an_answer() -> None:
    """A server that refuses a row is there."""
    away = Away(10)
    with pytest.raises(StoreError, match="no verdict"), away.tried():
        raise StoreError("no verdict", "")
    with away.tried():
        pass
