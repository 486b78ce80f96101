#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile images: each gives a clear error or a listed warning within 10 s and 256 MB, and never harms the scan."""
import gzip
import json
import os
import random
import struct
import subprocess
import zlib

from lib import *

# The sanitizers multiply time and memory: figures are for the plain build.
SECONDS, MEMORY = (60, 4 << 30) if SANITIZED else (10, 256 << 20)
GOOD = [("a", "1")]


def bounded(*args, codes=(3, 4), words=None):
    r = strake("scan", "--no-cache", "--format", "json", *args)
    assert r.code in codes, (r.code, r.err[:500], r.out[:800])
    assert r.seconds < SECONDS, r.seconds
    assert r.rss < MEMORY, r.rss
    if words:
        r.says(words)
    return r


def raw(layers, work, pack=gzip.compress, **kw):
    path = work + "/raw"
    shutil.rmtree(path, ignore_errors=True)
    oci(path, layers, pack=pack, **kw)
    return "oci:" + path


def header(name=b"x", size=b"00000000000", typ=b"0", link=b"", magic=b"ustar\x0000"):
    h = bytearray(512)
    h[:len(name)] = name
    h[100:108] = b"0000644\0"
    h[124:124 + len(size)] = size
    h[156:157] = typ
    h[157:157 + len(link)] = link
    h[257:265] = magic
    h[148:156] = b" " * 8
    h[148:155] = b"%06o\0" % sum(h)
    return bytes(h)


def octal(n):
    return b"%011o" % n


END = bytes(1024)


@test
def truncated_archives_say_so(work):
    layer = debian_layer(GOOD) + bytes(20000)
    whole = docker_archive([layer])
    for cut in (10, 511, 600, 5000, len(whole.rstrip(b'\0')) // 2, len(whole.rstrip(b'\0')) - 100):
        path = work + "/t.tar"
        with open(path, "wb") as f:
            f.write(whole[:cut])
        r = bounded(path)
        assert r.err.strip() or json.loads(r.out)["Incomplete"]
    packed = gzip.compress(whole)
    for cut in (5, 30, len(packed) // 2, len(packed) - 9):
        with open(path, "wb") as f:
            f.write(packed[:cut])
        bounded(path)


@test
def bit_flips_never_crash_and_never_pass_unseen(work):
    layer = debian_layer([("p%d" % i, "1.%d" % i) for i in range(50)])
    target = raw([layer], work)
    want = packages(bounded(target, codes=(0,)).json())
    blobs = work + "/raw/blobs/sha256/"
    rnd = random.Random(1)
    for name in sorted(os.listdir(blobs)):
        original = open(blobs + name, "rb").read()
        for _ in range(25):
            b = bytearray(original)
            b[rnd.randrange(len(b))] ^= 1 << rnd.randrange(8)
            open(blobs + name, "wb").write(b)
            r = bounded(target)
            assert r.code != 0
        open(blobs + name, "wb").write(original)
    assert packages(bounded(target, codes=(0,)).json()) == want


@test
def a_docker_archive_with_a_flipped_bit_is_noticed_by_its_diff_id(work):
    layer = debian_layer(GOOD) + b""
    whole = bytearray(docker_archive([layer]))
    at = whole.index(b"Package: a")
    whole[at + 9] ^= 1
    open(work + "/f.tar", "wb").write(whole)
    r = bounded(work + "/f.tar", codes=(4,), words="diff ID sha256:")
    r.says(sha(layer))


@test
def wrong_missing_and_lying_blobs_are_named(work):
    target = raw([debian_layer(GOOD), tar([("x", b"y")])], work)
    blobs = work + "/raw/blobs/sha256/"
    index = json.load(open(work + "/raw/index.json"))
    manifest_path = blobs + index["manifests"][0]["digest"][7:]
    manifest = json.load(open(manifest_path))
    layer = manifest["layers"][1]["digest"]
    os.rename(blobs + layer[7:], work + "/away")
    r = bounded(target, codes=(4,), words="missing")
    r.says(layer)
    assert packages(r.json()) == {("a", "1", "amd64")}
    open(blobs + layer[7:], "wb").write(gzip.compress(tar([("other", b"content")])))
    bounded(target, codes=(4,), words="size is")
    os.unlink(blobs + layer[7:])
    os.mkfifo(blobs + layer[7:])
    bounded(target)
    os.unlink(blobs + layer[7:])
    os.rename(work + "/away", blobs + layer[7:])
    os.unlink(blobs + manifest["config"]["digest"][7:])
    bounded(target, codes=(3,), words="missing")
    os.unlink(manifest_path)
    bounded(target, codes=(3,), words="missing")


@test
def broken_documents_name_the_place(work):
    for name, text, words in (("manifest.json", b"{", "manifest.json"), ("manifest.json", b"[]", "lists no image"), ("manifest.json", b"null", "lists no image"),
                              ("manifest.json", b'[{"Config":"a","Config":"b"}]', "stands twice"), ("manifest.json", b'[{"Config":"c.json","Layers":["x/layer.tar"]}]', "c.json"),
                              ("manifest.json", b'[{"Config":"../../../etc/passwd","Layers":[]}]', "missing"), ("manifest.json", b"[" * 100000, "manifest.json"),
                              ("index.json", b'{"manifests":[{"digest":"sha256:xyz"}]}', "not a sha256 digest"), ("index.json", b'{"manifests":7}', "no list"),
                              ("index.json", b'{"manifests":[{"digest":"sha256:' + b"0" * 64 + b'","size":3}]}', "missing")):
        open(work + "/d.tar", "wb").write(tar([(name, text)]))
        bounded(work + "/d.tar", codes=(3,), words=words)


@test
def entries_without_a_name_take_no_other_s_place(work):
    good = docker_archive([debian_layer(GOOD)])
    evil = header(b"/", octal(512)) + b'[{"Config":"x"}]'.ljust(512, b" ")
    for whole in (evil + good, good[:good.rindex(b"manifest.json")] + evil + good[good.rindex(b"manifest.json"):]):
        with open(work + "/n.tar.gz", "wb") as f:
            f.write(gzip.compress(whole))
        r = bounded(work + "/n.tar.gz", codes=(0,))
        assert packages(r.json()) == {("a", "1", "amd64")}


@test
def an_index_that_names_itself_ends(work):
    path = work + "/self"
    os.makedirs(path + "/blobs/sha256")
    # A cycle needs a hash fixed point; deep nesting is what can be made.
    inner = json.dumps({"manifests": []}).encode()
    for _ in range(30):
        open(path + "/blobs/sha256/" + sha(inner)[7:], "wb").write(inner)
        inner = json.dumps({"manifests": [{"mediaType": "application/vnd.oci.image.index.v1+json", "digest": sha(inner), "size": len(inner)}] * 2}).encode()
    open(path + "/index.json", "wb").write(inner)
    bounded("oci:" + path, codes=(3,), words="deep")


@test
def decompression_bombs_are_refused(work):
    c = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    head = debian_layer(GOOD)[:-1024] + header(b"bomb", octal(8 << 30)[-11:])
    bomb = c.compress(head) + b"".join(c.compress(block) for _ in range(6 * 1024)) + c.flush()
    bounded(raw([debian_layer(GOOD)], work, pack=lambda b: bomb), codes=(4,), words="bomb")
    z = subprocess.run("head -c 6G /dev/zero | zstd -q -1 -c", shell=True, stdout=subprocess.PIPE, check=True).stdout
    bounded(raw([debian_layer(GOOD)], work, pack=lambda b: z), codes=(4,))
    open(work + "/bomb.tar.gz", "wb").write(bomb)
    bounded(work + "/bomb.tar.gz")
    z = subprocess.run(["zstd", "-q", "-c", "--ultra", "-22", "--long=31"], input=os.urandom(100) * 10, stdout=subprocess.PIPE, check=True).stdout
    bounded(raw([debian_layer(GOOD)], work, pack=lambda b: z), codes=(0, 4))


@test
def a_ten_gigabyte_sparse_file_costs_nothing(work):
    good = debian_layer(GOOD)[:-1024]
    good = good[:good.rindex(b"Maintainer")] + good[good.rindex(b"Maintainer"):]
    pax = lambda recs: b"".join(b"%d %s\n" % (len(r) + 2 + len(str(len(r) + 4)), r) for r in recs)
    big = 10 << 30
    for name in (b"sparse", b"var/lib/dpkg/status.d/x"):
        p = pax([b"GNU.sparse.major=1", b"GNU.sparse.minor=0", b"GNU.sparse.name=" + name, b"GNU.sparse.realsize=%d" % big])
        p = b"".join(b"%d %s\n" % (n, r) for r in [b"GNU.sparse.major=1", b"GNU.sparse.minor=0", b"GNU.sparse.name=" + name, b"GNU.sparse.realsize=%d" % big]
                     for n in [next(k for k in range(1, 100) if len(b"%d %s\n" % (k, r)) == k)])
        entry = header(b"p", octal(len(p)), b"x") + p + bytes(-len(p) % 512) + header(b"s/x", octal(512)) + b"1\n%d\n0\n" % big + bytes(512 - len(b"1\n%d\n0\n" % big))
        base = tar([("etc/os-release", OS_DEBIAN), ("var/lib/dpkg/status", dpkg_status(GOOD))]).rstrip(b"\0")
        base += bytes(-len(base) % 512)
        r = bounded(raw([base + entry + END], work), codes=(0, 4))
        assert packages(r.json()) == {("a", "1", "amd64")}, r.out


@test
def a_million_entries_fit(work):
    path = work + "/million.tar"
    with open(path, "wb") as f:
        f.write(tar([("etc/os-release", OS_DEBIAN), ("var/lib/dpkg/status", dpkg_status(GOOD))]).rstrip(b"\0"))
        f.write(bytes(-f.tell() % 512))
        for i in range(0, 1000000, 1000):
            f.write(b"".join(header(b"some/directory/of/files/number-%d" % k) for k in range(i, i + 1000)))
        f.write(END)
    r = bounded("rootfs:" + path, codes=(0, 4))
    assert packages(r.json()) == {("a", "1", "amd64")}, r.out[-600:]


@test
def ten_thousand_nested_directories_are_walked_past(work):
    deep = "/".join(["d"] * 10000)
    entries = [("etc/os-release", OS_DEBIAN), ("var/lib/dpkg/status", dpkg_status(GOOD)), (deep + "/file", b"x"), (deep, None)]
    r = bounded(raw([tar(entries)], work), codes=(0,))
    assert packages(r.json()) == {("a", "1", "amd64")}
    root = work + "/deep"
    os.makedirs(root + "/var/lib/dpkg")
    open(root + "/var/lib/dpkg/status", "wb").write(dpkg_status(GOOD))
    here = os.getcwd()
    os.chdir(root)
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
    r = bounded("rootfs:" + root, codes=(0, 4))
    assert packages(r.json()) == {("a", "1", "amd64")}
    assert "deep" in json.dumps(r.json()["Incomplete"]) or "4096" in json.dumps(r.json()["Incomplete"])
    subprocess.run(["rm", "-rf", root])


@test
def paths_and_links_cannot_leave_the_image(work):
    entries = [("/etc/os-release", OS_DEBIAN), ("../../../../var/lib/dpkg/status", dpkg_status(GOOD)), ("a", "a"), ("b/c", "../b/c"), ("loop", "loop/loop"),
               ("evil", "/etc/passwd"), ("var/lib/dpkg/status.d", "/etc"), ("lib/apk/db/installed", ("hard", "../../../../etc/passwd")),
               ("usr/lib/apk/db/installed", ("hard", "/etc/shadow")), ("", b"x"), (".", None), ("..", None), ("a\nb\x1b[31m", b"")]
    r = bounded(raw([tar(entries)], work), codes=(0, 4))
    assert packages(r.json()) == {("a", "1", "amd64")}
    assert "root:" not in r.out


@test
def negative_and_overflowing_sizes_are_refused(work):
    good = tar([("etc/os-release", OS_DEBIAN), ("var/lib/dpkg/status", dpkg_status(GOOD))]).rstrip(b"\0")
    good += bytes(-len(good) % 512)
    for entry, words in ((header(b"n", b"-0000000001"), "negative"), (header(b"n", b"\xff" * 12), "negative"), (header(b"n", b"\x80" + b"\xff" * 11), "negative"),
                         (header(b"n", b"77777777777"), "ends early"), (header(b"n", b"zzzzzzzzzzz"), "negative"), (header(b"n", octal(99), b"x") + b"99999999999999999999 a=b\n".ljust(512, b"\0"), "record length"),
                         (header(b"n", octal(20), b"x") + b"20 size=-5000000000\n".ljust(512, b"\0"), "is no size"), (header(b"n", octal(12), b"x") + b"12 path=a\0b\n".ljust(512, b"\0"), "NUL"),
                         (header(b"n", octal(2 << 20), b"x"), "over the limit"), (header(b"n", octal(2 << 20), b"L"), "over the limit"), (bytes(512) + header(b"hidden"), "follow an end mark")):
        r = bounded(raw([good + entry + END], work), codes=(4,), words=words)
        assert r.json()["Incomplete"], r.out


@test
def pax_and_long_name_abuse_is_bounded(work):
    good = tar([("etc/os-release", OS_DEBIAN), ("var/lib/dpkg/status", dpkg_status(GOOD))]).rstrip(b"\0")
    good += bytes(-len(good) % 512)
    rec = b"a" * 900000
    body = b"%d x=%s\n" % (len(rec) + 10, rec)
    many = (header(b"p", octal(len(body)), b"x") + body + bytes(-len(body) % 512)) * 40
    bounded(raw([good + many + header(b"end") + END], work), codes=(0, 4))
    globals_ = (header(b"g", octal(512), b"g") + b"16 path=evil123\n".ljust(512, b"\0")) * 10000
    r = bounded(raw([good + globals_ + END], work), codes=(0, 4))
    assert packages(r.json()) == {("a", "1", "amd64")}
    names = b"n" * 1000000
    long = (header(b"L", octal(len(names)), b"L") + names + bytes(-len(names) % 512) + header(b"x")) * 20
    r = bounded(raw([good + long + END], work), codes=(0, 4))
    assert packages(r.json()) == {("a", "1", "amd64")}


@test
def a_gigabyte_status_file_is_a_listed_warning(work):
    path = work + "/huge.tar"
    with open(path, "wb") as f:
        f.write(tar([("etc/os-release", OS_DEBIAN)]).rstrip(b"\0"))
        f.write(bytes(-f.tell() % 512))
        size = 1 << 30
        f.write(header(b"var/lib/dpkg/status", octal(size)))
        stanza = dpkg_status([("p", "1")])
        block = (stanza * (1 + (1 << 20) // len(stanza)))[:1 << 20]
        for _ in range(size >> 20):
            f.write(block)
        f.write(END)
    r = bounded("rootfs:" + path, codes=(4,), words="over the limit")
    assert r.json()["Incomplete"][0]["Path"] == "var/lib/dpkg/status"


@test
def rpm_databases_with_cycles_end(work):
    # A Berkeley DB hash page that names itself as the next overflow page, and an SQLite page that is its own child.
    page = bytearray(4096)
    struct.pack_into("<QIIIIBBBBII", page, 0, 0, 0, 0x061561, 9, 4096, 0, 8, 0, 0, 0, 3)
    leaf = bytearray(4096)
    struct.pack_into("<QIIIHHBB", leaf, 0, 0, 1, 0, 0, 2, 4000, 0, 13)
    struct.pack_into("<HH", leaf, 26, 4080, 4060)
    leaf[4080:4085] = b"\x01\x01\0\0\0"
    struct.pack_into("<BBBBII", leaf, 4060, 3, 0, 0, 0, 2, 500000)
    flow = bytearray(4096)
    struct.pack_into("<QIIIHHBB", flow, 0, 0, 2, 0, 2, 1, 4070, 0, 7)
    bdb = bytes(page) + bytes(leaf) + bytes(flow) + bytes(4096)
    sqlite = bytearray(4096)
    sqlite[:16] = b"SQLite format 3\0"
    struct.pack_into(">HBBBBBB", sqlite, 16, 4096, 1, 1, 0, 64, 32, 32)
    struct.pack_into(">I", sqlite, 28, 1)
    struct.pack_into(">BHHHBI", sqlite, 100, 5, 0, 1, 4000, 0, 1)
    struct.pack_into(">H", sqlite, 112, 4000)
    struct.pack_into(">I", sqlite, 4000, 1)
    ndb = b"RpmP" + bytes(12) + b"SltS" * 1000
    for name, content in (("Packages", bdb), ("rpmdb.sqlite", bytes(sqlite)), ("Packages.db", ndb), ("Packages", os.urandom(100000))):
        r = bounded(raw([tar([("etc/os-release", b"ID=fedora\nVERSION_ID=38\n"), ("var/lib/rpm/" + name, content)])], work), codes=(0, 4))
        assert r.json().get("Incomplete"), (name, r.out)


@test
def real_rpm_databases_with_flipped_bits_never_crash(work):
    rnd = random.Random(3)
    for sub in ("bdb-libuuid/Packages", "bdb-nano/Packages", "sqlite-fedora38-two/rpmdb.sqlite"):
        original = open(data("pkgdb", "rpm", sub), "rb").read()
        for _ in range(12):
            b = bytearray(original)
            for _ in range(rnd.randint(1, 40)):
                b[rnd.randrange(len(b))] = rnd.randrange(256)
            bounded(raw([tar([("etc/os-release", b"ID=fedora\nVERSION_ID=38\n"), ("var/lib/rpm/" + os.path.basename(sub), bytes(b))])], work), codes=(0, 4))


@test
def a_worker_that_dies_costs_its_layer_and_never_the_tool(work):
    import signal
    import time
    whole = docker_archive([debian_layer(GOOD), tar([("big", os.urandom(4 << 20))])])
    cut = whole.index(b"big") + (1 << 20)
    r, w = os.pipe()
    p = subprocess.Popen([STRAKE, "scan", "--no-cache", "--format", "json", "-"], stdin=r, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(r)
    with os.fdopen(w, "wb") as f:
        f.write(whole[:cut])
        f.flush()
        children = "/proc/%d/task/%d/children" % (p.pid, p.pid)
        for _ in range(500):
            pids = open(children).read().split()
            if pids:
                break
            time.sleep(0.01)
        time.sleep(0.3)  # the first layer's worker is done by now: what is left works on the second
        os.kill(int(open(children).read().split()[-1]), signal.SIGKILL)
        f.write(whole[cut:])
    out, err = p.communicate(timeout=60)
    assert p.returncode == 4, (p.returncode, err)
    report = json.loads(out)
    assert packages(report) == {("a", "1", "amd64")}
    assert "worker died" in report["Incomplete"][0]["Message"], report["Incomplete"]


@test
def input_that_never_ends_is_given_up(work):
    r, w = os.pipe()
    head = docker_archive([debian_layer(GOOD)])
    os.write(w, head[:4096])
    got = strake("scan", "--no-cache", "--timeout", "1s", "-", stdin=r, timeout=20)
    os.close(r)
    os.close(w)
    assert got.code == 3 and got.seconds < 8, (got.code, got.seconds)
    got.says("--timeout")


@test
def terminal_escapes_from_the_image_do_not_reach_the_terminal(work):
    layer = debian_layer([("evil\x1b[2J", "1"), ("a\x07b", "2")])
    r = strake("scan", "--no-cache", raw([layer], work))
    assert "\x1b" not in r.out + r.err and "\x07" not in r.out + r.err


main()
