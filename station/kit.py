"""Config -> open parts. The only place where anything is built, closed or pinged."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from station import building, decode, identify, parts, preview, regions, segment
from station.config import Config
from station.contracts import Alert, Store
from station.errors import AwayError, EngineError, StoreError
from station.line import Line
from station.people import Book
from station.recent import Recent
from station.revisions import Revisions
from station.segmenter import Segmenter
from station.settings import Settings
from station.types import Barcode, Photo, Pictures, Segmentation, Verdict

log = logging.getLogger(__name__)
WAIT_SECONDS = 5.0
"""Between two tries to reach the records at the start."""
UNTIL_RESTART = ("station", "inbox", "state", "store", "watch", "page", "tether")
"""Parts of the configuration that a running daemon or page does not change."""
SOFTWARE = f"capture-station {version('capture-station')}"


def open_segmenter(config: Config) -> Segmenter:
    """Never raises: a station without an engine still records every capture, as not judged, and says why."""
    try:
        model = segment.read_model(config.model)
    except EngineError as error:
        log.error("%s %s", error, error.remedy)
        return Segmenter(None, config.backends, config.state, error.whole)
    return Segmenter(model, config.backends, config.state)


def make_line(
    config: Config,
    segmenter: Callable[[Photo], Segmentation],
    recent: Callable[[], tuple[Verdict, ...]] = tuple,
    picture: Callable[[Photo], Pictures] | None = None,
) -> Line:
    """The line that judges with these parts; see Line for `recent` and `picture`."""
    checks = tuple((name, parts.part("checks", name).check, settings) for name, settings in config.checks)
    return Line(
        decode=lambda capture: decode.decode(capture, config.decode),
        segment=segmenter,
        find=regions.find,
        identify=lambda photo, found: identify.identify(photo, found, config.identify),
        specimen=lambda barcodes: specimen_numbers(barcodes, config.profile.barcode_pattern),
        checks=checks,
        profile=config.profile,
        rig=config.rig,
        config_digest=config.digest,
        software=SOFTWARE,
        recent=recent,
        picture=picture,
        each=frozenset(name for name, _ in config.checks if getattr(parts.part("checks", name), "EACH", False)),
    )


def specimen_numbers(barcodes: tuple[Barcode, ...], pattern: str | None) -> tuple[str, ...]:
    """The values that are specimen numbers: those that fit the pattern wholly, all where there is none."""
    values = dict.fromkeys(b.value for b in barcodes)
    return tuple(v for v in values if pattern is None or re.fullmatch(pattern, v))


def open_store(config: Config, *, writer: bool, again: Callable[[StoreError], bool] = lambda _: False) -> Store:
    """`again`: asked whether to try once more when nobody answers where the records are kept. Raises StoreError."""
    name, settings = config.store
    build = parts.part("stores", name).build
    while True:
        try:
            store: Store = build(settings, config.state, writer=config.station if writer else None)
        except AwayError as error:
            if not again(error):
                raise
        else:
            return store


def missing_records(config: Config) -> Path | None:
    """The records file that no daemon has made yet; None where there is one, or the records are no file."""
    name, settings = config.store
    path = Path(getattr(settings, "path", None) or config.state / "records.sqlite")
    return path if name == "sqlite" and not path.exists() else None


def open_kept(config: Config, *, writer: bool = False) -> Store:
    """The records for who looks back: none are made. `writer`: no daemon may run meanwhile. Raises StoreError, also
    when there are none yet."""
    if (path := missing_records(config)) is not None:
        raise StoreError(f"There are no records yet: {path}.", "Let the station judge some photographs: `station run`.")
    return open_store(config, writer=writer)


def waiting(stop: threading.Event, notify: Callable[[str], None]) -> Callable[[StoreError], bool]:
    """At the start, while nobody answers where the records are kept: says so, waits, and answers whether to try again.
    To go on without them would be to judge everything in the inbox anew."""

    def wait(error: StoreError) -> bool:
        log.error("%s %s", error, error.remedy)
        notify(f"STATUS=waits for the records: {error}")
        notify(f"EXTEND_TIMEOUT_USEC={round(4e6 * WAIT_SECONDS)}")
        return not stop.wait(WAIT_SECONDS)

    return wait


def previews(config: Config) -> Path:
    """Folder of the pictures that the page shows."""
    return config.state / "previews"


def revisions(config: Config) -> Revisions:
    """The versions of the configuration."""
    return Revisions(config.source, config.state / "settings")


def book(config: Config) -> Book:
    """The accounts of the page."""
    return Book(config.state / "people.sqlite")


@dataclass(frozen=True, slots=True)
class Kit:
    """All that the daemon works with."""

    config: Config
    segmenter: Segmenter
    line: Line
    store: Store
    alerts: tuple[tuple[str, Alert], ...]
    recent: Recent


@contextmanager
def opened(config: Config, again: Callable[[StoreError], bool] = lambda _: False) -> Iterator[Kit]:
    """Open everything for the daemon, close it all at the end; `again` as for `open_store`. Raises StoreError."""
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_store(config, writer=True, again=again)))
        segmenter = stack.enter_context(closing(open_segmenter(config)))
        segmenter.improve(partial(building.build_plan, config.source))
        alerts = tuple((name, stack.enter_context(closing(_alert(name, s)))) for name, s in config.alerts)
        recent = Recent.of(store, config.station)
        made = make_line(config, segmenter, recent, preview.picture)
        yield Kit(config, segmenter, made, store, alerts, recent)


def waits(old: Config, new: Config) -> tuple[str, ...]:
    """What changed and holds from the next start only."""
    return tuple(name for name in UNTIL_RESTART if getattr(old, name) != getattr(new, name))


def renewed(kit: Kit, config: Config, opened: ExitStack) -> Kit:
    """The kit with all that a changed configuration changes while the daemon runs; what it opens anew is closed with
    `opened`. Station, folders, records and watching stay as they were until the next start."""
    old = kit.config
    config = replace(config, **{name: getattr(old, name) for name in UNTIL_RESTART})
    segmenter, alerts = kit.segmenter, kit.alerts
    if config.alerts != old.alerts:
        alerts = tuple((name, opened.enter_context(closing(_alert(name, s)))) for name, s in config.alerts)
    if (config.model, config.backends) != (old.model, old.backends):
        segmenter.close()
        segmenter = opened.enter_context(closing(open_segmenter(config)))
        segmenter.improve(partial(building.build_plan, config.source))
    made = make_line(config, segmenter, kit.recent, preview.picture)
    return replace(kit, config=config, segmenter=segmenter, line=made, alerts=alerts)


def _alert(name: str, settings: Settings) -> Alert:
    alert: Alert = parts.part("alerts", name).build(settings)
    return alert
