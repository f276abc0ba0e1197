"""The settings page over the whole application."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

import httpx
import pytest

from station.page.gate import COOKIE
from station.page.words import meanings
from station.people import Book, Role
from station.revisions import Revisions
from tests.station.page.desk import page_process, running_station

FIRST = "station: stand-1  # by the window\nchecks: {sheet_alignment: {fail_deg: 1.0}}\n"
PASSWORD = "paper and glue"
FIELD = "value:sheet_alignment.fail_deg"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A station with a configuration and one account a role, and its page."""
    root = tmp_path_factory.mktemp("station")
    (root / "station.yaml").write_text(FIRST)
    for role in Role:
        Book(root / "people.sqlite").add(role.name, role, PASSWORD, by="test")
    with running_station(root), page_process(root) as (_, address):
        yield root, address


@pytest.fixture
def root(desk: tuple[Path, str]) -> Path:
    (desk[0] / "station.yaml").write_text(FIRST)
    return desk[0]


def client(desk: tuple[Path, str], role: Role) -> httpx.Client:
    found = Book(desk[0] / "people.sqlite").log_in(role.name, PASSWORD, address="", hours=1)
    assert found is not None
    return httpx.Client(base_url=desk[1], headers={"origin": desk[1]}, cookies={COOKIE: found[0]}, timeout=20)


def test_an_admin_changes_a_limit(desk: tuple[Path, str], root: Path) -> None:
    """The file holds it, the version says who and why, the audit log tells it; then back again."""
    with client(desk, Role.ADMIN) as http:
        page = http.get("/settings").text
        assert FIELD in page
        assert "FADGI" in page
        base = Revisions(root / "station.yaml", root).base()
        answer = http.post("/settings", data={FIELD: "2.5", "why": "old sheets", "base": base})
        assert answer.status_code == 303
        assert "fail_deg: 2.5" in (root / "station.yaml").read_text()
        page = http.get("/settings").text
        assert "old sheets" in page
        assert "old sheets" in http.get("/people").text
        base = Revisions(root / "station.yaml", root).base()
        assert http.post("/settings", data={"back": "1", "why": "no", "base": base}).status_code == 303
    assert (root / "station.yaml").read_text() == FIRST


@pytest.mark.usefixtures("root")
def test_a_limit_is_explained_in_the_reader_s_language(desk: tuple[Path, str]) -> None:
    """In English the Settings class says it, and is marked as English."""
    with client(desk, Role.SUPERVISOR) as http:
        assert escape(meanings("de")["sheet_alignment.fail_deg"]) in http.get("/settings?lang=de").text
        assert '<span lang="en">Skew above this is FAIL' in http.get("/settings?lang=en").text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({FIELD: "much", "why": "x"}, "fail_deg"),
        ({FIELD: "2"}, "Say why"),
        ({"text": "colour: red", "why": "x"}, "unknown key"),
        ({"text": "<b>\x00", "why": "x"}, "station.yaml:1"),
        ({"back": "99", "why": "x"}, "cannot be read"),
        ({"back": "../../etc", "why": "x"}, "cannot be read"),
        ({FIELD: "2", "why": "x", "base": "0" * 64}, "Somebody else"),
    ],
)
def test_what_is_wrong_changes_nothing_and_is_said(
    desk: tuple[Path, str], root: Path, data: dict[str, str], said: str
) -> None:
    """Beside what was typed, which is still there to be mended."""
    with client(desk, Role.ADMIN) as http:
        base = Revisions(root / "station.yaml", root).base()
        answer = http.post("/settings", data={"base": base} | data)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<b>" not in answer.text
    assert (root / "station.yaml").read_text() == FIRST


def test_a_supervisor_looks_and_an_operator_does_not(desk: tuple[Path, str], root: Path) -> None:
    """Without fields to fill in; and a request that is made by hand is refused."""
    with client(desk, Role.SUPERVISOR) as http:
        page = http.get("/settings")
        assert page.status_code == 200
        assert f'name="{FIELD}"' not in page.text
        assert http.post("/settings", data={"text": "", "why": "x"}).status_code == 403
    with client(desk, Role.OPERATOR) as http:
        assert http.get("/settings").status_code == 403
    assert (root / "station.yaml").read_text() == FIRST


def test_a_bad_file_is_said_in_large_type(desk: tuple[Path, str], root: Path) -> None:
    """What somebody wrote by hand stays there to be mended, with file and line; on the wall, too."""
    (root / "station.yaml").write_text("station: stand-1\ncolour: red\n")
    with client(desk, Role.ADMIN) as http:
        page = http.get("/settings").text
        assert 'class="wrong"' in page
        assert "unknown key &#x27;colour&#x27;" in page
        assert "colour: red" in page
        assert 'class="wrong"' in http.get("/wall/now").text
