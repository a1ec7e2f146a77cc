"""How one figure is taken: calls of the offramp program and of the PyTorch twin, each returning numbers.

Knows no targets and no rows (rows.py) and prints nothing but errors. BERT encoders: bert_measure.py.
"""

import gzip
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
EXAMPLE = ROOT / "examples" / "01-fashion-mnist"


def split(name, files):
    return f"{name}={DATA / f'{files}-images-idx3-ubyte.gz'},{DATA / f'{files}-labels-idx1-ubyte.gz'}"


TRAIN, TEST = split("train", "train"), split("test", "t10k")


def run(command, **options):
    """Standard output of a command; a failure stops the benchmark and shows what the command said."""
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"failed ({done.returncode}): {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


class NotMeasured(Exception):
    """A figure that cannot be taken here; the text says why."""


def dtype_words(dtype):
    return [] if dtype == "f32" else ["--dtype", dtype]


def training_words(program, dtype):
    """Options of `offramp train` for a precision; NotMeasured where the program has no such option."""
    if dtype != "f32" and "--dtype" not in run([program, "train", "--help"]):
        raise NotMeasured(f"`offramp train` of this build knows no --dtype, so there is no training in {dtype}")
    return dtype_words(dtype)


def phase_rate(run_folder, phase):
    """samples/s of a phase of a trained run: the median of the lines of metrics.jsonl that name the phase and a rate."""
    rates = []
    for line in (run_folder / "metrics.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry.get("phase") == phase and "samples_per_second" in entry:
            rates.append(entry["samples_per_second"])
    if not rates:
        raise SystemExit(f"{run_folder}/metrics.jsonl names no samples_per_second for phase {phase}")
    return sorted(rates)[len(rates) // 2]


class Peer:
    """The PyTorch twin."""

    def __init__(self, python, threads):
        self.python, self.threads = python, threads
        if not self.python.exists():
            raise SystemExit(f"no {self.python}: run tests/benchmark/peers/setup first, or name a Python that has PyTorch with --python")

    def __call__(self, *words):
        out = run([self.python, HERE / "peers" / "vit_twin.py", "--threads", self.threads, *words])
        return json.loads(out.splitlines()[-1])

    def training(self, variant, seconds, dtype="f32"):
        mode = "on" if variant == "compiled" else "off"
        return self("bench-train", "--compile", mode, "--seconds", seconds, "--dtype", dtype)["samples_per_second"][variant]

    def inference(self, batch, seconds):
        return self("bench-infer", "--batch", batch, "--seconds", seconds)["samples_per_second"]["eager"][str(batch)]


class Chain:
    """The matrix products of a network alone (gemm_chain.cpp; chains.py says which): a speed that nothing can exceed by much."""

    def __init__(self, build, threads):
        self.program, self.threads = build / "tests" / "benchmark" / "gemm_chain", threads
        if not self.program.exists():
            run(["cmake", "--build", build, "--target", "gemm_chain"])

    def seconds(self, lists, seconds, dtype="f32"):
        """Seconds of one pass of each list of products, passed in turn."""
        environment = {**os.environ, "OMP_NUM_THREADS": str(self.threads)}
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder) / str(place) for place in range(len(lists))]
            for file, lines in zip(files, lists):
                file.write_text("\n".join(lines) + "\n")
            done = subprocess.run(list(map(str, [self.program, seconds, dtype, *files])), capture_output=True, text=True, env=environment)
        if done.returncode:
            raise NotMeasured(done.stderr.strip())
        return json.loads(done.stdout)["seconds"]

    def rate(self, lines, samples, seconds, dtype="f32"):
        return samples / self.seconds([lines], seconds, dtype)[0]


class Ours:
    """The offramp program and one run that it trained; all figures are taken from that run."""

    def __init__(self, program, work, threads):
        self.program, self.work, self.threads = program, work, threads
        self.trained = work / "trained"

    def train(self, name, limit=0, seed=1, model="consistentee", dtype="f32"):
        """Trains from nothing into work/NAME and returns that folder."""
        run_folder = self.work / name
        shutil.rmtree(run_folder, ignore_errors=True)
        run([self.program, "train", EXAMPLE / f"{model}.ramp", "--data", TRAIN, "--out", run_folder, "--seed", seed,
             "--threads", self.threads, *(["--limit", limit] if limit else []), *training_words(self.program, dtype)])
        return run_folder

    def training_rate(self, phase, limit, dtype="f32"):
        """samples/s of a phase, from the lines of metrics.jsonl that name the phase and a rate."""
        return phase_rate(self.train("speed", limit, dtype=dtype), phase)

    def evaluate(self, batch, *options, run_folder=None):
        """The JSON object of `offramp eval` on the test images."""
        return json.loads(run([self.program, "eval", run_folder or self.trained, "--data", TEST, "--batch", batch,
                               *options, "--json"]))

    def rate(self, batch, *options):
        return self.evaluate(batch, *options)["samples_per_second"]

    def build_seconds(self):
        began = time.perf_counter()
        run([self.program, "build", self.trained, "-o", self.work / "standalone"])
        return time.perf_counter() - began

    def first_answer_seconds(self):
        """Wall time of the standalone program on one image: start, load, answer, end."""
        if not (self.work / "standalone").exists():
            self.build_seconds()
        image = self.work / "one-image-idx3-ubyte"
        if not image.exists():
            with gzip.open(DATA / "t10k-images-idx3-ubyte.gz") as file:
                image.write_bytes(struct.pack(">IIII", 0x803, 1, 28, 28) + file.read(16 + 784)[16:])
        began = time.perf_counter()
        run([self.work / "standalone", image])
        return time.perf_counter() - began

    def interleaved(self, batch, *options):
        """samples/s at full depth and with exits, taken in turn in one process, the median of the rounds."""
        rows = json.loads(run([self.program, "bench", self.trained, "--data", TEST, "--batch", batch, "--ways", "full_depth,exits", "--rounds", 15,
                               *options, "--json"]))
        rates = {row["way"]: row["samples_per_second"] for row in rows}
        return rates["full_depth"], rates["exits"]
