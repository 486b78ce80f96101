# SPDX-License-Identifier: Apache-2.0
"""What the system tests share: making tars and images, running strake, TAP output. No third-party modules."""
import gzip
import hashlib
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

STRAKE = os.path.abspath(os.environ.get("STRAKE_BIN", "build/strake"))
SOURCE = os.environ.get("STRAKE_SOURCE", os.getcwd())
DATA = os.environ.get("STRAKE_DATA", os.path.join(SOURCE, "..", "shared", "data"))
# To the program it is the option --source.
os.environ.pop("STRAKE_SOURCE", None)
SANITIZED = os.environ.get("STRAKE_SANITIZED") == "1"
tests = []


class Skip(Exception):
    pass


def test(fn):
    tests.append(fn)
    return fn


def data(*parts):
    path = os.path.join(DATA, *parts)
    if not os.path.exists(path):
        raise Skip("no data at %s (set STRAKE_DATA)" % path)
    return path


def main():
    """Runs every @test of the file with a folder of its own; prints TAP."""
    failed = 0
    print("1..%d" % len(tests), flush=True)
    for n, fn in enumerate(tests, 1):
        name = fn.__name__
        work = tempfile.mkdtemp(prefix="strake-test-")
        os.environ["XDG_CACHE_HOME"] = os.path.join(work, "cache")
        try:
            fn(work)
            print("ok %d - %s" % (n, name), flush=True)
        except Skip as e:
            print("ok %d - %s # SKIP %s" % (n, name, e), flush=True)
        except Exception as e:  # a failing test must not hide the others
            failed += 1
            import traceback
            for line in traceback.format_exc().splitlines():
                print("# " + line)
            print("not ok %d - %s: %s" % (n, name, e), flush=True)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    sys.exit(1 if failed else 0)


class Run:
    def __init__(self, code, out, err, seconds, rss):
        self.code, self.out, self.err, self.seconds, self.rss = code, out, err, seconds, rss

    def json(self):
        return json.loads(self.out)

    def says(self, words):
        assert words in self.err + self.out, "%r not said: %s" % (words, (self.err + self.out)[:600])


# A child's peak counts from before its exec, when it is still a copy of this interpreter; a small one stands between.
SHIM = """import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
os.write(int(sys.argv[1]), b"%d %d" % (status, usage.ru_maxrss))
"""


def start_measured(command, **kw):
    """Popen of command, and the pipe that tells its wait status and peak at the end."""
    r, w = os.pipe()
    p = subprocess.Popen([sys.executable, "-S", "-E", "-c", SHIM, str(w), *command], pass_fds=[w], start_new_session=True, **kw)
    os.close(w)
    return p, r


def strake(*args, stdin=None, cwd=None, env=None, timeout=120):
    """Runs strake; rss is the largest resident set of any one of its processes, in bytes."""
    full = dict(os.environ, **(env or {}))
    start = time.monotonic()
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    large = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 64 << 10
    how = dict(stdin=stdin or subprocess.DEVNULL, stdout=out, stderr=err, cwd=cwd, env=full)
    p, told = start_measured([STRAKE, *args], **how) if large else (subprocess.Popen([STRAKE, *args], **how), None)
    deadline = start + timeout
    while True:
        pid, status, usage = os.wait4(p.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > deadline:
            os.killpg(p.pid, signal.SIGKILL) if large else p.kill()
            p.wait()
            raise AssertionError("strake %s: not done after %d s" % (" ".join(args), timeout))
        time.sleep(0.002)
    peak = usage.ru_maxrss
    if large:
        status, peak = map(int, os.read(told, 100).split())
        os.close(told)
    p.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    out.seek(0)
    err.seek(0)
    run = Run(p.returncode, out.read().decode("utf-8", "replace"), err.read().decode("utf-8", "replace"), seconds, peak * 1024)
    assert run.code >= 0, "strake died of signal %d: %s" % (-run.code, run.err[-2000:])
    assert "Sanitizer" not in run.err and "runtime error" not in run.err, run.err[-3000:]
    return run


def packages(report):
    """{(name, version, arch)} of the operating system packages, version whole."""
    found = set()
    for result in report.get("Results") or []:
        if result["Class"] != "os-pkgs":
            continue
        for p in result.get("Packages") or []:
            version = p["Version"] + ("-" + p["Release"] if p.get("Release") else "")
            if p.get("Epoch"):
                version = "%d:%s" % (p["Epoch"], version)
            found.add((p["Name"], version, p.get("Arch")))
    return found


def findings(report):
    return {(v["PkgName"], v["VulnerabilityID"]) for r in report.get("Results") or [] for v in r.get("Vulnerabilities") or []}


# ---- making things ----

def tar(entries, fmt=tarfile.PAX_FORMAT):
    """entries: (name, bytes) file, (name, None) directory, (name, "target") symlink, (name, ("hard", "target"))."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt) as t:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type = tarfile.DIRTYPE
                t.addfile(info)
            elif isinstance(content, tuple):
                info.type, info.linkname = tarfile.LNKTYPE, content[1]
                t.addfile(info)
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                t.addfile(info)
            else:
                info.size = len(content)
                t.addfile(info, io.BytesIO(content))
    return out.getvalue()


def sha(b):
    return "sha256:" + hashlib.sha256(b).hexdigest()


def oci(path, layers, pack=gzip.compress, media="application/vnd.oci.image.layer.v1.tar+gzip", diff_ids=None, tag=None, arch="amd64"):
    """An OCI layout of one image; layers are tar bytes. Returns the layer descriptors."""
    blobs = os.path.join(path, "blobs", "sha256")
    os.makedirs(blobs, exist_ok=True)

    def put(b):
        with open(os.path.join(blobs, sha(b)[7:]), "wb") as f:
            f.write(b)
        return {"digest": sha(b), "size": len(b)}

    config = put(json.dumps({"architecture": arch, "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids or [sha(l) for l in layers]}}).encode())
    descriptors = [dict(put(pack(l)), mediaType=media) for l in layers]
    manifest = put(json.dumps({"schemaVersion": 2, "config": dict(config, mediaType="application/vnd.oci.image.config.v1+json"), "layers": descriptors}).encode())
    entry = dict(manifest, mediaType="application/vnd.oci.image.manifest.v1+json")
    if tag:
        entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
    with open(os.path.join(path, "index.json"), "w") as f:
        json.dump({"schemaVersion": 2, "manifests": [entry]}, f)
    with open(os.path.join(path, "oci-layout"), "w") as f:
        json.dump({"imageLayoutVersion": "1.0.0"}, f)
    return descriptors


def docker_archive(layers, tags=("test:latest",), pack=None):
    """Bytes of a `docker save` archive."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [sha(l) for l in layers]}}).encode()
    name = sha(config)[7:] + ".json"
    stored = [pack(l) if pack else l for l in layers]
    files = [(sha(l)[7:] + "/layer.tar", s) for l, s in zip(layers, stored)]
    manifest = json.dumps([{"Config": name, "RepoTags": list(tags), "Layers": [n for n, _ in files]}]).encode()
    return tar(files + [(name, config), ("manifest.json", manifest)], tarfile.USTAR_FORMAT)


OS_DEBIAN = b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
OS_ALPINE = b'ID=alpine\nVERSION_ID=3.18.4\nPRETTY_NAME="Alpine Linux v3.18"\n'


def dpkg_status(pkgs):
    return b"".join(b"Package: %s\nStatus: install ok installed\nVersion: %s\nArchitecture: amd64\nMaintainer: A <a@debian.org>\n\n" % (n.encode(), v.encode()) for n, v in pkgs)


def debian_layer(pkgs):
    return tar([("etc/os-release", OS_DEBIAN), ("var/lib/dpkg/status", dpkg_status(pkgs))])
