"""How many captures a person looks at a second time, and when it becomes more or fewer.

Single sampling after ISO 2859-1:1999, general inspection level II, code letter G (lots of 151 to 280), AQL 2.5 %, with
its switching rules (clause 9.3): they guard against a line that gets worse, and save work on one that is well. A
"fault" is a capture that the station let pass and a person would not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

LOT = 200
"""Captures in a lot; in the range of code letter G."""


class Level(Enum):
    """How closely the line is looked at."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Plan:
    """Look at `sample` captures of a lot; with more than `accept` faults it is not accepted."""

    sample: int
    accept: int


PLANS: Mapping[Level, Plan] = {
    Level.NORMAL: Plan(32, 2),
    Level.TIGHTENED: Plan(32, 1),
    Level.REDUCED: Plan(13, 1),
    Level.STOPPED: Plan(LOT, 0),
}
"""Stopped: every capture, until somebody has found and mended the cause."""

ONE_STEP_TIGHTER = 1
"""Faults with which a normal sample would be accepted at the next smaller AQL; such a lot scores three."""
SCORE_FOR_REDUCED = 30
LOTS_BACK_TO_NORMAL = 5
LOTS_TO_STOP = 5


@dataclass(frozen=True, slots=True)
class State:
    """`lots`: accepted or not, since this level began, as many as its rules need; `score`: the switching score."""

    level: Level = Level.NORMAL
    lots: tuple[bool, ...] = ()
    score: int = 0

    @property
    def plan(self) -> Plan:
        """What to do with the next lot."""
        return PLANS[self.level]


def after(state: State, faults: int, *, irregular: bool = False) -> State:
    """The state after a lot in whose sample `faults` faults were found. `irregular`: the work was interrupted or
    changed (another operator, stand or lens), which ends reduced inspection. A stopped line stays so: `mended`."""
    accepted = faults <= state.plan.accept
    match state.level:
        case Level.NORMAL:
            return _after_normal(state, accepted, faults)
        case Level.TIGHTENED:
            lots = (*state.lots, accepted)
            if lots.count(False) >= LOTS_TO_STOP:
                return State(Level.STOPPED)
            if all(lots[-LOTS_BACK_TO_NORMAL:]) and len(lots) >= LOTS_BACK_TO_NORMAL:
                return State(Level.NORMAL)
            return State(Level.TIGHTENED, _needed(lots))
        case Level.REDUCED:
            return state if accepted and not irregular else State(Level.NORMAL)
        case Level.STOPPED:
            return state


def mended(state: State) -> State:
    """Somebody has mended the cause: a stopped line goes on, closely looked at."""
    return State(Level.TIGHTENED) if state.level is Level.STOPPED else state


def states(lots: Iterable[tuple[int, bool, bool]]) -> Iterator[State]:
    """The state before each of these lots, oldest first, and the one after the last; each lot as (faults, irregular,
    was the cause mended after it?)."""
    state = State()
    yield state
    for faults, irregular, is_mended in lots:
        state = after(state, faults, irregular=irregular)
        state = mended(state) if is_mended else state
        yield state


def replayed(lots: Iterable[tuple[int, bool, bool]]) -> State:
    """The state after these lots."""
    *_, last = states(lots)
    return last


def _after_normal(state: State, accepted: bool, faults: int) -> State:
    """Two of five consecutive lots refused: tightened. Ten almost faultless ones: reduced."""
    last = (*state.lots, accepted)[-5:]
    if last.count(False) >= 2:
        return State(Level.TIGHTENED)
    score = state.score + 3 if faults <= ONE_STEP_TIGHTER else 0
    return State(Level.REDUCED) if score >= SCORE_FOR_REDUCED else State(Level.NORMAL, last[-4:], score)


def _needed(lots: tuple[bool, ...]) -> tuple[bool, ...]:
    """Every refused lot counts towards the stop, of the accepted ones only the run at the end."""
    run = 0
    while run < len(lots) and lots[-1 - run]:
        run += 1
    return (False,) * lots.count(False) + (True,) * run
