"""Snakemake's Python scripts in processes forked from one that has imported what they share.

See `workflow/scripts/_worker.py`. Only where the system can tell of a process's end by a
descriptor (Linux), and only for jobs that run here, with this Python, on one thread; all others
run as Snakemake runs them.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from itertools import count
from pathlib import Path
from queue import SimpleQueue

from snakemake.benchmark import benchmarked
from snakemake.script import PythonScript

#: Libraries of linear algebra read their number of threads once, when they are imported.
ONE_THREAD = {
    f"{name}_NUM_THREADS": "1" for name in ("OMP", "GOTO", "OPENBLAS", "MKL", "NUMEXPR")
} | {"VECLIB_MAXIMUM_THREADS": "1"}


class Worker:
    """The process that scripts are forked from, and what it answers."""

    def __init__(self, program: Path) -> None:
        answers, replies = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, program, str(replies)],
            stdin=subprocess.PIPE,
            pass_fds=[replies],
            env=os.environ | ONE_THREAD,
        )
        os.close(replies)
        self._numbers, self._lock = count(), threading.Lock()
        self._waiting: dict[int, SimpleQueue] = {}
        threading.Thread(target=self._listen, args=[answers], daemon=True).start()
        atexit.register(self.stop)

    def _listen(self, answers: int) -> None:
        """Hand each answer to the job that waits for it; all of them end with the process."""
        with open(answers) as lines:
            for line in lines:
                number, said = map(int, line.split())
                self._waiting[number].put(said)
        for queue in list(self._waiting.values()):
            queue.put(None)

    @property
    def ended(self) -> bool:
        """Whether the process is no more."""
        return self._process.poll() is not None

    def run(self, script: str, environment: dict[str, str], record=None) -> None:
        """Run a script; raise CalledProcessError where it fails.

        Parameters
        ----------
        script
            Path of what Snakemake wrote.
        environment
            Added to that of Snakemake.
        record
            Snakemake's record of a benchmark.
        """
        number, answers = next(self._numbers), SimpleQueue()
        self._waiting[number] = answers
        request = {"number": number, "script": script, "environment": environment}
        with self._lock:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        process = answers.get()
        if process is not None and record is not None:
            with benchmarked(process, record):
                code = answers.get()
        else:
            code = process if process is None else answers.get()
        del self._waiting[number]
        if code != 0:
            raise subprocess.CalledProcessError(-9 if code is None else code, script)

    def stop(self) -> None:
        """End the process, when its jobs have ended."""
        self._process.stdin.close()
        self._process.wait()


def fork_scripts(program: Path) -> None:
    """Let scripts be forked from one process, which the first of them starts.

    Parameters
    ----------
    program
        The file of that process.
    """
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):  # another system, or a sandbox that forbids it
        return
    plain, starting, workers = PythonScript.execute_script, threading.Lock(), []

    def execute_script(self, fname, edit=False):
        if edit or self.conda_env or self.container_img or self.env_modules or self.threads != 1:
            return plain(self, fname, edit)
        with starting:
            if not workers:
                workers.append(Worker(program))
            if workers[0].ended:
                return plain(self, fname, edit)
        folder = self.resources.get("tmpdir")
        names = ("TMPDIR", "TMP", "TEMPDIR", "TEMP") if folder else ()
        return workers[0].run(fname, dict.fromkeys(names, folder), self.bench_record)

    PythonScript.execute_script = execute_script
