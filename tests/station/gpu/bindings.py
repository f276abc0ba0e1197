"""What a TensorRT's Python module offers, as JSON: run with that module's folder on PYTHONPATH.

python bindings.py MODULE [FOLDER]     FOLDER: stub libraries are compiled there, for bindings that came alone
{"version": ..., "names": {"module": [...], "ICudaEngine": [...], "BuilderFlag": [...], ...}}
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

CLASSES = (
    "Builder", "BuilderFlag", "IBuilderConfig", "ICudaEngine", "IExecutionContext", "ILogger", "INetworkDefinition",
    "IOptimizationProfile", "IProgressMonitor", "ITimingCache", "MemoryPoolType", "NetworkDefinitionCreationFlag",
    "OnnxParser", "ParserError", "Runtime", "TacticSource", "TensorIOMode",
)  # fmt: skip
STUBS = {
    "nvinfer": ("createInferBuilder_INTERNAL", "createInferRefitter_INTERNAL", "createInferRuntime_INTERNAL",
                "getBuilderPluginRegistry", "getPluginRegistry"),
    "nvinfer_plugin": ("initLibNvInferPlugins",),
    "nvonnxparser": ("createNvOnnxParserRefitter_INTERNAL", "createNvOnnxParser_INTERNAL", "getNvOnnxParserVersion"),
}  # fmt: skip
"""What the bindings of TensorRT 10 and 11 want of the libraries before anything is called."""


def stub(folder: Path, major: str) -> None:
    """Libraries that do nothing, so that the bindings can be imported; start Python anew to find them."""
    for name, functions in STUBS.items():
        source = folder / f"{name}.c"
        source.write_text("".join(f"void *{function}(void) {{ return 0; }}\n" for function in functions))
        library = f"lib{name}.so.{major}"
        subprocess.run(
            ["gcc", "-shared", "-fPIC", f"-Wl,-soname,{library}", "-o", folder / library, source], check=True
        )


def names(module: str) -> dict[str, object]:
    """See the module's docstring."""
    trt = importlib.import_module(module)
    found = {"module": [name for name in dir(trt) if name in CLASSES]}
    for name in CLASSES:
        kind = getattr(trt, name, None)
        if kind is not None:
            members = getattr(kind, "__members__", None) or [n for n in vars(kind) if not n.startswith("_")]
            found[name] = sorted(members)
    return {"version": trt.__version__, "names": found}


if __name__ == "__main__":
    if len(sys.argv) > 2:
        stub(Path(sys.argv[2]), sys.argv[3])
        searched = {**os.environ, "LD_LIBRARY_PATH": sys.argv[2]}
        os.execvpe(sys.executable, [sys.executable, __file__, sys.argv[1]], searched)
    print(json.dumps(names(sys.argv[1])))  # noqa: T201
