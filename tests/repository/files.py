"""Promises about every file: its length, its opening, and that no method is known by name outside library text, examples and pages."""
import re

LIMIT = 800
CODE = ("*.cpp", "*.h", "*.c", "*.td", "*.g4", "*.py", "*.sh", "*.cmake", "*CMakeLists.txt", "stdlib/*.ramp", "examples/*.ramp")
# Methods of the literature. None may be known to a primitive or to any C++, so that each stays a text that a user can replace.
METHODS = ("consistentee", "pabee", "deebert", "fastbert", "berxit", "branchynet", "elasticbert", "leebert", "gpfee", "hashee", "cosee", "de3-bert",
           "msdnet", "skipnet", "blockdrop", "layerskip", "skipdecode", "cascadebert", "pondernet", "zerotimewaste", "jei-dnn", "sentee", "tokee")


def check(tree):
    problems = []
    for file in tree.files:
        if file.startswith(("tests/fuzz/corpus/", "LICENSE")):
            continue
        lines = tree.read(file).count("\n")
        if lines > LIMIT:
            problems.append(f"{file}: {lines} lines, {LIMIT} is the limit: split it")
    for file in tree.matching(*CODE):
        if file.startswith(("tests/fuzz/corpus/", "tests/language/", "tests/unit/dsl_parse/cases/")):
            continue  # texts under test, not sources
        first = [line for line in tree.read(file).splitlines() if not line.startswith("#!")][:1]
        if not first or not re.match(r'\s*(//|#|/\*|""")', first[0]):
            problems.append(f"{file}: does not open with what it is")
    for file in tree.matching("*.cpp", "*.h", "*.c", "*.td", "*.g4"):
        if file.startswith("tests/"):
            continue
        for number, line in enumerate(tree.read(file).splitlines(), 1):
            for method in METHODS:
                if method in line.lower():
                    problems.append(f"{file}:{number}: names the method {method}; methods are `.ramp` text")
    return problems
