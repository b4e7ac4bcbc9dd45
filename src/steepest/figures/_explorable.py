"""A picture that moves: tables of every state its sliders can reach, computed beforehand; the page only picks rows."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np

from steepest.figures import _marks
from steepest.figures._picture import Panels, Picture, color_variable, row, steady


@dataclass(frozen=True)
class Slider:
    """What a reader can change in an explorable figure: one of n values.

    Parameters
    ----------
    key : str
        What an address calls it, as in ``#fig-angle:beta=135``.
    label : str
        What it changes, in words.
    values : sequence of str
        How an address names each value.
    start : int
        Which of them the still shows.
    """

    key: str
    label: str
    values: Sequence[str]
    start: int


@dataclass(frozen=True, repr=False)
class Explorable(Picture):
    """A picture with sliders, a mark to drag, and numbers that go with each of its states.

    Parameters
    ----------
    title, alt : str
        As for `Picture`.
    panels : tuple of str
        As for `Picture`; they show the state at the start.
    name : str
        What the figure is called in an address: ``#name:key=value,key=value``.
    sliders : tuple of Slider
        What the reader can change. A state is one value of each.
    table : dict
        Columns of ``marks``, ``numbers``, what is ``spoken``, and the places of the ``handle``; ``moves`` says how many
        of the sliders it moves, from the first. A column is a pair: how far one value of each slider goes in it, and
        its entries.
    """

    name: str
    sliders: tuple[Slider, ...]
    table: dict[str, Any]

    def _figure(self) -> str:
        """Return the figure as HTML: the still, and what the script needs to move it."""
        start = [slider.start for slider in self.sliders]
        spoken = html.escape(", ".join(entry(column, start) for column in self.table["spoken"]))
        numbers = "".join(
            f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(entry(column, start))}</dd></div>"
            for name, column in zip(self.table["names"], self.table["numbers"], strict=True)
        )
        sliders = "".join(
            f'<label><span>{html.escape(slider.label)}</span><input type="range" min="0" '
            f'max="{len(slider.values) - 1}" value="{slider.start}" aria-valuetext="{spoken}"></label>'
            for slider in self.sliders
        )
        parts = ("attributes", "marks", "numbers", "spoken", "handle", "moves")
        data = {part: self.table[part] for part in parts} | {"start": start}
        data |= {"keys": [s.key for s in self.sliders], "values": [list(s.values) for s in self.sliders]}
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        last = next(i for i, panel in enumerate(self.panels) if _marks.GRIP in panel)
        first, others = self.panels[: last + 1], self.panels[last + 1 :]  # a narrow page puts the controls between them
        return (
            f'<figure class="picture explorable" id="{self.name}">{self._image(first)}{row(others) if others else ""}'
            f'<dl class="numbers">{numbers}</dl><div class="controls" style="visibility:hidden">'
            f'{sliders}<button type="button">Reset</button><script type="application/json">{text}</script></div>'
            f"<figcaption>{html.escape(self.title)}</figcaption></figure>"
        )


class Stage(Panels):
    """The panels of an explorable figure, with marks that have a place for each state.

    What a mark or a number is in each state is an array with one axis a slider, of one entry for each of its values, or
    of a single entry where the slider changes nothing.

    Parameters
    ----------
    name : str
        What the figure is called in an address; letters, digits and hyphens.
    *sliders : Slider
        What the reader can change. The handle moves the first, or as many as it is asked to.

    Raises
    ------
    ValueError
        When a mark, a number or what is spoken has not one entry for each state, or the handle is missing.
    """

    def __init__(self, name: str, *sliders: Slider) -> None:
        super().__init__(name)
        self._sliders = sliders
        self._pending: list[tuple[str, str, Any, Callable[..., list[str]]]] = []
        self._table: dict[str, Any] = {"attributes": [], "marks": [], "names": [], "numbers": []}
        self._table |= {"handle": None, "moves": 1}

    @contextmanager
    def draw(self, title: str = "", **size: Any) -> Iterator[Any]:
        """Give axes of a panel; the marks asked for meanwhile are laid over what was drawn.

        Parameters
        ----------
        title : str
            Shown above the panel.
        **size : int or bool
            Its ``width`` and ``height`` in CSS pixels; ``equal`` for one scale on both axes.

        Yields
        ------
        matplotlib.axes.Axes
            What to draw on.
        """
        with super().draw(title, **size) as axes:
            yield axes
        height, start = axes.figure.bbox.height, [slider.start for slider in self._sliders]

        def place(points: Any) -> Any:
            # Rounded twice, here and when written: half a tenth of a pixel then is one on every processor.
            return np.round(axes.transData.transform(points) * [1.0, -1.0] + [0.0, height], 6)

        (left, low), (right, high) = axes.bbox.get_points()
        window = f'x="{left:.1f}" y="{height - high:.1f}" width="{right - left:.1f}" height="{high - low:.1f}"'
        marks = ""
        for attribute, svg, (strides, data), draw in self._pending:
            column = (strides, draw(place, data))
            moving = f'data-mark="{len(self._table["marks"])}" {attribute}="{entry(column, start)}"'
            marks += svg.replace("MOVING", moving).replace("WINDOW", window)
            self._table["attributes"].append(attribute)
            self._table["marks"].append(column)
            if _marks.GRIP in svg:
                self._table["handle"] = (strides, np.round(place(data), 1).tolist())
        self._pending = []
        self.svgs[-1] = self.svgs[-1].replace("</svg>", f'<g class="marks">{marks}</g></svg>')

    def arrow(self, start: Any, tips: Any, color: str) -> None:
        """Ask for an arrow from a point to a tip for each state.

        Parameters
        ----------
        start : array, shape (2,)
            Where all of them start.
        tips : array, shape (..., 2)
            Where each ends.
        color : str
            A color of the palette.
        """
        tip = f"{self._name}-tip-{len(self._table['marks']) + len(self._pending)}"
        svg = _marks.ARROW.format(tip=tip, paint=color_variable(color))
        self._ask("arrow", "d", tips, 1, svg, partial(_marks.arrows, start))

    def dot(self, points: Any, color: str) -> None:
        """Ask for a dot for each state.

        Parameters
        ----------
        points : array, shape (..., 2)
            Where each is.
        color : str
            A color of the palette.
        """
        self._ask("dot", "d", points, 1, _marks.FILLED.format(paint=color_variable(color)), _marks.dots)

    def arc(self, center: Any, first: Any, ends: Any, degrees: Any, color: str) -> None:
        """Ask for an arc for each state, counterclockwise around a center.

        Parameters
        ----------
        center : array, shape (2,)
            The center of all.
        first : array, shape (2,)
            Where all of them begin.
        ends : array, shape (..., 2)
            Where each ends.
        degrees : array, shape (...)
            How far each goes.
        color : str
            A color of the palette.
        """
        data = np.concatenate([ends, np.asarray(degrees, float)[..., None]], axis=-1)
        svg = _marks.LINE.format(paint=color_variable(color))
        self._ask("arc", "d", data, 1, svg, partial(_marks.arcs, center, first))

    def ring(self, center: Any, radii: Any, color: str) -> None:
        """Ask for a circle around a center for each state.

        Parameters
        ----------
        center : array, shape (2,)
            The center of all.
        radii : array, shape (...)
            The radius of each.
        color : str
            A color of the palette.
        """
        svg = _marks.LINE.format(paint=color_variable(color))
        self._ask("ring", "d", radii, 0, svg, partial(_marks.rings, center))

    def curve(self, paths: Any, color: str, dashes: str = "-") -> None:
        """Ask for a curve for each state.

        Parameters
        ----------
        paths : array, shape (..., m, 2)
            The points of each.
        color : str
            A color of the palette.
        dashes : {"-", "--", ":"}
            Whole, dashed or dotted, as in Matplotlib.
        """
        svg = _marks.LINE.format(paint=color_variable(color)).replace("1.4", _marks.DASHES[dashes])
        self._ask("curve", "d", paths, 2, svg, _marks.curves)

    def route(self, paths: Any, color: str) -> None:
        """Ask for a path for each state, with a dot at every point, seen as far as the axes reach.

        Parameters
        ----------
        paths : array, shape (..., m, 2)
            The points of each; those that are nan are left out.
        color : str
            A color of the palette.
        """
        name = f"{self._name}-{len(self._table['marks']) + len(self._pending)}"
        svg = _marks.ROUTE.format(name=name, paint=color_variable(color))
        self._ask("route", "d", paths, 2, svg, _marks.curves)

    def text(self, text: str, points: Any, color: str) -> None:
        """Ask for a text, centered at a point for each state.

        Parameters
        ----------
        text : str
            What it says.
        points : array, shape (..., 2)
            Where it stands.
        color : str
            A color of the palette.
        """
        svg = _marks.TEXT.format(paint=color_variable(color), text=html.escape(text))
        self._ask("text", "transform", points, 1, svg, _marks.shifts)

    def handle(self, points: Any, color: str, text: str = "", moves: int = 1) -> None:
        """Ask for the handle: a ring to drag, which moves the first slider, or several.

        Parameters
        ----------
        points : array, shape (..., 2)
            Where it is in each state.
        color : str
            A color of the palette.
        text : str
            What stands above it.
        moves : int
            How many of the sliders it moves, counted from the first.
        """
        self._table["moves"] = moves
        svg = _marks.HANDLE.format(paint=color_variable(color), text=html.escape(text))
        self._ask("handle", "transform", points, 1, svg, _marks.shifts)

    def number(self, name: str, texts: Any) -> None:
        """Show a number below the panels.

        Parameters
        ----------
        name : str
            What it is.
        texts : array of str, shape (...)
            Its text in each state.
        """
        self._table["numbers"].append(self._column(name, texts, 0))
        self._table["names"].append(name)

    def explorable(self, title: str, alt: str, *spoken: Any) -> Explorable:
        """Return the figure.

        Parameters
        ----------
        title : str
            The message, shown as the caption.
        alt : str
            What the still shows, in words and numbers.
        *spoken : array of str, shape (...)
            What is said of each state, in one part or several.

        Returns
        -------
        Explorable
            The figure.
        """
        if not self._table["handle"]:
            raise ValueError("the handle is missing: ask for one with handle() inside draw().")
        table = self._table | {"spoken": [self._column("spoken", part, 0) for part in spoken]}
        return Explorable(title, alt, tuple(self.svgs), name=self._name, sliders=self._sliders, table=table)

    def _ask(self, name: str, attribute: str, data: Any, rest: int, svg: str, draw: Any) -> None:
        """Keep a mark until the axes have their final place."""
        strides, flat = self._column(f"the {name}", np.asarray(data, float), rest)
        self._pending.append((attribute, svg, (strides, np.asarray(flat)), draw))

    def _column(self, name: str, data: Any, rest: int) -> tuple[list[int], Any]:
        """Return how far a value of each slider goes in a column, and the column; refuse what has not all states."""
        data = np.asarray(data)
        grid, counts = data.shape[: data.ndim - rest], [len(slider.values) for slider in self._sliders]
        if len(grid) != len(counts) or any(size not in (1, count) for size, count in zip(grid, counts, strict=True)):
            shape = ", ".join(map(str, counts))
            raise ValueError(f"{name} has entries for states of shape {grid}: pass one for each, ({shape}), or 1.")
        strides = [prod(grid[i + 1 :]) * (size > 1) for i, size in enumerate(grid)]
        return strides, data.reshape(-1, *data.shape[data.ndim - rest :]).tolist()


def entry(column: tuple[list[int], Any], state: Sequence[int]) -> Any:
    """Return the entry of a column in a state, one index for each slider."""
    strides, entries = column
    return entries[sum(stride * index for stride, index in zip(strides, state, strict=True))]


def points(x: Any, y: Any) -> Any:
    """Return points from their coordinates, in the common shape of these."""
    return np.stack(np.broadcast_arrays(x, y), axis=-1)


def texts(form: Callable[..., str], *arrays: Any) -> Any:
    """Return what a function writes about each entry of some arrays, in their common shape."""
    exact = (steady(a) if np.asarray(a).dtype.kind == "f" else a for a in arrays)
    return np.vectorize(form, otypes=[object])(*exact)


def signed(number: float, digits: int = 3) -> str:
    """Return a number with a true minus sign, and none before a zero."""
    text = f"{number:.{digits}f}"
    return text.replace("-", "" if float(text) == 0 else "−")
