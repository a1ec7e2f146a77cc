"""Runs one check of this folder on a checkout: run.py CHECK ROOT. Prints every problem; exit status 1 if there is one."""
import importlib
import sys

from tree import Tree

problems = importlib.import_module(sys.argv[1]).check(Tree(sys.argv[2]))
print("\n".join(problems) or f"{sys.argv[1]}: nothing to complain about")
sys.exit(bool(problems))
