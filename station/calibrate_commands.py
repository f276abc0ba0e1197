"""`station calibrate ...`: what is normal at this stand. Thin, as cli.py; the work is done in calibration/."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from station import config as configuration
from station import judging
from station.terminal import ConfigFile, Exit, Photos, explained

app = typer.Typer(no_args_is_help=True, help="What is normal at this stand: rig, charts, the start-of-day run.")


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
def chart(
    kind: Annotated[str, typer.Option(help="What chart it is: a name in calibration/charts.")],
    serial: Annotated[str, typer.Option(help="Its serial number, or a name of your own for it.")],
    photos: Annotated[list[Path] | None, typer.Argument(help="Several good photographs of it.")] = None,
    values: Annotated[Path | None, typer.Option(help="CSV of measured values instead: L*, a*, b* a line.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for its file; else calibration/charts.")] = None,
    months: Annotated[int, typer.Option(min=1, max=120, help="When its values are due again.")] = 12,
    config: ConfigFile = None,
) -> None:
    """Record one physical chart: its own values, serial number and date; says when they are due again."""
    with explained():
        from calibration import chart as recording

        meant = recording.kind_of(kind)
        if values is not None:
            made = recording.measured(values, meant)
        else:
            shown = judging.photographs(photos or [])
            made = recording.photographed(shown, meant, configuration.load(config))
        folder = out or configuration.CALIBRATION / "charts"
        today = datetime.now(UTC).date()
        path = recording.write(made, serial, folder, today, months)
    typer.echo(f"{path}: values of {meant.title}, {serial}; due again on {recording.later(today, months)}.")
    if made.photographed:
        typer.echo(f"  {made.photographs} photographs, at most dE2000 {made.spread:.2f} from their median")
    if made.from_nominal is not None:
        typer.echo(f"  mean dE2000 {made.from_nominal:.1f} from the values of its kind ({meant.values})")
    typer.echo(f"Write `charts: [{path.stem if out is None else path.resolve()}]` into the file of the rig.")


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
