"""Write errata.csv and examined.csv anew: `python -m audit data/raw config/study.yaml`."""

import sys
from pathlib import Path

import yaml

from audit.judgement import write_lists
from audit.reading import tables_to_check

if __name__ == "__main__":
    raw, config = Path(sys.argv[1]), Path(sys.argv[2])
    focus = yaml.safe_load(config.read_text(encoding="utf-8"))["checks"]["focus"]
    write_lists(tables_to_check(raw), raw, focus)
