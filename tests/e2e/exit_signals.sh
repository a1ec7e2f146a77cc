#!/usr/bin/env bash
# Signals of exit rules against their definitions: all samples leave after the first stage of the same weights by one signal, then by another, and
# the decisions, which `eval` writes, have to be the same function of each other. By the interpreter and by the CPU.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
python3 "$here/tiny_bert.py" "$work" 400
cd "$work"
"$offramp" import hf hf --encoder-only --out model --max 12 >/dev/null
decisions() { # decisions NAME SIGNAL INIT [options…]: NAME.cpu.tsv and NAME.reference.tsv
  sed "s/max_probability(head)/$2/" model/model.ramp >model/$1.ramp
  "$offramp" train model/$1.ramp --init "$3" --data train=train.tsv --out $1 --threads 1 --seed 1 "${@:4}" 2>log || { cat log; fail "training by $1"; }
  for backend in cpu reference; do
    "$offramp" eval $1 --data test=test.tsv --backend $backend --set threshold=-1000 --predictions $1.$backend.tsv >/dev/null 2>&1
  done
}
decisions probability 'max_probability(head)' model/weights.safetensors --set fine_tune.epochs=7 --set fine_tune.lr=2e-3
decisions odds 'log_odds(head)' probability/model.safetensors --set fine_tune.epochs=0
sed -i 's/return linear\[classes\]/return 0 * linear[classes]/' model/model.ramp
decisions tie 'log_odds(head)' model/weights.safetensors --set fine_tune.epochs=0  # no class leads
python3 - <<'P' || fail "log_odds is not log p / (1 - p)"
import csv, math
def column(name):
    return [(int(row["stage"]), float(row["decision"])) for row in csv.DictReader(open(name), delimiter="\t")]
for backend in ("cpu", "reference"):
    probability, odds, tie = (column(f"{name}.{backend}.tsv") for name in ("probability", "odds", "tie"))
    assert len(probability) == len(odds) > 100 and max(p for _, p in probability) > 0.9, backend
    for (stage, p), (other, value) in zip(probability, odds):
        assert stage == other == 1, (backend, stage, other)
        want = math.log(p / (1 - p))
        assert abs(value - want) < 1e-4 + 2e-7 / (1 - p), (backend, p, value, want)  # p is rounded to single precision
    assert all(abs(value) < 1e-5 for _, value in tie), (backend, tie[:3])
P
echo passed
