"""Figures, charts and tables of the wall; the report shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from station.diagrams.picture import Picture
from station.diagrams.plots import Course, bars, columns, control
from station.diagrams.svg import svg
from station.page.office import table
from station.page.words import WORDS
from station.reports.document import Document, Fact, Grid, Plate
from station.reports.figures import Figures
from station.types import Count

FORMATS = {"sharpness": "{:.1f} px", "skew": "{:+.2f}°", "colour": "{:.1f} ΔE"}


def boards(found: Document) -> str:
    """The part of the wall below the rigs, as HTML."""
    facts = "".join(
        f"<div><dt>{escape(one.name)}</dt><dd><b>{escape(one.value)}</b><span>{escape(one.note)}</span></dd></div>"
        for one in found.facts
    )
    plates = "".join(_plate(one, found.nothing) for one in found.plates)
    grids = "".join(
        table(
            [escape(cell) for cell in grid.head],
            [[escape(cell) or f"<i>{escape(WORDS['group_none'])}</i>" for cell in row] for row in grid.rows],
            escape(grid.caption),
        )
        for grid in found.grids
    )
    charts = f'<section class="charts" aria-label="{escape(WORDS["charts"])}">{plates}</section>'
    return f'<dl class="tiles">{facts}</dl>{charts}<section class="tables">{grids}</section>'


def document(found: Figures, title: str, about: Sequence[str] = ()) -> Document:
    """The figures in words and pictures, for the wall and for every kind of report."""
    return Document(
        title, tuple(about), _facts(found), _plates(found), _grids(found), WORDS["chart_none"], WORDS["foot"]
    )


def defect(check: str, code: str) -> str:
    """A defect's name for people; what nobody has translated is shown as it is called."""
    named = WORDS.get(f"check_{check}", check.replace("_", " "))
    return f"{named}: {WORDS.get(f'defect_{code}', code.replace('_', ' '))}"


def percent(share: float | None) -> str:
    """With a tenth; a dash for nothing."""
    return "-" if share is None else f"{100 * share:.1f} %"


def duration(seconds: float) -> str:
    """Hours and minutes."""
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def _plate(plate: Plate, nothing: str) -> str:
    inside = f'<p class="none">{escape(nothing)}</p>' if plate.picture is None else svg(plate.picture)
    head = f"<h2>{escape(plate.title)}</h2><p>{escape(plate.note)}</p>"
    return f"<figure><figcaption>{head}</figcaption>{inside}</figure>"


def _facts(found: Figures) -> tuple[Fact, ...]:
    total = found.total
    low_high = [] if found.certain is None else [f"{100 * share:.1f}" for share in found.certain]
    between = WORDS["tile_certain"].format(between=f"{' - '.join(low_high)} %") if low_high else ""
    split = WORDS["tile_split"].format(failed=total.failed, unknown=total.unknown, warned=total.warned)
    rate = "-" if total.per_hour is None else f"{total.per_hour:.0f}"
    return (
        Fact(WORDS["tile_yield"], percent(total.first_pass_yield), between),
        Fact(WORDS["tile_captures"], f"{total.captures:,}".replace(",", "\u202f"), split),
        Fact(WORDS["tile_rate"], rate, WORDS["tile_rate_note"]),
        Fact(WORDS["tile_idle"], duration(total.idle_s), WORDS["tile_idle_note"]),
        Fact(WORDS["tile_retakes"], str(total.retakes), _waited(found.retake_s)),
    )


def _waited(seconds: float | None) -> str:
    if seconds is None:
        return WORDS["tile_retakes_none"]
    shown = f"{seconds:.0f} s" if seconds < 100 else duration(seconds)
    return WORDS["tile_retakes_after"].format(time=shown)


def _plates(found: Figures) -> tuple[Plate, ...]:
    span = found.span
    course = Course(span.since, span.until, span.bucket)
    faults = control(course, found.faults, WORDS["chart_faults_about"], shown=_whole, floor=0.0)
    ranked = [
        (defect(bar.cause[0], bar.cause[1]), bar.count, bar.cause[2], f"{100 * bar.cumulative:.0f} %")
        for bar in found.defects
    ]
    made = [
        _titled("faults", faults, bool(found.faults)),
        _titled("defects", bars(ranked, WORDS["chart_defects_about"]), bool(ranked)),
        _titled("course", columns(course, found.course, WORDS["chart_course_about"]), bool(found.course)),
    ]
    for measure, series in found.drift.items():
        made.append(_titled(measure, control(course, series, WORDS[f"chart_{measure}_about"]), bool(series)))
    return tuple(made)


def _titled(name: str, picture: Picture, some: bool) -> Plate:
    return Plate(WORDS[f"chart_{name}"], WORDS[f"chart_{name}_note"], picture if some else None)


def _whole(share: float) -> str:
    return f"{100 * share:.0f} %"


def _grids(found: Figures) -> tuple[Grid, ...]:
    head = tuple(WORDS[f"column_{name}"] for name in ("captures", "yield", "failed", "rate", "idle"))
    return tuple(
        Grid(
            WORDS[f"group_{kind}_caption"],
            (WORDS[f"group_{kind}"], *head),
            tuple(_row(name, count) for name, count in rows),
        )
        for kind, rows in found.groups.items()
        if len(rows) > 1 or kind == "rig" or any(name for name, _ in rows)
    )


def _row(name: str, count: Count) -> tuple[str, ...]:
    rate = "-" if count.per_hour is None else f"{count.per_hour:.0f}"
    failed = str(count.failed + count.unknown)
    return (name, str(count.captures), percent(count.first_pass_yield), failed, rate, duration(count.idle_s))
