"""The defect atlas is whole: every code that a check can give stands in it, with a picture and words for people."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
import yaml

import station.checks
from station import atlas
from station.page.texts import LANGUAGES
from tests.house.source import tree

CHECKS = sorted(p for p in Path(station.checks.__path__[0]).glob("*.py") if p.stem != "__init__")
CODE = re.compile(r"[a-z][a-z_]+")
UNREADABLE = {"unreadable", "truncated"}
"""What the line itself says of a file that cannot be decoded (errors.CaptureError.code)."""
ENGLISH = {"the", "and", "with", "this", "that", "from", "there", "has", "have", "are", "not", "its", "again", "or"}
"""Words without which no English sentence goes on, and that none of the other languages has ("or" is French for gold,
which no stand is made of)."""


def strings(node: ast.AST) -> Iterator[str]:
    """Every string in it that may be a code."""
    for child in ast.walk(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str) and CODE.fullmatch(child.value):
            yield child.value


def codes(path: Path) -> set[str]:
    """The codes a check's source gives: second argument of Finding, first of a helper called ...finding..., `code=`,
    `code = `, and the first column of a table that is walked with `for code, ...`."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            places = node.args[1:2] if name == "Finding" else node.args[:1] if "finding" in name.lower() else []
            places = [*places, *(keyword.value for keyword in node.keywords if keyword.arg == "code")]
            found |= {code for place in places for code in strings(place)}
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
            found |= set(strings(node.value))
        elif isinstance(node, ast.For) and getattr(getattr(node.target, "elts", [None])[0], "id", "") == "code":
            found |= {code for row in rows(path, node.iter) for code in strings(row)}
    return found


def rows(path: Path, walked: ast.expr) -> Iterator[ast.expr]:
    """The first column of a table, written where it is walked or assigned to a name before."""
    tables = [walked] if isinstance(walked, ast.Tuple) else [
        node.value for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", 0) == getattr(walked, "id", 1)
    ]  # fmt: skip
    for table in tables:
        if isinstance(table, ast.Tuple):
            yield from (row.elts[0] for row in table.elts if isinstance(row, ast.Tuple))


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_every_code_of_a_check_is_in_the_atlas(path: Path) -> None:
    """A fault that can be told can be looked up."""
    given = codes(path) - {"ok"}
    assert given, "no code was found in this file: does the test still understand it?"
    assert {code for code in given if atlas.entry(path.stem, code) is None} == set()


def test_the_codes_of_the_contract_are_in_the_atlas() -> None:
    """Those of the line itself, and of drift, whose codes stand in a table of signals."""
    assert all(atlas.entry("file", code) for code in UNREADABLE)
    assert all(atlas.entry("drift", code) for code in ("sharpness", "skew", "colour", "exposure", "stop_line"))


def test_every_entry_has_its_picture_and_says_what_to_do() -> None:
    """Pictures are small JPEG files; cause and remedy are sentences; no code stands twice."""
    entries = atlas.entries()
    assert len({(e.check, e.code) for e in entries}) == len(entries)
    for entry in entries:
        image = cv2.imread(str(entry.picture))
        assert image is not None, entry.picture
        assert max(image.shape[:2]) == 300
        assert entry.cause.endswith(".")
        assert entry.remedy.endswith(".")
        assert not entry.title.endswith(".")


def test_every_picture_belongs_to_an_entry() -> None:
    """No picture is left over."""
    assert {e.picture for e in atlas.entries()} == set(atlas.HERE.glob("*.jpg"))


def test_what_nobody_knows_has_no_entry() -> None:
    """A third party's check may have codes of its own; "not judged" is every check's."""
    assert atlas.entry("third_party", "odd") is None
    unknown = atlas.entry("third_party", "not_judged")
    assert unknown is not None
    assert unknown.check == atlas.ANY


def table(language: str) -> dict[tuple[str, str], dict[str, str]]:
    """(check, code) -> what the file says, as it is written."""
    told = yaml.safe_load((atlas.HERE / f"{language}.yaml").read_text("utf-8"))
    return {(check, code): said for check, codes in told.items() for code, said in codes.items()}


def test_every_language_of_the_pages_has_its_atlas() -> None:
    """And no file is beside them that nobody could choose."""
    assert {path.stem for path in atlas.HERE.glob("*.yaml")} == set(LANGUAGES)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_a_language_says_everything_that_english_says(language: str) -> None:
    """The same faults in the same order, whole sentences, nothing empty, no place to fill, commands as they are;
    nothing is left in English, and only the English file names pictures."""
    english, told = table("en"), table(language)
    assert list(told) == list(english)
    for key, said in told.items():
        assert tuple(said) == atlas.PARTS, key
        for part, text in said.items():
            assert text.strip() == text != "", key
            assert text != english[key][part], key
            assert not ENGLISH & set(re.findall(r"\w+", text.lower())), (key, text)
            assert text.endswith(".") == (part != "title"), (key, text)
            assert not set("{}<>") & set(text), (key, text)
            assert re.findall("`.*?`", text) == re.findall("`.*?`", english[key][part]), key


def test_pictures_are_the_same_in_every_language() -> None:
    """A picture needs no words."""
    for language in LANGUAGES:
        entries = atlas.entries(language)
        pictures = [(e.check, e.code, e.picture) for e in atlas.entries()]
        assert [(e.check, e.code, e.picture) for e in entries] == pictures
        found = atlas.entry("exposure", "over", language)
        assert found is not None
        assert found.title == table(language)["exposure", "over"]["title"]
