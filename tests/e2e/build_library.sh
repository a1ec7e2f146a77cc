#!/usr/bin/env bash
# The shared library and the object: used from plain C, from two threads at once, two models in one program; the text outputs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/build_common.sh"
here=$(dirname "${BASH_SOURCE[0]}")

idxHead "$data/t10k-images-idx3-ubyte.gz" 300 "$work/images.idx"
"$offramp" build "$run" --emit exe -o "$work/classify"
"$work/classify" "$work/images.idx" --threads 1 --threshold 0.5 >"$work/exe.tsv"
"$offramp" build "$run" --emit so -o "$work/libfashion.so"
"$offramp" build "$run" --emit obj -o "$work/boots.o"
mkdir "$work/odd, \"folder\""
"$offramp" build "$run" --emit so -o "$work/odd, \"folder\"/lib, two.so" >/dev/null || fail "an odd name"
grep -q "offramp_model___two(void)" "$work/odd, \"folder\"/lib, two.h" || fail "no entry for an odd name"
for header in libfashion.h boots.h; do [[ -s $work/$header ]] || fail "no $header"; done
symbols=$(nm -D --defined-only "$work/libfashion.so" | awk '{print $3}' | grep -v '^offramp_\(model_\|context_\|abi_version\|run$\|run_text$\|texts_cut$\|set\|get$\|error$\)' || true)
[[ -z $symbols ]] || fail "the library shows more than its interface: $symbols"

# A program in C99 with no header of ours but the one beside the library.
${CC:-cc} -std=c99 -Wall -Wextra -Werror -pedantic -I"$work" "$here/embed/classify.c" -o "$work/embedded" -L"$work" -lfashion -Wl,-rpath,"$work" -pthread
"$work/embedded" "$work/images.idx" >"$work/embedded.tsv"
diff <(cut -f1,3,4 "$work/exe.tsv") <(cut -f1,3,4 "$work/embedded.tsv") || fail "the embedded model answers otherwise than the program"
"$work/embedded" "$work/images.idx" threads >"$work/said" || { cat "$work/said"; fail "two contexts in two threads"; }
cat "$work/said"

for level in mlir llvm; do "$offramp" build "$run" --emit $level -o "$work/model.$level"; done
grep -q "nn.regroup\|nn.leave" "$work/model.mlir" || fail "no batch-level text"
grep -q "define .*@offramp_" "$work/model.llvm" || fail "no LLVM IR"
for name in libclass.so texts.so; do refused 1 "a function of the interface" "$offramp" build "$run" --emit so -o "$work/$name"; done
refused 2 "bundle" "$offramp" build "$run" --emit llvm --bundle -o "$work/x"
echo passed
