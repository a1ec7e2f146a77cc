"""Tests of the benchmark's own arithmetic, without measuring: which products a chain has, and when a row counts as reached."""

import unittest

import chains
import rows
import table
from figure import Figure


def flop(lines):
    sizes = [[int(word) for word in line.split()[1:4]] for line in lines]
    return sum(2 * m * k * n for m, k, n in sizes)


class ChainsTest(unittest.TestCase):
    bert = chains.Bert()

    def test_full_depth_computes_only_rows_that_are_read(self):
        lines = chains.inference(self.bert.full_depth([10, 20]))
        self.assertEqual(len(lines), 12 * 5 + 2)
        whole = 2 * 768 * 768 * (4 + 8)  # of one row of one stage: query, key, value, output, and 2 · 4 widths of feed-forward
        last = 30 * 2 * 768 * 2 * 768 + 2 * 2 * 768 * 768 * (2 + 8)
        self.assertEqual(flop(lines), 11 * 30 * whole + last + 2 * 2 * 768 * (768 + 2))

    def test_rows_read_by_their_mean_are_all_computed(self):
        self.assertIn("packed 30 3072 768 12.shrink", chains.inference(chains.Bert(first_row=False).full_depth([10, 20])))

    def test_who_left_has_no_rows(self):
        lines = chains.inference(self.bert.with_exits([10, 20, 30], [1, 3, 3]))
        self.assertIn("packed 60 768 1536 1.key_value", lines)
        self.assertIn("packed 50 768 1536 2.key_value", lines)
        self.assertIn("packed 1 768 768 1.head_dense", lines)
        self.assertFalse([line for line in lines if line.split()[4].startswith(("4.", "2.head"))])

    def test_nobody_leaving_costs_the_gates(self):
        tokens = [10, 20]
        stay = flop(chains.inference(self.bert.with_exits(tokens, [12, 12])))
        gates = 11 * 2 * 2 * 64 * (768 + 1)
        self.assertEqual(stay, flop(chains.inference(self.bert.full_depth(tokens))) + gates)

    def test_a_training_step_has_three_products_per_layer_but_at_the_input(self):
        lines = chains.training(chains.image_transformer(2, every_head=True), weights=7)
        kinds = [line.split()[0] for line in lines]
        layers = 1 + 6 * (5 + 2)
        self.assertEqual([kinds.count(kind) for kind in ("forward", "weight", "input", "adamw")], [layers, layers, layers - 1, 1])
        self.assertEqual(lines[-1], "adamw 7")

    def test_while_exits_learn_the_rest_runs_forward(self):
        minilm = chains.Bert(stages=6, width=384, first_row=False)
        forward = chains.training(minilm.step([10, 20]))[:6 * (5 + 2)]
        lines = minilm.phase("learn_to_exit", [10, 20], 7)
        self.assertEqual(lines[:len(forward)], forward)
        self.assertTrue(all(".gate_" in line for line in lines[len(forward):]))
        self.assertEqual(len(lines) - len(forward), 5 * 2 * 3 - 5)  # three products each, but nobody learns from a gate's input
        self.assertEqual(minilm.phase("warm_up", [10, 20], 7), chains.training(minilm.step([10, 20]), 7))

    def test_a_typical_batch_is_as_long_as_all(self):
        tokens = [3 + (7 * place) % 40 for place in range(320)]
        batch = chains.typical(tokens, 32)
        self.assertEqual(len(batch), 32)
        self.assertAlmostEqual(sum(batch) / 32, sum(tokens) / 320, delta=0.5)
        self.assertEqual(chains.typical([5, 9], 2), [5, 9])


class What:
    name, unit = "what", "x"

    def __init__(self, target, **kinds):
        self.target = target
        self.__dict__ |= kinds


class ReachedTest(unittest.TestCase):
    def test_multiple_or_share_of_the_chain(self):
        for value, share, expected in ((2.0, None, True), (1.9, None, False), (1.9, 0.85, True), (1.9, 0.84, False)):
            self.assertIs(table.reached(What(2.0), value, share), expected)

    def test_both(self):
        for value, share, expected in ((2.0, 0.85, True), (2.0, 0.8, False), (1.9, 0.9, False), (2.0, None, False)):
            self.assertIs(table.reached(What(2.0, both=True), value, share), expected)

    def test_at_most(self):
        self.assertIs(table.reached(What(0.02, at_most=True), 0.02, None), True)
        self.assertIs(table.reached(What(0.02, at_most=True), 0.03, None), False)

    def test_no_target(self):
        self.assertIsNone(table.reached(What(None), 3.0, 0.9))

    def test_a_row_is_the_median_with_its_range(self):
        made = table.row("r", What(2.0), [Figure(3.0, "a", 0.5), Figure(1.0, "b", 0.7), Figure(2.5, "c", 0.6)])
        expected = {"median": 2.5, "lowest": 1.0, "highest": 3.0, "chain_share": 0.6, "detail": "c", "reached": True}
        self.assertEqual({key: made[key] for key in expected}, expected)

    def test_every_row_can_be_shown(self):
        for name, row in rows.ROWS.items():
            self.assertTrue(row.name and row.unit is not None and hasattr(row, "target") and callable(row.measure), name)


if __name__ == "__main__":
    unittest.main()
