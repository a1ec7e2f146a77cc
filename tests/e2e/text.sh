#!/usr/bin/env bash
# Text from outside: a Hugging Face folder is imported, trained on a table of sentences, evaluated, built; the program reads plain text and
# takes the exits of `eval` at every batch size; what is exported is imported as the same weights; pairs; refusals that name what is wrong.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
python3 "$here/tiny_bert.py" "$work" 400
cd "$work"

"$offramp" import hf hf --out model --max 12 >imported
grep -q "2 layers of width 32, 4 heads, hidden 64, 26 tokens, 24 positions; 37 tensors taken" imported || { cat imported; fail "the import's account"; }
"$offramp" check model/model.ramp >/dev/null
"$offramp" fmt --check model/model.ramp || fail "the starting model is not in the canonical layout"
"$offramp" train model/model.ramp --init model/weights.safetensors --data train=train.tsv --out run --threads 1 --seed 1 --set fine_tune.epochs=7 \
  --set fine_tune.lr=2e-3 2>log
grep -q "weights.safetensors: 8 tensors of the model are not in it and start anew: head.1, head.2" log || { cat log; fail "no word on what starts anew"; }

grep -q "on 20 validation samples threshold=" log || { cat log; fail "no threshold was recommended"; }
"$offramp" eval run --data test=test.tsv --threads 1 --set threshold=valid --json >/dev/null 2>&1 || fail "--set threshold=valid"
refused 1 "no thresholds.json" bash -c "cp -r run unfinished && rm unfinished/thresholds.json && '$offramp' eval unfinished --data test=test.tsv --set threshold=valid"

threshold=(--set threshold=0.9)
for batch in 1 7 64; do "$offramp" eval run --data test=test.tsv --batch $batch --threads 1 "${threshold[@]}" --predictions eval.$batch.tsv --json >eval.json 2>eval.log; done
for batch in 1 7; do cmp <(cut -f1-4 eval.$batch.tsv) <(cut -f1-4 eval.64.tsv) || fail "other exits at batch $batch"; done
python3 - <<'P' || fail "accuracy or exits"
import json
found = json.load(open("eval.json"))
assert found["accuracy"] > 0.95, found
assert 1 < found["mean_stage"] < 2, found
P
"$offramp" eval run --data test=test.tsv --threads 1 "${threshold[@]}" --curve --json >curve.json 2>/dev/null
python3 - <<'P' || fail "the curve is not what \`eval\` finds value by value"
import json
found = json.load(open("curve.json"))
here = next(point for point in found["curve"] if point["threshold"] == 0.9)
assert (here["accuracy"], here["mean_stage"]) == (found["accuracy"], found["mean_stage"]), (here, found)
stages = [point["mean_stage"] for point in found["curve"]]
assert stages == sorted(stages) and stages[0] == 1 and stages[-1] > 1.5, stages
P
"$offramp" eval run --data test=test.tsv --threads 1 --curve 2>/dev/null | grep -q "^ *threshold *accuracy  mean stage$" || fail "the curve as text"
refused 1 "leave --backend out" "$offramp" eval run --data test=test.tsv --curve --backend reference
grep -q "texts were cut to 12 tokens" eval.log || { cat eval.log; fail "no word on texts that were cut"; }
"$offramp" eval run --data test=test.tsv --backend reference "${threshold[@]}" --predictions reference.tsv >/dev/null 2>&1
"$root/scripts/same-exits" reference.tsv eval.64.tsv 0.9 || fail "the reference takes other exits"

"$offramp" build run -o sentiment >/dev/null
./sentiment test.txt --threshold 0.9 >program.tsv 2>program.log
cmp <(cut -f1,3,4 program.tsv) <(cut -f1,3,4 eval.64.tsv) || fail "the program takes other exits"
"$offramp" run run --input test.txt "${threshold[@]}" >run.tsv 2>/dev/null
cmp run.tsv program.tsv || fail "\`run\` answers otherwise than the program"

# A label that the model does not know is no reason not to answer; who measures by it is told.
awk -F'\t' -v OFS='\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "label") at = i } NR == 3 { $at = "neither" } 1' test.tsv >other.tsv
for answer in "$offramp run run --input other.tsv ${threshold[*]}" "./sentiment other.tsv --threshold 0.9"; do
  $answer >other.answers 2>other.log
  cmp other.answers program.tsv || fail "$answer: other answers where a label is not known"
  grep -q "other.tsv:3: field \`label\`: \`neither\` is none of the .* classes.*; no label of these data is used" other.log || { cat other.log; fail "$answer: no note"; }
done
refused 1 "other.tsv:3: field \`label\`: \`neither\` is none of the" "$offramp" eval run --data test=other.tsv

# The shared library takes the same texts, in plain C, and takes the same exits.
embedded() { # embedded NAME RUN: builds the library and the program beside it
  mkdir "$1"
  "$offramp" build "$2" --emit so -o "$1/libsentences.so" >/dev/null
  ${CC:-cc} -std=c99 -Wall -Wextra -Werror -pedantic -I"$1" "$here/embed/texts.c" -o "$1/texts" -L"$1" -lsentences -Wl,-rpath,"$PWD/$1"
}
embedded single run
single/texts test.txt 0.9 >embedded.tsv 2>/dev/null
cmp embedded.tsv <(tail -n +2 eval.7.tsv | cut -f1,3,4) || fail "the library answers texts otherwise than \`eval\`"
printf 'fine\nna\xefve\n' >latin1.txt
refused 1 "sample 1: the first text is not UTF-8 at byte 2" single/texts latin1.txt 0.9
printf 'A superb film\r\n\r\n' >two.txt
[[ $(./sentiment two.txt | wc -l) -eq 3 ]] || fail "an empty line is a text too"

# ConsistentEE as the import writes it, on columns of other names: gates learn, and the program takes the exits of `eval`.
sed '1s/sentence/review/' train.tsv >reviews.tsv
"$offramp" import hf hf --out gates --max 12 --encoder-only --method consistentee --columns review >/dev/null
"$offramp" fmt --check gates/model.ramp || fail "the starting model with gates is not in the canonical layout"
"$offramp" train gates/model.ramp --init gates/weights.safetensors --data train=reviews.tsv --out gated --threads 1 --seed 1 --set fine_tune.epochs=7 \
  --set fine_tune.lr=2e-3 2>/dev/null
"$offramp" eval gated --data test=reviews.tsv --threads 1 --predictions gated.tsv --json >gated.json 2>/dev/null
python3 - <<'P' || fail "gates: accuracy or exits"
import json
found = json.load(open("gated.json"))
assert found["accuracy"] > 0.9 and found["mean_stage"] < 2, found
P
"$offramp" build gated -o gated.program >/dev/null
./gated.program reviews.tsv >gated.program.tsv 2>/dev/null
cmp <(cut -f1-4 gated.tsv) <(cut -f1-4 gated.program.tsv) || fail "the program with gates takes other exits"

"$offramp" export hf run --like hf --out back >exported
grep -q "BertForSequenceClassification of 2 classes" exported || { cat exported; fail "the export's account"; }
"$offramp" import hf back --out again >/dev/null
python3 - <<'P' || fail "exported weights differ"
import json, struct
def tensors(path):
    content = open(path, "rb").read()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + size])
    return {name: content[8 + size + part["data_offsets"][0]:8 + size + part["data_offsets"][1]] for name, part in header.items() if name != "__metadata__"}
ours, again = tensors("run/model.safetensors"), tensors("again/weights.safetensors")
assert len(again) == len(ours) - 4, (len(again), len(ours))  # the head of the first stage has no place there
assert all(ours[name] == again[name] for name in again)
P

"$offramp" import hf hf --out pair --pair --max 20 >/dev/null
"$offramp" train pair/model.ramp --init pair/weights.safetensors --data train=pairs.jsonl --out pairrun --threads 1 --set fine_tune.epochs=1 2>/dev/null
"$offramp" eval pairrun --data test=pairs.jsonl --threads 1 --json >/dev/null 2>&1
"$offramp" eval pairrun --data test=pairs.jsonl --threads 1 --set threshold=0 --predictions pairs.tsv >/dev/null 2>&1
half=$(tail -n +2 pairs.tsv | cut -f5 | sort -g | sed -n 200p)  # a threshold at which one half leaves at the first stage
"$offramp" eval pairrun --data test=pairs.jsonl --threads 1 --batch 7 --set threshold=$half --predictions pairs.tsv >/dev/null 2>&1
python3 -c 'import json; [print(p["sentence1"], p["sentence2"], sep="\t") for p in map(json.loads, open("pairs.jsonl"))]' >pairs.txt
embedded double pairrun
double/texts pairs.txt $half >embedded.tsv 2>/dev/null
cmp embedded.tsv <(tail -n +2 pairs.tsv | cut -f1,3,4) || fail "the library answers pairs of texts otherwise than \`eval\`"
(($(cut -f3 embedded.tsv | sort -u | wc -l) == 2)) || fail "all pairs leave at one stage: nothing is compared"

refused 1 "no member \`sentence\`" "$offramp" run run --input pairs.jsonl
refused 1 "model_type" bash -c "cp -r hf other && sed -i s/\\\"bert\\\"/\\\"roberta\\\"/ other/config.json && '$offramp' import hf other --out no"
refused 1 "no model.safetensors" bash -c "mkdir empty && cp hf/config.json hf/vocab.txt empty && '$offramp' import hf empty --out no"
refused 1 "exists" "$offramp" import hf hf --out model
refused 1 "has pairs of texts" "$offramp" train model/model.ramp --data glue:stsb=hf --out no
[[ ! -e no ]] || fail "a refused command left something behind"
echo passed
