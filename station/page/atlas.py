"""The defect atlas as a page: what each fault looks like, where it comes from, what to do."""

from __future__ import annotations

from html import escape
from itertools import groupby

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from station import atlas
from station.page import office
from station.page.refusals import RefusedError
from station.page.words import Speaking, Words


class Fault(BaseModel):
    """One entry of the atlas; `picture` is the address of a JPEG."""

    check: str
    code: str
    title: str
    cause: str
    remedy: str
    picture: str


def router(title: str, assets: str) -> APIRouter:
    """`/atlas`, its pictures, and the same as JSON at `/api/atlas`. `assets`: root of the style sheets' addresses."""
    pictures = {entry.picture.name: entry.picture.read_bytes() for entry in atlas.entries()}
    routes = APIRouter(tags=["api"])

    @routes.get("/atlas", response_class=HTMLResponse, include_in_schema=False)
    async def shown(words: Speaking) -> HTMLResponse:
        html = page(title, assets, atlas.entries(words["language"]), words)
        return HTMLResponse(html, headers={"cache-control": "no-cache"})

    @routes.get("/atlas/{name}", include_in_schema=False)
    async def picture(name: str) -> Response:
        if name not in pictures:
            raise RefusedError(404, "no_picture")
        return Response(pictures[name], media_type="image/jpeg", headers={"cache-control": "public, max-age=86400"})

    @routes.get("/api/atlas")
    async def listed(words: Speaking) -> list[Fault]:
        """Every fault that a check may find: its picture, the likely cause at the rig, the remedy; in the language of
        `?lang=` or of the browser."""
        return [_fault(entry) for entry in atlas.entries(words["language"])]

    return routes


def _fault(entry: atlas.Entry) -> Fault:
    return Fault(
        check=entry.check, code=entry.code, title=entry.title, cause=entry.cause, remedy=entry.remedy,
        picture=f"/atlas/{entry.picture.name}",
    )  # fmt: skip


def page(title: str, assets: str, entries: tuple[atlas.Entry, ...], words: Words) -> str:
    """Plain HTML; each fault has an anchor `#CHECK-CODE` that alerts and screens may link to."""
    groups = [(check, list(members)) for check, members in groupby(entries, key=lambda entry: entry.check)]
    body = "".join(_group(check, members, words) for check, members in groups)
    links = "".join(f'<a href="#{check}">{escape(_plain(check, words))}</a>' for check, _ in groups)
    name, head = escape(words["atlas"]), escape(title)
    return (
        f'<!doctype html><html lang="{escape(words["language"])}"><head><meta charset="utf-8">'
        f"<title>{name} - {head}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="dark">'
        f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{assets}/style.css">'
        f'<link rel="stylesheet" href="{assets}/atlas.css"></head><body class="atlas">'
        f'<header><h1>{name}</h1><p><a href="/">{escape(words["atlas_back"])}</a></p></header>'
        f"<nav>{links}</nav><main>{body}</main></body></html>"
    )


def _group(check: str, entries: list[atlas.Entry], words: Words) -> str:
    cards = "".join(_card(entry, words) for entry in entries)
    return f'<section id="{check}"><h2>{escape(_plain(check, words))}</h2><div class="cards">{cards}</div></section>'


def _card(entry: atlas.Entry, words: Words) -> str:
    cause = _said(words["atlas_cause"], entry.cause)
    remedy = _said(words["atlas_remedy"], entry.remedy)
    return (
        f'<article id="{entry.check}-{entry.code}"><figure>'
        f'<img src="/atlas/{entry.picture.name}" alt="" loading="lazy"></figure>'
        f"<div><h3>{escape(entry.title)}</h3><p><code>{entry.check}: {entry.code}</code></p>{cause}{remedy}"
        "</div></article>"
    )


def _said(what: str, text: str) -> str:
    return f"<p><b>{escape(what)}</b> {office.coded(text)}</p>"


def _plain(check: str, words: Words) -> str:
    return words["atlas_any"] if check == atlas.ANY else words.get(f"check_{check}", check.replace("_", " "))
