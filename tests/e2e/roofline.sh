#!/usr/bin/env bash
# `offramp explain --roofline` on published machines, the complete text: by hand, a stage of the first example is 64·17·2·128·128 FLOP for a query
# (35.65 M), 64·4·17·17·128 for attention (9.47 M), and 4·(128·128 + 128) bytes of weights for a query (64.5 KiB). `offramp profile` measures this
# machine once. What is asked wrongly is refused.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
export XDG_CACHE_HOME=$work/cache
model=$root/examples/01-fashion-mnist/consistentee.ramp

"$offramp" explain "$model" --roofline --machine h100 --batch 64 --exit-rates 0.3,0.4,0.2,0.2,0.1 >"$work/roofline.txt"
if [[ -n ${OFFRAMP_UPDATE_EXPECTED:-} ]]; then cp "$work/roofline.txt" "$here/expected/roofline.txt"; fi
diff -u "$here/expected/roofline.txt" "$work/roofline.txt" || fail "another text than expected (OFFRAMP_UPDATE_EXPECTED=1 writes it anew)"
grep -Eq '^ +1 +35\.65 M +64 KiB +544 KiB +544 KiB .* attention\.q$|^ +1 +35\.65 M +64 KiB .*attention\.q$' "$work/roofline.txt" || fail "a query is not 35.65 MFLOP"
grep -Eq '^ +1 +9\.47 M +0 B .* attention$' "$work/roofline.txt" || fail "attention is not 9.47 MFLOP"

# The same figures as JSON: the sums of the rows, and the counts by hand without rounding.
"$offramp" explain "$model" --roofline --machine h100 --batch 64 --exit-rates 0.3,0.4,0.2,0.2,0.1 --json >"$work/roofline.json"
python3 - "$work/roofline.json" "$work/roofline.txt" <<'PY' || fail "the JSON is not what the text says"
import json, sys
found, text = json.load(open(sys.argv[1])), open(sys.argv[2]).read()
assert (found["model"], found["batch"], found["rows"], found["dtype"]) == ("ConsistentEE", 64, 17, "f32"), found["model"]
row = next(r for r in found["operations"] if r["stage"] == 1 and r["operation"].endswith("attention.q"))
assert row["flop"] == 64 * 17 * 2 * 128 * 128 and row["weight_bytes"] == 4 * (128 * 128 + 128), row
assert row["read_bytes"] == row["written_bytes"] == 4 * 64 * 17 * 128 and row["part"] == "stage" and "measured_ns" not in row, row
attention = next(r for r in found["operations"] if r["stage"] == 2 and r["operation"] == "attention")
assert attention["flop"] == 64 * 4 * 17 * 17 * 128, attention
near = lambda a, b: abs(a - b) <= 1e-9 * abs(b)
for field in ("flop", "weight_bytes", "read_bytes", "written_bytes", "attainable_ns"):
    for stage in found["stages"]:
        assert near(sum(r[field] for r in found["operations"] if r["stage"] == stage["stage"]), stage[field]), (field, stage)
    assert near(sum(s[field] for s in found["stages"]), found["all"][field]), field
assert [s["stage"] for s in found["stages"]] == list(range(7))
assert {r["part"] for r in found["operations"]} == {"embed", "stage", "decide", "answer"}
assert f"{found['samples_per_second']:,.0f} samples/s attainable" in text, found["samples_per_second"]
exits = found["exits"]
assert [s["leave"] for s in exits["stages"]] == [0.3, 0.4, 0.2, 0.2, 0.1, 1.0] and near(exits["stages"][2]["reach"], 0.7 * 0.6)
assert f"Mean stage {exits['mean_stage']:.2f} of 6" in text and exits["stages"][-1]["pays_from"] is None
machine, main = found["machine"], found["machine"]["memory"][-1]
assert main["bytes"] is None and near(machine["compute_bound_from"], machine["flop_per_ns"] / main["bytes_per_ns"])
PY

# One row of one sample reads weights: bound by memory on every machine, and half the bytes take half the time.
for machine in a100 h100 h200; do
  for type in f32 bf16 int8; do
    "$offramp" explain "$root/examples/02-topics/topics.ramp" --roofline --machine $machine --dtype $type --batch 1 --length 1 >"$work/row.txt"
    ! grep -q ' compute ' "$work/row.txt" || { cat "$work/row.txt"; fail "one row is bound by compute on $machine in $type"; }
  done
done
"$offramp" explain "$root/examples/02-topics/topics.ramp" --roofline --machine a100 >"$work/topics.txt"
grep -q 'counted at 32 rows, half the longest; --length' "$work/topics.txt" || { cat "$work/topics.txt"; fail "the length taken is not named"; }

refused 2 'unknown machine `z80`: choose this, a100' "$offramp" explain "$model" --roofline --machine z80
refused 2 '2 shares; the model has 6 stages' "$offramp" explain "$model" --roofline --machine a100 --exit-rates 0.1,0.2
refused 2 'belong to `--roofline`' "$offramp" explain "$model" --machine a100
refused 2 'belong to `--roofline`' "$offramp" explain "$model" --json
refused 2 'leave `--machine` out' "$offramp" explain "$model" --roofline --machine a100 --run nowhere
refused 1 'every sample of `ConsistentEE` has 17 rows' "$offramp" explain "$model" --roofline --machine a100 --length 20
refused 1 'longer than `Topics` takes: at most 64' "$offramp" explain "$root/examples/02-topics/topics.ramp" --roofline --machine a100 --length 65
refused 1 'does not exist; give a model file' "$offramp" explain "$work/none.ramp" --roofline --machine a100

# This machine: measured once, then kept, in every precision with the kernel's name.
"$offramp" profile --threads 1 --json >"$work/profile.json" 2>"$work/said"
grep -q 'measuring memory' "$work/said" || fail "the first profile did not say that it measures"
"$offramp" profile --threads 1 --json >"$work/again.json" 2>"$work/said"
[[ ! -s $work/said ]] && cmp "$work/profile.json" "$work/again.json" || fail "the second profile measured again"
"$offramp" profile --threads 1 >"$work/profile.txt"
for precision in f32 bf16 int8; do grep -q "^ *$precision  *[0-9]" "$work/profile.txt" || { cat "$work/profile.txt"; fail "no peak in $precision"; }; done
python3 - "$work/profile.json" <<'PY'
import json, sys
profile = json.load(open(sys.argv[1]))
limits = profile["limits"]
assert profile["threads"] == 1 and all(limits["peaks"][name]["macs_per_ns"] > 0 for name in ("f32", "bf16", "int8"))
rates = [m["bytes_per_ns"] for m in limits["memory"]]
assert len(rates) >= 5 and rates == sorted(rates, reverse=True) and rates[-1] > 0, rates
assert profile["profile"]["rows"][0] == 1 and "avx2" in profile["features"]
PY
"$offramp" explain "$model" --roofline --threads 1 >"$work/this.txt"
grep -q '^this (measured: ' "$work/this.txt" || { cat "$work/this.txt"; fail "this machine is not named"; }
"$offramp" explain "$model" --roofline --threads 1 --dtype bf16 >"$work/bf16.txt"
grep -q 'bf16' "$work/bf16.txt" || { cat "$work/bf16.txt"; fail "no roofline of this machine in bf16"; }
echo passed
