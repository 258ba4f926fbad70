"""How the documentation of the study and of its library is built: `make docs`."""

import importlib
import os
import re
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
TOP = HERE.parent

project = "Guantian and regiometrics"
author = "The Guantian authors"
copyright = "2026, The Guantian authors. Text under CC BY 4.0"
release = version = metadata.version("regiometrics")
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
]
exclude_patterns = ["_build", "_templates", "notebooks"]
templates_path = ["_templates"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]

autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"  # types stand in the numpy docstrings
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# Links into other projects' pages need the network: they are made where it is asked for, so that
# the documentation is built, and read, without one.
intersphinx_mapping = (
    {
        "python": ("https://docs.python.org/3", None),
        "numpy": ("https://numpy.org/doc/stable", None),
        "pandas": ("https://pandas.pydata.org/docs", None),
        "scipy": ("https://docs.scipy.org/doc/scipy", None),
    }
    if os.environ.get("DOCS_ONLINE")
    else {}
)

html_theme = "furo"
html_title = "Guantian and regiometrics"
html_show_sourcelink = False
html_copy_source = False
# A page opened by double click may not read other files: results are listed without excerpts.
html_show_search_summary = False

PACKAGES = (
    *("convergence", "counterfactuals", "distribution", "games", "gravity", "inequality", "panel"),
    *("placebo", "spatial", "structure", "weights"),
)
autosummary_context = {
    "public": {
        f"regiometrics.{name}": importlib.import_module(f"regiometrics.{name}").__all__
        for name in PACKAGES
    }
}

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(((?:\.\./)+[^)#]+)(#[^)]*)?\)")
PICTURE = re.compile(r"\[`(\w+)`\]\(\.\./results/figures/(\w+)\.png\)")


def outside(app, docname, source):
    """Show made figures in the gallery; name files outside of the documentation, not link them."""
    folder = (HERE / docname).parent

    def named(found):
        path = (folder / found[2]).resolve()
        if path.is_relative_to(HERE):
            return found[0]
        return f"{found[1]} (`{path.relative_to(TOP)}`)"

    def pictured(found):
        path = TOP / f"results/figures/{found[2]}.png"
        picture = f" ![{found[1]}](../results/figures/{path.name})" if path.exists() else ""
        return f"`{found[1]}`{picture}"

    text = source[0]
    if docname == "gallery":
        text = PICTURE.sub(pictured, text)
    source[0] = LINK.sub(named, text)


def setup(app):
    """Connect what is above."""
    app.connect("source-read", outside)
