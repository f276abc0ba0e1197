"""Which files belong to one press of the shutter: one stem in one folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

JPEG = ("jpg", "jpeg")
TIFF = ("tif", "tiff")
PICTURES = (*JPEG, *TIFF, "png")
RAW = (
    "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "gpr", "iiq", "kdc", "mef", "mos", "mrw", "nef",
    "nrw", "orf", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
)  # fmt: skip
SIDECARS = ("cos", "dop", "nksc", "on1", "pp3", "thm", "xmp")

_RANK = dict.fromkeys(RAW, 3) | dict.fromkeys(SIDECARS, 4) | dict.fromkeys(TIFF, 1) | dict.fromkeys(JPEG, 0)
_OTHER_PICTURE = 2
_MANY = 32
_NAMED_IN_FULL = frozenset((*PICTURES, *RAW))


def is_raw(path: str) -> bool:
    """By its name this is a camera's RAW file."""
    return _rank(path) == _RANK["raw"]


def near(paths: Iterable[str], fresh: Collection[str]) -> Iterable[str]:
    """Those of `paths` that may share a stem with one of `fresh` (a few more besides), or all where that is quicker."""
    stems = tuple({_stem(path) for path in fresh})
    return paths if len(stems) > _MANY else (path for path in paths if path.startswith(stems))


def group(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Each photograph to be judged -> the files that accompany it, all of one stem in one folder.

    Every picture (JPEG, TIFF, PNG ...) is a photograph of its own; RAW files and side-cars accompany the first of
    them, JPEG before TIFF. Without any picture the first RAW file is the photograph. Side-cars alone are none.
    """
    stems: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        stems[_stem(path)].append(path)
    photographs: dict[str, tuple[str, ...]] = {}
    for members in stems.values():
        members.sort(key=lambda path: (_rank(path), path))
        pictures = sum(_rank(path) < _RANK["raw"] for path in members)
        if pictures:
            photographs[members[0]] = tuple(members[pictures:])
            photographs |= dict.fromkeys(members[1:pictures], ())
        elif is_raw(members[0]):
            photographs[members[0]] = tuple(members[1:])
    return photographs


def _rank(path: str) -> int:
    return _RANK.get(path.rpartition(".")[2].lower(), _OTHER_PICTURE)


def _stem(path: str) -> str:
    """The path without its extension; a side-car may carry its photograph's too (IMG_1.CR3.xmp)."""
    stem, _, extension = path.rpartition(".")
    if extension.lower() in SIDECARS:
        inner, _, named = stem.rpartition(".")
        if named.lower() in _NAMED_IN_FULL:
            return inner
    return stem
