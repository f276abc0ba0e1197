"""YAML that remembers where each value stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from station.errors import ConfigError
from station.located import read
from station.settings import Settings


class Lamp(Settings):
    """A table for these tests."""

    watts: float = Field(default=60, gt=0, description="power")
    colour: str = Field(default="white", description="colour of the light")


def written(folder: Path, text: str) -> Path:
    path = folder / "lamp.yaml"
    path.write_text(text)
    return path


def test_the_line_of_the_deepest_known_key_is_named(tmp_path: Path) -> None:
    """A wrong value in a list is found on its own line; a path that is not there falls back to its parent."""
    located = read(written(tmp_path, "a:\n  b:\n  - 1\n  - 2\n"))
    assert str(located.error(("a", "b", 1), "wrong")).startswith(f"{located.path}:4: ")
    assert str(located.error(("a", "b", "nowhere"), "wrong")).startswith(f"{located.path}:2: ")


def test_an_absent_table_means_defaults(tmp_path: Path) -> None:
    """Absent and empty tables are both the defaults."""
    assert read(written(tmp_path, "")).table(("lamp",), Lamp) == Lamp()
    assert read(written(tmp_path, "lamp:\n")).table(("lamp",), Lamp) == Lamp()


def test_a_value_out_of_range_is_said_in_words(tmp_path: Path) -> None:
    """The message holds the key, the rule and what the file says."""
    with pytest.raises(ConfigError, match=r"lamp\.yaml:2: lamp\.watts: Input should be greater than 0 \(it says -5\)"):
        read(written(tmp_path, "lamp:\n  watts: -5\n")).table(("lamp",), Lamp)


def test_all_faults_of_a_table_are_said_at_once(tmp_path: Path) -> None:
    """Nobody wants to run check-config once for each misspelling."""
    with pytest.raises(ConfigError) as caught:
        read(written(tmp_path, "lamp:\n  watts: -5\n  wats: 3\n")).table(("lamp",), Lamp)
    said = str(caught.value).splitlines()
    assert len(said) == 2
    assert "lamp.yaml:2: lamp.watts" in said[0]
    assert "lamp.yaml:3: unknown key 'lamp.wats'. Did you mean 'watts'?" in said[1]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a: [", b"\t- x", b"a: &x [*x]"])
def test_what_is_no_yaml_is_a_config_error(tmp_path: Path, content: bytes) -> None:
    """Bytes, open brackets, tabs, endless aliases."""
    path = tmp_path / "lamp.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert caught.value.remedy


def test_a_missing_file_is_a_config_error(tmp_path: Path) -> None:
    """Not a FileNotFoundError."""
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path / "gone.yaml")
