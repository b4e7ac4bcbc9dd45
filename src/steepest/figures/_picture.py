"""A picture: panels of SVG that follow light, dark and print, with a title and a text for who cannot see it."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from steepest.figures._svg import clean

# One color a quantity, the same in every chapter: Okabe and Ito's palette, darkened to stand out on white.
INK, SOFT, PAPER = "#1b1f24", "#8a929c", "#fdfdfc"
GRADIENT, DIRECTION, STEEPEST, MODEL, LOSS = "#c4500a", "#0b6aa6", "#0a7f5c", "#9a3f78", "#33393f"
_ROLES = {
    INK: "ink",
    SOFT: "soft",
    PAPER: "paper",
    GRADIENT: "gradient",
    DIRECTION: "direction",
    STEEPEST: "steepest",
    MODEL: "model",
    LOSS: "loss",
}
_STYLE: dict[Any, Any] = {
    "path.simplify": False,  # it looks at more digits than are shown; _svg does it to those
    "svg.fonttype": "none",
    "svg.hashsalt": "steepest",
    "font.size": 12,
    "font.family": "sans-serif",
    "axes.titlesize": 12,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "lines.linewidth": 2,
    "legend.fontsize": 11,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


@dataclass(frozen=True)
class Picture:
    """One message, drawn: panels side by side that stack on a narrow screen.

    Parameters
    ----------
    title : str
        The message, shown as the caption.
    alt : str
        What the picture shows, in words and numbers, computed from the data that was drawn.
    panels : tuple of str
        Each an SVG, whose colors are CSS variables with fallbacks.

    Raises
    ------
    ValueError
        If the title or the alternative text is missing, or there is no panel.
    """

    title: str
    alt: str
    panels: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("title", "alt", "panels"):
            if not getattr(self, name):
                raise ValueError(f"{name} is empty: a picture needs a title, an alternative text and a panel.")

    def __repr__(self) -> str:
        return f"<Picture: {self.title}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return the picture for a page (HTML) and for a terminal (text)."""
        return {"text/html": self._figure(), "text/plain": repr(self)}

    def _figure(self) -> str:
        """Return the picture as HTML."""
        image = self._image(self.panels)
        return f'<figure class="picture">{image}<figcaption>{html.escape(self.title)}</figcaption></figure>'

    def _image(self, panels: Sequence[str]) -> str:
        """Return panels as an image; its alternative text is that of the whole picture."""
        return row(panels, f' role="img" aria-label="{html.escape(self.alt)}"')


class Panels:
    """The panels of one picture, drawn one after another with Matplotlib."""

    def __init__(self, name: str) -> None:
        self._name, self.svgs = name, []  # type: tuple[str, list[str]]

    @contextmanager
    def draw(self, title: str = "", *, width: int = 325, height: int = 290, equal: bool = False) -> Iterator[Any]:
        """Give Matplotlib axes of that size in CSS pixels; turn them into SVG afterwards."""
        with style.context(["default", _STYLE]):  # a reader's own style would change the figures of a page
            figure = Figure(figsize=(width / 72, height / 72), dpi=72, layout="constrained")
            FigureCanvasSVG(figure)
            axes = figure.add_subplot()
            axes.set_title(title, loc="left")
            if equal:
                axes.set_aspect("equal")
            yield axes
            text = io.StringIO()
            figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        svg = clean(text.getvalue(), f"{self._name}-{len(self.svgs)}")
        for color in _ROLES:
            svg = svg.replace(color, color_variable(color))
        self.svgs.append(svg)

    def picture(self, title: str, alt: str) -> Picture:
        """Return the panels drawn so far as a picture."""
        return Picture(title, alt, tuple(self.svgs))


def row(panels: Sequence[str], attributes: str = "") -> str:
    """Return panels that stand beside one another, without a stylesheet too; their room is known before they come."""
    width, count = max(int(re.findall(r' width="(\d+)', panel)[0]) for panel in panels), len(panels)
    room = f"--panel:{width}px;--panels:{width * count + 12 * (count - 1)}px"
    return f'<span class="panels"{attributes} style="{room}">{"".join(panels)}</span>'


def color_variable(color: str) -> str:
    """Return a color of the palette as the page's variable with its fallback."""
    return f"var(--fig-{_ROLES[color]}, {color})"


def arrow(axes: Any, start: Any, vector: Any, color: str, label: str = "", width: float = 2) -> None:
    """Draw a vector from a point, its label just past the tip."""
    start, vector = np.asarray(start, float), np.asarray(vector, float)
    tip = start + vector
    style = {"arrowstyle": "-|>,head_width=0.28,head_length=0.55", "color": color, "lw": width}
    axes.annotate("", tip, start, arrowprops=style | {"shrinkA": 0, "shrinkB": 0, "mutation_scale": 13})
    if label:
        place = tip + 0.1 * np.ptp(axes.get_xlim()) * vector / np.linalg.norm(vector) * (0.5 + 0.12 * len(label))
        axes.annotate(label, place, color=color, ha="center", va="center", weight="bold")


def at_most_three(name: str, lines: Mapping[Any, Any], what: str) -> None:
    """Refuse more lines in a panel than there are colors and marks to tell them apart."""
    if len(lines) > 3:
        raise ValueError(f"{name} has {len(lines)} {what}: pass at most three.")


def steady(numbers: Any) -> Any:
    """Return numbers to twelve digits: what rounding cannot tell from a half or a tie is one on every processor."""
    return np.vectorize(lambda number: float(f"{number:.12g}"), otypes=[float])(numbers)


def contours(axes: Any, loss: Any, center: Any, reach: float, levels: int = 9) -> None:
    """Draw level lines of a loss in a square around a point, evenly spaced in the loss."""
    x, y = (np.linspace(c - reach, c + reach, 121) for c in center)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    axes.contour(x, y, steady(loss(grid)), levels=levels, colors=SOFT, linewidths=0.8, linestyles="solid")
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel="w₁", ylabel="w₂")
