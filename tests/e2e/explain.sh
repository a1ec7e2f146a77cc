#!/usr/bin/env bash
# What `offramp explain` says of the first example, at the rates of a made-up machine: the complete text. The counts are those of a hand: a stage at
# 17 rows and width 128 is 17·196,608 multiply-adds of weights and 2·17·17·128 of attention (6.83 MFLOP), its first part 17·32,768 + 163,840 +
# 2·17·128 (1.45 MFLOP, 21 %), the gate 128·32 + 32, the head 128·128 + 128·10.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

cat >"$work/machine.json" <<'END'
{"version": 1, "cpu": "made-up", "threads": 2, "rows": [1, 16, 64, 1024], "macs_per_ns": [8, 40, 100, 110], "copy_bytes_per_ns": 10, "call_ns": 1500}
END
for batch in 1 64; do
  "$offramp" explain "$root/examples/01-fashion-mnist/consistentee.ramp" --batch $batch --leave 0.3,0.4,0.2,0.2,0.1 --profile "$work/machine.json" >"$work/explain$batch.txt"
done
if [[ -n ${OFFRAMP_UPDATE_EXPECTED:-} ]]; then cp "$work"/explain{1,64}.txt "$here/expected/"; fi
for batch in 1 64; do
  diff -u "$here/expected/explain$batch.txt" "$work/explain$batch.txt" || fail "another text than expected (OFFRAMP_UPDATE_EXPECTED=1 writes it anew)"
done
grep -Eq '^ +1 .* 6\.83 M +1\.45 M +21 % ' "$work/explain64.txt" || fail "a stage is not 6.83 MFLOP, 1.45 MFLOP (21 %) of it before the exit"
grep -Eq '^ +6 .* 1\.45 M ' "$work/explain64.txt" || fail "the last stage computes more than the row that is read"

# One that cannot decide first says why; a wrong number of shares and a file that is no profile are refused.
"$offramp" explain "$root/examples/03-conv-exits/branchy.ramp" --profile "$work/machine.json" >"$work/conv.txt"
grep -q 'cannot decide first: the stage has no rows' "$work/conv.txt" || { cat "$work/conv.txt"; fail "no reason for a convolution"; }
status=0
"$offramp" explain "$root/examples/01-fashion-mnist/consistentee.ramp" --leave 0.3,0.4 --profile "$work/machine.json" 2>"$work/said" || status=$?
[[ $status -eq 2 ]] && grep -q '2 shares; the model has 6 stages' "$work/said" || { cat "$work/said"; fail "a wrong number of shares ended with $status"; }
status=0
"$offramp" explain "$root/examples/01-fashion-mnist/consistentee.ramp" --profile "$work/said" 2>"$work/said2" || status=$?
[[ $status -eq 1 ]] && grep -q 'no machine profile' "$work/said2" || { cat "$work/said2"; fail "a file that is no profile ended with $status"; }
echo passed
