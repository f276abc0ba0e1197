"""The three roles, and who is asking. What each role may do stands in station/page/gate.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """Each may do all that the one before may do."""

    OPERATOR = 1
    """Photographs and decides on captures."""
    SUPERVISOR = 2
    """Watches all rigs, reports, signs off what is left open."""
    ADMIN = 3
    """Changes limits and accounts."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asking. `name` is empty for whoever sits at a station that has no accounts, or at a kiosk screen."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Has this person at least this role?"""
        return self.role >= role


ANONYMOUS = Person("", Role.ADMIN)
"""On a station without accounts, which answers to this computer alone: whoever sits there may do everything."""
