"""The sample of an open lot: the capture that is looked at, what the station said of it, three answers."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from station.page import office
from station.page.feed import Feed
from station.page.findings import title
from station.page.lots import Plan
from station.page.previews import Previews
from station.page.words import Words
from station.types import Answer, Finding, Look, Lot, Outcome, Record

ANSWERS = {"1": Answer.AGREES, "2": Answer.MISSED, "3": Answer.WRONG_ALARM}
"""Key -> answer, in the order of the buttons."""


def open_lot(feed: Feed, held: Plan, place: int | None, words: Words) -> str:
    """The open lot: how far it is, the capture at `place` or the first that nobody has looked at, the whole sample."""
    lot, sample = held.open, held.sample
    assert lot is not None
    done = sum(one.answer is not None for one in sample)
    left = next((one for one in sample if one.answer is None), None)
    look = next((one for one in sample if one.place == place), left)
    head = words["looks_progress"].format(number=lot.number, done=done, of=len(sample))
    bar = f'<progress max="{len(sample)}" value="{done}" aria-label="{escape(head)}"></progress>'
    close = ""
    if left is None:
        button = f'<button type="submit" name="deed" value="close">{escape(words["looks_close"])}</button>'
        missed = sum(one.answer is Answer.MISSED for one in sample)
        told = words["looks_all"].format(count=missed, accept=held.state.plan.accept)
        close = f'<div class="done"><p>{escape(told)}</p>{form(held.station, {"lot": lot.number}, button)}</div>'
    strip = "".join(_cell(feed.previews, feed.store.get(one.capture_id), one, look, held.station) for one in sample)
    strip = f'<nav class="strip" aria-label="{escape(words["looks_sample"])}">{strip}</nav>'
    shown = "" if look is None else _look(feed, lot, look, held.station, words)
    return f'<section class="open"><h2>{escape(head)}</h2>{bar}{close}{shown}{strip}</section>'


def _cell(previews: Previews, record: Record | None, one: Look, now: Look | None, station: str) -> str:
    thumb = previews.of(record.verdict)["thumb"] if record is not None else None
    picture = f'<img src="{thumb}" alt="" loading="lazy">' if thumb else "<i></i>"
    at = escape(urlencode({"station": station, "place": one.place}), quote=True)
    current = ' aria-current="true"' if now is not None and one.place == now.place else ""
    answer = f' data-answer="{one.answer.name}"' if one.answer is not None else ""
    mark = {None: "", Answer.AGREES: "✓", Answer.MISSED: "!", Answer.WRONG_ALARM: "≠"}[one.answer]
    return f'<a href="/looks?{at}"{current}{answer}>{picture}<b>{one.place}</b><span>{mark}</span></a>'


def _look(feed: Feed, lot: Lot, look: Look, station: str, words: Words) -> str:
    record = feed.store.get(look.capture_id)
    if record is None:
        return f'<p class="none">{escape(words["no_capture"])}</p>'
    pictures, verdict = feed.previews.of(record.verdict), record.verdict
    photo = f'<p class="none">{escape(words["photo_none"])}</p>'
    if pictures["photo"]:
        alt = escape(words["photo"].format(number=record.sequence), quote=True)
        photo = f'<a href="{pictures["photo"]}" target="_blank"><img src="{pictures["photo"]}" alt="{alt}"></a>'
    name = " ".join(verdict.specimen) or words["specimen_none"]
    when = f"{words['number'].format(number=record.sequence)} · {record.recorded_at.astimezone():%Y-%m-%d %H:%M}"
    decided = record.decision
    told = "" if decided is None else words[f"done_{decided.action.value}"].format(
        operator=decided.operator, time=f"{decided.at.astimezone():%H:%M}"
    )  # fmt: skip
    found = "".join(_finding(one, crop, words) for one, crop in zip(verdict.findings, pictures["crops"], strict=True))
    outcome = verdict.outcome.name
    head = f"<p>{office.sign(outcome)}<b>{escape(words[f'kicker_{outcome}'])}</b></p>"
    about = f"<h3>{escape(name)}</h3><p>{escape(when)}</p><p>{escape(told)}</p>"
    answers = _answers(lot, look, station, outcome, words)
    findings = f'<ul tabindex="0" aria-label="{escape(words["findings"], quote=True)}">{found}</ul>'
    side = f'<div class="verdict" data-outcome="{outcome}">{head}</div>{about}{findings}{answers}'
    return f'<div class="look"><figure>{photo}</figure><div class="side">{side}</div></div>'


def _finding(finding: Finding, crop: str | None, words: Words) -> str:
    if finding.outcome is Outcome.PASS:
        name = words.get(f"check_{finding.check}", finding.check)
        return f'<li class="well" data-outcome="PASS">{office.sign("PASS")}<p>{escape(name)}</p></li>'
    picture = f'<img src="{crop}" alt="" loading="lazy">' if crop else ""
    text = f'<p><b>{escape(title(finding, words))}</b><span lang="en">{escape(finding.message)}</span></p>'
    return f'<li data-outcome="{finding.outcome.name}">{office.sign(finding.outcome.name)}{text}{picture}</li>'


def _answers(lot: Lot, look: Look, station: str, outcome: str, words: Words) -> str:
    codes = sorted((text, key.removeprefix("code_")) for key, text in words.items() if key.startswith("code_"))
    chosen = "".join(
        f'<option value="{code}"{" selected" if code == look.defect else ""}>{escape(text)}</option>'
        for text, code in codes
    )
    select = f'<select name="defect"><option value="">{escape(words["looks_which"])}</option>{chosen}</select>'
    note = f'<input name="note" maxlength="2000" value="{escape(look.note, quote=True)}">'
    fields = f"<label>{escape(words['looks_what'])} {select}</label><label>{escape(words['note'])} {note}</label>"
    buttons = "".join(
        f'<button type="submit" name="deed" value="{key}" aria-pressed="{str(look.answer is said).lower()}"'
        f"{' disabled' if said is Answer.WRONG_ALARM and outcome == 'PASS' else ''}><kbd>{key}</kbd>"
        f"<span>{escape(words[f'answer_{said.name.lower()}'])}</span></button>"
        for key, said in ANSWERS.items()
    )
    hidden = {"lot": lot.number, "place": look.place}
    return form(station, hidden, f'<div class="answers">{buttons}</div>{fields}', "word")


def form(station: str, hidden: Mapping[str, object], inside: str, name: str = "") -> str:
    """A form of this page; `hidden`: fields beside the station, `inside`: HTML."""
    held = {"station": station} | dict(hidden)
    fields = "".join(
        f'<input type="hidden" name="{key}" value="{escape(str(value), quote=True)}">' for key, value in held.items()
    )
    named = f' class="{name}"' if name else ""
    return f'<form method="post" action="/looks"{named}>{fields}{inside}</form>'
