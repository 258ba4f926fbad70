"""The one exception of bad input, and how a command ends where it is raised."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn

OWN = ("audit", "guantian", "regiometrics")


class DataError(ValueError):
    """Bad input. The message names file, row, column and value, and says what was expected."""


def run_command(main: Callable[[], object]) -> NoReturn:
    """Run a command line; bad input, or a file that cannot be read, ends it with a sentence alone.

    Parameters
    ----------
    main
        Returns the exit status, or nothing.
    """
    try:
        status = main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"{error.filename or 'A file'}: {error.strerror or error}.")
    except ValueError as error:
        if type(error).__module__.partition(".")[0] not in OWN:
            raise
        sys.exit(str(error))
    sys.exit(status if isinstance(status, int) else 0)
