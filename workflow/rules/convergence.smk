# Do the zone's cities grow together? Sigma and beta convergence.

CONVERGENCE = f"{RESULTS}/estimates/convergence.parquet"
EXCLUDED = f"{RESULTS}/estimates/convergence_excluded.csv"
MEMBERS = f"{RESULTS}/estimates/convergence_members.csv"
SPECS = config["convergence"]["specs"]
CHAPTER_FIGURES = {
    "levels": "GDP per head by city",
    "sigma": "Dispersion over time",
    "beta": "Growth against initial level",
}
CHAPTER_TABLES = {
    "sigma": "Change of dispersion",
    "beta_cross_section": "Beta convergence, cross-section",
    "beta_two_way": "Beta convergence, two-way panel",
}


rule estimate_convergence:
    input:
        panel=PANEL,
        specs=SPECS,
        library=library("convergence"),
        script="workflow/scripts/estimate_convergence.py",
    output:
        estimates=CONVERGENCE,
        excluded=report(
            EXCLUDED,
            caption="../report/excluded.rst",
            category="Convergence",
            labels={"result": "Cities left out, and why", "form": "CSV"},
        ),
        members=MEMBERS,
    params:
        confidence=config["convergence"]["confidence"],
    log:
        f"{LOGS}/estimate_convergence.log",
    benchmark:
        f"{BENCHMARKS}/estimate_convergence.tsv"
    conda:
        ENVIRONMENT
    message:
        "Estimating sigma and beta convergence for zone, region and nation"
    script:
        "../scripts/estimate_convergence.py"


def chapter_figure(name):
    """The three formats of a figure; the report shows the first."""
    shown, *others = multiext(f"{RESULTS}/figures/{name}", ".png", ".svg", ".pdf")
    labels = {"result": CHAPTER_FIGURES[name], "form": "figure"}
    caption = f"../report/{name}.rst"
    return [report(shown, caption=caption, category="Convergence", labels=labels), *others]


rule draw_convergence:
    input:
        panel=PANEL,
        codebook=CODEBOOK,
        estimates=CONVERGENCE,
        members=MEMBERS,
        specs=SPECS,
        fonts=FONTS,
        library=library("figures", "convergence"),
        script="workflow/scripts/draw_convergence.py",
    output:
        levels=chapter_figure("levels"),
        sigma=chapter_figure("sigma"),
        beta=chapter_figure("beta"),
    params:
        chosen=config["figures"],
    log:
        f"{LOGS}/draw_convergence.log",
    benchmark:
        f"{BENCHMARKS}/draw_convergence.tsv"
    conda:
        ENVIRONMENT
    message:
        "Drawing output per head, dispersion and growth against initial level"
    script:
        "../scripts/draw_convergence.py"


def chapter_table(name):
    """The three forms of a table; the report shows the HTML."""
    shown, *others = multiext(f"{RESULTS}/tables/{name}", ".html", ".csv", ".tex")
    labels = {"result": CHAPTER_TABLES[name], "form": "table"}
    caption = f"../report/{name}.rst"
    if name == "sigma":
        caption = "../report/sigma_table.rst"
    return [report(shown, caption=caption, category="Convergence", labels=labels), *others]


rule write_tables:
    input:
        estimates=CONVERGENCE,
        specs=SPECS,
        library=library("tables"),
        script="workflow/scripts/write_tables.py",
    output:
        [chapter_table(name) for name in CHAPTER_TABLES],
    params:
        confidence=config["convergence"]["confidence"],
    log:
        f"{LOGS}/write_tables.log",
    benchmark:
        f"{BENCHMARKS}/write_tables.tsv"
    conda:
        ENVIRONMENT
    message:
        "Writing the tables as CSV, LaTeX and HTML"
    script:
        "../scripts/write_tables.py"


ESTIMATES = [CONVERGENCE, EXCLUDED, MEMBERS]
FIGURES = MAP + [
    path
    for name in CHAPTER_FIGURES
    for path in multiext(f"{RESULTS}/figures/{name}", ".png", ".svg", ".pdf")
]
TABLES = [
    path
    for name in CHAPTER_TABLES
    for path in multiext(f"{RESULTS}/tables/{name}", ".html", ".csv", ".tex")
]
