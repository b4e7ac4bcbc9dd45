"""Sphinx configuration of the book."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Against the Gradient"
author = "the authors of Against the Gradient"
project_copyright = "2026, " + author
extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_exercise",
    "sphinx_proof",
    "sphinxcontrib.bibtex",
    "accessible",
    "claims",
    "executed",
    "explorable",
    "failures",
    "first_paint",
    "folded",
    "isolation",
    "ledger",
    "mathml",
    "remembered",
    "replayed",
    "sources",
]
exclude_patterns = ["_ext", "_fonts", "_templates"]
templates_path = ["_templates"]
nitpicky = True
numfig = False

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_dmath_double_inline = False
myst_heading_anchors = 3
nb_execution_mode = "inline"
nb_eval_name_regex = ".+"
nb_execution_timeout = 60
suppress_warnings = ["mystnb.eval", "mystnb.exec"]  # `failures` says more, once: the line and the exception

autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False
numpydoc_validation_checks = {"all", "ES01", "EX01", "GL01", "SA01", "SS05"}  # all but these five

bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"
proof_minimal_theme = True
exercise_style = "solution_follow_exercise"

html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_copy_source = False
html_show_sourcelink = False
html_domain_indices = False
html_sidebars = {"**": ["masthead.html", "sbt-sidebar-nav.html"]}
html_context = {"default_mode": "light"}
html_theme_options = {
    "logo": {"image_light": "_static/logo.svg", "image_dark": "_static/logo.svg", "text": project, "alt_text": ""},
    "navbar_persistent": [],
    "home_page_in_toc": False,
    "show_navbar_depth": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "toc_title": "On this page",
    "footer_content_items": ["copyright.html"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
