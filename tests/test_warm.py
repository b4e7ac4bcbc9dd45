"""Kernels are forked from a process that has loaded what they need, and behave as if they had been started."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from book import ROOT, Book
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

sys.path.insert(0, str(ROOT / "docs" / "_ext"))
import isolation
from warm import Warm

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),  # Jupyter's own
]
STATE = """
import matplotlib, numpy, os, signal, sys, threading, warnings
print(sorted(os.environ), os.getcwd(), sys.argv[0][-20:], sys.path[:3], sys.flags, __name__)
print(sorted(map(str, warnings.filters)), numpy.geterr(), numpy.get_printoptions(), dict(matplotlib.rcParams))
print([signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)])
print(os.getsid(0) == os.getpid(), sys.stdin.isatty(), threading.current_thread().name)
"""
RANDOM = "import random, numpy\nprint(random.random(), numpy.random.random())"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Let what a kernel wants to write have a place: not everybody has a home."""
    for name, part in isolation.OWN.items():
        (tmp_path / part).mkdir(parents=True)
        monkeypatch.setenv(name, str(tmp_path / part))


def answers(kind, *codes):
    """Run each of some codes in a kernel of its own; return what each printed, and how its process ended."""

    async def ask(code):
        manager = AsyncKernelManager(kernel_name="python3", transport_encryption="auto")
        manager.kernel_id = "one"
        manager.provisioner = kind(kernel_id="one", kernel_spec=manager.kernel_spec, parent=manager)
        await manager.start_kernel()
        client, printed = manager.client(), []
        client.start_channels()
        await client.wait_for_ready()
        hook = lambda message: printed.append(message["content"].get("text", ""))  # noqa: E731
        with contextlib.suppress(RuntimeError, TimeoutError):  # it has died
            await asyncio.wait_for(client.execute_interactive(code, output_hook=hook), 3)
        code = await manager.provisioner.poll()
        await manager.shutdown_kernel(now=True)
        client.stop_channels()
        return "".join(printed), code

    async def ask_all():
        return [await ask(code) for code in codes]

    return asyncio.run(ask_all())


def left(mark):
    """Return the commands of processes whose environment holds a mark, where ten seconds brought no end to all."""
    for _ in range(100):
        found = []
        for process in psutil.process_iter():
            try:
                if mark in process.environ().values() and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process.cmdline())
            except psutil.Error:
                pass
        if not found:
            return []
        time.sleep(0.1)
    return found


def test_a_forked_kernel_is_as_one_that_was_started():
    """Environment, folder, arguments, warnings, settings, signals and input are those of a kernel that was started."""
    [(forked, _)], [(started, _)] = answers(Warm, STATE), answers(LocalProvisioner, STATE)
    assert forked == started
    assert "figure.dpi" in forked


def test_forked_kernels_draw_different_numbers():
    """What is drawn without a seed is not the same in two kernels of one process."""
    (first, _), (second, _) = answers(Warm, RANDOM, RANDOM)
    assert len({*first.split(), *second.split()}) == 4


def test_how_a_forked_kernel_ended_is_known():
    """A kernel that ends itself or is killed tells its exit code, and the next one lives."""
    codes = ["import os\nos._exit(3)", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "1"]
    assert [code for _, code in answers(Warm, *codes)] == [3, -signal.SIGKILL, None]


@pytest.mark.parametrize("ending", ["sound", "broken", "killed", "interrupted"])
def test_no_process_is_left(tmp_path, ending):
    """However a build ends, neither a kernel nor the process that forks them outlives it."""
    book, mark = Book(tmp_path / "a book"), str(tmp_path)
    cell = {"sound": "x", "broken": "assert x == 2"}.get(ending, "import time\ntime.sleep(50)")
    book.write(one=f"```{{code-cell}}\n{cell}\n```", two="It is {eval}`x`.")
    if ending in ("sound", "broken"):
        assert (book.build("-j2", MARK=mark)[0] == 0) is (ending == "sound")
    else:
        command = [sys.executable, "-m", "sphinx", "-q", "-j2", "-c", str(ROOT / "docs"), "-D", "claims_tests=none"]
        command += ["-D", f"build_folder={tmp_path / 'build'}", str(book.source), str(book.out)]
        environment = os.environ | {"PYTHONPATH": str(book.package.parent), "MARK": mark}
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True) as build:
            while not book.log.exists():  # the first cell has run
                time.sleep(0.05)
            if ending == "killed":
                build.kill()
            else:
                os.killpg(build.pid, signal.SIGINT)
    assert left(mark) == []
