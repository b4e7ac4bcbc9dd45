"""For all tests one Hypothesis profile, with the same examples in every run, and one rule on what may be skipped."""

import os

import skips
from hypothesis import HealthCheck, Phase, settings

# `tried` of the claims counts on through the examples of a test: that it is made once for all of them is meant.
meant = [HealthCheck.function_scoped_fixture]
# That a mutant fails is all there is to know of it: its smallest example is not searched for.
phases = [Phase.explicit, Phase.generate] if "MUTANT_UNDER_TEST" in os.environ else list(Phase)
settings.register_profile("steepest", derandomize=True, deadline=None, suppress_health_check=meant, phases=phases)
settings.load_profile("steepest")


def pytest_configure(config):
    """Let the rule on skips hold for every test of a run, also for those outside this folder."""
    config.pluginmanager.register(skips)
