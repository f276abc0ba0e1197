"""Whatever a child does, the parent hears of it as an answer or as an EngineError."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from station import errors
from station.errors import EngineError, Trouble
from station.gpu import child as module
from station.gpu.child import Child, call

HERE = Path(__file__).parent
pytestmark = pytest.mark.usefixtures("found")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The children's functions are in a module that the child can import."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def test_a_child_answers_again_and_again() -> None:
    """Requests and answers in turn, one process; progress is told; library chatter does not disturb."""
    told: list[str] = []
    child = Child("childish:echo")
    first = child.ask({"a": 1}, 20, told.append)
    second = child.ask({"b": [1, 2]}, 20)
    child.close()
    child.close()
    assert first["heard"] == {"a": 1}
    assert second["heard"] == {"b": [1, 2]}
    assert first["pid"] == second["pid"] != os.getpid()
    assert told == ["listening"]
    assert not psutil.pid_exists(first["pid"])


def test_a_child_sees_nothing_heavy() -> None:
    """Starting one costs little: none of the daemon's libraries is imported there, and pydantic need not exist."""
    modules = call("childish:echo", {}, 20)["modules"]
    assert not {"pydantic", "cv2", "onnxruntime", "tensorrt", "numpy"} & set(modules)


def test_a_crash_is_an_error_with_its_signal() -> None:
    """SIGSEGV in the child; the parent says what was being done."""
    with pytest.raises(EngineError, match="SIGSEGV while dividing") as caught:
        call("childish:crash", {}, 20)
    assert caught.value.trouble is Trouble.CRASHED
    assert caught.value.remedy


def test_a_hang_is_ended_after_the_time_out() -> None:
    """The child is killed and does not stay behind."""
    child = Child("childish:hang")
    with pytest.raises(EngineError, match=r"within 1 s \(thinking\)") as caught:
        child.ask({}, 1)
    assert caught.value.trouble is Trouble.HUNG
    assert not psutil.pid_exists(child._process.pid)


def test_a_refusal_arrives_as_it_was_raised() -> None:
    """Words, remedy and trouble of an EngineError cross the line."""
    with pytest.raises(EngineError, match="not today") as caught:
        call("childish:refuse", {}, 20)
    assert (caught.value.remedy, caught.value.trouble) == ("tomorrow", Trouble.NULL)


def test_a_foreign_exception_is_a_crash_with_its_last_words() -> None:
    """What nobody caught ends the child; its last line is passed on."""
    with pytest.raises(EngineError, match="KeyError: 'nobody caught this'") as caught:
        call("childish:stumble", {}, 20)
    assert caught.value.trouble is Trouble.CRASHED


def test_a_child_killed_from_outside_is_noticed_at_the_next_question() -> None:
    """The out-of-memory killer, say."""
    child = Child("childish:echo")
    pid = child.ask({}, 20)["pid"]
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(EngineError, match="SIGKILL") as caught:
        child.ask({}, 20)
    assert caught.value.trouble is Trouble.CRASHED
    with pytest.raises(EngineError):
        child.ask({}, 20)


def test_a_python_that_is_not_there_is_said() -> None:
    """With the way out: leave `python` away."""
    with pytest.raises(EngineError, match="cannot be started") as caught:
        Child("childish:echo", python=Path("/no/such/python"))
    assert caught.value.trouble is Trouble.NOT_INSTALLED


def test_a_child_does_not_outlive_its_parent() -> None:
    """A parent that is killed cannot end it in order; it ends by itself."""
    parent = (
        "import os; from station.gpu.child import Child;"
        "print(Child('childish:hang')._process.pid, flush=True); os._exit(0)"
    )
    said = subprocess.run([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, check=True).stdout
    child = int(said)
    end = time.monotonic() + 30
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end, "the child outlives its parent"
        time.sleep(0.1)


def test_the_childs_side_is_python_3_10() -> None:
    """The Python of a Jetson's system: its grammar, and none of the names that came later."""
    later = {"StrEnum", "Self", "UTC", "tomllib", "ExceptionGroup", "file_digest", "assert_never"}
    for path in (*sorted(Path(module.__file__).parent.glob("*.py")), Path(errors.__file__)):
        tree = ast.parse(path.read_text(), feature_version=(3, 10))
        names = {getattr(node, "id", getattr(node, "attr", None)) for node in ast.walk(tree)}
        names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        assert not names & later, path.name


def test_the_childs_side_imports_nothing_of_the_station_but_itself() -> None:
    """Beside this folder only the errors: pydantic and OpenCV need not exist for the other Python."""
    for path in sorted(Path(module.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            name = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            if name.startswith("station"):
                assert name in ("station.errors", "station.gpu") or name.startswith("station.gpu."), path.name
