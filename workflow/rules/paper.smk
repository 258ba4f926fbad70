# Numbers for the text, and the text typeset.

NUMBERS = f"{RESULTS}/paper/numbers.json"
MAIN_NUMBERS = f"{RESULTS}/paper/numbers/main.json"
MAIN_KEYS = f"{RESULTS}/paper/keys/main.json"
LEDGER = f"{RESULTS}/paper/ledger.json"
CAPTIONS = f"{RESULTS}/paper/captions.json"
PAPER = f"{RESULTS}/paper/guantian.pdf"
APPENDIX = f"{RESULTS}/paper/appendix.pdf"
SUMMARY = f"{RESULTS}/paper/summary_zh.pdf"
CAPTIONS_ZH = f"{RESULTS}/paper/captions_zh.pdf"
BRIEF = f"{RESULTS}/paper/brief.pdf"
# Another zone than the study's own gets a brief, and a workflow that uses this one as a module
# neither, since Typst reads below the project's folder.
PAPERS = [PAPER, APPENDIX, SUMMARY, CAPTIONS_ZH] if GIVEN.own else [BRIEF]
PAPERS = PAPERS if ROOT == Path.cwd() else []
CHAPTER_ESTIMATES = [
    path
    for path in ESTIMATES
    if path in {f"{RESULTS}/estimates/{chapter.name}.parquet" for chapter in chapters()}
]

BRIEF_FIGURES = ["zones", "zone_map", "levels", "sigma"]
BRIEF_TABLES = ["zones_detail", "claims"]
PAPER_FIGURES = ["paper_borders", "paper_rivals"]
SUMMARY_FIGURES = [
    f"{RESULTS}/paper/zh/{name}.svg"
    for name in ("zone_map", "paper_borders", "plan_zones", "claims")
]


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


rule collect_paper:
    input:
        estimates=CHAPTER_ESTIMATES,
        fonts=FONTS,
        code=code_of("workflow/scripts/collect_paper.py"),
    output:
        numbers=MAIN_NUMBERS,
        trails=MAIN_KEYS,
        figures=[
            shown(figure_forms(name), "Main paper", caption("paper", name).title)
            for name in PAPER_FIGURES
        ],
    log:
        f"{LOGS}/collect_paper.log",
    benchmark:
        f"{BENCHMARKS}/collect_paper.tsv"
    conda:
        ENVIRONMENT
    message:
        "Collecting the numbers of the main paper and drawing its figures"
    script:
        "../scripts/collect_paper.py"


if GIVEN.own and PAPERS:
    FIGURES += [path for name in PAPER_FIGURES for path in figure_forms(name)]


rule fill_captions:
    input:
        captions=files_in("guantian", "**/captions.yaml"),
        # The brief on another zone has no chapters, and says nothing of their numbers.
        chapters=CHAPTER_NUMBERS if GIVEN.own else [],
        code=code_of("workflow/scripts/fill_captions.py"),
    output:
        CAPTIONS,
    log:
        f"{LOGS}/fill_captions.log",
    benchmark:
        f"{BENCHMARKS}/fill_captions.tsv"
    conda:
        ENVIRONMENT
    params:
        values=CAPTION_VALUES,
        words=GIVEN.words,
    message:
        "Filling the captions of the paper"
    script:
        "../scripts/fill_captions.py"


rule draw_summary:
    input:
        trails=MAIN_KEYS,
        tests=CLAIM_TESTS,
        plan=f"{RESULTS}/estimates/plan.parquet",
        prefectures=PREFECTURES,
        provinces=PROVINCES,
        names=f"{PROCESSED}/tables/city_names.parquet",
        province_names=f"{PROCESSED}/tables/province_names.parquet",
        zones=ZONE_FILES,
        strings=source("config/zh.yaml"),
        fonts=FONTS,
        code=code_of("workflow/scripts/draw_summary.py"),
    output:
        SUMMARY_FIGURES,
    log:
        f"{LOGS}/draw_summary.log",
    benchmark:
        f"{BENCHMARKS}/draw_summary.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=ZONE,
        members=ZONE_CODES,
    message:
        "Drawing the figures of the summary in Chinese"
    script:
        "../scripts/draw_summary.py"


for rule_name, text, product, said in (
    ("typeset_paper", "paper/main.typ", PAPER, "Typesetting the paper"),
    ("typeset_appendix", "paper/appendix.typ", APPENDIX, "Typesetting the appendix"),
    ("typeset_summary", "paper/zh.typ", SUMMARY, "Typesetting the summary in Chinese"),
    (
        "typeset_captions",
        "paper/captions_zh.typ",
        CAPTIONS_ZH,
        "Typesetting the captions in Chinese",
    ),
    ("typeset_brief", "paper/brief.typ", BRIEF, "Typesetting the brief on the zone"),
):

    rule:
        name:
            rule_name
        input:
            text=source(text),
            parts=(
                [source(f"paper/{name}.typ") for name in ("alt", "style")]
                if product == BRIEF
                else [
                    *files_in("paper", "**/*.typ"),
                    *files_in("guantian", "chapters/*/*.typ"),
                ]
            ),
            captions=CAPTIONS,
            facts=source("paper/facts.yaml"),
            references=[source("paper/references.bib"), source("data/citations.bib")],
            sources=source("data/sources.csv"),
            strings=source("config/zh.yaml"),
            fonts=[*FONTS, source("assets/fonts/NotoSerifSC-Regular.otf")],
            numbers=NUMBERS,
            chapters=[] if product == BRIEF else CHAPTER_NUMBERS,
            main={
                PAPER: [MAIN_KEYS, LEDGER],
                SUMMARY: [MAIN_KEYS, LEDGER],
                CAPTIONS_ZH: [MAIN_KEYS, LEDGER],
                BRIEF: [LEDGER],
            }.get(product, []),
            drawn=SUMMARY_FIGURES if product == SUMMARY else [],
            claims=f"{RESULTS}/claims.csv" if product == BRIEF else [],
            labels=source("guantian/labels.yaml") if product == BRIEF else [],
            figures=[
                path
                for path in FIGURES
                if path.endswith(".svg")
                and (product != BRIEF or Path(path).stem in BRIEF_FIGURES)
            ],
            tables=[
                path
                for path in TABLES + DATA_TABLES
                if path.endswith(".csv")
                and (product != BRIEF or Path(path).stem in BRIEF_TABLES)
            ],
            code=code_of("workflow/scripts/typeset_paper.py"),
        output:
            product,
        log:
            f"{LOGS}/{rule_name}.log",
        benchmark:
            f"{BENCHMARKS}/{rule_name}.tsv"
        conda:
            ENVIRONMENT
        params:
            results=lambda wildcards, input: str(Path(input.numbers).parents[1]),
        message:
            said
        script:
            "../scripts/typeset_paper.py"
