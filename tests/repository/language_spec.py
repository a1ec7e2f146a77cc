"""docs/spec/language.md against tests/language and dsl/: every constraint has its valid and invalid text, is cited at its check, and every
kind of diagnostic of elaboration belongs to a constraint. That each invalid text gives its complete diagnostic is LanguageTest."""
import re

SPEC = "docs/spec/language.md"


def check(tree):
    problems, numbers, named = [], [], set()
    rows = re.findall(r"^\| (L\d+) \|(.*)\|([^|]*)\|([^|]*)\|$", tree.read(SPEC), re.M)
    if len(rows) < 10:
        problems.append(f"{SPEC}: only {len(rows)} constraints were found; has the form of the tables changed?")
    sources = {f: tree.read(f) for f in tree.matching("dsl/*.cpp", "dsl/*.h")}
    for number, _, valid, invalid in rows:
        if number in numbers:
            problems.append(f"{SPEC}: {number} stands twice")
        numbers.append(number)
        for title, folder, cell in (("valid", "tests/language/valid", valid), ("invalid", "tests/language/invalid", invalid)):
            texts = re.findall(r"`([^`]+)`", cell)
            if not texts:
                problems.append(f"{SPEC}: {number} names no {title} text")
            for text in texts:
                if f"{folder}/{text}.ramp" not in tree.files:
                    problems.append(f"{SPEC}: {number} names `{text}`, but there is no {folder}/{text}.ramp")
                elif title == "invalid":
                    named.add(text)
                    if f"{folder}/{text}.expected" not in tree.files:
                        problems.append(f"{folder}/{text}.ramp has no complete diagnostic beside it ({text}.expected)")
        if not any(re.search(rf"\b{number}\b", text) for text in sources.values()):
            problems.append(f"{SPEC}: {number} is cited nowhere in dsl/")
    for file, text in sources.items():
        for number in re.findall(r"\b(L\d{1,2})\b", text):
            if number not in numbers:
                problems.append(f"{file}: cites {number}, which {SPEC} does not have")
    for kind in re.findall(r'^KIND\(\w+, "([\w-]+)"', tree.read("dsl/sema/Kinds.cpp"), re.M):
        if kind not in named:
            problems.append(f"{SPEC}: no constraint names the diagnostic `{kind}`")
    return problems
