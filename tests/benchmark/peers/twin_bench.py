"""Speed of the twin: training steps and full-depth inference, eager and compiled. Random images, random weights.

A figure is the median rate of short slices, so that a busy moment of the machine does not decide it.
"""

import statistics
import time

import torch

import twin_train
from twin_model import CLASSES, STAGES, Network

SLICES = 10


def rate(run, samples, seconds, warm=3):
    """Samples per second: median over SLICES slices of `seconds` in all."""
    for _ in range(warm):
        run()
    rates = []
    for _ in range(SLICES):
        began, calls = time.perf_counter(), 0
        while time.perf_counter() - began < seconds / SLICES:
            run()
            calls += 1
        rates.append(calls * samples / (time.perf_counter() - began))
    return statistics.median(rates)


def variants(compile_mode):
    return {"off": ["eager"], "on": ["compiled"], "both": ["eager", "compiled"]}[compile_mode]


def training(phase, compile_mode, seconds, say, dtype="f32", batch=64):
    """Whole steps: forward, backward, clipping, AdamW. bf16: the forward pass and its adjoint under autocast."""
    network = Network()
    images = torch.randint(0, 256, (batch, 28, 28), dtype=torch.uint8)
    labels = torch.randint(0, CLASSES, (batch,))
    memorized = torch.randint(1, STAGES + 1, (batch,)).float()
    updated = [*network.backbone(), *network.heads.parameters()]
    if phase == "together":
        updated += network.gates.parameters()

    def loss():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bf16"):
            rows = network.first_rows(images)
            logits, gates = network.logits_of(rows).float(), network.gates_of(rows).float()
        ce = twin_train.cross_entropies(logits, labels)
        if phase == "warm_up":
            return twin_train.weighted_loss(ce)
        policy, index = twin_train.rollout_loss(gates, ce, memorized, 0.05)
        return policy + ce.gather(1, index).mean()

    result = {"bench": "train", "phase": phase, "dtype": dtype, "batch": batch, "samples_per_second": {}}
    for variant in variants(compile_mode):
        optimizer = twin_train.Optimizer(updated, 1e-4, 10 ** 9)
        forward = torch.compile(loss) if variant == "compiled" else loss
        figure = rate(lambda: optimizer.step(forward()), batch, seconds)
        say(f"training {phase} {variant}: {figure:.0f} samples/s")
        result["samples_per_second"][variant] = round(figure, 1)
    return result


def inference(batches, compile_mode, seconds, say):
    """Full depth with the last head only."""
    network = Network().eval()
    result = {"bench": "infer", "samples_per_second": {}}
    with torch.inference_mode():
        for variant in variants(compile_mode):
            forward = torch.compile(network) if variant == "compiled" else network
            for batch in batches:
                images = torch.randint(0, 256, (batch, 28, 28), dtype=torch.uint8)
                figure = rate(lambda: forward(images), batch, seconds)
                say(f"inference batch {batch} {variant}: {figure:.0f} samples/s")
                result["samples_per_second"].setdefault(variant, {})[str(batch)] = round(figure, 1)
    return result
