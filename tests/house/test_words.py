"""What may not stand in any file that is kept: paths of somebody's machine, and promises instead of work."""

from __future__ import annotations

import re

import pytest

from tests.house.source import ROOT, tracked

FORBIDDEN = re.compile(
    r"(?<![\w.])/(?:home|Users|root|work|mnt/[a-z]/Users)/\w"  # a folder of one person or one machine
    r"|\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b"
)


def test_no_file_speaks_of_one_machine_or_of_work_undone() -> None:
    """Neither home folders nor notes of what should still be done."""
    files = tracked()
    if not files:
        pytest.skip("this is no git checkout, so it is unknown which files are kept")
    found = []
    for path in files:
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a model or a picture
        found += [
            f"{path}:{n}: {line.strip()}" for n, line in enumerate(text.splitlines(), 1) if FORBIDDEN.search(line)
        ]
    assert not found, "\n".join(found)


def test_the_lock_names_no_package_index() -> None:
    """Packages come from whatever index the machine uses; the hashes say that they are the right ones."""
    lock = (ROOT / ".ci" / "lock.txt").read_text()
    assert re.findall(r"\S*://\S*|--\w*index\S*|--find-links\S*", lock) == []
    assert "--hash=sha256:" in lock
