"""Scripts that are forked from one process do and say what they would by themselves."""

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="scripts are forked on Linux alone"
)


def load():
    """Return the module beside the rules."""
    place = ROOT / "workflow/rules/forked.py"
    spec = importlib.util.spec_from_file_location("forked", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def worker():
    """Return a running process that scripts are forked from."""
    started = load().Worker(ROOT / "workflow/scripts/_worker.py")
    yield started
    started.stop()


def script(tmp_path, text):
    """Write a script and return its path."""
    path = tmp_path / "script.py"
    path.write_text(text, "utf-8")
    return str(path)


def test_script_runs_as_by_itself(worker, tmp_path):
    """It is the main module, with its name, its folder, its environment and one thread."""
    (tmp_path / "beside.py").write_text("VALUE = 'beside'", "utf-8")
    text = (
        "import os, sys, beside\n"
        "said = [__name__, sys.argv, beside.VALUE, os.environ['TMPDIR'],\n"
        "        os.environ['OMP_NUM_THREADS'], 'pandas' in sys.modules, os.getppid()]\n"
        f"open({str(tmp_path / 'said')!r}, 'w').write(repr(said))\n"
    )
    path = script(tmp_path, text)
    worker.run(path, {"TMPDIR": "elsewhere"})
    *said, parent = eval((tmp_path / "said").read_text("utf-8"))
    assert said == ["__main__", [path], "beside", "elsewhere", "1", True]
    assert parent == worker._process.pid


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("raise SystemExit(3)", 3),
        ("import os; os._exit(4)", 4),
        ("raise SystemExit('no')", 1),
        ("1 / 0", 1),
        ("raise KeyboardInterrupt", 130),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9),
    ],
)
def test_failure_has_its_exit_code(worker, tmp_path, text, code):
    """What a script ends with is what Snakemake is told; the next script runs."""
    with pytest.raises(subprocess.CalledProcessError) as failed:
        worker.run(script(tmp_path, text), {})
    assert failed.value.returncode == code
    worker.run(script(tmp_path, "pass"), {})


def test_error_is_said(tmp_path):
    """The traceback comes to the terminal."""
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'workflow/rules')!r})\n"
        "from pathlib import Path; from forked import Worker\n"
        f"Worker(Path({str(ROOT / 'workflow/scripts/_worker.py')!r})).run(sys.argv[1], {{}})"
    )
    path = script(tmp_path, "def fault():\n    raise ValueError('told')\nfault()\n")
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True)
    assert "ValueError: told" in done.stderr
    assert done.returncode == 1


def test_several_run_at_once(worker, tmp_path):
    """A script that waits for another one's file ends when that is written."""
    from concurrent.futures import ThreadPoolExecutor

    made = tmp_path / "made"
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    first.write_text(
        f"import os, time\nwhile not os.path.exists({str(made)!r}): time.sleep(0.01)", "utf-8"
    )
    second.write_text(f"open({str(made)!r}, 'w').close()", "utf-8")
    with ThreadPoolExecutor() as pool:
        waits = pool.submit(worker.run, str(first), {})
        time.sleep(0.1)
        worker.run(str(second), {})
        waits.result(timeout=30)


def test_end_of_the_process_is_an_error_of_its_jobs(tmp_path):
    """A job whose process was killed with its parent fails; nothing waits for ever."""
    lost = load().Worker(ROOT / "workflow/scripts/_worker.py")
    with pytest.raises(subprocess.CalledProcessError):
        lost.run(script(tmp_path, "import os\nos.kill(os.getppid(), 9)"), {})
    lost._process.wait()
    assert lost.ended


def test_where_ends_of_processes_cannot_be_told_nothing_is_replaced(monkeypatch):
    """A sandbox may have the call and forbid it: scripts then run as Snakemake runs them."""
    from snakemake.script import PythonScript

    def forbidden(process):
        raise PermissionError

    plain = PythonScript.execute_script
    monkeypatch.setattr(os, "pidfd_open", forbidden)
    load().fork_scripts(ROOT / "workflow/scripts/_worker.py")
    assert PythonScript.execute_script is plain


def test_snakemake_has_what_is_replaced():
    """The method that is replaced runs a script by its path, and may be called with `edit`."""
    import inspect

    from snakemake.script import PythonScript

    assert list(inspect.signature(PythonScript.execute_script).parameters) == [
        "self",
        "fname",
        "edit",
    ]
    executor = PythonScript.__init__.__code__.co_varnames
    for name in ("bench_record", "conda_env", "container_img", "env_modules", "threads"):
        assert name in executor
