#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks as arrays of C: `embed_checks.py OUT.h FILE...`. Examples and comments stay out: the program reads its checks at every start."""
import pathlib
import re
import sys

out, files = sys.argv[1], sys.argv[2:]
parts = ["/* Made by tools/embed_checks.py. */\n"]
for f in map(pathlib.Path, files):
    kept, examples = [], False
    for line in f.read_text(encoding="utf-8").splitlines():
        if re.match(r" {0,2}\S", line):
            examples = line.startswith("  examples:")
        if line.strip() and not examples and not line.startswith("#"):
            kept.append(line + "\n")
    data = "".join(kept).encode()
    rows = [",".join(map(str, data[i:i + 32])) for i in range(0, len(data), 32)]
    parts.append("static const char %s[] = {\n%s};\n" % (f.name.replace(".", "_"), ",\n".join(rows)))
pathlib.Path(out).write_text("".join(parts), encoding="ascii")
