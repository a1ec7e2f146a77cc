"""How one figure of a BERT encoder is taken: `offramp` on an encoder whose exits are forced (peers/bert_forced.py), the peers kept loaded by
peers/bert_serve.py, the GEMM chain at the row counts of the same batches, and its programs. Training: bert_training.py.

A figure asked for twice in one round is taken once, so that rows which speak of the same figures cost nothing more. Knows no targets.
"""

import json
import os
import shutil
import struct
import subprocess
import time

import chains
from measure import HERE, ROOT, NotMeasured, dtype_words, run

DATA = os.environ.get("OFFRAMP_DATA", ROOT.parent / "shared" / "data")
BYTES = {"f32": 4, "bf16": 2, "int8": 1}


class Bert:
    """12 layers of width 768. `chain`: measure.Chain; `seconds`: of each figure of it."""

    def __init__(self, program, work, python, chain, options):
        self.program, self.python, self.chain, self.options = program, python, chain, options
        self.work, self.encoder = work / f"bert-{options.samples}", chains.Bert()
        self.kept, self.sets, self.server = {}, None, None

    def next_round(self):
        self.kept = {}

    def once(self, key, take):
        if key not in self.kept:
            self.kept[key] = take()
        return self.kept[key]

    def peer_script(self, name, *words):
        return run([self.python, HERE / "peers" / name, *words], env={**os.environ, "OFFRAMP_DATA": str(DATA)})

    @property
    def run_folder(self):
        """Made at the first use, kept between runs of the benchmark."""
        folder = self.work / "run"
        if self.sets is None:
            if not (folder / "model.safetensors").exists():
                shutil.rmtree(self.work, ignore_errors=True)
                self.peer_script("bert_forced.py", "--offramp", self.program, "--out", self.work, "--samples", self.options.samples)
                run([self.program, "train", self.work / "model" / "forced_exits.ramp", "--init", self.work / "model" / "forced.safetensors",
                     "--data", f"train={self.work / 'short.tsv'}", "--out", folder])
            self.sets = json.loads((self.work / "sets.json").read_text())
        return folder

    def tokens(self, name, batch):
        assert self.run_folder
        return chains.batches(self.sets["tokens"][name], batch)

    def ours(self, batch, dtype, ways="full_depth,exits", name="short", rounds=3, words=()):
        """{way: samples/s} of the ways, in turns in one process, the median of the rounds."""
        def take():
            rows = json.loads(run([self.program, "bench", self.run_folder, "--data", f"test={self.work / name}.tsv", "--batch", batch, "--rounds",
                                   rounds, "--ways", ways, "--threads", self.options.threads, "--json", *dtype_words(dtype), *words]))
            return {row["way"]: row["samples_per_second"] for row in rows}
        return self.once(("ours", batch, dtype, ways, name, rounds, words), take)

    def peers(self, batch, dtype, name="short"):
        """{engine: samples/s} at full depth."""
        def take():
            if self.server is None:
                self.start_peers()
            return {engine: self.ask({"engine": engine, "set": name, "batch": batch})["samples_per_second"]
                    for engine in self.engines if engine.endswith(dtype)}
        rates = self.once(("peers", batch, dtype, name), take)
        if not rates:
            raise NotMeasured(f"no peer has {dtype} here")
        return rates

    def start_peers(self):
        assert self.run_folder
        self.server = subprocess.Popen([self.python, HERE / "peers" / "bert_serve.py", "--work", self.work, "--threads", str(self.options.threads),
                                        "--dtype", *self.options.dtype], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True)
        ready = self.answer()
        self.engines, self.missing = ready["engines"], ready["missing"]

    def ask(self, question):
        self.server.stdin.write(json.dumps(question) + "\n")
        self.server.stdin.flush()
        return self.answer()

    def answer(self):
        line = self.server.stdout.readline()
        if not line:
            raise SystemExit("peers/bert_serve.py ended; run it by hand to see why")
        return json.loads(line)

    def products(self, batch, dtype, name="short"):
        """Samples/s of the matrix products of full depth alone; None where oneDNN has none of that dtype for this CPU."""
        def take():
            lines = [line for part in self.tokens(name, batch) for line in chains.inference(self.encoder.full_depth(part))]
            try:
                return self.chain.rate(lines, len(self.sets["tokens"][name]), self.options.seconds, dtype)
            except NotMeasured:
                return None
        return self.once(("products", batch, dtype, name), take)

    def permitted(self, batch, dtype):
        """The speed-up that the matrix products alone have at the same exits, both taken in turns."""
        def take():
            parts = list(zip(self.tokens("short", batch), chains.batches(self.taken(dtype), batch)))
            full = [line for tokens, _ in parts for line in chains.inference(self.encoder.full_depth(tokens))]
            exits = [line for tokens, stages in parts for line in chains.inference(self.encoder.with_exits(tokens, stages))]
            seconds = self.chain.seconds([full, exits], self.options.seconds, dtype)
            return seconds[0] / seconds[1]
        return self.once(("permitted", batch, dtype), take)

    def taken(self, dtype):
        """The stage each sentence leaves at, as `offramp eval` says."""
        path = self.work / f"taken.{dtype}.tsv"
        if not path.exists():
            run([self.program, "eval", self.run_folder, "--data", f"test={self.work / 'short.tsv'}", "--batch", 32, "--predictions", path,
                 *dtype_words(dtype)])
        header, *rows = [line.split("\t") for line in path.read_text().splitlines()]
        return [int(row[header.index("stage")]) for row in rows]

    def layer_ratio(self, dtype):
        """(of stages: depth over the mean exit; of rows: the same with every sentence counted by its tokens)"""
        taken, (tokens,) = self.taken(dtype), self.tokens("short", self.options.samples)
        depth = self.encoder.stages
        return depth * len(taken) / sum(taken), depth * sum(tokens) / sum(stage * count for stage, count in zip(taken, tokens))

    def weights(self):
        """(name, number of values) of each tensor of the run."""
        with open(self.run_folder / "model.safetensors", "rb") as file:
            header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        for name, entry in header.items():
            if name != "__metadata__":
                count = 1
                for size in entry["shape"]:
                    count *= size
                yield name, count

    def packed_bytes(self, dtype):
        """Of the weights of all products; tables of embeddings are read where they lie."""
        return BYTES[dtype] * sum(count for name, count in self.weights() if name.endswith(".weight") and not name.startswith("embed."))

    def build(self, dtype):
        """Seconds, and the program."""
        program, began = self.work / f"program.{dtype}", time.perf_counter()
        run([self.program, "build", self.run_folder, "-o", program, *dtype_words(dtype)])
        return time.perf_counter() - began, program

    def answers(self, dtype, sentences, batch):
        """Seconds from start to end of the program on the first `sentences` of the set, and its peak memory in bytes."""
        program = self.work / f"program.{dtype}"
        if not program.exists():
            self.build(dtype)
        text = self.work / f"{sentences}.txt"
        rows = (self.work / "short.tsv").read_text().splitlines()[1:sentences + 1]
        text.write_text("".join(row.split("\t")[0].strip() + "\n" for row in rows))
        began = time.perf_counter()
        process = subprocess.Popen([program, text, "--batch", str(batch), "--threads", str(self.options.threads)], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"failed ({process.returncode}): {program} {text}")
        return seconds, usage.ru_maxrss * 1024
