"""Accounts, log-ins, the audit log: a real file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.errors import StoreError
from station.people import Book, Person, Role
from station.people.book import PAUSE, TRIES, TRIES_OF_ADDRESS, TooManyTriesError

PASSWORD = "paper and glue"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Anna is a supervisor."""
    made = Book(tmp_path / "state" / "people.sqlite")
    made.add("Anna", Role.SUPERVISOR, PASSWORD, by="test")
    return made


def logged_in(book: Book, name: str = "Anna", password: str = PASSWORD, address: str = "10.0.0.1") -> str | None:
    found = book.log_in(name, password, address=address, hours=1)
    return found and found[0]


def later(seconds: float) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)


def test_a_log_in_is_a_secret_that_leads_back_to_the_person(book: Book) -> None:
    """Names are compared without regard to case; each log-in has a secret of its own."""
    one, two = logged_in(book, "anna"), logged_in(book)
    assert one is not None
    assert one != two
    assert book.who(one) == Person("Anna", Role.SUPERVISOR)
    assert book.who("x" + one) is None


@pytest.mark.parametrize(("name", "password"), [("Anna", "wrong password"), ("Bert", PASSWORD), ("", "")])
def test_wrong_name_or_password_opens_nothing(book: Book, name: str, password: str) -> None:
    """Both are answered alike, and noted."""
    assert logged_in(book, name, password) is None
    assert book.entries(1)[0].action == "log-in refused"


def test_a_log_in_ends_with_its_time_its_log_out_and_its_account(book: Book) -> None:
    """After each of them the secret opens nothing."""
    token = logged_in(book)
    assert token is not None
    assert replace(book, now=later(3601)).who(token) is None
    book.log_out(token, address="")
    assert book.who(token) is None
    again = logged_in(book)
    assert again is not None
    assert book.remove("ANNA", by="test")
    assert book.who(again) is None
    assert not book.remove("Anna", by="test")


def test_a_new_password_ends_the_log_ins_with_the_old_one(book: Book) -> None:
    """Whoever had stolen a log-in is out."""
    token = logged_in(book)
    book.add("Anna", Role.ADMIN, "another password", by="test")
    assert token is not None
    assert book.who(token) is None
    assert logged_in(book) is None
    assert book.people() == (Person("Anna", Role.ADMIN),)


def test_wrong_passwords_slow_the_next_ones_down(book: Book) -> None:
    """Even the right one is not compared for a quarter of an hour, from that address; from another it is."""
    for _ in range(TRIES):
        assert logged_in(book, password="wrong password") is None
    with pytest.raises(TooManyTriesError):
        logged_in(book)
    assert logged_in(book, address="10.0.0.2") is not None
    assert logged_in(replace(book, now=later(PAUSE.total_seconds() + 1))) is not None


def test_one_address_cannot_try_many_names(book: Book) -> None:
    """Guessing one password for each of many names stops, too."""
    for number in range(TRIES_OF_ADDRESS):
        book.note(f"name {number}", "log-in refused", address="10.0.0.1")
    with pytest.raises(TooManyTriesError):
        logged_in(book)


def test_the_audit_log_is_only_added_to(book: Book) -> None:
    """Neither a change nor a removal of a line is possible, by any program that uses the tables."""
    with closing(sqlite3.connect(book.path)) as file:
        for statement in ("UPDATE audit SET who = 'nobody'", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                file.execute(statement)
    (entry,) = book.entries()
    assert (entry.who, entry.action, entry.detail) == ("test", "account set", "Anna: supervisor")


def test_secrets_are_not_in_the_file(book: Book) -> None:
    """Neither password nor cookie can be read from it, and only its owner may open it."""
    token = logged_in(book)
    assert token is not None
    held = book.path.read_bytes()
    assert PASSWORD.encode() not in held
    assert token.encode() not in held
    assert book.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb"])
def test_odd_names_are_refused(book: Book, name: str) -> None:
    """A name is one printable line."""
    with pytest.raises(ValueError, match="name"):
        book.add(name, Role.OPERATOR, PASSWORD, by="test")


def test_a_file_of_something_else_is_said_plainly(tmp_path: Path) -> None:
    """Damage is a StoreError with a remedy, not a stack trace."""
    (tmp_path / "people.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="accounts"):
        Book(tmp_path / "people.sqlite").people()
