"""A folder that libgphoto2's virtual camera takes photographs of: the camera of the demo and of the tests.

With VCAMERADIR in the environment before gphoto2 is imported, the wheel finds a "Nikon DSC D750" whose card is that
folder. Measured with python-gphoto2 2.6.4 (libgphoto2 2.5.34):

- It reads the folder once, when it is connected, and keeps the length of each file; connecting anew reads it anew.
- A press of the shutter reports a new file DCIM/1xxGPHOT/GPH_0099.JPG, then GPH_0101, GPH_0103 ..., at once. Its
  content is that of one JPEG of the folder (always the same one), read from the disk when it is fetched, cut to the
  length noted; a file that has become shorter cannot be fetched, nor can one that is gone.
- After 26 presses the card counts as full and every further press fails until it is connected anew, when the names
  begin again at GPH_0099: names do come twice, as with a real camera at 9999.
- Waiting for an event answers "nothing" at once. Deleting never touches the folder. With no JPEG in it
  the camera is still found and connected, but every press fails. The folder itself, and its DCIM, must stay: without
  them the library reads memory it never set, and may crash.

So one JPEG lies in the folder, all pictures have one length, and the next picture replaces the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_COMMENT_BYTES = 65_533  # most content of one JPEG comment segment (its length field counts itself)


class VirtualCamera:
    """`load` lays the next picture under the lens: whatever is pressed and fetched after it, shows that picture."""

    def __init__(self, folder: Path, frame_bytes: int) -> None:
        """`frame_bytes` is the length of every file of this camera, at least that of the largest picture plus 4."""
        self._film, self._frame_bytes = folder / "DCIM" / "100NIKON" / "FILM.JPG", frame_bytes
        self._film.parent.mkdir(parents=True)
        self.environment: Mapping[str, str] = {"VCAMERADIR": str(folder)}
        self.load(b"")

    def load(self, picture: bytes) -> bytes:
        """Returns the very bytes the camera will deliver. Raises ValueError when `picture` is too long."""
        frame = padded(picture, self._frame_bytes)
        new = self._film.with_suffix(".new")
        new.write_bytes(frame)
        new.replace(self._film)
        return frame


def padded(picture: bytes, length: int) -> bytes:
    """`picture` made `length` bytes long: a JPEG by comment segments (ISO/IEC 10918-1, B.2.4.5), else by zeros.

    The comments stand behind the leading application segments, so Exif stays where readers look for it. Raises
    ValueError when there is no room; a JPEG needs exactly its length, or 4 bytes more than that at least.
    """
    room = length - len(picture)
    if room < 0 or (room in (1, 2, 3) and picture.startswith(b"\xff\xd8")):
        raise ValueError(f"a picture of {len(picture)} bytes cannot be made {length} bytes long")
    if not picture.startswith(b"\xff\xd8"):
        return picture + bytes(room)
    at = 2
    while picture[at : at + 1] == b"\xff" and picture[at + 1 : at + 2] and 0xE0 <= picture[at + 1] <= 0xEF:
        at += 2 + int.from_bytes(picture[at + 2 : at + 4])
    comments = b""
    while room:
        content = min(room - 4, _COMMENT_BYTES)
        if 0 < room - 4 - content < 4:  # never leave less than a segment needs
            content -= 4
        comments += b"\xff\xfe" + (content + 2).to_bytes(2) + bytes(content)
        room -= 4 + content
    return picture[:at] + comments + picture[at:]
