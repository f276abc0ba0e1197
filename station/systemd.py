"""Words to systemd (sd_notify): ready, alive, status. Started by anything else, nobody listens and nothing is said."""

from __future__ import annotations

import os

import sdnotify


class Notifier:
    """Called with one assignment of sd_notify(3): `READY=1`, `WATCHDOG=1`, `STATUS=a few words`, `STOPPING=1`.

    It never fails: a station that cannot report still works. Line breaks, which would begin another assignment,
    become spaces; what is no valid text (a file name may hold any byte) is written as escapes.
    """

    def __init__(self) -> None:
        # Without a listener sdnotify would open a socket and drop it.
        self._systemd = sdnotify.SystemdNotifier() if "NOTIFY_SOCKET" in os.environ else None

    def __call__(self, assignment: str) -> None:
        if self._systemd is not None:
            utf8 = " ".join(assignment.split()).encode(errors="backslashreplace")
            self._systemd.notify(utf8.decode("latin-1"))  # sdnotify sends Latin-1, systemd wants UTF-8

    def close(self) -> None:
        """Say nothing more."""
        if self._systemd is not None and self._systemd.socket is not None:
            self._systemd.socket.close()
        self._systemd = None


def notifier() -> Notifier:
    """For the service manager that started this process, if one did."""
    return Notifier()
