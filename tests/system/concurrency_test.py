#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many at once, and killed at any moment: cache and database stay whole."""
import json
import os
import random
import signal
import subprocess
import time

from lib import *

PKGS = [("p%d" % i, "1.%d-1" % i) for i in range(300)]


def layout(work, n=4):
    layers = [tar([("l%d/f%d" % (l, i), os.urandom(2000)) for i in range(300)]) for l in range(n)]
    oci(work + "/l", [debian_layer(PKGS)] + layers)
    return "oci:" + work + "/l"


@test
def twenty_scans_share_one_cache_and_all_succeed(work):
    target = layout(work)
    jobs = [subprocess.Popen([STRAKE, "scan", "--format", "json", target], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(20)]
    results = []
    for j in jobs:
        out, err = j.communicate(timeout=120)
        assert j.returncode == 0, (j.returncode, err)
        report = json.loads(out)
        assert len(packages(report)) == 300
        report.pop("CreatedAt")
        results.append(json.dumps(report, sort_keys=True))
    assert len(set(results)) == 1
    left = [f for _, _, files in os.walk(work + "/cache") for f in files if ".tmp." in f]
    assert not left, left
    status = strake("cache", "status", "--format", "json").json()
    assert status["Entries"] == 5, status


@test
def a_cached_scan_reads_the_cache_only(work):
    target = layout(work)
    first = strake("scan", "--format", "json", target).json()
    for name in os.listdir(work + "/l/blobs/sha256"):
        path = work + "/l/blobs/sha256/" + name
        if os.path.getsize(path) > 3000:  # the layers, not the documents: same size, other bytes
            size = os.path.getsize(path)
            with open(path, "wb") as f:
                f.write(b"x" * size)
    r = strake("scan", "--format", "json", target)
    assert r.code == 0, r.err
    assert packages(r.json()) == packages(first)
    assert strake("scan", "--no-cache", target).code == 4


@test
def kill_9_during_a_scan_leaves_a_good_cache(work):
    target = layout(work)
    want = packages(strake("scan", "--no-cache", "--format", "json", target).json())
    rnd = random.Random(5)
    for _ in range(30):
        p = subprocess.Popen([STRAKE, "scan", "--format", "json", target], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rnd.random() * 0.05)
        p.send_signal(signal.SIGKILL)
        p.wait()
        r = strake("scan", "--format", "json", target)
        assert r.code == 0 and packages(r.json()) == want, r.err
        if rnd.random() < 0.5:
            strake("cache", "clean")


@test
def kill_9_during_a_db_build_leaves_the_old_database(work):
    feed = work + "/feed"
    os.makedirs(feed)
    for i in range(3000):
        with open("%s/T-%d.json" % (feed, i), "w") as f:
            json.dump({"id": "CVE-2024-%d" % (10000 + i), "modified": "2024-01-01T00:00:00Z", "affected": [
                {"package": {"ecosystem": "Debian:12", "name": "p%d" % (i % 300)}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9-%d" % i}]}]}]}, f)
    db = work + "/a.db"
    r = strake("db", "build", "--from", feed, "--output", db)
    assert r.code == 0, r.err
    old = open(db, "rb").read()
    with open(feed + "/T-new.json", "w") as f:
        json.dump({"id": "CVE-2025-1", "modified": "2024-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "Debian:12", "name": "p1"}, "versions": ["1.1-1"]}]}, f)
    rnd = random.Random(6)
    for _ in range(25):
        p = subprocess.Popen([STRAKE, "db", "build", "--from", feed, "--output", db], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rnd.random() * 0.1)
        p.send_signal(signal.SIGKILL)
        p.wait()
        assert strake("db", "verify", "--db", db).code == 0
    now = open(db, "rb").read()
    r = strake("db", "build", "--from", feed, "--output", db)
    assert r.code == 0, r.err
    new = open(db, "rb").read()
    assert now in (old, new) and old != new


@test
def a_damaged_cache_entry_is_analysed_again(work):
    target = layout(work)
    want = packages(strake("scan", "--format", "json", target).json())
    for base, _, files in os.walk(work + "/cache"):
        for f in files:
            path = os.path.join(base, f)
            b = bytearray(open(path, "rb").read())
            b[len(b) // 2] ^= 0xFF
            open(path, "wb").write(b)
    r = strake("scan", "--format", "json", target)
    assert r.code == 0 and packages(r.json()) == want


@test
def the_cache_can_be_emptied_and_is_bounded(work):
    target = layout(work)
    strake("scan", target)
    assert strake("cache", "status", "--format", "json").json()["Entries"] == 5
    assert strake("cache", "clean", "--keep", "30k").code == 0
    assert strake("cache", "status", "--format", "json").json()["Bytes"] <= 30 * 1024
    assert strake("cache", "clean").code == 0
    assert strake("cache", "status", "--format", "json").json()["Entries"] == 0
    strake("scan", "--cache-size", "20k", target)
    assert strake("cache", "status", "--format", "json").json()["Bytes"] <= 20 * 1024


main()
