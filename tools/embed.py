#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Text files as arrays of C: `embed.py OUT.h FILE...`; html_page.css becomes html_page_css[], without indentation (YAML keeps it)."""
import pathlib
import sys

out, files = sys.argv[1], sys.argv[2:]
parts = ["/* Made by tools/embed.py. */\n"]
for f in map(pathlib.Path, files):
    lines = f.read_text(encoding="utf-8").splitlines()
    indented = f.suffix in (".yaml", ".yml")  # there it has a meaning
    data = "".join((line.rstrip() if indented else line.strip()) + "\n" for line in lines).encode()
    rows = [",".join(map(str, data[i:i + 32])) for i in range(0, len(data), 32)]
    parts.append("static const char %s[] = {\n%s};\n" % (f.name.replace(".", "_"), ",\n".join(rows)))
pathlib.Path(out).write_text("".join(parts), encoding="ascii")
