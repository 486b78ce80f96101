#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Layer tars -> an OCI layout with gzip layers, and a docker-archive with plain ones.

usage: pack.py LAYERS-DIR OCI-DIR DOCKER-ARCHIVE
"""
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile

layers_dir, oci, docker = sys.argv[1:4]
layers = [os.path.join(layers_dir, f) for f in sorted(os.listdir(layers_dir))]


def sha(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            h.update(block)
    return h.hexdigest()


blobs = os.path.join(oci, "blobs", "sha256")
os.makedirs(blobs, exist_ok=True)


def put(data):
    name = hashlib.sha256(data).hexdigest()
    with open(os.path.join(blobs, name), "wb") as f:
        f.write(data)
    return {"digest": "sha256:" + name, "size": len(data)}


diff_ids = [sha(p) for p in layers]
config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + d for d in diff_ids]},
                     "history": [{"created_by": "layer %d" % i} for i in range(len(layers))]}).encode()
descriptors = []
for path in layers:
    packed = path + ".gz"
    tool = shutil.which("pigz") or "gzip"
    with open(packed, "wb") as f:
        subprocess.run(["gzip", "-6", "-n", "-c", path] if tool == "gzip" else [tool, "-6", "-n", "-c", path], stdout=f, check=True)
    name = sha(packed)
    size = os.path.getsize(packed)
    os.replace(packed, os.path.join(blobs, name))
    descriptors.append({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + name, "size": size})
cfg = put(config)
manifest = put(json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                           "config": dict(cfg, mediaType="application/vnd.oci.image.config.v1+json"), "layers": descriptors}).encode())
with open(os.path.join(oci, "index.json"), "w") as f:
    json.dump({"schemaVersion": 2, "manifests": [dict(manifest, mediaType="application/vnd.oci.image.manifest.v1+json")]}, f)
with open(os.path.join(oci, "oci-layout"), "w") as f:
    json.dump({"imageLayoutVersion": "1.0.0"}, f)
name = hashlib.sha256(config).hexdigest()
with tarfile.open(docker, "w", format=tarfile.USTAR_FORMAT) as tar:
    for path, diff in zip(layers, diff_ids):
        tar.add(path, diff + "/layer.tar")
    for file, data in ((name + ".json", config), ("manifest.json", json.dumps([{"Config": name + ".json", "RepoTags": ["bench:big"], "Layers": [d + "/layer.tar" for d in diff_ids]}]).encode())):
        info = tarfile.TarInfo(file)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
