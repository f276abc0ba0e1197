"""The same judgement for files at hand: `station judge` and `station segment`."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
from rich.console import Console
from rich.text import Text

from station import decode, kit, line, preview, records
from station.config import Config
from station.errors import CaptureError, StationError
from station.inbox.groups import PICTURES, RAW, group
from station.line import Judged
from station.records.events import shown
from station.types import Capture, Outcome, Stamp

EXTENSIONS = frozenset(f".{kind}" for kind in (*PICTURES, *RAW))
STYLES = {Outcome.PASS: "green", Outcome.WARN: "yellow", Outcome.UNKNOWN: "blue", Outcome.FAIL: "bold red"}
SIGNS = {Outcome.PASS: "ok", Outcome.WARN: "! ", Outcome.UNKNOWN: "? ", Outcome.FAIL: "X "}


def photographs(named: Iterable[Path]) -> Iterator[Path]:
    """The files as named; of a folder every photograph in it, sorted, RAW files beside their JPEG left out."""
    for path in named:
        if path.is_dir():
            yield from sorted(map(Path, group(str(p) for p in path.rglob("*") if _is_photograph(p))))
        else:
            yield path


def _is_photograph(path: Path) -> bool:
    return path.suffix.lower() in EXTENSIONS and not path.name.startswith(".") and path.is_file()


def capture_of(path: Path) -> Capture:
    """A file at hand as a Capture. What cannot be read has an empty SHA-256; the decoder will say why."""
    try:
        status = path.stat()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        stamp = Stamp.of(status)
    except OSError:
        digest, stamp = "", Stamp(0, 0, 0, 0)
    own = digest or hashlib.sha256(os.fsencode(path)).hexdigest()
    return Capture(own[:16], path, digest, datetime.now(UTC), stamp.bytes, stamp)


def target(folder: Path, capture: Capture, extension: str, taken: set[Path]) -> Path:
    """Where the answer for `capture` goes: `<stem><extension>`; the second of that stem bears its capture id too."""
    plain = folder / f"{capture.path.stem}{extension}"
    path = folder / f"{capture.path.stem}-{capture.id}{extension}" if plain in taken else plain
    taken.add(path)
    return path


def judge_files(
    named: Iterable[Path], config: Config, write: Callable[[Judged], None], overlays: Path | None
) -> Outcome | None:
    """Judge each, hand each to `write`; the worst outcome, None when there was nothing to judge."""
    segmenter = kit.open_segmenter(config)
    made = kit.make_line(config, segmenter)
    worst: Outcome | None = None
    taken: set[Path] = set()
    try:
        for path in photographs(named):
            judged = line.judge(capture_of(path), made)
            write(judged)
            if overlays is not None and judged.photo is not None:
                _draw(judged, target(overlays, judged.verdict.capture, ".jpg", taken))
            worst = judged.verdict.outcome if worst is None else max(worst, judged.verdict.outcome)
    finally:
        segmenter.close()
    return worst


def _draw(judged: Judged, path: Path) -> None:
    assert judged.photo is not None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        preview.write_overlay(judged.photo, judged.verdict, path)
    except OSError as error:
        raise StationError(f"{path} cannot be written: {error}", "Name a folder you may write to.") from error


def exit_status(worst: Outcome | None) -> int:
    """0 nothing FAIL or UNKNOWN; 1 a FAIL; 3 no FAIL but an UNKNOWN; 2 nothing to judge."""
    if worst is None:
        print("No photograph there.", file=sys.stderr)
        return 2
    return {Outcome.FAIL: 1, Outcome.UNKNOWN: 3}.get(worst, 0)


def as_json(judged: Judged) -> None:
    """One contract object a line."""
    print(json.dumps(records.event(judged.verdict), allow_nan=False), flush=True)


class Table:
    """For people: a line a photograph, below it what is wrong and what to do."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)

    def add(self, judged: Judged) -> None:
        verdict = judged.verdict
        head = Text.assemble(
            (f"{SIGNS[verdict.outcome]} {verdict.outcome.name:8}", STYLES[verdict.outcome]),
            (shown(verdict.capture.path.name), "bold"),
            f"  {', '.join(verdict.specimen) or 'no number read'}  {verdict.seconds.get('total', 0):.2f} s",
        )
        self.console.print(head)
        for finding in verdict.findings:
            if finding.outcome is not Outcome.PASS:
                mark = (f"   {SIGNS[finding.outcome]}", STYLES[finding.outcome])
                said = f"{finding.check}: {finding.message}"
                self.console.print(Text.assemble(mark, said, (f"  {finding.remedy}", "dim")))


def segment_files(named: Iterable[Path], config: Config, out: Path) -> Iterator[dict[str, object]]:
    """Write `out/<stem>.png` for each photograph; one row each, with `error` where it could not be done."""
    segmenter = kit.open_segmenter(config)
    out.mkdir(parents=True, exist_ok=True)
    taken: set[Path] = set()
    try:
        for path in photographs(named):
            start = time.perf_counter()
            capture = capture_of(path)
            try:
                photo = decode.decode(capture, config.decode)
                done = segmenter(photo)
            except CaptureError as error:
                yield {"path": shown(str(path)), "error": str(error), "remedy": error.remedy}
                continue
            drawn = target(out, capture, ".png", taken)
            if not cv2.imwrite(str(drawn), done.class_map):
                raise StationError(f"{drawn} cannot be written.", "Look at the disk and at the rights of the folder.")
            yield {"path": shown(str(path)), "map": str(drawn), "size_px": list(photo.size_px),
                   "photo_px_per_map_px": list(done.photo_px_per_map_px), "classes": list(done.classes),
                   "upright_deg": done.upright_deg, "seconds": round(time.perf_counter() - start, 4)}  # fmt: skip
    finally:
        segmenter.close()
