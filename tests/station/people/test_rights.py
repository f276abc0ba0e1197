"""Roles."""

from __future__ import annotations

from itertools import product

from station.people import Person, Role


def test_each_role_may_what_the_ones_below_may() -> None:
    """Every pair of roles."""
    for own, asked in product(Role, Role):
        assert Person("x", own).may(asked) == (own.value >= asked.value)
