"""The plugin that tells where the tests' time goes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TEST = """import subprocess, sys, time

def test_busy():
    subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.5: pass"], check=True)

def test_lazy():
    time.sleep(0.5)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it tells nothing of other processes")
@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["one process", "two"])
def test_what_a_test_starts_counts_and_waiting_does_not(tmp_path, workers):
    """The CPU seconds of a file and of a test hold those of the processes it started, not the time it slept."""
    (tmp_path / "test_it.py").write_text(TEST, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "cpu", "-p", "no:cacheprovider", *workers]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    spent = {name: float(cpu) for cpu, name in re.findall(r"^ +([\d.]+)  (\S+)", done.stdout, re.MULTILINE)}
    assert spent["test_it.py"] >= 0.5
    assert spent["test_it.py::test_busy"] >= 0.5
    assert spent["test_it.py::test_lazy"] < 0.3
