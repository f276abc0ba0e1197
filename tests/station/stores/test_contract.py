"""What every store must do, run on every file in the drawer."""

from __future__ import annotations

import os
import pkgutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import station.stores
from station.contracts import Store
from station.errors import StoreError
from station.records import event
from station.types import Action, Concern, Decision, Engine, Pulse, Span, Stamp, Verdict
from tests.station.stores.opening import OPENERS, Opener

VerdictOf = Callable[..., Verdict]


def decision(capture_id: str, action: Action = Action.RETAKE, note: str = "") -> Decision:
    return Decision(capture_id, action, "Ada", "blurred", note, datetime.now(UTC))


def test_every_store_is_tested() -> None:
    """A new file in the drawer needs its line in OPENERS."""
    assert {module.name for module in pkgutil.iter_modules(station.stores.__path__)} == set(OPENERS)


def test_an_empty_store_knows_nothing(store: Store) -> None:
    """Asking an empty store gives empty answers, not errors."""
    assert (store.count(), store.latest(), store.since(0), store.decided_since(0)) == (0, (), (), ())
    assert store.get("0" * 16) is None
    assert store.last_pulse() is None
    assert not store.has("0" * 16)
    assert not store.knows(b"/inbox/a.jpg", Stamp(1, 2, 3, 4), "stand-1")
    store.ping()


def test_what_was_added_comes_back(store: Store, verdict_of: VerdictOf) -> None:
    """A record read back says the same as the verdict that was added, and carries its number, time and station."""
    before = datetime.now(UTC)
    added = store.add(verdict_of(3), "stand-1")
    assert added is not None
    (read,) = store.latest()
    assert event(read.verdict) == event(verdict_of(3)) | {"capture": event(read.verdict)["capture"]}
    assert (read.sequence, read.station, read.recorded_at) == (added.sequence, "stand-1", added.recorded_at)
    assert before <= read.recorded_at <= datetime.now(UTC)
    assert read.verdict.capture == added.verdict.capture
    assert store.has(read.verdict.capture.id)
    assert store.get(read.verdict.capture.id) is not None


def test_a_capture_is_recorded_once_but_every_file_of_it_is_noted(store: Store, verdict_of: VerdictOf) -> None:
    """The same content under a second name gives no second verdict, yet that file is known from then on."""
    first, second = verdict_of(1), verdict_of(1, Path("/inbox/copy.jpg"))
    assert store.add(first, "stand-1") is not None
    assert not store.knows(b"/inbox/copy.jpg", second.capture.stamp, "stand-1")
    assert store.add(second, "stand-1") is None
    assert store.count() == 1
    assert store.knows(b"/inbox/copy.jpg", second.capture.stamp, "stand-1")
    assert store.knows(os.fsencode(first.capture.path), first.capture.stamp, "stand-1")


def test_a_file_is_known_by_path_size_and_time(store: Store, verdict_of: VerdictOf) -> None:
    """A share mounted again (other device and inode) is no news; another size, time or path is."""
    capture = verdict_of(1).capture
    store.add(verdict_of(1), "stand-1")
    path, stamp = os.fsencode(capture.path), capture.stamp
    assert store.knows(path, Stamp(1, 1, stamp.bytes, stamp.mtime_ns), "stand-1")
    assert not store.knows(path, Stamp(stamp.device, stamp.inode, stamp.bytes + 1, stamp.mtime_ns), "stand-1")
    assert not store.knows(path, Stamp(stamp.device, stamp.inode, stamp.bytes, stamp.mtime_ns + 1), "stand-1")
    assert not store.knows(path + b"x", stamp, "stand-1")


def test_companions_are_noted_also_late_ones(store: Store, verdict_of: VerdictOf, tmp_path: Path) -> None:
    """A RAW file that arrives after its JPEG was judged is noted when the same capture is added with it."""
    raw = tmp_path / "sheet.cr3"
    store.add(verdict_of(1, companions=(raw,)), "stand-1")  # not there yet: nothing to note
    raw.write_bytes(b"raw")
    stamp = Stamp.of(raw.stat())
    assert not store.knows(os.fsencode(raw), stamp, "stand-1")
    assert store.add(verdict_of(1, companions=(raw,)), "stand-1") is None
    assert store.knows(os.fsencode(raw), stamp, "stand-1")


def test_a_name_used_again_belongs_to_the_newest_capture(store: Store, verdict_of: VerdictOf) -> None:
    """A camera that starts counting anew overwrites names: the new content is a new capture."""
    path = Path("/inbox/DSC_0001.JPG")
    store.add(verdict_of(1, path), "stand-1")
    assert store.add(verdict_of(2, path), "stand-1") is not None
    assert store.knows(os.fsencode(path), verdict_of(2, path).capture.stamp, "stand-1")
    assert not store.knows(os.fsencode(path), verdict_of(1, path).capture.stamp, "stand-1")


@pytest.mark.parametrize(
    "name", [b"a b.jpg", b"new\nline.jpg", b"\xff\xfe.jpg", b"back\\xffslash.jpg", "ü☃.jpg".encode()]
)
def test_any_file_name_survives(store: Store, verdict_of: VerdictOf, name: bytes) -> None:
    """Names are bytes: what no one can print is still known and comes back."""
    path = Path(os.fsdecode(b"/inbox/" + name))
    store.add(verdict_of(1, path), "stand-1")
    assert store.knows(os.fsencode(path), verdict_of(1, path).capture.stamp, "stand-1")
    assert store.latest()[0].verdict.capture.path == path


def test_a_stamp_may_hold_any_64_bit_number(store: Store, verdict_of: VerdictOf) -> None:
    """Inodes of SMB servers go beyond 2^63, and a broken clock beyond the year 2262."""
    far = Stamp(2**64 - 1, 2**64 - 1, 5, 2**63 + 5)
    capture = replace(verdict_of(1).capture, stamp=far)
    store.add(replace(verdict_of(1), capture=capture), "stand-1")
    assert store.knows(os.fsencode(capture.path), far, "stand-1")
    assert store.latest()[0].verdict.capture.stamp == far


def test_since_and_latest_give_both_ends(store: Store, verdict_of: VerdictOf) -> None:
    """`since` counts up from a number and can be continued; `latest` counts down from the newest."""
    for number in range(7):
        store.add(verdict_of(number), "stand-1")
    assert store.count() == 7
    first = store.since(0, limit=3)
    rest = store.since(first[-1].sequence)
    numbers = [record.sequence for record in (*first, *rest)]
    assert numbers == sorted(numbers)
    assert [record.verdict.specimen[0] for record in (*first, *rest)] == [f"E{number:08}" for number in range(7)]
    assert [record.sequence for record in store.latest(2)] == numbers[:-3:-1]


def test_the_latest_decision_counts_and_none_is_lost(store: Store, verdict_of: VerdictOf) -> None:
    """A person may decide again; records carry the last word, the history keeps every word."""
    added = store.add(verdict_of(1), "stand-1")
    store.add(verdict_of(2), "stand-1")
    assert added is not None
    capture_id = added.verdict.capture.id
    words = [
        decision(capture_id, action, note) for action, note in zip(Action, ("first", "ünd", "\udcff"), strict=True)
    ]
    for word in words:
        store.decide(word)
    history = store.decisions(capture_id)
    assert history[:2] == tuple(words[:2])
    assert history[2].note == r"\xff"
    for record in (store.get(capture_id), store.since(0)[0], store.latest()[1]):
        assert record is not None
        assert record.decision == history[2]
    assert store.latest()[0].decision is None
    assert store.decisions(verdict_of(2).capture.id) == ()


def test_decisions_can_be_followed(store: Store, verdict_of: VerdictOf) -> None:
    """A second screen sees the keys pressed on the first, each once, in order."""
    store.add(verdict_of(1), "stand-1")
    capture_id = verdict_of(1).capture.id
    store.decide(decision(capture_id))
    ((number, _),) = store.decided_since(0)
    assert store.decided_since(number) == ()
    store.decide(decision(capture_id, Action.ACCEPT))
    ((later, word),) = store.decided_since(number)
    assert later > number
    assert word.action is Action.ACCEPT


def test_nobody_decides_on_a_capture_without_verdict(store: Store) -> None:
    """A decision needs its verdict."""
    with pytest.raises(StoreError, match="no verdict") as caught:
        store.decide(decision("0" * 16))
    assert caught.value.remedy
    assert store.decided_since(0) == ()


def test_the_pulse_is_overwritten(store: Store) -> None:
    """Only the last sign of life is kept, whatever is arriving."""
    now = datetime.now(UTC)
    store.pulse(Pulse(now, "stand-1"))
    said = ("gone", Engine("m", "ab", "b", "fp32", "1"), "slow", "hung", Concern.INBOX, Concern.ENGINE)
    last = Pulse(now + timedelta(seconds=1), "stand-1", ("a.jpg",), 3, *said)
    store.pulse(last)
    assert store.last_pulse() == last
    store.pulse(Pulse(now + timedelta(seconds=2), "stand-1", ("\udcff.jpg",)))
    beat = store.last_pulse()
    assert beat is not None
    assert beat.arriving == (r"\xff.jpg",)


def test_everything_is_there_after_reopening(opener: Opener, tmp_path: Path, verdict_of: VerdictOf) -> None:
    """Closing twice is allowed; a closed store answers StoreError; the next one goes on counting."""
    store = opener(tmp_path)
    store.add(verdict_of(1), "stand-1")
    store.close()
    store.close()
    with pytest.raises(StoreError):
        store.count()
    again = opener(tmp_path)
    assert again.add(verdict_of(1), "stand-1") is None
    added = again.add(verdict_of(2), "stand-1")
    assert added is not None
    assert added.sequence == 2
    again.close()


def test_threads_may_read_and_decide_while_verdicts_are_added(store: Store, verdict_of: VerdictOf) -> None:
    """The page reads and decides from worker threads while the daemon adds."""
    store.add(verdict_of(0), "stand-1")
    errors: list[Exception] = []

    def read_and_decide() -> None:
        try:
            for _ in range(10):
                newest = store.latest(1)[0].verdict.capture.id
                store.decide(decision(newest))
                store.since(0)
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=read_and_decide) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 20):
        store.add(verdict_of(number), "stand-1")
    for thread in threads:
        thread.join()
    assert errors == []
    assert store.count() == 20
    assert len(store.decided_since(0)) == 30


def test_an_impossible_question_is_a_store_error(store: Store) -> None:
    """Text and numbers from outside never end in a foreign exception."""
    assert store.get("\0") is None
    with pytest.raises(StoreError):
        store.get("\ud800")
    with pytest.raises(StoreError):
        store.since(10**30)


def test_counts_are_kept_up_with_every_verdict(store: Store, verdict_of: VerdictOf) -> None:
    """A capture that is known already counts once; nothing outside the span is counted."""
    for number in (1, 2, 2):
        store.add(verdict_of(number), "stand-1")
    now, hour = datetime.now(UTC), timedelta(hours=1)
    (cell,) = store.tallies(Span(now - hour, now + hour, 24 * hour)).cells
    assert (cell.station, cell.count.captures) == ("stand-1", 2)
    assert store.tallies(Span(now + hour, now + 2 * hour, hour)).cells == ()
