"""One value changes, everything else stays as somebody wrote it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from station.errors import ConfigError
from station.yaml_edit import with_value

COMMENTED = """# The stand by the window.
station: stand-1   # its name
checks:
  # FADGI
  sheet_alignment: {fail_deg: 1.0, warn_deg: 0.5}  # agreed in May
  barcode: off
  label_sharpness:
    max_edge_px: 5.0 # px
page: {port: 8321}
"""
WORDS = st.text("abcd: #'\"{}[],\n-é", max_size=6) | st.integers() | st.booleans() | st.none() | st.floats(-1e6, 1e6)
KEYS = st.sampled_from(("a", "b", "c d", "on", "1"))
TABLES = st.recursive(
    WORDS, lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=2), max_leaves=8
)


def test_comments_and_order_stay() -> None:
    """Only the characters of the value are others."""
    changed = with_value(COMMENTED, ("checks", "label_sharpness", "max_edge_px"), 4.5)
    assert changed == COMMENTED.replace("5.0 # px", "4.5 # px")
    changed = with_value(COMMENTED, ("checks", "sheet_alignment", "fail_deg"), 2.0)
    assert changed == COMMENTED.replace("{fail_deg: 1.0,", "{fail_deg: 2.0,")


@pytest.mark.parametrize(
    "where",
    [
        ("checks", "sheet_alignment", "new"),
        ("checks", "new", "x"),
        ("checks", "barcode", "x"),
        ("new", "x", "y"),
        ("inbox",),
    ],
)
def test_what_is_missing_is_made(where: tuple[str, ...]) -> None:
    """A key, a table, a table where `off` stood; every comment is still there."""
    changed = with_value(COMMENTED, where, 7)
    held: Any = yaml.safe_load(changed)
    for key in where:
        held = held[key]
    assert held == 7
    for comment in ("# The stand by the window.", "# its name", "# FADGI", "# agreed in May", "# px"):
        assert comment in changed


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "checks:\n", "checks: ~\n", "checks: {}\n", "checks:\npage: {}\n"]
)
def test_an_empty_table_is_filled(text: str) -> None:
    """Also one that is only a key with a colon, or a file without any."""
    held: Any = yaml.safe_load(with_value(text, ("checks", "barcode", "file_name"), False))
    assert held["checks"] == {"barcode": {"file_name": False}}


@given(st.dictionaries(KEYS, TABLES, max_size=4), st.lists(KEYS, min_size=1, max_size=3), WORDS, st.booleans())
def test_the_result_says_the_same_but_for_the_value(
    data: dict[str, Any], where: list[str], value: object, flow: bool
) -> None:
    """In block and flow style, whatever the table: read again, exactly one value is another. Or it is refused."""
    text = yaml.safe_dump(data, default_flow_style=flow, sort_keys=False, allow_unicode=True)
    try:
        changed = with_value(text, tuple(where), value)
    except ConfigError:
        return
    expected, inner = data, data
    for key in where[:-1]:
        inner[key] = inner = inner[key] if isinstance(inner.get(key), dict) else {}
    inner[where[-1]] = value
    assert yaml.safe_load(changed) == expected


@pytest.mark.parametrize("text", ["a: &x {k: 1}\nb: *x\n", "- a list\n", "a: [\n", "just words"])
def test_what_cannot_be_changed_alone_is_refused(text: str) -> None:
    """An alias is the same value in two places; a list is no table; broken YAML is none."""
    with pytest.raises(ConfigError, match="cannot be changed alone"):
        with_value(text, ("b", "k"), 2)
