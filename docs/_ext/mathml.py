"""Math as MathML, converted while the page is read; and a font with the characters the book uses."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import os
import re
import shutil
import string
import unicodedata
from pathlib import Path
from typing import Any

import fontTools
from docutils import nodes
from failures import note
from isolation import folder
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

TITLES = string.printable.strip() + " –—’“”…éö"  # what headings are made of, beside the formulas
ITALIC = "".join(map(chr, [0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)]))  # how one letter is drawn
FEATURES = ["kern", "ssty", "dtls", "flac", "ss04"]  # ss04: primes meant for a superscript
STRUT = '<mspace height="0.72em"></mspace>'  # as high as a capital letter: a root over a low one hangs too deep
# In a right-hand cell of `aligned` TeX has an empty atom before what you write, so a sign there joins two terms. To a
# browser the first sign of a cell is that of a number.
SECOND = '<mtd style="text-align: left;justify-items: start;padding-left: 0;">'
JOINS = re.compile(f"(?<={re.escape(SECOND)})<mo>(?=[−+±∓]</mo>)")
FONT = Path(__file__).parents[1] / "_fonts" / "STIXTwoMath-Regular.ttf"
CONVERTER = LatexToMathML(fancy_error=False)


def convert(env: BuildEnvironment, node: nodes.Element) -> str:
    """Return a formula's MathML, and keep it on the node; note where the LaTeX is not understood."""
    if "mathml" not in node:
        try:
            block = isinstance(node, nodes.math_block)
            mathml = CONVERTER.convert_with_local_state(node.astext(), displaystyle=block)
            node["mathml"] = JOINS.sub('<mo form="infix">', mathml.replace("<msqrt>", f"<msqrt>{STRUT}"))
        except LatexError as error:
            note(env, node.line, f"{error} in the formula {node.astext()}")
            node["mathml"] = f"<code>{html.escape(node.astext())}</code>"
    return str(node["mathml"])


def read(app: Sphinx, doctree: nodes.document) -> None:
    """Convert the formulas of a page, and note the characters they are made of."""
    found = doctree.findall(lambda n: isinstance(n, (nodes.math, nodes.math_block)) and bool(n.children))
    formulas = [convert(app.env, node) for node in found]
    text = {c for formula in formulas for c in html.unescape(re.sub(r"<[^>]*>", "", formula))}
    if any("<msqrt" in formula or "<mroot" in formula for formula in formulas):
        text.add("√")  # drawn by the browser, never as text
    app.env.metadata[app.env.docname]["characters"] = "".join(sorted(text))
    for node in list(doctree.findall(nodes.math)):
        keep_together(node)


def keep_together(node: nodes.math) -> None:
    """Bind the punctuation after a formula to it: browsers break lines before it."""
    after = node.next_node(descend=False, siblings=True)
    marks = re.match(r"[^\w\s([]+", after.astext()) if isinstance(after, nodes.Text) else None
    if marks:
        bound = nodes.inline("", "", classes=["bound"])
        node.replace_self(bound)
        bound += [node, nodes.Text(marks[0])]
        place = next(i for i, child in enumerate(bound.parent) if child is after)  # equal texts are not the same
        bound.parent[place] = nodes.Text(after.astext()[marks.end() :])


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line."""
    self.body.append(convert(self.builder.env, node))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number."""
    self.body.append(self.starttag(node, "div", CLASS="equation"))
    formula = convert(self.builder.env, node)
    self.body.append(f'<div class="formula" tabindex="0">{formula}</div>')  # it may have to scroll
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


def make_folder(app: Sphinx) -> None:
    """Make the folder of styles first: when a build fails early, other extensions write a file of that name."""
    (app.outdir / "_static").mkdir(parents=True, exist_ok=True)


def write_font(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Subset the font to the characters in formulas and titles; return the pages to write anew: all, if it changed."""
    if app.builder.format != "html":
        return []
    text = "".join(sorted(set(TITLES).union(*(page.get("characters", "") for page in env.metadata.values()))))
    used = [repr([FEATURES, text, fontTools.version]).encode(), FONT.read_bytes(), Path(__file__).read_bytes()]
    made = folder(app.confdir, app.config) / "fonts" / f"{hashlib.sha256(b'|'.join(used)).hexdigest()}.css"
    if not made.is_file():
        shutil.rmtree(made.parent, ignore_errors=True)
        made.parent.mkdir(parents=True)
        write_subset(text, made.with_suffix(f".{os.getpid()}"))
        made.with_suffix(f".{os.getpid()}").replace(made)
    target = app.outdir / "_static" / "math.css"
    if target.is_file() and target.read_bytes() == made.read_bytes():
        return []
    shutil.copyfile(made, target)
    return sorted(env.found_docs)  # each page names the checksum of the font


def write_subset(text: str, target: Path) -> None:
    """Write what a text needs of STIX Two Math into a stylesheet: the font is there when the page is, nothing moves."""
    from fontTools import subset  # slow to import, and seldom needed

    # All names are kept, for the font's license is one of them.
    options = subset.Options(flavor="woff2", layout_features=FEATURES, name_IDs=["*"], hinting=False)
    font = subset.load_font(str(FONT), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text + "".join(c for c in ITALIC if unicodedata.normalize("NFKC", c) in text))
    subsetter.subset(font)
    narrow_roots(font)
    font["head"].modified = font["head"].created  # the same bytes at every build
    data = io.BytesIO()
    subset.save_font(font, data, options)
    font_face = '@font-face{font-family:"Book Math";src:url(data:font/woff2;base64,%s) format("woff2")}\n'
    target.write_text(font_face % base64.b64encode(data.getvalue()).decode("ascii"), encoding="ascii")


def narrow_roots(font: Any) -> None:
    """Make every root sign as wide as the smallest: Chromium keeps room for the widest behind each of them."""
    sign = font.getBestCmap().get(ord("√"))
    if sign is None:
        return
    tall = font["MATH"].table.MathVariants
    taller = tall.VertGlyphConstruction[tall.VertGlyphCoverage.glyphs.index(sign)]
    names = {record.VariantGlyph for record in taller.MathGlyphVariantRecord}
    names |= {record.glyph for record in taller.GlyphAssembly.PartRecords}
    width, outlines = font["hmtx"][sign][0], font["glyf"]
    for name in names - {sign}:
        outline = outlines[name]
        outline.coordinates.scale((width / font["hmtx"][name][0], 1))
        outline.coordinates.toInt()
        outline.recalcBounds(outlines)
        font["hmtx"][name] = (width, outline.xMin)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_html_math_renderer("mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None))
    app.config.html_math_renderer = "mathml"
    app.connect("doctree-read", read)
    app.add_css_file("math.css")
    app.connect("builder-inited", make_folder)
    app.connect("env-updated", write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
