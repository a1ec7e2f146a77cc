"""Which folder may use which: the section "Dependencies between folders" of CONTRIBUTING.md, held for #include lines and for what
CMake links. Does not look at what a header exposes."""
import re

# Area of a folder (longest prefix wins) → areas it may use besides itself. Everything else is refused.
ALLOWED = {
    "dsl": [],
    "compiler": ["dsl"],
    "compiler/tools": ["dsl", "compiler", "runtime", "runtime/abi", "backends/cpu", "backends/cpu/kernels", "backends/cpu/lowering", "backends/reference"],
    "runtime": ["runtime/abi"],
    "runtime/abi": [],
    "runtime/text/tables": ["runtime"],  # a program of the build: runtime headers only
    "runtime/standalone": ["runtime", "runtime/abi"],  # the main of built programs: a leaf like the tools
    "backends/cpu": ["runtime", "runtime/abi", "backends/cpu/kernels"],
    "backends/cpu/formulas": [],  # numbers only: generated code and kernels compute a function alike
    "backends/cpu/kernels": ["runtime/abi", "backends/cpu/formulas"],
    "backends/cpu/lowering": ["compiler", "runtime/abi", "backends/cpu/formulas"],
    "backends/reference": ["compiler", "runtime/abi"],
}
# Libraries of others → areas that may use them.
FOREIGN = {
    "mlir/": ["compiler", "compiler/tools", "backends/cpu/lowering", "backends/reference"],
    "llvm/": ["compiler", "compiler/tools", "backends/cpu/lowering", "backends/reference"],
    "oneapi/dnnl/": ["backends/cpu/kernels"],
    "dnnl": ["backends/cpu/kernels"],
    "antlr4-runtime": ["dsl"],
    "CLI/": ["compiler/tools", "runtime/standalone"],
    "unicode/": ["runtime/text/tables"],
}
LINKED = {"MLIR": "mlir/", "LLVM": "llvm/", "antlr4-runtime": "antlr4-runtime", "${OFFRAMP_DNNL}": "dnnl", "ICU::uc": "unicode/"}
PRODUCT = ("dsl", "compiler", "runtime", "backends")


def area(path):
    parts = path.split("/")
    for count in range(min(3, len(parts) - 1), 0, -1):
        name = "/".join(parts[:count])
        if name in ALLOWED:
            return name
    if parts[0] == "backends" and len(parts) > 2:  # a backend that is not in the table yet: its own folder, and the same rules
        return "/".join(parts[:3]) if len(parts) > 3 and parts[2] in ("lowering", "kernels") else "/".join(parts[:2])
    return parts[0]


def allowed(source, target):
    if source == target:
        return True
    if source in ALLOWED:
        return target in ALLOWED[source]
    backend = re.match(r"(backends/[^/]+)(/lowering|/kernels)?$", source)
    if not backend:
        return False
    model = {"/lowering": "backends/cpu/lowering", "/kernels": "backends/cpu/kernels", None: "backends/cpu"}[backend[2]]
    return target in [a.replace("backends/cpu", backend[1]) for a in ALLOWED[model]]


def check(tree):
    problems = []
    code = [f for f in tree.matching("*.cpp", "*.h", "*.c", "*.td", "*.inc") if f.startswith(PRODUCT)]
    for file in code:
        for number, line in enumerate(tree.read(file).splitlines(), 1):
            include = re.match(r'\s*#?\s*include\s*[<"]([^">]+)[">]', line)
            if not include:
                continue
            path, here = include[1], area(file)
            if path.startswith("tests/"):
                problems.append(f"{file}:{number}: product code includes `{path}`")
            elif path.split("/")[0] in PRODUCT and "/" in path:
                if not allowed(here, area(path)):
                    problems.append(f"{file}:{number}: {here} may not use {area(path)}: `{path}`")
            for prefix, areas in FOREIGN.items():
                if path.startswith(prefix) and here not in areas and not (here.startswith("backends/") and here not in ALLOWED):
                    problems.append(f"{file}:{number}: {here} may not use `{path}`")
    return problems + links(tree)


def links(tree):
    """The same rules for target_link_libraries: a target belongs to the folder of the file that makes it."""
    owner, uses, problems = {}, [], []
    lists = tree.matching("*CMakeLists.txt", "cmake/*.cmake")
    for file in lists:
        text = re.sub(r"#.*", "", tree.read(file))
        for made in re.finditer(r"add_(?:library|executable)\s*\(\s*([\w.+-]+)", text):
            owner[made[1]] = file
        for linked in re.finditer(r"target_link_libraries\s*\(\s*(\S+)\s+([^()]*(?:\([^()]*\)[^()]*)*)\)", text):
            uses.append((file, linked[1], re.findall(r"offramp[\w-]*|" + "|".join(map(re.escape, LINKED)), linked[2])))
    for file, target, libraries in uses:
        if not file.startswith(PRODUCT):
            continue
        here = area(file)
        if target.startswith("offramp_cpu_kernels") or target.startswith("offramp_cpu_simd"):
            here = "backends/cpu/kernels"  # one list makes the kernels and the glue
        for library in libraries:
            if library in LINKED:
                if here not in FOREIGN[LINKED[library]]:
                    problems.append(f"{file}: `{target}` may not link {library}")
                continue
            made = owner.get(library, "")
            if made.startswith("tests/"):
                problems.append(f"{file}: product target `{target}` links `{library}` of the tests")
            elif made.startswith(PRODUCT):
                there = "backends/cpu/kernels" if library.startswith("offramp_cpu_kernels") else area(made)
                if not allowed(here, there):
                    problems.append(f"{file}: `{target}` ({here}) may not link `{library}` ({there})")
    return problems
