#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Storage of container engines, read from disk: what containerd, podman and skopeo keep gives the same report as the
archive it came from; stores that are broken or hostile are refused or told.

Starts a containerd of its own in a temporary folder and stops it by pid. Skips what is not installed or may not
be started here."""
import base64
import signal
import stat
import struct
import subprocess

from lib import *


def need(*programs):
    for p in programs:
        if not shutil.which(p):
            raise Skip("%s is not installed" % p)
    if os.geteuid() != 0:
        raise Skip("needs root")


def run(*cmd, **kw):
    p = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    assert p.returncode == 0, (cmd, p.stdout[-600:])
    return p.stdout


def npm(name, version):
    return json.dumps({"name": name, "version": version}).encode()


def layers():
    """Upper layers change the database, make a directory opaque, take files away, and put others over them."""
    long = "srv/" + "/".join(["a" * 60] * 3) + "/node_modules/left-pad/package.json"
    elf = b"\x7fELF\2\1\1" + b"\0" * 200
    return [
        debian_layer([("libc6", "2.36-9"), ("zlib1g", "1:1.2.13-1"), ("bash", "5.2.15-2+b2")]),
        tar([("old/q/node_modules/lodash/package.json", npm("lodash", "4.17.15")), ("keep/node_modules/minimist/package.json", npm("minimist", "0.0.8")),
             ("swap/node_modules/qs/package.json", npm("qs", "6.2.0")), ("stay/node_modules/ms/package.json", npm("ms", "0.7.0")), ("usr/bin/tool", elf)]),
        tar([("old/.wh..wh..opq", b""), ("old/new", b"x"), ("var/lib/dpkg/status", dpkg_status([("libc6", "2.36-9"), ("zlib1g", "1:1.2.13-1")]))]),
        tar([("keep/.wh.node_modules", b""), ("swap", "elsewhere"), (long, npm("left-pad", "1.0.0")), ("usr/bin/tool", b"#!/bin/sh\n" + b"#" * 200),
             ("srv/node_modules/" + "l" * 90, "t" * 120)]),
    ]


def image(path, tags=("localhost/strake:1",)):
    with open(path, "wb") as f:
        f.write(docker_archive(layers(), tags=tags))
    return path


def every(report):
    """All that is found, with the layer that brought it."""
    return sorted((r["Class"], p["Name"], p["Version"], p.get("Layer", {}).get("DiffID")) for r in report.get("Results") or [] for p in r.get("Packages") or [])


def scan(target, *args, code=0):
    r = strake("scan", "--format", "json", *args, target)
    assert r.code == code, (target, r.code, r.err)
    return r.json()


def same(got, want, layered=True):
    assert got["ArtifactType"] == "container_image", got["ArtifactType"]
    a, b = every(got), every(want)
    if not layered:
        a, b = [x[:3] for x in a], [x[:3] for x in b]
    assert a == b, (a, b)
    assert findings(got) == findings(want)
    assert got["Metadata"]["ImageID"] == want["Metadata"]["ImageID"]


def named(report):
    """Reports of a run by the artifact's name."""
    return {r["ArtifactName"]: r for r in (report if isinstance(report, list) else [report])}


# ---- the real programs ----

def podman(work, driver):
    need("podman")
    base = ["podman", "--root", work + "/" + driver, "--runroot", work + "/run-" + driver, "--storage-driver=" + driver]
    image(work + "/i.tar")
    p = subprocess.run([*base, "load", "-i", work + "/i.tar"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if p.returncode:
        raise Skip("podman does not run here with %s: %s" % (driver, p.stdout[-200:].replace("\n", " ")))
    return work + "/" + driver


def release(*mounts):
    for m in mounts:
        subprocess.run(["umount", m], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@test
def an_overlay_store_of_podman_is_read(work):
    try:
        store = podman(work, "overlay")
        want = scan(work + "/i.tar")
        assert len(every(want)) == 4, every(want)
        for target in (store, "containers-storage:" + store, "containers-storage:%s:strake:1" % store, "containers-storage:%s:localhost/strake:1" % store,
                       "containers-storage:%s:%s" % (store, want["Metadata"]["ImageID"][7:]), "containers-storage:%s:%s" % (store, want["Metadata"]["ImageID"][7:19])):
            got = scan(target)
            same(got, want)
            assert got["ArtifactName"] == "localhost/strake:1"
            assert [l["DiffID"] for l in got["Metadata"]["Layers"]] == [l["DiffID"] for l in want["Metadata"]["Layers"]]
        r = strake("scan", "containers-storage:%s:none" % store)
        assert r.code == 3
        r.says('no image named "none"')
    finally:
        release(work + "/overlay/overlay")


@test
def a_vfs_store_of_podman_is_read(work):
    try:
        store = podman(work, "vfs")
        got = scan(store)
        same(got, scan(work + "/i.tar"), layered=False)
        assert len(got["Metadata"]["Layers"]) == 1
        r = strake("scan", "--scanners", "none", "--format", "json", "containers-storage:%s:strake:1" % store)
        r.says("4 layers as one")
    finally:
        release(work + "/vfs/vfs")


@test
def what_skopeo_puts_into_a_store_is_read(work):
    need("skopeo")
    image(work + "/i.tar", ("a/b:1",))
    for driver in ("vfs", "overlay"):
        store = "%s/%s" % (work, driver)
        try:
            p = subprocess.run(["skopeo", "--insecure-policy", "copy", "docker-archive:%s/i.tar" % work, "containers-storage:[%s@%s+%s/run]docker.io/a/b:2" % (driver, store, work)],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if p.returncode:
                raise Skip("skopeo has no store here: " + p.stdout[-200:].replace("\n", " "))
            got = scan("containers-storage:%s:a/b:2" % store)
            same(got, scan(work + "/i.tar"), layered=driver == "overlay")
            assert got["ArtifactName"] == "docker.io/a/b:2"
        finally:
            release("%s/%s" % (store, driver))


@test
def what_lies_unpacked_never_comes_from_the_cache_nor_goes_there(work):
    try:
        store = podman(work, "overlay")
        want = every(scan(store))
        status = [os.path.join(d, "status") for d, _, f in os.walk(store) if "status" in f]
        for path in status:
            with open(path, "ab") as f:
                f.write(dpkg_status([("openssl", "3.0.11-1")]))
        assert every(scan(store)) != want
        archive = scan(work + "/i.tar")
        assert every(archive) == want, "a changed store must not stand for the archive"
        assert every(scan(store)) != want
    finally:
        release(work + "/overlay/overlay")


def start_containerd(work):
    need("containerd", "ctr")
    with open(work + "/c.toml", "w") as f:
        f.write('version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
    log = open(work + "/containerd.log", "w")
    daemon = subprocess.Popen(["containerd", "--config", work + "/c.toml", "--root", work + "/root", "--state", work + "/state", "--address", work + "/c.sock"],
                              stdout=log, stderr=log)
    for _ in range(300):
        if daemon.poll() is not None:
            raise Skip("containerd does not start here: " + open(work + "/containerd.log").read()[-300:].replace("\n", " "))
        if os.path.exists(work + "/c.sock") and subprocess.run(["ctr", "-a", work + "/c.sock", "version"], stdout=subprocess.DEVNULL,
                                                              stderr=subprocess.DEVNULL).returncode == 0:
            return daemon
        time.sleep(0.1)
    stop(daemon)
    raise Skip("containerd does not come up here")


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@test
def the_storage_of_containerd_is_read(work):
    daemon = start_containerd(work)
    try:
        ctr = ["ctr", "-a", work + "/c.sock"]
        image(work + "/i.tar", ("docker.io/library/strake:1", "localhost/other:2"))
        with open(work + "/second.tar", "wb") as f:
            f.write(docker_archive([debian_layer([("libc6", "2.36-9")])], tags=("docker.io/library/small:1",)))
        run(*ctr, "images", "import", work + "/i.tar")
        run(*ctr, "-n", "k8s.io", "images", "import", work + "/i.tar")
        run(*ctr, "-n", "k8s.io", "images", "import", work + "/second.tar")
        want, store = scan(work + "/i.tar"), work + "/root"
        all_of_it = named(scan(store))
        assert set(all_of_it) == {"docker.io/library/strake:1", "docker.io/library/small:1"}, set(all_of_it)
        same(all_of_it["docker.io/library/strake:1"], want)
        assert sorted(all_of_it["docker.io/library/strake:1"]["Metadata"]["RepoTags"]) == ["docker.io/library/strake:1", "localhost/other:2"]
        digest = all_of_it["docker.io/library/strake:1"]["Metadata"]["RepoDigests"][0].split("@")[1]
        for ref in ("strake:1", "docker.io/library/strake:1", "localhost/other:2", "other:2", digest, "strake@" + digest):
            same(scan("containerd:%s:%s" % (store, ref)), want)
        assert scan("containerd:%s:other:2" % store)["ArtifactName"] == "localhost/other:2"
        assert packages(scan("containerd:%s:small:1" % store)) == {("libc6", "2.36-9", "amd64")}
        r = strake("scan", "--platform", "linux/arm64", "containerd:%s:none" % store)
        assert r.code == 3
        # a database that was cut short is no empty store
        shutil.copytree(store + "/io.containerd.metadata.v1.bolt", work + "/cut/io.containerd.metadata.v1.bolt")
        meta = work + "/cut/io.containerd.metadata.v1.bolt/meta.db"
        for size in (0, 100, 4096, 9000, 17000):
            os.truncate(meta, size)
            shutil.copy(store + "/io.containerd.metadata.v1.bolt/meta.db", meta)
            os.truncate(meta, size)
            r = strake("scan", work + "/cut")
            assert r.code == 3 and "meta.db" in r.err, (size, r.code, r.err)
    finally:
        stop(daemon)
    # blobs that containerd throws away after unpacking are read from their snapshots
    blobs = store + "/io.containerd.content.v1.content/blobs/sha256/"
    for name in os.listdir(blobs):
        with open(blobs + name, "rb") as f:
            document = f.read(1) == b"{"
        if not document:
            os.unlink(blobs + name)
    same(scan("containerd:%s:strake:1" % store), want)
    shutil.rmtree(store + "/io.containerd.snapshotter.v1.overlayfs/snapshots")
    r = strake("scan", "--no-cache", "--format", "json", "containerd:%s:strake:1" % store)
    assert r.code == 4, (r.code, r.err)
    r.says("missing from the content store")


# ---- stores of our own making ----

def put(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content if isinstance(content, bytes) else json.dumps(content).encode())


def podman_store(root, trees, chain=None, ids=None, names=("localhost/x:1",)):
    """trees: {path: bytes} of each layer. Unpacked, with plain files."""
    ids = ids or ["%064x" % (n + 1) for n in range(len(trees))]
    diff = ["sha256:%064x" % n for n in range(len(trees))]
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff}}).encode()
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": sha(config), "size": len(config)}, "layers": []}).encode()
    image_id = sha(config)[7:]
    put("%s/overlay-images/%s/manifest" % (root, image_id), manifest)
    put("%s/overlay-images/%s/=%s" % (root, image_id, base64.b64encode(sha(config).encode()).decode()), config)
    put(root + "/overlay-images/images.json", [{"id": image_id, "digest": sha(manifest), "names": list(names), "layer": ids[-1]}])
    put(root + "/overlay-layers/layers.json", chain if chain is not None else
        [dict({"id": i, "diff-digest": d}, **({"parent": ids[n - 1]} if n else {})) for n, (i, d) in enumerate(zip(ids, diff))])
    for i, tree in zip(ids, trees):
        os.makedirs("%s/overlay/%s/diff" % (root, i), exist_ok=True)
        for path, content in tree.items():
            put("%s/overlay/%s/diff/%s" % (root, i, path), content)
    return ids


DEBIAN = {"etc/os-release": OS_DEBIAN, "var/lib/dpkg/status": dpkg_status([("libc6", "2.36-9")])}


@test
def whiteouts_and_opaque_directories_of_overlayfs_count(work):
    if os.geteuid() != 0:
        raise Skip("needs root")
    old = {p + "/node_modules/x/package.json": npm(p, "1.0.0") for p in ("a", "b", "c", "d", "e", "f")}
    ids = podman_store(work + "/s", [dict(DEBIAN, **old), {"b/new": b"", "c/new": b"", "d/.wh.node_modules": b"", "e/.wh..wh..opq": b""}])
    top = "%s/s/overlay/%s/diff" % (work, ids[1])
    try:
        os.mkdir(top + "/a")
        os.mknod(top + "/a/node_modules", 0o600 | stat.S_IFCHR, os.makedev(0, 0))
        os.setxattr(top + "/b", "trusted.overlay.opaque", b"y")
    except OSError as e:
        raise Skip("no device or attribute can be made here: %s" % e)
    try:
        os.setxattr(top + "/c", "user.fuseoverlayfs.opaque", b"y")
    except OSError:
        os.setxattr(top + "/c", "trusted.overlay.opaque", b"y")
    got = scan(work + "/s")
    assert sorted(n for c, n, _, _ in every(got) if c == "lang-pkgs") == ["f"], every(got)


@test
def files_that_overlayfs_marks_instead_count(work):
    """Whiteouts as marked files (in directories marked "x"), and files of which only attributes were changed."""
    if os.geteuid() != 0:
        raise Skip("needs root")
    ids = podman_store(work + "/s", [dict(DEBIAN, **{"a/node_modules/x/package.json": npm("a", "1.0.0")}), {"a/node_modules/x/package.json": b""}])
    top = "%s/s/overlay/%s/diff" % (work, ids[1])
    os.makedirs(top + "/var/lib/dpkg")
    with open(top + "/var/lib/dpkg/status", "wb") as f:
        f.truncate(100)
    try:
        os.setxattr(top + "/a/node_modules/x", "trusted.overlay.opaque", b"x")
        os.setxattr(top + "/a/node_modules/x/package.json", "trusted.overlay.whiteout", b"")
        os.setxattr(top + "/var/lib/dpkg/status", "trusted.overlay.metacopy", b"")
    except OSError as e:
        raise Skip("no attribute can be set here: %s" % e)
    got = scan(work + "/s")
    assert [(n, v) for _, n, v, _ in every(got)] == [("libc6", "2.36")], every(got)


@test
def nothing_leads_out_of_a_store(work):
    put(work + "/outside/var/lib/dpkg/status", dpkg_status([("outsider", "1")]))
    put(work + "/outside/etc/os-release", OS_DEBIAN)
    # a layer that is a link, an ID that is a path, a link inside a layer
    ids = podman_store(work + "/a", [DEBIAN, {"x": b""}])
    shutil.rmtree("%s/a/overlay/%s/diff" % (work, ids[1]))
    os.symlink(work + "/outside", "%s/a/overlay/%s/diff" % (work, ids[1]))
    r = strake("scan", "--format", "json", work + "/a")
    assert r.code == 4 and "outsider" not in r.out, (r.code, r.err)
    r.says("not followed")
    podman_store(work + "/b", [DEBIAN, {"x": b""}], ids=["1", "../../outside"])
    r = strake("scan", "--format", "json", work + "/b")
    assert r.code == 4 and "outsider" not in r.out, (r.code, r.err)
    ids = podman_store(work + "/c", [DEBIAN])
    shutil.rmtree("%s/c/overlay/%s/diff/var" % (work, ids[0]))
    os.symlink(work + "/outside/var", "%s/c/overlay/%s/diff/var" % (work, ids[0]))
    assert packages(scan(work + "/c")) == set()
    podman_store(work + "/d", [DEBIAN])
    shutil.move(work + "/d/overlay-images", work + "/moved")
    os.symlink(work + "/moved", work + "/d/overlay-images")
    r = strake("scan", "containers-storage:" + work + "/d")
    assert r.code == 3, r.err


@test
def a_layer_that_cannot_be_had_is_told(work):
    ids = podman_store(work + "/s", [DEBIAN, {"x": b""}])
    shutil.rmtree("%s/s/overlay/%s" % (work, ids[1]))
    r = strake("scan", "--format", "json", work + "/s")
    assert r.code == 4, (r.code, r.err)
    assert packages(r.json()) == {("libc6", "2.36-9", "amd64")}


@test
def broken_lists_are_errors(work):
    for n, chain in enumerate(([{"id": "1", "parent": "2"}, {"id": "2", "parent": "1"}], [{"id": "2", "parent": "2"}], [{"id": "2", "parent": "gone"}], {}, b"[{")):
        podman_store("%s/%d" % (work, n), [DEBIAN, DEBIAN], chain=chain, ids=["1", "2"])
        r = strake("scan", "%s/%d" % (work, n))
        assert r.code == 3 and "layers.json" in r.err, (n, r.code, r.err)
    podman_store(work + "/i", [DEBIAN])
    for text in (b"", b"{}", b"[", b'[{"id": "../x"}]', b"[1]"):
        put(work + "/i/overlay-images/images.json", text)
        r = strake("scan", work + "/i")
        assert r.code == 3 and "images.json" in r.err, (text, r.code, r.err)
    put(work + "/c/io.containerd.metadata.v1.bolt/meta.db", b"no database")
    r = strake("scan", work + "/c")
    assert r.code == 3
    r.says("meta.db: no bbolt database")
    os.makedirs(work + "/empty")
    for kind in ("containerd", "containers-storage"):
        assert strake("scan", "%s:%s/empty" % (kind, work)).code == 3
        assert strake("scan", "%s:%s/nowhere" % (kind, work)).code == 3


@test
def what_one_may_not_read_names_the_remedy(work):
    if os.geteuid() != 0:
        raise Skip("needs root to become somebody else")
    os.chmod(work, 0o755)
    podman_store(work + "/s", [DEBIAN])
    put(work + "/c/io.containerd.metadata.v1.bolt/meta.db", b"")
    for d in ("/s/overlay-images", "/c/io.containerd.metadata.v1.bolt"):
        os.chmod(work + d, 0o700)
    shutil.copy(STRAKE, work + "/strake")
    for target in ("containers-storage:%s/s" % work, "containerd:%s/c" % work):
        p = subprocess.run([work + "/strake", "scan", "--no-cache", target], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/",
                           user=65534, group=65534, extra_groups=[], env=dict(os.environ, HOME="/nonexistent"))
        assert p.returncode == 3 and "run as root" in p.stderr, (target, p.returncode, p.stderr)


# ---- bbolt, as little of it as a test needs ----

def fnv(b):
    h = 0xcbf29ce484222325
    for c in b:
        h = ((h ^ c) * 0x100000001b3) % 2**64
    return h


def leaf(number, entries):
    """entries: (key, value, is bucket), by key."""
    heads, data, at = b"", b"", 16 * len(entries)
    for n, (key, value, bucket) in enumerate(entries):
        heads += struct.pack("<IIII", bucket, at - 16 * n, len(key), len(value))
        data += key + value
        at += len(key) + len(value)
    return struct.pack("<QHHI", number, 2, len(entries), (16 + at - 1) // 4096) + heads + data


def inside(entries):
    return struct.pack("<QQ", 0, 0) + leaf(0, entries)


def bolt(path, entries):
    page = leaf(2, entries)
    page += b"\0" * (-len(page) % 4096)
    metas = b""
    for n in range(2):
        body = struct.pack("<IIIIQQQQQ", 0xED0CDAED, 2, 4096, 0, 2, 0, 2**64 - 1, 2 + len(page) // 4096, n)
        metas += (struct.pack("<QHHI", n, 4, 0, 0) + body + struct.pack("<Q", fnv(body))).ljust(4096, b"\0")
    put(path, metas + page)


def containerd_store(root, names):
    """names: {name: manifest or digest}."""
    images = []
    for name, manifest in sorted(names.items()):
        digest = manifest if isinstance(manifest, str) else sha(manifest)
        if not isinstance(manifest, str):
            put("%s/io.containerd.content.v1.content/blobs/sha256/%s" % (root, digest[7:]), manifest)
        images.append((name.encode(), inside([(b"target", inside([(b"digest", digest.encode(), 0)]), 1)]), 1))
    os.makedirs(root + "/io.containerd.content.v1.content", exist_ok=True)
    bolt(root + "/io.containerd.metadata.v1.bolt/meta.db", [(b"v1", inside([(b"default", inside([(b"images", inside(images), 1)]), 1)]), 1)])


def blob(root, content):
    put("%s/io.containerd.content.v1.content/blobs/sha256/%s" % (root, sha(content)[7:]), content)
    return {"digest": sha(content), "size": len(content)}


def manifest_in(root, layer, arch="amd64"):
    config = blob(root, json.dumps({"architecture": arch, "os": "linux", "rootfs": {"type": "layers", "diff_ids": [sha(layer)]}}).encode())
    return json.dumps({"schemaVersion": 2, "config": config, "layers": [dict(blob(root, layer), mediaType="application/vnd.oci.image.layer.v1.tar")]}).encode()


@test
def one_broken_image_keeps_no_other_from_being_read(work):
    s = work + "/s"
    good = manifest_in(s, debian_layer([("libc6", "2.36-9")]))
    containerd_store(s, {"docker.io/library/good:1": good, "docker.io/library/gone:1": "sha256:" + "0" * 64, "docker.io/library/odd:1": "md5:../../etc/passwd"})
    r = strake("scan", "--format", "json", s)
    assert r.code == 4, (r.code, r.err)
    got = named(r.json())
    assert set(got) == {"docker.io/library/%s:1" % n for n in ("good", "gone", "odd")}
    assert packages(got["docker.io/library/good:1"]) == {("libc6", "2.36-9", "amd64")}
    assert strake("scan", "containerd:%s:gone:1" % s).code == 3
    # a blob that is a link
    os.unlink("%s/io.containerd.content.v1.content/blobs/sha256/%s" % (s, sha(good)[7:]))
    os.symlink("/etc/passwd", "%s/io.containerd.content.v1.content/blobs/sha256/%s" % (s, sha(good)[7:]))
    assert strake("scan", "containerd:%s:good:1" % s).code == 3


@test
def the_platform_that_was_pulled_is_taken(work):
    s = work + "/s"
    arm, pc = (manifest_in(s, debian_layer([(n, "1")]), arch) for n, arch in (("arm-only", "arm64"), ("pc-only", "amd64")))
    entries = [{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": sha(m), "size": len(m), "platform": {"os": "linux", "architecture": a}}
               for m, a in ((arm, "arm64"), (pc, "amd64"))]
    index = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": entries}).encode()
    blob(s, arm)
    containerd_store(s, {"docker.io/library/m:1": index})
    here = [n for n, _, _ in packages(scan(s))]
    assert here == ["arm-only"], here
    assert [n for n, _, _ in packages(scan("containerd:%s:m:1" % s, "--platform", "linux/arm64"))] == ["arm-only"]
    r = strake("scan", "--platform", "linux/amd64", "containerd:%s:m:1" % s)
    assert r.code == 3, r.err
    blob(s, pc)
    for platform, name in (("linux/amd64", "pc-only"), ("linux/arm64", "arm-only")):
        assert [n for n, _, _ in packages(scan("containerd:%s:m:1" % s, "--platform", platform))] == [name]
    both = scan("containerd:%s:m:1" % s, "--all-platforms")
    assert len(both) == 2, both
    # podman has one platform of an image
    podman_store(work + "/p", [DEBIAN])
    assert packages(scan(work + "/p", "--platform", "linux/amd64"))
    assert strake("scan", "--platform", "linux/arm64", work + "/p").code == 3


@test
def ten_thousand_images_are_too_many_and_one_of_them_is_not(work):
    s = work + "/s"
    good = manifest_in(s, debian_layer([("libc6", "2.36-9")]))
    names = {"docker.io/library/n%05d:1" % n: "sha256:%064x" % n for n in range(10000)}
    names["docker.io/library/n05000:1"] = good
    containerd_store(s, names)
    r = strake("scan", s)
    assert r.code == 3 and r.seconds < 20, (r.code, r.seconds, r.err)
    r.says("10000 images are over the limit of 500")
    assert packages(scan("containerd:%s:n05000:1" % s)) == {("libc6", "2.36-9", "amd64")}
    podman_store(work + "/p", [DEBIAN])
    with open(work + "/p/overlay-images/images.json") as f:
        one = json.load(f)[0]
    put(work + "/p/overlay-images/images.json", [dict(one, names=["localhost/n%d:1" % n]) for n in range(10000)])
    r = strake("scan", work + "/p")
    assert r.code == 3, (r.code, r.err)
    r.says("over the limit of 500")
    assert packages(scan("containers-storage:%s:n77:1" % (work + "/p"))) == {("libc6", "2.36-9", "amd64")}


@test
def five_hundred_images_are_read_in_one_run(work):
    s = work + "/s"
    containerd_store(s, {"docker.io/library/n%03d:1" % n: manifest_in(s, debian_layer([("p%d" % n, "1")])) for n in range(500)})
    got = named(scan(s, "--scanners", "none"))
    assert len(got) == 500
    assert packages(got["docker.io/library/n321:1"]) == {("p321", "1", "amd64")}


main()
