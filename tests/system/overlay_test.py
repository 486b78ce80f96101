#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Layers over each other: the view must be what the overlay file system shows, and origins must be right."""
import os
import random

from lib import *


def scan(work, layers):
    path = work + "/l"
    shutil.rmtree(path, ignore_errors=True)
    oci(path, layers)
    r = strake("scan", "--no-cache", "--format", "json", "oci:" + path)
    assert r.code == 0, r.err
    return r.json()


def control(name, version):
    return b"Package: %s\nVersion: %s\nArchitecture: amd64\n" % (name.encode(), version.encode())


@test
def random_layers_agree_with_the_overlay_rules(work):
    """Distroless images have one file a package under status.d: random adds, whiteouts and opaque marks there show
    exactly which files the view holds."""
    seed = int(os.environ.get("STRAKE_SEED", "20"))
    for round_ in range(25):
        rnd = random.Random(seed * 1000 + round_)
        view, layers, state = {}, [], {}
        for n in range(rnd.randint(2, 6)):
            entries = [("etc/os-release", OS_DEBIAN)] if n == 0 else []
            dirs = "var/lib/dpkg/status.d"
            # Whiteouts act on what lies below this layer, whatever their order in it.
            if n and rnd.random() < 0.25:
                entries.append((dirs + "/.wh..wh..opq", b""))
                view = {}
            elif n and rnd.random() < 0.15:
                part = rnd.choice(["var", "var/lib", "var/lib/dpkg", dirs])
                entries.append((os.path.join(os.path.dirname(part), ".wh." + os.path.basename(part)), b""))
                view = {}
            for name in rnd.sample(sorted(view), min(len(view), rnd.randint(0, 3))):
                entries.append((dirs + "/.wh." + name, b""))
                del view[name]
            for name in rnd.sample("abcdefgh", rnd.randint(0, 4)):
                version = "%d.%d" % (n, rnd.randint(0, 9))
                entries.append((dirs + "/" + name, control(name, version)))
                view[name] = version
            rnd.shuffle(entries)
            layers.append(tar(entries))
        got = {(n, v) for n, v, _ in packages(scan(work, layers))}
        assert got == set(view.items()), (round_, sorted(got), sorted(view.items()))


@test
def a_package_names_the_layer_that_brought_it(work):
    base = [("libc6", "1"), ("bash", "1"), ("curl", "1")]
    layers = [debian_layer(base), tar([("x", b"y")]), debian_layer([("libc6", "1"), ("bash", "2"), ("curl", "1"), ("git", "1")]),
              debian_layer([("libc6", "1"), ("bash", "2"), ("git", "1")]), debian_layer([("libc6", "1"), ("bash", "2"), ("git", "1"), ("curl", "1")])]
    report = scan(work, layers)
    origin = {p["Name"]: p["Layer"]["DiffID"] for p in report["Results"][0]["Packages"]}
    # curl was removed in between: the layer that brought it back is its origin
    want = {"libc6": 0, "bash": 2, "git": 2, "curl": 4}
    assert origin == {n: sha(layers[i]) for n, i in want.items()}, origin


@test
def a_database_removed_or_replaced_is_not_read(work):
    alpine = b"P:musl\nV:1.2.4-r2\nA:x86_64\no:musl\n\n"
    layers = [debian_layer([("a", "1")]), tar([("var/lib/dpkg/.wh.status", b""), ("lib/apk/db/installed", alpine), ("etc/os-release", OS_ALPINE)])]
    assert packages(scan(work, layers)) == {("musl", "1.2.4-r2", "x86_64")}
    layers = [debian_layer([("a", "1")]), tar([("var", "tmp")])]
    assert packages(scan(work, layers)) == set()


@test
def the_later_of_two_entries_in_one_layer_counts(work):
    layer = tar([("etc/os-release", OS_DEBIAN), ("var/lib/dpkg/status", dpkg_status([("old", "1")])), ("./var/lib/dpkg//status", dpkg_status([("new", "1")]))])
    assert packages(scan(work, [layer])) == {("new", "1", "amd64")}


@test
def an_rpm_store_left_over_beside_the_new_one_is_not_read(work):
    old = open(data("pkgdb", "rpm", "bdb-nano", "Packages"), "rb").read()
    new = open(data("pkgdb", "rpm", "sqlite-fedora38-two", "rpmdb.sqlite"), "rb").read()
    fedora = ("etc/os-release", b"ID=fedora\nVERSION_ID=38\n")
    both = [tar([fedora, ("var/lib/rpm/Packages", old)]), tar([("var/lib/rpm/rpmdb.sqlite", new)])]
    alone = packages(scan(work, [tar([fedora, ("var/lib/rpm/rpmdb.sqlite", new)])]))
    assert len(alone) == 2 and packages(scan(work, both)) == alone
    assert len(packages(scan(work, both[:1]))) == 1


@test
def one_layer_twice_is_analysed_once_and_shown_right(work):
    layer = debian_layer([("a", "1")])
    assert packages(scan(work, [layer, tar([("var/lib/dpkg/.wh.status", b"")]), layer])) == {("a", "1", "amd64")}


main()
