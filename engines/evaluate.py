"""Measure a model on annotated photographs, by running exactly what the station runs.

    python -m engines.evaluate --data DIR --out OUT [--model engines/zoo/herbarium-sheet] [--weights RUN/weights.pt]
                               [--only INSTITUTION ...] [--no-pictures]

DIR holds `images/` and `coco.json` (engines/truth.py). `OUT/metrics.json`, `OUT/metrics.md` and `OUT/index.html` hold
the figures in total and for each institution, `OUT/pictures/` the worst photographs of each class. With --no-pictures
no single photograph is shown or named: so is measured what must stay unseen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
from tqdm import tqdm

from engines import evaluation_page, overlays, required
from engines.answers import Truth, answer, counted, truths
from engines.evaluation_tables import markdown, measured_on, tables, title
from engines.matching import class_iou
from engines.tally import LEAST_IOU, OBJECTS, Tally, figures, total
from station.backends import onnxruntime
from station.contracts import Backend
from station.errors import StationError
from station.segment import read_model
from station.types import Model

WORST = 8
"""Pictures of each class."""
GOOD_IOU = 0.9
"""A photograph with all objects right and at least this IoU is no bad case."""
ZOO = Path(__file__).parent / "zoo"
Row = tuple[Truth, Tally]


def evaluate(root: Path, chosen: Sequence[Truth], model: Model, pictures: Path | None = None) -> dict[str, Any]:
    """Everything that metrics.json says of these photographs of `root`. The worst of each class are drawn into the
    folder `pictures`, where one is named. Raises EngineError and DecodeError."""
    with closing(onnxruntime.build(model, onnxruntime.Settings())) as backend:
        progress = tqdm(chosen, desc="photographs", unit="photograph")
        rows = [(truth, counted(answer(root, truth, model, backend), model.classes)) for truth in progress]
        metrics = summary(root, rows, model, backend)
        if pictures is not None:
            metrics["worst"] = worst_cases(root, rows, model, backend, pictures)
    return metrics


def summary(root: Path, rows: Sequence[Row], model: Model, backend: Backend) -> dict[str, Any]:
    """The figures of all rows and of each institution, with what was measured on what."""
    groups: dict[str, list[Tally]] = {}
    for truth, tally in rows:
        groups.setdefault(truth.institution, []).append(tally)
    facts: dict[str, Any] = {
        "model": {
            "name": model.name,
            "version": model.version,
            "sha256": model.sha256,
            "onnx_mb": round(model.path.stat().st_size / 1e6, 2),
            "engine": f"{backend.name} {backend.version}, {backend.precision}",
        },
        "data": {"name": root.resolve().name, "photographs": len(rows), "institutions": len(groups)},
        "total": figures(total(tally for _, tally in rows), model.classes),
        "institutions": {name: figures(total(groups[name]), model.classes) for name in sorted(groups)},
    }
    return {**facts, "required": required.judged(facts)}


def worst(rows: Sequence[Row], name: str, class_id: int) -> list[tuple[Truth, dict[str, Any]]]:
    """The photographs with most objects wrong, then with the least IoU; what is good is left out."""
    cases = []
    for truth, tally in rows:
        iou = class_iou(tally.pixels[0])[class_id]
        hits = tally.hits(name, LEAST_IOU[0]) if name in OBJECTS else None
        missed, false = (hits.true - hits.hits, hits.found - hits.hits) if hits else (0, 0)
        if missed + false or (iou is not None and iou < GOOD_IOU):
            facts = {
                "photograph": Path(truth.name).name,
                "institution": truth.institution,
                "missed": missed,
                "false": false,
                "iou": None if iou is None else round(iou, 4),
            }
            cases.append((-missed - false, iou or 0.0, truth, facts))
    return [(truth, facts) for *_, truth, facts in sorted(cases, key=lambda case: case[:2])[:WORST]]


def worst_cases(
    root: Path, rows: Sequence[Row], model: Model, backend: Backend, pictures: Path
) -> dict[str, list[dict[str, Any]]]:
    """The worst photographs of each class; the station looks at them once more to draw them into `pictures`."""
    names = {name: i for i, name in enumerate(model.classes) if i}
    cases = {name: worst(rows, name, i) for name, i in names.items()}
    wanted = {truth.name: truth for found in cases.values() for truth, _ in found}
    pictures.mkdir(parents=True, exist_ok=True)
    for truth in tqdm(wanted.values(), desc="pictures", unit="photograph"):
        seen = answer(root, truth, model, backend)
        for name, facts in ((n, f) for n, found in cases.items() for t, f in found if t.name == truth.name):
            file = f"{name}-{Path(truth.name).stem}.jpg"
            picture = overlays.drawn(seen, name, names[name])
            cv2.imwrite(str(pictures / file), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
            facts["picture"] = f"{pictures.name}/{file}"
    return {name: [facts for _, facts in found] for name, found in cases.items()}


def exported(model: Model, weights: Path, folder: Path, side_px: int | None) -> Model:
    """The model with other weights, which are exported into `folder` first (needs PyTorch). It looks at photographs at
    the size they were trained at, as `run.json` beside them says, if not at `side_px`."""
    from engines.export import export

    path = folder / "model.onnx"
    export(weights, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    side = side_px or json.loads((weights.parent / "run.json").read_text())["long_side"]
    version = f"unreleased, {weights.parent.name}/{weights.name}"
    return replace(model, path=path, sha256=digest, version=version, input_side_px=side)


def write(metrics: dict[str, Any], out: Path) -> None:
    """metrics.json, metrics.md and index.html."""
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    model = metrics["model"]
    head = f"# {title(metrics)}\n\n{measured_on(metrics)}; {model['engine']}; model SHA-256 {model['sha256']}.\n"
    (out / "metrics.md").write_text("\n".join([head, *map(markdown, tables(metrics))]))
    (out / "index.html").write_text(evaluation_page.page(metrics))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=ZOO / "herbarium-sheet")
    parser.add_argument("--weights", type=Path, help="measure these weights, not the model's own")
    parser.add_argument("--side", type=int, help="with --weights: look at this long side, px, not at that of training")
    parser.add_argument("--only", nargs="+", default=[], metavar="INSTITUTION")
    parser.add_argument("--no-pictures", action="store_true")
    args = parser.parse_args()
    known = truths(args.data)
    if unknown := set(args.only) - {truth.institution for truth in known}:
        raise SystemExit(f"--only: no photograph is of {sorted(unknown)}.")
    chosen = [truth for truth in known if not args.only or truth.institution in args.only]
    if not chosen:
        raise SystemExit(f"{args.data.name}/coco.json names no photograph.")
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            model = read_model(args.model)
            if args.weights is not None:
                model = exported(model, args.weights, Path(folder), args.side)
            write(evaluate(args.data, chosen, model, None if args.no_pictures else args.out / "pictures"), args.out)
    except StationError as error:
        raise SystemExit(f"{error} {error.remedy}") from error
    print(f"{args.out / 'index.html'}")


if __name__ == "__main__":
    main()
