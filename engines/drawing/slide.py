"""One microscope slide: glass, coverslips, labels, code, type marker. A habit says how a collection makes its slides.

Lengths in mm in the slide's own frame, origin in the middle, x to the right and y down as its labels are read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from numpy.random import Generator

from engines.drawing import glass, label, mount, sticker
from engines.drawing.bench import Bench
from engines.drawing.canvas import Array, Colour, Pixels, moved, rectangle, through
from engines.drawing.glass import Pane

SIZES_MM = (
    (26.0, 76.0),
    (25.4, 76.2),
    (26.0, 76.0),
    (25.0, 75.0),
    (28.0, 48.0),
    (27.0, 46.0),
    (38.0, 75.0),
    (51.0, 76.0),
)
"""Short and long side; after ISO 8037-1 (76 x 26 mm), the English inches, thin sections and wide slides."""
PAINTS: tuple[Colour, ...] = (
    (235, 235, 236), (244, 244, 246), (226, 200, 90), (150, 190, 226), (236, 150, 170), (160, 206, 150), (240, 170, 90),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Habit:
    """How slides of one collection look. `long_upright`: the long side runs down as the labels are read. `ends`: label
    height along the slide at its two ends, 0 = none."""

    size_mm: tuple[float, float]
    long_upright: bool
    pane: Pane
    ends: tuple[float, float]
    frosted: Colour | None
    round_slips: bool
    slip_mm: tuple[float, float]
    kind: int
    coded: float
    typed: float
    clear_slip: float
    coloured: float


def any_habit(rng: Generator) -> Habit:
    """One of the ways of the world's collections."""
    w, h = SIZES_MM[int(rng.integers(len(SIZES_MM)))]
    rocks = rng.random() < 0.22
    both = rng.random() < 0.6
    first = float(rng.uniform(0.17, 0.36) * h)
    second = float(rng.uniform(0.15, 0.34) * h) if both else 0.0
    ends = (first, second) if rng.random() < 0.8 else (second, first)
    room = h - sum(ends) - 4
    round_ = rng.random() < 0.55 and not rocks
    short = float(min(rng.choice([10, 12, 15, 18, 20, 22, 24]), 0.92 * w, room))
    long = short if round_ or rng.random() < 0.5 else float(min(rng.uniform(1, 2.6) * short, room))
    if rocks:
        short, long = float(rng.uniform(0.6, 0.98) * w), float(rng.uniform(0.7, 1.0) * room)
    paint = PAINTS[int(rng.integers(len(PAINTS)))] if rng.random() < 0.3 else None
    return Habit(
        size_mm=(w, h),
        long_upright=bool(rng.random() < 0.55),
        pane=glass.any_pane(rng),
        ends=ends,
        frosted=paint,
        round_slips=bool(round_),
        slip_mm=(max(short, 6.0), max(long, 6.0)),
        kind=len(mount.KINDS) - 1 if rocks else int(rng.integers(len(mount.KINDS) - 1)),
        coded=float(rng.choice([0, 0.9, 1.0])),
        typed=float(rng.choice([0.03, 0.3])),
        clear_slip=0.7 if rocks else float(rng.choice([0.02, 0.3])),
        coloured=float(rng.choice([0.03, 0.25])),
    )


@dataclass(slots=True)
class Slide:
    """A slide being made. `bench.sheet` is its pose, `bench.sheet_mm` (width, height) as its labels are read."""

    bench: Bench
    habit: Habit
    number: str
    corners: Array

    @property
    def rng(self) -> Generator:
        return self.bench.rng

    def at(self, along: float, across: float) -> tuple[float, float]:
        """A place by its distance along and across the slide from the middle, mm -> (x, y)."""
        return (across, along) if self.habit.long_upright else (along, across)

    def room(self, along: float, across: float) -> tuple[float, float]:
        """Lengths along and across -> (width, height)."""
        return (across, along) if self.habit.long_upright else (along, across)


def make(bench: Bench, habit: Habit, number: str) -> Slide:
    """Draw a slide of this habit on the pose `bench.sheet`, each a little different from the last."""
    rng = bench.rng
    short, long = habit.size_mm
    size = (short, long) if habit.long_upright else (long, short)
    own = replace(bench, sheet_mm=size, taken=[])
    pane = replace(habit.pane, veil=min(1.0, habit.pane.veil * float(rng.uniform(0.7, 1.3))))
    made = Slide(own, habit, number, glass.slide(bench.canvas, bench.sheet, size, pane, rng))
    first, second = (max(0.0, end * float(rng.uniform(0.85, 1.1))) for end in habit.ends)
    if habit.frosted is not None:
        end = max(first, second)
        side = -1 if first >= second else 1
        x, y = made.at(side * (long - end) / 2, 0)
        ground = through(bench.sheet @ moved(x, y), rectangle(*made.room(end, short)))
        glass.frosted(bench.canvas, ground, habit.frosted, float(rng.uniform(0.4, 1)), rng)
    middle = (first - second) / 2
    mounts(made, middle, long - first - second)
    for end, side in ((first, -1), (second, 1)):
        if end > 3:
            end_label(made, end, side)
    extras(made, middle, long - first - second)
    return made


def mounts(made: Slide, middle: float, room: float) -> None:
    """One coverslip or several along the free part, specimens in them; then what is wrong with them."""
    rng, habit, bench = made.rng, made.habit, made.bench
    short, long = habit.slip_mm
    count = int(rng.choice([1, 2, 3], p=[0.86, 0.11, 0.03])) if long * 2.1 < room else 1
    if rng.random() < 0.03:
        count = 0
    for n in range(count):
        u = middle + (n - (count - 1) / 2) * min(long * 1.1, room / count) + rng.normal(0, 0.04) * room
        v = rng.normal(0, 0.05) * habit.size_mm[0]
        grown = float(rng.uniform(0.8, 1.1)) if n == 0 else float(rng.uniform(0.4, 1))
        x, y = made.at(float(u), float(v))
        w, h = made.room(min(long * grown, room * 1.05), min(short * grown, 0.98 * habit.size_mm[0]))
        pose = bench.sheet @ moved(x, y, float(rng.normal(0, 2)))
        if rng.random() > habit.clear_slip:
            round_ = habit.round_slips != (rng.random() < 0.05)
            outline = mount.outline(min(w, h), min(w, h), round_=True) if round_ else mount.outline(w, h, round_=False)
            glass.coverslip(bench.canvas, pose, outline, rng)
        if rng.random() < 0.95:
            share = 0.72 if habit.kind != len(mount.KINDS) - 1 else 0.95
            mount.lay(bench, pose, (w * share, h * share), habit.kind, rng)
        bench.taken.append((x, y, w * 0.8, h * 0.8))
        if rng.random() < 0.18:
            glass.bubbles(bench.canvas, pose, min(w, h), int(rng.integers(1, 14)), rng)
        if rng.random() < 0.06:
            glass.crack(bench.canvas, pose, (w, h), rng)
    if rng.random() < 0.04:
        glass.crack(bench.canvas, bench.sheet, bench.sheet_mm, rng)
    if rng.random() < 0.06 and count:
        circle_in_ink(made, *bench.taken[0][:2])


def circle_in_ink(made: Slide, x: float, y: float) -> None:
    """A ring of ink that a collector drew round the specimen."""
    rng = made.rng
    ring = through(made.bench.sheet @ moved(x, y), glass.ellipse(*(rng.uniform(5, 14, 2))))
    glass.line(made.bench.canvas, ring, 0.5, label.any_ink(rng), 0.9, closed=True)


def end_label(made: Slide, end: float, side: int) -> None:
    """The label at one end, or writing on the ground end; sometimes another slip on it."""
    rng, habit, bench = made.rng, made.habit, made.bench
    short, long = habit.size_mm
    across = short * float(rng.uniform(0.72, 0.99))
    u = side * (long / 2 - end / 2 - rng.uniform(-0.4, 1.2))
    x, y = made.at(float(u), float(rng.normal(0, 0.02) * short))
    w, h = made.room(end * 0.96, across)
    turn = float(rng.normal(0, 1.5)) + (float(rng.choice([90, -90, 180])) if rng.random() < 0.05 else 0.0)
    tile, outline, text = sticker.any_label(w, h, bench.k, rng, habit.coloured)
    bench.put(tile, "label", x, y, turn, text=text, outline=outline, lift_mm=float(rng.choice([0, 0.15, 0.3])))
    if rng.random() < 0.08:
        slip_over_label(made, float(u) - side * end / 2, side, end)
    if rng.random() < 0.12:
        tile, outline, text = sticker.any_label(
            w * rng.uniform(0.3, 0.6), h * rng.uniform(0.25, 0.5), bench.k, rng, habit.coloured
        )
        dx, dy = rng.uniform(-0.33, 0.33, 2) * (w, h)
        bench.put(tile, "label", x + dx, y + dy, float(rng.normal(0, 4)), text=text, outline=outline, lift_mm=0.15)


def slip_over_label(made: Slide, inner: float, side: int, end: float) -> None:
    """A coverslip that reaches over the label of this end, whose inner side lies at `inner` along the slide."""
    rng, (short, long) = made.rng, made.habit.slip_mm
    round_ = made.habit.round_slips
    along = min(short, long) if round_ else long
    depth = float(rng.uniform(0.15, 0.6)) * min(end, along)
    x, y = made.at(inner + side * (depth - along / 2), float(rng.normal(0, 0.05)) * short)
    w, h = (along, along) if round_ else made.room(along, short)
    pose = made.bench.sheet @ moved(x, y, float(rng.normal(0, 2)))
    glass.coverslip(made.bench.canvas, pose, mount.outline(w, h, round_=round_), rng)


def extras(made: Slide, middle: float, room: float) -> None:
    """Code, type marker, small slips between the ends, writing on the glass."""
    rng, habit, bench, k = made.rng, made.habit, made.bench, made.bench.k
    if rng.random() < habit.coded:
        tile = sticker.code(made.number, k, rng)
        put_free(made, tile, "barcode", middle, room, made.number)
    if rng.random() < habit.typed:
        tile, ring = sticker.type_marker(k, rng)
        x, y = free(made, tile.shape[1] / k, middle, room)
        bench.put(tile, "type_marker", x, y, float(rng.normal(0, 10)), outline=ring, lift_mm=0.1)
    for _ in range(int(rng.choice([0, 1, 2], p=[0.72, 0.2, 0.08]))):
        w = float(rng.uniform(4, 0.6 * habit.size_mm[0]))
        tile, outline, text = sticker.any_label(w, w * float(rng.uniform(0.35, 1.1)), k, rng, habit.coloured)
        x, y = free(made, w, middle, room)
        bench.put(tile, "label", x, y, float(rng.normal(0, 3)), text=text, outline=outline, lift_mm=0.1)
    if rng.random() < 0.08:
        tile, alpha, _ = label.note(k / 2.5, rng)
        x, y = free(made, 8, middle, room)
        bench.canvas.paste(tile, bench.sheet @ moved(x, y, float(rng.normal(0, 8))), None, alpha=alpha, ink=True)


def put_free(made: Slide, tile: Pixels, name: str, middle: float, room: float, text: str) -> None:
    """Paste where there is room between the ends, or else on a label."""
    rng, bench = made.rng, made.bench
    wide = max(tile.shape[:2]) / bench.k
    if rng.random() < 0.2:
        long, short = made.habit.size_mm[1], made.habit.size_mm[0]
        x, y = made.at(
            float(rng.choice([-1, 1])) * (long / 2 - wide * 0.7), float(rng.uniform(-0.5, 0.5)) * (short - wide)
        )
    else:
        x, y = free(made, wide, middle, room)
    turn = float(rng.normal(0, 5)) + 90.0 * int(rng.integers(4)) * (rng.random() < 0.15)
    bench.put(tile, name, x, y, turn, text=text, lift_mm=0.12)


def free(made: Slide, wide: float, middle: float, room: float) -> tuple[float, float]:
    """A place between the ends, preferably beside the coverslip."""
    rng, x, y = made.rng, 0.0, 0.0
    for _ in range(12):
        u = middle + rng.uniform(-0.5, 0.5) * max(room - wide, 0)
        v = rng.uniform(-0.5, 0.5) * max(made.habit.size_mm[0] - wide, 0)
        x, y = made.at(float(u), float(v))
        if made.bench.free(x, y, wide, wide):
            break
    return x, y
