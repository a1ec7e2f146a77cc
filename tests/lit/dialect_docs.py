"""Writes docs/reference/dialects.md from the records of compiler/dialect, or says that the page is stale.

dialect_docs.py LLVM_TBLGEN MLIR_INCLUDE ROOT [--write]. One row per operation: what the record says, nothing by hand. The meaning of the
operations of the sample level is normative in docs/spec/ops.md; this page is the list."""
import json
import pathlib
import re
import subprocess
import sys

tblgen, include, root = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
page = root / "docs/reference/dialects.md"

# Records of a family stand in one file; its first line says what they are.
DIALECTS = (("nn", "compiler/dialect/NnOps.td", ("NnProgram", "NnElementwise", "NnContractions", "NnReductions", "NnRows", "NnShapes", "NnAdjoints", "NnBatch")),
            ("ramp", "compiler/dialect/RampOps.td", ("RampOps",)))


def records(file):
    run = subprocess.run([tblgen, "-dump-json", "-I", include, "-I", str(root), str(root / file)], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def base(all_records, name):
    """Attribute and type constraints as one word: the named record below defaults and optionals."""
    record = all_records[name]
    if re.match(r"anonymous_\d+$", name):
        for key in ("baseAttr", "baseType"):
            if isinstance(record.get(key), dict):
                optional = "" if record.get("defaultValue") is None else f" = {record['defaultValue']}"
                return base(all_records, record[key]["def"]) + ("?" if record.get("isOptional") else optional)
        return record.get("summary") or record["!superclasses"][-1]
    return re.sub(r"^(Nn_|Ramp_)", "", name)


def cell(all_records, dag, attributes):
    out = []
    for value, name in dag["args"]:
        record = all_records[value["def"]]
        if ("Attr" in record["!superclasses"] or "AttrConstraint" in record["!superclasses"]) == attributes:
            many = "?" if "Optional" in record["!superclasses"] else "…" if "Variadic" in record["!superclasses"] else ""
            out.append(f"`{name}`: {base(all_records, value['def'])}" if attributes else f"`{name}`{many}")
    return ", ".join(out)


def text():
    lines = ["# Dialects", "",
             "Every operation, type and attribute of our dialects, as the records in `compiler/dialect/` say. Made, not written:",
             "`tests/lit/dialect_docs.py` prints this page from the records (`cmake --build build --target dialect_docs`), and a test fails when it is stale.",
             "What the operations of the sample level mean is in [the specification](../spec/ops.md).", ""]
    for dialect, file, families in DIALECTS:
        all_records = records(file)
        own = [r for r in all_records.values() if isinstance(r, dict) and isinstance(r.get("opDialect"), dict) and all_records[r["opDialect"]["def"]]["name"] == dialect]
        about = next(r for r in all_records.values() if isinstance(r, dict) and "Dialect" in r.get("!superclasses", []) and r.get("name") == dialect)
        lines += [f"## `{dialect}`", "", about["summary"][0].upper() + about["summary"][1:] + ".", ""]
        kinds = [("!" if "TypeDef" in r["!superclasses"] else "#", r) for r in all_records.values()
                 if isinstance(r, dict) and {"TypeDef", "AttrDef"} & set(r.get("!superclasses", [])) and isinstance(r.get("dialect"), dict)
                 and all_records[r["dialect"]["def"]]["name"] == dialect]
        lines += ["| Type or attribute | Says |", "| --- | --- |"]
        lines += [f"| `{sign}{dialect}.{r['mnemonic']}` | {r['summary']} |" for sign, r in sorted(kinds, key=lambda k: k[1]["mnemonic"])] + [""]
        for family in families:
            source = (root / f"compiler/dialect/{family}.td").read_text()
            order = re.findall(r"^def (\w+) :", source, re.M)
            members = sorted((r for r in own if r["!name"] in order), key=lambda r: order.index(r["!name"]))
            lines += [f"### {family}.td", "", re.match(r"// (.*)", source)[1], "", "| Operation | Operands | Attributes | Results | Says |", "| --- | --- | --- | --- | --- |"]
            for r in members:
                lines.append("| " + " | ".join([f"`{dialect}.{r['opName']}`", cell(all_records, r["arguments"], False), cell(all_records, r["arguments"], True),
                                                cell(all_records, r["results"], False), r["summary"].replace("|", "\\|")]) + " |")
            lines.append("")
        missing = [r["!name"] for r in own if not any(f"def {r['!name']} :" in (root / f"compiler/dialect/{f}.td").read_text() for f in families)]
        if missing:
            sys.exit(f"tests/lit/dialect_docs.py: no family is listed for {', '.join(missing)}")
    return "\n".join(lines).rstrip("\n") + "\n"


made = text()
if "--write" in sys.argv:
    page.write_text(made)
elif not page.exists() or page.read_text() != made:
    sys.exit("docs/reference/dialects.md is stale; make it anew: cmake --build build --target dialect_docs")
