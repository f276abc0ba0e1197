"""The rigs of the wall: is each alive, what did it say last, how is its day going?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urlencode

from station.page.feed import Feed
from station.page.office import sign
from station.page.words import Words
from station.reports.figures import stand
from station.types import Count, Pulse, Record, Span, Stand


def cards(feed: Feed, words: Words) -> str:
    """One card a stand, and one for a station that lives but has recorded nothing yet. Raises StoreError."""
    now, store = datetime.now(UTC), feed.store
    pulses = {pulse.station: pulse for pulse in store.pulses()}
    stands = store.stands()
    today = _today(feed, stands, now)
    newest = {one.station: max(o.at for o in stands if o.station == one.station) for one in stands}
    made = [
        _card(
            (one.station, stand(one.station, one.rig)),
            _last(feed, one),
            _newest(one),
            pulses.get(one.station),
            today.get(one),
            feed,
            now,
            words,
        )
        for one in stands
        if one.at == newest[one.station] or now - one.at < timedelta(days=1)
    ]
    made += [_card((n, n), None, None, p, None, feed, now, words) for n, p in pulses.items() if n not in newest]
    empty = f'<p class="none">{escape(words["wall_no_rigs"])}</p>'
    return f'<section class="rigs" aria-label="{escape(words["wall_rigs"])}">{"".join(made) or empty}</section>'


def _today(feed: Feed, stands: tuple[Stand, ...], now: datetime) -> dict[Stand, Count]:
    local = now.astimezone()
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    day = Span(midnight, now + timedelta(hours=1), timedelta(days=1), local.utcoffset() or timedelta(0))
    counts: dict[tuple[str, str], Count] = {}
    for cell in feed.store.tallies(day).cells:
        key = (cell.station, cell.rig)
        counts[key] = counts.get(key, Count()) + cell.count
    return {one: counts[one.station, one.rig] for one in stands if (one.station, one.rig) in counts}


def _last(feed: Feed, one: Stand) -> Record | None:
    found = feed.store.since(one.sequence - 1, 1)
    return found[0] if found else None


def _newest(one: Stand) -> str | None:
    """Address of its newest picture."""
    asked = {"station": one.station, "rig": one.rig, "number": one.sequence}
    return f"/wall/newest.jpg?{urlencode(asked)}" if one.pictured else None


def _card(
    name: tuple[str, str],
    last: Record | None,
    thumb: str | None,
    pulse: Pulse | None,
    today: Count | None,
    feed: Feed,
    now: datetime,
    words: Words,
) -> str:
    """`name`: of the station, of the stand; `thumb`: address of its newest picture."""
    health, said = _health(pulse, feed, words)
    dead = f'<p class="dead">{escape(words["state_dead"])}</p>' if health == "dead" else ""
    outcome = last.verdict.outcome.name if last is not None else "waiting"
    word = words[f"kicker_{outcome}"] if last is not None else words["state_waiting"]
    picture = f'<img src="{escape(thumb, quote=True)}" alt="">' if thumb else '<span class="blank"></span>'
    when = age((now - last.recorded_at).total_seconds(), words) if last is not None else ""
    what = " ".join(last.verdict.specimen[:1]) if last is not None else ""
    waiting = words["waiting"].format(count=pulse.waiting) if pulse is not None and pulse.waiting else ""
    return (
        f'<article class="rig" data-station="{escape(name[0], quote=True)}" data-health="{health}"'
        f' data-outcome="{outcome}"><header><h2>{escape(name[1])}</h2>{dead}'
        f'<p class="health">{said}</p></header>{picture}<div class="last">{sign(outcome)}'
        f"<p><b>{escape(word)}</b><span>{escape(when)}</span></p></div>"
        f'<p class="specimen">{escape(what)}<span>{escape(waiting)}</span></p>{_day(today or Count(), words)}</article>'
    )


def _health(pulse: Pulse | None, feed: Feed, words: Words) -> tuple[str, str]:
    """(live, ill or dead; in words, as HTML)"""
    if pulse is None:
        return "dead", escape(words["health_never"])
    seconds = feed.age_s(pulse)
    if seconds > feed.max_pulse_age_seconds:
        return "dead", escape(words["health_dead"].format(age=age(seconds, words)))
    said, about = (pulse.problem, pulse.problem_of) if pulse.problem else (pulse.notice, pulse.notice_of)
    if not said:
        return "live", escape(words["health_live"])
    heading = f"{words[f'about_{about.value}']} " if about is not None else ""
    return "ill", f'{escape(heading.replace("`", ""))}<span lang="en">{escape(said)}</span>'


def _day(today: Count, words: Words) -> str:
    yield_ = "-" if today.first_pass_yield is None else f"{100 * today.first_pass_yield:.0f} %"
    rate = "-" if today.per_hour is None else f"{today.per_hour:.0f}"
    figures = (
        (words["today_captures"], str(today.captures)),
        (words["today_yield"], yield_),
        (words["today_rate"], rate),
    )
    return "<dl>" + "".join(f"<div><dt>{escape(n)}</dt><dd>{escape(v)}</dd></div>" for n, v in figures) + "</dl>"


def age(seconds: float, words: Words) -> str:
    """How long ago, in words."""
    if seconds < 2:
        return words["age_now"]
    if seconds < 100:
        return words["age_seconds"].format(count=round(seconds))
    if seconds < 5400:
        return words["age_minutes"].format(count=round(seconds / 60))
    if seconds < 172800:
        return words["age_hours"].format(count=round(seconds / 3600))
    return words["age_days"].format(count=round(seconds / 86400))
