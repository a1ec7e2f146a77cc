#!/usr/bin/env bash
# Exit parity: `eval` at batch 1, 7 and 64 and the standalone program on all test images, the interpreter on the first N.
#   exits.sh OFFRAMP ROOT RUN PARITY_CHECK N [--set name=value…]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
check=$4 count=$5
shift 5

tables=()
for batch in 1 7 64; do
  "$offramp" eval "$run" --data "$test" --batch $batch --predictions "$work/batch-$batch.tsv" "$@" >"$work/said"
  tables+=("$work/batch-$batch.tsv")
done
grep "exits per stage" "$work/said"
if "$offramp" --help | grep -q '^ *build '; then
  "$offramp" build "$run" -o "$work/standalone"
  threshold=()
  for word in "$@"; do [[ $word == threshold=* ]] && threshold=(--threshold "${word#threshold=}"); done
  "$work/standalone" "$images" --batch 64 "${threshold[@]}" >"$work/standalone.tsv"
  tables+=("$work/standalone.tsv")
else
  echo "no command \`build\` in this program: the standalone program is not compared"
fi
"$check" "$run" "$test" "$count" "${tables[@]}" "$@"
