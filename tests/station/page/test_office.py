"""The frame of the supervisor's pages."""

from __future__ import annotations

import pytest

from station.page.office import coded, shell, sign, table
from station.page.words import words_of
from station.people import ANONYMOUS, Person, Role

WORDS = words_of("en")


def test_links_lead_only_where_one_may_go() -> None:
    """An operator sees neither the wall nor the accounts; an admin sees all."""
    pages = {role: shell(WORDS, "T", "/assets/x", Person("Ada", role), "/", "") for role in Role}
    assert [('href="/wall"' in pages[role], 'href="/people"' in pages[role]) for role in Role] == [
        (False, False),
        (True, False),
        (True, True),
    ]


def test_names_are_text() -> None:
    """Whatever people call themselves and their station; who has no name cannot log out."""
    made = shell(WORDS, "<T>", "/assets/x", Person("<b>", Role.ADMIN), "/wall", "")
    assert "<T>" not in made
    assert "<b>" not in made
    assert "/logout" in made
    assert "/logout" not in shell(WORDS, "T", "/assets/x", ANONYMOUS, "/wall", "")


def test_a_table_tells_its_head_cells_and_its_numbers() -> None:
    """Rows and columns have heads for screen readers; numbers stand to the right."""
    made = table(["Rig", "Captures"], [["one", "5"]], "By rig")
    for part in (
        '<th scope="row">one</th>',
        '<th scope="col" class="n">Captures</th>',
        '<td class="n">5</td>',
        "<caption>By rig",
    ):
        assert part in made


@pytest.mark.parametrize("outcome", ["PASS", "FAIL"])
def test_a_sign_is_silent(outcome: str) -> None:
    """Its word is beside it."""
    assert 'aria-hidden="true"' in sign(outcome)


def test_every_language_is_offered() -> None:
    """By its own name, leading back to the page one is on."""
    made = shell(words_of("de"), "T", "/assets/x", ANONYMOUS, "/wall", "")
    assert '<html lang="de">' in made
    assert 'href="/language/cs?next=/wall" lang="cs" hreflang="cs">Čeština' in made


def test_what_stands_between_backticks_is_code() -> None:
    """And whatever else a text holds is text."""
    assert coded("Run `station <doctor>`, then <b>.") == "Run <code>station &lt;doctor&gt;</code>, then &lt;b&gt;."
