"""Learning tests: a reduced training reaches stated bounds, and its exits are better than chance.

    learning.py OFFRAMP ROOT CASE

The yardstick of exits is the best that choosing stages at random could do: for the mean stage that was reached, the most accurate
mixture of the network's own stages (the upper hull of accuracy over depth). Random exits with any probabilities are one of these
mixtures, so gates that learned nothing are at or below it. Bounds are means over the seeds, set after measuring (below each case);
another CPU rounds otherwise, which acts like another seed.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

DATA = "/usr/share/datasets/fashion-mnist"
TRAIN = f"train={DATA}/train-images-idx3-ubyte.gz,{DATA}/train-labels-idx1-ubyte.gz"
TEST = f"test={DATA}/t10k-images-idx3-ubyte.gz,{DATA}/t10k-labels-idx1-ubyte.gz"

CASES = {
    # Measured, seeds 1, 2, 3: accuracy 0.740, 0.755, 0.749; mean stage 1.48, 1.22, 1.68 of 4; gain 1.6, 0.6, 0.8 points.
    "consistentee": {
        "model": "examples/01-fashion-mnist/consistentee.ramp",
        "train": ["--limit", "5000", "--set", "width=48", "--set", "stages=4"],
        "eval": ["--set", "threshold=0.2"],
        "seeds": [1, 2, 3], "accuracy": 0.73, "mean_stage": 1.9, "gain": 0.005,
    },
    # The same bounds with products in bf16. Measured, seeds 1, 2, 3: accuracy 0.739, 0.755, 0.749; mean stage 1.48, 1.22, 1.68 of 4; gain 1.6, 0.6, 0.8 points.
    "consistentee_bf16": {
        "model": "examples/01-fashion-mnist/consistentee.ramp",
        "train": ["--limit", "5000", "--set", "width=48", "--set", "stages=4", "--dtype", "bf16"],
        "eval": ["--set", "threshold=0.2"],
        "seeds": [1, 2, 3], "accuracy": 0.73, "mean_stage": 1.9, "gain": 0.005,
    },
    # Measured, seed 0: accuracy 0.833, mean stage 2.26 of 3, gain 3.7 points.
    "entropy": {
        "model": "examples/03-conv-exits/branchy.ramp",
        "train": ["--limit", "6000"],
        "eval": ["--set", "threshold=0.9"],
        "seeds": [0], "accuracy": 0.78, "mean_stage": 2.6, "gain": 0.015,
    },
}


def best_mixture(accuracies, mean_stage):
    """Largest accuracy of a mixture of stages with this mean: the upper hull, by trying every pair."""
    best = 0.0
    for i, low in enumerate(accuracies, 1):
        for j, high in enumerate(accuracies, 1):
            if i <= mean_stage <= j:
                share = (mean_stage - i) / (j - i) if j > i else 0.0
                best = max(best, low + share * (high - low))
    return best


def main():
    offramp, root, name = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    case = CASES[name]
    if not os.path.isdir(DATA):
        print(f"SKIPPED: no Fashion-MNIST in {DATA} (apt install dataset-fashion-mnist)")
        return 77
    environment = {"OMP_WAIT_POLICY": "passive", **os.environ}
    results = []
    with tempfile.TemporaryDirectory() as work:
        for seed in case["seeds"]:
            run = os.path.join(work, f"run{seed}")
            begun = time.monotonic()
            subprocess.run([offramp, "train", str(root / case["model"]), "--data", TRAIN, "--seed", str(seed), "--out", run, *case["train"]],
                           env=environment, check=True)
            said = subprocess.run([offramp, "eval", run, "--data", TEST, "--json", *case["eval"]], env=environment, check=True, text=True, stdout=subprocess.PIPE)
            found = json.loads(said.stdout)
            chance = best_mixture(found["per_stage_accuracy"], found["mean_stage"])
            results.append((found["accuracy"], found["mean_stage"], found["accuracy"] - chance))
            print(f"seed {seed}: accuracy {found['accuracy']:.4f} at mean stage {found['mean_stage']:.3f} of {found['stages']}, "
                  f"random exits {chance:.4f}; per stage {found['per_stage_accuracy']}, {time.monotonic() - begun:.0f} s", flush=True)
    accuracy, mean_stage, gain = (sum(column) / len(results) for column in zip(*results))
    print(f"mean: accuracy {accuracy:.4f} (at least {case['accuracy']}), mean stage {mean_stage:.3f} (at most {case['mean_stage']}), "
          f"gain over random exits {gain:.4f} (at least {case['gain']})")
    if not (accuracy >= case["accuracy"] and mean_stage <= case["mean_stage"] and gain >= case["gain"]):
        sys.exit("FAILED: a bound is missed")
    return 0


sys.exit(main())
