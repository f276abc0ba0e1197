"""What people look at: a small copy of the photograph, a thumbnail, native-resolution crops of what is wrong.

    <previews>/<first 2 of id>/<id>/photo.jpg   longest side <= 1600 px
                                    thumb.jpg   longest side <= 320 px
                                    crop-<n>.jpg  full-resolution pixels at finding n that has a `where`

Photo and thumbnail are made beside the checks, on a second core; all is written before the record, so that a page which
sees the record finds the pictures.
"""

from __future__ import annotations

import contextlib
import shutil
from concurrent.futures import Future
from pathlib import Path

import cv2
import numpy as np

from station.errors import DecodeError, StoreError
from station.types import Box, Image, Outcome, Photo, Pictures, Region, Verdict

PHOTO_PX, THUMB_PX = 1600, 320
CROP_PX = (900, 600)
"""Largest crop, width and height: about what a screen shows at its own pixels."""
INKS = {  # Okabe & Ito 2008, told apart by colour-deficient eyes
    "sheet": (240, 240, 240), "slide": (240, 240, 240), "specimen": (0, 158, 115), "label": (86, 180, 233),
    "barcode": (213, 94, 0), "colour_chart": (204, 121, 167), "scale_bar": (230, 159, 0), "stamp": (240, 228, 66),
    "type_marker": (240, 228, 66), "packet": (0, 114, 178), "coverslip": (0, 114, 178),
    "foreign_object": (255, 60, 60),
}  # fmt: skip


def folder(previews: Path, capture_id: str) -> Path:
    """Where the pictures of a capture lie."""
    return previews / capture_id[:2] / capture_id


def picture(photo: Photo) -> Pictures:
    """The copies for screens. Raises DecodeError."""
    view = photo.small(PHOTO_PX)
    return Pictures(_encoded(view, 88), _encoded(_reduced(view, THUMB_PX), 82))


def save(pictures: Future[Pictures] | None, photo: Photo | None, verdict: Verdict, previews: Path) -> None:
    """Write the pictures of one verdict, `pictures` as soon as they are made; none when the photograph could not be
    decoded. Raises StoreError."""
    if photo is None or pictures is None:
        return
    target = folder(previews, verdict.capture.id)
    fresh = target.with_name(target.name + ".part")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        _crops(photo, verdict, fresh)
        (fresh / "photo.jpg").write_bytes(pictures.result().photo)
        (fresh / "thumb.jpg").write_bytes(pictures.result().thumb)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    except DecodeError:
        shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise StoreError(
            f"The preview of {verdict.capture.path.name} cannot be written: {error}",
            "Free space on the disk of the state folder; the photograph itself is untouched.",
        ) from error


def thumb(previews: Path, capture_id: str) -> bytes | None:
    """The thumbnail that was written; None where there is none."""
    try:
        return (folder(previews, capture_id) / "thumb.jpg").read_bytes()
    except OSError:
        return None


def _crops(photo: Photo, verdict: Verdict, target: Path) -> None:
    for number, finding in enumerate(verdict.findings):
        if finding.where is not None and finding.outcome is not Outcome.PASS:
            with contextlib.suppress(DecodeError):  # a place outside the photograph costs its own crop only
                (target / f"crop-{number}.jpg").write_bytes(_encoded(photo.region(_crop(finding.where)), 92))


def overlay(photo: Photo, verdict: Verdict, max_side: int = PHOTO_PX) -> Image:
    """The photograph with every region's outline and class, and a red frame round what failed."""
    view = photo.small(max_side).copy()
    scale = np.array([view.shape[1] / photo.size_px[0], view.shape[0] / photo.size_px[1]])
    thick = max(2, round(max(view.shape[:2]) / 500))
    for region in verdict.regions:
        ink = INKS.get(region.name, (255, 255, 255))
        ring = np.round(region.polygon * scale).astype(np.int32)
        cv2.polylines(view, [ring], True, ink, thick, cv2.LINE_AA)
        _caption(view, region, ring[:, 0].min(), ring[:, 1].min(), ink, thick)
    for finding in verdict.findings:
        if finding.where is not None and finding.outcome is Outcome.FAIL:
            x, y, w, h = (np.array(finding.where) * np.tile(scale, 2)).astype(int)
            cv2.rectangle(view, (x, y), (x + w, y + h), (230, 30, 30), 2 * thick, cv2.LINE_AA)
    return view


def write_overlay(photo: Photo, verdict: Verdict, target: Path) -> None:
    """Save `overlay` as JPEG. Raises OSError."""
    target.write_bytes(_encoded(overlay(photo, verdict), 90))


def _caption(view: Image, region: Region, x: int, y: int, ink: tuple[int, int, int], thick: int) -> None:
    size = thick * 0.25
    (w, h), _ = cv2.getTextSize(region.name, cv2.FONT_HERSHEY_SIMPLEX, size, max(1, thick // 2))
    top = max(int(y) - h - thick * 2, 0)
    left = int(np.clip(x, 0, max(view.shape[1] - w, 0)))
    cv2.rectangle(view, (left, top), (left + w, top + h + thick * 2), ink, -1)
    at = (left, top + h + thick)
    cv2.putText(view, region.name, at, cv2.FONT_HERSHEY_SIMPLEX, size, (20, 20, 20), max(1, thick // 2), cv2.LINE_AA)


def _crop(where: Box) -> Box:
    """The place with a little of what surrounds it; the middle of it when it is larger than a crop may be."""
    w, h = (min(round(side * 1.2) + 40, most) for side, most in zip(where[2:], CROP_PX, strict=True))
    return Box(max(where.x + where.w // 2 - w // 2, 0), max(where.y + where.h // 2 - h // 2, 0), w, h)


def _reduced(image: Image, max_side: int) -> Image:
    scale = min(1.0, max_side / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _encoded(image: Image, quality: int) -> bytes:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise OSError("a picture cannot be encoded")
    return data.tobytes()
