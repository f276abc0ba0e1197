"""The screens: a process of its own that reads the store, shows it and writes a person's decisions.

app.py        the wiring and the web server; READ THIS FIRST
settings.py   the table `page` of the configuration
feed.py       the one poller: what is new in the store, and is the daemon alive
previews.py   the pictures the daemon wrote
guard.py      which requests are let in, and what a browser may do with the answers
gate.py       who is asking, and who may enter which page
login.py      /login, /logout
events.py     what the screens are told, as JSON
api.py        /api: records, decisions, events
bench.py      /api: sessions, retakes, wrong alarms
health.py     /livez /readyz /metrics
operator.py   /: the operator screen; its moving parts are the *.js beside it
assets.py     the scripts and style sheets
office.py     the frame of the supervisor's pages; forms.py: what they send
wall.py       /wall; its rigs cards.py, its figures boards.py
looks.py      /looks: second looks by the sampling plan; the capture looked at sample.py, lots and figures lots.py
reports.py    /reports: HTML, PDF, CSV
limits.py     /settings
people.py     /people: accounts and the audit log
findings.py   what a finding says, in the reader's language, from the defect atlas
texts.py      the texts of the operator's screen, a catalogue a language; words.py: of all pages, in the visitor's
refusals.py   what a route refuses, in words
"""
