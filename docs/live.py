"""Serves the site while it is written: what is saved is built and shown again, the page that is looked at first.

python docs/live.py FOLDER [PAGE], in the folder of the project
"""

import asyncio
import contextlib
import html
import io
import multiprocessing
import re
import shutil
import sys
from pathlib import Path

import uvicorn
import watchfiles
from sphinx_autobuild.middleware import JavascriptInjectorMiddleware
from sphinx_autobuild.server import RebuildServer
from sphinx_autobuild.utils import find_free_port, open_browser
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles

from build import CORES, read_and_write

WATCHED = ["docs", "src", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"]
BROKEN = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Broken</title><body><pre>{}</pre></body></html>'
# A forked process has Sphinx and its extensions loaded already; elsewhere a new one loads them.
START = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)


class Live(RebuildServer):  # type: ignore[misc]
    """Builds what changed, one page before the others, and tells the browser each time."""

    def __init__(self, folder: Path, page: str | None) -> None:
        super().__init__(list(map(Path, WATCHED)), _ignored, lambda paths: None)
        self.folder, self.page = folder, page

    async def watch(self) -> None:
        """Wait for changes; leave off what is not done when the next come."""
        rest: asyncio.Task[None] | None = None
        async for _ in watchfiles.awatch(*self.paths, watch_filter=lambda _, path: not _ignored(path)):
            if rest:
                rest.cancel()
                await asyncio.wait([rest])
            if self.page:
                await self.run(self.page)
            rest = asyncio.create_task(self.run(None))

    async def run(self, page: str | None) -> None:
        """Build in a process of its own, which ends with this task."""
        process = START.Process(target=build, args=(self.folder, page))
        process.start()
        try:
            while process.is_alive():
                await asyncio.sleep(0.02)
        finally:
            process.terminate()
            process.join()
        self.flag.set()


def build(folder: Path, page: str | None) -> int:
    """Build one page, or all that changed; write what is broken into the page and the terminal."""
    out, trees, kept, said = folder / "html", folder / "doctrees", folder / "kept", io.StringIO()
    for name in [name for name in sys.modules if name.partition(".")[0] == "steepest"]:
        del sys.modules[name]  # it may have been edited
    if trees.is_dir():
        shutil.copytree(trees, kept, dirs_exist_ok=True)
    with contextlib.redirect_stderr(said):
        code = read_and_write(
            out, trees, 1 if page else CORES, *filter(None, [page]), claims_run=False, only_page=page or ""
        )
    print(said.getvalue() or f"built {page or 'all that changed'}", flush=True)
    if code:
        text = html.escape(re.sub(r"\x1b\[[\d;]*m", "", said.getvalue()))
        out.mkdir(exist_ok=True)
        (out / f"{page or 'index'}.html").write_text(BROKEN.format(text), encoding="utf-8")
        if kept.is_dir():  # Sphinx forgets all it has read when a build fails
            shutil.copytree(kept, trees, dirs_exist_ok=True)
    return code


def _ignored(path: str) -> bool:
    return "__pycache__" in path or path.endswith(("~", ".swp"))


def main() -> None:
    """Build all, then serve and watch."""
    folder, page = Path(sys.argv[1]), next(iter(sys.argv[2:]), None)
    if page and not Path("docs", f"{page}.md").is_file():
        sys.exit(f"no page docs/{page}.md: pass one such as argument/angle")
    shutil.rmtree(folder, ignore_errors=True)
    build(folder, None)  # here, so that each process forked from this one has all loaded
    host, port = "127.0.0.1", find_free_port()
    address = f"{host}:{port}"
    opened = f"{address}/{page}.html" if page else f"{address}/"
    live = Live(folder, page)
    app = Starlette(
        routes=[
            WebSocketRoute("/websocket-reload", live, name="reload"),
            Mount("/", app=StaticFiles(directory=folder / "html", html=True), name="static"),
        ],
        middleware=[Middleware(JavascriptInjectorMiddleware, ws_url=address)],
        lifespan=live.lifespan,
    )
    print(f"Serving on http://{opened}", flush=True)
    open_browser(opened, 0)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.run(app, host=host, port=port, log_level="warning")


if __name__ == "__main__":
    main()
