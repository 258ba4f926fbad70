"""Write errata.csv and examined.csv anew: `python -m guantian.data.checks RAW_FOLDER CONFIG`."""

import sys
from pathlib import Path

import yaml

from guantian.data.checks.judgement import write_lists
from guantian.data.checks.reading import tables_to_check
from guantian.geography.zones import read_zone

if __name__ == "__main__":
    raw, config = Path(sys.argv[1]), Path(sys.argv[2])
    study = yaml.safe_load(config.read_text(encoding="utf-8"))
    own = config.parent / "zones" / f"{study['claims']['about']}.yaml"
    focus = study["checks"].get("focus") or read_zone(own).codes
    write_lists(tables_to_check(raw), raw, focus)
