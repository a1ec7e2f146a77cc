"""How fast BERT encoders train: phases of examples/04-sst2 by `offramp train` and by PyTorch (peers/text_twin_bench.py), at the sizes of
BERT-base with random weights and of MiniLM. A figure is the rate of the median step."""

import json
import shutil

import chains
from bert_measure import DATA
from measure import ROOT, NotMeasured, phase_rate, run, training_words

EXAMPLE = ROOT / "examples" / "04-sst2"
PHASES = ("new_exits", "warm_up", "learn_to_exit", "together")


def copy_example(folder):
    """Its models and class names, which lie beside vocabulary and weights."""
    for file in (*EXAMPLE.glob("*.ramp"), EXAMPLE / "classes.txt"):
        shutil.copy(file, folder)


class Training:
    """`bert`: bert_measure.Bert, whose encoder and peers are used."""

    def __init__(self, bert, work, minilm):
        self.bert, self.work, self.minilm = bert, work, minilm

    def ours(self, model, weights, phases, steps, dtype, settings=()):
        """{phase: samples/s}, each phase trained for `steps` batches of 32, the pass through frozen stages in each, as in PyTorch."""
        program, options = self.bert.program, self.bert.options
        known = PHASES if model.stem == "consistentee" else PHASES[:2]
        words = [word for phase in known for word in ("--set", f"{phase}.epochs={int(phase in phases)}")]
        words += [word for setting in settings for word in ("--set", setting)]
        out = self.work / "trained"
        shutil.rmtree(out, ignore_errors=True)
        run([program, "train", model, "--init", weights, "--data", f"train={DATA}/sst2/train.tsv.gz", "--data", f"valid={self.small_table()}",
             "--limit", 32 * steps, "--out", out, "--threads", options.threads, "--frozen-mib", 0, *words, *training_words(program, dtype)])
        rates = {phase: phase_rate(out, phase) for phase in phases}
        shutil.rmtree(out)
        return rates

    def small_table(self):
        """A validation set of two sentences, because epochs end by measuring it."""
        path = self.work / "two.tsv"
        path.write_text("sentence\tlabel\nan utterly compelling film\t1\na dull , lifeless mess\t0\n")
        return path

    def twin(self, folder, phase, dtype, steps):
        out = self.bert.peer_script("text_twin_bench.py", "--model", folder, "--data", f"{DATA}/sst2/train.tsv.gz", "--phase", phase, "--dtype",
                                    dtype, "--steps", steps, "--threads", self.bert.options.threads)
        return json.loads(out.splitlines()[-1])["samples_per_second"]

    def base(self, dtype, steps):
        """A warm-up step of BERT-base with a head after every stage: samples/s of ours, of PyTorch, and of the products alone."""
        bert, assembled, run_folder = self.bert, self.work / "base", self.bert.run_folder
        encoder = run_folder.parent / "model"
        assembled.mkdir(exist_ok=True)
        shutil.copy(encoder / "vocab.txt", assembled)
        copy_example(assembled)
        mine = self.ours(assembled / "weighted_ce.ramp", encoder / "weights.safetensors", ("warm_up",), steps, dtype,
                         ("stages=12", "width=768", "heads=12"))["warm_up"]
        tokens = chains.typical(bert.sets["tokens"]["train"][:32 * steps], 32)
        weights = sum(size for name, size in bert.weights() if not name.startswith("gate."))
        lines = chains.training(chains.Bert(first_row=False).step(tokens), weights)
        chain = len(tokens) / bert.chain.seconds([lines], bert.options.seconds, dtype)[0]
        return mine, self.twin(run_folder.parent / "hf", "warm_up", dtype, steps), chain

    def minilm_rates(self, dtype, steps):
        """{phase: (ours, PyTorch, the products alone)} of ConsistentEE on SST-2 with MiniLM, samples/s."""
        if not (self.minilm / "model.safetensors").exists():
            raise NotMeasured(f"no MiniLM in {self.minilm}: examples/04-sst2/fetch {self.minilm}, or name its folder with --minilm")
        model = self.work / "minilm"
        if not model.exists():
            run([self.bert.program, "import", "hf", self.minilm, "--encoder-only", "--out", model])
        copy_example(model)
        phases = PHASES[1:]

        def chain(phase):
            assert self.bert.run_folder  # lengths of sentences come with it
            tokens = chains.typical(self.bert.sets["tokens"]["train"][:32 * steps], 32)
            weights = (model / "weights.safetensors").stat().st_size // 4
            lines = chains.Bert(stages=6, width=384, first_row=False).phase(phase, tokens, weights)
            return len(tokens) / self.bert.chain.seconds([lines], self.bert.options.seconds, dtype)[0]

        def take():
            mine = self.ours(model / "consistentee.ramp", model / "weights.safetensors", phases, steps, dtype)
            return {phase: (mine[phase], self.twin(self.minilm, phase, dtype, steps), chain(phase)) for phase in phases}
        return self.bert.once(("minilm", dtype), take)
