"""examples/02-topics/prepare: ids by frequency, cutting, empty texts, the same bytes again, and its refusals.

    prepare_test.py ROOT
"""
import gzip
import os
import subprocess
import sys
import tempfile

prepare = os.path.join(sys.argv[1], "examples", "02-topics", "prepare")
work = tempfile.TemporaryDirectory()


def path(name):
    return os.path.join(work.name, name)


def put(name, text):
    with open(path(name), "w", encoding="utf-8", newline="\n") as out:
        out.write(text)
    return path(name)


def get(name):
    with open(path(name), encoding="utf-8", newline="\n") as text:
        return text.read()


def run(*arguments):
    return subprocess.run([sys.executable, prepare, *arguments], capture_output=True, text=True)


def expect(found, wanted):
    if found != wanted:
        sys.exit(f"FAILED: expected\n{wanted!r}\nfound\n{found!r}")


# `b` thrice, `a` and `c` twice (by the alphabet), `d` once: beyond a vocabulary of 4, one of them the unknown word.
train = put("in.tsv", 'text\tlabel\nB, b; "C"\tSports\nc a-A b d\tSci/Tech\n')
test = path("in2.tsv.gz")
with gzip.open(test, "wt", encoding="utf-8") as out:
    out.write("label\ttext\nSports\t...\nSci/Tech\tc É a b b\n")
done = run("--out", path("out"), "--train", train, "--test", test, "--vocab", "4", "--max", "3")
expect(done.returncode, 0)
expect(get("out/vocab.txt"), "<unknown>\nb\na\nc\n")
expect(get("out/train.tsv"), "text\tlabel\n1 1 3\tSports\n3 2 2\tSci/Tech\n")
expect(get("out/test.tsv"), "text\tlabel\n0\tSports\n3 0 2\tSci/Tech\n")
expect("2 texts, 2.0 words on average, 1 cut at 3, 1 empty, 50.0 % unknown words" in done.stdout, True)
before = [get("out/" + name) for name in ("vocab.txt", "train.tsv", "test.tsv")]
run("--out", path("out"), "--train", train, "--test", test, "--vocab", "4", "--max", "3")
expect([get("out/" + name) for name in ("vocab.txt", "train.tsv", "test.tsv")], before)


def refused(status, said, *arguments):
    result = run("--out", path("none"), *arguments)
    expect(result.returncode, status)
    expect(said in result.stderr, True)
    expect(os.path.exists(path("none")), False)


refused(1, "`/nowhere` does not exist", "--train", "/nowhere", "--test", test)
refused(1, "wide.tsv:2: 3 fields, but the header has 2", "--train", put("wide.tsv", "text\tlabel\na\tb\tc\n"), "--test", test)
refused(1, "names.tsv:1: no column `label`", "--train", put("names.tsv", "text\ttopic\na\tb\n"), "--test", test)
refused(1, "bare.tsv: no rows", "--train", put("bare.tsv", "text\tlabel\n"), "--test", test)
with open(test, "rb") as whole, open(path("cut.tsv.gz"), "wb") as cut:
    cut.write(whole.read()[:30])
refused(1, "cut.tsv.gz: not a UTF-8 table, or damaged", "--train", train, "--test", path("cut.tsv.gz"))
refused(2, "--vocab is at least 2", "--train", train, "--test", test, "--vocab", "1")
print("passed")
