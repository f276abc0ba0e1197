"""`station user ...`: the accounts of the page, from the station's own command line."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from station import config as configuration
from station import kit as kits
from station.people import Role
from station.terminal import ConfigFile, Exit, explained, people

app = typer.Typer(no_args_is_help=True, help="Accounts for the page: who may look, decide, change.")
COMMAND_LINE = "command line"
Name = Annotated[str, typer.Argument(help="As it is typed at the log-in.")]


class Named(StrEnum):
    """The roles as they are written."""

    operator = "operator"
    supervisor = "supervisor"
    admin = "admin"


@app.command()
def add(
    name: Name,
    role: Annotated[Named, typer.Option(help="What this person may do.")] = Named.operator,
    config: ConfigFile = None,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
    ] = "",
) -> None:
    """A new account; for a name that is there, a new password and role."""
    with explained():
        try:
            kits.book(configuration.load(config)).add(name, Role[role.upper()], password, by=COMMAND_LINE)
        except ValueError as error:
            people.print(f"{error}")
            raise typer.Exit(Exit.USAGE) from error
    print(f"{name} is {role}.")


@app.command("list")
def list_(config: ConfigFile = None) -> None:
    """Every account and its role."""
    with explained():
        for person in kits.book(configuration.load(config)).people():
            print(f"{person.role.name.lower():<10}  {person.name}")


@app.command()
def remove(name: Name, config: ConfigFile = None) -> None:
    """Remove an account; its log-ins end at once."""
    with explained():
        gone = kits.book(configuration.load(config)).remove(name, by=COMMAND_LINE)
    print(f"{name} is removed." if gone else f"There is no account {name}.")
    raise typer.Exit(Exit.FINE if gone else Exit.FAILED)
