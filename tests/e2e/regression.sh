#!/usr/bin/env bash
# A label that is a number: files laid out as STS-B's are read by name, a head of one number learns, and `eval` gives both correlations, as Python
# computes them from the table of answers. Exits by how near two stages' numbers are, the same at every batch size, in the interpreter and in the
# program.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
python3 "$here/tiny_bert.py" "$work" 10
cd "$work"
python3 - <<'P'
import pathlib, random
draw = random.Random(5)
good, bad, plain = ["fine", "lovely", "warm", "superb"], ["dull", "bad", "awful", "cold"], ["the", "film", "was", "a", '"', "very", ","]
columns = "index genre filename year old_index source1 source2 sentence1 sentence2 score".split()
def sentence(word):
    body = [draw.choice(plain) for _ in range(draw.randint(0, 6))]
    body.insert(draw.randint(0, len(body)), word)
    return " ".join(body)
def rows(count):
    for i in range(count):
        first, second = draw.random() < 0.5, draw.random() < 0.5
        a, b = (sentence(draw.choice(good if yes else bad)) for yes in (first, second))
        score = 3.0 * first + 1.5 * second + 0.5 * draw.random()
        yield [str(i), "main-captions", "MSRvid", "2012test", f"{i:04}", "none", "none", a, b, f"{score:.3f}"]
pathlib.Path("stsb").mkdir()
for name, count in (("train", 600), ("dev", 200)):
    pathlib.Path(f"stsb/{name}.tsv").write_text("".join("\t".join(row) + "\n" for row in [columns, *rows(count)]))
P
cat >similarity.ramp <<'P'
import std.encoder

exit Score()(h: f32[T, D]) -> f32[1] {
    return linear[1](tanh(linear[D](mean over T: h)))
}

model Similarity(width: int = 32, stages: int = 3, heads: int = 4) {
    input text: tokens(wordpiece("hf/vocab.txt"), max = 24, first = "sentence1", second = "sentence2"), score: f32
    backbone = encoder(stages = stages, width = width, heads = heads)(text)
    after each stage {
        head = Score()
    }
    error = mse(head, score)
    state streak: int = 0
    state previous: f32 = -1000

    train all_exits(epochs = 6, batch = 16, optimizer = adamw(lr = 3e-3)) {
        minimize stage_weighted(error, stage)
    }
    infer(patience: int = 1, tolerance: f32 = 0.05) {
        streak = close_agreements(streak, previous, head, tolerance)
        previous = scalar(head)
        exit head when streak >= patience
    }
}
P
"$offramp" fmt --check similarity.ramp || fail "the model is not in the canonical layout"
"$offramp" train similarity.ramp --data glue:stsb=stsb --out run --threads 1 --seed 3 2>log || { cat log; fail "training"; }
grep -q "best valid correlation 0\." log || { cat log; fail "epochs are not judged by correlation"; }
grep -q '"valid_correlation":0\.' run/result.json || fail "result.json"
grep -q '"valid_pearson":.*"valid_per_stage_spearman":\[' run/metrics.jsonl || fail "metrics.jsonl has no correlations"
grep -q "has the correlation 0\." log || { cat log; fail "no patience was recommended"; }

for batch in 1 7 64; do
  "$offramp" eval run --data glue:stsb=stsb --batch $batch --threads 1 --predictions eval.$batch.tsv --json >eval.json 2>/dev/null
done
for batch in 1 7; do cmp <(cut -f1,2,4 eval.$batch.tsv) <(cut -f1,2,4 eval.64.tsv) || fail "other exits at batch $batch"; done
"$offramp" eval run --data glue:stsb=stsb --backend reference --predictions reference.tsv --json >reference.json 2>/dev/null
"$offramp" build run -o score >/dev/null
./score stsb/dev.tsv --threads 1 >program.tsv 2>/dev/null
./score stsb/dev.tsv --threads 1 --json >program.json 2>/dev/null
python3 - <<'P' || fail "correlations, answers or exits"
import csv, json, math
def table(path):
    return list(csv.DictReader(open(path), delimiter="\t", quoting=csv.QUOTE_NONE))
def pearson(a, b):
    ma, mb = sum(a) / len(a), sum(b) / len(b)
    return sum((x - ma) * (y - mb) for x, y in zip(a, b)) / math.sqrt(sum((x - ma) ** 2 for x in a) * sum((y - mb) ** 2 for y in b))
def ranks(a):
    return [sum(y < x for y in a) + (sum(y == x for y in a) + 1) / 2 for x in a]
ours = table("eval.64.tsv")
answers, labels = [float(r["prediction"]) for r in ours], [float(r["label"]) for r in ours]
truth = [float(r["score"]) for r in table("stsb/dev.tsv")]
assert all(abs(a - b) < 1e-6 for a, b in zip(labels, truth)) and len(labels) == 200
found, program, reference = (json.load(open(f"{name}.json")) for name in ("eval", "program", "reference"))
assert "accuracy" not in found and list(found["metrics"]) == ["pearson", "spearman"], found
assert abs(found["metrics"]["pearson"] - pearson(answers, truth)) < 1e-5, (found["metrics"], pearson(answers, truth))
assert abs(found["metrics"]["spearman"] - pearson(ranks(answers), ranks(truth))) < 1e-9, found["metrics"]
assert found["metrics"]["pearson"] > 0.9, found["metrics"]
assert len(found["per_stage_pearson"]) == len(found["per_stage_spearman"]) == 3 and "per_stage_accuracy" not in found
assert 2 < found["mean_stage"] < 3, found["mean_stage"]  # nothing can agree after the first stage
assert program["metrics"] == found["metrics"] and program["model"] == "Similarity"
for name in ("pearson", "spearman"):
    assert abs(reference["metrics"][name] - found["metrics"][name]) < 1e-3
    assert all(abs(a - b) < 1e-3 for a, b in zip(reference["per_stage_" + name], found["per_stage_" + name]))
for path, different in (("program.tsv", 0), ("eval.1.tsv", 0), ("reference.tsv", 2)):
    other = table(path)
    assert sum(a["stage"] != b["stage"] for a, b in zip(ours, other)) <= different, path
    same = [(a, b) for a, b in zip(ours, other) if a["stage"] == b["stage"]]
    assert all(a["label"] == b["label"] and abs(float(a["prediction"]) - float(b["prediction"])) < 1e-3 for a, b in same), path
P
"$offramp" eval run --data glue:stsb=stsb --threads 1 >text 2>/dev/null
grep -q '^pearson  *0\.9' text && grep -q '^spearman per stage 0\.' text && ! grep -q accuracy text || { cat text; fail "the text of eval"; }
"$offramp" eval run --data glue:stsb=stsb --exits off --threads 1 --predictions off.tsv >/dev/null 2>&1
[[ $(tail -n +2 off.tsv | cut -f4 | sort -u) == 3 ]] || fail "--exits off"
"$offramp" report run --data glue:stsb=stsb -o report.html --threads 1 --points 3 --rounds 1 2>/dev/null
python3 - <<'P' || fail "the report"
import json, xml.etree.ElementTree as xml
root = xml.fromstring(open("report.html", encoding="utf-8").read().split("\n", 1)[1])
data, found = json.loads(root.find(".//script[@id='report-data']").text), json.load(open("eval.json"))
sections = {s.get("id"): "".join(s.itertext()) for s in root.iter("section")}
both = found["metrics"]["pearson"], found["metrics"]["spearman"]
assert abs(data["correlation"] - sum(both) / 2) < 1e-12 and "accuracy" not in data, data
for mean, pair in zip(data["per_stage_correlation"], zip(found["per_stage_pearson"], found["per_stage_spearman"])):
    assert abs(mean - sum(pair) / 2) < 1e-12
assert [p["correlation"] for p in data["sweep"] if p["in_force"]] == [data["correlation"]]
assert all(f"{value:.4f}" in sections["summary"] for value in both), sections["summary"]
for name in ("speed", "accuracy", "learning"):
    assert "orrelation" in sections[name] and "ccuracy" not in sections[name], (name, sections[name])
assert "the label is a number" in sections["exits"] and "is 3" in sections["examples"]
P
cut -f8,9 stsb/dev.tsv >unlabelled.tsv
./score unlabelled.tsv --threads 1 2>/dev/null | cmp - <(sed -E '2,$s/^([0-9]+)\t[^\t]*/\1\t/' program.tsv) ||
  fail "without labels the program answers otherwise"

sed 's/streak >= patience/max_probability(head) > tolerance/' similarity.ramp >wrong.ramp
refused 1 '`softmax` of f32\[1\] is the same whatever the value is' "$offramp" train wrong.ramp --data glue:stsb=stsb --out no
sed 's/score: f32/score: class[6]/; s/f32\[1\]/f32[6]/; s/linear\[1\]/linear[6]/; s/mse(head, score)/cross_entropy(head, score)/
     s/streak = .*/streak = streak + 1/; s/scalar(head)/max_probability(head)/' \
  similarity.ramp >classes.ramp
refused 1 'has a number as label, but `score` of the model is a class of 6' "$offramp" train classes.ramp --data glue:stsb=stsb --out no
sed -i '5s/[0-9.]*$/high/' stsb/dev.tsv
refused 1 'dev.tsv:5: field `score`: value `high` is not a number' "$offramp" eval run --data glue:stsb=stsb
[[ ! -e no ]] || fail "a refused command left something behind"
echo passed
