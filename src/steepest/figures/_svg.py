"""What Matplotlib draws, made fit for a page: short, and the same to the byte on every processor.

The last bits of what is drawn differ from one processor to another. So all is rounded first, then looked at.
"""

from __future__ import annotations

import re
import zlib
from itertools import groupby
from typing import Any

import numpy as np

_NUMERIC = r'(?<= )(d|x|y|width|height|transform|points)="([^"]*)"'
_NEAR = 0.0123  # the square of a ninth of a pixel
_POLYGON = r"M -?[\d.]+ -?[\d.]+\s+(?:L -?[\d.]+ -?[\d.]+\s+){2,}z?"


def clean(svg: str, name: str) -> str:
    """Return an SVG for use inside a page: rounded, ids of its own, fonts and size left to the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", svg, flags=re.S)
    svg = re.sub(_NUMERIC, lambda m: f'{m[1]}="{_rounded(m[2])}"', svg)
    svg = re.sub(r' transform="rotate\(-?0 [^)]*\)"', "", svg)
    svg = re.sub(_POLYGON, lambda m: _thinned(m[0]), svg)
    svg = re.sub(r"<path(?![^>]* d=)[^>]*/>", "", svg)  # a level that nothing reaches
    used = list(dict.fromkeys(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{used.index(m[1])}"' if m[1] in used else "", svg)
    svg = re.sub(r'(href="#|url\(#)([^")]+)', lambda m: f"{m[1]}{used.index(m[2])}", svg)
    name += f"-{zlib.crc32(svg.encode()):08x}"  # two pictures of one kind share no id
    svg = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r'font-family: [^;"]*;? ?', "", svg)
    svg = re.sub(r'font: ([\d.]+)px [^;"]*', r"font-size: \1px", svg)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert size is not None
    wide, high = f"{float(size[1]):g}", f"{float(size[2]):g}"
    head = f'<svg class="panel" aria-hidden="true" stroke-linejoin="round" viewBox="0 0 {wide} {high}" '
    head += f'width="{wide}" height="{high}">'
    return head + re.sub(r"\s*\n\s*", "\n", re.sub(r"^<svg[^>]*>", "", svg)).replace("xlink:href", "href")


def _rounded(numbers: str) -> str:
    """Return the numbers in a text to one decimal. Matplotlib has written six, so a half is one everywhere."""
    return re.sub(r"-?\d+\.\d{2,}", lambda m: f"{round(float(m[0]), 1) + 0.0:.1f}".removesuffix(".0"), numbers)


def _thinned(polygon: str) -> str:
    """Return a path of straight pieces without the points that are within a ninth of a pixel of the others' line."""
    closed, ends = polygon.endswith("z"), re.findall(r"-?[\d.]+ -?[\d.]+", polygon)
    pairs = [pair for pair, _ in groupby([*ends, *ends[:closed]])]  # an end that is the start is written once or twice
    points = np.array([pair.split() for pair in pairs], float)
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    open_ends = [(0, len(points) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        off = _distances(points[first : last + 1])
        far = first + int(np.argmax(off))
        if off.max() > _NEAR:
            keep[far] = True
            open_ends += [(first, far), (far, last)]
    keep[-1] = not closed or len(keep) == 1
    return "M " + "L ".join(f"{pair}\n" for pair, kept in zip(pairs, keep, strict=True) if kept) + "z" * closed


def _distances(points: Any) -> Any:
    """Return the squared distance of points from the straight piece between the first and the last."""
    arm, way = points - points[0], points[-1] - points[0]
    share = np.clip(np.sum(arm * way, axis=-1) / (np.sum(way * way) or 1.0), 0.0, 1.0)
    return np.sum((arm - share[:, None] * way) ** 2, axis=-1)
