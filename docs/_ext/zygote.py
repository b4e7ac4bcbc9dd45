"""A process that has loaded what pages need, and forks a kernel for each request: none loads it again.

Requests are lines on its standard input: the folder, environment and arguments of a kernel. On the pipe it is given it
tells which process each request began, and how each ended. When its input ends it ends, and its kernels with it.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import runpy
import signal
import sys
from types import FrameType

# What takes a kernel time to load, beside the package, which may be broken: that is for a page to tell.
LOADED = ["ipykernel.debugger", "ipykernel.ipkernel", "ipykernel.kernelapp"]
LOADED += ["matplotlib.backends.backend_svg", "matplotlib.figure", "numpy.random"]


def load() -> dict[str, str]:
    """Load all that; return what it has added to the environment."""
    del sys.path[0]  # the folder of this file
    before = set(os.environ)
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as kernels set it before a page is run
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # or the debugger warns of the modules that Python has frozen
    for name in LOADED:
        importlib.import_module(name)
    del os.environ["PYDEVD_DISABLE_FILE_VALIDATION"]
    return {name: os.environ[name] for name in os.environ.keys() - before}


def serve(pipe: int, added: dict[str, str]) -> None:
    """Fork a kernel for each line of input, whose environment has something added."""
    living: set[int] = set()

    def bury(signum: int, frame: FrameType | None) -> None:
        while living:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            living.discard(pid)
            os.write(pipe, f"{pid} {os.waitstatus_to_exitcode(status)}\n".encode())

    signal.signal(signal.SIGCHLD, bury)
    for line in sys.stdin:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # it shall not end before it has begun
        pid = os.fork()
        if not pid:
            os.close(pipe)
            become(added, **json.loads(line))
        living.add(pid)
        os.write(pipe, f"{pid}\n".encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in living:
        os.killpg(pid, signal.SIGKILL)


def become(added: dict[str, str], cwd: str, env: dict[str, str], argv: list[str]) -> None:
    """Be a kernel that knows nothing of the process it was forked from."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(added | env | {"JPY_PARENT_PID": str(os.getppid())})
    os.chdir(cwd)
    sys.modules["numpy.random"].seed()  # what pages draw without a generator shall not be alike
    random.seed()
    sys.argv = ["", *argv, f"--IPKernelApp.parent_handle={os.getppid()}"]
    sys.path.insert(0, "")
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it decides what an interrupt ends
    serve(int(sys.argv[1]), load())
