"""Passwords are kept as argon2id."""

from __future__ import annotations

import pytest

from station.people.passwords import NOBODY, fits, hashed


def test_the_right_password_fits_and_no_other() -> None:
    """Each is hashed with a salt of its own."""
    one, two = hashed("correct horse"), hashed("correct horse")
    assert one.startswith("$argon2id$")
    assert one != two
    assert fits("correct horse", one)
    assert not fits("correct horsE", one)


def test_what_is_no_hash_fits_nothing() -> None:
    """A damaged row opens nothing, and the hash for names without account takes the usual time to refuse."""
    assert not fits("x", "")
    assert not fits("x", NOBODY)


@pytest.mark.parametrize("password", ["", "123456789", "x" * 201])
def test_too_short_and_too_long_are_refused(password: str) -> None:
    """Ten characters at least; no megabytes to hash."""
    with pytest.raises(ValueError, match="characters"):
        hashed(password)
