#!/usr/bin/env bash
# The whole of examples/04-sst2/run on a tiny encoder and sentences of its own: trained, measured, reported, built; the example's other model is checked.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
python3 "$here/tiny_bert.py" "$work" 300 512 128
cd "$work"
mkdir data && cp train.tsv data/ && cp test.tsv data/dev.tsv

OFFRAMP=$offramp "$root/examples/04-sst2/run" --model hf --data data --out out --threads 1 --set stages=2 --set width=32 --set heads=4 >said 2>log ||
  { tail -n 20 said log; fail "the example's run"; }
for model in consistentee distilled fine_tuning weighted_ce; do
  "$offramp" check "out/pretrained/$model.ramp" >/dev/null || fail "$model.ramp"
done
for line in "plain fine-tuning, full depth" "distilled, full depth" "distilled, max-probability > 0.98" "ConsistentEE, gate > 0.5"; do
  grep -q "^$line .* %" out/table.txt || { cat out/table.txt; fail "no line '$line' in the table"; }
done
[[ $(grep -c "" out/table.txt) -eq 11 ]] || { cat out/table.txt; fail "the table's lines"; }
grep -q "^       1.5 .* % .* %$" out/curves.txt || { cat out/curves.txt; fail "the curves at equal mean stage"; }
[[ $(tail -n 2 said | cut -f3 | grep -c -E '^(positive|negative)$') -eq 2 ]] || { tail said; fail "the program's answers"; }
[[ -s out/report.html && -x out/sentiment ]] || fail "no report or no program"

refused 1 "no \`curve\`" "$root/scripts/compare-curves" plain=out/eval/plain.json
refused 1 "out exists" env OFFRAMP="$offramp" "$root/examples/04-sst2/run" --model hf --data data --out out
refused 1 "no SST-2 data in nowhere" env OFFRAMP="$offramp" "$root/examples/04-sst2/run" --model hf --data nowhere --out other
