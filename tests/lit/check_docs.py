# The examples of docs/reference are tests: "## Before" is run through the pass that the page is named after, and every line of
# "## After" must come out, in order. Lines that are `…` stand for anything. The table of pipelines.md is what the tool runs, and `--help` has
# a sentence for each pass and pipeline that has a page or a row.
import pathlib
import re
import subprocess
import sys

opt, folder = sys.argv[1], pathlib.Path(sys.argv[2])
failures = 0
for page in sorted(folder.glob("*.md")):
    text = page.read_text()
    blocks = re.findall(r"^## (Before|After)\n.*?^```mlir\n(.*?)^```", text, re.S | re.M)
    if [kind for kind, _ in blocks] != ["Before", "After"]:
        continue
    if "…" in blocks[0][1]:
        print(f"{page}: abridged, not run")
        continue
    run = subprocess.run([opt, "--" + page.stem, "-"], input=blocks[0][1], capture_output=True, text=True)
    if run.returncode:
        print(f"{page}: the example is refused:\n{run.stderr}")
        failures += 1
        continue
    lines = [" ".join(line.split()) for line in run.stdout.splitlines()]
    at = 0
    for wanted in (" ".join(line.split()) for line in blocks[1][1].splitlines()):
        if not wanted or wanted == "…":
            continue
        if wanted not in lines[at:]:
            print(f"{page}: not in the output of --{page.stem}, or not in this order:\n  {wanted}\n{run.stdout}")
            failures += 1
            break
        at = lines.index(wanted, at) + 1
    else:
        print(f"{page}: ok")

rows = re.findall(r"^\| `(offramp-[\w-]+)` \| ([^|]*) \|", (folder / "pipelines.md").read_text(), re.M)
for name, passes in rows:
    run = subprocess.run([opt, "--" + name, "--dump-pass-pipeline", "-"], input="module {}", capture_output=True, text=True)
    found = re.findall(r"[\w-]+", re.sub(r"\{[^{}]*\}", "", "".join(re.findall(r"^builtin\.module\((.*)\)$", run.stderr, re.M))))
    if found != re.findall(r"`([\w-]+)`", passes):
        print(f"pipelines.md: {name} runs {', '.join(found)}, not {passes}")
        failures += 1
help = subprocess.run([opt, "--help"], capture_output=True, text=True).stdout
for name in [name for name, _ in rows] + [page.stem for page in folder.glob("*.md") if re.search("^## Before$", page.read_text(), re.M)]:
    if not re.search(rf"^ +--{name} +-   \w.{{15,}}", help, re.M):
        print(f"offramp-opt --help has no sentence for --{name}")
        failures += 1
if len(rows) < 4:
    print(f"pipelines.md: only {len(rows)} rows were found")
    failures += 1
sys.exit(failures != 0)
