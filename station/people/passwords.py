"""Passwords by argon2id, with the library's parameters (RFC 9106, low-memory: 64 MiB, three passes)."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
"""Characters; NIST SP 800-63B asks for eight at least, and for no rules on their kinds."""
LONGEST = 200
"""Longer ones would only keep the processor busy."""

_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)  # each takes 64 MiB: a storm of log-ins must not take the station's memory
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$VeffLqI3eY3bFNhL0r2gYw$n6XnC5wO3DfZq9MkzZPBUOavkJRPYOf1TUjDWw5Wbi4"
"""Compared for a name that has no account, so that the answer takes as long and names cannot be found by guessing."""


def hashed(password: str) -> str:
    """The form in which it is kept. Raises ValueError when it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"A password has {SHORTEST} to {LONGEST} characters.")
    with _AT_ONCE:
        return _HASHER.hash(password)


def fits(password: str, kept: str) -> bool:
    """Is this the password? About 0.1 s of one core, right or wrong."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
