#!/usr/bin/env bash
# `--dtype`: bf16 and int8 give the same answers at every batch size and in the standalone program, nearly the accuracy of f32, and the exits of the
# interpreter that rounds the same operands. Where a sample takes another exit than in f32, the measured error of its decision explains it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
check=$4

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

"$work/standalone" "$images" --threads 1 --dtype int8 >"$work/standalone-int8.tsv"
cmp <(answers "$work/standalone-int8.tsv") <(answers "$work/int8-64.tsv") || fail "the program with --dtype int8 answers otherwise"
head -$((count + 1)) "$work/standalone.tsv" >"$work/standalone-bf16.tsv"
sed -i $((count + 2))',$d' "$work/standalone-int8.tsv"

for dtype in bf16 int8; do
  against=(--limit $count --dtype $dtype --f32 "$work/f32.tsv")
  "$check" "$run" "$test" 100 "$work"/$dtype-{1,7,64}.tsv "$work/standalone-$dtype.tsv" "${against[@]}" || fail "exits in $dtype"
  # A table with the exits of other samples is found: the check can fail.
  awk -F'\t' -v OFS='\t' 'NR > 1 && NR % 10 == 0 { $4 = $4 % 6 + 1 } 1' "$work/$dtype-64.tsv" >"$work/wrong.tsv"
  ! "$check" "$run" "$test" 100 "$work/wrong.tsv" "${against[@]}" >"$work/said" || fail "wrong exits in $dtype went unnoticed"
  grep -q 'UNEXPLAINED' "$work/said" || { cat "$work/said"; fail "wrong exits in $dtype were not named"; }
done
for dtype in f32 bf16 int8; do
  "$offramp" eval "$run" --data "$test" --limit 20 --backend reference --dtype $dtype --predictions "$work/reference-$dtype.tsv" >/dev/null
done
for dtype in bf16 int8; do cmp -s "$work/reference-f32.tsv" "$work/reference-$dtype.tsv" && fail "the interpreter does not round to $dtype"; done
refused 2 "dtype" "$offramp" eval "$run" --data "$test" --dtype f16
echo passed
