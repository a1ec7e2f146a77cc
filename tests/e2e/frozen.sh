#!/usr/bin/env bash
# What frozen stages make of the samples is computed once before the epochs of a phase, or by the measure before it: the trained weights and all
# metrics are those of a training that computes it in every epoch, killed and resumed or not.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
python3 "$here/tiny_bert.py" "$work" 400
cd "$work"
"$offramp" import hf hf --method consistentee --out model --max 12 >imported
options=(model/model.ramp --data train=train.tsv --threads 2 --seed 1 --checkpoint-steps 25)
epochs=(--set settle_exits.epochs=3 --set learn_to_exit.epochs=2) one=(--set settle_exits.epochs=1 --set learn_to_exit.epochs=1)
train() { "$offramp" train "${options[@]}" "$@" 2>log || { cat log; fail "training with $*"; }; }
# metrics.jsonl without what depends on the clock
metrics() { sed -E 's/"(seconds|samples_per_second)":[0-9.e+-]+,?//g' "$1/metrics.jsonl"; }
same() {
  cmp "$1/model.safetensors" "$2/model.safetensors" || fail "other weights: $1 and $2"
  cmp <(metrics "$1") <(metrics "$2") || fail "other metrics: $1 and $2"
}

train --out every --frozen-mib 0 "${epochs[@]}"
! grep -q 'frozen stages' log || fail "--frozen-mib 0 keeps something"
train --out once "${epochs[@]}"
grep -q 'settle_exits, frozen stages' log || fail "settle_exits kept nothing"
! grep -q 'learn_to_exit, frozen stages' log || fail "the measure before learn_to_exit did not write what that reads"
same every once

# A phase of one epoch gains nothing by a pass of its own, but by the measure before it.
train --out every.1 --frozen-mib 0 "${one[@]}"
train --out once.1 "${one[@]}"
! grep -q 'frozen stages' log || fail "a pass that gains nothing"
same every.1 once.1

train --out every.bf16 --dtype bf16 --frozen-mib 0 "${epochs[@]}"
train --out once.bf16 --dtype bf16 "${epochs[@]}"
same every.bf16 once.bf16

for kill in 60 130 170 210 250 300; do
  status=0
  OFFRAMP_CRASH_AT_FILE_OPERATION=$kill "$offramp" train "${options[@]}" "${epochs[@]}" --out killed --resume >log 2>&1 || status=$?
  [[ $status -eq 137 || $status -eq 0 ]] || { cat log; fail "exit status $status instead of death by a signal"; }
done
train --out killed --resume "${epochs[@]}"
same once killed

for wrong in -1 x 1.5; do
  refused 2 "frozen-mib: .$wrong. is not a whole number from 0" "$offramp" train "${options[@]}" --out refused --frozen-mib "$wrong"
done
echo passed
