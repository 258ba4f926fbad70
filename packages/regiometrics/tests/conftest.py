"""What the library's tests share."""

from hypothesis import settings

# The same examples every time, and no limit on the time of one: the machine may be busy.
settings.register_profile("regiometrics", derandomize=True, database=None, deadline=None)
settings.load_profile("regiometrics")
