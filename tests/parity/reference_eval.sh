#!/usr/bin/env bash
# `eval --backend reference`: the same fields, predictions and --limit as on the CPU, and the same answers.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

for backend in cpu reference; do
  "$offramp" eval "$run" --data "$test" --limit 120 --json --backend $backend --predictions "$work/$backend.tsv" >"$work/$backend.json"
  "$offramp" eval "$run" --data "$test" --limit 40 --exits off --backend $backend --predictions "$work/$backend-off.tsv" >/dev/null
done
grep -q '"backend":"reference"' "$work/reference.json" || fail "the JSON does not name the backend"
grep -q '"samples":120,' "$work/reference.json" || fail "--limit is not honoured"
fields() { grep -o '"[a-z_]*":' "$1" | sort; }
[[ $(fields "$work/cpu.json") == $(fields "$work/reference.json") ]] || fail "other JSON fields than on the CPU"
# Index, label, prediction and stage agree; decisions are rounded differently. A near miss among 120 samples is possible, two are not.
different() { diff <(cut -f1-4 "$1") <(cut -f1-4 "$2") | grep -c '^>' || true; }
(($(different "$work/cpu.tsv" "$work/reference.tsv") <= 1)) || fail "$(diff "$work/cpu.tsv" "$work/reference.tsv" || true)"
(($(different "$work/cpu-off.tsv" "$work/reference-off.tsv") == 0)) || fail "without exits the predictions differ"
(($(cut -f4 "$work/reference-off.tsv" | sort -u | wc -l) == 2)) || fail "--exits off is not honoured"
echo passed
