"""Who may do what: accounts, log-ins, and the book of what was done.

rights.py      the three roles; who is asking
passwords.py   argon2id
book.py        people.sqlite in the state folder: accounts, log-ins, audit log
"""

from station.people.book import Book, Entry
from station.people.rights import ANONYMOUS, Person, Role

__all__ = ["ANONYMOUS", "Book", "Entry", "Person", "Role"]
