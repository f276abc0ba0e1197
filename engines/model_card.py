"""`model.yaml` + metrics.json -> `MODEL_CARD.md`: what a model is for, what it reaches, and what it cannot do.

    python -m engines.model_card --model engines/zoo/herbarium-sheet --metrics OUT/metrics.json
                                 [--crossvalidation OUT/crossvalidation.json]

Form after Mitchell et al. 2019, "Model Cards for Model Reporting". Only totals and spreads of the evaluation are
told, no single photograph and no single institution's figures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from engines import evaluation_tables
from engines.evaluation_tables import markdown, measured_on, spoken
from engines.tally import IN_THE_MEAN

CARD = "MODEL_CARD.md"
NEVER_SHOWN = {
    "sheet": "It was shown pressed plants on sheets, photographed from above. Slides, drawers, boxes, books and living "
    "plants it has never seen.",
    "slide": "It was shown microscope slides, one or a tray of them, mostly drawn ones: real photographs were few, of "
    "two collections. What lies under a coverslip is told as one coarse area.",
}
"""By the class of the mount: what lies outside of what it was taught."""
CANNOT = (
    "It does not read. It says where a label or barcode lies, not what stands on it, nor whether it is legible.",
    "Labels, barcodes, charts, scale bars, stamps and packets are told as rectangles: what is round, torn or folded is "
    "boxed in.",
    "Objects of one kind that touch or lie on each other may be told as one, and a large one with empty parts as "
    "several; a stamp printed straight onto the paper may be taken for a label.",
    "A map pixel is 1/512 of the photograph's long side: hair-fine roots, awns and ticks are lost, and outlines of "
    "plants have no holes.",
    "Plants were taught, and are measured, as what differs from the paper within a coarse outline: petals and leaves "
    "as pale as the paper are not counted.",
    "Foreign objects (hands, tools, weights) are rare in the training data: that none is found proves nothing.",
    "Its confidence orders answers; it is no probability.",
)
"""Limits that the figures do not show."""
NOT_MEASURED = "## Figures\n\nNot measured yet: python -m engines.evaluate"
REQUIRED_OBJECTS = ("slide", "label", "barcode", "colour_chart", "scale_bar")
"""Objects whose F1 the manifest carries."""


def condensed(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The dozen numbers of metrics.json that the manifest carries."""
    total = metrics["total"]
    return {
        "measured_on": metrics["data"]["name"],
        "photographs": metrics["data"]["photographs"],
        "institutions": metrics["data"]["institutions"],
        "mean_iou": total["mean_iou"]["class_map"],
        "iou": {name: total["iou"][name]["class_map"] for name in IN_THE_MEAN if name in total["iou"]},
        "f1_at_0.5": {n: total["objects"][n]["at_0.5"]["f1"] for n in REQUIRED_OBJECTS if n in total["objects"]},
        "colour_chart_present_or_absent": total["presence"]["colour_chart"]["balanced_accuracy"],
        "upright_right": total["upright"]["accuracy"],
    }


def of_this_model(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> None:
    """Raises ValueError when the figures were measured on another model file than the manifest describes."""
    if metrics["model"]["sha256"] != manifest["sha256"]:
        raise ValueError(
            f"these figures belong to another model file (SHA-256 {metrics['model']['sha256'][:12]}...), not to "
            f"{manifest['name']} ({manifest['sha256'][:12]}...); measure this one: python -m engines.evaluate"
        )


def card(manifest: Mapping[str, Any], metrics: Mapping[str, Any] | None) -> str:
    """MODEL_CARD.md. Raises ValueError when `metrics` belong to another model file."""
    if metrics is not None:
        of_this_model(manifest, metrics)
    mount = next(name for name in NEVER_SHOWN if name in manifest["classes"])
    sections = (
        f"# {manifest['name']}, version {manifest['version']}",
        _purpose(manifest),
        _training(manifest),
        NOT_MEASURED if metrics is None else _figures(manifest, metrics),
        *([_elsewhere(manifest["crossvalidation"])] if "crossvalidation" in manifest else []),
        "## What it cannot do\n\n" + "\n".join(f"- {limit}" for limit in (NEVER_SHOWN[mount], *CANNOT)),
        _file(manifest),
    )
    return "\n\n".join(section.rstrip() for section in sections) + "\n"


def _purpose(manifest: Mapping[str, Any]) -> str:
    classes = ", ".join(spoken(name) for name in manifest["classes"][1:])
    return (
        "## What it is for\n\n"
        f"It tells a capture station what lies where in a photograph of a {_kind(manifest)}, while the specimen is "
        "still on the bench: for each pixel its class, which pixels belong to one object, and which way up the "
        f"photograph is.\n\nClasses: {classes}. Its answers serve to warn the person at the bench; they are no "
        "measurement of the specimen."
    )


def _kind(manifest: Mapping[str, Any]) -> str:
    return "microscope slide" if "slide" in manifest["classes"] else "herbarium sheet"


def _painter(manifest: Mapping[str, Any]) -> str:
    return "engines/synthesise_slides.py" if "slide" in manifest["classes"] else "engines/synthesise.py"


def _training(manifest: Mapping[str, Any]) -> str:
    data = manifest["training_data"]
    held = manifest["never_trained_on"]
    return (
        "## What it was trained on\n\n"
        f"{data['photographs']} annotated photographs of: {'; '.join(data['institutions'])}. "
        f"{data['drawn']} drawn pictures with exact truth ({_painter(manifest)}). "
        f"{data.get('guessed', 0)} photographs without annotations, of the same institutions, annotated by an earlier "
        f"version (engines/self_training.py). {data['steps'] + data.get('earlier_steps', 0)} steps, seed "
        f"{data['seed']}.{_mean(data)}\n\n"
        + (f"Held back for validation, never trained on: {'; '.join(held)}.\n\n" if held else "")
        + f"Encoder: {manifest['encoder']}."
    )


def _mean(data: Mapping[str, Any]) -> str:
    runs = data.get("mean_of", ())
    return (
        f" The weights are the mean of {len(runs)} trainings': {', '.join(runs)} (engines/average.py)." if runs else ""
    )


def _figures(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    known = sorted(set(metrics["institutions"]) & set(manifest["training_data"]["institutions"]))
    seen = (
        f"Of these institutions the training saw {len(known)} ({'; '.join(known)}): the figures flatter."
        if known
        else "The training saw none of these institutions."
    )
    tables = (evaluation_tables.requirements, evaluation_tables.pixels, evaluation_tables.spread,
              evaluation_tables.objects, evaluation_tables.presence, evaluation_tables.geometry)  # fmt: skip
    head = f"## Figures\n\nMeasured on {metrics['data']['name']}: {measured_on(metrics)}. {seen}\n\n"
    return head + "\n".join(f"#{markdown(table(metrics))}" for table in tables)


def told_elsewhere(report: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest carries of a crossvalidation.json (engines/crossvalidate.py)."""
    kept = {key: report[key] for key in ("folds", "steps", "mean", "spread", "least")}
    return {"institutions": len(report["institutions"]), **kept}


def _elsewhere(report: Mapping[str, Any]) -> str:
    rows = [
        f"| {spoken(name)} | {mean:.3f} | {report['spread'][name]:.3f} | {report['least'][name]:.3f} |"
        for name, mean in report["mean"].items()
        if mean is not None
    ]
    return (
        "### Leave one institution out\n\n"
        f"Other networks of the same form, {report['folds']} of them, each taught from drawn sheets and then for only "
        f"{report['steps']} steps on the photographs of all institutions but one or one group: IoU on those that it "
        f"had not seen, {report['institutions']} in all, each counted once. So short a training shows how far "
        "institutions differ, not what this model reaches (engines/crossvalidate.py).\n\n"
        "| class | mean | standard deviation | least |\n|---|---|---|---|\n" + "\n".join(rows)
    )


def _file(manifest: Mapping[str, Any]) -> str:
    return (
        "## File and licence\n\n"
        f"`{manifest['file']}`, SHA-256 `{manifest['sha256']}`. Input: uint8 {manifest['colour_order']}, "
        f"{manifest['input_side_px']} px on the long side, both sides multiples of {manifest['multiple_px']}.\n\n"
        f"Licence: {manifest['licence']}. The photographs it was trained on belong to their institutions and are not "
        "part of it."
    )


def main() -> None:
    """The command line: write the card anew, the model stays as it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--metrics", type=Path, required=True)
    parser.add_argument("--crossvalidation", type=Path, help="is also kept in the manifest")
    args = parser.parse_args()
    manifest = yaml.safe_load((args.model / "model.yaml").read_text())
    if args.crossvalidation:
        manifest["crossvalidation"] = told_elsewhere(json.loads(args.crossvalidation.read_text()))
        (args.model / "model.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False, width=110))
    try:
        text = card(manifest, json.loads(args.metrics.read_text()))
    except ValueError as error:
        raise SystemExit(str(error)) from error
    (args.model / CARD).write_text(text)


if __name__ == "__main__":
    main()
