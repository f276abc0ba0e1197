"""`station doctor`: looks at everything the station needs; each answer has a remedy."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.text import Text

from station import conformance, kit, segment, tuning
from station.backends import onnxruntime, tensorrt
from station.config import Config
from station.errors import EngineError, StationError, TetherError
from station.gpu.plans import Shelf
from station.inbox.mounts import mount_of
from station.types import Outcome

MARKS = {Outcome.PASS: ("ok  ", "green"), Outcome.WARN: ("!   ", "yellow"), Outcome.UNKNOWN: ("?   ", "blue"),
         Outcome.FAIL: ("FAIL", "bold red")}  # fmt: skip
WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")
LEAST_FREE_GB, LOW_FREE_GB = 1.0, 10.0
"""A preview takes about 0.5 MB: 1 GB is one day of a fast line, 10 GB two weeks."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was looked at, how it is, what to do."""

    name: str
    outcome: Outcome
    said: str
    remedy: str = ""


def report(config: Config, console: Console) -> bool:
    """Print every answer; True when nothing failed."""
    answers = []
    for answer in examine(config):
        answers.append(answer)
        mark, style = MARKS[answer.outcome]
        console.print(Text.assemble((mark, style), f"  {answer.name:14}{answer.said}"), soft_wrap=True)
        if answer.remedy and answer.outcome is not Outcome.PASS:
            console.print(Text(f"                    -> {answer.remedy}", "dim"), soft_wrap=True)
    return all(a.outcome < Outcome.FAIL for a in answers)


def examine(config: Config) -> Iterator[Answer]:
    """Look at one thing after the other; never raises for what it finds."""
    yield Answer("computer", Outcome.PASS, f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    yield _engine(config)
    yield _cpu(config)
    yield from _gpu(config)
    yield from _charts(config)
    yield _inbox(config.inbox)
    yield _inbox_mount(config.inbox)
    yield _inotify(config.inbox)
    yield _store(config)
    yield _space(config.state)
    yield _page(config)
    yield _camera(config)
    yield start_of_day(config)
    yield _clock()


def _engine(config: Config) -> Answer:
    segmenter = kit.open_segmenter(config)
    try:
        if segmenter.backend is None or segmenter.model is None:
            return Answer("engine", Outcome.FAIL, segmenter.notice or "none", "Without it nothing is judged.")
        side = segmenter.model.input_side_px
        blank = np.full((side, side * 11 // 16 // 32 * 32, 3), 128, np.uint8)
        segmenter.backend.infer([blank])
        start = time.perf_counter()
        segmenter.backend.infer([blank])
        took = f"{1000 * (time.perf_counter() - start):.0f} ms, {segmenter.model.name}"
        took = f"{segmenter.backend.name} {segmenter.backend.precision}, {took}"
    except StationError as error:
        return Answer("engine", Outcome.FAIL, str(error), error.remedy)
    finally:
        segmenter.close()
    if segmenter.notice:
        return Answer("engine", Outcome.WARN, took, segmenter.notice)
    return Answer("engine", Outcome.PASS, took)


def _cpu(config: Config) -> Answer:
    """How ONNX Runtime runs on this processor; a station that was never tuned is well, only slower perhaps."""
    try:
        here = onnxruntime.computer(segment.read_model(config.model))
        said = tuning.find(config.state, here).told()
    except EngineError as error:
        said = error.whole
    return Answer("CPU engine", Outcome.PASS, said)


def _gpu(config: Config) -> Iterator[Answer]:
    """What TensorRT finds, and how its plan did beside the reference; nothing where it is not asked for."""
    for settings in (s for _, s in config.backends if isinstance(s, tensorrt.Settings)):
        try:
            machine = tensorrt.examine(settings)
            model = segment.read_model(config.model)
            plan = Shelf(config.state / tensorrt.SHELF).find(machine.fingerprint(model, settings))
        except EngineError as error:
            yield Answer("GPU", Outcome.WARN, str(error), error.remedy)
        else:
            found = f"{machine.gpu.name}, {machine.gpu.driver}, {machine.library} {machine.version}"
            yield Answer("GPU", Outcome.PASS, f"{found}; {plan.compared()}")


def _charts(config: Config) -> Iterator[Answer]:
    """The charts that the rig names: whose values they have, and when these are due again."""
    remedy = "Record it: station calibrate chart PHOTO... --kind KIND --serial SERIAL"
    for chart in config.rig.charts:
        if chart.due is None:
            said = f"{chart.title}: no values of its own, only {chart.values} ones"
            yield Answer("colour chart", Outcome.UNKNOWN, said, remedy)
        else:
            late = chart.due <= datetime.now(UTC).date()
            said = f"{chart.title}: {chart.values} on {chart.recorded}, due again on {chart.due}"
            yield Answer("colour chart", Outcome.WARN if late else Outcome.PASS, said, remedy)


def _inbox(inbox: Path) -> Answer:
    try:
        count = sum(1 for _ in inbox.iterdir())
    except OSError as error:
        return Answer("inbox", Outcome.FAIL, f"{inbox}: {error.strerror}", "Make the folder, or mount its share.")
    return Answer("inbox", Outcome.PASS, f"{inbox}, {count} entries")


def _inbox_mount(inbox: Path) -> Answer:
    mount = mount_of(inbox)
    how = "watched by notices of the kernel" if mount.local else "listed once a second (no notices on a share)"
    return Answer("inbox mount", Outcome.PASS, f"{mount.kind}, {how}")


def _inotify(inbox: Path) -> Answer:
    try:
        limit = int(WATCHES.read_text())
    except (OSError, ValueError):
        return Answer("inotify", Outcome.UNKNOWN, "the limit cannot be read", "Only Linux has it; the inbox is listed.")
    folders = 1 + sum(len(names) for _, names, _ in os.walk(inbox))
    if folders > limit // 2:
        remedy = "Raise fs.inotify.max_user_watches with sysctl; till then the inbox is listed."
        return Answer("inotify", Outcome.WARN, f"{folders} folders, limit {limit}", remedy)
    return Answer("inotify", Outcome.PASS, f"{folders} folders, limit {limit}")


def _store(config: Config) -> Answer:
    mount = mount_of(config.state)
    if kit.missing_records(config) is not None:
        return Answer("records", *_place(config.state), "Give the station's user the right to write there.")
    try:
        store = kit.open_store(config, writer=False)
    except StationError as error:
        return Answer("records", Outcome.FAIL, str(error), error.remedy)
    try:
        store.ping()
        name = config.store[0]
        kept = f"{name} on {mount.kind}" if name == "sqlite" else f"{name} of {len(store.stands())} stands"
        return Answer("records", Outcome.PASS, f"{kept}, {store.count()} verdicts")
    except StationError as error:
        return Answer("records", Outcome.FAIL, str(error), error.remedy)
    finally:
        store.close()


def _place(state: Path) -> tuple[Outcome, str]:
    """Can the records be made there? They are made by the daemon, never by whoever looks."""
    there = next(p for p in (state, *state.parents) if p.exists())
    if there.is_dir() and os.access(there, os.W_OK):
        return Outcome.PASS, f"will be made in {state} at the first start"
    return Outcome.FAIL, f"cannot be made in {state}"


def _space(state: Path) -> Answer:
    there = next(p for p in (state, *state.parents) if p.exists())
    free = shutil.disk_usage(there).free / 1e9
    outcome = Outcome.FAIL if free < LEAST_FREE_GB else Outcome.WARN if free < LOW_FREE_GB else Outcome.PASS
    return Answer("disk", outcome, f"{free:.1f} GB free for records and previews", "Free space, or move `state:`.")


def _page(config: Config) -> Answer:
    address = (config.page.host, config.page.port)
    try:
        socket.create_connection(address, timeout=1).close()
        running = True
    except OSError:
        running = False
    said = f"http://{address[0]}:{address[1]}/ {'answers' if running else 'is free: start it with `station page`'}"
    return Answer("page", Outcome.PASS, said)


def _camera(config: Config) -> Answer:
    from station.camera import Camera

    try:
        camera = Camera(config.tether.model, config.tether.port)
    except TetherError as error:
        return Answer("camera", Outcome.UNKNOWN, str(error), f"{error.remedy} Not needed when files arrive otherwise.")
    camera.close()
    return Answer("camera", Outcome.PASS, f"{camera.name} on {camera.port}")


def start_of_day(config: Config) -> Answer:
    """The conformance run before production: it belongs to every day."""
    run = conformance.last(config.state)
    remedy = "Photograph the target: station calibrate check PHOTO --config station.yaml"
    if run is None:
        return Answer("start of day", Outcome.UNKNOWN, "no start-of-day run yet", remedy)
    said = f"{run.at.astimezone():%Y-%m-%d %H:%M}, {'passed' if run.passed else run.faults[0]}"
    if run.is_of_today():
        return Answer("start of day", Outcome.PASS if run.passed else Outcome.FAIL, said, remedy)
    return Answer("start of day", Outcome.WARN, f"not today; last {said}", remedy)


def _clock() -> Answer:
    now = time.gmtime()
    if now.tm_year < 2026:
        return Answer("clock", Outcome.FAIL, time.strftime("%Y-%m-%d", now), "Set the clock; records need true times.")
    if Path("/run/systemd/timesync/synchronized").exists():
        return Answer("clock", Outcome.PASS, "synchronised")
    said = time.strftime("%Y-%m-%d %H:%M UTC, not known to be synchronised", now)
    return Answer("clock", Outcome.UNKNOWN, said, "Turn on time synchronisation: timedatectl set-ntp true.")
