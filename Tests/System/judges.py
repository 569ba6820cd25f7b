#!/usr/bin/env python3
"""Runs dnsviz, and says what its verdict was.

judges.py COMMAND...              dnsviz itself. Debian's asks pygraphviz for a module that Debian's has no longer, if there are trusted keys.
judges.py --verdicts FILE         one line for each thing that `dnsviz grok` has judged in FILE: what, and how.
"""
import json
import runpy
import sys
import types


def dnsviz():
    import pygraphviz
    if not hasattr(pygraphviz, "release"):
        pygraphviz.release = types.SimpleNamespace(version=pygraphviz.__version__)
    sys.argv[0] = "/usr/bin/dnsviz"
    runpy.run_path(sys.argv[0], run_name="__main__")


def verdicts(value, path=""):
    if isinstance(value, dict):
        if "status" in value:
            print(value.get("id", path), value["status"])
        for key, inner in value.items():
            verdicts(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for inner in value:
            verdicts(inner, path)


if sys.argv[1] == "--verdicts":
    with open(sys.argv[2], encoding="utf-8") as file:
        verdicts(json.load(file))
else:
    dnsviz()
