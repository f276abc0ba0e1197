"""metrics.json -> one page that needs no network: totals first, then classes, institutions, and the worst pictures.

The figures are the tables of engines/evaluation_tables.py; a share of 1 has a bar below it, and a verdict has a sign
and a word besides its colour. The pictures are files beside the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from engines import evaluation_tables
from engines.evaluation_tables import SIGNS, Cell, Table, shown, spoken
from engines.overlays import FOUND, TRUE
from engines.required import MET, NOT_MET

STYLE = """
:root { color-scheme: light; --ink: #22282d; --soft: #66707a; --line: #e3e6e8; --ground: #f7f7f5; --card: #fff;
  --bar: #7fb2d6; --met: #0b6b8f; --not-met: #b34700; --true: %TRUE%; --found: %FOUND%; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans",
  sans-serif; font-variant-numeric: tabular-nums; }
main, header, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .4rem; font-weight: 650; }
h2 { font-size: 1.15rem; margin: 0 0 .3rem; font-weight: 650; }
h3 { font-size: 1rem; margin: 1.6rem 0 .6rem; font-weight: 600; }
p { margin: 0 0 .8rem; max-width: 54rem; }
.soft { color: var(--soft); }
.digest { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 1rem 0 1.5rem; }
nav a { color: var(--met); text-decoration: none; }
nav a:hover { text-decoration: underline; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .8rem; margin: 1rem 0; }
.tile, section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.tile { padding: .8rem 1rem; }
.tile b { display: block; font-size: 1.6rem; font-weight: 600; line-height: 1.3; }
section { padding: 1.3rem 1.5rem; margin: 0 0 1.2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; }
th, td { padding: .34rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; font-size: 13px; vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; min-width: 9rem; }
tbody tr:last-child td { border-bottom: 0; }
td.bar { background: linear-gradient(90deg, var(--bar) var(--share), transparent var(--share)) no-repeat
  content-box 0 100% / 100% 3px; }
.met { color: var(--met); font-weight: 600; }
.not-met { color: var(--not-met); font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; margin: .4rem 0 0; }
.legend span { display: inline-flex; align-items: center; gap: .5rem; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1.2rem 1rem; }
figure { margin: 0; }
figure img { width: 100%; height: 22rem; object-fit: contain; background: var(--ground); border-radius: 6px;
  display: block; }
figcaption { font-size: 13px; color: var(--soft); margin-top: .3rem; }
footer { padding-bottom: 3rem; color: var(--soft); font-size: 13px; }
@media print { nav { display: none; } section { break-inside: avoid; } }
"""


def page(metrics: Mapping[str, Any]) -> str:
    """The whole of index.html."""
    model = metrics["model"]
    tables = evaluation_tables.tables(metrics)
    cases = {name: found for name, found in metrics.get("worst", {}).items() if found}
    title = evaluation_tables.title(metrics)
    links = [(t.name, t.title) for t in tables] + ([("worst", "Worst pictures")] if cases else [])
    return "\n".join([
        "<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>", f"<style>{_style()}</style>", "</head>", "<body>", "<header>",
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(evaluation_tables.measured_on(metrics))}, judged by what the station runs: '
        f"{escape(model['engine'])}.</p>",
        _tiles(metrics),
        "<nav>", *(f'<a href="#{name}">{escape(text)}</a>' for name, text in links), "</nav>", "</header>", "<main>",
        *map(_section, tables), *([_gallery(cases)] if cases else []), "</main>",
        f'<footer>Model file, SHA-256: <span class="digest">{escape(model["sha256"])}</span>, {model["onnx_mb"]} MB. '
        "The same figures stand in metrics.json and metrics.md beside this page.</footer>", "</body>", "</html>", "",
    ])  # fmt: skip


def _style() -> str:
    colours = {"%TRUE%": TRUE, "%FOUND%": FOUND}
    style = STYLE
    for name, rgb in colours.items():
        style = style.replace(name, "#{:02x}{:02x}{:02x}".format(*rgb))
    return style


def _tiles(metrics: Mapping[str, Any]) -> str:
    """The few figures to see first."""
    total, verdicts = metrics["total"], [row["verdict"] for row in metrics["required"]]
    judged = [v for v in verdicts if v in (MET, NOT_MET)]
    tiles: list[tuple[str, Cell]] = [
        ("required figures met", f"{judged.count(MET)} of {len(judged)}"),
        ("mean IoU of the class map", total["mean_iou"]["class_map"]),
        ("F1 of labels", total["objects"]["label"]["at_0.5"]["f1"]),
        ("chart present or absent", total["presence"]["colour_chart"]["balanced_accuracy"]),
        ("upright direction right", total["upright"]["accuracy"]),
    ]
    return (
        '<div class="tiles">'
        + "".join(f'<div class="tile"><b>{escape(shown(v))}</b>{escape(text)}</div>' for text, v in tiles)
        + "</div>"
    )


def _section(table: Table) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.head)
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    return (
        f'<section id="{table.name}"><h2>{escape(table.title)}</h2><p class="soft">{escape(table.note)}</p>\n'
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></div></section>'
    )


def _cell(cell: Cell) -> str:
    text = escape(shown(cell))
    if isinstance(cell, float) and 0 <= cell <= 1:
        return f'<td class="bar" style="--share:{cell:.1%}">{text}</td>'
    if cell in SIGNS.values():
        return f'<td class="{"met" if cell == SIGNS[MET] else "not-met"}">{text}</td>'
    return f"<td>{text}</td>"


def _gallery(cases: Mapping[str, list[dict[str, Any]]]) -> str:
    legend = (
        ("truth", '<path d="M1 8H43" stroke="var(--true)" stroke-width="3"/>'),
        ("found", '<path d="M1 8H43" stroke="var(--found)" stroke-width="3" stroke-dasharray="8 6"/>'),
        ("missed pixels", '<rect width="44" height="16" rx="3" fill="var(--true)" opacity=".6"/>'),
        ("pixels too many", '<rect width="44" height="16" rx="3" fill="var(--found)" opacity=".6"/>'),
    )
    keys = "".join(f'<span><svg width="44" height="16" aria-hidden="true">{sign}</svg>{word}</span>'
                   for word, sign in legend)  # fmt: skip
    shelves = "\n".join(
        f'<h3>{escape(spoken(name))}</h3><div class="gallery">{"".join(_figure(name, case) for case in found)}</div>'
        for name, found in cases.items()
    )
    return (
        '<section id="worst"><h2>Worst pictures</h2><p class="soft">Of each class: most objects wrong first, then the '
        "least IoU. Each picture opens in full size. A specimen's truth is a generous outline; its pixels are the "
        f'plants in it.</p><div class="legend">{keys}</div>\n{shelves}</section>'
    )


def _figure(name: str, case: Mapping[str, Any]) -> str:
    said = [f"IoU {case['iou']:.3f}" if case["iou"] is not None else "none there"]
    said += [f"{case[key]} {word}" for key, word in (("missed", "missed"), ("false", "false")) if case[key]]
    told = escape(f"{case['photograph']}, {case['institution']}: {', '.join(said)}")
    source = escape(case["picture"])
    alt = escape(f"{spoken(name)} in {case['photograph']}, truth and answer")
    return (
        f'<figure><a href="{source}"><img src="{source}" alt="{alt}" loading="lazy"></a>'
        f"<figcaption>{told}</figcaption></figure>"
    )
