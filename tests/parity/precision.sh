#!/usr/bin/env bash
# `--dtype`: bf16 and int8 give the same answers at every batch size and in the standalone program, nearly the accuracy of f32, and in bf16 the
# exits of the interpreter that rounds the same operands.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

count=1000
evaluate() { "$offramp" eval "$run" --data "$test" --limit $count --threads 1 --json "${@:2}" --predictions "$work/$1.tsv" >"$work/$1.json"; }
field() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/$1.json" "$2"; }

evaluate f32
[[ $(field f32 dtype) == f32 ]] || fail "the JSON does not name the dtype"
for dtype in bf16 int8; do
  for batch in 1 7 64; do
    evaluate $dtype-$batch --dtype $dtype --batch $batch
    cmp "$work/$dtype-1.tsv" "$work/$dtype-$batch.tsv" || fail "$dtype: other answers at batch $batch"
  done
  [[ $(field $dtype-64 dtype) == "$dtype" && -n $(field $dtype-64 products) ]] || fail "the JSON does not name $dtype and what multiplies in it"
  cmp -s "$work/f32.tsv" "$work/$dtype-64.tsv" && fail "$dtype gives the bits of f32"
  python3 -c 'import sys; sys.exit(abs(float(sys.argv[1]) - float(sys.argv[2])) > 0.01)' "$(field f32 accuracy)" "$(field $dtype-64 accuracy)" ||
    fail "accuracy $(field $dtype-64 accuracy) in $dtype, $(field f32 accuracy) in f32"
done

"$offramp" build "$run" -o "$work/standalone" --dtype bf16 >/dev/null
answers() { head -$((count + 1)) "$1" | cut -f1,3-5; }  # all but the label, which the program is not given
"$work/standalone" "$images" --threads 1 >"$work/standalone.tsv"
cmp <(answers "$work/standalone.tsv") <(answers "$work/bf16-64.tsv") || fail "the program built with --dtype bf16 answers otherwise"
"$work/standalone" "$images" --threads 1 --dtype f32 >"$work/standalone-f32.tsv"
cmp <(answers "$work/standalone-f32.tsv") <(answers "$work/f32.tsv") || fail "the program with --dtype f32 answers otherwise"

for dtype in f32 bf16; do
  "$offramp" eval "$run" --data "$test" --limit 100 --backend reference --dtype $dtype --predictions "$work/reference-$dtype.tsv" >/dev/null
done
# Index, label, prediction and stage: a few near misses are possible.
different() { diff <(head -101 "$1" | cut -f1-4) <(head -101 "$2" | cut -f1-4) | grep -c '^>' || true; }
(($(different "$work/bf16-64.tsv" "$work/reference-bf16.tsv") <= 2)) || fail "bf16: other exits than the interpreter"
cmp -s "$work/reference-f32.tsv" "$work/reference-bf16.tsv" && fail "the interpreter does not round to bf16"
refused 2 "int8 runs on" "$offramp" eval "$run" --data "$test" --backend reference --dtype int8
refused 2 "dtype" "$offramp" eval "$run" --data "$test" --dtype f16
echo passed
