"""`station engine ...`: commands about the network itself. Thin, as cli.py; the work is done in engines/."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from station import config as configuration
from station import segment, tuning
from station.errors import EngineError
from station.terminal import ConfigFile, Exit, explained, speak

app = typer.Typer(no_args_is_help=True, help="The network: its plans for a GPU, and your own sheets to teach it.")
Golden = Annotated[list[Path] | None, typer.Option("--golden", help="Folder of real photographs for the gate, too.")]
TRAINING = ("torch", "onnx", "matplotlib")
"""What the extra `train` brings."""


@app.callback()
def common() -> None:
    """Commands about the network itself."""


@app.command()
def finetune(
    images: Annotated[Path, typer.Option(help="Folder of the photographs; sub-folders too.")],
    annotations: Annotated[Path, typer.Option(help="COCO file (CVAT, labelme2coco), or folder of LabelMe files.")],
    out: Annotated[Path, typer.Option(help="Folder for the new model.")] = Path("site-model"),
    steps: Annotated[int, typer.Option(min=1, help="How long to learn; a step takes 1 to 2 s on two cores.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Another one gives other views of the same photographs.")] = 1,
) -> None:
    """Teach the shipped model your own sheets, from 30 annotated photographs on. Ctrl-C stops; the same command goes
    on. Exit status 1 when the new model is no better than the old one."""
    with explained():
        need_training_extra()
        from engines import finetune as site

        better = site.finetune(site.Order(images, annotations, out, steps, seed))
    raise typer.Exit(Exit.FINE if better else Exit.FAILED)


def need_training_extra() -> None:
    """Raises EngineError when a library is missing that stations do without."""
    if missing := [name for name in TRAINING if find_spec(name) is None]:
        raise EngineError(
            f"Teaching a model needs {' and '.join(missing)}, not installed here.",
            "pip install 'capture-station[train]'",
        )


@app.command()
def build(
    config: ConfigFile = None,
    golden: Golden = None,
    calibration: Annotated[Path | None, typer.Option(help="Folder of photographs to calibrate int8 with.")] = None,
) -> None:
    """Build the TensorRT plan for this GPU, and keep it if it passes the parity gate. The daemon does so by itself."""
    with explained():
        from engines import build as building

        order = building.Order(configuration.load(config), golden or (), calibration)
        plan = building.build(order, say)
        say(f"Kept: {plan.path.name}, {plan.bytes / 1e6:.1f} MB, built in {plan.seconds:.0f} s; {plan.compared()}.")


@app.command("list")
def list_plans(config: ConfigFile = None) -> None:
    """The plans of this station and how they did at the gate, and what was found for its CPU."""
    with explained():
        from engines import build as building

        table = Table("plan", "precision", "GPU", "TensorRT", "MB", "built", "parity gate")
        settings = configuration.load(config)
        for plan in building.Order(settings).shelf.plans():
            made = plan.fingerprint
            library = f"{made['library']} {made['version']}"
            size, day = f"{plan.bytes / 1e6:.1f}", plan.built_at[:10]
            table.add_row(plan.name, made["precision"], made["gpu"], library, size, day, plan.compared())
    Console(highlight=False).print(table)
    say(f"CPU: {tuned(settings)}")


def tuned(config: configuration.Config) -> str:
    """What was found for this computer's CPU, or why there is nothing to go by."""
    from station.backends import onnxruntime

    try:
        return tuning.find(config.state, onnxruntime.computer(segment.read_model(config.model))).told()
    except EngineError as error:
        return error.whole


@app.command()
def verify(config: ConfigFile = None, golden: Golden = None) -> None:
    """Put the plan in use through the parity gate again; one that fails is taken away."""
    with explained():
        from engines import build as building

        order = building.Order(configuration.load(config), golden or ())
        say(f"{building.verify(order, say).compared()}.")


@app.command()
def tune(
    config: ConfigFile = None,
    golden: Golden = None,
    calibration: Annotated[Path | None, typer.Option(help="Folder of photographs to calibrate 8 bit with.")] = None,
    rounds: Annotated[int, typer.Option(min=3, help="So often each way is measured.")] = 15,
) -> None:
    """Find how this computer's CPU runs the network fastest, and keep it: the daemon does so from its next start."""
    with explained():
        from engines import build as building
        from engines import tune as tuner

        speak(logging.ERROR)
        found = tuner.tune(building.Order(configuration.load(config), golden or (), calibration), rounds, say)
        table = Table("way", "alone, ms", "beside a decoder, ms")
        for way in found.ways:
            table.add_row(way.name, f"{np.median(way.alone_ms):.0f}", f"{way.median_ms:.0f}")
    Console(highlight=False).print(table)
    say(found.said)
    say(f"Kept: {found.choice.told()}.")


def ladder(
    config: ConfigFile = None,
    rounds: Annotated[int, typer.Option(min=3, help="So often each is timed.")] = 30,
    out: Annotated[Path, typer.Option(help="The picture.")] = Path("ladder.svg"),
) -> None:
    """Every way in which this computer can run the network: time, agreement with the reference, memory."""
    from engines import ladder as rungs

    speak(logging.ERROR)
    with explained():
        found = rungs.climb(configuration.load(config), rounds)
        Console().print(rungs.table(found))
        for line in rungs.absent(found):
            say(line)
        out.write_text(rungs.picture(found))


@app.command()
def prune(
    config: ConfigFile = None,
    everything: Annotated[bool, typer.Option("--all", help="Also the plan that is in use.")] = False,
) -> None:
    """Remove plans for other GPUs, drivers, models or settings, and what builds left half done."""
    with explained():
        from engines import build as building

        order = building.Order(configuration.load(config))
        kept = None if everything else order.wanted()[1]
        for name in order.shelf.prune(kept):
            say(f"removed {name}")


def say(words: str) -> None:
    """One line to standard output, at once: the daemon reads them while a plan is being built."""
    typer.echo(words)
