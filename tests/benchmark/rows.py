"""The rows of the benchmark. To add one: write a class with `name`, `target` and `measure`, and list it in ROWS.

`measure(tools, options)` is called once per round and returns a Figure. `tools` holds `ours`, `peer` and `chain`
(measure.py). A row whose figure must not exceed its target sets `at_most`; one that takes long sets `slow` and is run only
when it is named.
"""

import bert_rows
import chains
from figure import Figure


class TrainingSpeed:
    def __init__(self, variant, dtype="f32"):
        self.variant, self.dtype = variant, dtype
        self.name = f"training, {dtype}, batch 64, over PyTorch {variant}"
        self.target, self.unit = 1.7, "x"

    def measure(self, tools, options):
        mine = tools.ours.training_rate("warm_up", options.limit, self.dtype)
        other = tools.peer.training(self.variant, options.seconds, self.dtype)
        chain = tools.chain.rate(chains.training(chains.image_transformer(64, every_head=True)), 64, options.seconds, self.dtype)
        return Figure(mine / other, f"{mine:.0f} and {other:.0f} samples/s", mine / chain)


class FullDepth:
    def __init__(self, batch, target):
        self.batch = batch
        self.name = f"inference, full depth, f32, batch {batch}, over PyTorch eager"
        self.target, self.unit = target, "x"

    def measure(self, tools, options):
        mine, other = tools.ours.rate(self.batch, "--exits", "off"), tools.peer.inference(self.batch, options.seconds)
        chain = tools.chain.rate(chains.inference(chains.image_transformer(self.batch, every_head=False)), self.batch, options.seconds)
        return Figure(mine / other, f"{mine:.0f} and {other:.0f} samples/s", mine / chain)


class ExitSpeedUp:
    """Speed-up from exits as a share of the layer ratio, against the same artifact with exits off."""

    def __init__(self, batch, target):
        self.batch = batch
        self.name = f"speed-up from exits, batch {batch}, share of the layer ratio"
        self.target, self.unit = target, ""

    def measure(self, tools, options):
        full, exits = tools.ours.evaluate(self.batch, "--exits", "off"), tools.ours.evaluate(self.batch)
        gain = exits["samples_per_second"] / full["samples_per_second"]
        ratio = exits["stages"] / exits["mean_stage"]
        return Figure(gain / ratio, f"{gain:.2f}x at a layer ratio of {ratio:.2f}")


class NobodyExits:
    """Cost of exits that nobody takes: how much longer a batch lasts with threshold 1.1 than with exits off."""

    def __init__(self, batch):
        self.batch = batch
        self.name = f"nobody exits, batch {batch}, slower than without exits by at most"
        self.target, self.unit, self.at_most = 0.02, "", True

    def measure(self, tools, options):
        full, never = tools.ours.interleaved(self.batch, "--set", "threshold=1.1")
        return Figure(full / never - 1, f"{full:.0f} and {never:.0f} samples/s")


class Build:
    name, target, unit, at_most = "offramp build, warm", 5.0, " s", True

    def measure(self, tools, options):
        return Figure(tools.ours.build_seconds())


class FirstAnswer:
    name, target, unit, at_most = "standalone program, start until its first answer and end", 0.050, " s", True

    def measure(self, tools, options):
        return Figure(tools.ours.first_answer_seconds())


class Accuracy:
    """All images, three seeds, against the twin at equal mean stage. One round is the whole comparison (about an hour)."""

    name, target, unit, at_most, slow = "accuracy below PyTorch at equal mean stage, points", 0.3, "", True, True

    def measure(self, tools, options):
        ours, peer = tools.ours, tools.peer
        mine, stages, others = [], [], []
        for seed in (1, 2, 3):
            result = ours.evaluate(64, run_folder=ours.train(f"seed-{seed}", seed=seed))
            mine.append(result["accuracy"])
            stages.append(result["mean_stage"])
            twin = peer("--seed", seed, "train", "--mean-stages", result["mean_stage"])
            others.append(twin["test"]["at_mean_stage"][0]["accuracy"])
        ratio = 6 * len(stages) / sum(stages)
        detail = f"{percent(mine)} and {percent(others)} at layer ratio {ratio:.2f} (to reach: 2.6)"
        return Figure(100 * (sum(others) - sum(mine)) / len(mine), detail)


def percent(shares):
    return f"{100 * sum(shares) / len(shares):.2f} %"


ROWS = {
    "train-eager": TrainingSpeed("eager"),
    "train-eager-bf16": TrainingSpeed("eager", "bf16"),
    "train-compiled": TrainingSpeed("compiled"),
    "full-64": FullDepth(64, 1.5),
    "full-1": FullDepth(1, 3.0),
    "exits-64": ExitSpeedUp(64, 1.1),
    "exits-1": ExitSpeedUp(1, 0.9),
    "nobody-64": NobodyExits(64),
    "nobody-1": NobodyExits(1),
    "build": Build(),
    "first-answer": FirstAnswer(),
    "accuracy": Accuracy(),
    **bert_rows.ROWS,
}
