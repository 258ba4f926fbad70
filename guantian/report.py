r"""Snakemake's report made safe: names in it are data, whatever they hold.

``python -m guantian.report results/report.html`` changes the file in its place. Snakemake writes
captions, parameters and the sources of rules as JSON into scripts of the page, where a name with
``</script>`` would end the script and the next one run. In a text of JSON ``\u003c`` is the same
sign.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from guantian.errors import DataError, run_command
from guantian.files import atomic

#: Variables of the page that hold JSON, each a line without a break in it.
VARIABLES = (
    *("workflow_desc", "results", "categories", "rulegraph_spec", "runtimes_spec"),
    *("timeline_spec", "rules", "packages", "metadata"),
)
DATA = re.compile(rf'^    var ({"|".join(VARIABLES)}) = [{{\["].*;$', re.MULTILINE)


def without_tags(page: str) -> str:
    r"""Write each ``<`` of the page's data as a number.

    Raises
    ------
    DataError
        If the page does not hold the data where Snakemake puts them.

    Examples
    --------
    >>> page = "\n".join(f'    var {name} = {{"a": "</script>"}};' for name in VARIABLES)
    >>> without_tags(page).splitlines()[0]
    '    var workflow_desc = {"a": "\\u003c/script>"};'
    """
    found = {line[1] for line in DATA.finditer(page)}
    if lacking := [name for name in VARIABLES if name not in found]:
        raise DataError(
            f"The report has no {lacking[0]} where it was expected, so that names in it could run "
            "as scripts: this version of Snakemake writes reports in another form."
        )
    return DATA.sub(lambda line: line[0].replace("<", r"\u003c"), page)


def main() -> None:
    """Change a report in its place: the command line."""
    path = Path(sys.argv[1])
    page = without_tags(path.read_text(encoding="utf-8"))
    with atomic(path) as part:
        part.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    run_command(main)
