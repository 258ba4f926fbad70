# Numbers for the text, and the text typeset.

NUMBERS = f"{RESULTS}/paper/numbers.json"
PAPER = f"{RESULTS}/paper/guantian.pdf"
# The paper's sentences are about the study's own zone and results: of another zone, and for a
# workflow that uses this one as a module, `all` makes the rest.
OWN = GIVEN.zone.id == GIVEN.about.id and ROOT == Path.cwd()
PAPERS = [PAPER] if OWN else []


rule collect_numbers:
    input:
        panel=PANEL,
        precision=CHECKED["precision"],
        planted=CHECKED["planted"],
        errata=source("data/raw/errata.csv"),
        dropped=f"{PROCESSED}/dropped_rows.csv",
        code=code_of("workflow/scripts/collect_numbers.py"),
    output:
        NUMBERS,
    log:
        f"{LOGS}/collect_numbers.log",
    benchmark:
        f"{BENCHMARKS}/collect_numbers.tsv"
    conda:
        ENVIRONMENT
    params:
        study=dict(
            zone=ZONE,
            about=read_zone(config["claims"]["about"]),
            base_year=config["base_year"],
            confidence=config["confidence"],
        ),
    message:
        "Collecting the numbers of the paper's text"
    script:
        "../scripts/collect_numbers.py"


rule typeset_paper:
    input:
        text=source("paper/main.typ"),
        parts=[
            *files_in("paper", "**/*.typ"),
            *files_in("guantian", "chapters/*/*.typ"),
        ],
        references=source("paper/references.bib"),
        fonts=FONTS,
        numbers=NUMBERS,
        chapters=CHAPTER_NUMBERS,
        figures=[path for path in FIGURES if path.endswith(".svg")],
        tables=[path for path in TABLES + DATA_TABLES if path.endswith(".csv")],
        code=code_of("workflow/scripts/typeset_paper.py"),
    output:
        PAPER,
    log:
        f"{LOGS}/typeset_paper.log",
    benchmark:
        f"{BENCHMARKS}/typeset_paper.tsv"
    conda:
        ENVIRONMENT
    params:
        results=lambda wildcards, input: str(Path(input.numbers).parents[1]),
    message:
        "Typesetting the paper"
    script:
        "../scripts/typeset_paper.py"
