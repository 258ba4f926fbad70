"""What shows results reads what a row is about from its columns, never from the text of a key."""

import pytest

from benchmarks.metrics import EXCEPTIONS, ROOT, keys_taken_apart, presentation, taken_apart


def test_no_module_that_shows_results_takes_a_key_apart():
    assert keys_taken_apart() == []


def test_the_exceptions_are_still_there():
    for name, expressions in EXCEPTIONS.items():
        found = [text for _, text in taken_apart((ROOT / name).read_text("utf-8"))]
        assert sorted(found) == sorted(expressions), name


def test_all_that_shows_results_is_looked_at(root):
    looked_at = {path.relative_to(root / "guantian").as_posix() for path in presentation()}
    for kind in ("tables", "figures", "numbers", "show"):
        for path in (root / "guantian/chapters").glob(f"*/{kind}*"):
            for module in path.rglob("*.py") if path.is_dir() else [path]:
                if module.name != "__init__.py" and module.suffix == ".py":
                    assert module.relative_to(root / "guantian").as_posix() in looked_at
    assert {"claims/ledger.py", "present/cells.py", "site/page.py"} <= looked_at


@pytest.mark.parametrize(
    "source",
    [
        "row.note.split(';')",
        "rows['sample'].str.removeprefix('zone_')",
        "rows['term'].str[:4]",
        "frame.loc[place, 'variant'].partition('|')",
        "str(row.group).split('-')",
        "re.match('k=([0-9]+)', row.parameter)",
        "'no estimate' in row.note",
        "def f(rows):\n    for name in rows['term'].unique():\n        yield name.startswith('d')",
        "def f(row):\n    spec = row.variant\n    return spec[2:]",
        "[text.split('/')[0] for text in ()] or (lambda spec: spec.split('/'))",
    ],
)
def test_keys_that_are_taken_apart_are_found(source):
    assert taken_apart(source)


@pytest.mark.parametrize(
    "source",
    [
        "row.estimate.round(2)",
        "title.split(';')",
        "row.note == 'none'",
        "row.sample in ('zone', 'region')",
        "rows[rows['term'].isin(['a', 'b'])]",
        "labels.label('outcome', row.outcome)",
        "'zone' in sample_names",
        "rows['estimate'][:4]",
    ],
)
def test_what_takes_no_key_apart_is_left_alone(source):
    assert taken_apart(source) == []
