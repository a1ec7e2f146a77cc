# Shared by the build tests: the trained run, a small IDX file, and comparisons.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
run=$3
[[ -d $run ]] || fail "no run in $run; the fixture e2e/build_run makes it"

# idxHead IN N OUT: the first N entries of an IDX file (gzip), plain.
idxHead() {
  local in=$1 n=$2 out=$3 dims size=1 d
  gzip -dc "$in" >"$work/whole.idx"
  dims=$(od -An -tu1 -j3 -N1 "$work/whole.idx" | tr -d ' ')
  for ((d = 1; d < dims; ++d)); do
    size=$((size * $(od -An -tu4 --endian=big -j$((4 + 4 * d)) -N4 "$work/whole.idx" | tr -d ' ')))
  done
  {
    head -c 4 "$work/whole.idx"
    printf "\\x$(printf %02x $((n >> 24 & 255)))\\x$(printf %02x $((n >> 16 & 255)))\\x$(printf %02x $((n >> 8 & 255)))\\x$(printf %02x $((n & 255)))"
    tail -c +9 "$work/whole.idx" | head -c $((4 * (dims - 1) + n * size))
  } >"$out" || true
  rm "$work/whole.idx"
}

# sameAnswers A B: equal exits and predictions; decisions to six digits (kernels for other row counts add in another order).
sameAnswers() {
  python3 - "$1" "$2" <<'PYTHON'
import sys
a, b = ([line.rstrip("\n").split("\t") for line in open(path)] for path in sys.argv[1:])
assert a[0] == b[0] == ["index", "label", "prediction", "stage", "decision"], (a[0], b[0])
assert len(a) == len(b) > 1, (len(a), len(b))
for x, y in zip(a[1:], b[1:]):
    near = x[4] == y[4] or abs(float(x[4] or "nan") - float(y[4] or "nan")) < 1e-5
    if x[:4] != y[:4] or not near:
        sys.exit(f"differ: {x} {y}")
stages = {row[3] for row in a[1:]}
print(len(a) - 1, "equal answers, stages", *sorted(stages))
if len(stages) < 2:
    sys.exit("every sample left at the same stage: nothing is compared")
PYTHON
}
