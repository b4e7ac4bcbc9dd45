"""A picture that moves: a table of every state its handle can reach, computed beforehand; the page only picks rows."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.figures._picture import Panels, Picture, color_variable


@dataclass(frozen=True, repr=False)
class Explorable(Picture):
    """A picture with a handle: a slider and a mark to drag, and numbers that go with each of its states.

    Parameters
    ----------
    title, alt : str
        As for `Picture`.
    panels : tuple of str
        As for `Picture`; they show the state at the start.
    name : str
        What the figure is called in an address: ``#name:key=value``.
    label : str
        What the handle changes, in words.
    table : dict
        For each state: its ``values`` (how an address names it), what is ``spoken``, the ``numbers`` shown, the
        ``marks``, and where the ``handle`` is; beside these the ``key`` of an address, the ``start``, the ``names`` of
        the numbers and the ``attributes`` of the marks.
    """

    name: str
    label: str
    table: dict[str, Any]

    def _figure(self) -> str:
        """Return the figure as HTML: the still, and what the script needs to move it."""
        start, last = self.table["start"], len(self.table["values"]) - 1
        numbers = "".join(
            f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(column[start])}</dd></div>"
            for name, column in zip(self.table["names"], self.table["numbers"], strict=True)
        )
        data = json.dumps(self.table, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        return (
            f'<figure class="picture explorable" id="{self.name}">{self._panels()}'
            f'<dl class="numbers">{numbers}</dl><div class="controls" style="visibility:hidden">'
            f'<input type="range" min="0" max="{last}" value="{start}" aria-label="{html.escape(self.label)}" '
            f'aria-valuetext="{html.escape(self.table["spoken"][start])}"><button type="button">Reset</button>'
            f'<script type="application/json">{data}</script></div>'
            f"<figcaption>{html.escape(self.title)}</figcaption></figure>"
        )


class Stage(Panels):
    """The panels of an explorable figure, with marks that have a place for each state.

    Parameters
    ----------
    name : str
        What the figure is called in an address; letters, digits and hyphens.
    key : str
        What an address calls the state.
    values : sequence of str
        How an address names each of the n states.
    start : int
        The state of the still.

    Raises
    ------
    ValueError
        When a mark, a number or what is spoken has not one entry for each state, or the handle is missing.
    """

    def __init__(self, name: str, key: str, values: Sequence[str], start: int) -> None:
        super().__init__(name)
        self._pending: list[tuple[str, str, Any]] = []
        self._table: dict[str, Any] = {"key": key, "values": list(values), "start": start, "handle": []}
        self._table |= {"attributes": [], "marks": [], "names": [], "numbers": []}

    @property
    def start(self) -> int:
        """Which state the figure starts in."""
        return int(self._table["start"])

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
        figure = axes.figure
        flip = np.array([1.0, -1.0]), np.array([0.0, figure.bbox.height])

        def place(points: Any) -> Any:
            return axes.transData.transform(np.asarray(points, float)) * flip[0] + flip[1]

        marks = "".join(self._mark(place, *mark) for mark in self._pending)
        self._pending = []
        self.svgs[-1] = self.svgs[-1].replace("</svg>", f'<g class="marks">{marks}</g></svg>')

    def arrow(self, start: Any, tips: Any, color: str) -> None:
        """Ask for an arrow from a point to a tip for each state.

        Parameters
        ----------
        start : array, shape (2,)
            Where all of them start.
        tips : array, shape (n, 2)
            Where each ends.
        color : str
            A color of the palette.
        """
        self._pending.append(("arrow", color, (start, tips)))

    def dot(self, points: Any, color: str) -> None:
        """Ask for a dot for each state.

        Parameters
        ----------
        points : array, shape (n, 2)
            Where each is.
        color : str
            A color of the palette.
        """
        self._pending.append(("dot", color, points))

    def arc(self, center: Any, first: Any, ends: Any, degrees: Any, color: str) -> None:
        """Ask for an arc for each state, counterclockwise around a center.

        Parameters
        ----------
        center : array, shape (2,)
            The center of all.
        first : array, shape (2,)
            Where all of them begin.
        ends : array, shape (n, 2)
            Where each ends.
        degrees : array, shape (n,)
            How far each goes.
        color : str
            A color of the palette.
        """
        self._pending.append(("arc", color, (center, first, ends, degrees)))

    def ring(self, center: Any, radii: Any, color: str) -> None:
        """Ask for a circle around a center for each state.

        Parameters
        ----------
        center : array, shape (2,)
            The center of all.
        radii : array, shape (n,)
            The radius of each.
        color : str
            A color of the palette.
        """
        self._pending.append(("ring", color, (center, radii)))

    def curve(self, paths: Any, color: str) -> None:
        """Ask for a curve for each state.

        Parameters
        ----------
        paths : array, shape (n, m, 2)
            The points of each.
        color : str
            A color of the palette.
        """
        self._pending.append(("curve", color, paths))

    def text(self, text: str, points: Any, color: str) -> None:
        """Ask for a text, centered at a point for each state.

        Parameters
        ----------
        text : str
            What it says.
        points : array, shape (n, 2)
            Where it stands.
        color : str
            A color of the palette.
        """
        self._pending.append(("text", color, (text, points)))

    def handle(self, points: Any, color: str) -> None:
        """Ask for the handle: a ring to drag.

        Parameters
        ----------
        points : array, shape (n, 2)
            Where it is in each state.
        color : str
            A color of the palette.
        """
        self._pending.append(("handle", color, points))

    def number(self, name: str, column: Sequence[str]) -> None:
        """Show a number below the panels.

        Parameters
        ----------
        name : str
            What it is.
        column : sequence of str
            Its text in each state.
        """
        self._check(name, column)
        self._table["names"].append(name)
        self._table["numbers"].append(list(column))

    def explorable(self, title: str, alt: str, label: str, spoken: Sequence[str]) -> Explorable:
        """Return the figure.

        Parameters
        ----------
        title : str
            The message, shown as the caption.
        alt : str
            What the still shows, in words and numbers.
        label : str
            What the handle changes.
        spoken : sequence of str
            What is said of each state.

        Returns
        -------
        Explorable
            The figure.
        """
        self._check("spoken", spoken)
        if not self._table["handle"]:
            raise ValueError("the handle is missing: ask for one with handle() inside draw().")
        table = self._table | {"spoken": list(spoken)}
        return Explorable(title, alt, tuple(self.svgs), name=self._name, label=label, table=table)

    def _check(self, name: str, column: Any) -> None:
        """Refuse what has not one entry for each state."""
        states = len(self._table["values"])
        if len(column) != states:
            raise ValueError(f"{name} has {len(column)} entries: pass one for each of the {states} states.")

    def _mark(self, place: Any, kind: str, color: str, data: Any) -> str:
        """Return the SVG of a mark at the start, and keep what it is in every state."""
        index, paint = len(self._table["marks"]), color_variable(color)
        self._check(f"the {kind}", data[-2] if kind == "arc" else data[-1] if isinstance(data, tuple) else data)
        if kind in ("text", "handle"):
            points = place(data[1] if kind == "text" else data)
            column = [f"translate({x:.1f} {y:.1f})" for x, y in points]
            attribute = "transform"
        else:
            column = {"arrow": _arrows, "arc": _arcs, "ring": _rings, "dot": _dots, "curve": _curves}[kind](place, data)
            attribute = "d"
        self._table["attributes"].append(attribute)
        self._table["marks"].append(column)
        head = f'data-mark="{index}" {attribute}="{column[self._table["start"]]}"'
        if kind == "text":
            style = f"fill:{paint};font-size:12px;font-weight:bold;text-anchor:middle"
            return f'<text {head} style="{style}" dy="4">{html.escape(data[0])}</text>'
        if kind == "handle":
            self._table["handle"] = [[round(float(x), 1), round(float(y), 1)] for x, y in points]
            ring = f'<circle r="22" fill="transparent"/><circle class="ring" r="9" style="stroke:{paint}"/>'
            return f'<g class="handle" {head}>{ring}</g>'
        if kind == "dot":
            return f'<path {head} style="fill:{paint}"/>'
        if kind == "arrow":
            tip = f"{self._name}-tip-{index}"
            shape = f'<path d="M0 0L10 4L0 8Z" style="fill:{paint}"/>'
            marker = f'<marker id="{tip}" viewBox="0 0 10 8" refX="10" refY="4" markerUnits="userSpaceOnUse" '
            marker += f'markerWidth="12" markerHeight="10" orient="auto">{shape}</marker>'
            return f'{marker}<path {head} style="stroke:{paint};stroke-width:2.4" marker-end="url(#{tip})"/>'
        return f'<path {head} style="fill:none;stroke:{paint};stroke-width:1.4"/>'


def signed(number: float, digits: int = 3) -> str:
    """Return a number with a true minus sign, and none before a zero."""
    text = f"{number:.{digits}f}"
    return text.replace("-", "" if float(text) == 0 else "−")


def _arrows(place: Any, data: Any) -> list[str]:
    """Return arrows as paths from the start to each tip; the head is a marker."""
    x, y = place(data[0])
    return [f"M{x:.1f} {y:.1f}L{a:.1f} {b:.1f}" for a, b in place(data[1])]


def _arcs(place: Any, data: Any) -> list[str]:
    """Return arcs as paths: counterclockwise around a center, from a first point to each last one."""
    center, (x, y), ends = place(data[0]), place(data[1]), place(data[2])
    radius, column = float(np.hypot(x - center[0], y - center[1])), []
    for (a, b), degrees in zip(ends, data[3], strict=True):
        column.append(f"M{x:.1f} {y:.1f}A{radius:.1f} {radius:.1f} 0 {int(degrees > 180)} 0 {a:.1f} {b:.1f}")
    return column


def _rings(place: Any, data: Any) -> list[str]:
    """Return circles as paths of two halves."""
    (x, y), edges = place(data[0]), place(np.asarray(data[0]) + np.outer(data[1], [1.0, 0.0]))
    sizes = [float(a - x) for a, _ in edges]
    halves = [(f"a{r:.1f} {r:.1f} 0 1 0", 2 * r) for r in sizes]
    return [f"M{x - w / 2:.1f} {y:.1f}{half} {w:.1f} 0{half} {-w:.1f} 0Z" for half, w in halves]


def _dots(place: Any, points: Any) -> list[str]:
    """Return dots as paths: circles of 4 px radius."""
    return [f"M{x - 4:.1f} {y:.1f}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z" for x, y in place(points)]


def _curves(place: Any, paths: Any) -> list[str]:
    """Return curves as paths of straight pieces."""
    return ["M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in place(path)) for path in paths]
