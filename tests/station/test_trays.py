"""Several slides in one photograph, each looked at by itself."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from engines.drawing.canvas import SLIDE_CLASSES
from station import trays
from station.errors import EngineError
from station.settings import Settings
from station.types import Barcode, Box, Finding, Measure, Outcome, Part, Photo, Region, Scene, Segmentation
from tests.station.scenes import ArrayPhoto, blank, region, scene, segmentation
from tests.station.test_line import CAPTURE, line_of

GREYS = np.array([[60, 90, 120], [150, 180, 210]], np.uint8)
"""Each slide of the tray is painted in its own grey."""


def tray() -> tuple[ArrayPhoto, list[Region]]:
    """Two rows of three slides of 60 x 160 px, listed from the last to the first."""
    image = blank(400, 440, 20)
    there = []
    for row in range(2):
        for col in range(3):
            x, y = 40 + 110 * col, 30 + 200 * row
            image[y : y + 160, x : x + 60] = GREYS[row, col]
            there.append(region("slide", x, y, 60, 160))
    return ArrayPhoto(image), there[::-1]


def see(photo: Photo) -> Segmentation:
    """An engine that answers an empty map."""
    return segmentation(photo.size_px, classes=SLIDE_CLASSES)


def find(segmented: Segmentation, photo: Photo) -> tuple[Region, ...]:
    """What the second look sees: the slide where its grey is, a label on it, one beside it."""
    pixels = photo.region(Box(0, 0, *photo.size_px))
    ys, xs = np.nonzero(pixels[..., 0] > 40)
    x, y = int(xs.min()), int(ys.min())
    return (region("slide", x + 1, y, 59, 160), region("label", x + 5, y + 5, 50, 30), region("label", 0, 0, 2, 2))


def test_each_slide_is_seen_by_itself_in_reading_order() -> None:
    """Six crops in the order of reading, each with a margin, each with its own grey; what lies beside is left out."""
    photo, there = tray()
    sights = trays.look(photo, there, see, find)
    assert [(s.number, s.row, s.col) for s in sights] == [(n + 1, n // 3 + 1, n % 3 + 1) for n in range(6)]
    for sight, grey in zip(sights, GREYS.ravel(), strict=True):
        assert [r.name for r in sight.regions] == ["slide", "label"]
        x, y, w, h = sight.regions[0].box
        assert (sight.crop.region(Box(x, y, w, h)) == grey).mean() > 0.97
        assert 0 < x < 0.2 * w
        assert sight.crop.small(50).shape[0] == 50


def test_one_slide_needs_no_second_look() -> None:
    """Nothing is cut out."""
    photo, there = tray()
    assert trays.look(photo, there[:1], see, find) == ()


def test_what_was_found_lies_where_it_is_in_the_whole_photograph() -> None:
    """Slides and labels in pixels of the tray; the first look's charts stay, its labels go."""
    photo, there = tray()
    chart = region("colour_chart", 5, 5, 20, 10)
    found = trays.joined([*there, chart, region("label", 1, 1, 9, 9)], trays.look(photo, there, see, find))
    assert [r.name for r in found] == ["slide", "label"] * 6 + ["colour_chart"]
    for n, slide in enumerate(found[0:12:2]):
        assert abs(slide.box.x - (40 + 110 * (n % 3))) <= 2
        assert abs(slide.box.y - (30 + 200 * (n // 3))) <= 2


def test_a_slide_that_the_second_look_does_not_see_keeps_its_outline() -> None:
    """The crop shows nothing: the first outline stands."""
    photo, there = tray()
    sights = trays.look(photo, there, see, lambda segmented, crop: ())
    assert [(r.name, r.box.w, r.box.h) for s in sights for r in s.regions] == [("slide", 60, 160)] * 6


def parts_of(photo: ArrayPhoto, there: list[Region], barcodes: tuple[Barcode, ...] = ()) -> tuple[Part, ...]:
    """The slides as scenes."""
    whole = scene(photo, *there, barcodes=barcodes, required={"label": 1, "scale_bar": 1}, name="tray-7.jpg")
    return trays.parts(whole, trays.look(photo, there, see, find))


def test_a_slide_as_a_scene_holds_its_own_things_only() -> None:
    """Its barcode in its own pixels, no scale bar asked of it, a file name of its own."""
    photo, there = tray()
    code = Barcode("010", "DataMatrix", Box(40 + 110 + 20, 30 + 100, 12, 12))
    parts = parts_of(photo, there, (code,))
    held = [part.scene.barcodes for part in parts]
    assert [n for n, codes in enumerate(held) if codes] == [1]
    (own,) = parts[1].scene.barcodes  # type: ignore[misc]
    assert (own.box.x + parts[1].box.x, own.box.y + parts[1].box.y) == (170, 130)
    assert dict(parts[0].scene.required) == {"label": 1}
    assert parts[2].scene.capture.path.name == "tray-7 slide 3.jpg"


def finding(outcome: Outcome, where: Box | None = None) -> Finding:
    """An answer of a check called `c`."""
    return Finding("c", "ok" if outcome is Outcome.PASS else "bad", outcome, "It is so.", "Do it.", where=where)


def test_findings_name_their_slide_and_lie_on_it() -> None:
    """Slide 5 (row 2, column 2), at the same pixels of the whole."""
    parts = parts_of(*tray())
    answers = [(p, [finding(Outcome.FAIL if p.number == 5 else Outcome.PASS, Box(1, 2, 3, 4))]) for p in parts]
    (told,) = trays.told("c", answers)
    assert isinstance(told, Finding)
    assert told.message == "Slide 5 (row 2, column 2): It is so."
    assert told.where == Box(parts[4].box.x + 1, parts[4].box.y + 2, 3, 4)


def test_the_same_of_many_slides_is_told_once() -> None:
    """All numbers stand in one finding."""
    (told,) = trays.told("c", [(part, [finding(Outcome.WARN)]) for part in parts_of(*tray())])
    assert isinstance(told, Finding)
    assert "6 slides (1, 2, 3, 4, 5, 6)" in told.message


def test_well_slides_are_one_pass() -> None:
    """Not one line a slide."""
    (told,) = trays.told("c", [(part, [finding(Outcome.PASS)]) for part in parts_of(*tray())])
    assert isinstance(told, Finding)
    assert (told.outcome, told.value) == (Outcome.PASS, 6)


def test_the_line_asks_each_slide_what_each_asks() -> None:
    """A check of each slide is asked six times, one of the frame once; a broken second look is never a pass."""
    photo, there = tray()
    asked: list[str] = []

    def each(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
        asked.append("each")
        yield Measure("labels", {"bbox": [1, 2, 3, 4]})
        yield Finding("each", "ok", Outcome.PASS, f"{len(scene.of('label'))} labels.")

    def whole(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
        asked.append("whole")
        yield Finding("whole", "ok", Outcome.PASS, f"{len(scene.regions)} regions.")

    def seeing(segmented: Segmentation, seen: Photo) -> tuple[Region, ...]:
        return tuple(there) if seen is photo else find(segmented, seen)

    from station.line import judge

    line = line_of(("each", each), ("whole", whole), decode=lambda capture: photo, segment=see, find=seeing,
                   each=frozenset({"each"}))  # fmt: skip
    verdict = judge(CAPTURE, line).verdict
    assert asked == ["each"] * 6 + ["whole"]
    assert verdict.outcome is Outcome.PASS
    assert len(verdict.measures["labels"]) == 6  # type: ignore[arg-type]
    assert len(verdict.regions) == 12

    def breaking(seen: Photo) -> Segmentation:
        if seen is photo:
            return see(seen)
        raise EngineError("it broke", "mend it")

    def needs(scene: Scene, settings: Settings) -> Iterable[Finding | Measure]:
        yield Finding("needs", "ok", Outcome.PASS, f"{len(scene.regions)} regions.")

    line = line_of(("needs", needs), decode=lambda capture: photo, segment=breaking, find=seeing)
    assert judge(CAPTURE, line).verdict.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("box", [Box(-5, -5, 20, 20), Box(60, 100, 500, 500)])
def test_a_crop_never_shows_more_than_itself(box: Box) -> None:
    """What reaches beyond its border is cut."""
    photo, there = tray()
    (crop, *_) = [sight.crop for sight in trays.look(photo, there, see, find)]
    h, w = crop.region(box).shape[:2]
    assert w <= crop.size_px[0]
    assert h <= crop.size_px[1]
    assert (w, h) != (box.w, box.h)
