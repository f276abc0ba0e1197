"""ONNX -> plan, by TensorRT's builder, in a child process: it takes minutes, much memory, and may crash.

The precision stands in the ONNX file, except for TensorRT 8.6, which is told by flags (flavour.py).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.errors import EngineError, Trouble
from station.gpu import flavour, probe
from station.gpu.child import Talk
from station.gpu.plans import Shapes

TELL_SECONDS = 0.5
"""Progress is told no more often."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the builder is told. `workspace_mb`: memory on the GPU that one layer may use while it works, MiB."""

    precision: str
    shapes: Shapes
    workspace_mb: int


def serve(talk: Talk) -> None:
    """Build one plan: {device, memory_mb, library, onnx, plan, timing_cache, precision, shapes, workspace_mb}."""
    if (asked := talk.hear()) is None:
        return
    talk.tell("asking the GPU driver")
    probe.look(asked["device"], asked["memory_mb"])
    talk.tell("loading TensorRT")
    found = flavour.load(asked["library"])
    shapes = Shapes(*(tuple(asked["shapes"][name]) for name in ("least", "usual", "most")))
    recipe = Recipe(asked["precision"], shapes, asked["workspace_mb"])
    start = time.monotonic()
    plan = compile_plan(Path(asked["onnx"]), recipe, found, Path(asked["timing_cache"]), talk.tell)
    Path(asked["plan"]).write_bytes(plan)
    talk.answer({"library": found.library, "version": found.version, "seconds": round(time.monotonic() - start, 1)})


def compile_plan(
    onnx: Path, recipe: Recipe, found: flavour.Flavour, timing_cache: Path | None, tell: Any = print
) -> bytes:
    """The plan. Raises EngineError: NULL when the builder gives none, FAILED when the ONNX file is not understood."""
    trt, logger = found.trt, flavour.logger(found.trt)
    builder = flavour.begun(trt.Builder, logger)
    network = builder.create_network(_bits(trt.NetworkDefinitionCreationFlag, found.ways.network))
    parser = trt.OnnxParser(network, logger)
    tell("reading the model")
    if not parser.parse(onnx.read_bytes()):
        why = "; ".join(parser.get_error(i).desc() for i in range(parser.num_errors))
        raise EngineError(f"{found.library} {found.version} does not understand the model: {why}", _elsewhere())
    config = builder.create_builder_config()
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, recipe.workspace_mb << 20)
    for name in found.ways.flags.get(recipe.precision, ()):
        config.set_flag(getattr(trt.BuilderFlag, name))
    if found.ways.tactics:
        config.set_tactic_sources(_bits(trt.TacticSource, found.ways.tactics))
    _admit(builder, network, config, recipe.shapes)
    watched = _watch(trt, config, tell)
    cache = _remember(config, timing_cache) if found.ways.timing_cache else None
    tell("building")
    plan = builder.build_serialized_network(network, config)
    del watched
    if plan is None:
        raise EngineError(f"{found.library} built nothing: {logger.last}", _elsewhere(), Trouble.NULL)
    if cache is not None and timing_cache is not None:
        timing_cache.write_bytes(bytes(config.get_timing_cache().serialize()))
    return bytes(plan)


def _bits(enum: Any, names: tuple[str, ...]) -> int:
    return sum(1 << int(getattr(enum, name)) for name in names)


def _admit(builder: Any, network: Any, config: Any, shapes: Shapes) -> None:
    """One optimisation profile: every input from `least` to `most`, made fast for `usual`."""
    profile = builder.create_optimization_profile()
    bounds = [(*shape, 3) for shape in (shapes.least, shapes.usual, shapes.most)]
    profile.set_shape(network.get_input(0).name, *bounds)
    config.add_optimization_profile(profile)


def _remember(config: Any, timing_cache: Path | None) -> Any:
    """What was timed in earlier builds is not timed again; a cache of another TensorRT is left aside by it."""
    known = timing_cache.read_bytes() if timing_cache is not None and timing_cache.exists() else b""
    cache = config.create_timing_cache(known)
    config.set_timing_cache(cache, False)
    return cache


def _watch(trt: Any, config: Any, tell: Any) -> Any:
    """Report progress; 8.6 cannot."""
    if not hasattr(trt, "IProgressMonitor"):
        return None

    class Monitor(trt.IProgressMonitor):  # type: ignore[misc]
        """Tells how far the outermost phase is."""

        def __init__(self) -> None:
            trt.IProgressMonitor.__init__(self)
            self.outer, self.steps, self.told = "", 1, 0.0

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            """A phase begins."""
            if parent_phase is None:
                self.outer, self.steps = phase_name, max(1, num_steps)

        def phase_finish(self, phase_name: str) -> None:
            """A phase is done."""

        def step_complete(self, phase_name: str, step: int) -> bool:
            """A step is done; go on."""
            if phase_name == self.outer and time.monotonic() - self.told > TELL_SECONDS:
                self.told = time.monotonic()
                tell(f"building, {100 * (step + 1) // self.steps} %")
            return True

    monitor = Monitor()
    config.progress_monitor = monitor
    return monitor


def _elsewhere() -> str:
    return "Report the log; until then take `tensorrt` out of segment.backends."
