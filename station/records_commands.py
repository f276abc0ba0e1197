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
from station.config import Config
from station.errors import StoreError
from station.terminal import explained

app = typer.Typer(no_args_is_help=True, help="The records as a whole: take them along to another database.")


@app.callback()
def records() -> None:
    """A group, also while it has one command."""


@app.command()
def copy(
    old: Annotated[Path, typer.Argument(help="The configuration of before: where the records are.")],
    config: Annotated[Path, typer.Option(help="The station's configuration: where they go.")],
) -> None:
    """Copy all records into the empty database that --config names. Stop the daemon first; nothing is taken away."""
    from station.records import copying

    with explained():
        before, after = configuration.load(old), configuration.load(config)
        _agreed(before, after)
        with (
            closing(kits.open_kept(before, writer=True)) as held,
            closing(kits.open_store(after, writer=True)) as fresh,
            Progress(disable=not sys.stderr.isatty(), console=Console(stderr=True)) as bar,
        ):
            rows = held.ask(copying.size)
            told = partial(bar.advance, bar.add_task("records", total=rows))
            fresh.note(lambda new: held.ask(lambda here: copying.copy(here, new, told)))
        print(f"{rows} rows were copied to the records of {config}; those of before are as they were.")
        if before.state != after.state:
            print(f"Pictures, accounts and versions of the settings lie in {before.state}: copy them to {after.state}.")


def _agreed(before: Config, after: Config) -> None:
    """Raises StoreError when nothing is to be copied, or nobody would see it afterwards."""
    if (before.store, before.state) == (after.store, after.state):
        raise StoreError("Both configurations name the same records.", "Name the new place under `store:` in the new.")
    if before.station != after.station:
        raise StoreError(
            f"The station is called {before.station} before and {after.station} afterwards: its page would show nothing"
            " of what is copied.",
            f"Write `station: {before.station}` into the new configuration.",
        )
