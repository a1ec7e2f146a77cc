"""Each check of this folder on a small tree that keeps its promise, and on trees that break it in one place: a check that cannot fail is
worth nothing."""
import pathlib
import tempfile
import unittest

import dependencies
import files
import language_spec
import links
import packages
import passes
import touch_table
from tree import Tree


class Checks(unittest.TestCase):
    def problems(self, check, contents):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in contents.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return check(Tree(folder))

    def refused(self, check, contents, expected):
        found = self.problems(check, contents)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_includes(self):
        def one(file, included):
            return {file: f'// A file.\n#include "{included}"\n'}

        for file, included in (("compiler/import/A.cpp", "dsl/program/Program.h"), ("compiler/tools/offramp/A.cpp", "runtime/core/Json.h"),
                               ("runtime/core/A.cpp", "runtime/abi/Call.h"), ("backends/cpu/kernels/A.cpp", "runtime/abi/Call.h"),
                               ("backends/cuda/lowering/A.cpp", "compiler/dialect/Nn.h"), ("backends/cuda/kernels/A.cpp", "runtime/abi/Call.h")):
            self.assertEqual(self.problems(dependencies.check, one(file, included)), [], file)
        for file, included in (("runtime/core/A.cpp", "compiler/dialect/Nn.h"), ("runtime/core/A.h", "dsl/diag/Source.h"),
                               ("runtime/core/A.h", "backends/cpu/kernels/Engine.h"), ("dsl/sema/A.cpp", "runtime/core/Json.h"),
                               ("compiler/import/A.cpp", "runtime/core/Json.h"), ("compiler/import/A.cpp", "compiler/tools/offramp/Command.h"),
                               ("backends/cpu/kernels/A.cpp", "runtime/core/Json.h"), ("backends/cpu/kernels/A.cpp", "compiler/dialect/Nn.h"),
                               ("backends/cuda/kernels/A.cpp", "backends/cpu/kernels/Engine.h"), ("backends/cuda/lowering/A.cpp", "runtime/core/Json.h"),
                               ("runtime/core/A.cpp", "tests/unit/Support.h"), ("runtime/core/A.cpp", "mlir/IR/Value.h"), ("dsl/ast/A.h", "llvm/ADT/Twine.h")):
            self.refused(dependencies.check, one(file, included), included)

    def test_links(self):
        def lists(folder, text):
            return {"dsl/CMakeLists.txt": "add_library(offramp_dsl STATIC a.cpp)\n", "compiler/CMakeLists.txt": "add_library(offramp_compiler STATIC a.cpp)\n",
                    "tests/CMakeLists.txt": "add_library(offramp_test_help STATIC a.cpp)\n",
                    f"{folder}/CMakeLists.txt": f"add_library(it STATIC a.cpp)\ntarget_link_libraries(it PUBLIC {text} PRIVATE offramp_options)\n"}

        self.assertEqual(self.problems(dependencies.check, lists("compiler/tools", "offramp_compiler offramp_dsl MLIR")), [])
        for folder, text in (("runtime", "offramp_dsl"), ("runtime", "offramp_compiler"), ("runtime", "LLVM"), ("runtime", "offramp_test_help"),
                             ("backends/cpu", "offramp_compiler")):
            self.refused(dependencies.check, lists(folder, text), text)

    def test_files(self):
        self.assertEqual(self.problems(files.check, {"dsl/A.cpp": "// A file.\n" + "\n" * 799, "stdlib/x.ramp": "// PABEE is text.\n"}), [])
        self.refused(files.check, {"dsl/A.cpp": "// A file.\n" + "\n" * 800}, "801 lines")
        self.refused(files.check, {"dsl/A.cpp": "int a;\n"}, "does not open")
        self.refused(files.check, {"dsl/A.g4": "// The rule of PABEE.\n"}, "pabee")
        self.refused(files.check, {"compiler/A.td": "// ops\ndef ConsistentEEOp;\n"}, "consistentee")

    def test_language_spec(self):
        rows = "".join(f"| L{n} | text | `good` | `bad` |\n" for n in range(1, 11))
        cited = "// " + " ".join(f"L{n}" for n in range(1, 11)) + "\n"
        tree = {"docs/spec/language.md": rows, "dsl/sema/A.cpp": cited, "dsl/sema/Kinds.cpp": 'KIND(bad, "bad", "meaning");\n',
                "tests/language/valid/good.ramp": "", "tests/language/invalid/bad.ramp": "", "tests/language/invalid/bad.expected": ""}
        self.assertEqual(self.problems(language_spec.check, tree), [])

        def changed(file, old, new):
            return {**tree, file: tree[file].replace(old, new)}

        self.refused(language_spec.check, changed("docs/spec/language.md", "L3 | text | `good`", "L3 | text | `missing`"), "missing.ramp")
        self.refused(language_spec.check, changed("docs/spec/language.md", "L3 | text | `good`", "L3 | text | "), "names no valid text")
        self.refused(language_spec.check, changed("dsl/sema/A.cpp", "L3 ", ""), "L3 is cited nowhere")
        self.refused(language_spec.check, changed("dsl/sema/A.cpp", "L3 ", "L3 L77 "), "cites L77")
        self.refused(language_spec.check, changed("dsl/sema/Kinds.cpp", "\n", '\nKIND(other, "other", "meaning");\n'), "`other`")

    def test_pages(self):
        tree = {"docs/a.md": "# One two\n[x](b.md#three-four) `dsl/A.cpp` `dsl/<Name>.cpp` `runs/x`\n", "docs/b.md": "# Three `four`\n", "dsl/A.cpp": ""}
        self.assertEqual(self.problems(links.check, tree), [])
        for text, expected in (("[x](c.md)", "docs/c.md"), ("[x](b.md#five)", "no heading"), ("see `dsl/B.cpp`", "dsl/B.cpp"), ("`tests/<x>.cpp`", "tests/<x>")):
            self.refused(links.check, {**tree, "docs/a.md": text}, expected)

    def test_passes(self):
        example = "## Before\n\n```mlir\nmodule {}\n```\n\n## After\n\n```mlir\nmodule {\n```\n"
        names = ["one-pass", "two-pass", "three-pass", "four-pass", "five-pass"]
        records = [name.title().replace("-", "") for name in names]
        sentence = "turn what there is into something else"
        tree = {"compiler/transforms/Passes.td": "".join(f'def {r} : ModulePass<"{n}"> {{\n  let summary = "{sentence}";\n}}\n' for r, n in zip(records, names)),
                "compiler/pipelines/Pipelines.cpp": "".join(f"  register{r}();\n" for r in records) +
                "".join(f'  PassPipelineRegistration<>("line-{n}", "{sentence}", build);\n' for n in (1, 2, 3)),
                "docs/guides/add-a-pass.md": " ".join(f"`{n}`" for n in names), "docs/reference/pipelines.md": "`line-1` `line-2` `line-3`",
                "tests/lit/pipelines/named.mlir": "--line-1 --line-2 --line-3"}
        for record, name in zip(records, names):
            tree[f"compiler/transforms/{record}.cpp"] = ""
            tree[f"tests/lit/transforms/{name}.mlir"] = f"// RUN: offramp-opt --{name} %s | FileCheck %s\n"
            tree[f"docs/reference/{name}.md"] = example
        self.assertEqual(self.problems(passes.check, tree), [])
        for file, text, expected in (("tests/lit/transforms/two-pass.mlir", "", "through FileCheck"), ("docs/reference/two-pass.md", "", "no example"),
                                     ("docs/reference/two-pass.md", example.replace("module {}", "…"), "abridged"),
                                     ("docs/reference/two-pass.md", example.replace("module {\n", "…\n"), "nothing is expected"),
                                     ("docs/reference/pipelines.md", "`line-1` `line-2`", "`line-3`"), ("tests/lit/pipelines/named.mlir", "--line-1 --line-2", "`line-3`")):
            self.refused(passes.check, {**tree, file: text}, expected)
        del tree["docs/reference/two-pass.md"]
        self.refused(passes.check, tree, "no page")

    def test_packages(self):
        tree = {"scripts/setup": "packages=(\n  clang-19 # compiler\n  libfmt-dev\n)\n", "CMakePresets.json": "clang++-19", "dsl/A.cpp": "#include <fmt/format.h>\n#include <vector>\n"}
        self.assertEqual(self.problems(packages.check, tree), [])
        self.refused(packages.check, {**tree, "dsl/B.cpp": "#include <zlib.h>\n"}, "zlib1g-dev")
        self.refused(packages.check, {**tree, "dsl/B.cpp": "#include <curl/curl.h>\n"}, "no package is known")
        self.refused(packages.check, {**tree, "dsl/A.cpp": ""}, "nothing uses libfmt-dev")

    def test_touch_table(self):
        rows = "".join(f"| thing {n} | `dsl/<Name>.cpp`; `<Other>.cpp` in `dsl/` |\n" for n in range(8))
        tree = {"CONTRIBUTING.md": rows, "dsl/A.cpp": "", "docs/spec/ops.md": "", "compiler/dialect/NnA.td": ""}
        names = [f"op{n}" for n in range(40)]
        tree["compiler/dialect/NnA.td"] = "".join(f'def Nn_{n.title()}Op : Nn_Op<"{n}">;\n' for n in names)
        tree["docs/spec/ops.md"] = "".join(f"| O{i} | `{n}` | |\n" for i, n in enumerate(names))
        tree["backends/reference/A.cpp"] = tree["tests/conformance/A.cpp"] = " ".join(names)
        self.assertEqual(self.problems(touch_table.check, tree), [])
        self.refused(touch_table.check, {**tree, "CONTRIBUTING.md": rows.replace("dsl/<Name>.cpp", "runtime/<Name>.cpp", 1)}, "runtime/<Name>.cpp")
        self.refused(touch_table.check, {**tree, "tests/conformance/A.cpp": " ".join(names[1:])}, "op0 is missing in tests/conformance/")


if __name__ == "__main__":
    unittest.main()
