"""The command line. Thin: each command reads its options, opens a kit and calls one room."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from station import bench_commands, calibrate_commands, engine_commands, records_commands, user_commands
from station import config as configuration
from station import kit as kits
from station.errors import ConfigError
from station.line import Judged
from station.terminal import ConfigFile, Exit, Photos, explained, speak

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Judges every photograph while the specimen is on the bench."
)
app.add_typer(bench_commands.app, name="bench")
app.add_typer(engine_commands.app, name="engine")
bench_commands.app.command("engine")(engine_commands.ladder)
app.add_typer(calibrate_commands.app, name="calibrate")
app.add_typer(user_commands.app, name="user")
app.add_typer(records_commands.app, name="records")


@contextmanager
def until_signalled() -> Iterator[threading.Event]:
    """An Event that Ctrl-C, SIGTERM and a closed terminal set."""
    stop = threading.Event()
    before = {s: signal.signal(s, lambda *_: stop.set()) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@app.command()
def run(config: ConfigFile = None) -> None:
    """The daemon: watch the inbox, judge, record, tell; until Ctrl-C."""
    from station import daemon, systemd

    speak()
    with explained(), until_signalled() as stop:
        settings, notify = configuration.load(config), systemd.notifier()
        with kits.opened(settings, kits.waiting(stop, notify)) as kit:
            logging.info("Watching %s, records in %s. Ctrl-C ends.", settings.inbox, settings.state)
            daemon.run(kit, stop, notify)


@app.command()
def page(config: ConfigFile = None) -> None:
    """The operator page, a process of its own; until Ctrl-C."""
    from station import systemd
    from station.page import app as screen

    speak(logging.WARNING)
    with explained():
        settings = configuration.load(config)
        notify = systemd.notifier()
        store = kits.open_store(settings, writer=False, again=kits.waiting(threading.Event(), notify))

        def ready() -> None:
            print(f"Page: http://{settings.page.host}:{settings.page.port}/  Ctrl-C ends.", flush=True)
            notify("READY=1")

        screen.serve(
            settings.page,
            settings.station,
            store,
            kits.previews(settings),
            kits.book(settings),
            kits.revisions(settings),
            ready=ready,
            beat=lambda: notify("WATCHDOG=1"),
        )


@app.command()
def tether(config: ConfigFile = None) -> None:
    """Bring the camera's photographs into the inbox, for ever; until Ctrl-C."""
    from station import systemd
    from station import tether as cable

    speak()
    with explained(), until_signalled() as stop:
        settings = configuration.load(config)
        notify = systemd.notifier()
        notify("READY=1")
        log = logging.getLogger("station.tether")
        cable.tether(settings.inbox, settings.tether, stop=stop, tell=log.info, beat=lambda: notify("WATCHDOG=1"))


@app.command()
def judge(
    photos: Photos,
    config: ConfigFile = None,
    profile: Annotated[str | None, typer.Option(help="Kind of object.")] = None,
    rig: Annotated[str | None, typer.Option(help="Camera stand: a name or a file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")] = False,
    overlay: Annotated[Path | None, typer.Option(help="Folder for pictures with the findings drawn in.")] = None,
) -> None:
    """Judge photographs at hand, exactly as the daemon would; no records, no alerts."""
    from station import judging

    speak(logging.ERROR)
    with explained():
        settings = configuration.load(config, profile=profile, rig=rig)
        write: Callable[[Judged], None] = judging.as_json if as_json else judging.Table().add
        worst = judging.judge_files(photos, settings, write, overlay)
    raise typer.Exit(judging.exit_status(worst))


@app.command()
def segment(
    photos: Photos,
    out: Annotated[Path, typer.Option(help="Folder for the class maps.")],
    config: ConfigFile = None,
    profile: Annotated[str | None, typer.Option(help="Kind of object.")] = None,
) -> None:
    """Write each photograph's class map as an 8-bit PNG of class ids."""
    from station import judging

    speak(logging.ERROR)
    with explained():
        settings = configuration.load(config, profile=profile)
        failed = False
        for row in judging.segment_files(photos, settings, out):
            failed = failed or "error" in row
            print(json.dumps(row), flush=True)
    raise typer.Exit(Exit.FAILED if failed else Exit.FINE)


@app.command("check-config")
def check_config(config: Annotated[Path, typer.Argument(help="The file to look at.")]) -> None:
    """Read a configuration and say what it means; start nothing."""
    with explained():
        settings = configuration.load(config)
    print(f"{config}: fine")
    print(f"  station   {settings.station}\n  inbox     {settings.inbox}\n  state     {settings.state}")
    print(f"  profile   {settings.profile.name}, rig {settings.rig.name}, model {settings.profile.model}")
    print(f"  engine    {' then '.join(name for name, _ in settings.backends)}")
    print(f"  checks    {', '.join(name for name, _ in settings.checks)}")
    print(f"  alerts    {', '.join(name for name, _ in settings.alerts) or 'none'}\n  store     {settings.store[0]}")


@app.command()
def doctor(config: ConfigFile = None) -> None:
    """Look at everything the station needs and say what is wrong and what to do."""
    from station import doctor as surgery

    with explained():
        healthy = surgery.report(configuration.load(config), Console(highlight=False))
    raise typer.Exit(Exit.FINE if healthy else Exit.FAILED)


@app.command()
def report(
    out: Annotated[Path, typer.Argument(help="Where to write it: .html, .pdf, .csv or .parquet.")],
    session: Annotated[int | None, typer.Option(help="Number of a session; else the time back from now.")] = None,
    window: Annotated[str, typer.Option(help="shift, day, week, month or year.")] = "shift",
    config: ConfigFile = None,
) -> None:
    """The figures of a session, or of the last hours to a year, as the wall shows them."""
    from station.page import reports

    with explained():
        settings = configuration.load(config)
        store = kits.open_kept(settings)
        page = settings.page
        reports.to_file(store, out, title=page.title, session=session, window=window, language=page.language)
    print(f"{out}")


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="Where to write it: a .zip of crops and one COCO file.")],
    config: ConfigFile = None,
) -> None:
    """The findings that people called wrong, for limits and training."""
    from station.reports import wrong_alarms

    with explained():
        store = kits.open_kept(configuration.load(config))
        with out.open("wb") as file:
            number = wrong_alarms.write(store, file)
    print(f"{out}: {number} wrong alarms")


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its inbox and records.")] = Path("station-demo"),
    port: Annotated[int, typer.Option(help="Port of the page on 127.0.0.1.")] = 8321,
    sheets: Annotated[int, typer.Option(help="Stop photographing after so many; 0 = never.")] = 0,
    interval: Annotated[float, typer.Option(help="Seconds between two photographs.")] = 4.0,
    profile: Annotated[str, typer.Option(help="herbarium-sheet or microscope-slide.")] = "herbarium-sheet",
) -> None:
    """A whole station without camera or GPU: a virtual camera photographs drawn sheets or slides, some faulty."""
    from engines.film import FILMS
    from station import demo as show

    with explained(), until_signalled() as stop:
        if profile not in FILMS:
            raise ConfigError(f"--profile: there is no demo of '{profile}'", f"Known: {', '.join(FILMS)}.")
        show.run(folder, port, sheets, interval, FILMS[profile], stop, profile)


@app.command("what-if")
def what_if(
    check: Annotated[str, typer.Option(help="Name of the check.")],
    limit: Annotated[float, typer.Option(help="The limit to try, in the unit of the check's figure.")],
    newest: Annotated[int, typer.Option(min=1, help="Only so many of the newest photographs.")] = 100_000,
    svg: Annotated[Path | None, typer.Option(help="Draw the curves into this file.")] = None,
    config: ConfigFile = None,
) -> None:
    """Replay this station's history at another limit: how many alarms, how many of them were overridden."""
    from station import what_if as replay

    with explained():
        settings = configuration.load(config)
        with closing(kits.open_kept(settings)) as store:
            replay.run(store, settings.station, check, limit, newest, svg, Console())


def _version(asked: bool) -> None:
    if asked:
        print(kits.SOFTWARE)
        raise typer.Exit(Exit.FINE)


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say it and end.")
    ] = False,
) -> None:
    """Judges every photograph while the specimen is on the bench."""


def main() -> None:
    """Ctrl-C while the libraries still load is no error either."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
