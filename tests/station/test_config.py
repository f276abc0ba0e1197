"""Every fault in station.yaml is named with file and line, and with the nearest right word."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.config import load
from station.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "station.yaml"
    path.write_text(text)
    return path


def refusal(path: Path) -> str | None:
    """What the ConfigError says; None for a good file."""
    try:
        load(path)
    except ConfigError as error:
        return str(error)
    return None


def test_defaults_are_a_working_station() -> None:
    """Without a file: the herbarium profile, ONNX Runtime on the CPU, SQLite, no alerts."""
    config = load(None)
    assert config.profile.name == "herbarium-sheet"
    assert [name for name, _ in config.backends] == ["onnxruntime"]
    assert config.store[0] == "sqlite"
    assert config.alerts == ()
    assert config.profile.required["colour_chart"] == 1


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    """A relative inbox lies beside the file, wherever the command was started."""
    config = load(written(tmp_path, "inbox: pictures\n"))
    assert config.inbox == tmp_path / "pictures"
    assert config.state == tmp_path / "state"


@pytest.mark.parametrize(
    ("text", "line", "said", "remedy"),
    [
        ("station: a\ninbx: b\n", 2, "unknown key 'inbx'", "Did you mean 'inbox'?"),
        ("checks:\n  label_sharpnes: {}\n", 2, "label_sharpnes", "Did you mean 'label_sharpness'?"),
        ("checks:\n  sheet_alignment:\n    nonsense: 1\n", 3, "checks.sheet_alignment.nonsense", "Known keys"),
        ("alerts:\n  log: {}\n  flags: {}\n", 3, "unknown name 'flags'", "There are"),
        ("inbox: a\ninbox: b\n", 2, "'inbox' stands twice", "Keep one"),
        ("station: [a\n", 2, "", "Correct it"),
        ("profile: herbarium\n", 1, "there is no profile 'herbarium'", "Known: herbarium-sheet"),
        ("segment: {backends: [onnxruntme]}\n", 1, "onnxruntme", "Did you mean 'onnxruntime'?"),
        ("segment:\n  backends: [onnxruntime]\n  tensorrt: {}\n", 3, "'tensorrt' is not in", "Add it"),
        ("store: {sqlite: {}, other: {}}\n", 1, "exactly one store", "E.g."),
        ("- a\n- b\n", 1, "must be a table", "example"),
        ("watch:\n  settle_seconds: soon\n", 2, "watch.settle_seconds", "check-config"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, line: int, said: str, remedy: str) -> None:
    """The message begins with file:line: and the remedy names the nearest right word."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:{line}:")
    assert said in str(caught.value)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("state", ["in", "in/state", "./in/../in"])
def test_records_inside_the_inbox_are_refused(tmp_path: Path, state: str) -> None:
    """The station would judge its own previews."""
    with pytest.raises(ConfigError, match=r"station\.yaml:2: 'state' lies in the inbox"):
        load(written(tmp_path, f"inbox: in\nstate: {state}\n"))


def test_a_check_can_be_changed_and_removed(tmp_path: Path) -> None:
    """A table under `checks` changes the profile's settings; `off` removes the check."""
    config = load(written(tmp_path, "checks:\n  barcode: off\n  file: {min_megapixels: 12}\n"))
    chosen = dict(config.checks)
    assert "barcode" not in chosen
    assert chosen["file"].model_dump()["min_megapixels"] == 12


def test_the_digest_tells_meanings_apart_not_spellings(tmp_path: Path) -> None:
    """Comments and order do not change the digest; a limit does."""
    plain = load(written(tmp_path, "station: a\nchecks: {file: {min_megapixels: 12}}\n")).digest
    same = load(written(tmp_path, "# twelve\nchecks: {file: {min_megapixels: 12.0}}\nstation: a\n")).digest
    other = load(written(tmp_path, "station: a\nchecks: {file: {min_megapixels: 13}}\n")).digest
    assert plain == same != other


def test_a_rig_file_replaces_what_the_profile_requires(tmp_path: Path) -> None:
    """`rig: ./stand.yaml` is a path; its required objects and resolution are the rig's own."""
    (tmp_path / "stand.yaml").write_text("ppi: 300\nrequired: {sheet: 1}\n")
    config = load(written(tmp_path, "rig: stand.yaml\n"))
    assert (config.rig.name, config.rig.ppi, config.rig.required) == ("stand", 300.0, {"sheet": 1})


def test_a_pattern_that_is_none_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    """In the rig as in the profile: a broken regular expression would stop the line at the first barcode."""
    (tmp_path / "stand.yaml").write_text("ppi: 300\nbarcode_pattern: '['\n")
    with pytest.raises(ConfigError, match=r"stand\.yaml:2: barcode_pattern: is no regular expression"):
        load(written(tmp_path, "rig: stand.yaml\n"))


def test_a_file_named_on_the_command_line_counts_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--rig stand.yaml` is the file a shell would complete, not one beside the configuration."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "stand.yaml").write_text("ppi: 300\n")
    config = written(tmp_path, "station: a\n")
    monkeypatch.chdir(tmp_path / "here")
    assert load(config, rig="stand.yaml").rig.ppi == 300
    with pytest.raises(ConfigError, match="--rig: there is no rig 'nowhere'"):
        load(config, rig="nowhere")


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=80), st.binary(max_size=80)))
def test_any_file_is_a_config_or_a_config_error(tmp_path_factory: pytest.TempPathFactory, content: str | bytes) -> None:
    """Whatever stands in the file: never another exception than ConfigError."""
    path = tmp_path_factory.mktemp("fuzz") / "station.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    said = refusal(path)
    assert said is None or said.startswith(f"{path}:")


def test_an_alias_that_contains_itself_is_a_config_error(tmp_path: Path) -> None:
    """YAML can express endless values; they are refused."""
    with pytest.raises(ConfigError):
        load(written(tmp_path, "checks: &a {file: *a}\n"))


def test_a_rig_names_its_charts_and_zones(tmp_path: Path) -> None:
    """Charts by name or by path from the rig's folder; zones as shares of the frame."""
    (tmp_path / "ours.yaml").write_text("like: colorchecker-mini\nserial: M 7\nvalues: nominal\n")
    rig = tmp_path / "stand.yaml"
    rig.write_text("charts: [ours.yaml, kodak-gray-scale-q13]\nzones: {colour_chart: [0, 0.5, 0.2, 0.5]}\n")
    config = load(None, rig=str(rig))
    assert [(c.name, c.serial) for c in config.rig.charts] == [("ours", "M 7"), ("kodak-gray-scale-q13", "")]
    assert config.rig.zones["colour_chart"].w == 0.2
    assert config.digest != load(None).digest
    rig.write_text("ppi: 300\ncharts: [nothing]\n")
    with pytest.raises(ConfigError, match=r"stand\.yaml:2: there is no chart 'nothing'"):
        load(None, rig=str(rig))


def test_the_profile_knows_every_kind_of_chart() -> None:
    """Those that are shipped."""
    assert {"colorchecker-classic", "golden-thread-object-level"} <= {c.name for c in load(None).profile.charts}
