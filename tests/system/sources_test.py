#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where images come from: every archive kind, daemons, standard input, platforms, what is recognised by itself."""
import gzip
import json
import os
import socket
import subprocess
import threading

from lib import *

PKGS = [("libc6", "2.36-9"), ("zlib1g", "1:1.2.13-1")]
WANT = {("libc6", "2.36-9", "amd64"), ("zlib1g", "1:1.2.13-1", "amd64")}


def scan(*args, **kw):
    r = strake("scan", "--no-cache", "--format", "json", *args, **kw)
    assert r.code == 0, (r.code, r.err, r.out[-500:])
    return r.json()


def write(path, content):
    with open(path, "wb") as f:
        f.write(content)
    return path


@test
def every_kind_of_archive_gives_the_same_packages(work):
    layer = debian_layer(PKGS)
    plain = write(work + "/plain.tar", docker_archive([layer]))
    packed = write(work + "/packed.tar", docker_archive([layer], pack=gzip.compress))
    zipped = write(work + "/all.tar.gz", gzip.compress(docker_archive([layer])))
    oci(work + "/layout", [layer], tag="v1")
    subprocess.run(["tar", "cf", work + "/oci.tar", "-C", work + "/layout", "."], check=True)
    zstd = oci_zstd(work + "/zstd", layer)
    for target in ("docker-archive:" + plain, plain, packed, zipped, "docker-archive:" + zipped, "oci:" + work + "/layout",
                   "oci:" + work + "/layout:v1", work + "/layout:v1", work + "/layout", "oci-archive:" + work + "/oci.tar", work + "/oci.tar", zstd):
        got = scan(target)
        assert packages(got) == WANT, (target, packages(got))
        assert got["ArtifactType"] == "container_image", target
        assert got["Metadata"]["ImageID"].startswith("sha256:")


def oci_zstd(path, layer):
    def pack(b):
        return subprocess.run(["zstd", "-q", "-c"], input=b, stdout=subprocess.PIPE, check=True).stdout
    oci(path, [layer], pack=pack, media="application/vnd.oci.image.layer.v1.tar+zstd")
    return "oci:" + path


@test
def standard_input_is_streamed(work):
    path = write(work + "/i.tar", docker_archive([debian_layer(PKGS)]))
    with open(path, "rb") as f:
        assert packages(scan("-", stdin=f)) == WANT
    p = subprocess.Popen(["gzip", "-c", path], stdout=subprocess.PIPE)
    assert packages(scan("-", stdin=p.stdout)) == WANT
    p.wait()


def daemon(path, answers):
    """Serves one HTTP answer per connection on a unix socket; answers: request path -> (status, body, chunked)."""
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(5)

    def serve():
        while True:
            try:
                c, _ = s.accept()
            except OSError:
                return
            request = c.recv(65536).decode().split()[1]
            status, body, chunked = answers.get(request, ("404 Not Found", b'{"message":"No such image"}', False))
            try:
                if chunked:
                    c.sendall(b"HTTP/1.1 %s\r\nTransfer-Encoding: chunked\r\n\r\n" % status.encode())
                    for i in range(0, len(body), 7001):
                        part = body[i:i + 7001]
                        c.sendall(b"%x\r\n%s\r\n" % (len(part), part))
                    c.sendall(b"0\r\n\r\n")
                else:
                    c.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (status.encode(), len(body)) + body)
            except OSError:
                pass
            c.close()
    threading.Thread(target=serve, daemon=True).start()
    return s


@test
def daemons_are_streamed_over_their_socket(work):
    archive = docker_archive([debian_layer(PKGS)])
    s = daemon(work + "/d.sock", {"/images/app:1/get": ("200 OK", archive, True), "/images/plain/get": ("200 OK", archive, False),
                                  "/images/cut/get": ("200 OK", archive[:5000], True)})
    assert packages(scan("docker:app:1", "--socket", work + "/d.sock")) == WANT
    assert packages(scan("podman:plain", "--socket", work + "/d.sock")) == WANT
    assert packages(scan("app:1", env={"DOCKER_HOST": "unix://" + work + "/d.sock"})) == WANT
    r = strake("scan", "docker:absent", "--socket", work + "/d.sock")
    assert r.code == 3
    r.says("No such image")
    r = strake("scan", "docker:cut", "--socket", work + "/d.sock")
    assert r.code == 3, r.code
    s.close()
    r = strake("scan", "docker:app", "--socket", work + "/nowhere.sock")
    assert r.code == 3
    r.says("docker daemon cannot be asked")


@test
def the_platform_is_chosen(work):
    path = work + "/multi"
    entries = []
    for arch, version in (("amd64", "1-1"), ("arm64", "2-1"), ("s390x", "3-1")):
        oci(path, [debian_layer([("x", version)])], arch=arch)
        entry = json.load(open(path + "/index.json"))["manifests"][0]
        entries.append(dict(entry, platform={"os": "linux", "architecture": arch}))
    entries.append({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + "0" * 64, "size": 2,
                    "platform": {"os": "unknown", "architecture": "unknown"}, "annotations": {"vnd.docker.reference.type": "attestation-manifest"}})
    entries.append({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + "1" * 64, "size": 2,
                    "platform": {"os": "linux", "architecture": "riscv64"}})
    json.dump({"schemaVersion": 2, "manifests": entries}, open(path + "/index.json", "w"))
    for arch, version in (("linux/amd64", "1-1"), ("linux/arm64", "2-1"), ("linux/arm64/v8", "2-1"), ("linux/s390x", "3-1"), ("linux/aarch64", "2-1")):
        assert packages(scan("oci:" + path, "--platform", arch)) == {("x", version, "amd64")}, arch
    r = strake("scan", "oci:" + path, "--platform", "linux/mips")
    assert r.code == 3
    r.says("linux/s390x")
    r = strake("scan", "oci:" + path, "--platform", "linux/riscv64")
    assert r.code == 3
    r.says("missing")
    r = strake("scan", "oci:" + path, "--platform", "nonsense")
    assert r.code == 2
    reports = scan("oci:" + path, "--all-platforms")
    assert len(reports) == 3, len(reports)


@test
def one_image_of_several_is_chosen_by_its_tag(work):
    layer_a, layer_b = debian_layer([("a", "1")]), debian_layer([("b", "1")])
    first, second = docker_archive([layer_a], tags=("one:1",)), docker_archive([layer_b], tags=("two:2",))
    members, manifest = [], []
    for archive in (first, second):
        with tarfile.open(fileobj=io.BytesIO(archive)) as t:
            for m in t:
                body = t.extractfile(m).read()
                if m.name == "manifest.json":
                    manifest += json.loads(body)
                else:
                    members.append((m.name, body))
    path = write(work + "/two.tar", tar(members + [("manifest.json", json.dumps(manifest).encode())]))
    assert packages(scan("docker-archive:" + path + ":two:2")) == {("b", "1", "amd64")}
    assert len(scan(path)) == 2
    r = strake("scan", "docker-archive:" + path + ":three:3")
    assert r.code == 3
    r.says("three:3")


@test
def a_directory_is_a_root_file_system(work):
    root = work + "/root"
    os.makedirs(root + "/var/lib/dpkg/info")
    os.makedirs(root + "/etc")
    os.makedirs(root + "/" + "d" * 100 + "/" + "e" * 200)
    write(root + "/etc/os-release", OS_DEBIAN)
    write(root + "/var/lib/dpkg/status", dpkg_status(PKGS))
    write(root + "/var/lib/dpkg/info/libc6.list", b"/.\n/lib\n/lib/libc.so.6\n")
    os.symlink("..", root + "/loop")
    os.mkfifo(root + "/etc/debian_version")
    for target in (root, "rootfs:" + root):
        got = scan(target)
        assert packages(got) == WANT
        assert got["ArtifactType"] == "filesystem"
    libc = [p for p in got["Results"][0]["Packages"] if p["Name"] == "libc6"][0]
    assert "/lib/libc.so.6" in json.dumps(libc), libc
    write(work + "/root.tar", tar([("./etc/os-release", OS_DEBIAN), ("./var/lib/dpkg/status", dpkg_status(PKGS))]))
    assert packages(scan(work + "/root.tar")) == WANT
    write(work + "/root.tgz", gzip.compress(open(work + "/root.tar", "rb").read()))
    assert packages(scan("rootfs:" + work + "/root.tgz")) == WANT
    assert packages(scan(work + "/root.tgz")) == WANT


@test
def an_archive_whose_layers_are_not_hashed_gives_the_same(work):
    big = [("data/%d" % i, os.urandom(3000 * (i % 40))) for i in range(300)]
    layers = [tar([("etc/os-release", OS_DEBIAN)] + big[:150] + [("var/lib/dpkg/status", dpkg_status(PKGS))] + big[150:]), tar([("x", b"y")])]
    path = write(work + "/i.tar", docker_archive(layers))
    assert packages(scan(path, "--skip-diff-ids")) == packages(scan(path)) == WANT
    whole = open(path, "rb").read()
    at = whole.index(b"data/299")
    write(path, whole[:at] + b"?" + whole[at + 1:])
    r = strake("scan", "--no-cache", "--skip-diff-ids", path)
    assert r.code == 4, r.code
    r.says("checksum is wrong")


@test
def hard_links_to_a_database_are_followed(work):
    layer = tar([("etc/os-release", OS_DEBIAN), ("usr/share/db", dpkg_status(PKGS)), ("var/lib/dpkg/status", ("hard", "usr/share/db"))])
    oci(work + "/l", [layer])
    assert packages(scan("oci:" + work + "/l")) == WANT


@test
def a_link_that_hides_a_database_is_told_or_followed(work):
    """A name of a database without one behind it: "nothing found" would be untrue."""
    base = debian_layer(PKGS)
    for n, (link, code) in enumerate(((("hard", "data/db"), 4), ("/data/db", 4), ("../../../data/db", 4), ("/var/lib/dpkg/status.d/x", 0))):
        path = "%s/l%d" % (work, n)
        oci(path, [base, tar([("var/lib/dpkg/status", link)])])
        r = strake("scan", "--format", "json", "oci:" + path)
        assert r.code == code, (link, r.code, r.err)
        whole = [i["Path"] for i in r.json().get("Incomplete") or [] if i.get("Whole")]
        assert whole == (["var/lib/dpkg/status"] if code else []), (link, whole)
    for n, link in enumerate(("/data/db", "../../../data/db")):
        path = "%s/f%d" % (work, n)
        oci(path, [tar([("etc/os-release", OS_DEBIAN), ("data/db", dpkg_status(PKGS)), ("var/lib/dpkg/status", link)])])
        assert packages(scan("oci:" + path)) == WANT


@test
def a_database_that_may_not_be_read_is_told(work):
    root = work + "/root"
    for path in ("etc", "var/lib/dpkg", "home"):
        os.makedirs(root + "/" + path)
    write(root + "/etc/os-release", OS_DEBIAN)
    write(root + "/var/lib/dpkg/status", dpkg_status(PKGS))
    binary = shutil.copy(STRAKE, work + "/strake")
    os.chmod(work, 0o755)
    for closed, code in (("home", 0), ("var/lib/dpkg/status", 4), ("var/lib", 4)):
        mode = os.stat(root + "/" + closed).st_mode
        os.chmod(root + "/" + closed, 0)
        user = 65534 if os.geteuid() == 0 else None
        p = subprocess.run([binary, "scan", "--no-cache", "--format", "json", "rootfs:" + root], stdin=subprocess.DEVNULL, capture_output=True, user=user)
        os.chmod(root + "/" + closed, mode & 0o7777)
        told = [(i["Target"], i["Path"]) for i in json.loads(p.stdout)["Incomplete"] if i["Reason"] == "permission"]
        assert p.returncode == code and told == [(root, closed)], (closed, p.returncode, told, p.stderr)


@test
def what_is_not_there_is_said(work):
    for target, code, words in (("/nowhere/x.tar", 3, "no such file"), ("docker-archive:" + work + "/x.tar", 3, "No such file"),
                                ("oci:" + work + "/none", 3, "No such file"), ("rootfs:" + work + "/none", 3, "No such file"),
                                ("a b", 2, "neither a file nor an image reference"), ("oci:", 2, "nothing after the colon")):
        r = strake("scan", target)
        assert r.code == code, (target, r.code, r.err)
        r.says(words)
    write(work + "/empty.tar", b"")
    r = strake("scan", work + "/empty.tar")
    assert r.code == 3
    r.says("empty")
    write(work + "/text.tar", b"this is no archive at all, only text\n" * 100)
    r = strake("scan", work + "/text.tar")
    assert r.code == 3
    r.says("no tar archive")


main()
