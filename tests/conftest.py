"""What holds for all tests."""

from hypothesis import settings

# How long an example takes says something of the machine, and is for benchmarks.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
