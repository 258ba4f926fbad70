# Do the zone's cities grow together? Sigma and beta convergence.

CONVERGENCE = f"{RESULTS}/estimates/convergence.parquet"
UNCORRECTED = f"{RESULTS}/estimates/convergence_uncorrected.parquet"
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
    "excluded": "Cities left out, and why",
    "changed": "What correction changed",
}


rule estimate_convergence:
    input:
        panel=PANEL,
        specs=SPECS,
        code=code_of("workflow/scripts/estimate_convergence.py"),
    output:
        estimates=CONVERGENCE,
        excluded=EXCLUDED,
        members=MEMBERS,
    log:
        f"{LOGS}/estimate_convergence.log",
    benchmark:
        f"{BENCHMARKS}/estimate_convergence.tsv"
    conda:
        ENVIRONMENT
    params:
        confidence=config["confidence"],
    message:
        "Estimating sigma and beta convergence for zone, region and nation"
    script:
        "../scripts/estimate_convergence.py"


rule estimate_uncorrected:
    input:
        package="data/raw/datapackage.json",
        raw=expand("data/raw/{table}.csv", table=TABLE_NAMES),
        errata="data/raw/errata.csv",
        concordance="data/raw/code_concordance.csv",
        changes="data/raw/boundary_changes.csv",
        specs=SPECS,
        code=code_of("workflow/scripts/estimate_uncorrected.py"),
    output:
        UNCORRECTED,
    log:
        f"{LOGS}/estimate_uncorrected.log",
    benchmark:
        f"{BENCHMARKS}/estimate_uncorrected.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=ZONE_CODES,
        choices={key: config[key] for key in PANEL_CHOICES},
        confidence=config["confidence"],
    message:
        "Estimating convergence without the errata, to see what they change"
    script:
        "../scripts/estimate_uncorrected.py"


rule draw_convergence:
    input:
        panel=PANEL,
        codebook=CODEBOOK,
        estimates=CONVERGENCE,
        members=MEMBERS,
        specs=SPECS,
        fonts=FONTS,
        code=code_of("workflow/scripts/draw_convergence.py"),
    output:
        levels=shown(figure_forms("levels"), "Convergence", CHAPTER_FIGURES["levels"]),
        sigma=shown(figure_forms("sigma"), "Convergence", CHAPTER_FIGURES["sigma"]),
        beta=shown(figure_forms("beta"), "Convergence", CHAPTER_FIGURES["beta"]),
    log:
        f"{LOGS}/draw_convergence.log",
    benchmark:
        f"{BENCHMARKS}/draw_convergence.tsv"
    conda:
        ENVIRONMENT
    params:
        chosen=config["convergence"]["figures"],
    message:
        "Drawing output per head, dispersion and growth against initial level"
    script:
        "../scripts/draw_convergence.py"


rule write_tables:
    input:
        estimates=CONVERGENCE,
        uncorrected=UNCORRECTED,
        excluded=EXCLUDED,
        specs=SPECS,
        code=code_of("workflow/scripts/write_tables.py"),
    output:
        [
            shown(table_forms(name), "Convergence", title, f"{name}_table")
            for name, title in CHAPTER_TABLES.items()
        ],
    log:
        f"{LOGS}/write_tables.log",
    benchmark:
        f"{BENCHMARKS}/write_tables.tsv"
    conda:
        ENVIRONMENT
    params:
        confidence=config["confidence"],
    message:
        "Writing the tables as CSV, LaTeX and HTML"
    script:
        "../scripts/write_tables.py"


ESTIMATES += [CONVERGENCE, UNCORRECTED, EXCLUDED, MEMBERS]
FIGURES += [path for name in CHAPTER_FIGURES for path in figure_forms(name)]
TABLES += [path for name in CHAPTER_TABLES for path in table_forms(name)]
