# What every script of this folder begins with: its arguments, a folder that vanishes, what it says when it fails, how it looks at refusals.
offramp=$1 root=$2
here=$(dirname "${BASH_SOURCE[0]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }

# refused STATUS PATTERN COMMAND…: the command ends with this status and says what matches.
refused() {
  local status=$1 pattern=$2 got=0
  shift 2
  "$@" >"$work/said" 2>&1 || got=$?
  [[ $got -eq $status ]] || { cat "$work/said"; fail "exit status $got instead of $status: $*"; }
  grep -q -- "$pattern" "$work/said" || { cat "$work/said"; fail "did not say '$pattern': $*"; }
}
