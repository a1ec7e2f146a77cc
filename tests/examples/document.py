"""Runs the commands of a document and compares what they print with what the document shows.

    document.py OFFRAMP ROOT DOCUMENT [--model NAME] [--parity 'RUN;DATA;SETTING']… [--update]

In a block marked `console`, a line `$ command` is run in a scratch folder that looks like the checkout (examples/, stdlib/),
and the lines below it are what it prints to standard output; `…` stands for lines left out. Words must be equal. Numbers may
differ as another machine's rounding makes them differ: shares by 4 points, counts of a line by a quarter of their sum, others by
a quarter; on lines about time any positive number will do. With --model, the blocks marked `ramp` are one model file of that name.
--parity then asks a run of the document for its exits at batch 1, 7 and 64 and from its built binary: they are the same.
--update writes what was printed into the document; read the difference before keeping it.
"""
import argparse
import itertools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
COMPARED = 2000  # samples whose exits are compared
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


def blocks(text, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.M | re.S)


def pieces(text):
    """The document as (lines as written, command or None, lines shown) pieces."""
    lines = text.split("\n")
    found = []
    console = False
    while lines:
        line = lines.pop(0)
        if line == "```console":
            console = True
            if not lines[0].startswith("$ "):
                sys.exit(f"FAILED: a console block starts with `{lines[0]}` instead of `$ command`")
        elif line.startswith("```"):
            console = False
        if not console or not line.startswith("$ "):
            found.append(([line], None, []))
            continue
        written, command = [line], line[2:]
        while command.endswith("\\"):
            written.append(lines.pop(0))
            command = command[:-1] + " " + written[-1].strip()
        shown = []
        while not lines[0].startswith(("$ ", "```")):
            shown.append(lines.pop(0))
        found.append((written, command, shown))
    return found


def same_line(shown, printed):
    if shown == printed:
        return True
    if NUMBER.sub("#", shown).split() != NUMBER.sub("#", printed).split():
        return False
    a, b = ([float(n.replace(",", "")) for n in NUMBER.findall(line)] for line in (shown, printed))
    if re.search(r"second|samples/s|\bms\b", shown):
        return all(x > 0 for x in b)
    if "%" in shown:
        return all(abs(x - y) <= 4 for x, y in zip(a, b))
    if len(a) > 1 and all(x == int(x) >= 0 for x in a + b):
        return all(abs(x - y) <= 0.25 * sum(a) for x, y in zip(a, b))
    return all(abs(x - y) <= 0.25 * abs(x) + 1e-9 for x, y in zip(a, b))


def same_text(shown, printed):
    """Line by line, `…` matching any number of lines. The first difference, or None."""
    at = 0
    gap = False
    for line in shown:
        if line.strip() == "…":
            gap = True
            continue
        while gap and at < len(printed) and not same_line(line, printed[at]):
            at += 1
        if at >= len(printed) or not same_line(line, printed[at]):
            return f"the document shows\n  {line}\nprinted was\n  {printed[at] if at < len(printed) else '(nothing more)'}"
        at, gap = at + 1, False
    if not gap and at < len(printed):
        return f"printed was also\n  {printed[at]}"
    return None


def parity(text, work, root, environment):
    run, data, setting = text.split(";")

    def call(words, out=subprocess.DEVNULL):
        print("$ " + " ".join(words), flush=True)
        subprocess.run(words, cwd=work, env=environment, check=True, stdout=out)

    def same(one, other):
        if subprocess.run([root / "scripts" / "same-exits", one, other, setting.split("=")[1]], cwd=work).returncode != 0:
            sys.exit(f"FAILED: {one} and {other} take other exits")

    for batch in ("1", "7", "64"):
        call(["offramp", "eval", run, "--data", data, "--set", setting, "--batch", batch, "--limit", str(COMPARED), "--predictions", f"exits.{batch}.tsv"])
    same("exits.64.tsv", "exits.1.tsv")
    same("exits.64.tsv", "exits.7.tsv")
    call(["offramp", "build", run, "-o", "built"])
    with tempfile.TemporaryFile("w+") as answers, open(os.path.join(work, "exits.built.tsv"), "w") as some:
        call(["./built", *data.split("=", 1)[1].split(","), "--set", setting], answers)
        answers.seek(0)
        some.writelines(itertools.islice(answers, COMPARED + 1))
    same("exits.64.tsv", "exits.built.tsv")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("offramp")
    parser.add_argument("root")
    parser.add_argument("document")
    parser.add_argument("--model")
    parser.add_argument("--parity", action="append", default=[], metavar="RUN;DATA;SETTING")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    root = pathlib.Path(options.root).resolve()
    document = root / options.document
    text = document.read_text(encoding="utf-8")
    environment = dict(os.environ)
    environment["PATH"] = f"{pathlib.Path(options.offramp).resolve().parent}:{environment['PATH']}"
    environment.setdefault("OMP_WAIT_POLICY", "passive")  # tests share the machine: waiting threads let others run
    environment.setdefault("OFFRAMP_DATA", str(root.parent / "shared" / "data"))
    if "agnews" in text and not os.path.isdir(environment["OFFRAMP_DATA"]):
        print(f"SKIPPED: no data at {environment['OFFRAMP_DATA']} (OFFRAMP_DATA)")
        return SKIPPED
    if "/usr/share/datasets/fashion-mnist" in text and not os.path.isdir("/usr/share/datasets/fashion-mnist"):
        print("SKIPPED: no Fashion-MNIST (apt install dataset-fashion-mnist)")
        return SKIPPED

    updated = []
    ran = 0
    with tempfile.TemporaryDirectory() as work:
        for name in ("examples", "stdlib"):
            os.symlink(root / name, os.path.join(work, name))
        if options.model:
            with open(os.path.join(work, options.model), "w", encoding="utf-8") as model:
                model.write("\n".join(blocks(text, "ramp")))
        for written, command, shown in pieces(text):
            updated += written
            if command is None:
                continue
            print(f"$ {command}", flush=True)
            begun = time.monotonic()
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=work, env=environment, text=True, stdout=subprocess.PIPE)
            print(done.stdout, end="")
            print(f"  ({time.monotonic() - begun:.1f} s)", flush=True)
            if done.returncode != 0:
                sys.exit(f"FAILED: exit status {done.returncode}")
            printed = done.stdout.splitlines()
            updated += shown if "…" in shown else printed
            difference = None if options.update else same_text(shown, printed)
            if difference:
                sys.exit(f"FAILED: {difference}")
            ran += 1
        if ran == 0:
            sys.exit(f"FAILED: no commands in {document}")
        if options.update:
            document.write_text("\n".join(updated), encoding="utf-8")
        for text in options.parity:
            parity(text, work, root, environment)
    print(f"{ran} commands print what the document shows")
    return 0


sys.exit(main())
