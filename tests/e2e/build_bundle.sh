#!/usr/bin/env bash
# A bundle runs with the libraries beside it and no others, wherever it is put; nothing but an older bundle is replaced.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/build_common.sh"

idxHead "$data/t10k-images-idx3-ubyte.gz" 200 "$work/images.idx"
"$offramp" build "$run" -o "$work/classify"
"$offramp" build "$run" --bundle -o "$work/dist/" >"$work/said" 2>&1 || { cat "$work/said"; fail "bundle"; }
cat "$work/said"
grep -q "x86-64-v3" "$work/said" || fail "a bundle is for x86-64-v3"
[[ -x $work/dist/dist && -f $work/dist/bundle.json && -f $work/dist/lib/libdnnl.so.2 && -f $work/dist/lib/libgomp.so.1 ]] || fail "not complete: $(ls -R "$work/dist")"
[[ -z $(find "$work/dist/lib" -name 'libc.so*' -o -name 'ld-linux*') ]] || fail "the C library belongs to the system"

mkdir "$work/elsewhere"
mv "$work/dist" "$work/elsewhere/moved"
program=$work/elsewhere/moved/dist
# The loader's own list, with an environment that offers nothing.
env -i LD_LIBRARY_PATH= ldd "$program" | tee "$work/ldd"
outside=$(grep '=> /' "$work/ldd" | grep -v "$work/elsewhere/moved/lib/" | grep -v '/lib\(c\|m\|pthread\|dl\|rt\|resolv\|util\|mvec\)\.so' || true)
[[ -z $outside ]] || fail "loaded from outside: $outside"
env -i "$program" "$work/images.idx" --threads 1 --exits off >"$work/bundle.tsv"
"$work/classify" "$work/images.idx" --threads 1 --exits off >"$work/exe.tsv"
diff <(cut -f1-4 "$work/exe.tsv") <(cut -f1-4 "$work/bundle.tsv") || fail "the bundle answers otherwise than the program"
sed 's/"avx2"/"avx9"/' "$program" >"$work/elsewhere/moved/foreign"
chmod +x "$work/elsewhere/moved/foreign"
refused 1 "needs avx9, which this CPU does not have" env -i "$work/elsewhere/moved/foreign" "$work/images.idx"

"$offramp" build "$run" --bundle --emit so -o "$work/elsewhere/moved"
[[ -f $work/elsewhere/moved/moved.so && -f $work/elsewhere/moved/moved.h && ! -e $program ]] || fail "the second bundle did not replace the first"
mkdir "$work/mine"
touch "$work/mine/precious"
refused 1 "is no bundle" "$offramp" build "$run" --bundle -o "$work/mine"
[[ -f $work/mine/precious ]] || fail "a folder that is no bundle was touched"
[[ -z $(find "$work" -name '*making*') ]] || fail "intermediate files were left"
echo passed
