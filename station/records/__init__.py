"""What the station remembers: the form of its records, shared by every store.

tables.py       the tables as they are now
migrations.py   the steps from an older form to this one
tallies.py      counts kept up with every verdict
lock.py         one process writes
away.py         a server that does not answer is not waited for twice
log.py          a store over any database's connections
rows.py         row <-> value
queries.py      verdicts, decisions, files, pulse: what stores ask and write
sessions.py     operators' sessions
chains.py       retakes: which photograph superseded which
looks.py        lots and second looks
alarms.py       findings that a person called wrong
events.py       value <-> the JSON object of `station judge --json` and of the events
"""

from station.records.events import Event, event, record_event, verdict_from_event

__all__ = ["Event", "event", "record_event", "verdict_from_event"]
