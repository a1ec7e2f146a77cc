#!/usr/bin/env bash
# Train, evaluate and run; then the same training killed at random instants, and once stopped with Ctrl-C, ends with the same bytes: weights,
# and metrics and events but for the clock. A third argument is the precision of the products (`--dtype`), f32 if absent.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

dtype=${3:-f32}
options=(--data "$train" --limit 512 --seed 5 --threads 2 --checkpoint-steps 3 --dtype "$dtype")
begun=$(date +%s%N)
"$offramp" train "$model" "${options[@]}" --out "$work/whole"
took=$((($(date +%s%N) - begun) / 1000000))
"$offramp" eval "$work/whole" --data "$test" --limit 500 --json --predictions "$work/eval.tsv" | tee "$work/eval.json"
for field in samples accuracy mean_stage stages stage_histogram per_stage_accuracy samples_per_second batch backend; do
  grep -q "\"$field\":" "$work/eval.json" || fail "no field $field in the JSON of eval"
done
"$offramp" run "$work/whole" --input "$data/t10k-images-idx3-ubyte.gz" -o "$work/run.tsv"
[[ $(wc -l <"$work/run.tsv") -eq 10001 ]] || fail "run did not answer all images"

# sameAsWhole RUN WHEN: nothing of the accident is left. Events differ in their times only, which have a fixed size.
clockless() { sed -E 's/,"(seconds|samples_per_second)":[^,}]*//g' "$1/metrics.jsonl"; }
sameAsWhole() {
  cmp "$work/whole/model.safetensors" "$1/model.safetensors" || fail "$2: other weights"
  cmp <(clockless "$work/whole") <(clockless "$1") || fail "$2: other metrics"
  [[ $(stat -c %s "$work/whole"/events.out.tfevents.*) -eq $(stat -c %s "$1"/events.out.tfevents.*) ]] || fail "$2: other events"
}

grep -q "\"dtype\": \"$dtype\"" "$work/whole/run.json" || fail "run.json does not name $dtype"
grep -q "\"dtype\":\"$dtype\"" "$work/whole/metrics.jsonl" || fail "the metrics do not name $dtype"
"$offramp" train "$model" --data "$train" --limit 512 --seed 5 --threads 2 --out "$work/again" --dtype "$dtype" 2>"$work/log"
cmp "$work/whole/model.safetensors" "$work/again/model.safetensors" || fail "the same seed and threads gave other weights"
if [[ $dtype != f32 ]]; then
  grep -q "products of linear layers in $dtype (" "$work/log" || fail "the kernel is not named"
  "$offramp" train "$model" --data "$train" --limit 512 --seed 5 --threads 2 --out "$work/f32"
  ! cmp -s "$work/whole/model.safetensors" "$work/f32/model.safetensors" || fail "$dtype trained to the weights of f32"
fi

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
  sameAsWhole "$run" "round $round of kills"
done

run=$work/torn # killed in the middle of writing: every file operation is counted
for kill in 1 2 3; do
  status=0
  OFFRAMP_CRASH_AT_FILE_OPERATION=$((1 + RANDOM % 200)) "$offramp" train "$model" "${options[@]}" --out "$run" --resume >"$work/log" 2>&1 || status=$?
  [[ $status -eq 137 || $status -eq 0 ]] || { cat "$work/log"; fail "exit status $status instead of death by a signal"; }
done
"$offramp" train "$model" "${options[@]}" --out "$run" --resume >"$work/log" 2>&1 || { cat "$work/log"; fail "resume after a torn file"; }
sameAsWhole "$run" "killed at file operations"

"$offramp" train "$model" "${options[@]}" --out "$work/stopped" >"$work/log" 2>&1 &
pid=$!
while [[ ! -s $work/stopped/metrics.jsonl ]] && kill -0 $pid 2>/dev/null; do sleep 0.05; done
kill -INT $pid
status=0
wait $pid || status=$?
[[ $status -eq 130 ]] || { cat "$work/log"; fail "Ctrl-C ended with $status instead of 130"; }
grep -q -- --resume "$work/log" || fail "no hint after Ctrl-C"
"$offramp" train "$model" "${options[@]}" --out "$work/stopped" --resume >"$work/log" 2>&1
sameAsWhole "$work/stopped" "after Ctrl-C"
echo passed
