"""For ever: watch, judge, record, tell.

For each capture the pictures are written first, then the record in one transaction, then people are told. When the
records cannot be written people are told all the same, and the verdict is kept and tried again; should the station die
meanwhile, the photograph is still in the inbox and is judged again at the next start. The inbox is the queue.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

from station import codecs, line, preview, watch
from station import kit as kits
from station.errors import AlertError, StationError, StoreError
from station.kit import Kit, previews
from station.line import Judged
from station.reload import Reload
from station.types import Capture, Concern, Pulse, Record, Sighting, Stamp, Verdict

log = logging.getLogger(__name__)
BEAT_SECONDS = 0.5
"""Between two signs of life; the pages give up after 2 s."""
PATIENCE_SECONDS = 60.0
"""A judgement that takes longer is a station that hangs: the sign of life stops, the watchdog restarts it."""

_RESTART = "What changed under {} holds when the station is started again."


@dataclass(slots=True)
class Heart:
    """Beats on a thread of its own while the loop makes progress, so that a slow photograph is not taken for death."""

    kit: Kit
    notify: Callable[[str], None]
    stop: threading.Event
    seen: Sighting = field(default_factory=lambda: Sighting(None))
    progress: float = field(default_factory=time.monotonic)
    trouble: str | None = None
    pictureless: str | None = None
    copied: str | None = None
    unheard: str | None = None
    unsettled: str | None = None
    unstarted: str | None = None

    def run(self) -> None:
        while not self.stop.wait(BEAT_SECONDS):
            if time.monotonic() - self.progress < PATIENCE_SECONDS:
                self.beat()

    def beat(self) -> None:
        """Tell pages (the pulse) and systemd (the watchdog) that the station lives, and how it is."""
        engine, fallback = self.kit.segmenter.engine, self.kit.segmenter.fallback
        problem_of, problem = _first(
            (Concern.INBOX, self.seen.problem), (Concern.RECORDS, self.trouble), (Concern.PICTURES, self.pictureless)
        )
        notice_of, notice = _first(
            (Concern.SETTINGS, self.unsettled),
            (Concern.RESTART, self.unstarted),
            (Concern.ENGINE, self.kit.segmenter.notice),
            (Concern.INBOX, self.seen.notice),
            (Concern.PHOTOGRAPH, self.copied),
        )
        pulse = Pulse(
            at=datetime.now(UTC),
            station=self.kit.config.station,
            arriving=self.seen.arriving,
            waiting=self.seen.waiting,
            problem=problem,
            notice=notice,
            engine=engine,
            fallback=fallback.value if fallback is not None else None,
            problem_of=problem_of,
            notice_of=notice_of,
        )
        try:
            self.kit.store.pulse(pulse)
            self.unheard = None
        except StoreError as error:
            if str(error) != self.unheard:  # said once, not at every beat
                log.error("%s %s", error, error.remedy)
            self.unheard = str(error)
        self.notify("WATCHDOG=1")


def _first(*said: tuple[Concern, str | None]) -> tuple[Concern | None, str | None]:
    """What matters most of what is said."""
    return next(((concern, words) for concern, words in said if words), (None, None))


@dataclass(slots=True)
class Daemon:
    """The loop over an open kit. `unsaved` are verdicts that the store refused, oldest first."""

    kit: Kit
    heart: Heart
    unsaved: list[Verdict] = field(default_factory=list)

    def renew(self, reload: Reload, later: ExitStack) -> None:
        """Go on with a changed configuration, from the next capture; with the one before when it is wrong. What holds
        from the next start only is said."""
        before = self.kit.config
        try:
            if (config := reload.look()) is not None:
                waits = kits.waits(before, config)
                self.heart.unstarted = _RESTART.format(", ".join(waits)) if waits else None
                if waits:
                    log.warning("%s", self.heart.unstarted)
                self.kit = self.heart.kit = kits.renewed(self.kit, config, later)
        except StationError as error:
            reload.refuse(before, error)
        self.heart.unsettled = reload.trouble

    def take(self, capture: Capture) -> None:
        """Judge, record, tell."""
        judged = line.judge(capture, self.kit.line)
        self.kit.recent.add(judged.verdict)
        record = self.record(judged)
        if record is not None:
            self.tell(record)

    def record(self, judged: Judged) -> Record | None:
        """The stored record; None for a capture that was known already. One that cannot be stored has sequence 0."""
        self.save_unsaved()
        verdict = judged.verdict
        try:
            first = self.kit.store.get(verdict.capture.id)
            self.heart.copied = None if first is None else _same(verdict, first, self.kit.config.station)
            if first is None:
                self.picture(judged)
            return self.add(verdict)
        except StoreError as error:
            log.error("%s %s", error, error.remedy)
            self.picture(judged)  # who cannot be asked whether it is new is told all of it
            self.unsaved.append(verdict)
            self.heart.trouble = f"Verdicts not recorded yet: {len(self.unsaved)}. {error.whole}"
            return Record(0, datetime.now(UTC), self.kit.config.station, verdict)

    def add(self, verdict: Verdict) -> Record | None:
        """Into the store, with the small picture that the wall shows. Raises StoreError."""
        thumb = preview.thumb(previews(self.kit.config), verdict.capture.id)
        return self.kit.store.add(verdict, self.kit.config.station, thumb)

    def picture(self, judged: Judged) -> None:
        """Pictures that cannot be written cost the pictures, not the record."""
        try:
            preview.save(judged.pictures, judged.photo, judged.verdict, previews(self.kit.config))
            self.heart.pictureless = None
        except StoreError as error:
            log.error("%s %s", error, error.remedy)
            self.heart.pictureless = error.whole

    def save_unsaved(self) -> None:
        """Try again what the store refused; stops at the first that it still refuses."""
        while self.unsaved:
            try:
                self.add(self.unsaved[0])
            except StoreError:
                return
            self.unsaved.pop(0)
        self.heart.trouble = None

    def knows(self, path: bytes, stamp: Stamp) -> bool:
        """Was this file judged already? When the records cannot say, it is judged again rather than missed."""
        try:
            known = self.kit.store.knows(path, stamp, self.kit.config.station)
        except StoreError as error:
            self.heart.trouble = f"The records cannot be read: {error.whole}"
            return False
        if not self.unsaved:
            self.heart.trouble = None
        return known

    def tell(self, record: Record) -> None:
        for name, alert in self.kit.alerts:
            try:
                alert.tell(record)
            except AlertError as error:
                log.error("alert %s: %s %s", name, error, error.remedy)


def _same(verdict: Verdict, first: Record, station: str) -> str | None:
    """What is said of a file whose content was judged before; its name is noted, the verdict stands."""
    name, before = verdict.capture.path.name, first.verdict.capture.path.name
    if (name, station) == (before, first.station):
        return None
    before += "" if first.station == station else f" of {first.station}"
    said = f"{name} is the same photograph as {before} (No. {first.sequence}); there is nothing new to judge."
    log.warning("%s", said)
    return said


def _log(before: str | None, now: str | None) -> None:
    """Each trouble of the inbox once, and its end."""
    if now and now != before:
        log.error("%s", now)
    elif before and not now:
        log.info("The inbox is well again.")


def run(kit: Kit, stop: threading.Event, notify: Callable[[str], None]) -> None:
    """Until `stop` is set. `notify` takes sd_notify's words ("READY=1", "STATUS=...")."""
    heart = Heart(kit, notify, stop)
    daemon = Daemon(kit, heart)
    reload = Reload(kit.config)
    heart.beat()
    notify("READY=1")
    beating = threading.Thread(target=heart.run, name="heart", daemon=True)
    beating.start()
    sightings = watch.watch(
        kit.config.inbox, kit.config.watch, knows=daemon.knows, is_whole=codecs.whole.is_whole, stop=stop
    )
    with ExitStack() as later:
        for sighting in sightings:
            daemon.renew(reload, later)
            changed = sighting.problem != heart.seen.problem or sighting.arriving != heart.seen.arriving
            _log(heart.seen.problem, sighting.problem)
            heart.seen, heart.progress = sighting, time.monotonic()
            if changed:
                heart.beat()
            if sighting.capture is not None:
                daemon.take(sighting.capture)
                heart.progress = time.monotonic()
                notify(f"STATUS={sighting.waiting} waiting, last {sighting.capture.path.name}")
            elif daemon.unsaved:
                daemon.save_unsaved()
    notify("STOPPING=1")
    beating.join(timeout=2)
