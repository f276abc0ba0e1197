"""What systemd hears, on a real notification socket."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import systemd


@pytest.fixture(scope="module")
def say(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], bytes]]:
    """Says it to a socket as systemd gives one to its services, and returns what arrives there."""
    path = tmp_path_factory.mktemp("run") / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener, pytest.MonkeyPatch.context() as patch:
        listener.bind(str(path))
        listener.settimeout(10)
        patch.setenv("NOTIFY_SOCKET", str(path))
        with contextlib.closing(systemd.notifier()) as notify:

            def say_and_hear(assignment: str) -> bytes:
                notify(assignment)
                return listener.recv(65536)

            yield say_and_hear


@pytest.mark.parametrize("word", ["READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=3 waiting, last Bäume-λ.jpg"])
def test_a_word_arrives_as_utf8(say: Callable[[str], bytes], word: str) -> None:
    """systemd takes a status only when it is UTF-8."""
    assert say(word) == word.encode()


@given(st.text())
def test_a_file_name_cannot_say_more_than_a_status(say: Callable[[str], bytes], name: str) -> None:
    """Whatever a name holds, lone surrogates of odd bytes included, it stays one line of valid UTF-8."""
    heard = say(f"STATUS=last {name}\nREADY=1")
    assert heard.decode().startswith("STATUS=last")
    assert b"\n" not in heard


def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Started from a terminal, the station neither fails nor opens a socket."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify = systemd.notifier()
    notify("READY=1")
    notify.close()
    notify.close()


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
def test_a_systemd_that_is_gone_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """A socket path that leads nowhere does not stop the station."""
    monkeypatch.setenv("NOTIFY_SOCKET", f"{tmp_path}/nobody")
    with contextlib.closing(systemd.notifier()) as notify:
        notify("READY=1")
