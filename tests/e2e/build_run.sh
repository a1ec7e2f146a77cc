#!/usr/bin/env bash
# Fixture of the build tests: one small trained run, made anew for every test session (RUN is named by the caller).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
run=$3
rm -rf "$run"
mkdir -p "$(dirname "$run")"
"$offramp" train "$model" --data "$train" --limit 600 --seed 3 --set warm_up.epochs=1 --set together.epochs=1 --out "$run"
