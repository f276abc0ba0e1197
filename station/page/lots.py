"""The sampling plan on the page of second looks: how closely this line is looked at, its lots, and what they showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from html import escape

from station.contracts import Store
from station.diagrams.picture import Picture
from station.diagrams.plots import Course, Series, bars, control
from station.diagrams.svg import svg
from station.measure.shares import wilson
from station.page.boards import percent
from station.page.office import table
from station.page.words import Words
from station.records import looks
from station.statistics.charts import p_chart
from station.statistics.sampling import LOT, Level, State, replayed, states
from station.types import Answer, Look, Lot

SHOWN = 40
"""Lots in the table and in the chart."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of one station: its closed lots, oldest first, the open one with its sample, what comes next.
    `waiting`: captures for the next lot, at most a whole one; `counts`: (answer, defect, how often)."""

    station: str
    closed: tuple[Lot, ...]
    open: Lot | None
    sample: tuple[Look, ...]
    waiting: int
    counts: tuple[tuple[Answer, str, int], ...]

    @property
    def state(self) -> State:
        """Where the switching rules stand."""
        return replayed(map(_told, self.closed))

    def number(self, answer: Answer) -> int:
        """How often this was said in closed lots."""
        return sum(count for said, _, count in self.counts if said is answer)


def plan(store: Store, station: str) -> Plan:
    """Raises StoreError."""
    lots = store.ask(partial(looks.of_station, station=station))
    opened = lots[-1] if lots and lots[-1].closed_at is None else None
    sample = store.ask(partial(looks.of_lot, lot=opened.number)) if opened else ()
    waiting = 0 if opened else store.ask(partial(looks.waiting, station=station, most=LOT))
    counts = store.ask(partial(looks.counts, station=station))
    return Plan(station, tuple(lot for lot in lots if lot is not opened), opened, sample, waiting, counts)


def accepted(lots: Sequence[Lot]) -> list[bool]:
    """Of closed lots, oldest first: was each accepted at the level it was judged by?"""
    return [(lot.faults or 0) <= state.plan.accept for lot, state in zip(lots, states(map(_told, lots)), strict=False)]


def _told(lot: Lot) -> tuple[int, bool, bool]:
    """As the sampling plan wants a lot."""
    return lot.faults or 0, lot.irregular, lot.mended_at is not None


def tiles(held: Plan, words: Words) -> str:
    """The plan and the figures in large type."""
    state, missed = held.state, held.number(Answer.MISSED)
    looked = sum(count for *_, count in held.counts)
    between = wilson(missed, looked)
    certain = (
        words["tile_certain"].format(between=f"{100 * between[0]:.1f} - {100 * between[1]:.1f} %") if between else ""
    )
    told = words["looks_plan"].format(sample=state.plan.sample, lot=LOT, accept=state.plan.accept)
    well = accepted(held.closed).count(True)
    facts = (
        (words["looks_level"], words[f"level_{state.level.value}"], told),
        (words["looks_lots"], f"{well} / {len(held.closed)}", words["looks_lots_note"]),
        (words["looks_missed"], percent(missed / looked if looked else None), certain),
        (words["looks_looked"], str(looked), words["looks_missed_note"].format(count=missed)),
        (words["looks_wrong"], str(held.number(Answer.WRONG_ALARM)), words["looks_wrong_note"]),
    )
    made = "".join(
        f"<div><dt>{escape(name)}</dt><dd><b>{escape(value)}</b><span>{escape(note)}</span></dd></div>"
        for name, value, note in facts
    )
    return f'<dl class="tiles" data-level="{state.level.value}">{made}</dl>'


def charts(held: Plan, words: Words) -> str:
    """Missed defects by lot and by kind; nothing before the first lot is closed."""
    if not held.closed:
        return ""
    missed = [
        (words.get(f"code_{code}", code) if code else words["reason_other"], count, "FAIL", "")
        for said, code, count in held.counts
        if said is Answer.MISSED
    ]
    made = _plate("looks_course", _course(held.closed[-SHOWN:], words), "looks_few", words)
    made += _plate("looks_defects", bars(missed, words["looks_defects_about"]) if missed else None, "looks_none", words)
    return f'<section class="charts" aria-label="{escape(words["charts"])}">{made}</section>'


def history(held: Plan, words: Words) -> str:
    """The closed lots, newest first."""
    if not held.closed:
        return ""
    heads = ("number", "at", "who", "level", "captures", "faults", "result")
    rows = [_row(lot, well, words) for lot, well in zip(held.closed, accepted(held.closed), strict=True)]
    head = [escape(words[f"lot_{name}"]) for name in heads]
    return f"<section>{table(head, rows[: -SHOWN - 1 : -1], escape(words['lot_caption']), figures_from=4)}</section>"


def _row(lot: Lot, well: bool, words: Words) -> tuple[str, ...]:
    result = words["lot_accepted" if well else "lot_refused"]
    if lot.mended_at is not None:
        result += ". " + words["lot_mended"].format(who=lot.mended_by, why=lot.mended_why)
    level = words[f"level_{lot.level}"] + (f", {words['lot_irregular']}" if lot.irregular else "")
    at = f"{lot.drawn_at.astimezone():%Y-%m-%d %H:%M}"
    captures = f"{lot.captures} ({lot.first} - {lot.last})"
    return (str(lot.number), at, *map(escape, (lot.drawn_by, level, captures, str(lot.faults), result)))


def _course(lots: Sequence[Lot], words: Words) -> Picture | None:
    chart = p_chart([(lot.faults or 0, _sampled(lot)) for lot in lots])
    at = [lot.drawn_at for lot in lots]
    if chart is None or len(lots) < 2:
        return None
    bucket = _bucket(at[0], at[-1], len(at))
    course = Course(at[0], at[-1] + bucket, bucket)
    return control(course, [Series("", at, chart)], words["looks_course_about"], shown=lambda p: f"{100 * p:.3g} %")


def _sampled(lot: Lot) -> int:
    return State(Level(lot.level)).plan.sample


def _bucket(first: datetime, last: datetime, number: int) -> timedelta:
    return max((last - first) / number, timedelta(minutes=1))


def _plate(name: str, picture: Picture | None, nothing: str, words: Words) -> str:
    inside = f'<p class="none">{escape(words[nothing])}</p>' if picture is None else svg(picture)
    head = f"<h2>{escape(words[name])}</h2><p>{escape(words[f'{name}_note'])}</p>"
    return f"<figure><figcaption>{head}</figcaption>{inside}</figure>"
