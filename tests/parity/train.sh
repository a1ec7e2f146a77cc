#!/usr/bin/env bash
# The run that the tests of this folder look at: the first example, two thousand images, one epoch a phase. Exits happen at every stage.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
rm -rf "$run"
"$offramp" train "$root/examples/01-fashion-mnist/consistentee.ramp" --data "$train" --limit 2000 --seed 11 --out "$run" \
  --set warm_up.epochs=1 --set learn_to_exit.epochs=1 --set together.epochs=1
