#!/usr/bin/env bash
# The report of a small run: every section is there, the page is well-formed and fetches nothing, and its numbers are those of `offramp eval`. The
# machine is measured once and the run keeps what was measured.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
run=$work/run
"$offramp" train "$model" --data "$train" --limit 1000 --out "$run" --seed 3
[[ ! -e $run/machine.json ]] || fail "training measured the machine"

export XDG_CACHE_HOME=$work/cache
refused 2 "no test data" "$offramp" report "$run" -o "$work/report.html"
[[ ! -e $work/report.html ]] || fail "a refused report left a file"
"$offramp" eval "$run" --data "$test" --limit 600 --threads 1 --json >"$work/eval.json" 2>"$work/said"
grep -q "measuring this machine" "$work/said" || fail "the first eval did not say that it measures the machine"
"$offramp" eval "$run" --data "$test" --limit 600 --threads 1 --set threshold=0.3 --json >"$work/eval3.json" 2>"$work/said"
! grep -q "measuring this machine" "$work/said" || fail "the machine was measured again"
[[ -s $run/machine.json ]] || fail "the run kept no machine profile"

"$offramp" report "$run" -o "$work/report.html" --data "$test" --limit 600 --threads 1 --points 5 --rounds 1
python3 "$(dirname "${BASH_SOURCE[0]}")/check_report.py" "$work/report.html" "$work/eval.json"
if [[ -n ${OFFRAMP_KEEP_REPORT:-} ]]; then cp "$work/report.html" "$OFFRAMP_KEEP_REPORT"; fi

"$offramp" explain "$run" --roofline --batch 16 --threads 1 >"$work/roofline.txt" 2>"$work/said"
grep -Eq '^ +all .* [0-9.]+ (ns|µs|ms) +[0-9]+ % +full depth' "$work/roofline.txt" || { cat "$work/roofline.txt"; fail "no measured time beside the attainable one"; }
grep -Eq '^ +1 .* [0-9]+ % +attention$|^ +1 .* [0-9]+ % +[a-z_.0-9]*attention$' "$work/roofline.txt" || { cat "$work/roofline.txt"; fail "attention was not measured"; }
for dtype in f32 bf16 int8; do   # what is measured is in the precision that is counted
  "$offramp" explain "$run" --roofline --batch 16 --threads 1 --dtype $dtype --json >"$work/roofline.json" 2>>"$work/said"
  "$offramp" bench "$run" --data "$test" --limit 16 --threads 1 --batch 16 --rounds 1 --ways full_depth --dtype $dtype 2>>"$work/said" |
    sed -n 's/^weight products in.* (\(.*\))$/\1/p' >"$work/products"
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["measured_with"])' "$work/roofline.json" | cmp - "$work/products" ||
    fail "a roofline in $dtype was measured in another precision"
done

"$offramp" bench "$run" --data "$test" --limit 200 --threads 1 --batch 1,64 --rounds 1 --json >"$work/bench.json"
python3 - "$work/bench.json" <<'END'
import json, sys
ways = json.load(open(sys.argv[1]))
assert {(w["batch"], w["way"]) for w in ways} >= {(b, n) for b in (1, 64) for n in ("full_depth", "exits", "exit_first_on", "exit_first_off")}, "ways"
for way in ways:
    assert [s["stage"] for s in way["stages"]] == [1, 2, 3, 4, 5, 6], "stages"
    for stage in way["stages"]:
        assert stage["choice"] in ("exit-first", "whole", "not asked") and stage["regroup"] in ("regroup", "keep", "not asked"), stage
        assert stage["predicted_ns"]["whole"] > 0, stage
    if way["way"] in ("exit_first_on", "exit_first_off"):  # forced: the model is not asked
        assert all(s["choice"] == "not asked" for s in way["stages"]), way
    if way["way"] == "exits":
        assert way["stages"][0]["choice"] != "not asked", way
END
echo passed
