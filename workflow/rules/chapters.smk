# The chapters' rules, made from what each chapter declares: one rule per stage, one script.

import copy
import re

from guantian.present.captions import caption
from guantian.registry import chapters, estimated_again, first_published

# Seconds of the processor that the longest estimates take. They start first, so that none is left
# for the end, when nothing else keeps the other cores busy.
LONG = {
    "linkage": 30,
    "plan": 25,
    "inequality": 22,
    "reactions": 17,
    "dynamics": 14,
    "counties": 12,
    "growth": 9,
    "similarity": 9,
}


def place(pattern):
    """The path, or for a pattern with * the paths, that a declaration names."""
    if pattern == "{weights}":
        return WEIGHTS
    if pattern == "{checked_tables}":
        return CHECKED_TABLES
    if pattern.startswith("{results}/first_published/") and not GIVEN.own:
        return []
    pattern = re.sub(r"{config:([\w.]+)}", lambda key: option_at(key[1]), pattern)
    path = pattern.format(processed=PROCESSED, results=RESULTS)
    folder, _, name = path.rpartition("/")
    if "*" in name:
        return files_in(folder, name)
    made = pattern.startswith(("{processed}", "{results}"))
    return path if made else source(path)


def option_at(key):
    """What the configuration holds at a key with dots; `zone` is the zone's description."""
    if key == "zone":
        return ZONE
    if key == "panel_choices":
        return {name: config[name] for name in PANEL_CHOICES}
    found = config
    for part in key.split("."):
        found = found[part]
    return found


def made_by(chapter, stage):
    """The outputs of a stage: files of results, and the forms of figures and tables."""
    outputs = {name: place(path) for name, path in stage.outputs.items()}
    for kind, names, forms in (
        ("figure", stage.figures, figure_forms),
        ("table", stage.tables, table_forms),
    ):
        for name in names:
            title = caption(chapter.name, name, f"{kind}s").title
            outputs[f"{kind}_{name}"] = shown(forms(name), chapter.title, title)
    return outputs


for chapter in chapters():
    for stage in chapter.stages:

        rule:
            name:
                f"{stage.verb}_{chapter.name}"
            input:
                **{name: place(path) for name, path in stage.inputs.items()},
                code=[
                    source("workflow/scripts/run.py"),
                    *code_of(module_file(stage.module)),
                    source(module_file(f"guantian.chapters.{chapter.name}")),
                ],
            output:
                **made_by(chapter, stage),
            log:
                f"{LOGS}/{stage.verb}_{chapter.name}.log",
            benchmark:
                f"{BENCHMARKS}/{stage.verb}_{chapter.name}.tsv"
            priority: LONG.get(chapter.name, 1) if stage.verb == "estimate" else 0
            conda:
                ENVIRONMENT
            params:
                chapter=chapter.name,
                verb=stage.verb,
                options={key: option_at(key) for key in stage.options},
                results=lambda wildcards: RESULTS,
                words=GIVEN.words if stage.verb == "show" else {},
            message:
                stage.message
            script:
                "../scripts/run.py"

        FIGURES += [path for name in stage.figures for path in figure_forms(name)]
        TABLES += [path for name in stage.tables for path in table_forms(name)]
        for name, path in stage.outputs.items():
            (CHAPTER_NUMBERS if name == "numbers" else ESTIMATES).append(
                place(path)
            )


# Growth as first published: every stage that rests on growth again, with years and draws that are
# declared for the study's own zone.
def place_again(pattern, again):
    """The path that a second run has at a place; options that differ may name another file."""
    named = re.sub(
        r"{config:([\w.]+)}", lambda key: again.get(key[1]) or key[0], pattern
    )
    return place(first_published(named))


def options_again(keys, again):
    """The options of a stage with those that differ in a second run."""
    options = copy.deepcopy({key: option_at(key) for key in keys})
    for key, value in again.items():
        section, *parts = key.split(".")
        if section not in options:
            continue
        if not parts:
            options[section] = value
            continue
        found = options[section]
        for part in parts[:-1]:
            found = found[part]
        found[parts[-1]] = value
    return options


for chapter, stage in estimated_again() if GIVEN.own else []:

    rule:
        name:
            f"{stage.verb}_first_published_{chapter.name}"
        input:
            **{n: place_again(path, stage.again) for n, path in stage.inputs.items()},
            code=[
                source("workflow/scripts/run.py"),
                *code_of(module_file(stage.module)),
                source(module_file(f"guantian.chapters.{chapter.name}")),
            ],
        output:
            **{n: place(first_published(path)) for n, path in stage.outputs.items()},
        log:
            f"{LOGS}/{stage.verb}_first_published_{chapter.name}.log",
        benchmark:
            f"{BENCHMARKS}/{stage.verb}_first_published_{chapter.name}.tsv"
        priority: 1
        conda:
            ENVIRONMENT
        params:
            chapter=chapter.name,
            verb=stage.verb,
            options=options_again(stage.options, stage.again),
            results=lambda wildcards: RESULTS,
        message:
            f"With growth as first published: {stage.message}"
        script:
            "../scripts/run.py"
