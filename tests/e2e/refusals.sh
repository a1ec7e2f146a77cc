#!/usr/bin/env bash
# Mistakes of the user: a clear message, the right exit status, nothing half-written.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

refused 2 "" "$offramp"
refused 2 "subcommand" "$offramp" no-such-command
refused 1 "does not exist" "$offramp" train "$work/none.ramp" --data "$train" --out "$work/run"
refused 2 "no training data" "$offramp" train "$model" --out "$work/run"
refused 2 "the splits are" "$offramp" train "$model" --data "trian=$model" --out "$work/run"
refused 1 "does not exist" "$offramp" train "$model" --data "train=$work/none,$work/none" --out "$work/run"
[[ ! -e $work/run ]] || fail "a refused training left a run folder"
refused 1 "treshold" "$offramp" train "$model" --data "$train" --out "$work/run" --set treshold=0.5

# Class names that a model file names: looked for by `check` already, and as many as there are classes.
sed 's/label: class\[classes\]/label: class[classes]("names.txt")/' "$model" >"$work/named.ramp"
refused 1 "named.ramp: the class names of .label. are in .*names.txt., which does not exist" "$offramp" check "$work/named.ramp"
printf 'shirt\nshoe\n' >"$work/names.txt"
refused 1 "names.txt: 2 class names, but .label. of .*named.ramp has 10 classes" "$offramp" check "$work/named.ramp"
refused 1 "names.txt: 2 class names" "$offramp" train "$work/named.ramp" --data "$train" --out "$work/run"
[[ ! -e $work/run ]] || fail "a refused training left a run folder"

refused 2 "training computes in f32 or bf16; int8 is a precision of inference" "$offramp" train "$model" --data "$train" --out "$work/run" --dtype int8
for wrong in -1 x 5s nan; do
  refused 2 "checkpoint-seconds: .$wrong. is not a number from 0" "$offramp" train "$model" --data "$train" --out "$work/run" --checkpoint-seconds "$wrong"
done
refused 2 "fp16" "$offramp" train "$model" --data "$train" --out "$work/run" --dtype fp16
[[ ! -e $work/run ]] || fail "a refused training left a run folder"

"$offramp" train "$model" --data "$train" --limit 128 --out "$work/run"
refused 1 "--resume" "$offramp" train "$model" --data "$train" --limit 128 --out "$work/run"
refused 1 "another .--seed" "$offramp" train "$model" --data "$train" --out "$work/run" --resume --seed 77
refused 1 "another .--dtype. (f32)" "$offramp" train "$model" --data "$train" --out "$work/run" --resume --dtype bf16
refused 1 "did you mean .threshold" "$offramp" eval "$work/run" --data "$test" --set treshold=0.5
refused 2 "no test data" "$offramp" eval "$work/run"
refused 1 "no run folder" "$offramp" eval "$work/none" --data "$test"
printf 'x' | dd of="$work/run/artifact.so" bs=1 seek=4096 conv=notrunc status=none
refused 1 "artifact.so. is damaged or foreign" "$offramp" eval "$work/run" --data "$test"
echo passed
