"""The wild scenes: what herbaria anywhere may have put under a camera, for training."""

from __future__ import annotations

import numpy as np

from engines.drawing import barcode, carrier, clutter, habits, label, paper, plant, stamp
from engines.drawing.bench import Bench
from engines.drawing.canvas import Colour, moved
from engines.drawing.plant import Blade
from engines.drawing.writing import HOUSES, any_face, lettered, pick

BACKINGS: tuple[Colour, ...] = (
    (14, 14, 15), (18, 18, 19), (30, 30, 32), (44, 36, 38), (60, 55, 56), (70, 70, 72), (120, 120, 122),
    (228, 228, 228), (250, 250, 250), (150, 110, 70), (60, 90, 130), (30, 70, 60), (150, 175, 185), (110, 80, 55),
)  # fmt: skip


GRIDS = ((1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (2, 1), (2, 1), (1, 2), (3, 1), (2, 2), (3, 2))
"""Plants across and down."""


def arrange(bench: Bench, number: str, *, with_chart: bool, with_labels: bool, with_barcode: bool) -> None:
    """Backing, chart, sheet, then everything else; plants before or after the labels."""
    rng = bench.rng
    backing(bench)
    where = float(rng.random()) if with_chart else 1.0
    if where < 0.35:
        charted(bench, on_sheet=False)
    bench.lay_sheet(colour := paper.cream(rng), float(rng.uniform(0.3, 3)), old=True)
    for _ in range(int(rng.integers(0, 4))):
        stamped(bench)
    if rng.random() < 0.12:
        watermark(bench)
    labels_first = rng.random() < 0.3
    if labels_first and with_labels:
        labels(bench)
    specimens(bench)
    if rng.random() < 0.4:
        pocket(bench, colour)
    if not labels_first and with_labels:
        labels(bench)
    if with_labels:
        for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.45, 0.3, 0.15, 0.1]))):
            noted(bench)
    if with_barcode:
        for _ in range(int(rng.choice([0, 1, 2], p=[0.12, 0.78, 0.1]))):
            coded(bench, number)
    if 0.35 <= where < 0.88:
        charted(bench, on_sheet=where > 0.65)
    strange(bench)
    if rng.random() < 0.25:
        emblem(bench, with_labels)


def backing(bench: Bench) -> None:
    """What the sheet lies on besides a plain ground: a dotted mat, ruled cutting mat, or grained wood."""
    rng, image = bench.rng, bench.canvas.image
    kind = rng.random()
    step = max(3, round(rng.uniform(3, 12) * bench.canvas.px_per_mm))
    shift = int(rng.choice([-30, 30]) * rng.uniform(0.4, 1))
    line = (image[0, 0].astype(int) + shift).clip(0, 255).astype(np.uint8)
    if kind < 0.08:
        image[::step] = image[:, ::step] = line
    elif kind < 0.16:
        image[step // 2 :: step, step // 2 :: step] = image[1 + step // 2 :: step, step // 2 :: step] = line
    elif kind < 0.24:
        rows = (np.cumsum(rng.normal(0, 4, len(image))) % 24 - 12).astype(np.int16)
        image[:] = (image + rows[:, None, None]).clip(0, 255).astype(np.uint8)


def specimens(bench: Bench) -> None:
    """One plant that fills the sheet, or several in a loose grid; strips hold them down."""
    rng = bench.rng
    w, h = bench.sheet_mm
    across, down = GRIDS[int(rng.integers(len(GRIDS)))]
    fill = rng.uniform(0.8, 1.15)
    alike = int(rng.integers(1 << 31)) if rng.random() < 0.7 else None
    for n in range(across * down):
        if n and rng.random() < 0.15:
            continue
        x = ((n % across + 0.5) / across - 0.5) * w * 0.9 + rng.normal(0, 0.04 * w)
        y = ((n // across + 0.5) / down - 0.5) * h * 0.85 + rng.normal(-0.03, 0.04) * h
        cell = (w / across * fill * rng.uniform(0.85, 1.15), h / down * fill * rng.uniform(0.75, 0.95))
        # Plants of one sheet are of one species: the same seed for form and colour, another size.
        grown = habits.grow(cell[1], rng if alike is None else np.random.default_rng((alike, n // 2)))
        bench.press(plant.fitted(grown, *cell), bench.sheet @ moved(float(x), float(y), float(rng.normal(0, 12))))
        for _ in range(max(0, int(rng.integers(-3, 5)))):
            bench.tape_down(float(x + rng.normal(0, cell[0] / 6)), float(y + rng.normal(0, cell[1] / 5)))


def spot(bench: Bench, w: float, h: float) -> tuple[float, float]:
    """A place on the sheet for a thing of w x h mm: near the edges, preferably free."""
    rng = bench.rng
    sw, sh = bench.sheet_mm
    x = y = 0.0
    for _ in range(14):
        x = float(rng.choice([-1, 0, 1], p=[0.4, 0.15, 0.45])) * (sw - w) / 2 * rng.uniform(0.82, 1.0)
        y = float(rng.choice([-1, 0, 1], p=[0.25, 0.12, 0.63])) * (sh - h) / 2 * rng.uniform(0.72, 1.0)
        if bench.free(x, y, w, h):
            break
    return x, y


def turned(bench: Bench) -> float:
    """Nearly straight; seldom on its side or head."""
    quarter = bench.rng.choice([0, 90, -90, 180], p=[0.92, 0.035, 0.035, 0.01])
    return float(bench.rng.normal(0, 1.2) + quarter)


def labels(bench: Bench) -> None:
    """The collection label, others of all kinds, words on the sheet itself."""
    rng, k = bench.rng, bench.k
    for n in range(int(rng.choice([1, 2, 3, 4, 6], p=[0.25, 0.3, 0.25, 0.12, 0.08]))):
        kind = rng.random()
        if n and kind < 0.15:
            tile, text = label.status(k, rng)
        elif n and kind < 0.4:
            tile, alpha, text = label.note(k, rng)
            x, y = spot(bench, tile.shape[1] / k, tile.shape[0] / k)
            bench.put(tile, "label", x, y, float(rng.normal(0, 4)), text=text, alpha=alpha, ink=True)
            continue
        else:
            w = rng.uniform(70, 140) if n == 0 else rng.uniform(25, 120)
            tile, text = label.varied(w, w * rng.uniform(0.45, 0.9) if n == 0 else w * rng.uniform(0.14, 0.7), k, rng)
        x, y = spot(bench, tile.shape[1] / k, tile.shape[0] / k)
        bench.put(tile, "label", x, y, turned(bench), text=text, lift_mm=float(rng.choice([0, rng.uniform(0.1, 0.7)])))


def noted(bench: Bench) -> None:
    """A number or a few words, often in pencil, on bare paper of the sheet."""
    rng, k = bench.rng, bench.k
    tile, alpha, text = label.note(k, rng)
    w, h = tile.shape[1] / k, tile.shape[0] / k
    x, y = rng.uniform(-0.48, 0.48, 2) * (np.array(bench.sheet_mm) - (w, h))
    if bench.free(x, y, w, h):
        bench.put(tile, "label", float(x), float(y), float(rng.normal(0, 6)), text=text, alpha=alpha, ink=True)


def stamped(bench: Bench) -> None:
    """A stamp somewhere on the sheet."""
    rng, k = bench.rng, bench.k
    made = stamp.stamp(k, rng, plain=False)
    x, y = spot(bench, made.ink.shape[1] / k, made.ink.shape[0] / k)
    turn = float(rng.normal(0, 4)) if rng.random() < 0.9 else 90.0
    bench.put(made.ink, "stamp", x, y, turn, text=made.text, alpha=made.alpha, outline=made.outline, ink=True)


def pocket(bench: Bench, sheet: Colour) -> None:
    """A packet, mostly of nearly the sheet's own colour; sometimes fragments lie on it."""
    rng = bench.rng
    w = rng.uniform(45, 130)
    h = w * rng.uniform(0.5, 1.5)
    near: Colour = tuple(min(255.0, c * rng.uniform(0.95, 1.05)) for c in sheet)  # type: ignore[assignment]
    tile, outline, text = paper.packet(w, h, bench.k, near if rng.random() < 0.5 else paper.cream(rng), rng)
    x, y = spot(bench, w, h)
    turn = float(rng.normal(0, 1.5))
    bench.put(tile, "packet", x, y, turn, text=text, outline=outline, lift_mm=float(rng.uniform(0.2, 1.2)))
    if rng.random() < 0.15:
        crumbs: list[Blade] = []
        for _ in range(int(rng.integers(2, 6))):
            piece = plant.fitted(habits.grow(w * 0.3, rng)[:40], w * 0.25, h * 0.25)
            offset = rng.uniform(-0.3, 0.3, 2) * (w, h)
            crumbs += [Blade((b.outline + offset).astype(np.float32), b.colour, b.opacity) for b in piece]
        bench.press(crumbs, bench.sheet @ moved(x, y, turn))


def coded(bench: Bench, number: str) -> None:
    """A barcode sticker, on the sheet or on the first label."""
    rng = bench.rng
    kind = str(rng.choice(["Code128", "Code39", "QRCode", "DataMatrix"], p=[0.45, 0.32, 0.08, 0.15]))
    module = rng.uniform(0.22, 0.42) if kind.startswith("Code") else rng.uniform(0.5, 0.9)
    tile = barcode.sticker(number, kind, bench.k, float(module), float(rng.uniform(4, 12)), rng, plain=False)
    x, y = spot(bench, tile.shape[1] / bench.k, tile.shape[0] / bench.k)
    if rng.random() < 0.15:
        x, y, _, _ = bench.taken[int(rng.integers(len(bench.taken)))] if bench.taken else (x, y, 0, 0)
    bench.put(tile, "barcode", x, y, turned(bench), text=number, lift_mm=float(rng.choice([0, 0.2])))


def charted(bench: Bench, *, on_sheet: bool) -> None:
    """Chart and ruler along one side of the frame (perhaps cut by it) or on the sheet."""
    rng, k = bench.rng, bench.k
    made = carrier.any_carrier(k, rng)
    w, h = bench.sheet_mm if on_sheet else bench.frame_mm
    long, tall = made.size_mm(k)
    side = int(rng.choice([0, 1, 2, 3], p=[0.3, 0.2, 0.25, 0.25]))
    inset = tall / 2 + (rng.uniform(0, 8) if on_sheet else rng.uniform(-0.3, 0.15) * tall + rng.uniform(0, 5))
    slack = max(0.0, (w if side < 2 else h) - long) / 2
    along = rng.uniform(-1, 1) * slack
    x, y = ((along, -h / 2 + inset), (along, h / 2 - inset), (-w / 2 + inset, along), (w / 2 - inset, along))[side]
    turn = float(rng.normal(0, 0.6)) + (0.0 if side < 2 else float(rng.choice([90, -90])))
    turn += 180.0 * (rng.random() < 0.1)
    bench.put_carrier(made, (bench.sheet if on_sheet else bench.bench) @ moved(float(x), float(y), turn))
    if on_sheet:
        bench.taken.append((float(x), float(y), *((long, tall) if side < 2 else (tall, long))))


def strange(bench: Bench) -> None:
    """Now and then something that does not belong there."""
    rng, k = bench.rng, bench.k
    if rng.random() < 0.12:
        clutter.bar(bench.canvas, bench.bench, bench.frame_mm, rng)
    if rng.random() < 0.06:
        clutter.hand(bench.canvas, bench.bench, bench.frame_mm, rng)
    if rng.random() < 0.06:
        clutter.tool(bench.canvas, bench.bench, bench.frame_mm, rng)
    if rng.random() < 0.06:
        clutter.weight(bench.canvas, bench.bench, bench.frame_mm, rng)
    if rng.random() < 0.1:
        clutter.edging(bench.canvas, bench.bench, bench.frame_mm, rng)
    if rng.random() < 0.05:
        tile = clutter.snapshot(k, rng)
        x, y = spot(bench, tile.shape[1] / k, tile.shape[0] / k)
        bench.put(tile, "foreign_object", x, y, float(rng.choice([0, 90])), lift_mm=0.3)


def emblem(bench: Bench, plates: bool) -> None:
    """An institution's emblem: a plate on or beside the sheet is a label, one printed into a light picture's margin
    belongs to nothing (as in the annotations)."""
    rng, k = bench.rng, bench.k
    tile, (w, h) = clutter.logo(k, rng), bench.frame_mm
    high, wide = tile.shape[0] / k, tile.shape[1] / k
    x, y, turn = rng.uniform(-0.5, 0.5) * (w - wide), rng.choice([-1, 1]) * (h / 2 - high), float(rng.choice([0, 90]))
    if rng.random() < 0.5:
        x, y = rng.choice([-1, 1]) * (w / 2 - high), rng.uniform(-0.5, 0.5) * (h - wide)
    pose = bench.bench @ moved(float(x), float(y), turn)
    if plates and rng.random() < 0.65:
        bench.canvas.paste(tile, pose, "label", lift_mm=0.3)
    elif bench.canvas.image[0, 0].mean() > 180:
        bench.canvas.paste(tile, pose, "foreign_object", ink=True)


def watermark(bench: Bench) -> None:
    """Large faint words across the sheet; they belong to the paper."""
    rng = bench.rng
    h, w = (round(side * bench.k) for side in (40, 220))
    mask = np.zeros((h, w, 3), np.uint8)
    lettered(mask, [(w / 2, h / 2, pick(rng, HOUSES))], any_face(rng), rng.uniform(0.3, 0.6) * h, (255, 255, 255), "mm")
    alpha = (mask[..., 0] * rng.uniform(0.05, 0.15)).astype(np.uint8)
    ink = np.full_like(mask, int(rng.choice([40, 255])))
    pose = bench.sheet @ moved(0, float(rng.uniform(-0.3, 0.3)) * bench.sheet_mm[1], float(rng.choice([0, 90, 45])))
    bench.canvas.paste(ink, pose, None, alpha=alpha)
