# SPDX-License-Identifier: Apache-2.0
"""Inputs with packages of languages: a tree of node_modules, a bill of materials, a jar. Made once, always the same."""
import json
import os
import random
import zipfile


def node_modules(path, files):
    """`files` files: packages of a package.json and nine others, two folders deep, with a lock file that names them."""
    if os.path.exists(path + "/package-lock.json"):
        return
    packages = {"": {"name": "app", "version": "1.0.0"}}
    for i in range(files // 10):
        name = ("@scope%d/" % (i % 40) if i % 4 == 0 else "") + "package-%d" % i
        version = "%d.%d.%d" % (i % 9, i % 20, i % 7)
        packages["node_modules/" + name] = {"version": version, "license": "MIT"}
        folder = os.path.join(path, "node_modules", name)
        os.makedirs(folder + "/lib/util")
        with open(folder + "/package.json", "w") as f:
            json.dump({"name": name, "version": version, "license": "MIT", "main": "lib/index.js", "dependencies": {"package-%d" % (i // 2): "^1"}}, f)
        for k in range(9):
            with open("%s/lib/%s%d.js" % (folder, "util/" if k > 5 else "", k), "w") as f:
                f.write("module.exports = %d;\n" % k * (10 + i % 50))
    with open(path + "/package-lock.json", "w") as f:
        json.dump({"name": "app", "lockfileVersion": 3, "packages": packages}, f, indent=1)


def bill(path, components):
    """CycloneDX with packages of four ecosystems, of which the database knows some."""
    names = {"pypi": ["django", "flask", "requests", "urllib3", "pillow"], "npm": ["lodash", "jquery", "express"],
             "golang": ["golang.org/x/text", "golang.org/x/crypto"], "cargo": ["time", "libc", "tokio"]}
    out = []
    for i in range(components):
        kind = sorted(names)[i % 4]
        name = names[kind][i % len(names[kind])] if i % 10 == 0 else "component-%d" % i
        version = "%d.%d.%d" % (i % 5, i % 13, i % 17)
        out.append({"type": "library", "bom-ref": "r%d" % i, "name": name, "version": version, "purl": "pkg:%s/%s@%s" % (kind, name, version)})
    with open(path, "w") as f:
        json.dump({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": out}, f)


def jar(path, size):
    """About `size` bytes packed: classes that shrink to half, as real ones do, in 40 libraries with their pom.properties."""
    if os.path.exists(path):
        return
    rng = random.Random(1)
    noise = bytes(b"abcdefgh01234567"[b & 15] for b in rng.randbytes(1 << 20))
    with zipfile.ZipFile(path + ".tmp", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nImplementation-Title: app\nImplementation-Version: 1.0\n")
        for i in range(40):
            inner = path + ".inner"
            with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as n:
                n.writestr("META-INF/maven/org.example/lib%d/pom.properties" % i, "groupId=org.example\nartifactId=lib%d\nversion=1.%d\n" % (i, i))
                at = 0
                while at < 2 * size // 40:
                    n.writestr("org/example/C%d.class" % at, bytes([i]) + noise[at % 900000:at % 900000 + 100000])
                    at += 100000
            z.write(inner, "BOOT-INF/lib/lib%d-1.%d.jar" % (i, i), zipfile.ZIP_STORED)
        os.unlink(inner)
    os.replace(path + ".tmp", path)


def scripts(path, files):
    """Programs as packages hold them: short words, long minified lines, digests, comments; no secret among them."""
    if os.path.exists(path + "/done"):
        return
    rng = random.Random(2)
    words = ("function return const value module exports require options index length config name this state event node parent child source target result "
             "render update create remove buffer stream error message type object string number array " * 8 + "password token secret key client").split()
    for i in range(files):
        folder = "%s/node_modules/package-%d/lib" % (path, i // 10)
        os.makedirs(folder, exist_ok=True)
        parts = []
        for _ in range(rng.randrange(200, 4000)):
            kind = rng.randrange(40)
            if kind == 0:
                parts.append('"sha512-%s",' % "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=86)))
            elif kind < 3:
                parts.append("// %s\n" % " ".join(rng.choices(words, k=8)))
            else:
                parts.append("%s.%s=%s(%s,%d);" % (rng.choice("abcdefgtenr"), rng.choice(words), rng.choice("abcdefgtenr"), rng.choice(words), rng.randrange(1000)))
            if i % 3 and kind % 4 == 0:
                parts.append("\n")
        with open("%s/%d.js" % (folder, i % 10), "w") as f:
            f.write("".join(parts))
    open(path + "/done", "w").close()


def host(path, containers):
    """The files of a host that runs containers: the daemon's configuration, unit files, and an OCI configuration of each."""
    bundle = {"ociVersion": "1.0.2", "root": {"path": "rootfs"},
              "process": {"user": {"uid": 0, "gid": 0}, "args": ["app"], "env": ["PATH=/usr/bin", "A=b"], "cwd": "/", "apparmorProfile": "docker-default",
                          "capabilities": {k: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID"]
                                           for k in ("bounding", "effective", "permitted")}},
              "mounts": [{"destination": "/mnt/%d" % i, "type": "bind", "source": "/srv/%d" % i, "options": ["rbind", "rw"]} for i in range(20)],
              "linux": {"namespaces": [{"type": t} for t in ("pid", "network", "ipc", "uts", "mount")],
                        "resources": {"memory": {"limit": 1 << 30}, "cpu": {"shares": 512}},
                        "seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "write", "open"], "action": "SCMP_ACT_ALLOW"}] * 60}}}

    def put(name, text):
        os.makedirs(os.path.dirname(path + "/" + name), exist_ok=True)
        with open(path + "/" + name, "w") as f:
            f.write(text)
    put("etc/os-release", "ID=debian\nVERSION_ID=12\n")
    put("etc/docker/daemon.json", '{"icc": true, "log-level": "info"}')
    put("lib/systemd/system/docker.service", "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n")
    for n in range(containers):
        put("run/containerd/io.containerd.runtime.v2.task/moby/%064x/config.json" % n, json.dumps(dict(bundle, hostname="c%d" % n)))
