#!/usr/bin/env bash
# `cmake --install`, and then the outside project of docs/guides/embed.md against it; two models as objects in one program; the installed command
# uses what was installed with it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/build_common.sh"
here=$(dirname "${BASH_SOURCE[0]}") build=$4

cmake --install "$build" --prefix "$work/prefix" >"$work/log" || { cat "$work/log"; fail "install"; }
installed=$work/prefix/bin/offramp
idxHead "$data/t10k-images-idx3-ubyte.gz" 200 "$work/images.idx"
"$offramp" build "$run" -o "$work/classify"
"$work/classify" "$work/images.idx" --threads 1 --threshold 0.5 | tail -n +2 | cut -f4 >"$work/stages"

mkdir "$work/outside"
python3 - "$root/docs/guides/embed.md" "$work/outside" <<'PYTHON'
import pathlib, re, sys
page, folder = pathlib.Path(sys.argv[1]).read_text(), pathlib.Path(sys.argv[2])
for name, language in ("CMakeLists.txt", "cmake"), ("main.c", "c"):
    [text] = re.findall(rf"^`{re.escape(name)}`:\n\n```{language}\n(.*?)^```", page, re.S | re.M)
    (folder / name).write_text(text)
PYTHON
cmake -S "$work/outside" -B "$work/outside/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DRUN="$run" >"$work/log" 2>&1 || { cat "$work/log"; fail "configure"; }
cmake --build "$work/outside/build" >"$work/log" 2>&1 || { cat "$work/log"; fail "build"; }
"$work/outside/build/outside" "$work/images.idx" >"$work/said" || { cat "$work/said"; fail "the outside program"; }
diff "$work/stages" <(sed 's/.* stage //' "$work/said") || fail "the outside program takes other exits"

# Two models as objects in one program.
for name in first second; do "$installed" build "$run" --emit obj -o "$work/$name.o"; done
mkdir "$work/two"
cp "$here/embed/two.c" "$work/two/"
cat >"$work/two/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.22)
project(two C)
find_package(Offramp REQUIRED)
offramp_import_object(first "$work/first.o")
offramp_import_object(second "$work/second.o")
add_executable(two two.c)
target_link_libraries(two first second)
CMAKE
cmake -S "$work/two" -B "$work/two/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log" 2>&1 && cmake --build "$work/two/build" >>"$work/log" 2>&1 || { cat "$work/log"; fail "two objects"; }
"$work/two/build/two" || fail "two models in one program"

# The installed command reads the installed library text …
"$installed" check "$model" >"$work/log" || { cat "$work/log"; fail "check"; }
library=$(find "$work/prefix/share/offramp/stdlib" -name 'vit.ramp')
echo 'this is no declaration' >>"$library"
refused 1 "$library" "$installed" check "$model"
# … and links from the installed archives.
rm "$work/prefix/lib/offramp/libofframp_embed.a"
refused 1 "prefix/lib/offramp/libofframp_embed.a. is missing" "$installed" build "$run" -o "$work/x"
echo passed
