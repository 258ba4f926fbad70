"""Run scripts in processes forked from this one, which has imported what most of them share.

A start of Python and its imports cost more than many jobs do. Snakemake's process starts this one
with the first job (`workflow/rules/forked.py`) and sends it a line for each: the script, and what
its environment adds. Each runs in a process of its own, with the same code, arguments and output
as ``python script``. The answer is two lines: the number of the process, then its exit code.
"""

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import sys
import traceback
from contextlib import suppress

#: What more than half of the jobs import, most of them when they need it.
SHARED = (
    "snakemake.script",
    "matplotlib.pyplot",
    "pandas",
    "pyarrow.parquet",
    "scipy.linalg",
    "scipy.optimize",
    "scipy.sparse.csgraph",
    "scipy.stats",
    "yaml",
)


def serve(requests, replies):
    """Answer requests until their writer, Snakemake, has ended.

    Parameters
    ----------
    requests, replies : int
        Descriptors of pipes: lines of JSON come in, ``number process`` and ``number code`` go out.
    """
    waiting, running = b"", {}
    selector = selectors.DefaultSelector()
    selector.register(requests, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fd != requests:
                selector.unregister(key.fd)
                os.close(key.fd)
                number, process = running.pop(key.fd)
                answer(replies, number, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
                continue
            read = os.read(requests, 65536)
            if not read:
                return
            *lines, waiting = (waiting + read).split(b"\n")
            for request in map(json.loads, lines):
                process = os.fork()
                if not process:
                    os.close(requests)
                    os.close(replies)
                    work(request["script"], request["environment"])
                ended = os.pidfd_open(process)
                running[ended] = request["number"], process
                selector.register(ended, selectors.EVENT_READ)
                answer(replies, request["number"], process)


def answer(replies, number, said):
    """Write a line of two numbers; where Snakemake was killed, nobody reads it."""
    with suppress(BrokenPipeError):
        os.write(replies, b"%d %d\n" % (number, said))


def work(script, environment):
    """Run a script as a process of its own would, and end."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.update(environment)
        sys.argv[:] = [script]
        sys.path[0] = os.path.dirname(script)
        gc.disable()  # as where a script starts: see _job
        runpy.run_path(script, run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard's signal is for the jobs
    gc.disable()
    for name in SHARED:
        with suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()
    serve(0, int(sys.argv[1]))
