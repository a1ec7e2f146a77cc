# shellcheck shell=bash
# Shared by scripts/test and scripts/demo (sourced, not run): where things are, messages, configure and build.
# Deliberately knows nothing of what is tested or shown.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${OFFRAMP_BUILD_DIR:-$root/build}

# Two build directories share compiler-cache hits only when paths are written relative to a common root.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root}
# What the compiler cache wants before it keeps files compiled with a precompiled header.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}

started=$SECONDS
say() { printf '\n== [%3d s] %s\n' "$((SECONDS - started))" "$*"; }
fail() { printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# Compile jobs: one per core, but 1.2 GB each (a file with the compiler framework's headers takes up to 0.9 GB); at least 2.
buildJobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/MemAvailable/ {print int($2 / 1200000)}' /proc/meminfo)
  ((memory < cores)) && cores=$memory
  ((cores < 2)) && cores=2
  echo "$cores"
}

# buildTargets [TARGET…]: configures when needed and builds (everything when no target is named).
buildTargets() {
  say "configuring in $build"
  (cd "$root" && cmake --preset release -B "$build") || fail "cmake could not configure the project (see above)"
  say "building ${*:-everything} with $(buildJobs) jobs"
  local targets=()
  (($# > 0)) && targets=(--target "$@")
  cmake --build "$build" --parallel "$(buildJobs)" "${targets[@]}" || fail "the build failed (see above)"
}
