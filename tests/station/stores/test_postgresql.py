"""What is PostgreSQL's own: several daemons at once, a name each, a password, what the server refuses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from station.contracts import Store
from station.errors import AwayError, StoreError
from station.stores import postgresql
from station.types import Action, Decision, Pulse, Verdict
from tests.station.postgres import Postgres

VerdictOf = Callable[..., Verdict]
Open = Callable[..., Store]
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(server: Postgres) -> str:
    return server.database()


@pytest.fixture
def opened(server: Postgres, database: str, tmp_path: Path) -> Iterator[Open]:
    """Opens the records of this test for a station's daemon, or for others; closes them in the end."""
    stores: list[Store] = []

    def open_one(writer: str | None = None, **more: object) -> Store:
        stores.append(postgresql.build(server.settings(database, **more), tmp_path, writer=writer))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


def test_one_daemon_of_each_name_writes(opened: Open, verdict_of: VerdictOf) -> None:
    """Two stations write side by side; a second one of the same name is refused until the first has ended."""
    first, other = opened("stand-1"), opened("stand-2")
    assert first.add(verdict_of(1), "stand-1") is not None
    assert other.add(verdict_of(2), "stand-2") is not None
    with pytest.raises(StoreError, match="already writes these records as 'stand-1'") as caught:
        opened("stand-1")
    assert "a name of its own" in caught.value.remedy
    first.close()
    assert opened("stand-1").count() == 2


def test_a_reader_may_decide_but_not_judge(opened: Open, verdict_of: VerdictOf) -> None:
    """A page sees what the daemons add, and they what a person decides there."""
    page, daemon = opened(), opened("stand-1")
    daemon.add(verdict_of(1), "stand-1")
    capture_id = page.latest()[0].verdict.capture.id
    page.decide(Decision(capture_id, Action.SET_ASIDE, "Ada", "", "", NOW))
    assert [word.action for word in daemon.decisions(capture_id)] == [Action.SET_ASIDE]
    with pytest.raises(StoreError, match="reading and decisions"):
        page.add(verdict_of(2), "stand-1")
    with pytest.raises(StoreError, match="reading and decisions"):
        page.pulse(Pulse(NOW, "stand-1"))


def test_who_follows_the_numbers_misses_none(opened: Open, verdict_of: VerdictOf) -> None:
    """Three daemons add and people decide at once; numbers go up without a gap in the order they can be read."""
    names, each = ("stand-1", "stand-2", "stand-3"), 25
    daemons, page = [opened(name) for name in names], opened()
    followed: list[int] = []
    words: list[int] = []
    done = threading.Event()

    def add(number: int) -> None:
        for place in range(each):
            verdict = verdict_of(1000 * number + place)
            daemons[number].add(verdict, names[number])
            daemons[number].decide(Decision(verdict.capture.id, Action.ACCEPT, "Ada", "", "", NOW))

    def follow() -> None:
        while not done.is_set() or page.since(followed[-1] if followed else 0, 1):
            followed.extend(record.sequence for record in page.since(followed[-1] if followed else 0))
            words.extend(number for number, _ in page.decided_since(words[-1] if words else 0))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(len(names))]
    follower = threading.Thread(target=follow)
    for thread in (follower, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    follower.join()
    assert followed == list(range(1, len(names) * each + 1))
    assert words + [n for n, _ in page.decided_since(words[-1])] == followed


def test_a_refused_decision_leaves_no_gap(opened: Open, verdict_of: VerdictOf) -> None:
    """The next one gets the next number."""
    daemon = opened("stand-1")
    daemon.add(verdict_of(1), "stand-1")
    with pytest.raises(StoreError, match="no verdict"):
        daemon.decide(Decision("nobody", Action.ACCEPT, "", "", "", NOW))
    daemon.decide(Decision(verdict_of(1).capture.id, Action.ACCEPT, "", "", "", NOW))
    assert [number for number, _ in daemon.decided_since(0)] == [1]


def test_a_sign_of_life_waits_for_no_other_writer(opened: Open, verdict_of: VerdictOf) -> None:
    """While somebody holds the lock too long, verdicts are refused with the likely cause, and the pulse goes on."""
    daemon, other = opened("stand-1", timeout_s=0.5), opened("stand-2", timeout_s=20)
    holding, free = threading.Event(), threading.Event()

    def hold(_: sa.Connection) -> None:
        holding.set()
        free.wait(15)

    holder = threading.Thread(target=other.note, args=(hold,))
    holder.start()
    holding.wait(5)
    with pytest.raises(StoreError, match="locked") as caught:
        daemon.add(verdict_of(1), "stand-1")
    assert "pgAdmin" in caught.value.remedy
    daemon.pulse(Pulse(NOW, "stand-1"))
    assert daemon.last_pulse("stand-1") == Pulse(NOW, "stand-1")
    free.set()
    holder.join()
    assert daemon.add(verdict_of(1), "stand-1") is not None


def test_what_is_asked_at_once_is_of_one_moment(opened: Open, verdict_of: VerdictOf) -> None:
    """A verdict that comes between two questions of one `ask` is in neither answer."""
    daemon, page = opened("stand-1"), opened()

    def twice(connection: sa.Connection) -> list[object]:
        first = connection.scalar(sa.text("SELECT count(*) FROM verdicts"))
        daemon.add(verdict_of(1), "stand-1")
        return [first, connection.scalar(sa.text("SELECT count(*) FROM verdicts"))]

    assert page.ask(twice) == [0, 0]
    assert page.count() == 1


def test_many_may_open_an_empty_database_at_once(opened: Open) -> None:
    """Daemons and pages that start together all get in, and the tables are made once."""
    errors: list[StoreError] = []

    def enter(writer: str | None) -> None:
        try:
            opened(writer)
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=enter, args=(name,)) for name in ("stand-1", "stand-2", None, None)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize(
    ("more", "said", "todo"),
    [
        ({"password_file": None}, "does not let this station in", "password_file"),
        ({"password_file": Path("wrong")}, "does not let this station in", "pg_hba"),
        ({"password_file": Path("nowhere")}, "password file .*nowhere cannot be read", "right to"),
        ({"database": "nowhere"}, "no such database", "createdb"),
        ({"tls": True}, "refuses SSL", "doctor"),
        ({"tls": True, "ca_file": Path("wrong")}, "holds no certificate", "ca_file"),
        ({"user": "guest"}, "does not let this station in", "user"),
    ],
)
def test_what_is_wrong_is_said(opened: Open, tmp_path: Path, more: dict[str, object], said: str, todo: str) -> None:
    """A wrong setting is a StoreError with what to do, at once."""
    (tmp_path / "wrong").write_text("wrong\n")
    begun = time.monotonic()
    with pytest.raises(StoreError, match=said) as caught:
        opened(None, **more)
    assert todo in caught.value.remedy
    assert time.monotonic() - begun < 10


def test_a_user_without_rights_is_told(server: Postgres, database: str, opened: Open) -> None:
    """Who may enter but make no tables is told whose the database must be."""
    server.admin("DROP ROLE IF EXISTS guest_of_tests")
    server.admin("CREATE ROLE guest_of_tests LOGIN PASSWORD 'secret of the tests'")
    with pytest.raises(StoreError, match="refuses this user") as caught:
        opened(None, user="guest_of_tests")
    assert "OWNER" in caught.value.remedy


def test_another_programs_database_is_left_alone(server: Postgres, database: str, opened: Open) -> None:
    """Tables that are not ours are not mixed with ours."""
    server.admin("CREATE TABLE specimens (number text)", database)
    with pytest.raises(StoreError, match="something else"):
        opened("stand-1")
    assert server.admin("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database) == [[1]]


def test_every_kind_of_refusal_has_words_and_a_way_out() -> None:
    """No SQLSTATE ends in silence: those we know say their own, every other one what the server said."""
    for code in (*postgresql._TROUBLE, "99999"):
        error = postgresql._trouble("here", Exception({"C": code.ljust(5, "0"), "M": "said"}))
        assert "said" in str(error)
        assert error.remedy
    assert isinstance(postgresql._trouble("here", Exception({"C": "57P03", "M": "starting up"})), AwayError)
