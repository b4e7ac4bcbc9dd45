"""One Hypothesis profile for all tests: the same examples in every run, however slow the machine."""

from hypothesis import HealthCheck, settings

# `tried` of the claims counts on through the examples of a test: that it is made once for all of them is meant.
meant = [HealthCheck.function_scoped_fixture]
settings.register_profile("steepest", derandomize=True, deadline=None, suppress_health_check=meant)
settings.load_profile("steepest")
