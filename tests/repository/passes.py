"""Every registered pass and pipeline is shown: a FileCheck test of its name, a page docs/reference/<pass>.md whose example is run
(tests/lit/check_docs.py runs it), a file of its name, a sentence, and a line in the guide. Records come from Passes.td."""
import re

RECORDS = "compiler/transforms/Passes.td"


def passes(tree):
    return re.findall(r'^def (\w+) : ModulePass<"([\w-]+)">(.*?)^}', tree.read(RECORDS), re.S | re.M)


def pipelines(tree):
    return re.findall(r'PassPipelineRegistration<[^>]*>\w*\(\s*"([\w-]+)",\s*"([^"]+)"', tree.read("compiler/pipelines/Pipelines.cpp"))


def check(tree):
    problems, records, named = [], passes(tree), pipelines(tree)
    if len(records) < 5 or len(named) < 3:
        problems.append(f"only {len(records)} passes and {len(named)} pipelines were found; has the form of the records changed?")
    registered = re.findall(r"\bregister(\w+)\(\);", tree.read("compiler/pipelines/Pipelines.cpp"))
    guide = tree.read("docs/guides/add-a-pass.md")
    for record, argument, body in records:
        if record not in registered:
            problems.append(f"{RECORDS}: `{record}` is not registered in compiler/pipelines/Pipelines.cpp")
        if not re.search(r'let summary = "[^"]{20,}[^".]"', body):
            problems.append(f"{RECORDS}: `{argument}` has no summary of one sentence without full stop")
        if not any(f.endswith(f"/{record}.cpp") for f in tree.files):
            problems.append(f"`{argument}`: no file {record}.cpp")
        tests = tree.matching(f"tests/lit/transforms/{argument}.mlir", f"tests/lit/{argument}/*.mlir")
        if not any(re.search(rf"^// RUN: .*--{argument}\b.*\| FileCheck", tree.read(f), re.M) for f in tests):
            problems.append(f"`{argument}`: no tests/lit/transforms/{argument}.mlir (or tests/lit/{argument}/) that runs --{argument} through FileCheck")
        page = f"docs/reference/{argument}.md"
        if page not in tree.files:
            problems.append(f"`{argument}`: no page {page}")
        else:
            problems += example(tree, page)
        if f"`{argument}`" not in guide:
            problems.append(f"`{argument}` is missing in the order of docs/guides/add-a-pass.md")
    page = "docs/reference/pipelines.md"
    text = tree.read(page) if page in tree.files else ""
    tests = "\n".join(tree.read(f) for f in tree.matching("tests/lit/pipelines/*.mlir"))
    for name, _ in named:
        if f"`{name}`" not in text:
            problems.append(f"pipeline `{name}` is missing in {page}")
        if f"--{name}" not in tests:
            problems.append(f"pipeline `{name}` is run by no test in tests/lit/pipelines")
    return problems


def example(tree, page):
    blocks = re.findall(r"^## (Before|After)\n.*?^```mlir\n(.*?)^```", tree.read(page), re.S | re.M)
    if [kind for kind, _ in blocks] != ["Before", "After"]:
        return [f"{page}: no example under `## Before` and `## After`"]
    if "…" in blocks[0][1]:
        return [f"{page}: the example under `## Before` is abridged, so it cannot be run"]
    if not [line for line in blocks[1][1].splitlines() if line.strip() not in ("", "…")]:
        return [f"{page}: nothing is expected under `## After`"]
    return []
