#!/usr/bin/env bash
# `lazy_rows` from outside: an encoder learns with it as without; words that no training text holds keep their vectors to the bit, which dense AdamW
# decays; killed and resumed it ends with the same bytes; a phase without such a table refuses it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
python3 "$here/tiny_bert.py" "$work" 400
cd "$work"
"$offramp" import hf hf --out model --max 12 >imported
echo "[never-seen]" >>model/vocab.txt
options=(model/model.ramp --data train=train.tsv --threads 1 --seed 1 --set fine_tune.epochs=7 --checkpoint-steps 5)
dense=(--set fine_tune.lr=2e-3) lazy=(--set fine_tune.lr=2e-3 --set fine_tune.lazy_rows=true)
"$offramp" train "${options[@]}" "${dense[@]}" --out dense 2>log || { cat log; fail "a dense training"; }
"$offramp" train "${options[@]}" "${lazy[@]}" --out lazy 2>log || { cat log; fail "a lazy training"; }
for run in dense lazy; do "$offramp" eval $run --data test=test.tsv --json >$run.json 2>/dev/null; done
"$offramp" train "${options[@]}" --set fine_tune.lr=0 --out start 2>log || { cat log; fail "a training that changes nothing"; }
python3 - <<'P' || fail "accuracy, or rows that changed"
import json, struct
def table(run):
    content = open(f"{run}/model.safetensors", "rb").read()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + size])
    words = next(part for name, part in header.items() if name != "__metadata__" and name.endswith("word.weight"))
    rows, width = words["shape"]
    begin = 8 + size + words["data_offsets"][0]
    return [content[begin + 4 * width * i:begin + 4 * width * (i + 1)] for i in range(rows)]
for run in ("dense", "lazy"):
    assert json.load(open(run + ".json"))["accuracy"] > 0.95, run
start, dense, lazy = table("start"), table("dense"), table("lazy")
vocabulary = open("model/vocab.txt").read().split()
never, padding = vocabulary.index("[never-seen]"), vocabulary.index("[PAD]")
assert len(vocabulary) == len(start), (len(vocabulary), len(start))
for row in (never, padding):
    assert lazy[row] == start[row], "a row that no text names was changed"
    assert dense[row] != start[row], "dense AdamW decays every row"
assert sum(a != b for a, b in zip(lazy, start)) > 5, "rows that texts name are trained"
P

for kill in 40 90 150; do
  status=0
  OFFRAMP_CRASH_AT_FILE_OPERATION=$kill "$offramp" train "${options[@]}" "${lazy[@]}" --out killed --resume >log 2>&1 || status=$?
  [[ $status -eq 137 || $status -eq 0 ]] || { cat log; fail "exit status $status instead of death by a signal"; }
done
"$offramp" train "${options[@]}" "${lazy[@]}" --out killed --resume 2>/dev/null
cmp lazy/model.safetensors killed/model.safetensors || fail "killed and resumed: other weights"

heads='train heads(optimizer = adamw(lazy_rows = true)) updates head { minimize mean over stages: cross_entropy(head, label) }'
sed "s/    train fine_tune(/    $heads\n&/" model/model.ramp >model/heads.ramp
refused 1 "phase .heads.: .lazy_rows. is true, but it updates no table" "$offramp" train model/heads.ramp --data train=train.tsv --out refused
[[ ! -e refused ]] || fail "a refused training left a run folder"
echo passed
