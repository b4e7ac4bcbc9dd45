"""The marks of an explorable figure: their SVG, and the attribute that moves them, for each entry of an array.

``place`` maps points of a panel to its pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_LETTERS = "fill:{paint};font-size:12px;font-weight:bold;text-anchor:middle"
LINE = '<path MOVING style="fill:none;stroke:{paint};stroke-width:1.4"/>'
DASHES = {"-": "1.4", "--": "2;stroke-dasharray:7 3", ":": "2;stroke-dasharray:2 3"}  # after the name of the width
FILLED = '<path MOVING style="fill:{paint}"/>'
TEXT = f'<text MOVING style="{_LETTERS}" dy="4">{{text}}</text>'
GRIP = '<g class="handle"'
HANDLE = (
    f'{GRIP} MOVING><circle class="grip" r="22" fill="transparent"/>'
    '<circle class="ring" r="9" style="stroke:{paint}"/>'
    f'<text style="{_LETTERS}" y="-13">{{text}}</text></g>'
)
ARROW = (
    '<marker id="{tip}" viewBox="0 0 10 8" refX="10" refY="4" markerUnits="userSpaceOnUse" markerWidth="12" '
    'markerHeight="10" orient="auto"><path d="M0 0L10 4L0 8Z" style="fill:{paint}"/></marker>'
    '<path MOVING style="stroke:{paint};stroke-width:2.4" marker-end="url(#{tip})"/>'
)
ROUTE = (
    '<clipPath id="{name}-window"><rect WINDOW/></clipPath><marker id="{name}-dot" viewBox="-3 -3 6 6" '
    'markerUnits="userSpaceOnUse" markerWidth="6" markerHeight="6"><circle r="2.4" style="fill:{paint}"/></marker>'
    '<path MOVING clip-path="url(#{name}-window)" style="fill:none;stroke:{paint};stroke-width:1.4;'
    'marker:url(#{name}-dot)"/>'
)


def shifts(place: Any, points: Any) -> list[str]:
    """Return what moves a text or the handle to each point."""
    return [f"translate({x:.1f} {y:.1f})" for x, y in place(points)]


def arrows(start: Any, place: Any, tips: Any) -> list[str]:
    """Return arrows as paths from the start to each tip; the head is a marker."""
    x, y = place(start)
    return [f"M{x:.1f} {y:.1f}L{a:.1f} {b:.1f}" for a, b in place(tips)]


def dots(place: Any, points: Any) -> list[str]:
    """Return dots as paths: circles of 4 px radius."""
    return [f"M{x - 4:.1f} {y:.1f}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z" for x, y in place(points)]


def arcs(center: Any, first: Any, place: Any, ends: Any) -> list[str]:
    """Return arcs as paths, counterclockwise; each end comes with how many degrees away it is."""
    middle, (x, y) = place(center), place(first)
    radius = float(np.hypot(*(place(first) - middle)))
    turns = zip(place(ends[:, :2]), ends[:, 2] > 180, strict=True)
    return [f"M{x:.1f} {y:.1f}A{radius:.1f} {radius:.1f} 0 {int(far)} 0 {a:.1f} {b:.1f}" for (a, b), far in turns]


def rings(center: Any, place: Any, radii: Any) -> list[str]:
    """Return circles as paths of two halves."""
    (x, y), edges = place(center), place(np.asarray(center) + np.outer(radii, [1.0, 0.0]))
    sizes = [float(a - x) for a, _ in edges]
    halves = [(f"a{r:.1f} {r:.1f} 0 1 0", 2 * r) for r in sizes]
    return [f"M{x - w / 2:.1f} {y:.1f}{half} {w:.1f} 0{half} {-w:.1f} 0Z" for half, w in halves]


def curves(place: Any, paths: Any) -> list[str]:
    """Return curves as paths of straight pieces, between the points that are not nan."""
    kept = (path[~np.isnan(path).any(-1)] for path in np.asarray(paths))
    return ["M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in place(path)) for path in kept]
