"""The units: systemd understands them, they are hardened, and they start commands that exist."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from station import cli

UNITS = sorted((Path(__file__).parents[2] / "systemd").glob("*.service"))
DAEMON, PAGE, TETHER = "capture-station.service", "capture-station-page.service", "capture-station-tether.service"
HARDENED = {
    "Type": "notify",
    "Restart": "always",
    "RestartPreventExitStatus": "78",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "StateDirectory": "capture-station",
    "User": "capture-station",
    "DevicePolicy": "closed",
}
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)


def settings(unit: Path) -> dict[str, list[str]]:
    """Key -> its values, in order."""
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


@pytest.fixture
def startable(tmp_path: Path) -> Path:
    """The units as they are, but their program is one that every machine has."""
    for unit in UNITS:
        text, changed = re.subn(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE)
        assert changed == 1
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def test_there_is_a_unit_for_each_process() -> None:
    """Daemon, page and tether die and start alone."""
    assert {unit.name for unit in UNITS} == {DAEMON, PAGE, TETHER}


@needs_systemd
def test_systemd_has_nothing_to_complain_about(startable: Path) -> None:
    """`systemd-analyze verify` is silent and content with all three."""
    files = [str(startable / unit.name) for unit in UNITS]
    verified = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@needs_systemd
@each_unit
def test_the_sandbox_is_tight(startable: Path, unit: Path) -> None:
    """systemd's own measure of exposure stays below 2 of 10."""
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager"]
    judged = subprocess.run([*command, str(startable / unit.name)], capture_output=True, text=True)
    if "unrecognized option" in judged.stderr:
        pytest.skip("this systemd-analyze cannot judge unit files (before version 250)")
    assert judged.returncode == 0, judged.stdout


@each_unit
def test_what_may_never_be_loosened(unit: Path) -> None:
    """The settings that keep originals, other users and the rest of the machine out of reach."""
    found = settings(unit)
    assert {key: found.get(key) for key in HARDENED} == {key: [value] for key, value in HARDENED.items()}


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.name != TETHER], ids=lambda unit: unit.name)
def test_only_the_tether_may_write_photographs(unit: Path) -> None:
    """For daemon and page the inbox is read-only; the page writes, beside the state, the configuration it shows."""
    found = settings(unit)
    assert found["ReadOnlyPaths"] == ["-/srv/capture"]
    assert found.get("ReadWritePaths", []) == (["-/etc/capture-station"] if "page" in unit.name else [])


@each_unit
def test_every_command_that_is_started_exists(unit: Path) -> None:
    """The unit calls a command of the station that takes a configuration."""
    (command,) = settings(unit)["ExecStart"]
    program, name, option, _ = command.split()
    assert Path(program).name == "station"
    known = typer.main.get_group(cli.app).commands
    assert option in {option for parameter in known[name].params for option in parameter.opts}


def test_the_tether_says_that_it_is_ready_and_alive(tmp_path: Path) -> None:
    """What Type=notify and WatchdogSec wait for is said by the command that the unit starts."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "camera" / "DCIM").mkdir(parents=True)
    (tmp_path / "station.yaml").write_text("inbox: inbox\nstate: state\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(60)
        systemd.bind(str(tmp_path / "notify"))
        environment = os.environ | {"NOTIFY_SOCKET": f"{tmp_path}/notify", "VCAMERADIR": f"{tmp_path}/camera"}
        command = [sys.executable, "-m", "station.cli", "tether", "--config", str(tmp_path / "station.yaml")]
        with subprocess.Popen(command, env=environment) as process:
            heard: set[bytes] = set()
            while not {b"READY=1", b"WATCHDOG=1"} <= heard:
                heard.add(systemd.recv(4096))
            process.send_signal(signal.SIGTERM)
        assert process.returncode == 0
