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
            kind = "" if is_ours(error) else f"{type(error).__name__}: "
            os.write(terminal, f"\n{snakemake.rule} stopped: {kind}{error}\n\n".encode())
            sys.exit(1)


def is_ours(error):
    """Tell whether the library raised it, so that the message is a sentence, or a package did."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    raised = (last.line or "").startswith("raise ")  # int("a") fails on a line of ours as well
    return isinstance(error, ValueError) and raised and "site-packages" not in last.filename
