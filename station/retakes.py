"""The retake chain as a table: what a new photograph and a person's word do to a specimen that is owed one.

A verdict that asks for an answer (by the profile's policy) opens a retake. The next photograph of the same specimen
supersedes the one before: a good one closes the chain, another bad one is counted. A person may accept what there is,
set the specimen aside, or ask for one more photograph, also after the chain was closed. Nothing is ever deleted.
Pure: values in, values out; station/records/chains.py keeps what it says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from station.types import Action, Outcome, Policy, Retake, RetakeState


class Move(Enum):
    """What can happen to a chain: a photograph that pairs with it, or a word on one of its photographs."""

    DEMANDING = "a photograph whose verdict asks for an answer"
    UNPROVEN = "a photograph that is not good and asks for nothing: not judged, or a FAIL that only informs"
    GOOD = "a photograph that passed, or may be used with a warning"
    ACCEPT = "accept"
    RETAKE = "retake"
    SET_ASIDE = "set aside"


OPEN, REPLACED, ACCEPTED, SET_ASIDE = RetakeState

TABLE: Mapping[tuple[RetakeState | None, Move], RetakeState | None] = {
    (None, Move.DEMANDING): OPEN,
    (None, Move.UNPROVEN): None,
    (None, Move.GOOD): None,
    (None, Move.ACCEPT): None,
    (None, Move.RETAKE): OPEN,
    (None, Move.SET_ASIDE): SET_ASIDE,
    (OPEN, Move.DEMANDING): OPEN,
    (OPEN, Move.UNPROVEN): OPEN,
    (OPEN, Move.GOOD): REPLACED,
    (OPEN, Move.ACCEPT): ACCEPTED,
    (OPEN, Move.RETAKE): OPEN,
    (OPEN, Move.SET_ASIDE): SET_ASIDE,
    (SET_ASIDE, Move.DEMANDING): OPEN,
    (SET_ASIDE, Move.UNPROVEN): OPEN,
    (SET_ASIDE, Move.GOOD): REPLACED,
    (SET_ASIDE, Move.ACCEPT): ACCEPTED,
    (SET_ASIDE, Move.RETAKE): OPEN,
    (SET_ASIDE, Move.SET_ASIDE): SET_ASIDE,
    (REPLACED, Move.ACCEPT): REPLACED,
    (REPLACED, Move.RETAKE): OPEN,
    (REPLACED, Move.SET_ASIDE): SET_ASIDE,
    (ACCEPTED, Move.ACCEPT): ACCEPTED,
    (ACCEPTED, Move.RETAKE): OPEN,
    (ACCEPTED, Move.SET_ASIDE): SET_ASIDE,
}
"""(state, move) -> state; None: no chain. REPLACED and ACCEPTED take no photograph: the next one of the same specimen
is a capture of its own."""

TAKES_PHOTOGRAPHS = frozenset({OPEN, SET_ASIDE})
_WORDS = {Action.ACCEPT: Move.ACCEPT, Action.RETAKE: Move.RETAKE, Action.SET_ASIDE: Move.SET_ASIDE}


def photographed(outcome: Outcome, policy: Policy) -> Move:
    """What a photograph with this outcome, whose profile asks this of it, means to its chain."""
    if outcome is not Outcome.PASS and policy is not Policy.INFORM:
        return Move.DEMANDING
    return Move.GOOD if outcome <= Outcome.WARN else Move.UNPROVEN


def decided(chain: Retake | None, capture_id: str, action: Action) -> RetakeState | None:
    """The chain's state after a person's word on one of its photographs. On a photograph that was superseded, only
    an open chain listens; a closed one is what its newest photograph is."""
    if chain is None:
        return TABLE[None, _WORDS[action]]
    if capture_id != chain.head and chain.state is not OPEN:
        return chain.state
    return TABLE[chain.state, _WORDS[action]]


def paired(chains: Sequence[Retake], specimen: Sequence[str], previous: str | None) -> Retake | None:
    """The chain that a new photograph belongs to, of those that take photographs; `specimen` are the numbers read on
    it, `previous` the id of the capture before it.

    By number; where one of the two has none, by the operator's word that it is awaited, else as the next file after
    the chain's last. Two different numbers never pair. Of several the one opened last.
    """
    newest_first = sorted((c for c in chains if c.state in TAKES_PHOTOGRAPHS), key=lambda chain: -chain.number)
    of_number = [chain for chain in newest_first if chain.specimen in specimen]
    unsure = [chain for chain in newest_first if chain.state is OPEN and not (chain.specimen and specimen)]
    awaited = [chain for chain in unsure if chain.awaited]
    before = [chain for chain in unsure if chain.head == previous]
    return next(iter([*of_number, *awaited, *before]), None)


def may_sign_off(chains: Sequence[Retake], reason: str, is_supervisor: bool) -> bool:
    """May a session end with these chains open? BLOCK wants a supervisor's reason, ACKNOWLEDGE the operator's own."""
    asked = {chain.policy for chain in chains if chain.state is OPEN}
    if Policy.BLOCK in asked:
        return is_supervisor and bool(reason.strip())
    return Policy.ACKNOWLEDGE not in asked or bool(reason.strip())
