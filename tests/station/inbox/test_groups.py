"""RAW, JPEG and side-cars of one stem are one shot; no photograph is ever swallowed."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.inbox.groups import PICTURES, RAW, SIDECARS, group, is_raw, near

paths = st.builds(
    "{}/{}.{}".format,
    st.sampled_from(["in", "in/a", "in/a.b"]),
    st.sampled_from(["IMG_1", "IMG_10", "IMG.1", "x.cr3", "é"]),
    st.sampled_from([*PICTURES, *RAW[:4], *SIDECARS, "JPG", "CR3", "CR3.xmp", "webp"]),
)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (["a.JPG", "a.CR3"], {"a.JPG": ("a.CR3",)}),
        (["a.cr3", "a.cr3.xmp", "a.xmp"], {"a.cr3": ("a.cr3.xmp", "a.xmp")}),
        (["a.tif", "a.iiq", "a.cos"], {"a.tif": ("a.iiq", "a.cos")}),
        (["a.tif", "a.jpg", "a.nef"], {"a.jpg": ("a.nef",), "a.tif": ()}),
        (["a.xmp", "a.nef.xmp"], {}),
        (["a.jpg", "b.nef"], {"a.jpg": (), "b.nef": ()}),
        (["x/a.jpg", "y/a.nef"], {"x/a.jpg": (), "y/a.nef": ()}),
        (["a.b.jpg", "a.nef"], {"a.b.jpg": (), "a.nef": ()}),
        (["a.jpg.xmp", "a.jpg"], {"a.jpg": ("a.jpg.xmp",)}),
    ],
)
def test_who_accompanies_whom(members: list[str], expected: dict[str, tuple[str, ...]]) -> None:
    """The JPEG (else TIFF, else RAW) is the photograph and the RAW and side-cars of its stem accompany it."""
    assert group(members) == expected


@given(st.sets(paths), st.randoms())
def test_no_file_is_lost_or_counted_twice(members: set[str], random: Random) -> None:
    """Every picture is a photograph, every RAW file one or a companion, whatever the order of the listing."""
    shuffled = sorted(members)
    random.shuffle(shuffled)
    photographs = group(shuffled)
    companions = [path for some in photographs.values() for path in some]
    assert photographs == group(sorted(members))
    assert len(set(companions)) == len(companions)
    assert not set(companions) & set(photographs)
    for path in members:
        extension = path.rpartition(".")[2].lower()
        if extension in SIDECARS:
            assert path not in photographs
        elif is_raw(path):
            assert path in photographs or path in companions
        else:
            assert path in photographs


@given(st.sets(paths), st.sets(paths, max_size=2))
def test_looking_only_near_the_fresh_files_changes_nothing(members: set[str], fresh: set[str]) -> None:
    """Grouping the files near some fresh ones gives these the same photographs and companions as grouping all."""
    everything = members | fresh
    photographs, few = group(everything), group(near(everything, fresh))
    for path, companions in photographs.items():
        if fresh & {path, *companions}:
            assert few[path] == companions
