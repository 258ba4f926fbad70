"""The command ``guantian``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from guantian.errors import DataError

if TYPE_CHECKING:
    from guantian.trace.follow import Value
    from guantian.trace.printed import Printed
    from guantian.trace.result import Grounds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status (0, or 1 with a sentence on stderr).

    Examples
    --------
    ``guantian trace panel 620500 2008 gdp_per_capita_yuan`` or, in the terms of W3C PROV,
    ``guantian trace panel Tianshui 2008 real_gdp --json``; a number of the text by
    ``guantian trace number plan headline.effect``; a line of a figure's data or a cell of a table
    by ``guantian trace figure levels 9`` and ``guantian trace table plan_effects 1 Effect``.
    """
    options = _parser().parse_args(arguments)
    try:
        sys.stdout.write(options.run(options))
    except DataError as error:
        print(f"guantian: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of the output has seen enough
        return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("guantian", description="The study's own tools.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    trace = commands.add_parser("trace", help="follow a value to its raw cells and sources")
    kinds = trace.add_subparsers(required=True, metavar="KIND")
    panel = kinds.add_parser("panel", help="a value of the panel of cities and years")
    panel.add_argument("unit", metavar="CITY", help="code (620500) or name (Tianshui, 天水市)")
    panel.set_defaults(find=_panel_value)
    county = kinds.add_parser("county", help="a value of the panel of counties and years")
    county.add_argument("unit", metavar="COUNTY", help="code (610402) or name (渭城区)")
    county.set_defaults(find=_county_value)
    number = kinds.add_parser("number", help="a number of the paper's text")
    number.add_argument("chapter", help="whose text names it, such as plan")
    number.add_argument("key", help="by which the text names it, such as headline.effect")
    number.set_defaults(run=_trace_number)
    figure = kinds.add_parser("figure", help="a line of a figure's data (results/figures)")
    figure.add_argument("name", help="of the figure, such as levels")
    figure.add_argument("row", type=int, help="1 is the first line after the header")
    figure.set_defaults(find=_figure_line)
    table = kinds.add_parser("table", help="a cell of a table (results/tables)")
    table.add_argument("name", help="of the table, such as plan_effects")
    table.add_argument("row", type=int, help="1 is the first row after the header")
    table.add_argument("column", help="its header, as printed")
    table.set_defaults(find=_table_cell)
    for kind in (number, figure, table):
        kind.add_argument("--json", action="store_true", help="print PROV-JSON, not a tree")
        kind.add_argument("--cells", action="store_true", help="show every raw cell")
        kind.add_argument("--results", default="results", metavar="FOLDER", help="of the results")
        kind.add_argument("--data", default="data", metavar="FOLDER", help="the data folder")
    for kind in (figure, table):
        kind.set_defaults(run=_trace_printed)
    for kind in (panel, county):
        kind.add_argument("year", type=int)
        kind.add_argument("variable", help="as in the codebook in data/processed")
        kind.add_argument("--json", action="store_true", help="print PROV-JSON, not a tree")
        kind.add_argument("--data", default="data", metavar="FOLDER", help="the data folder")
        kind.set_defaults(run=_trace)
    return parser


def _trace(options: argparse.Namespace) -> str:
    from guantian.trace.show import prov, tree

    value = options.find(options)
    if options.json:
        return json.dumps(prov(value), ensure_ascii=False, indent=1) + "\n"
    return tree(value)


def _trace_number(options: argparse.Namespace) -> str:
    from guantian.trace.number import number_prov, number_trail, number_tree
    from guantian.trace.result import Grounds, ground_lines

    trail = number_trail(options.results, options.chapter, options.key)
    ground = Grounds(_root(options), options.data).of(trail.row["chapter"], trail.row)
    if options.json:
        return json.dumps(number_prov(trail, ground), ensure_ascii=False, indent=1) + "\n"
    return number_tree(trail, ground_lines(ground, options.cells))


def _trace_printed(options: argparse.Namespace) -> str:
    from guantian.trace.printed import printed_prov, printed_tree
    from guantian.trace.result import Grounds

    grounds = Grounds(_root(options), options.data)
    printed = options.find(options, grounds)
    if options.json:
        return json.dumps(printed_prov(printed, grounds), ensure_ascii=False, indent=1) + "\n"
    return printed_tree(printed, grounds, options.cells)


def _root(options: argparse.Namespace) -> Path:
    """Return the top of the project: the folder that holds the data."""
    return Path(options.data).resolve().parent


def _figure_line(options: argparse.Namespace, grounds: Grounds) -> Printed:
    from guantian.trace.printed import figure_line

    return figure_line(options.results, grounds.panel, options.name, options.row)


def _table_cell(options: argparse.Namespace, grounds: Grounds) -> Printed:
    from guantian.trace.printed import table_cell

    asked = options.results, options.name, options.row, options.column
    return table_cell(*asked, grounds.panel, grounds)


def _panel_value(options: argparse.Namespace) -> Value:
    from guantian.trace.follow import open_store

    store = open_store(options.data, options.unit)
    return store.value(options.unit, options.year, options.variable)


def _county_value(options: argparse.Namespace) -> Value:
    from guantian.trace.county import county_value

    return county_value(options.data, options.unit, options.year, options.variable)


if __name__ == "__main__":
    sys.exit(main())
