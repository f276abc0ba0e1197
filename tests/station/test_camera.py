"""What the camera library says, in the words of the imaging room. The camera itself is driven by test_tether.py."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import gphoto2
import pytest

from station.camera import Camera, explained, rivals
from station.errors import TetherError

ERRORS = sorted(name for name in dir(gphoto2) if name.startswith("GP_ERROR"))


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_of_the_library_has_an_answer(name: str) -> None:
    """Each result code becomes a TetherError that says what failed and what to do."""
    error = explained(gphoto2, getattr(gphoto2, name), "told", "IMG_1.JPG could not be fetched", "usb:999,999")
    assert str(error).startswith("IMG_1.JPG could not be fetched: ")
    assert error.remedy.endswith(".")


@pytest.mark.parametrize("name", ["gvfs-gphoto2-volume-monitor", "darktable"])
def test_the_program_that_holds_the_camera_is_named(tmp_path: Path, name: str) -> None:
    """A rival that runs is found by its process name, and the remedy is the one for it."""
    program = tmp_path / name
    shutil.copy("/bin/sleep", program)
    rival = subprocess.Popen([program, "60"])
    try:
        while name not in rivals():
            assert rival.poll() is None
        error = explained(gphoto2, gphoto2.GP_ERROR_IO_USB_CLAIM, "told", "The camera cannot be connected", "")
    finally:
        rival.kill()
        rival.wait()
    assert name in str(error)
    assert ("systemctl --user mask" in error.remedy) == name.startswith("gvfs")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every device")
def test_a_device_this_account_may_not_open_is_named(tmp_path: Path) -> None:
    """Missing rights are told as such, whatever code the library gives."""
    (tmp_path / "001").mkdir()
    (tmp_path / "001" / "005").touch(mode=0)
    error = explained(gphoto2, gphoto2.GP_ERROR_IO, "told", "Connecting failed", "usb:001,005", tmp_path)
    assert "may not open" in str(error)
    assert "plugdev" in error.remedy


@pytest.mark.skipif("VCAMERADIR" in os.environ, reason="a virtual camera is always found")
def test_no_camera_is_told_with_a_remedy() -> None:
    """Without a camera on the cable there is a sentence about it, not a number."""
    with pytest.raises(TetherError) as caught:
        Camera(model="a camera nobody makes")
    assert caught.value.remedy
