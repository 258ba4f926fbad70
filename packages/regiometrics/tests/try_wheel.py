"""Build the wheel and try it where nothing but its own dependencies is installed.

`python try_wheel.py [--python 3.12] [--resolution lowest-direct] [--constraint FILE ...]` makes an
empty environment in a temporary folder, installs the wheel with pytest and hypothesis alone, and
runs, away from the checkout, the tests of the public surface, of the optional packages and of the
examples.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent
TRIED = ("conftest.py", "test_doctests.py", "test_optional.py", "test_public.py")


def run(*command: object, **options) -> None:
    """Run a command; end with its exit code where it fails."""
    done = subprocess.run([str(part) for part in command], check=False, **options)
    if done.returncode:
        sys.exit(done.returncode)


def main() -> None:
    """Build, install, test."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--resolution", default="highest")
    parser.add_argument("--constraint", type=Path, action="append", default=[])
    given = parser.parse_args()
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"]
        run(*build, cwd=TESTS.parent)
        (wheel,) = (folder / "dist").glob("*.whl")
        run(uv, "venv", "--quiet", "--python", given.python, folder / "env")
        place = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        python = folder / "env" / place
        install = [uv, "pip", "install", "--quiet", "--python", python]
        pinned = [part for path in given.constraint for part in ("--constraint", path.resolve())]
        # The wheel by itself first: its dependencies alone are resolved as was asked for.
        run(*install, *pinned, "--resolution", given.resolution, wheel)
        run(*install, *pinned, "pytest", "hypothesis")
        for name in TRIED:
            shutil.copy(TESTS / name, folder)
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        run(python, "-m", "pytest", "-q", "-rs", folder, cwd=folder, env=environment)


if __name__ == "__main__":
    main()
