"""`station calibrate ...`: what is normal at this stand. Thin, as cli.py; the work is done in calibration/."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from station import config as configuration
from station import judging
from station.terminal import ConfigFile, Exit, explained

app = typer.Typer(no_args_is_help=True, help="What is normal at this stand: rig, charts, the start-of-day run.")
Photos = Annotated[list[Path], typer.Argument(help="Photographs, or folders of them.")]


@app.callback()
def common() -> None:
    """What is normal at this stand."""


@app.command()
def rig(
    photos: Photos,
    name: Annotated[str, typer.Option(help="Name of the stand.")],
    ppi: Annotated[float | None, typer.Option(min=1, help="Pixels per inch, where it is known.")] = None,
    out: Annotated[Path | None, typer.Option(help="Rig file; else calibration/rigs/NAME.yaml.")] = None,
    report: Annotated[Path | None, typer.Option(help="Report; else NAME-report.html here.")] = None,
    config: ConfigFile = None,
    profile: Annotated[str | None, typer.Option(help="Kind of object.")] = None,
) -> None:
    """Learn a stand from 10 to 30 good photographs: resolution, zones, sharpness, light, camera settings."""
    with explained():
        from calibration import rig as learning
        from calibration import rig_report

        settings = configuration.load(config, profile=profile)
        learned = learning.learn(judging.photographs(photos), settings, ppi)
        target = out or configuration.CALIBRATION / "rigs" / f"{name}.yaml"
        shown = report or Path(f"{name}-report.html")
        learning.write(learned, name, target, datetime.now(UTC))
        configuration.load(config, profile=profile, rig=str(target.resolve()))
        rig_report.write(learned, name, shown)
        typer.echo(f"{target}: learned from {len(learned.used)} photographs, {len(learned.left_out)} left out.")
        for left, why in learned.left_out.items():
            typer.echo(f"  left out {left}: {why}")
        typer.echo(f"Look at {shown}; then write `rig: {name if out is None else target}` into station.yaml.")


@app.command()
def check(photos: Photos, config: ConfigFile = None) -> None:
    """The start-of-day run: everything must pass before production. Exit status 1 when something does not."""
    with explained():
        from calibration import start_of_day

        run = start_of_day.check(judging.photographs(photos), configuration.load(config), datetime.now(UTC))
    for fault in run.faults:
        typer.echo(f"  {fault}")
    words = "passed: production may start" if run.passed else "NOT passed: put this right and photograph it again"
    typer.echo(f"Start-of-day run of rig {run.rig}, {run.photographs} photographs: {words}.")
    raise typer.Exit(Exit.FINE if run.passed else Exit.FAILED)
