"""docs/spec/stdlib.md is complete and true: the signatures in its tables are exactly those declared in stdlib/.

    stdlib_doc.py ROOT
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
kinds = "layer|fn|backbone|exit|policy|reward|estimator"
declared = {}
for file in sorted((root / "stdlib").rglob("*.ramp")):
    for signature in re.findall(rf"^((?:{kinds}) [^{{]*?)\s*\{{", file.read_text(), re.M):
        declared[" ".join(signature.split())] = file.relative_to(root)
text = (root / "docs/spec/stdlib.md").read_text()
listed = re.findall(rf"^\| `((?:{kinds}) .*?)` \|", text, re.M)

wrong = [f"not listed: `{signature}` of {file}" for signature, file in declared.items() if signature not in listed]
wrong += [f"listed but not declared: `{signature}`" for signature in listed if signature not in declared]
wrong += [f"listed twice: `{signature}`" for signature in set(listed) if listed.count(signature) > 1]
for file in {file.relative_to("stdlib").with_suffix("").as_posix() for file in declared.values()}:
    if f"`{file}`" not in text:
        wrong.append(f"the file `{file}` is not named")
if not declared:
    wrong.append("no routines found in stdlib/")
if wrong:
    sys.exit("docs/spec/stdlib.md:\n  " + "\n  ".join(wrong))
print(f"{len(declared)} routines are listed")
