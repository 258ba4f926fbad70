"""What every script does first: output goes to the rule's log, an error comes as a sentence.

Files are written elsewhere and put in their places when all are whole, so that none under its final
name is half-made, however a run ends.
"""

import errno
import gc
import os
import shutil
import sys
import tempfile
import traceback
from contextlib import contextmanager, nullcontext
from pathlib import Path

#: Where files are written first: beside Snakemake's own records, on the file system of the results.
PARTS = ".snakemake/parts"
#: New objects between two searches for cycles; the usual 700 find next to nothing, often.
SEARCHED = 50_000

# Modules make a million objects that stay: searching them for cycles is a quarter of an import.
gc.disable()


@contextmanager
def job(snakemake):
    """Send stdout, stderr and warnings to the log; on failure print a sentence to the terminal.

    The process ends with the job: taking an interpreter apart costs as much as some jobs.
    """
    settle()
    terminal = os.dup(2)
    with open(snakemake.log[0], "w", encoding="utf-8", buffering=1) as log:
        sys.stdout.flush()
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            with whole(snakemake.output), said(getattr(snakemake, "params", {})):
                yield
        except KeyboardInterrupt:
            sys.exit(130)
        except Exception as error:
            traceback.print_exc()
            kind = "" if is_ours(error) else f"{type(error).__name__}: "
            os.write(terminal, f"\n{snakemake.rule} stopped: {kind}{error}\n\n".encode())
            sys.exit(1)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def said(params):
    """Let labels be said in the words that a rule gives, where it gives some."""
    words = params.get("words")
    if not words:
        return nullcontext()
    from guantian.labels import in_words

    return in_words(words)


def settle():
    """Search for cycles from here on, and not among what is there: modules stay to the end."""
    gc.freeze()
    gc.set_threshold(SEARCHED, 20, 20)
    gc.enable()


@contextmanager
def whole(output):
    """Let a rule's files be written in folders of the same names elsewhere, then put them in place.

    Parameters
    ----------
    output : snakemake.io.Namedlist
        The rule's files; it names the others until the block ends.
    """
    finals = list(map(str, output))
    os.makedirs(PARTS, exist_ok=True)
    _sweep(PARTS)
    with tempfile.TemporaryDirectory(dir=PARTS, prefix=f"{_mark(os.getpid())}.") as folder:
        parts = [os.path.join(folder, os.path.abspath(path).lstrip(os.sep)) for path in finals]
        for part in parts:
            os.makedirs(os.path.dirname(part), exist_ok=True)
        _rename(output, parts)
        try:
            yield
        finally:
            _rename(output, finals)
        for part, final in zip(parts, finals, strict=True):
            if os.path.exists(part):  # what is missing Snakemake names
                _put(part, final)


def _mark(process):
    """Name a process of this machine: several may run beside one file system."""
    return f"{os.uname().nodename}.{process}"


def _sweep(folder):
    """Remove what processes of this machine that are no more left half-made."""
    for entry in os.scandir(folder):
        node, _, rest = entry.name.rpartition(".")[0].rpartition(".")
        if node == os.uname().nodename and rest.isdigit() and not _runs(int(rest)):
            shutil.rmtree(entry.path, ignore_errors=True)


def _runs(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's
    return True


def _rename(output, paths):
    """Change the paths of a list with names, the names as well."""
    output[:] = paths
    for name, (first, last) in output._get_names():
        output._set_name(name, first, end=last)


def _put(part, final):
    try:
        os.replace(part, final)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = Path(final).with_name(f".{Path(final).name}.part")  # results on another system
        try:
            shutil.copy2(part, beside)
            os.replace(beside, final)
        finally:
            beside.unlink(missing_ok=True)


def is_ours(error):
    """Tell whether the library raised it, so that the message is a sentence, or a package did."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    raised = (last.line or "").startswith("raise ")  # int("a") fails on a line of ours as well
    return isinstance(error, ValueError) and raised and "site-packages" not in last.filename
