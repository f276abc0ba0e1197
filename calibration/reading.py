"""How much blur does reading bear? Labels with a gold transcription, blurred until an OCR engine loses a tenth of them.

The engine is RapidOCR (PyPI `rapidocr`, extra `ocr`; its models lie in the wheel). It finds the lines once, on the
photograph as it is, and reads those same lines again in each blurred copy: what is asked is whether they can be read,
not whether they are found. Its confidence is of no use here: it stays above 0.9 while half of the words are lost
(iDigBio gold set), so the words themselves are compared with the transcription.

    python -m calibration.reading LABELS.. --out reading.json      (goes on where it was stopped)
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station.bench.defects import seeds
from station.types import Image

log = logging.getLogger(__name__)
Quad = NDArray[np.float32]
Read = Callable[[Image, Sequence[Quad]], list[str]]
LOSS = 0.10
"""Share of the words read on the sharp copy whose loss makes a label illegible."""
READABLE = 0.5
"""A label of which the engine reads less than this share as it is (handwriting mostly) tells nothing about blur."""
SPREADS_PX = tuple(round(0.8 * 2 ** (step / 3), 3) for step in range(13))
"""Blurs tried: 0.8 to 12.8 px standard deviation, three to an octave; all kinds are compared by it."""
MOTIONS_DEG = (0.0, 90.0, 45.0, 135.0)
"""Directions of motion, label by label in turn."""


def kernel(kind: str, spread_px: float, deg: float) -> NDArray[np.float32]:
    """The blur of `kind` (disc, gaussian, motion) with this standard deviation along its widest direction, px.

    A disc of radius r has r / 2 along any axis, a movement of length L has L / sqrt(12) along itself.
    """
    if kind == "disc":
        return seeds.disc(2 * spread_px)
    return seeds.bell(spread_px) if kind == "gaussian" else seeds.streak(np.sqrt(12) * spread_px, deg)


KINDS = ("disc", "gaussian", "motion")


def words(text: str) -> list[str]:
    """Words of three or more letters or digits, small, without accents; shorter ones are found by chance."""
    return [word for word in re.split(r"[\W_]+", _plain(text)) if len(word) >= 3]


def recall(truth: Sequence[str], read: str) -> float:
    """Share of the words of the transcription that stand in the text read, spaces left out (the engine loses them)."""
    joined = re.sub(r"[\W_]+", "", _plain(read))
    return sum(word in joined for word in truth) / max(len(truth), 1)


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def first_loss(lost: Callable[[int], bool], steps: int) -> int:
    """Index of the least blur at which reading is lost, by bisection; `steps` when it never is."""
    low, high = 0, steps
    while low < high:
        middle = (low + high) // 2
        if lost(middle):
            high = middle
        else:
            low = middle + 1
    return low


def anchored(image: Image, truth: str, deg: float, find: Callable[[Image], list[Quad]], read: Read) -> dict[str, Any]:
    """Where the lines lie, how much is read as it is, and per kind of blur the least spread (px) that loses `LOSS`;
    null where the largest one tried does not."""
    wanted = words(truth)
    lines = find(image)
    texts = read(image, lines)
    mine = [i for i, text in enumerate(texts) if any(word in wanted for word in words(text))]
    lines = [lines[i] for i in mine]
    wanted = [word for word in wanted if recall([word], " ".join(texts[i] for i in mine))]
    share = len(wanted) / max(len(words(truth)), 1)
    found: dict[str, Any] = {"recall": round(share, 3), "deg": deg, "lines": [line.tolist() for line in lines]}
    if share >= READABLE:
        for kind in KINDS:

            def lost(step: int, kind: str = kind) -> bool:
                soft = seeds.blurred(image, kernel(kind, SPREADS_PX[step], deg))
                return recall(wanted, " ".join(read(soft, lines))) <= 1 - LOSS

            step = first_loss(lost, len(SPREADS_PX))
            found[kind] = SPREADS_PX[step] if step < len(SPREADS_PX) else None
    return found


def engine() -> tuple[Callable[[Image], list[Quad]], Read]:
    """Finder and reader of lines. Raises ImportError without the extra `ocr`."""
    from rapidocr import RapidOCR

    params = {"Global.log_level": "error", "Det.limit_type": "max", "Det.limit_side_len": 1024}
    rapid = RapidOCR(params={**params, "EngineConfig.onnxruntime.intra_op_num_threads": 2})

    def find(image: Image) -> list[Quad]:
        boxes = rapid(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), use_cls=False, use_rec=False).boxes
        return [] if boxes is None else [np.asarray(box, np.float32) for box in boxes]

    def read(image: Image, lines: Sequence[Quad]) -> list[str]:
        if not lines:
            return []
        crops = rapid.crop_text_regions(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), list(lines))
        return list(rapid.recognize_txt(crops).txts)

    return find, read


def main(arguments: Iterable[str] | None = None) -> None:
    """Write the table of losses, a label at a time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labels", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("reading.json"))
    asked = parser.parse_args(None if arguments is None else list(arguments))
    done: dict[str, Any] = json.loads(asked.out.read_text("utf-8")) if asked.out.is_file() else {}
    find, read = engine()
    for number, path in enumerate(sorted(asked.labels)):
        if path.name in done:
            continue
        image = np.asarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), np.uint8)
        truth = path.with_suffix(".txt").read_text("utf-8")
        done[path.name] = anchored(image, truth, MOTIONS_DEG[number % len(MOTIONS_DEG)], find, read)
        asked.out.write_text(json.dumps(done, indent=1), "utf-8")
        log.info("%s %s", path.name, {key: value for key, value in done[path.name].items() if key != "lines"})


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main()
