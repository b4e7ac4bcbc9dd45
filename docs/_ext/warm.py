"""Kernels forked from a process that has loaded what they need, one such process for each that reads pages."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

LAUNCHER = "ipykernel_launcher"


class Warm(LocalProvisioner):
    """Provides a kernel by forking; where that is not safe, or fails, by starting one."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Begin a kernel."""
        if sys.platform != "linux" or LAUNCHER not in cmd:  # Apple's libraries may not be used after a fork
            return await super().launch_kernel(cmd, **kwargs)
        cwd, env = str(kwargs.get("cwd") or Path.cwd()), dict(kwargs.get("env") or os.environ)
        try:
            kernel = Kernel(zygote(), cwd=cwd, env=env, argv=cmd[cmd.index(LAUNCHER) + 1 :])
        except OSError:
            return await super().launch_kernel(cmd, **kwargs)
        self.process: Any = kernel
        self.pid = self.pgid = kernel.pid
        self.cwd = cwd
        return self.connection_info


class Kernel:
    """What subprocess.Popen is to a process that was started, for one that was forked elsewhere."""

    stdin = stdout = stderr = None

    def __init__(self, zygote: Zygote, **request: Any) -> None:
        self.zygote, self.pid = zygote, zygote.fork(request)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how the kernel ended, if it has."""
        self.returncode = self.zygote.ended(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return how the kernel ended, when it has."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
            time.sleep(0.01)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel, if it lives."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)


class Zygote:
    """The process that forks, and what it has told of its kernels."""

    of: ClassVar[dict[int, Zygote]] = {}

    def __init__(self) -> None:
        self.reports, pipe = os.pipe()
        command = [sys.executable, str(Path(__file__).with_name("zygote.py")), str(pipe)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[pipe], text=True)
        os.close(pipe)
        os.set_blocking(self.reports, False)
        self.begun: list[int] = []
        self.codes: dict[int, int] = {}
        self.rest = ""
        if parent := multiprocessing.parent_process():  # one of Sphinx's readers, which shall not outlive it
            threading.Thread(target=follow, args=[parent], daemon=True).start()

    def fork(self, request: dict[str, Any]) -> int:
        """Begin a kernel; return its process."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        while not self.begun:
            if self.process.poll() is not None:
                raise ChildProcessError("the process that forks kernels has died")
            self.listen()
            time.sleep(0.002)
        return self.begun.pop()

    def ended(self, pid: int) -> int | None:
        """Return how a kernel ended, if it has; all have where the process that forked them has."""
        self.listen()
        return self.codes.get(pid, None if self.process.poll() is None else -signal.SIGKILL)

    def listen(self) -> None:
        """Read what has been told."""
        try:
            told = os.read(self.reports, 65536).decode()
        except BlockingIOError:
            return
        *lines, self.rest = (self.rest + told).split("\n")
        for pid, *code in (map(int, line.split()) for line in lines):
            if code:
                self.codes[pid] = code[0]
            else:
                self.begun.append(pid)


def follow(parent: Any) -> None:
    """End when the process does that has forked this one."""
    parent.join()
    os._exit(1)


def zygote() -> Zygote:
    """Return the process that forks for this one: a fork of this one needs another."""
    if os.getpid() not in Zygote.of:
        Zygote.of = {os.getpid(): Zygote()}
    return Zygote.of[os.getpid()]
