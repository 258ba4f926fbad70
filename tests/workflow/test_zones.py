"""Unlike zones on the reduced configuration, from corrected tables to the ledger of claims.

Figures are written as SVG alone: how PNG and PDF are written does not depend on the zone, and the
small study of `test_study.py` writes them.
"""

import importlib
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from zone_run import FORMS, ROOT, Named, run_zone, script

from guantian.data.correct import uncorrected_tables
from guantian.data.read import read_tables
from guantian.results import read, rows

ZONES = {
    "changsha_zhuzhou_xiangtan": "three members of one province",
    "wuhan_city_circle": "three members without accounts",
    "lanzhou_xining": "approved in 2018",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory, package, corrected):
    """What does not depend on the zone, made once."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "tables").mkdir()
    (folder / "geography").mkdir()
    (folder / "raw").mkdir()
    for name, table in read_tables(package).items():
        table.to_parquet(folder / "raw" / f"{name}.parquet", index=False)
    for name, table in corrected[0].items():
        table.to_parquet(folder / "tables" / f"{name}.parquet", index=False)
    corrected[1].to_csv(folder / "dropped_rows.csv", index=False)
    script(
        "build_long_tables",
        input=Named(tables=sorted(map(str, (folder / "tables").glob("*.parquet")))),
        output=Named(**{k: str(folder / f"{k}.parquet") for k in ("structure", "prices", "flows")}),
    )
    script(
        "prepare_boundaries",
        input=Named(
            boundaries=str(ROOT / "data/raw/prefectures.gpkg"),
            names=str(folder / "tables/city_names.parquet"),
        ),
        output=Named(
            **{k: str(folder / f"geography/{k}.parquet") for k in ("prefectures", "provinces")}
        ),
    )
    return folder


def remembered(function):
    """A function of the raw tables alone, called once for all zones."""
    made = []

    def call(*arguments):
        if not made:
            made.append(function(*arguments))
        return made[0]

    return call


UNCORRECTED = remembered(uncorrected_tables)


@pytest.fixture(scope="module", params=list(ZONES))
def run(request, shared, tmp_path_factory):
    """A zone's run; the working folder is the project's, as paths of options start there."""
    here = pytest.MonkeyPatch()
    here.chdir(ROOT)
    here.setattr(importlib.import_module("guantian.present.figures.save"), "FORMATS", FORMS)
    here.setattr("guantian.data.correct.uncorrected_tables", UNCORRECTED)
    yield run_zone(request.param, tmp_path_factory.mktemp(request.param), shared)
    here.undo()


def test_every_job_ends(run):
    assert run.stopped == {}
    assert len(run.seconds) >= 25


def test_the_ledger_judges_every_claim(run):
    claims = pd.read_csv(run.results / "claims.csv")
    assert len(claims) > 10
    for name in ("china", "zone"):
        assert claims[f"{name}_verdict"].notna().all()


def test_what_the_zone_lacks_is_said_in_words(run):
    """An estimate that could not be made is a row with a note, not an empty cell alone."""
    for path in sorted((run.results / "estimates").glob("*.parquet")):
        if path.stem not in ("spillovers", "games", "core_periphery", "linkage"):
            continue
        found = read(path)
        nothing = found[found["estimate"].isna() & found["term"].isin(["none", "rho"])]
        assert (nothing["note"] != "").all(), path.stem


def test_a_zone_without_complete_members_has_no_spillover_of_its_own(run):
    found = rows(read(run.results / "estimates/spillovers.parquet"), sample="zone", term="rho")
    cities = pd.read_csv(
        run.results / "estimates/spillovers_excluded.csv", dtype={"city_code": "str"}
    )
    left = set(run.given.zone.codes) - set(cities["city_code"])
    if len(left) < 2:
        assert found["estimate"].isna().all()
        assert found["note"].str.contains("expected at least 2").all()
    else:
        assert set(found["n_units"]) == {len(left)}


def test_members_without_accounts_do_not_link(run):
    missing = {"429004", "429005", "429006"}
    series = read(run.results / "series/linkage.parquet")
    linked = set(rows(series, analysis="linkage_cities", sample="zone")["unit"])
    assert not linked & missing
    assert linked <= set(run.given.zone.codes)


def test_tables_and_figures_are_there(run):
    for kind, ending in (("tables", "html"), ("figures", "svg")):
        made = sorted(Path(run.results / kind).glob(f"*.{ending}"))
        assert len(made) > 20
        assert all(path.stat().st_size > 500 for path in made)


# What lists provinces, cities or zones of China, or says how data of China or published results
# came about: places of the study's own zone belong there.
OF_CHINA = (
    *("beta", "border", "border_provinces", "claim_evidence", "core_periphery", "dynamics_map"),
    *("excluded", "external_checks", "flow_communities", "growth_first_published"),
    *("growth_vintages", "plan_checks"),
    *("plan_zones", "spread_backwash", "zone_map", "zones", "zones_detail", "codebook", "sources"),
)
OWN_ALONE = ("estern region", "plan of 2009", "seven c")
IN_SHAANXI = ("Shaanxi", "Xixian", "Yangling")  # Shaanxi's counties are with and without Xixian


def refused(run):
    """Names of the study's own zone that this one has not, and codes of its cities."""
    zone, about = run.given.zone, run.given.about
    others = [member for member in about.members if member.code not in zone.codes]
    provinces = {"610000": IN_SHAANXI, "620000": ("Gansu",)}
    words = [member.name_en for member in others]
    words += [name for code, of in provinces.items() if code not in zone.provinces for name in of]
    codes = [member.code for member in others]
    return [*OWN_ALONE, *words], codes


def found(words, text):
    return sorted({word for word in words if re.search(rf"(?<![\w–]){re.escape(word)}", text)})


def test_nothing_of_the_studys_own_zone_is_said_of_another(run):
    """Neither its places nor its findings are in tables, figures, their texts and the ledger."""
    words, codes = refused(run)
    said = {}
    for path in [*run.results.glob("tables/*.html"), *run.results.glob("figures/*.svg")]:
        text = path.read_text("utf-8")
        if path.suffix == ".svg":  # letters are drawn: its text is the title, its data beside it
            text = "".join(re.findall("<title.*?</title>", text))
            data = path.with_suffix(".csv").read_text("utf-8")
            text += data if path.stem not in OF_CHINA else ""
        asked = OWN_ALONE if path.stem in OF_CHINA else [*words, *codes]
        said[path.name] = found(asked, unescape(re.sub("<style>.*?</style>", "", text, flags=re.S)))
    tests = pd.read_csv(run.results / "claims.csv", dtype="str").fillna("")
    said["claims.csv"] = found(words, " ".join(tests.filter(like="zone_").to_numpy().ravel()))
    assert {name: here for name, here in said.items() if here} == {}
