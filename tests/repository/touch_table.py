"""The table "To add X, touch Y" of CONTRIBUTING.md is true: its paths exist, and the things that are there already touch what it says."""
import re

PAGE = "CONTRIBUTING.md"


def table(tree):
    rows = re.findall(r"^\| (?!To add|---)([^|]+) \| (.*) \|$", tree.read(PAGE), re.M)
    return {what.strip(): re.findall(r"`([^`]+)`", where) for what, where in rows}


def check(tree):
    problems, rows = [], table(tree)
    if len(rows) < 8:
        problems.append(f"{PAGE}: only {len(rows)} rows were found; has the form of the table changed?")
    for what, paths in rows.items():
        for path in paths:
            if path.startswith("--"):
                continue
            # A bare file name stands for a file in the folder named before it.
            if not (tree.exists(path) if "/" in path else any(tree.exists(f"{folder}{path}") for folder in paths if folder.endswith("/"))):
                problems.append(f"{PAGE}: {what}: nothing like `{path}` exists")
    return problems + operations(tree) + formats(tree)


def operations(tree):
    """Every operation of the sample level stands in docs/spec/ops.md, is evaluated by the reference and has a conformance case."""
    problems = []
    families = [f for f in tree.matching("compiler/dialect/Nn*.td")
                if f.split("/")[-1] not in ("NnBatch.td", "NnProgram.td", "NnDialect.td", "NnInterfaces.td", "NnOpBase.td", "NnOps.td")]
    spec = tree.read("docs/spec/ops.md")
    first = " ".join(re.findall(r"^\| [OA]\d+ \| ([^|]*) \|", spec, re.M))
    reference = "\n".join(tree.read(f) for f in tree.matching("backends/reference/*.cpp", "backends/reference/ops/*.cpp"))
    cases = "\n".join(tree.read(f) for f in tree.matching("tests/conformance/*.cpp"))
    names = [name for f in families for name in re.findall(r'^def Nn_\w+Op : \w+<"(\w+)"', tree.read(f), re.M)]
    if len(names) < 40:
        problems.append(f"only {len(names)} operations were found in compiler/dialect; has the form of the records changed?")
    for name in names:
        for text, place in ((first, "docs/spec/ops.md"), (reference, "backends/reference/"), (cases, "tests/conformance/")):
            if not re.search(rf"\b{name}\b", text):
                problems.append(f"operation nn.{name} is missing in {place}")
    return problems


def formats(tree):
    """Every reader of files has a unit test and is named in docs/spec/data.md."""
    problems, tests = [], " ".join(tree.read(f) for f in tree.matching("tests/unit/runtime_io/*Test.cpp"))
    for file in tree.matching("runtime/data/*.h"):
        for reader in re.findall(r"^\w[\w:<> ]* (read(?!Dataset|Table)[A-Z]\w*)\(|^class (\w+Records)\b", tree.read(file), re.M):
            name = reader[0] or reader[1]
            if name not in tests and name.removeprefix("read").removesuffix("Records").lower() not in tests.lower():
                problems.append(f"{file}: no unit test in tests/unit/runtime_io uses `{name}`")
    return problems
