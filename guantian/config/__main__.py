"""Write what is made from the options (``--write``), or say what is not current (``--check``)."""

import argparse
from pathlib import Path

from guantian.config.documents import write
from guantian.errors import run_command


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m guantian.config", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="write the schemas and the tables")
    what.add_argument("--check", action="store_true", help="say which of them are not current")
    parser.add_argument("root", nargs="?", type=Path, default=Path(), help="top of the project")
    asked = parser.parse_args()
    changed = write(asked.root, check=asked.check)
    if not changed:
        print("The schemas and the tables of options are current.")
    elif asked.write:
        print("Wrote " + ", ".join(changed))
    else:
        print(f"Not current: {', '.join(changed)}; run `python -m guantian.config --write`.")
    return int(asked.check and bool(changed))


if __name__ == "__main__":
    run_command(main)
