#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs what changed in a root file system since the last call as an image layer (with whiteouts).

usage: layer.py ROOT STATE.json OUT.tar
"""
import json
import os
import stat
import sys
import tarfile

root, state_path, out = sys.argv[1:4]
old = json.load(open(state_path)) if os.path.exists(state_path) else {}
new = {}
changed = []
for dirpath, dirs, files in os.walk(root):
    rel = os.path.relpath(dirpath, root)
    if rel in ("proc", "sys", "dev"):
        dirs[:] = []
        continue
    for name in sorted(dirs) + sorted(files):
        path = os.path.normpath(os.path.join(rel, name))
        st = os.lstat(os.path.join(root, path))
        mark = [st.st_size if not stat.S_ISDIR(st.st_mode) else 0, st.st_mtime_ns if not stat.S_ISDIR(st.st_mode) else 0, st.st_mode]
        new[path] = mark
        if old.get(path) != mark:
            changed.append(path)
gone = sorted(p for p in old if p not in new)
with tarfile.open(out, "w", format=tarfile.PAX_FORMAT) as tar:
    for path in sorted(changed):
        tar.add(os.path.join(root, path), path, recursive=False)
    for path in gone:
        if os.path.dirname(path) in old and os.path.dirname(path) not in new and os.path.dirname(path):
            continue
        info = tarfile.TarInfo(os.path.join(os.path.dirname(path), ".wh." + os.path.basename(path)))
        tar.addfile(info)
json.dump(new, open(state_path, "w"))
print(f"{out}: {os.path.getsize(out)} bytes, {len(changed)} entries")
