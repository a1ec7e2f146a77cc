# Configuration of the lit suite. Run by CTest, or by hand:
#   lit -v --param tools=build/bin --param filecheck=/usr/bin/FileCheck-19 tests/lit
import os
import shutil

import lit.formats

config.name = "offramp"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = lit_config.params.get("scratch", os.path.join(os.getcwd(), "lit-scratch"))

tools = lit_config.params.get("tools", os.path.join(config.test_source_root, "..", "..", "build", "bin"))
filecheck = lit_config.params.get("filecheck") or shutil.which("FileCheck-19") or shutil.which("FileCheck")
if not filecheck or not os.path.exists(filecheck):
    lit_config.fatal("FileCheck not found: install llvm-19-tools or pass --param filecheck=PATH")
if not os.path.exists(os.path.join(tools, "offramp-opt")):
    lit_config.fatal("offramp-opt not found in %s: build it or pass --param tools=DIR" % tools)
config.substitutions.append((r"\bFileCheck\b", filecheck))
config.substitutions.append((r"\bofframp-opt\b", os.path.join(tools, "offramp-opt")))
