"""The chapters of any zone without Snakemake: what does not depend on the zone is made once."""

from __future__ import annotations

import json
import re
import runpy
import sys
import time
import traceback
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import yaml

from guantian.config import Given, merged, read_study
from guantian.data.package import read_package
from guantian.labels import in_words
from guantian.registry import Job, chapters, estimating

ROOT = Path(__file__).resolve().parents[2]
FONTS = ["assets/fonts/NotoSansSC-Regular.otf", "assets/fonts/NotoSansSC-Bold.otf"]


@dataclass
class Run:
    """One zone: its configuration, its folders and what stopped."""

    given: Given
    processed: Path
    results: Path
    stopped: dict[str, str]
    seconds: dict[str, float]  # of the processor
    made: frozenset[str] = frozenset()


def configuration(zone: str, overrides: str = "config/small.yaml") -> Given:
    """Read the reduced configuration for a zone."""
    config: dict[str, Any] = {}
    for name in ("config/study.yaml", overrides):
        config = merged(config, yaml.safe_load((ROOT / name).read_text("utf-8")))
    config["zone"] = zone
    return read_study(config, ROOT, ["config/study.yaml", overrides])


def script(name: str, **snakemake: Any) -> None:
    """Run one of the workflow's scripts with what Snakemake would hand to it."""
    job = ModuleType("_job")
    job.job = lambda snakemake: nullcontext()  # errors are the test's, output stays
    before = sys.modules.get("_job")
    sys.modules["_job"] = job
    try:
        path = ROOT / "workflow/scripts" / f"{name}.py"
        runpy.run_path(str(path), init_globals={"snakemake": SimpleNamespace(**snakemake)})
    finally:
        if before is None:
            del sys.modules["_job"]
        else:
            sys.modules["_job"] = before


class Named(list):
    """A list some of whose entries have names, as Snakemake's inputs and outputs."""

    def __init__(self, **named: Any) -> None:
        super().__init__(
            each
            for value in named.values()
            for each in (value if isinstance(value, list) else [value])
        )
        self.__dict__.update(named)

    def __getitem__(self, key):
        return self.__dict__[key] if isinstance(key, str) else super().__getitem__(key)


def attempt(run: Run, name: str, function, *arguments: Any) -> None:
    """Do one job; keep the sentence with which it stopped, as `snakemake --keep-going` would."""
    if name in run.made:
        return
    started = time.process_time()
    try:
        function(*arguments)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-3:]
        where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(last))
        run.stopped[name] = f"{type(error).__name__}: {error} ({where})"
    run.seconds[name] = time.process_time() - started


def prepare(zone: str, folder: Path) -> Run:
    """Make what a zone's chapters read; corrected tables and layers are in the folder already."""
    given = configuration(zone)
    processed, results = folder / "processed", folder / "results"
    for path in ("geography", "weights"):
        (processed / path).mkdir(parents=True, exist_ok=True)
    for path in (
        "estimates",
        "series",
        "tests",
        "figures",
        "tables",
        "paper/numbers",
        "paper/keys",
        "site",
    ):
        (results / path).mkdir(parents=True, exist_ok=True)
    return Run(given, processed, results, {}, {})


def place(run: Run, pattern: str, weights: list[str]) -> Any:
    """Return the path that a declaration names, or the paths."""
    if pattern == "{weights}":
        return weights
    if pattern == "{checked_tables}":
        return sorted(map(str, (run.processed / "raw").glob("*.parquet")))
    if pattern.startswith("{results}/first_published/"):
        return []  # of the study's own zone alone
    pattern = re.sub(r"{config:([\w.]+)}", lambda key: str(option(run, key[1])), pattern)
    path = pattern.format(processed=run.processed, results=run.results)
    if "*" in path:
        return sorted(map(str, ROOT.glob(path)))
    return path if Path(path).is_absolute() else str(ROOT / path)


def option(run: Run, key: str) -> Any:
    """Return what the configuration holds at a key."""
    from guantian.geography.zones import as_config

    if key == "zone":
        return as_config(run.given.zone)
    found = run.given.config
    if key == "panel_choices":
        return {name: found[name] for name in PANEL_CHOICES}
    for part in key.split("."):
        found = found[part]
    return found


PANEL_CHOICES = ["region", "years", "base_year", "accounts", "population", "capital"]


def run_stage(run: Run, chapter, stage, weights: list[str]) -> None:
    """Run one stage of one chapter."""
    inputs = {name: place(run, path, weights) for name, path in stage.inputs.items()}
    outputs = {name: place(run, path, weights) for name, path in stage.outputs.items()}
    stage.function()(
        Job(
            inputs=SimpleNamespace(**inputs),
            outputs=SimpleNamespace(**outputs),
            options={key: option(run, key) for key in stage.options},
            figures=run.results / "figures",
            tables=run.results / "tables",
        )
    )
    missing = [path for path in outputs.values() if not Path(path).exists()]
    for kind, names, form in (("figures", stage.figures, "svg"), ("tables", stage.tables, "html")):
        paths = [run.results / kind / f"{name}.{form}" for name in names]
        missing += [str(path) for path in paths if not path.exists()]
    if missing:
        raise AssertionError(f"{stage.verb}_{chapter.name} did not make {', '.join(missing)}.")


PREPARED = frozenset({"build_panel", "draw_placebo_zones", "build_weights", "build_counties"})


def run_zone(zone: str, folder: Path, shared: Path, only: set[str] | None = None) -> Run:
    """Make the panel, the estimates, tables, figures, numbers, ledger and page of a zone.

    Parameters
    ----------
    zone
        A zone of `config/zones`.
    folder
        Where the zone's files are made.
    shared
        The folder of the study's `raw` tables as checked, `tables`, `geography` layers, `quality`
        checks and the tables that do not depend on the zone.
    only
        Names of the chapters to be run; all where None.
    """
    from guantian.geography.zones import as_config

    run = prepare(zone, folder)
    if only is not None and (run.processed / "county_panel.parquet").exists():
        run.made = PREPARED
    given, config, processed = run.given, run.given.config, run.processed
    members = sorted(given.zone.codes)
    for name in (
        "raw",
        "tables",
        "structure.parquet",
        "prices.parquet",
        "flows.parquet",
        "geography/prefectures.parquet",
        "geography/provinces.parquet",
        "dropped_rows.csv",
        "quality",
    ):
        link = processed / name
        if not link.exists():
            link.symlink_to(shared / name)
    tables = sorted(map(str, (shared / "tables").glob("*.parquet")))
    table = {Path(path).stem: path for path in tables}
    raw = ROOT / "data/raw"

    panel = str(processed / "panel.parquet")
    attempt(run, "build_panel", build_panel, run, tables, members, shared / "whole.parquet")
    zone_files = sorted(map(str, (ROOT / "config/zones").glob("*.yaml")))
    attempt(
        run,
        "draw_placebo_zones",
        lambda: script(
            "draw_placebo_zones",
            input=Named(boundaries=str(raw / "prefectures.gpkg"), panel=panel, zones=zone_files),
            output=Named(
                pairs=str(processed / "geography/pairs.parquet"),
                zones=str(processed / "geography/placebo_zones.parquet"),
            ),
            params=SimpleNamespace(members=members, choices=config["placebo"]),
        ),
    )
    choices = config["weights"]
    names = [
        "queen",
        f"nearest_{choices['nearest']}",
        f"inverse_distance_{choices['cutoff_km']:g}km",
        "economic",
    ]
    weights = [str(processed / f"weights/{name}.npz") for name in names]
    attempt(
        run,
        "build_weights",
        lambda: script(
            "build_weights",
            input=Named(
                boundaries=str(raw / "prefectures.gpkg"),
                panel=panel,
                flows=table["city_pair_flows_2021h1"],
                times=table["zone_pair_travel_time"],
            ),
            output=Named(
                weights=weights,
                movement=[
                    str(processed / f"weights/{name}.npz") for name in ("flow", "travel_time")
                ],
                description=str(processed / "weights/description.csv"),
            ),
            params=SimpleNamespace(choices=choices),
        ),
    )
    parts = as_config(given.zone)["members"]
    attempt(
        run,
        "build_counties",
        lambda: script(
            "build_counties",
            input=Named(
                county_panel=table["county_panel"],
                county_events=table["county_events"],
                city_names=table["city_names"],
                decisions=str(raw / "county_territory.csv"),
                boundaries=str(raw / "counties.gpkg"),
            ),
            output=Named(
                panel=str(processed / "county_panel.parquet"),
                neighbours=str(processed / "county_neighbours.parquet"),
                events=str(processed / "county_events_read.csv"),
                codebook=str(processed / "county_codebook.csv"),
            ),
            params=SimpleNamespace(
                members=members,
                parts={
                    each["code"]: each.get("counties", []) for each in parts if each.get("part")
                },
            ),
        ),
    )
    with in_words(given.words):
        for chapter in chapters():
            if only is None or chapter.name in only:
                for stage in chapter.stages:
                    name = f"{stage.verb}_{chapter.name}"
                    attempt(run, name, run_stage, run, chapter, stage, weights)
        if only is None or "all" in only:
            show_all(run, members)
    return run


def build_panel(run: Run, tables: list[str], members: list[str], whole: Path) -> None:
    """Build the zone's panel and its codebook: zones differ in who belongs and in no value."""
    from guantian.data.breaks import read_breaks
    from guantian.data.panel import PanelSpec, _identity, codebook, cut_panel, whole_panel
    from guantian.data.population import boundary_years
    from guantian.results import round_significant

    spec = PanelSpec.from_config(option(run, "panel_choices"), members)
    frames = {Path(path).stem: pd.read_parquet(path) for path in tables}
    raw = ROOT / "data/raw"
    if not whole.exists():
        changes = boundary_years(raw / "boundary_changes.csv")
        whole_panel(frames, changes, spec, read_breaks(raw / "breaks.csv")).to_parquet(whole)
    panel = cut_panel(pd.read_parquet(whole), spec)
    belongs = _identity(frames["city_names"].set_index("city_code"), spec)
    for name in ("in_zone", "in_region"):
        panel[name] = belongs[name].reindex(panel.index, level="city_code")
    round_significant(panel).to_parquet(run.processed / "panel.parquet")
    codebook(panel).to_csv(run.processed / "codebook.csv", index=False)
    if not (run.processed / "quality/planted.csv").exists():
        return  # nothing but the page reads where values come from
    from guantian.data.cells import raw_cells, traced_columns
    from guantian.data.concordance import read_concordance
    from guantian.data.errata import read_errata
    from guantian.data.provenance import build_provenance
    from guantian.data.read import read_checked

    package = read_package(raw / "datapackage.json")
    cells = raw_cells(
        package,
        read_checked(package, run.processed / "raw"),
        {"errata.csv": read_errata(raw / "errata.csv")},
        read_concordance(raw / "code_concordance.csv"),
        traced_columns(spec.variables),
    )
    provenance = build_provenance(
        pd.read_parquet(whole), cells, read_breaks(raw / "breaks.csv"), spec.variables,
        spec.base_year, spec.first,
    )  # fmt: skip
    provenance.to_parquet(run.processed / "panel_provenance.parquet", index=False)


def show_all(run: Run, members: list[str]) -> None:
    """Draw the map, decide and show the claims, collect the numbers and build the page."""
    from guantian.geography.zones import as_config

    given, config, processed, results = run.given, run.given.config, run.processed, run.results
    zone, about = as_config(run.given.zone), as_config(run.given.about)
    layers = {
        name: str(processed / f"geography/{name}.parquet") for name in ("prefectures", "provinces")
    }
    fonts = [str(ROOT / font) for font in FONTS]
    attempt(
        run,
        "draw_map",
        lambda: script(
            "draw_map",
            input=Named(
                **layers,
                names=str(processed / "tables/city_names.parquet"),
                province_names=str(processed / "tables/province_names.parquet"),
                fonts=fonts,
            ),
            output=Named(figure=[f"{results}/figures/zone_map{e}" for e in FORMS]),
            params=SimpleNamespace(members=members, core=zone["core"]),
        ),
    )
    kept = {
        name: f"{results}/estimates/claim_{name}.parquet"
        for name in ("tests", "evidence", "illustrations")
    }
    rule = {"alpha": config["claims"]["alpha"], "confidence": config["confidence"]}
    made = [results / f"estimates/{chapter}.parquet" for chapter in estimating()]
    attempt(
        run,
        "decide_claims",
        lambda: script(
            "decide_claims",
            input=Named(
                registry=str(ROOT / config["claims"]["registry"]),
                more=sorted(map(str, (ROOT / "guantian").glob("chapters/*/claims.yaml"))),
                estimates=[str(path) for path in made if path.exists()],
            ),
            output=Named(
                ledger=f"{results}/claims.json",
                claims=f"{results}/claims.csv",
                number_keys=f"{results}/paper/keys/ledger.json",
                **kept,
            ),
            params=SimpleNamespace(**rule, absent=config["claims"]["absent"], own=given.own),
        ),
    )
    attempt(
        run,
        "show_claims",
        lambda: script(
            "show_claims",
            input=Named(ledger=f"{results}/claims.json", **kept, fonts=fonts),
            output=Named(
                tables=[f"{results}/tables/claims.html"],
                figures=[f"{results}/figures/claims.png"],
                numbers=f"{results}/paper/numbers/claims.json",
                texts=f"{results}/paper/ledger.json",
            ),
            params=SimpleNamespace(figures=["claims"], rule=rule),
        ),
    )
    if not (processed / "quality/planted.csv").exists():
        return  # the checks of the raw tables take longer than all the rest
    attempt(
        run,
        "collect_numbers",
        lambda: script(
            "collect_numbers",
            input=Named(
                panel=str(processed / "panel.parquet"),
                precision=str(processed / "quality/precision.csv"),
                planted=str(processed / "quality/planted.csv"),
                errata=str(ROOT / "data/raw/errata.csv"),
                dropped=str(processed / "dropped_rows.csv"),
            ),
            output=Named(numbers=f"{results}/paper/numbers.json"),
            params=SimpleNamespace(
                study=dict(
                    zone=zone,
                    about=about,
                    base_year=config["base_year"],
                    confidence=config["confidence"],
                )
            ),
        ),
    )
    attempt(
        run,
        "build_site",
        lambda: script(
            "build_site",
            input=Named(
                panel=str(processed / "panel.parquet"),
                codebook=str(processed / "codebook.csv"),
                provenance=str(processed / "panel_provenance.parquet"),
                prefectures=layers["prefectures"],
                placebo=str(processed / "geography/placebo_zones.parquet"),
                flows=str(processed / "flows.parquet"),
                counties=str(processed / "county_panel.parquet"),
                county_codebook=str(processed / "county_codebook.csv"),
                outlines=str(ROOT / "data/raw/counties.gpkg"),
                ledger=f"{results}/claims.json",
                words=f"{results}/paper/numbers/claims.json",
                numbers=f"{results}/paper/numbers.json",
                curve=f"{results}/estimates/inequality.parquet",
                zones=f"{results}/estimates/zones.parquet",
                plan=f"{results}/estimates/plan.parquet",
                core=f"{results}/estimates/core_periphery.parquet",
                clubs=f"{results}/estimates/dynamics_clubs.csv",
                estimates=[str(path) for path in made if path.exists()],
                checks=str(ROOT / config["external"]["checks"]),
                every_zone=sorted(str(path) for path in (ROOT / "config/zones").glob("*.yaml")),
                specs=str(ROOT / config["inequality"]["specs"]),
                breaks=str(ROOT / "data/raw/breaks.csv"),
                sources=str(ROOT / "data/sources.csv"),
                citation=str(ROOT / "CITATION.cff"),
            ),
            output=Named(page=f"{results}/site/index.html"),
            params=SimpleNamespace(
                zone=zone,
                about=about,
                base_year=config["base_year"],
                growth_years=list(config["zones"]["growth"].values()),
                alpha=config["claims"]["alpha"],
                confidence=config["confidence"],
                placebo_zones=200,
                variables=config["site"]["variables"],
                papers=[],
            ),
        ),
    )


FORMS = (".svg", ".csv")

if __name__ == "__main__":
    import logging

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    zone, folder, shared, *only = sys.argv[1:]
    done = run_zone(zone, Path(folder).resolve(), Path(shared).resolve(), set(only) or None)
    print(json.dumps({"zone": zone, "seconds": {k: round(v, 1) for k, v in done.seconds.items()}}))
    for name, said in done.stopped.items():
        print(f"{zone} {name}: {said}")
