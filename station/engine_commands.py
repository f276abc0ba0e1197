"""`station engine ...`: commands about the network itself. Thin, as cli.py; the work is done in engines/."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from station.errors import EngineError
from station.terminal import Exit, explained

app = typer.Typer(no_args_is_help=True, help="The network: teach it the sheets of your own rig.")
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
