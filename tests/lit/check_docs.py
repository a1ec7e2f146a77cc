# The examples of docs/reference are tests: "## Before" is run through the pass that the page is named after, and every line of
# "## After" must come out, in order. Lines that are `…` stand for anything.
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
sys.exit(failures != 0)
