"""The rows of BERT encoders: BERT-base (12 stages of width 768, random weights, forced exits) and the training of MiniLM on SST-2.

Every row exists for the dtypes that its target speaks of; one with `dtype` is left out by default where that dtype is emulated.
A target of None is a figure to look at. `both`: the multiple and the share of the chain must both be reached.
"""

import statistics

from figure import Figure


def listed(rates):
    return ", ".join(f"{name} {rate:.3g}" for name, rate in rates.items())


class FullDepth:
    """Full depth against the best of PyTorch, ONNX Runtime and OpenVINO in the same dtype."""

    def __init__(self, batch, dtype, target, name="short", both=False):
        self.batch, self.dtype, self.target, self.set, self.both = batch, dtype, target, name, both
        lengths = {"short": "lengths of SST-2", "long": "128 tokens each", "longest": "512 tokens each"}[name]
        self.name, self.unit = f"BERT-base, full depth, {dtype}, batch {batch}, {lengths}, over the best peer", "x"

    def measure(self, tools, options):
        bert = tools.bert
        mine, peers = bert.ours(self.batch, self.dtype, ways="full_depth", name=self.set)["full_depth"], bert.peers(self.batch, self.dtype, self.set)
        products = bert.products(self.batch, self.dtype, self.set)
        return Figure(mine / max(peers.values()), f"{mine:.3g}; {listed(peers)} samples/s", mine / products if products else None)


class Exits:
    """Speed-up from exits over the layer ratio, against the same artifact with exits off; gates and heads included."""

    def __init__(self, batch, dtype, target):
        self.batch, self.dtype, self.target = batch, dtype, target
        self.name, self.unit = f"BERT-base, exits, {dtype}, batch {batch}, speed-up as a share of the layer ratio", ""

    def measure(self, tools, options):
        rates, (layers, rows) = tools.bert.ours(self.batch, self.dtype), tools.bert.layer_ratio(self.dtype)
        gain = rates["exits"] / rates["full_depth"]
        return Figure(gain / layers, f"{gain:.2f}x ({rates['exits']:.1f} of {rates['full_depth']:.1f} samples/s) at a layer ratio of {layers:.2f}, "
                                     f"{rows:.2f} by tokens")


class Permitted:
    """The same speed-up over the one that the matrix products alone have at the same exits."""

    def __init__(self, batch, dtype):
        self.batch, self.dtype, self.target = batch, dtype, 0.9
        self.name, self.unit = f"BERT-base, exits, {dtype}, batch {batch}, speed-up as a share of what the products permit", ""

    def measure(self, tools, options):
        rates, permitted = tools.bert.ours(self.batch, self.dtype), tools.bert.permitted(self.batch, self.dtype)
        gain = rates["exits"] / rates["full_depth"]
        return Figure(gain / permitted, f"{gain:.2f}x; the products alone {permitted:.2f}x")


class EndToEnd:
    """With exits at batch 32 against the best full-depth peer."""

    def __init__(self, dtype, target):
        self.dtype, self.target = dtype, target
        self.name, self.unit = f"BERT-base, exits at mean stage 5.4, {dtype}, batch 32, over the best peer at full depth", "x"

    def measure(self, tools, options):
        mine, peers = tools.bert.ours(32, self.dtype)["exits"], tools.bert.peers(32, self.dtype)
        return Figure(mine / max(peers.values()), f"{mine:.1f}; {listed(peers)} samples/s")


class NobodyExits:
    """How much longer a batch lasts with exits that nobody takes than with exits off."""

    def __init__(self, batch, dtype):
        self.batch, self.dtype = batch, dtype
        self.name = f"BERT-base, nobody exits, {dtype}, batch {batch}, slower than without exits by at most"
        self.target, self.unit, self.at_most = 0.02, "", True

    def measure(self, tools, options):
        rates = tools.bert.ours(self.batch, self.dtype, rounds=options.pairs, words=("--set", "threshold=1.1", "--limit", 64))
        return Figure(rates["full_depth"] / rates["exits"] - 1, f"{rates['full_depth']:.1f} and {rates['exits']:.1f} samples/s")


class TrainingStep:
    """A whole step of BERT-base with a head after every stage; the chain has forward, both gradients and one pass of AdamW."""

    def __init__(self, dtype, target):
        self.dtype, self.target = dtype, target
        self.name, self.unit = f"BERT-base, training step, {dtype}, batch 32, over PyTorch", "x"

    def measure(self, tools, options):
        mine, other, chain = tools.training.base(self.dtype, max(2, options.steps // 10))
        return Figure(mine / other, f"{mine:.2f} and {other:.2f} samples/s", mine / chain)


class ConsistentEE:
    """A phase of examples/04-sst2 with MiniLM against the same step in PyTorch."""

    def __init__(self, phase, dtype, target):
        self.phase, self.dtype, self.target = phase, dtype, target
        self.name, self.unit = f"MiniLM on SST-2, {phase}, {dtype}, batch 32, over PyTorch", "x"

    def measure(self, tools, options):
        mine, other, chain = tools.training.minilm_rates(self.dtype, options.steps)[self.phase]
        return Figure(mine / other, f"{mine:.1f} and {other:.1f} samples/s", mine / chain)


class Memory:
    def __init__(self, dtype):
        self.dtype, self.target, self.at_most = dtype, 64.0, True
        self.name, self.unit = f"BERT-base program, {dtype}, batch 32, peak memory above its packed weights", " MiB"

    def measure(self, tools, options):
        bert = tools.bert
        _, peak = bert.answers(self.dtype, 64, 32)
        packed = bert.packed_bytes(self.dtype)
        return Figure((peak - packed) / 2**20, f"{peak / 2**20:.0f} MiB, packed weights {packed / 2**20:.0f} MiB")


class FirstAnswer:
    def __init__(self, dtype):
        self.dtype, self.target, self.at_most = dtype, 0.150, True
        self.name, self.unit = f"BERT-base program, {dtype}, start until its first answer and end", " s"

    def measure(self, tools, options):
        return Figure(statistics.median(tools.bert.answers(self.dtype, 1, 1)[0] for _ in range(9)))


class Build:
    def __init__(self, dtype):
        self.dtype, self.target, self.at_most = dtype, 10.0, True
        self.name, self.unit = f"BERT-base, offramp build, {dtype}, warm", " s"

    def measure(self, tools, options):
        return Figure(tools.bert.build(self.dtype)[0])


FULL_DEPTH = {("f32", 32): 1.5, ("f32", 8): 1.3, ("f32", 1): 1.2, ("bf16", 32): 1.9, ("bf16", 8): 1.5, ("bf16", 1): 1.5, ("int8", 32): 4.0,
              ("int8", 8): None, ("int8", 1): None}
OF_LAYER_RATIO = {("f32", 32): 1.0}

ROWS = {f"bert-{batch}-{dtype}": FullDepth(batch, dtype, target) for (dtype, batch), target in FULL_DEPTH.items()}
for each in ("f32", "bf16", "int8"):
    ROWS[f"bert-128-tokens-{each}"] = FullDepth(32, each, 1.1, name="long", both=each == "bf16")
    ROWS[f"bert-512-tokens-{each}"] = FullDepth(8, each, None, name="longest")
    for size in (128, 32, 8, 1):
        ROWS[f"bert-exits-{size}-{each}"] = Exits(size, each, OF_LAYER_RATIO.get((each, size)))
        ROWS[f"bert-permitted-{size}-{each}"] = Permitted(size, each)
    ROWS[f"bert-end-to-end-{each}"] = EndToEnd(each, {"bf16": 4.0}.get(each))
    ROWS |= {f"bert-nobody-{size}-{each}": NobodyExits(size, each) for size in (32, 1)}
    ROWS |= {f"bert-memory-{each}": Memory(each), f"bert-first-answer-{each}": FirstAnswer(each), f"bert-build-{each}": Build(each)}
for each, wanted, of_minilm in (("f32", 2.0, None), ("bf16", 3.5, 5.0)):
    ROWS[f"bert-train-{each}"] = TrainingStep(each, wanted)
    ROWS |= {f"minilm-{phase.replace('_', '-')}-{each}": ConsistentEE(phase, each, of_minilm) for phase in ("warm_up", "learn_to_exit", "together")}
