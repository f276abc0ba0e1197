"""What every command of the command line shares: exit statuses, errors in plain words, where log lines go."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from station.errors import ConfigError, StationError

people = Console(stderr=True, highlight=False)
ConfigFile = Annotated[Path | None, typer.Option("--config", help="The station's configuration (station.yaml).")]
Photos = Annotated[list[Path], typer.Argument(exists=True, help="Photographs, or folders of them.")]


class Exit(IntEnum):
    """Exit statuses; 78 is EX_CONFIG of sysexits.h."""

    FINE = 0
    FAILED = 1
    USAGE = 2
    NOT_JUDGED = 3
    CONFIGURATION = 78


@contextmanager
def explained() -> Iterator[None]:
    """What went wrong in one line and what to do in the next; never a stack trace."""
    try:
        yield
    except StationError as error:
        people.print(Text(str(error), "bold red"), soft_wrap=True)
        people.print(Text(f"-> {error.remedy}"), soft_wrap=True)
        raise typer.Exit(Exit.CONFIGURATION if isinstance(error, ConfigError) else Exit.FAILED) from error
    except BrokenPipeError as error:  # `station judge --json ... | head`: the reader has what it wanted
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - nothing more is said, not even at exit
        raise typer.Exit(Exit.FINE) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        people.print(Text(f"{where}{error.strerror or error}", "bold red"), soft_wrap=True)
        people.print("-> Look at the path and at its rights.", soft_wrap=True)
        raise typer.Exit(Exit.FAILED) from error


def speak(level: int = logging.INFO) -> None:
    """Log lines go to standard error."""
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(levelname)-7s %(message)s", force=True)
