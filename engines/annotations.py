"""Annotations as people export them -> the COCO that engines/truth.py reads.

Class names in many spellings (engines/class_names.py), photographs in sub-folders, polygons and rectangles of COCO and
LabelMe files (engines/annotation_files.py). Everything that cannot be used is said at once, in one ConfigError.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from engines.annotation_files import SUFFIXES, Annotated, photographs
from engines.class_names import class_called
from engines.truth import DOUBTFUL, HERBARIUM
from station.decode import Settings, decode
from station.errors import ConfigError, DecodeError
from station.judging import capture_of

KINDS = (*HERBARIUM[1:], DOUBTFUL)
ASPECT = 0.02
"""Relative difference of aspect from which annotation and photograph are not the same picture."""
LOOK_PX = 64
"""Long side at which each photograph is decoded once, for damage inside shows only then."""
RENAME = (
    f"Rename the categories to {', '.join(KINDS[:-1])}, or to {DOUBTFUL} where nothing shall be learnt; many other "
    "spellings are understood, e.g. ruler, color chart, determination label, envelope, QR code."
)
POLYGONS = (
    "Export polygons: draw with the polygon or rectangle tool, not with the brush. In CVAT, import the file with "
    "'Convert masks to polygons' and export it again as COCO 1.0; in LabelMe use AI-Polygon instead of AI-Mask."
)
OUTLINE = "Draw an outline round each object; points and lines have no area."
FOLDER = "Name the folder that holds the photographs with --images; its sub-folders are searched too."
ONCE = "Keep one annotation of each photograph, and give photographs in sub-folders different names."
READABLE = f"Photographs must be whole and of one of the kinds {', '.join(SUFFIXES)}."
UPRIGHT = (
    "Let the annotation tool turn photographs by their EXIF orientation, or turn the files, and annotate them anew."
)


@dataclass(frozen=True, slots=True)
class Annotations:
    """COCO as truth.read wants it, file names absolute; `notices`: what a person should know before training."""

    coco: dict[str, Any]
    notices: tuple[str, ...]


@dataclass(slots=True)
class _Complaints:
    """What cannot be used, and what to do about it; each remedy once."""

    said: list[str] = field(default_factory=list)
    remedies: dict[str, None] = field(default_factory=dict)

    def add(self, said: str, remedy: str) -> None:
        self.said.append(said)
        self.remedies[remedy] = None


@dataclass(frozen=True, slots=True)
class _Place:
    """The photographs of a folder: by their path from it, and by their bare name; lower case."""

    paths: dict[str, Path]
    names: dict[str, list[Path]]

    @classmethod
    def of(cls, folder: Path) -> _Place:
        files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
        names: dict[str, list[Path]] = {}
        for file in files:
            names.setdefault(file.name.lower(), []).append(file)
        return cls({p.relative_to(folder).as_posix().lower(): p for p in files}, names)

    def find(self, written: str) -> list[Path]:
        """The photograph that `written` names: by its whole path, by the end of it, else all of the bare name."""
        parts = [p for p in PurePosixPath(written.replace("\\", "/").lower()).parts if p != ".."]
        ends = ("/".join(parts[i:]) for i in range(len(parts)))
        found = next((self.paths[end] for end in ends if end in self.paths), None)
        return [found] if found else self.names.get(parts[-1] if parts else "", [])


def read(path: Path, images: Path) -> Annotations:
    """Annotations in `path` (a COCO file, or a folder with LabelMe files or an unpacked CVAT export) of photographs
    in the folder `images`. Raises ConfigError."""
    if not images.is_dir():
        raise ConfigError(f"{images} is no folder.", FOLDER)
    every = photographs(path)
    annotated = [photograph for photograph in every if photograph.things]
    complaints = _Complaints()
    _look_at_things(annotated, complaints)
    place = _Place.of(images)
    found = [_located(photograph, place, complaints) for photograph in annotated]
    for file, count in Counter(file for file, _ in found if file is not None).items():
        if count > 1:
            complaints.add(f"{file.name} is annotated {count} times", ONCE)
    if complaints.said:
        listed = "".join(f"\n  - {said}" for said in complaints.said)
        raise ConfigError(f"{path}: these annotations cannot be used:{listed}", " ".join(complaints.remedies))
    whole = [(p, file, size) for p, (file, size) in zip(annotated, found, strict=True) if file and size]
    return Annotations(_coco(whole), tuple(_notices(every, annotated)))


def _look_at_things(annotated: Iterable[Annotated], complaints: _Complaints) -> None:
    """Complain of categories that mean nothing, of masks, and of what has no area."""
    unknown: Counter[str] = Counter()
    masks: Counter[str] = Counter()
    flat: Counter[str] = Counter()
    for photograph in annotated:
        for written, rings in photograph.things:
            unknown[written] += class_called(written) is None
            masks[photograph.names[0]] += rings is None
            flat[photograph.names[0]] += rings == []
    for name, count in (+unknown).items():
        complaints.add(f"category '{name}' ({count} times) is none that the model knows", RENAME)
    for name, count in (+masks).items():
        complaints.add(f"{name}: {count} masks (RLE) instead of polygons", POLYGONS)
    for name, count in (+flat).items():
        complaints.add(f"{name}: {count} points, lines or empty outlines", OUTLINE)


def _located(
    photograph: Annotated, place: _Place, complaints: _Complaints
) -> tuple[Path | None, tuple[int, int] | None]:
    """The file of a photograph and the size (width, height) its polygons are drawn at; None with a complaint."""
    name = photograph.names[0]
    found = next((files for files in map(place.find, photograph.names) if files), [])
    if len(found) != 1:
        complaints.add(
            f"{name} lies in several sub-folders" if found else f"{name} is missing", ONCE if found else FOLDER
        )
        return None, None
    try:
        photo = decode(capture_of(found[0]), Settings())
        photo.small(LOOK_PX)
    except DecodeError as error:
        complaints.add(f"{name}: {error}", READABLE)
        return None, None
    there = photo.size_px
    drawn = photograph.size or there
    if abs(drawn[0] * there[1] / (drawn[1] * there[0]) - 1) > ASPECT:
        complaints.add(f"{name} is {there[0]} x {there[1]} px, but annotated as {drawn[0]} x {drawn[1]}", UPRIGHT)
    return found[0], drawn


def _coco(whole: Sequence[tuple[Annotated, Path, tuple[int, int]]]) -> dict[str, Any]:
    """The photographs as COCO with the model's class names."""
    notes = [
        {"image_id": number, "category_id": KINDS.index(class_called(written) or DOUBTFUL) + 1,
         "segmentation": [ring.ravel().tolist() for ring in rings or ()]}
        for number, (photograph, _, _) in enumerate(whole, 1)
        for written, rings in photograph.things
    ]  # fmt: skip
    images = [
        {"id": number, "file_name": str(file.resolve()), "width": size[0], "height": size[1],
         "institution": photograph.institution, "upright": photograph.upright}
        for number, (photograph, file, size) in enumerate(whole, 1)
    ]  # fmt: skip
    categories = [{"id": number, "name": name} for number, name in enumerate(KINDS, 1)]
    return {"images": images, "annotations": notes, "categories": categories}


def _notices(every: Sequence[Annotated], annotated: Sequence[Annotated]) -> Iterator[str]:
    """Things that are no errors and yet often oversights."""
    if left := len(every) - len(annotated):
        yield f"{left} of {len(every)} photographs have no annotation and are left out."
    bare = [p.names[0] for p in annotated if "sheet" not in {class_called(written) for written, _ in p.things}]
    if bare and len(bare) < len(annotated):
        yield f"No sheet is annotated in {', '.join(bare)}: the model will learn that there is none."
