#!/usr/bin/env bash
# scripts/test on test suites of its own: the closing line, the exit status, and what a skipped data test means with and without the data root.
# Real ctest; only the build is left out (a `cmake` that does nothing).
set -euo pipefail
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/data"
printf '#!/bin/sh\nexit 0\n' >"$work/bin/cmake"
chmod +x "$work/bin/cmake"

# suite NAME LINE…: a build folder whose tests are these lines of a CTestTestfile.
suite() {
  mkdir "$work/$1"
  printf '%s\n' "${@:2}" >"$work/$1/CTestTestfile.cmake"
}
pass='add_test(unit/pass "true")'
failing='add_test(unit/fail "false")'
skip='add_test(unit/skip "sh" "-c" "exit 77")
set_tests_properties(unit/skip PROPERTIES SKIP_RETURN_CODE 77 LABELS "unit")'
data='add_test(unit/data "sh" "-c" "echo SKIPPED: no data")
set_tests_properties(unit/data PROPERTIES SKIP_REGULAR_EXPRESSION "SKIPPED:" LABELS "unit;data")'
missing='add_test(unit/missing "/nowhere/no-such-program")'

suite good "$pass"
suite bad "$pass" "$failing"
suite skipped "$pass" "$skip"
suite without_data "$pass" "$data"
suite absent "$pass" "$missing"
suite disabled "$pass" 'add_test(unit/off "false")' 'set_tests_properties(unit/off PROPERTIES DISABLED TRUE)'
suite empty '# no test'

# expect STATUS LAST_LINE SUITE DATA_ROOT
expect() {
  local status=0
  PATH="$work/bin:$PATH" OFFRAMP_BUILD_DIR="$work/$3" OFFRAMP_DATA="$4" "$root/scripts/test" >"$work/said" 2>&1 || status=$?
  if [[ $status -ne $1 || $(tail -n 1 "$work/said") != "$2" ]]; then
    cat "$work/said"
    echo "FAILED: $3 with data root $4: exit status $status instead of $1, or another last line than '$2'" >&2
    exit 1
  fi
}
expect 0 "1 passed, 0 failed, 0 skipped" good "$work/data"
expect 1 "1 passed, 1 failed, 0 skipped" bad "$work/data"
expect 0 "1 passed, 0 failed, 1 skipped" skipped "$work/data"
expect 0 "1 passed, 0 failed, 1 skipped" without_data "$work/none"
expect 1 "1 passed, 0 failed, 1 skipped" without_data "$work/data"
expect 1 "1 passed, 1 failed, 0 skipped" absent "$work/data"
expect 0 "1 passed, 0 failed, 1 skipped" disabled "$work/data"
# A suite without tests is no success.
status=0
PATH="$work/bin:$PATH" OFFRAMP_BUILD_DIR="$work/empty" OFFRAMP_DATA="$work/none" "$root/scripts/test" >"$work/said" 2>&1 || status=$?
[[ $status -ne 0 ]] || { echo "FAILED: no test at all passes" >&2; exit 1; }
# The way continuous integration calls it: a data root that exists beside the checkout is named to the tests.
grep -q 'OFFRAMP_DATA=$(cd ../shared/data && pwd)' "$root/.ci/run"
echo passed
