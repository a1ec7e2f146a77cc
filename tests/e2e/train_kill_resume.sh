#!/usr/bin/env bash
# Train, evaluate and run; then the same training killed at random instants, and once stopped with Ctrl-C, ends with the same bytes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

options=(--data "$train" --limit 512 --seed 5 --threads 2 --checkpoint-steps 3)
begun=$(date +%s%N)
"$offramp" train "$model" "${options[@]}" --out "$work/whole"
took=$((($(date +%s%N) - begun) / 1000000))
"$offramp" eval "$work/whole" --data "$test" --limit 500 --json --predictions "$work/eval.tsv" | tee "$work/eval.json"
for field in samples accuracy mean_stage stages stage_histogram per_stage_accuracy samples_per_second batch backend; do
  grep -q "\"$field\":" "$work/eval.json" || fail "no field $field in the JSON of eval"
done
"$offramp" run "$work/whole" --input "$data/t10k-images-idx3-ubyte.gz" -o "$work/run.tsv"
[[ $(wc -l <"$work/run.tsv") -eq 10001 ]] || fail "run did not answer all images"

seed=${OFFRAMP_TEST_SEED:-$RANDOM}
echo "instants from seed $seed (OFFRAMP_TEST_SEED)"
RANDOM=$seed
for round in 1 2 3; do
  run=$work/killed$round
  for kill in 1 2 3; do
    "$offramp" train "$model" "${options[@]}" --out "$run" --resume >"$work/log" 2>&1 &
    pid=$!
    sleep "$(awk -v ms=$((RANDOM % (took + 1))) 'BEGIN {print ms / 1000}')"
    kill -KILL $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
  done
  "$offramp" train "$model" "${options[@]}" --out "$run" --resume >"$work/log" 2>&1 || { cat "$work/log"; fail "resume"; }
  cmp "$work/whole/model.safetensors" "$run/model.safetensors" || fail "round $round: other weights than without a kill"
done

"$offramp" train "$model" "${options[@]}" --out "$work/stopped" >"$work/log" 2>&1 &
pid=$!
while [[ ! -s $work/stopped/metrics.jsonl ]] && kill -0 $pid 2>/dev/null; do sleep 0.05; done
kill -INT $pid
status=0
wait $pid || status=$?
[[ $status -eq 130 ]] || { cat "$work/log"; fail "Ctrl-C ended with $status instead of 130"; }
grep -q -- --resume "$work/log" || fail "no hint after Ctrl-C"
"$offramp" train "$model" "${options[@]}" --out "$work/stopped" --resume >"$work/log" 2>&1
cmp "$work/whole/model.safetensors" "$work/stopped/model.safetensors" || fail "other weights after Ctrl-C"
echo passed
