#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/checks.md from the checks of a built program: `tools/checks_page.py BUILD`."""
import json
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent.parent
out = subprocess.run([sys.argv[1] + "/strake", "lint", "--list", "--format", "json"], capture_output=True, check=True, text=True).stdout
page = ["# Checks\n", "\nWhat `strake lint` looks for, made by `tools/checks_page.py`. Any id of a row works wherever ours does: on the command line, in ignore\n"
        "files, in comments. *off*: asked for with `--enable ID`. *fix*: `--fix` mends what it safely can.\n"]
kind = None
for x in sorted(json.loads(out), key=lambda x: (x["Type"] != "dockerfile", x["Type"], x["ID"])):
    if x["Type"] != kind:
        kind = x["Type"]
        page.append("\n## %s\n\n| id | severity | | what | elsewhere |\n|---|---|---|---|---|\n" % kind)
    marks = " ".join((["off"] if x["Optional"] else []) + (["fix"] if x["Fix"] else []))
    elsewhere = [a for a in x["Aliases"] if not a.startswith("AVD-") and not (a[:2] == "DS" and a[2:].isdigit())]
    page.append("| %s | %s | %s | %s. %s | %s |\n" % (x["ID"], x["Severity"], marks, x["Title"].replace("|", "\\|"), x["Description"].replace("|", "\\|"), " ".join(elsewhere)))
(here / "docs/checks.md").write_text("".join(page))
