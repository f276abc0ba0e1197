"""A picture as an <svg> element. Its inks are classes: one style sheet colours it for the wall, one for paper."""

from __future__ import annotations

from html import escape

from station.diagrams.picture import Area, Box, Dot, Label, Line, Mark, Picture, Place


def svg(picture: Picture) -> str:
    """As large as the place it is put in, in its own proportions."""
    size = f'viewBox="0 0 {picture.width:g} {picture.height:g}"'
    about = escape(picture.about, quote=True)
    return f'<svg class="chart" role="img" aria-label="{about}" {size}>{drawn(picture)}</svg>'


def drawn(picture: Picture) -> str:
    """The marks alone, for an <svg> element of another kind."""
    return "".join(map(_mark, picture.marks))


def _mark(mark: Mark) -> str:
    match mark:
        case Line():
            dash = f' stroke-dasharray="{" ".join(f"{d:g}" for d in mark.dash)}"' if mark.dash else ""
            points = f'points="{_points(mark.points)}"'
            return f'<polyline class="line {mark.ink}" {points} stroke-width="{mark.width:g}"{dash}/>'
        case Area():
            return f'<polygon class="{mark.ink}" points="{_points(mark.points)}"/>'
        case Box():
            at = f'x="{mark.x:.1f}" y="{mark.y:.1f}" width="{mark.width:.1f}" height="{mark.height:.1f}"'
            return f'<rect class="{mark.ink}" {at}>{_title(mark.title)}</rect>'
        case Dot():
            return _dot(mark)
        case Label():
            weight = ' font-weight="650"' if mark.bold else ""
            at = f'x="{mark.x:.1f}" y="{mark.y:.1f}" font-size="{mark.size:g}" text-anchor="{mark.anchor}"'
            return f'<text class="{mark.ink}" {at}{weight}>{escape(mark.text)}</text>'


def _dot(dot: Dot) -> str:
    x, y, r = dot.x, dot.y, dot.radius
    if dot.diamond:
        points = _points(((x, y - r), (x + r, y), (x, y + r), (x - r, y)))
        return f'<polygon class="{dot.ink}" points="{points}">{_title(dot.title)}</polygon>'
    return f'<circle class="{dot.ink}" cx="{x:.1f}" cy="{y:.1f}" r="{r:g}">{_title(dot.title)}</circle>'


def _points(points: tuple[Place, ...]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _title(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""
