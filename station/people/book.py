"""people.sqlite in the state folder: accounts, log-ins, and the audit log, to which rows are only added.

Apart from the records: passwords do not travel with an export of verdicts, and whoever keeps accounts needs no daemon.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from station.errors import StoreError
from station.people.passwords import NOBODY, fits, hashed
from station.people.rights import Person, Role

FORM = 1
TRIES = 5
"""Wrong passwords for one name from one address, in a quarter of an hour; then no more are compared."""
TRIES_OF_ADDRESS = 20
"""The same for all names together."""
PAUSE = timedelta(minutes=15)

_ONLY_ADDED = "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
_TABLES = (
    "CREATE TABLE users (name TEXT PRIMARY KEY COLLATE NOCASE, role TEXT NOT NULL, password TEXT NOT NULL,"
    " since TEXT NOT NULL)",
    "CREATE TABLE logins (token TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE REFERENCES users(name)"
    " ON DELETE CASCADE, until TEXT NOT NULL)",
    "CREATE TABLE audit (number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL,"
    " address TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL)",
    "CREATE INDEX audit_refused ON audit (at) WHERE action = 'log-in refused'",
    f"CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit {_ONLY_ADDED}",
    f"CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit {_ONLY_ADDED}",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit log; `at` is UTC, `address` where the request came from, empty at the command line."""

    number: int
    at: datetime
    who: str
    address: str
    action: str
    detail: str


class TooManyTriesError(Exception):
    """Wrong passwords, one after the other: for a while none is compared any more."""


@dataclass(frozen=True, slots=True)
class Book:
    """The accounts of one station. Every method may be called from any thread and raises StoreError."""

    path: Path
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def add(self, name: str, role: Role, password: str, *, by: str, address: str = "") -> None:
        """A new account, or a new password and role for one that is there; its log-ins end.
        Raises ValueError for a password or a name that cannot be."""
        name = name.strip()
        if not name.isprintable() or not 1 <= len(name) <= 80:
            raise ValueError("A name has 1 to 80 printable characters.")
        kept = hashed(password)
        with self._writing() as book:
            book.execute("DELETE FROM logins WHERE name = ?", (name,))
            book.execute(
                "INSERT INTO users VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET role = excluded.role,"
                " password = excluded.password",
                (name, role.name, kept, self._at()),
            )
            self._note(book, by, address, "account set", f"{name}: {role.name.lower()}")

    def remove(self, name: str, *, by: str, address: str = "") -> bool:
        """Its log-ins end at once. False when there is no such account."""
        with self._writing() as book:
            gone = book.execute("DELETE FROM users WHERE name = ?", (name,)).rowcount > 0
            if gone:
                self._note(book, by, address, "account removed", name)
        return gone

    def people(self) -> tuple[Person, ...]:
        """Every account, by name."""
        with self._open() as book:
            rows = book.execute("SELECT name, role FROM users ORDER BY name").fetchall()
        return tuple(Person(name, Role[role]) for name, role in rows)

    def log_in(self, name: str, password: str, *, address: str, hours: float) -> tuple[str, Person] | None:
        """(secret for the cookie, who it is), or None when name or password is wrong. Raises TooManyTriesError."""
        with self._open() as book:
            self._slow_down(book, name, address)
            found = book.execute("SELECT name, role, password FROM users WHERE name = ?", (name,)).fetchone()
        right = fits(password, NOBODY if found is None else found[2])
        if found is None or not right:
            self.note(name[:80], "log-in refused", address=address)
            return None
        token, until = secrets.token_urlsafe(32), self.now() + timedelta(hours=hours)
        with self._writing() as book:
            book.execute("DELETE FROM logins WHERE until < ?", (self._at(),))
            book.execute("INSERT INTO logins VALUES (?, ?, ?)", (_digest(token), found[0], until.isoformat()))
            self._note(book, found[0], address, "logged in", "")
        return token, Person(found[0], Role[found[1]])

    def who(self, token: str) -> Person | None:
        """Who holds this secret; None when it is unknown, too old, or its account was removed."""
        query = "SELECT u.name, u.role FROM logins l JOIN users u ON u.name = l.name WHERE l.token = ? AND l.until >= ?"
        with self._open() as book:
            found = book.execute(query, (_digest(token), self._at())).fetchone()
        return None if found is None else Person(found[0], Role[found[1]])

    def log_out(self, token: str, *, address: str) -> None:
        """The secret opens nothing any more."""
        person = self.who(token)
        with self._writing() as book:
            book.execute("DELETE FROM logins WHERE token = ?", (_digest(token),))
            if person is not None:
                self._note(book, person.name, address, "logged out", "")

    def note(self, who: str, action: str, detail: str = "", *, address: str = "") -> None:
        """Add a line to the audit log."""
        with self._writing() as book:
            self._note(book, who, address, action, detail)

    def entries(self, limit: int = 100) -> tuple[Entry, ...]:
        """The newest lines of the audit log, newest first."""
        with self._open() as book:
            rows = book.execute(
                "SELECT number, at, who, address, action, detail FROM audit ORDER BY number DESC LIMIT ?", (limit,)
            ).fetchall()
        return tuple(Entry(row[0], datetime.fromisoformat(row[1]), *row[2:]) for row in rows)

    def _slow_down(self, book: sqlite3.Connection, name: str, address: str) -> None:
        since = (self.now() - PAUSE).isoformat()
        wrong = book.execute(
            "SELECT who FROM audit WHERE action = 'log-in refused' AND at >= ? AND address = ?", (since, address)
        ).fetchall()
        of_name = sum(who.casefold() == name[:80].casefold() for (who,) in wrong)
        if of_name >= TRIES or len(wrong) >= TRIES_OF_ADDRESS:
            raise TooManyTriesError

    def _note(self, book: sqlite3.Connection, who: str, address: str, action: str, detail: str) -> None:
        row = (self._at(), who, address, action, detail)
        book.execute("INSERT INTO audit (at, who, address, action, detail) VALUES (?, ?, ?, ?, ?)", row)

    def _at(self) -> str:
        return self.now().isoformat()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as book:
            book.execute("BEGIN IMMEDIATE")
            yield book
            book.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                self.path.touch(mode=0o600)
            with closing(sqlite3.connect(self.path, isolation_level=None, timeout=5)) as book:
                book.execute("PRAGMA foreign_keys = 1")
                _prepare(book)
                yield book
        except (sqlite3.Error, OSError, UnicodeError) as error:
            raise StoreError(
                f"The accounts in {self.path} cannot be used: {error}.",
                "Look at the file, its folder and its rights; a newer version of the software may have written it.",
            ) from error


def _prepare(book: sqlite3.Connection) -> None:
    form = book.execute("PRAGMA user_version").fetchone()[0]
    if form > FORM:
        raise sqlite3.DatabaseError(f"form {form}, this version knows {FORM}")
    if form == 0:
        book.execute("BEGIN IMMEDIATE")
        if book.execute("PRAGMA user_version").fetchone()[0] == 0:  # another process may have been quicker
            for statement in _TABLES:
                book.execute(statement)
            book.execute(f"PRAGMA user_version = {FORM}")
        book.execute("COMMIT")


def _digest(token: str) -> str:
    """Secrets are kept as digests: who reads the file cannot log in with what it holds."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
