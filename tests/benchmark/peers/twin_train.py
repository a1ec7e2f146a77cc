"""Training phases and evaluation with exits.

`consistent`: (1) every head learns, weighted by its stage; (2) gates learn by REINFORCE with everything else frozen;
(3) everything learns. Before (2) the memorized layer of each training image is taken: the first stage from which on all
heads are right. `weighted`: phase (1) only; exits where the largest probability exceeds a threshold.
"""

import math
import time

import torch
from torch.nn import functional

COPIES = 8


def stage_numbers(values):
    """1 … STAGES for values [N, STAGES, …]."""
    return torch.arange(1, values.shape[1] + 1, dtype=torch.float32, device=values.device)


class Optimizer:
    """AdamW with clipping at norm 1, a linear warm-up over a tenth of the steps, then a linear decay to 0."""

    def __init__(self, parameters, rate, steps):
        parameters = list(parameters)
        self.parameters, self.rate, self.steps, self.step_number = parameters, rate, steps, 0
        groups = [{"params": [p for p in parameters if p.ndim >= 2], "weight_decay": 0.01},
                  {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0}]
        self.adamw = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.999), eps=1e-8)

    def step(self, loss):
        self.step_number += 1
        warm = max(1, math.ceil(0.1 * self.steps))
        share = min(self.step_number / warm, max(0.0, (self.steps - self.step_number) / max(1, self.steps - warm)))
        for group in self.adamw.param_groups:
            group["lr"] = self.rate * share
        self.adamw.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.adamw.step()


def cross_entropies(logits, labels):
    """[N, STAGES, CLASSES], [N] -> [N, STAGES]."""
    return functional.cross_entropy(logits.transpose(1, 2), labels[:, None].expand(-1, logits.shape[1]), reduction="none")


def zero_one(logits, labels):
    """1 where another class than the label leads: [N, STAGES, CLASSES], [N] -> [N, STAGES]."""
    return (logits.argmax(2) != labels[:, None]).float()


def weighted_loss(ce):
    numbers = stage_numbers(ce)
    return ((ce * numbers).sum(1) / numbers.sum()).mean()


def divergences(logits):
    """Kullback-Leibler divergence of each stage's answer from the last one's, which is not to learn from it: [N, STAGES, CLASSES] -> [N, STAGES]."""
    target = logits[:, -1:].detach().log_softmax(2)
    return (target.exp() * (target - logits.log_softmax(2))).sum(2)


def log_stop(gates):
    """Log-probability of leaving at each stage, [N, STAGES - 1] -> [N, STAGES]; no decision at the last one."""
    stay = functional.pad(-functional.softplus(gates).cumsum(1), (1, 0))
    leave = functional.pad(-functional.softplus(-gates), (0, 1))
    return stay + leave


def rollout_loss(gates, losses, memorized, alpha, entropy=0.0):
    """REINFORCE over COPIES walks per sample that share one forward pass; returns the policy loss and the stages taken.

    gates [N, STAGES - 1], losses of the exits [N, STAGES], memorized [N] -> scalar, index [N, COPIES] counted from 0. `entropy` is what a
    walk is paid for each nat of being unlikely.
    """
    taken = torch.rand(len(gates), COPIES, gates.shape[1], device=gates.device) < torch.sigmoid(gates.detach())[:, None]
    forced = torch.ones(len(gates), COPIES, 1, dtype=torch.bool, device=gates.device)
    index = torch.cat([taken, forced], dim=2).to(torch.int8).argmax(2)  # [N, COPIES], the first true one
    log_probability = log_stop(gates).gather(1, index)
    reward = -losses.detach().gather(1, index) - alpha * (index + 1) * (1 - memorized[:, None] / losses.shape[1])
    reward = reward - entropy * log_probability.detach()
    advantage = reward - reward.mean(1, keepdim=True)
    return -(advantage * log_probability).mean(), index


def memorized_from(logits, labels):
    """First stage from which on all heads are right, [N]; STAGES where the last one is wrong. logits [N, STAGES, CLASSES]."""
    wrong = zero_one(logits, labels)
    return (1 + (wrong * stage_numbers(wrong)).amax(1)).clamp(max=logits.shape[1])


@torch.no_grad()
def outputs(network, images, batch=500):
    """Logits [N, STAGES, CLASSES] and gate logits [N, STAGES - 1] of all images."""
    logits, gates = [], []
    for part in images.split(batch):
        rows = network.first_rows(part)
        logits.append(network.logits_of(rows))
        gates.append(network.gates_of(rows))
    return torch.cat(logits), torch.cat(gates)


class Average:
    """Mean of the weights after every eighth of the last `share` of the steps, the last one among them (Izmailov et al. 2018)."""

    def __init__(self, parameters, share, steps):
        self.parameters, self.share, self.steps, self.taken, self.means = parameters, share, steps, 0, None

    @torch.no_grad()
    def after(self, step):
        left = self.steps - step
        if left >= self.share * self.steps or left % 8:
            return
        self.taken += 1
        if self.means is None:
            self.means = [p.clone() for p in self.parameters]
        for mean, p in zip(self.means, self.parameters):
            mean += (p - mean) / self.taken

    @torch.no_grad()
    def take(self):
        for p, mean in zip(self.parameters, self.means or []):
            p.copy_(mean)


def run_phase(name, images, epochs, batch, rate, parameters, loss_of, say, average=0.0):
    steps_per_epoch = math.ceil(len(images) / batch)
    optimizer = Optimizer(parameters, rate, steps_per_epoch * epochs)
    averaged = Average(optimizer.parameters, average, steps_per_epoch * epochs)
    began = time.perf_counter()
    for epoch in range(epochs):
        total = 0.0
        for chosen in torch.randperm(len(images)).split(batch):
            loss = loss_of(chosen)
            optimizer.step(loss)
            averaged.after(optimizer.step_number)
            total += loss.item() * len(chosen)
        done, seconds = (epoch + 1) * len(images), time.perf_counter() - began
        say(f"{name} epoch {epoch + 1}/{epochs}: loss {total / len(images):.4f}, {done / seconds:.0f} samples/s")
    averaged.take()
    return {"phase": name, "epochs": epochs, "loss": total / len(images) if epochs else None,
            "samples_per_second": round(epochs * len(images) / (time.perf_counter() - began), 1)}


def warm_up(network, images, labels, epochs, say):
    def loss_of(chosen):
        return weighted_loss(cross_entropies(network.logits_of(network.first_rows(images[chosen])), labels[chosen]))

    updated = [*network.backbone(), *network.heads.parameters()]
    return run_phase("warm_up", images, epochs, 64, 1e-3, updated, loss_of, say)


def weighted(network, images, labels, epochs, say):
    return [warm_up(network, images, labels, epochs, say)]


def consistent(network, images, labels, epochs, alpha, entropy, say):
    first, second, third = epochs
    phases = [warm_up(network, images, labels, first, say)]
    logits = outputs(network, images)[0]
    memorized = memorized_from(logits, labels)
    say("memorized layers:", torch.bincount(memorized.long(), minlength=logits.shape[1] + 1)[1:].tolist())

    def exit_loss(chosen):
        with torch.no_grad():
            rows = network.first_rows(images[chosen])
            ce = cross_entropies(network.logits_of(rows), labels[chosen])
        return rollout_loss(network.gates_of(rows), ce, memorized[chosen], alpha, entropy)[0]

    def joint_loss(chosen):
        rows = network.first_rows(images[chosen])
        ce = cross_entropies(network.logits_of(rows), labels[chosen])
        policy, index = rollout_loss(network.gates_of(rows), ce, memorized[chosen], alpha, entropy)
        return policy + ce.gather(1, index).mean()

    phases.append(run_phase("learn_to_exit", images, second, 128, 1e-3, network.gates.parameters(), exit_loss, say))
    phases.append(run_phase("together", images, third, 64, 3e-4, network.parameters(), joint_loss, say))
    return phases


def exits(signal, threshold):
    """Index of the stage each sample leaves at: the first whose signal [N, STAGES - 1] exceeds the threshold."""
    leaves = functional.pad(signal > threshold, (0, 1), value=True)
    return leaves.to(torch.int8).argmax(1)


def at_threshold(logits, labels, signal, threshold):
    index = exits(signal, threshold)
    right = logits.argmax(2).gather(1, index[:, None])[:, 0] == labels
    return {"threshold": threshold, "accuracy": right.float().mean().item(),
            "mean_stage": (index + 1).float().mean().item(),
            "stage_histogram": torch.bincount(index, minlength=logits.shape[1]).tolist()}


def threshold_for(signal, mean_stage):
    """The threshold whose mean stage comes closest to the one wanted, by bisection (the mean stage grows with it)."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if (exits(signal, middle) + 1).float().mean().item() < mean_stage:
            low = middle
        else:
            high = middle
    return high


def curve(logits, labels, signal, thresholds, mean_stages):
    """Accuracy of every stage alone, at thresholds, and where the mean stage is nearest to those wanted."""
    per_stage = (logits.argmax(2) == labels[:, None]).float().mean(0).tolist()
    return {"per_stage_accuracy": per_stage, "full_depth_accuracy": per_stage[-1],
            "exits": [at_threshold(logits, labels, signal, t) for t in thresholds],
            "at_mean_stage": [{"wanted": m, **at_threshold(logits, labels, signal, threshold_for(signal, m))}
                              for m in mean_stages]}


def evaluate(network, images, labels, method, thresholds, mean_stages):
    logits, gates = outputs(network, images)
    signal = torch.sigmoid(gates) if method == "consistent" else logits.softmax(2).amax(2)[:, :-1]
    return curve(logits, labels, signal, thresholds, mean_stages)
