# What scripts say when they fail, and how they look at refusals. Needs `work`, a folder that vanishes.
fail() { echo "FAILED: $*" >&2; exit 1; }

# refused STATUS PATTERN COMMAND…: the command ends with this status and says what matches.
refused() {
  local status=$1 pattern=$2 got=0
  shift 2
  "$@" >"$work/said" 2>&1 || got=$?
  [[ $got -eq $status ]] || { cat "$work/said"; fail "exit status $got instead of $status: $*"; }
  grep -q -- "$pattern" "$work/said" || { cat "$work/said"; fail "did not say '$pattern': $*"; }
}
