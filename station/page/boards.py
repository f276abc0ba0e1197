"""Figures, charts and tables of the wall; the report shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from station.diagrams.picture import Picture
from station.diagrams.plots import Course, bars, columns, control
from station.diagrams.svg import svg
from station.page.office import table
from station.page.words import Words
from station.reports.document import Document, Fact, Grid, Plate
from station.reports.figures import Figures
from station.types import Count

FORMATS = {"sharpness": "{:.1f} px", "skew": "{:+.2f}°", "colour": "{:.1f} ΔE"}


def boards(found: Document, words: Words) -> str:
    """The part of the wall below the rigs, as HTML."""
    facts = "".join(
        f"<div><dt>{escape(one.name)}</dt><dd><b>{escape(one.value)}</b><span>{escape(one.note)}</span></dd></div>"
        for one in found.facts
    )
    plates = "".join(_plate(one, found.nothing) for one in found.plates)
    grids = "".join(
        table(
            [escape(cell) for cell in grid.head],
            [[escape(cell) or f"<i>{escape(words['group_none'])}</i>" for cell in row] for row in grid.rows],
            escape(grid.caption),
        )
        for grid in found.grids
    )
    charts = f'<section class="charts" aria-label="{escape(words["charts"])}">{plates}</section>'
    return f'<dl class="tiles">{facts}</dl>{charts}<section class="tables">{grids}</section>'


def document(found: Figures, title: str, about: Sequence[str], words: Words) -> Document:
    """The figures in words and pictures, for the wall and for every kind of report."""
    return Document(
        title,
        tuple(about),
        _facts(found, words),
        _plates(found, words),
        _grids(found, words),
        words["chart_none"],
        words["foot"],
    )


def defect(check: str, code: str, words: Words) -> str:
    """A defect's name for people; what nobody has translated is shown as it is called."""
    if f"code_{check}_{code}" in words:
        return words[f"code_{check}_{code}"]
    named = words.get(f"check_{check}", check.replace("_", " "))
    return f"{named}: {words.get(f'defect_{code}', code.replace('_', ' '))}"


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


def _facts(found: Figures, words: Words) -> tuple[Fact, ...]:
    total = found.total
    low_high = [] if found.certain is None else [f"{100 * share:.1f}" for share in found.certain]
    between = words["tile_certain"].format(between=f"{' - '.join(low_high)} %") if low_high else ""
    split = words["tile_split"].format(failed=total.failed, unknown=total.unknown, warned=total.warned)
    rate = "-" if total.per_hour is None else f"{total.per_hour:.0f}"
    return (
        Fact(words["tile_yield"], percent(total.first_pass_yield), between),
        Fact(words["tile_captures"], f"{total.captures:,}".replace(",", "\u202f"), split),
        Fact(words["tile_rate"], rate, words["tile_rate_note"]),
        Fact(words["tile_idle"], duration(total.idle_s), words["tile_idle_note"]),
        Fact(words["tile_retakes"], str(total.retakes), _waited(found.retake_s, words)),
    )


def _waited(seconds: float | None, words: Words) -> str:
    if seconds is None:
        return words["tile_retakes_none"]
    shown = f"{seconds:.0f} s" if seconds < 100 else duration(seconds)
    return words["tile_retakes_after"].format(time=shown)


def _plates(found: Figures, words: Words) -> tuple[Plate, ...]:
    span = found.span
    course = Course(span.since, span.until, span.bucket)
    faults = control(course, found.faults, words["chart_faults_about"], shown=_whole, floor=0.0)
    ranked = [
        (defect(bar.cause[0], bar.cause[1], words), bar.count, bar.cause[2], f"{100 * bar.cumulative:.0f} %")
        for bar in found.defects
    ]
    made = [
        _titled("faults", faults, bool(found.faults), words),
        _titled("defects", bars(ranked, words["chart_defects_about"]), bool(ranked), words),
        _titled("course", columns(course, found.course, words["chart_course_about"]), bool(found.course), words),
    ]
    for measure, series in found.drift.items():
        made.append(_titled(measure, control(course, series, words[f"chart_{measure}_about"]), bool(series), words))
    return tuple(made)


def _titled(name: str, picture: Picture, some: bool, words: Words) -> Plate:
    return Plate(words[f"chart_{name}"], words[f"chart_{name}_note"], picture if some else None)


def _whole(share: float) -> str:
    return f"{100 * share:.3g} %"


def _grids(found: Figures, words: Words) -> tuple[Grid, ...]:
    head = tuple(words[f"column_{name}"] for name in ("captures", "yield", "failed", "rate", "idle"))
    return tuple(
        Grid(
            words[f"group_{kind}_caption"],
            (words[f"group_{kind}"], *head),
            tuple(_row(name, count) for name, count in rows),
        )
        for kind, rows in found.groups.items()
        if len(rows) > 1 or kind == "rig" or any(name for name, _ in rows)
    )


def _row(name: str, count: Count) -> tuple[str, ...]:
    rate = "-" if count.per_hour is None else f"{count.per_hour:.0f}"
    failed = str(count.failed + count.unknown)
    return (name, str(count.captures), percent(count.first_pass_yield), failed, rate, duration(count.idle_s))
