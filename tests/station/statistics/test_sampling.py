"""The switching rules, over every state that can be reached."""

from __future__ import annotations

from collections import deque
from itertools import product

from station.statistics.sampling import LOT, PLANS, Level, State, after, mended, replayed

FAULTS = (0, 1, 2, 3)
"""Enough to tell all plans' answers apart: the largest acceptance number is 2."""


def reachable() -> dict[State, set[State]]:
    """Every state from the first one, with what may follow it."""
    found: dict[State, set[State]] = {}
    waiting = deque([State()])
    while waiting:
        state = waiting.popleft()
        if state not in found:
            found[state] = {after(state, f, irregular=i) for f, i in product(FAULTS, (False, True))} | {mended(state)}
            waiting.extend(found[state])
    return found


def test_every_level_is_reached_and_left_and_their_number_is_finite() -> None:
    """No dead code as in products whose reduced level can never come; no level is a trap, nothing grows for ever."""
    found = reachable()
    assert {state.level for state in found} == set(Level)
    for level in Level:
        assert any(s.level is level and any(n.level is not level for n in after_) for s, after_ in found.items())
    assert len(found) < 500


def test_only_the_changes_of_the_standard_happen() -> None:
    """Its diagram has six arrows."""
    changes = {(s.level, n.level) for s, after_ in reachable().items() for n in after_ if n.level is not s.level}
    assert changes == {
        (Level.NORMAL, Level.TIGHTENED),
        (Level.TIGHTENED, Level.NORMAL),
        (Level.NORMAL, Level.REDUCED),
        (Level.REDUCED, Level.NORMAL),
        (Level.TIGHTENED, Level.STOPPED),
        (Level.STOPPED, Level.TIGHTENED),
    }


def run(faults: list[int], state: State | None = None) -> State:
    for found in faults:
        state = after(state or State(), found)
    assert state is not None
    return state


def test_two_of_five_refused_lots_tighten() -> None:
    """Any two within five; two that are farther apart do not."""
    for first in range(4):
        lots = [0, 0, 0, 0, 3]
        lots[first] = 3
        assert run(lots).level is Level.TIGHTENED, lots
    assert run([3, 0, 0, 0, 0, 3]).level is Level.NORMAL


def test_five_accepted_lots_in_a_row_bring_back_to_normal() -> None:
    """Four do not; a refused one begins the count anew."""
    tight = State(Level.TIGHTENED)
    assert run([0] * 4, tight).level is Level.TIGHTENED
    assert run([1] * 5, tight) == State(Level.NORMAL)
    assert run([0, 0, 0, 0, 2, 0, 0, 0, 0], tight).level is Level.TIGHTENED


def test_five_refused_lots_stop_the_line_until_it_is_mended() -> None:
    """In total, not in a row; then only a person's word goes on."""
    stopped = run([2, 0, 2, 0, 2, 0, 2, 0, 2], State(Level.TIGHTENED))
    assert stopped.level is Level.STOPPED
    assert run([0] * 20, stopped) == stopped
    assert mended(stopped) == State(Level.TIGHTENED)
    assert mended(State()) == State()


def test_ten_almost_faultless_lots_reduce_and_one_refused_lot_ends_it() -> None:
    """Ten scores of three; two faults are accepted but score nothing; irregular work ends it, too."""
    assert run([0, 1] * 5) == State(Level.REDUCED)
    assert run([0] * 9).level is Level.NORMAL
    assert run([0] * 9 + [2] + [0] * 9).level is Level.NORMAL
    reduced = State(Level.REDUCED)
    assert run([1] * 50, reduced) == reduced
    assert run([2], reduced) == State(Level.NORMAL)
    assert after(reduced, 0, irregular=True) == State(Level.NORMAL)


def test_the_plans_are_in_order() -> None:
    """Tightened accepts less of the same sample than normal, reduced looks at fewer, stopped at all."""
    normal, tight, reduced = (PLANS[level] for level in (Level.NORMAL, Level.TIGHTENED, Level.REDUCED))
    assert tight.sample == normal.sample
    assert tight.accept < normal.accept
    assert reduced.sample < normal.sample
    assert PLANS[Level.STOPPED].sample == LOT


def test_a_history_leads_where_its_lots_lead_one_by_one() -> None:
    """Ten good lots reduce, a bad one of a reduced line returns to normal, five refused ones stop, mending goes on."""
    good, bad = (0, False, False), (9, False, False)
    assert replayed([]) == State()
    assert replayed([good] * 10).level is Level.REDUCED
    assert replayed([good] * 10 + [(0, True, False)]).level is Level.NORMAL
    assert replayed([bad] * 2).level is Level.TIGHTENED
    assert replayed([bad] * 7).level is Level.STOPPED
    assert replayed([bad] * 6 + [(9, False, True)]).level is Level.TIGHTENED
    assert replayed([bad] * 6 + [(9, False, True)] + [good] * 5).level is Level.NORMAL
