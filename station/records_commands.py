"""`station records ...`: the records as a whole."""

from __future__ import annotations

import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from station import config as configuration
from station import kit as kits
from station.terminal import ConfigFile, explained

app = typer.Typer(no_args_is_help=True, help="The records as a whole: take them along to another database.")


@app.callback()
def records() -> None:
    """A group, also while it has one command."""


@app.command()
def copy(
    old: Annotated[Path, typer.Argument(help="The configuration of before: where the records are.")],
    config: ConfigFile = None,
) -> None:
    """Copy all records into the empty database that --config names. Stop the daemon first; nothing is taken away."""
    from station.records import copying

    with (
        explained(),
        closing(kits.open_kept(configuration.load(old), writer=True)) as before,
        closing(kits.open_store(configuration.load(config), writer=True)) as after,
        Progress(disable=not sys.stderr.isatty(), console=Console(stderr=True)) as bar,
    ):
        rows = before.ask(copying.size)
        told = partial(bar.advance, bar.add_task("records", total=rows))
        after.note(lambda new: before.ask(lambda held: copying.copy(held, new, told)))
    print(f"{rows} rows were copied; the records of before are as they were.")
