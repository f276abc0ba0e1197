"""Small charts as plain SVG text: for reports that must open anywhere, without a plotting library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

INKS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8a8a00")
"""Okabe & Ito 2008 (the yellow darkened for white paper), told apart by colour-deficient eyes."""
WIDE, HIGH = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 34, 42


@dataclass(frozen=True, slots=True)
class Series:
    """Points (x, y), or (x, low, y, high) with a bar from low to high. `line` joins them."""

    name: str
    points: Sequence[tuple[float, ...]]
    line: bool = True


@dataclass(frozen=True, slots=True)
class Axes:
    """What the axes say and how far they reach; `marks` are dashed uprights (x, text), `levels` dashed lines at y."""

    title: str
    x: str
    y: str
    x_range: tuple[float, float]
    y_range: tuple[float, float] = (0.0, 1.0)
    marks: Sequence[tuple[float, str]] = ()
    levels: Sequence[tuple[float, str]] = ()


def around(values: Iterable[float], share: float = 0.05) -> tuple[float, float]:
    """A range that holds the values with a little room; one of width 1 round a single one."""
    held = list(values) or [0.0]
    low, high = min(held), max(held)
    room = share * (high - low) or 0.5
    return low - room, high + room


def chart(axes: Axes, series: Sequence[Series]) -> str:
    """One chart as an <svg> element."""
    body = [f'<text x="{WIDE / 2}" y="16" text-anchor="middle" font-weight="bold">{escape(axes.title)}</text>']
    body += _frame(axes)
    for number, one in enumerate(series):
        ink = INKS[number % len(INKS)]
        body += _drawn(axes, one, ink)
        if len(series) > 1:
            body.append(_key(number, one.name, ink))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}" viewBox="0 0 {WIDE} {HIGH}" '
        f'font-family="sans-serif" font-size="11"><rect width="{WIDE}" height="{HIGH}" fill="white"/>'
        + "".join(body)
        + "</svg>"
    )


def sheet(charts: Sequence[str], columns: int = 3) -> str:
    """Several charts as one SVG picture."""
    rows = -(-len(charts) // columns)
    placed = (
        f'<g transform="translate({(n % columns) * WIDE} {(n // columns) * HIGH})">{one}</g>'
        for n, one in enumerate(charts)
    )
    size = f'width="{columns * WIDE}" height="{rows * HIGH}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>' + "".join(placed) + "</svg>\n"


def page(title: str, parts: Sequence[str]) -> str:
    """An HTML page that holds its charts and tables and asks for nothing else."""
    style = (
        "body{font:15px/1.5 sans-serif;max-width:90rem;margin:2rem auto;padding:0 1rem;color:#222}"
        "table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #ccc;padding:.25rem .6rem;text-align:left}"
        "svg{margin:.4rem}"
    )
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
    return f"{head}<style>{style}</style><h1>{escape(title)}</h1>" + "\n".join(parts) + "</html>\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table of plain texts."""
    top = "".join(f"<th>{escape(h)}</th>" for h in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(c))}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def _x(axes: Axes, value: float) -> float:
    low, high = axes.x_range
    return LEFT + (value - low) / ((high - low) or 1) * (WIDE - LEFT - RIGHT)


def _y(axes: Axes, value: float) -> float:
    low, high = axes.y_range
    return HIGH - BOTTOM - (value - low) / ((high - low) or 1) * (HIGH - TOP - BOTTOM)


def _frame(axes: Axes) -> list[str]:
    bottom, right = HIGH - BOTTOM, WIDE - RIGHT
    made = [f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="#555"/>']
    for at in range(5):
        x = axes.x_range[0] + at / 4 * (axes.x_range[1] - axes.x_range[0])
        y = axes.y_range[0] + at / 4 * (axes.y_range[1] - axes.y_range[0])
        made.append(f'<path d="M{LEFT} {_y(axes, y):.1f}H{right}" stroke="#eee"/>')
        made.append(f'<text x="{_x(axes, x):.1f}" y="{bottom + 15}" text-anchor="middle">{x:.3g}</text>')
        made.append(f'<text x="{LEFT - 5}" y="{_y(axes, y) + 4:.1f}" text-anchor="end">{y:.3g}</text>')
    made.append(f'<text x="{(LEFT + right) / 2}" y="{HIGH - 8}" text-anchor="middle">{escape(axes.x)}</text>')
    middle = (TOP + bottom) / 2
    turned = f'transform="rotate(-90 12 {middle})"'
    made.append(f'<text x="12" y="{middle}" text-anchor="middle" {turned}>{escape(axes.y)}</text>')
    dashed = 'stroke="#888" stroke-dasharray="4 3"'
    for x, text in axes.marks:
        made.append(f'<path d="M{_x(axes, x):.1f} {TOP}V{bottom}" {dashed}/>')
        made.append(f'<text x="{_x(axes, x) + 3:.1f}" y="{TOP + 10}" fill="#555">{escape(text)}</text>')
    for y, text in axes.levels:
        made.append(f'<path d="M{LEFT} {_y(axes, y):.1f}H{right}" {dashed}/>')
        made.append(f'<text x="{right}" y="{_y(axes, y) - 3:.1f}" text-anchor="end" fill="#555">{escape(text)}</text>')
    return made


def _drawn(axes: Axes, one: Series, ink: str) -> list[str]:
    made = []
    at = [(_x(axes, p[0]), _y(axes, p[2] if len(p) == 4 else p[1])) for p in one.points]
    if one.line and len(at) > 1:
        made.append(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in at)}" fill="none" stroke="{ink}"/>')
    for (x, y), point in zip(at, one.points, strict=True):
        if len(point) == 4:
            made.append(f'<path d="M{x:.1f} {_y(axes, point[1]):.1f}V{_y(axes, point[3]):.1f}" stroke="{ink}"/>')
        made.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{ink}"/>')
    return made


def _key(number: int, name: str, ink: str) -> str:
    y = TOP + 8 + 14 * number
    x = WIDE - RIGHT - 128
    return (
        f'<circle cx="{x}" cy="{y}" r="4" fill="{ink}"/><text x="{x + 8}" y="{y + 4}" fill="#333">{escape(name)}</text>'
    )


def bars(title: str, unit: str, rows: Sequence[tuple[str, float, str]]) -> str:
    """Lying bars, one a (name, value, what is written behind it), from 0 to the largest value, as an <svg> element."""
    wide, names, step = 2 * WIDE, 260, 26
    most = max((value for _, value, _ in rows), default=0.0) or 1.0
    body = [f'<text x="8" y="20" font-weight="bold">{escape(title)}</text>']
    for number, (name, value, behind) in enumerate(rows):
        y, length = 36 + number * step, value / most * (wide - names - 240)
        body.append(f'<text x="{names - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
        body.append(f'<rect x="{names}" y="{y}" width="{length:.1f}" height="{step - 8}" fill="{INKS[0]}"/>')
        said = f"{value:.3g} {unit}" + (f", {behind}" if behind else "")
        body.append(f'<text x="{names + length + 6:.1f}" y="{y + 14}">{escape(said)}</text>')
    high = 44 + len(rows) * step
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
        f'font-family="sans-serif" font-size="12"><rect width="{wide}" height="{high}" fill="white"/>'
        + "".join(body)
        + "</svg>\n"
    )
