"""scripts/setup installs what is used and nothing else: every library whose header is included and every tool that the build looks for has its
package in the list, and every package there has a use. Which file is in which package is written down here (`dpkg -S` says it)."""
import re

# Header prefix or tool → package. The compiler brings its own headers and those of the C and C++ libraries.
HEADERS = {"mlir/": "libmlir-19-dev", "llvm/": "llvm-19-dev", "nlohmann/": "nlohmann-json3-dev", "fmt/": "libfmt-dev", "boost/": "libboost-test-dev",
           "CLI/": "libcli11-dev", "antlr4-runtime.h": "libantlr4-runtime-dev", "oneapi/dnnl/": "libdnnl-dev", "dnnl.hpp": "libdnnl-dev", "zlib.h": "zlib1g-dev",
           "unicode/": "libicu-dev"}
SYSTEM = re.compile(r"(sys/\w+|linux/\w+|unistd|fcntl|dlfcn|sched|signal|stdint|stddef|stdio|stdlib|string|math|immintrin|cpuid|omp|pthread|poll|errno|time|inttypes)\.h$|[a-z_]+$")
TOOLS = {"clang++-19": "clang-19", "clang-19": "clang-19", "lld-19": "lld-19", "ccache": "ccache", "antlr4": "antlr4", "lit.py": "llvm-19-tools",
         "FileCheck-19": "llvm-19-tools", "mlir_tablegen": "mlir-19-tools", "Python3": "python3", "g++": "g++", "Ninja": "ninja-build",
         "cmake_minimum_required": "cmake", "OFFRAMP_FUZZ": "libclang-rt-19-dev", "/usr/share/datasets/fashion-mnist": "dataset-fashion-mnist"}
NEEDED_BY = {"default-jre-headless": "antlr4", "libzstd-dev": "llvm-19-dev", "libedit-dev": "llvm-19-dev"}  # no direct use, see the list's comments


def check(tree):
    problems, used = [], {}
    setup = re.sub(r"#.*", "", re.search(r"^packages=\(\n(.*?)^\)", tree.read("scripts/setup"), re.S | re.M)[1]).split()
    for file in tree.matching("*.cpp", "*.h"):
        for number, line in enumerate(tree.read(file).splitlines(), 1):
            include = re.match(r'#\s*include\s*[<"]([^">]+)[">]', line)
            if not include or f"{include[1]}" in tree.files or "/" not in include[1] and include[1] + ".inc" in tree.files:
                continue
            package = next((p for prefix, p in HEADERS.items() if include[1].startswith(prefix)), None)
            if package:
                used.setdefault(package, f"{file}:{number}: `{include[1]}`")
            elif "<" in line and not SYSTEM.match(include[1]):
                problems.append(f"{file}:{number}: no package is known for `{include[1]}`; add it to tests/repository/packages.py and scripts/setup")
    build = {f: tree.read(f) for f in tree.matching("*CMakeLists.txt", "cmake/*.cmake", "CMakePresets.json", "scripts/*", "tests/e2e/*.sh")
             if f != "scripts/setup"}
    for tool, package in TOOLS.items():
        where = next((f for f, text in build.items() if re.search(rf"(?<![\w+]){re.escape(tool)}", text)), None)
        if where:
            used.setdefault(package, f"{where}: `{tool}`")
    for package, where in used.items():
        if package not in setup:
            problems.append(f"{where} needs {package}, which scripts/setup does not install")
    for package in setup:
        if package not in used and NEEDED_BY.get(package) not in used:
            problems.append(f"scripts/setup: nothing uses {package}")
    return problems
