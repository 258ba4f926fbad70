#!/usr/bin/env bash
# Installs the locked versions and both packages into the conda environment that is active. Snakemake
# runs a copy of this file from its working folder and names the project's by GUANTIAN_TOP; a change of
# the lock changes the sum below (`make lock` writes it), so that Snakemake makes the environment anew.
# requirements.lock: c363ba3ad258c277f7d8325d7a0f7156aee5792df092c8be23d0810f4a0b8192
set -euo pipefail
cd "${GUANTIAN_TOP:-$(dirname "$0")}"
python -m pip install --quiet --require-hashes --requirement requirements.lock
python -m pip install --quiet --no-deps --no-build-isolation \
  --editable packages/regiometrics --editable .
