"""What the library's tests share."""

import os

# Before numpy: tests run in as many processes as there are cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from hypothesis import settings
from hypothesis.internal.conjecture import providers

# The same examples every time, and no limit on the time of one: the machine may be busy. Hypothesis
# would also draw the constants of all modules imported so far: others in every process, and their
# source is parsed first.
providers.is_local_module_file = lambda path: False
settings.register_profile("regiometrics", derandomize=True, database=None, deadline=None)
settings.load_profile("regiometrics")
