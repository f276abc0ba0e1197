"""What talks to an NVIDIA GPU, and only ever in a process of its own.

The daemon starts a child (child.py) and asks it; TensorRT and pycuda are imported in that child alone, after the driver
was asked (probe.py). Whatever happens there, a crash, a hang, a lost GPU, is an EngineError here. The child's side of
this folder (probe, flavour, buffers, compiler, runner, plans) needs nothing but numpy, pycuda and TensorRT and runs on
Python 3.10 too, because the TensorRT of a Jetson belongs to the Python of its system.
"""
