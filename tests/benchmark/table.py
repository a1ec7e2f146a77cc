"""From the figures of all rounds to a row of the table that `run` prints, and to a line of the ledger."""

import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess

CHAIN_SHARE = 0.85


def reached(row, value, share):
    """None where there is no target. One of multiple and share of the chain is enough, unless the row asks for both."""
    if row.target is None:
        return None
    met = value <= row.target if getattr(row, "at_most", False) else value >= row.target
    shared = share is not None and share >= CHAIN_SHARE
    return (met and shared) if getattr(row, "both", False) else (met or shared)


def row(name, what, taken):
    values = [figure.value for figure in taken]
    shares = [figure.chain_share for figure in taken if figure.chain_share is not None]
    middle, share = statistics.median(values), statistics.median(shares) if shares else None
    return {"row": name, "what": what.name, "target": what.target, "at_most": getattr(what, "at_most", False), "unit": what.unit, "median": middle,
            "lowest": min(values), "highest": max(values), "chain_share": share, "rounds": len(values), "detail": taken[-1].detail,
            "reached": reached(what, middle, share)}


def show(made):
    print("| What | Target | Median | Lowest … highest | Of the GEMM chain | Last round | Reached |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for each in made:
        target = "" if each["target"] is None else f"{'≤' if each['at_most'] else '≥'} {each['target']}{each['unit']}"
        share = "" if each["chain_share"] is None else f"{each['chain_share']:.2f}"
        print(f"| {each['what']} | {target} | {each['median']:.3f}{each['unit']} | {each['lowest']:.3f} … {each['highest']:.3f} | {share} "
              f"| {each['detail']} | {({True: 'yes', False: 'no', None: ''})[each['reached']]} |")


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def note(made, ledger, threads):
    """One line per row, with what is needed to tell later what it was measured on; the load says whether the machine was quiet."""
    describe = ["git", "-C", pathlib.Path(__file__).parent, "describe", "--always", "--dirty"]
    commit = subprocess.run(describe, capture_output=True, text=True).stdout.strip()
    common = {"date": datetime.datetime.now().isoformat(timespec="seconds"), "commit": commit, "processor": processor(), "cores": os.cpu_count(),
              "threads": threads, "load": round(os.getloadavg()[1], 1)}
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with ledger.open("a") as file:
        for each in made:
            file.write(json.dumps({**common, **each}, ensure_ascii=False) + "\n")
