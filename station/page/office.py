"""The frame of the pages for looking and changing: wall, reports, settings, accounts. HTML made on the server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from string import Template
from urllib.parse import quote

from station.page.gate import needed
from station.page.shapes import SHAPES
from station.page.texts import LANGUAGES
from station.page.words import Words
from station.people import Person

PAGES = (
    ("/", "operator"),
    ("/wall", "wall"),
    ("/looks", "looks"),
    ("/settings", "settings"),
    ("/people", "people"),
    ("/atlas", "atlas"),
)
FRESH = {"cache-control": "no-store"}


def shell(
    words: Words,
    title: str,
    assets: str,
    person: Person,
    here: str,
    body: str,
    *,
    tools: str = "",
    style: str = "",
    script: str = "",
) -> str:
    """A whole page: `here` is its path, `tools` stand in its head and `body` is its main part, both HTML; `style`
    and `script`: the names of its own files."""
    links = "".join(
        f'<a href="{path}"{" aria-current=page" if path == here else ""}>{escape(words[f"nav_{page}"])}</a>'
        for path, page in PAGES
        if person.may(needed("GET", path))
    )
    return Template(_SHELL).substitute(
        language=words["language"],
        title=escape(title),
        heading=escape(next((words[f"nav_{page}"] for path, page in PAGES if path == here), title)),
        assets=assets,
        shapes=SHAPES,
        links=links,
        tools=tools,
        body=body,
        nav=escape(words["nav"]),
        skip=escape(words["nav_skip"]),
        scripts=f'<script type="module" src="{assets}/{script}"></script>' if script else "",
        styles="".join(f'<link rel="stylesheet" href="{assets}/{name}">' for name in style.split()),
        who=_who(person, words),
        languages=languages(words, here),
    )


def languages(words: Words, here: str) -> str:
    """Links that choose another language and lead back to `here`."""
    links = "".join(
        f'<a href="/language/{code}?next={quote(here)}" lang="{code}" hreflang="{code}"'
        f"{' aria-current=true' if code == words['language'] else ''}>{name}</a>"
        for code, name in LANGUAGES.items()
    )
    return f'<footer class="languages"><nav aria-label="{escape(words["session_language"])}">{links}</nav></footer>'


def coded(text: str) -> str:
    """`text` as HTML; its names and commands, which stand between backticks, as code."""
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(escape(text).split("`")))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str, *, figures_from: int = 1) -> str:
    """A table of HTML cells; columns from `figures_from` on are numbers."""
    n = ' class="n"'
    top = "".join(f'<th scope="col"{n if at >= figures_from else ""}>{cell}</th>' for at, cell in enumerate(head))
    body = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row">{cell}</th>' if column == 0 else f"<td{n if column >= figures_from else ''}>{cell}</td>"
            for column, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def sign(outcome: str) -> str:
    """The sign of an outcome, silent to screen readers: its word stands beside it."""
    return f'<svg class="shape" data-outcome="{outcome}" aria-hidden="true"><use href="#shape-{outcome}"/></svg>'


def _who(person: Person, words: Words) -> str:
    if not person.name:
        return ""
    return (
        f'<form method="post" action="/logout"><span>{escape(person.name)}</span>'
        f'<button type="submit">{escape(words["logout"])}</button></form>'
    )


_SHELL = """<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<title>$heading - $title</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="$assets/style.css">
<link rel="stylesheet" href="$assets/office.css">
$styles
$scripts
</head>
<body class="office">
$shapes
<a class="skip" href="#main">$skip</a>
<header>
  <h1>$title</h1>
  <nav aria-label="$nav">$links</nav>
  $tools
  <div class="who">$who</div>
</header>
<main id="main">$body</main>
$languages
</body>
</html>
"""
