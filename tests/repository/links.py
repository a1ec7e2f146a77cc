"""What is pointed at exists: relative links of the pages with their anchors, every path in back-quotes, and every file of the tree that a comment or
include names. What is not there any more or is made by a run is not written as a path of the tree."""
import posixpath
import re

FOLDERS = ("dsl/", "compiler/", "runtime/", "backends/", "stdlib/", "examples/", "tests/", "docs/", "scripts/", "cmake/", ".ci/")

MADE = ("tests/SourceDir.h",)  # by CMake, in the build folder


def anchors(text):
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).replace(" ", "-") for heading in headings}


def check(tree):
    problems = comments(tree)
    for file in tree.matching("*.md"):
        text = tree.read(file)
        prose = re.sub(r"^```.*?^```", lambda m: "\n" * m[0].count("\n"), text, flags=re.S | re.M)
        for number, line in enumerate(prose.splitlines(), 1):
            for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "`code`", line)):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                path = posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) if path else file
                if not tree.exists(path):
                    problems.append(f"{file}:{number}: links to {path}, which does not exist")
                elif anchor and path.endswith(".md") and anchor not in anchors(tree.read(path)):
                    problems.append(f"{file}:{number}: {path} has no heading `{anchor}`")
            for quoted in re.findall(r"`([^`]+)`", line):
                for path in quoted.split() if quoted.startswith(FOLDERS + ("./scripts/",)) else []:
                    path = path.removeprefix("./")
                    if path.startswith(FOLDERS) and ".venv" not in path and not tree.exists(path):
                        problems.append(f"{file}:{number}: `{path}` does not exist")
    return problems


def comments(tree):
    problems = []
    for file in tree.matching("*.cpp", "*.h", "*.td", "*.g4", "*.py", "*.sh", "*CMakeLists.txt", "*.cmake", "*.mlir", "scripts/*", "stdlib/*.ramp"):
        if file.startswith(("tests/repository/", "tests/fuzz/corpus/")):
            continue
        for number, line in enumerate(tree.read(file).splitlines(), 1):
            for path in re.findall(r"(?<![\w/.$}>-])(?:dsl|compiler|runtime|backends|stdlib|docs|tests|cmake)/[\w/.<>-]*\.(?:cpp|h|td|g4|md|py|mlir|ramp|sh|json)\b(?!\.inc)", line):
                if path not in MADE and not tree.exists(path):
                    problems.append(f"{file}:{number}: {path} does not exist")
    return problems
