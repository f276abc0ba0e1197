"""The one camera on the cable, by libgphoto2 (python-gphoto2); says in plain words why it cannot be had.

Only `tether.py` uses it, from one thread. Two traps of the library are kept in here. `get_data_and_size()` is a view
into its CameraFile and dies with it, so the bytes are copied. `wait_for_event()` of many cameras answers "nothing"
at once instead of waiting, so the rest of the time is slept. Events and captures never mix: the shutter is pressed
between two waits (libgphoto2 #617, #1072).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from station.errors import TetherError

WAIT_SECONDS = 0.2
"""Length of one wait for an event. Waits of a few ms keep some cameras too busy to store (python-gphoto2 #124)."""

_AWAKE = (
    "Switch the camera on, wake it and switch its automatic power-off off; plug its cable straight into the "
    "computer, not into a hub; use the mains adapter."
)
_REASONS = {
    "GP_ERROR_MODEL_NOT_FOUND": ("this model is unknown", "Choose PTP (not mass storage) in the camera's USB menu."),
    "GP_ERROR_CAMERA_BUSY": ("the camera is busy", "Leave its menu, let it finish storing, or switch it off and on."),
    "GP_ERROR_NO_SPACE": ("the card is full", "Put in an empty card, after its photographs are safe."),
    "GP_ERROR_FILE_NOT_FOUND": ("the photograph is no longer on the camera", "Look for it on the card."),
    "GP_ERROR_DIRECTORY_NOT_FOUND": ("the folder is no longer on the camera", "Look for it on the card."),
    "GP_ERROR_NO_MEMORY": ("this computer is out of memory", "Close other programs."),
    "GP_ERROR_TIMEOUT": ("the camera does not answer", _AWAKE),
    "GP_ERROR_IO": ("the camera does not answer", _AWAKE),
    "GP_ERROR_IO_INIT": ("the camera does not answer", _AWAKE),
    "GP_ERROR_IO_READ": ("the camera no longer answers", _AWAKE),
    "GP_ERROR_IO_WRITE": ("the camera no longer answers", _AWAKE),
    "GP_ERROR_IO_USB_FIND": ("the camera is gone from the cable", _AWAKE),
    "GP_ERROR_IO_USB_CLEAR_HALT": ("the camera no longer answers", _AWAKE),
    "GP_ERROR": ("the camera refused", "Check that its card is not full or locked; then switch it off and on."),
}
_CLAIMED = ("GP_ERROR_IO_USB_CLAIM", "GP_ERROR_IO_LOCK")
_DESKTOP = ("gvfs-gphoto2-volume-monitor", "gvfsd-gphoto2")
_RIVALS = (*_DESKTOP, "gphoto2", "darktable", "digikam", "entangle", "shotwell", "rapid-photo-downloader")
"""Programs that claim a camera by themselves (gphoto2 #181, libgphoto2 #617)."""


@dataclass(frozen=True, slots=True)
class OnCamera:
    """A file on the camera. `mtime` in seconds by the camera's own clock; 0 when the camera does not say."""

    folder: str
    name: str
    mtime: int = 0
    bytes: int = 0


class Camera:
    """One camera, claimed until `close`. Every method raises TetherError, after which only `close` makes sense.

    `model` is a part of its name and `port` its USB port; with neither, the first camera found is taken.
    """

    def __init__(self, model: str = "", port: str = "") -> None:
        try:
            import gphoto2  # here, because it reads VCAMERADIR when it is imported
        except ImportError as error:
            raise TetherError("This computer lacks python-gphoto2.", "Install it: pip install gphoto2.") from error
        self._gp, self.name, self.port = gphoto2, "", port
        with self._doing("The camera cannot be connected"):
            self.name, self.port = self._find(model, port)
            models, ports = gphoto2.CameraAbilitiesList(), gphoto2.PortInfoList()
            models.load()
            ports.load()
            self._camera = gphoto2.Camera()
            self._camera.set_abilities(models.get_abilities(models.lookup_model(self.name)))
            self._camera.set_port_info(ports.get_info(ports.lookup_path(self.port)))
            self._camera.init()

    def _find(self, model: str, port: str) -> tuple[str, str]:
        found = self._gp.Camera.autodetect()
        cameras = [(found.get_name(i), found.get_value(i)) for i in range(found.count())]
        for name, at in cameras:
            if model.lower() in name.lower() and port in ("", at):
                return name, at
        if cameras:
            seen = ", ".join(f"{name} at {at}" for name, at in cameras)
            raise TetherError(
                f"The camera asked for is not there; found: {seen}.",
                "Switch the right one on, or correct `model` and `port` in the table `tether`.",
            )
        raise TetherError("No camera found.", f"{_AWAKE} Choose PTP (not mass storage) in its USB menu.")

    def keep_on(self, target: str) -> None:
        """Choose where new photographs are kept: "memory card" or "internal RAM"."""
        with self._doing("The capture target cannot be set"):
            widget = self._camera.get_single_config("capturetarget")
            choices = [widget.get_choice(i) for i in range(widget.count_choices())]
            wanted = [choice for choice in choices if choice.lower() == target.lower()]
            if not wanted:
                raise TetherError(
                    f"{self.name} cannot keep photographs on: {target}. It offers: {', '.join(choices)}.",
                    "Set `capture_target` in the table `tether` to `as set`.",
                )
            widget.set_value(wanted[0])
            self._camera.set_single_config("capturetarget", widget)

    def next_file(self, stop: Event) -> OnCamera | None:
        """The next new file, or None when the camera has had nothing to tell for `WAIT_SECONDS`, or at `stop`."""
        while not stop.is_set():
            began = time.monotonic()
            with self._doing("Waiting for a photograph failed"):
                kind, event = self._camera.wait_for_event(int(1000 * WAIT_SECONDS))
            if kind == self._gp.GP_EVENT_FILE_ADDED:
                return self._describe(event.folder, event.name)
            if kind == self._gp.GP_EVENT_TIMEOUT:
                stop.wait(max(0.0, began + WAIT_SECONDS - time.monotonic()))
                return None
        return None

    def press(self) -> None:
        """Take a photograph, which `next_file` will report. A camera that is still busy is left alone."""
        with self._doing("No photograph could be taken"):
            try:
                self._camera.trigger_capture()
            except self._gp.GPhoto2Error as error:
                if error.code != self._gp.GP_ERROR_CAMERA_BUSY:
                    raise

    def fetch(self, file: OnCamera) -> bytes:
        """The file's content, as long as the camera said it is."""
        with self._doing(f"{file.name} could not be fetched"):
            held = self._camera.file_get(file.folder, file.name, self._gp.GP_FILE_TYPE_NORMAL)
            content = bytes(held.get_data_and_size())
        if file.bytes not in (0, len(content)):
            raise TetherError(f"{file.name} arrived incomplete: {len(content)} of {file.bytes} bytes.", _AWAKE)
        return content

    def listing(self) -> list[OnCamera]:
        """Every file on the camera; takes a while on a full card."""
        with self._doing("The card could not be listed"):
            return [self._describe(folder, name) for folder, name in self._walk("/")]

    def _walk(self, folder: str) -> Iterator[tuple[str, str]]:
        files = self._camera.folder_list_files(folder)
        yield from ((folder, files.get_name(i)) for i in range(files.count()))
        below = self._camera.folder_list_folders(folder)
        for i in range(below.count()):
            yield from self._walk(f"{folder.rstrip('/')}/{below.get_name(i)}")

    def _describe(self, folder: str, name: str) -> OnCamera:
        with contextlib.suppress(self._gp.GPhoto2Error):
            info = self._camera.file_get_info(folder, name).file
            return OnCamera(folder, name, int(info.mtime), int(info.size))
        return OnCamera(folder, name)

    def delete(self, file: OnCamera) -> None:
        """Remove it from the camera."""
        with self._doing(f"{file.name} could not be removed from the camera"):
            self._camera.file_delete(file.folder, file.name)

    def close(self) -> None:
        """Release the camera; the next `Camera` starts afresh, as after switching it off and on."""
        with contextlib.suppress(self._gp.GPhoto2Error):  # one that is gone cannot take its leave
            self._camera.exit()
        del self._camera

    @contextlib.contextmanager
    def _doing(self, what_failed: str) -> Iterator[None]:
        try:
            yield
        except self._gp.GPhoto2Error as error:
            raise explained(self._gp, error.code, error.string, what_failed, self.port) from error


def explained(
    gp: Any, code: int, told: str, what_failed: str, port: str, devices: Path = Path("/dev/bus/usb")
) -> TetherError:
    """libgphoto2's result `code` (its text: `told`) in the words of the imaging room, with a remedy."""
    node = devices.joinpath(*port.removeprefix("usb:").split(","))
    if port.startswith("usb:") and node.exists() and not os.access(node, os.R_OK | os.W_OK):
        return TetherError(
            f"{what_failed}: this account may not open {node}.",
            "Install Debian's package libgphoto2-6 for its udev rules, add the account to the group `plugdev`, "
            "then plug the camera in again.",
        )
    if code in (getattr(gp, name) for name in _CLAIMED):
        return _claimed(what_failed, rivals())
    for name, (reason, remedy) in _REASONS.items():
        if code == getattr(gp, name):
            return TetherError(f"{what_failed}: {reason} ({told}).", remedy)
    return TetherError(f"{what_failed}: {told} (libgphoto2 {code}).", _AWAKE)


def _claimed(what_failed: str, holders: list[str]) -> TetherError:
    holder = " and ".join(holders) or "another program"
    if set(holders) & set(_DESKTOP):
        remedy = "Run `systemctl --user mask --now gvfs-gphoto2-volume-monitor.service`, then plug the camera in again."
    else:
        remedy = "Close it, or wait until it lets go; only one program can have the camera."
    return TetherError(f"{what_failed}: {holder} holds it.", remedy)


def rivals(proc: Path = Path("/proc")) -> list[str]:
    """The known camera programs that run now."""
    running = set()
    for comm in proc.glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):  # the process has ended meanwhile
            running.add(comm.read_text(errors="replace").strip())
    return [rival for rival in _RIVALS if rival[:15] in running]  # the kernel keeps 15 bytes of a name
