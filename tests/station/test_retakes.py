"""The retake chain: the table is whole, and whatever happens no photograph is lost and no specimen forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from station.retakes import (
    OPEN,
    TABLE,
    TAKES_PHOTOGRAPHS,
    Move,
    decided,
    may_sign_off,
    paired,
    photographed,
)
from station.types import Action, Outcome, Policy, Retake, RetakeState

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
WORDS = (Move.ACCEPT, Move.RETAKE, Move.SET_ASIDE)
NUMBERS = st.lists(st.sampled_from(["E1", "E2", "E3"]), max_size=2, unique=True)


def chain(number: int = 1, state: RetakeState = OPEN, specimen: str | None = None, head: str = "a") -> Retake:
    return Retake(number, "stand-1", state, Policy.BLOCK, specimen, head, head, 1, NOW)


def test_the_table_answers_everything_that_can_happen() -> None:
    """Words in every state; photographs where there is no chain and where a chain takes them."""
    photographs = set(Move) - set(WORDS)
    wanted = {(state, word) for state in (None, *RetakeState) for word in WORDS}
    wanted |= {(state, move) for state in (None, *TAKES_PHOTOGRAPHS) for move in photographs}
    assert set(TABLE) == wanted


def test_every_state_can_be_reached_and_left() -> None:
    """No state is a dead end: one more photograph can be asked for in each."""
    reached: set[RetakeState | None] = {None}
    seen: set[RetakeState | None] = set()
    while reached != seen:
        seen = set(reached)
        reached |= {then for (state, _), then in TABLE.items() if state in seen}
    assert reached == {None, *RetakeState}
    assert all(TABLE[state, Move.RETAKE] is OPEN for state in RetakeState)


def test_only_good_photographs_and_people_close_a_chain() -> None:
    """What was not judged is no proof."""
    closing = {move for (state, move), then in TABLE.items() if state is OPEN and then is not OPEN}
    assert closing == {Move.GOOD, Move.ACCEPT, Move.SET_ASIDE}


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("policy", list(Policy))
def test_what_is_not_judged_is_never_good(outcome: Outcome, policy: Policy) -> None:
    """A pass asks for nothing, and only PASS and WARN are good."""
    move = photographed(outcome, policy)
    assert (move is Move.GOOD) <= (outcome in (Outcome.PASS, Outcome.WARN))
    assert (outcome is Outcome.PASS) <= (move is Move.GOOD)
    assert (move is Move.DEMANDING) == (outcome is not Outcome.PASS and policy is not Policy.INFORM)


def test_a_photograph_goes_to_the_chain_with_its_number() -> None:
    """Whatever else is open, and whatever was photographed just before."""
    chains = [chain(1, specimen="E1", head="a"), chain(2, specimen=None, head="b")]
    found = paired(chains, ("E9", "E1"), "b")
    assert found is chains[0]


def test_without_a_number_it_is_the_next_file_or_the_awaited_one() -> None:
    """The operator's word goes before the order of files."""
    chains = [chain(1, specimen="E1", head="a"), chain(2, head="b")]
    assert paired(chains, (), "a") is chains[0]
    assert paired(chains, ("E7",), "b") is chains[1]
    assert paired(chains, (), "elsewhere") is None
    waited = [replace(chains[0], awaited=True), chains[1]]
    assert paired(waited, (), "b") is waited[0]
    assert paired(waited, ("E7",), "b") is chains[1]


@given(NUMBERS, NUMBERS, st.booleans(), st.sampled_from(RetakeState))
def test_two_numbers_never_pair_unless_they_are_the_same(
    own: list[str], read: list[str], awaited: bool, state: RetakeState
) -> None:
    """Neither order nor a person's word joins two specimens; a closed chain takes nothing."""
    one = replace(chain(state=state, specimen=own[0] if own else None), awaited=awaited)
    found = paired([one], read, "a")
    if own and read and own[0] not in read:
        assert found is None
    if state not in TAKES_PHOTOGRAPHS:
        assert found is None
    if state in TAKES_PHOTOGRAPHS and own and own[0] in read:
        assert found is one


def test_a_superseded_photograph_speaks_only_in_an_open_chain() -> None:
    """After a good one took its place, a late word on the old one reopens nothing."""
    replaced = replace(chain(state=RetakeState.REPLACED), first="a", head="b")
    assert decided(replaced, "a", Action.RETAKE) is RetakeState.REPLACED
    assert decided(replaced, "b", Action.RETAKE) is OPEN
    assert decided(replace(replaced, state=OPEN), "a", Action.ACCEPT) is RetakeState.ACCEPTED
    assert decided(None, "x", Action.ACCEPT) is None


@given(st.lists(st.tuples(st.sampled_from(RetakeState), st.sampled_from(Policy))), st.text(max_size=3), st.booleans())
def test_signing_off_asks_for_the_word_that_the_policies_ask_for(
    held: list[tuple[RetakeState, Policy]], reason: str, is_supervisor: bool
) -> None:
    """BLOCK: a supervisor's reason; ACKNOWLEDGE: anybody's; nothing open: none."""
    chains = [replace(chain(state=state), policy=policy) for state, policy in held]
    asked = {policy for state, policy in held if state is OPEN} - {Policy.INFORM}
    said = bool(reason.strip())
    wanted = not asked or (said and (is_supervisor or Policy.BLOCK not in asked))
    assert may_sign_off(chains, reason, is_supervisor) == wanted


class Bench(RuleBasedStateMachine):
    """Photographs and words in any order, kept as the records keep them."""

    def __init__(self) -> None:
        super().__init__()
        self.chains: list[Retake] = []
        self.captures: dict[str, int | None] = {}

    @rule(outcome=st.sampled_from(Outcome), policy=st.sampled_from(Policy), read=NUMBERS)
    def photograph(self, outcome: Outcome, policy: Policy, read: list[str]) -> None:
        previous = list(self.captures)[-1] if self.captures else None
        capture, move = f"c{len(self.captures)}", photographed(outcome, policy)
        found = paired(self.chains, read, previous)
        self.captures[capture] = None if found is None else found.number
        if found is not None:
            state = TABLE[found.state, move]
            assert state is not None
            number = found.specimen or next(iter(read), None)
            more = replace(found, head=capture, attempts=found.attempts + 1, specimen=number)
            self._put(replace(more, state=state, awaited=False))
        elif TABLE[None, move] is not None:
            self._open(capture, OPEN, next(iter(read), None))

    @precondition(lambda self: self.captures)
    @rule(data=st.data(), action=st.sampled_from(Action))
    def decide(self, data: st.DataObject, action: Action) -> None:
        capture = data.draw(st.sampled_from(list(self.captures)))
        found = next((c for c in self.chains if c.number == self.captures[capture]), None)
        state = decided(found, capture, action)
        if found is not None:
            assert state is not None
            self._put(replace(found, state=state))
        elif state is not None:
            self._open(capture, state, None)

    @invariant()
    def every_photograph_is_kept_in_at_most_one_chain(self) -> None:
        for one in self.chains:
            own = [capture for capture, number in self.captures.items() if number == one.number]
            assert len(own) == one.attempts
            assert (own[0], own[-1]) == (one.first, one.head)

    def _open(self, capture: str, state: RetakeState, specimen: str | None) -> None:
        self.chains.append(chain(len(self.chains) + 1, state, specimen, capture))
        self.captures[capture] = len(self.chains)

    def _put(self, changed: Retake) -> None:
        self.chains[changed.number - 1] = changed


TestBench = Bench.TestCase
