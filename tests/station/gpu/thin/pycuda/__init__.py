"""What the station uses of pycuda, by ctypes: where pycuda itself cannot be had, so the rest is tried all the same."""
