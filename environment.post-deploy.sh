#!/usr/bin/env bash
# Installs the locked versions and both packages into the conda environment that is active. Snakemake
# runs a copy of this file from its working folder and names the project's by GUANTIAN_TOP; a change of
# the lock changes the sum below (`make lock` writes it), so that Snakemake makes the environment anew.
# requirements.lock: e4aa640e65ef1475eee800bcfa11e28a2fdefb76e2e193d2943a9e1f7dbda1c3
set -euo pipefail
cd "${GUANTIAN_TOP:-$(dirname "$0")}"
python -m pip install --quiet --require-hashes --requirement requirements.lock
python -m pip install --quiet --no-deps --no-build-isolation \
  --editable packages/regiometrics --editable .
