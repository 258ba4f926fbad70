"""What every script does first: output goes to the rule's log, an error comes as a sentence."""

import os
import sys
import traceback
from contextlib import contextmanager


@contextmanager
def job(snakemake):
    """Send stdout, stderr and warnings to the log; on failure print a sentence to the terminal."""
    terminal = os.dup(2)
    with open(snakemake.log[0], "w", encoding="utf-8", buffering=1) as log:
        sys.stdout.flush()
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            yield
        except Exception as error:
            traceback.print_exc()
            kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
            os.write(terminal, f"\n{snakemake.rule} stopped: {kind}{error}\n\n".encode())
            sys.exit(1)
