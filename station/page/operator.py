"""The operator screen: one page of HTML with every text from the catalogue, and the files that move it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from string import Template

from fastapi import APIRouter
from fastapi.responses import HTMLResponse


def router(title: str, texts: Mapping[str, str], assets: str, max_silence_seconds: float) -> APIRouter:
    """`/`; its files lie below `assets`."""
    html = shell(title, texts, assets, max_silence_seconds)
    routes = APIRouter(include_in_schema=False)

    @routes.get("/", response_class=HTMLResponse)
    async def page() -> HTMLResponse:
        return HTMLResponse(html, headers={"cache-control": "no-cache"})

    return routes


def shell(title: str, texts: Mapping[str, str], assets: str, max_silence_seconds: float) -> str:
    """The page as first sent: every place is there already, so nothing jumps when data comes."""
    words = {key.replace(" ", "_"): escape(text) for key, text in texts.items()}
    data = json.dumps(dict(texts), ensure_ascii=False).replace("<", "\\u003c")
    own = {"title": escape(title), "assets": assets, "texts": data, "silence": str(round(max_silence_seconds * 1000))}
    return Template(_SHELL).substitute(words | own)


# Shapes that tell the states apart without colour: octagon, square, triangle, circle.
_SHAPES = """
<svg hidden><defs>
<symbol id="shape-FAIL" viewBox="0 0 100 100"><path class="body" d="M30 2h40l28 28v40L70 98H30L2 70V30z"/>
  <path class="mark" d="M32 32l36 36M68 32L32 68"/></symbol>
<symbol id="shape-UNKNOWN" viewBox="0 0 100 100"><path class="body" d="M8 8h84v84H8z"/>
  <path class="mark" d="M35 38c0-22 32-22 32-2 0 14-16 13-16 26M51 77v1"/></symbol>
<symbol id="shape-WARN" viewBox="0 0 100 100"><path class="body" d="M50 4L98 92H2z"/>
  <path class="mark" d="M50 38v26M50 78v1"/></symbol>
<symbol id="shape-PASS" viewBox="0 0 100 100"><circle class="body" cx="50" cy="50" r="47"/>
  <path class="mark" d="M27 52l16 16 31-34"/></symbol>
<symbol id="shape-waiting" viewBox="0 0 100 100"><circle class="ring" cx="50" cy="50" r="43"/></symbol>
<symbol id="shape-connecting" viewBox="0 0 100 100"><circle class="ring" cx="50" cy="50" r="43"/></symbol>
<symbol id="shape-dead" viewBox="0 0 100 100"><circle class="bar" cx="50" cy="50" r="42"/>
  <path class="bar" d="M21 21l58 58"/></symbol>
</defs></svg>
"""

_SHELL = (
    """<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<title>$title</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="$assets/style.css">
<link rel="stylesheet" href="$assets/layout.css">
<link rel="modulepreload" href="$assets/feed.js">
<script type="application/json" id="texts">$texts</script>
<script type="module" src="$assets/operator.js"></script>
</head>
<body data-state="connecting" data-silence="$silence" data-title="$title">
"""
    + _SHAPES
    + """
<a class="skip" href="#decide">$skip</a>
<p id="announce" class="unseen" aria-live="assertive"></p>
<header>
  <h1>$title</h1>
  <p id="arriving" aria-live="polite">$arriving_none</p>
  <p id="waiting">$waiting_none</p>
  <div class="tools">
    <button id="outlines" aria-pressed="true"><kbd>O</kbd><span>$outlines</span><b>$on</b></button>
    <button id="pass-sound" aria-pressed="false"><kbd>P</kbd><span>$pass_sound</span><b>$off</b></button>
    <button id="sound" aria-pressed="true"><kbd>M</kbd><span>$sound</span><b>$off</b></button>
  </div>
</header>
<main>
  <section id="stage" aria-label="$photo_waiting">
    <div id="problem" role="alert" hidden><svg><use href="#shape-WARN"/></svg><p><b>$problem</b><span></span></p></div>
    <div id="earlier" hidden><svg><use href="#shape-waiting"/></svg>
      <p><b>$earlier</b><span></span></p><button id="live"><kbd>Esc</kbd><span>$earlier_back</span></button></div>
    <div id="well">
      <div id="frame"></div>
      <p id="empty"><b>$photo_waiting</b><span></span></p>
      <div id="detail" hidden><p><span></span><button><kbd>Esc</kbd><span>$detail_close</span></button></p>
        <div tabindex="0"><img alt=""></div></div>
    </div>
    <div id="dead" hidden><svg><use href="#shape-dead"/></svg>
      <p class="word">$state_dead</p><p class="why"></p><p class="what"></p></div>
  </section>
  <section id="state" aria-label="$state">
    <div class="tower" aria-hidden="true">
      <svg data-lamp="FAIL"><use href="#shape-FAIL"/></svg><svg data-lamp="UNKNOWN"><use href="#shape-UNKNOWN"/></svg>
      <svg data-lamp="WARN"><use href="#shape-WARN"/></svg><svg data-lamp="PASS"><use href="#shape-PASS"/></svg>
    </div>
    <svg class="shape" aria-hidden="true"><use href="#shape-connecting"/></svg>
    <div class="words">
      <p class="kicker"><span id="kicker"></span><span id="age"></span></p>
      <p id="word">$state_connecting</p>
      <p id="do">$do_connecting</p>
    </div>
  </section>
  <section id="findings" aria-label="$findings" tabindex="0">
    <p class="about"><span id="specimen"></span><span id="stale" hidden>$last_known</span><span id="which"></span></p>
    <p id="summary"></p>
    <ol id="reasons"></ol>
    <ul id="passed" aria-label="$findings_also"></ul>
  </section>
  <section id="decide" aria-label="$decide">
    <form id="session" autocomplete="off">
      <label for="name">$session_name</label>
      <input id="name" maxlength="80" spellcheck="false" autocapitalize="words">
      <button type="submit">$session_start</button>
      <p id="hint">$session_why</p>
    </form>
    <div id="actions" hidden>
      <button data-action="accept"><kbd>A</kbd><span>$accept</span></button>
      <button data-action="retake"><kbd>R</kbd><span>$retake</span></button>
      <button data-action="set aside"><kbd>S</kbd><span>$set_aside</span></button>
      <p id="done" role="status">$undecided</p>
      <p id="who"><span></span><button id="change">$operator_change</button></p>
    </div>
  </section>
  <nav id="strip" aria-label="$strip"></nav>
</main>
<footer><p id="notice" role="status" hidden></p><p id="engine">$engine_none</p><p id="station"></p><p>$keys</p></footer>
</body>
</html>
"""
)
