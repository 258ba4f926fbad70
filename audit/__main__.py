"""Write errata.csv and examined.csv anew: `python -m audit data/raw config/study.yaml`."""

import sys
from pathlib import Path

from audit.judgement import write_lists
from audit.reading import tables_to_check
from guantian.config import load_study
from guantian.errors import run_command


def main() -> None:
    """Write both lists: the command line."""
    raw, config = Path(sys.argv[1]), Path(sys.argv[2])
    checks = load_study(config.resolve().parents[1]).config["checks"]
    write_lists(tables_to_check(raw), raw, checks["focus"])


if __name__ == "__main__":
    run_command(main)
