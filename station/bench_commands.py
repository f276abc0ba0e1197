"""`station bench ...`: measure this machine and this model. Thin, as cli.py."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from station import config as configuration
from station.terminal import ConfigFile, Exit, Photos, explained, speak

app = typer.Typer(no_args_is_help=True, help="Measure this machine; each beside a limit or a peer.")


@app.command("latency")
def bench_latency(photos: Photos, count: int = 50, port: int = 8399) -> None:
    """File closed -> verdict recorded -> page painted in headless Chromium, beside cv2.imread."""
    from station import judging
    from station.bench import latency

    with explained(), tempfile.TemporaryDirectory() as folder:
        latency.bench(list(judging.photographs(photos)), count, Path(folder), port, Console())


@app.command("kills")
def bench_kills(photos: Photos, count: int = 200, kills: int = 100, seed: int = 1) -> None:
    """kill -9 at random moments while photographs arrive."""
    from station import judging
    from station.bench import kills as killing

    with explained(), tempfile.TemporaryDirectory() as folder:
        found = list(judging.photographs(photos))
        tally = killing.bench(found, count, kills, Path(folder), seed, Console())
    print(f"\n{tally.photographs} photographs, {tally.kills} kills: {len(tally.lost)} lost, {len(tally.twice)} twice")
    raise typer.Exit(Exit.FAILED if tally.lost or tally.twice else Exit.FINE)


@app.command("page")
def bench_page(
    verdicts: Annotated[int, typer.Option(help="Size of the drawn history.")] = 1_000_000,
    rounds: Annotated[int, typer.Option(help="Times each page is painted.")] = 7,
    folder: Annotated[Path | None, typer.Option(help="Keep the history here, for the next time.")] = None,
    port: int = 8398,
    config: Annotated[Path | None, typer.Option(help="Measure the empty database of this configuration.")] = None,
) -> None:
    """What the pages cost when the records hold a million verdicts."""
    from station.bench import page as pages

    with explained(), tempfile.TemporaryDirectory() as scratch:
        store = configuration.load(config).store if config is not None else None
        well = pages.bench(verdicts, rounds, folder or Path(scratch), port, Console(), store)
    raise typer.Exit(Exit.FINE if well else Exit.FAILED)


@app.command("agreement")
def bench_agreement(
    coco: Annotated[Path, typer.Argument(help="Annotations (COCO JSON).")],
    images: Annotated[Path | None, typer.Argument(help="Folder of the photographs.")] = None,
    config: ConfigFile = None,
) -> None:
    """What `station judge` says of annotated photographs, beside the annotations."""
    from station.bench import agreement

    speak(logging.ERROR)
    with explained():
        agreement.bench(coco, images or coco.parent / "images", configuration.load(config), Console())


@app.command("defects")
def bench_defects(
    folders: Annotated[list[Path] | None, typer.Argument(help="Photographs; without any, drawn sheets.")] = None,
    annotations: Annotated[list[Path] | None, typer.Option(help="COCO files that say what lies in them.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this family of faults; may be repeated.")] = None,
    drawn: Annotated[int, typer.Option(min=0, help="So many drawn sheets as well.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for the report; a stopped run goes on there.")] = Path("defects"),
    config: ConfigFile = None,
) -> None:
    """Seed faults of known severity into photographs: how many are noticed, and the false alarms without any."""
    from engines import synthesise
    from station import judging
    from station.bench.defects import frames, report, run

    speak(logging.ERROR)
    with explained():
        named, truths = list(folders or []), list(annotations or [])
        if drawn or not named:
            truths.append(synthesise.write(out / "drawn", range(drawn or 12), 3000, plain=True))
            named += sorted((out / "drawn").glob("*.jpg"))
        truths += [f / "coco.json" for f in folders or [] if (f / "coco.json").is_file()]
        known = {stem: truth for coco in truths for stem, truth in frames.known(coco).items()}
        photographs = tuple(judging.photographs(named))
        order = run.Order(photographs, known, configuration.load(config), out, tuple(only or ()))
        report.bench(order, Console())
