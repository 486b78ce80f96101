#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real images and package databases: every package and version, every digest, and the matches derived for them."""
import collections

from lib import *

# Archives that are no image: what is wrong must be said, exit code 3.
NO_IMAGE = {"ggcr-tarball/content.tar", "ggcr-tarball/no_manifest.tar", "ggcr-tarball/null_manifest.tar"}
# Cut-down images whose layers are not the ones that their configuration lists: read, and said (exit code 4).
DIFFERENT_LAYERS = {"docker-save-nginx.tar", "skopeo-nginx-compressed-layers.tar", "docker-save-java.tar"}


def reports(r):
    got = r.json()
    return got if isinstance(got, list) else [got]


def scan(target, *args, codes=(0,)):
    r = strake("scan", "--no-cache", "--format", "json", *args, target)
    assert r.code in codes, (target, r.code, r.err)
    return r


def expected_images():
    with open(data("images", "expected.json")) as f:
        return json.load(f)


def wanted(image):
    return {(p["name"], p["version"], p["arch"]) for p in image.get("packages") or []}


@test
def every_package_of_every_image_is_found(work):
    total = 0
    for name, images in expected_images().items():
        if name in NO_IMAGE:
            r = strake("scan", data("images", name))
            assert r.code == 3 and "manifest.json" in r.err, (name, r.code, r.err)
            continue
        r = scan(data("images", name), codes=(4,) if name in DIFFERENT_LAYERS else (0,))
        want = set().union(*[wanted(i) for i in images or []])
        got = set().union(*[packages(report) for report in reports(r)])
        assert got == want, (name, "missing", sorted(want - got)[:5], "invented", sorted(got - want)[:5])
        total += len(got)
    assert total >= 220, total


@test
def image_ids_and_layer_digests_are_those_of_the_image(work):
    checked = 0
    for name, images in expected_images().items():
        if name in NO_IMAGE or not images or images[0]["kind"] == "rootfs":
            continue
        by_id = collections.defaultdict(list)
        for i in images:
            if "config_digest" in i:
                by_id[i["config_digest"]].append(i)
        for report in reports(scan(data("images", name), codes=(0, 4))):
            m = report["Metadata"]
            same = by_id.get(m["ImageID"])
            assert same, (name, m["ImageID"], list(by_id))
            image = same[0]
            stored = [layer["diff_id"] for layer in image["layers"]]
            if name not in DIFFERENT_LAYERS:
                assert [layer["DiffID"] for layer in m["Layers"]] == stored, (name, m["Layers"], stored)
                assert m["DiffIDs"] == (image.get("config_diff_ids") or stored), name
            digests = [layer["Digest"] for layer in m["Layers"] if layer.get("Digest")]
            known = {layer["blob_digest"] for i in same for layer in i["layers"]}
            assert set(digests) <= known, (name, digests, known)
            tags = set().union(*[set(i.get("repo_tags") or []) for i in same])
            # An archive's short name is shown as docker shows it, with its tag.
            assert {t.rpartition("/")[2] for t in m.get("RepoTags") or []} >= {t.rpartition("/")[2] for t in tags if ":" in t}, (name, tags, m.get("RepoTags"))
            platform = "/".join(filter(None, [image.get("os"), image.get("architecture")]))
            assert (m.get("Platform") or "").startswith(platform), (name, m.get("Platform"), platform)
            checked += 1
    assert checked >= 20, checked


@test
def the_distribution_release_is_named(work):
    for name, images in expected_images().items():
        release = (images or [{}])[0].get("os_release") if images else None
        if not release:
            continue
        got = reports(scan(data("images", name), codes=(0, 4)))[0]["Metadata"]["OS"]
        assert got["Family"] == release["ID"], (name, got)
        assert got["Name"].split(".")[0] == release["VERSION_ID"].split(".")[0], (name, got)


def rpm_root(path, work):
    """The samples are bare database files: they go where rpm keeps them."""
    root = os.path.join(work, "root-" + os.path.basename(path))
    os.makedirs(root + "/var/lib/rpm")
    for f in os.listdir(path):
        if f != "expected.json":
            shutil.copy(os.path.join(path, f), root + "/var/lib/rpm/" + f)
    return root


def wanted_of(kind, name, p):
    """The expected package as the report shows it, or None where leaving it out is right."""
    version = p["version"]
    if kind == "rpm":
        version += "-" + p["release"]
        return p["name"], "%d:%s" % (p["epoch"], version) if p["epoch"] else version, p.get("arch")
    if kind == "apk" and version is None:
        return None  # a stanza without "V:" is listed as not analysed instead
    if kind == "dpkg":
        # config-files: removed, its programs are gone; only settings are left.
        if p.get("status", "installed") in ("config-files", "not-installed"):
            return None
        # An epoch of 0 is the same as none (deb-version(7)); the report leaves it out.
        version = version[2:] if version.startswith("0:") else version
    return p["name"], version, p.get("arch")


def pkgdb(work):
    for kind in ("apk", "dpkg", "rpm"):
        for name in sorted(os.listdir(data("pkgdb", kind))):
            path = data("pkgdb", kind, name)
            if os.path.exists(path + "/expected.json"):
                yield kind, name, path, rpm_root(path, work) if kind == "rpm" else path


@test
def every_package_of_every_package_database_is_found(work):
    total = 0
    for kind, name, path, root in pkgdb(work):
        with open(path + "/expected.json") as f:
            listed = json.load(f)["packages"]
        want = {wanted_of(kind, name, p) for p in listed} - {None}
        report = scan("rootfs:" + root).json()
        got = packages(report)
        assert got == want, (kind, name, "missing", sorted(want - got, key=str)[:5], "invented", sorted(got - want, key=str)[:5])
        for p in listed:
            if kind == "apk" and p["version"] is None:
                assert p["name"] in json.dumps(report["Incomplete"]), (name, report["Incomplete"])
        total += len(got)
    assert total > 1200, total


# ---- matches ----

def ids_of(v):
    return {v["VulnerabilityID"], *v.get("Aliases", []), *v.get("VendorIDs", [])}


def found(report):
    """{(package, id): finding} under every name of the problem."""
    out = {}
    for result in report.get("Results") or []:
        for v in result.get("Vulnerabilities") or []:
            for i in ids_of(v):
                out[v["PkgName"], i] = v
    return out


def apk_root(listed, root):
    os.makedirs(root + "/lib/apk/db")
    os.makedirs(root + "/etc")
    with open(root + "/lib/apk/db/installed", "w") as f:
        for p in listed["packages"]:
            f.write("P:%s\nV:%s\nA:x86_64\no:%s\n\n" % (p["name"], p["version"], p.get("srcName") or p["name"]))
    with open(root + "/etc/os-release", "wb") as f:
        f.write(OS_ALPINE.replace(b"3.18.4", b"3.10.2"))
    return root


def version_of(p, prefix):
    epoch, version, release = (p.get(prefix + k if prefix == "" else prefix + k.capitalize()) for k in ("epoch", "version", "release"))
    return ("%d:" % epoch if epoch else "") + version + ("-" + release if release else "")


def dpkg_root(listed, root, release, number, sources):
    """A dpkg database of a list; `sources`: the expectations judge source packages, one entry each."""
    os.makedirs(root + "/var/lib/dpkg")
    os.makedirs(root + "/etc")
    with open(root + "/var/lib/dpkg/status", "w") as f:
        for p in listed["source_packages"] if sources else listed["packages"]:
            f.write("Package: %s\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: Debian <x@lists.debian.org>\n" % p["name"])
            if sources:
                f.write("Version: %s\n\n" % p["version"])
            else:
                f.write("Version: %s\nSource: %s (%s)\n\n" % (version_of(p, ""), p["srcName"], version_of(p, "src")))
    with open(root + "/etc/os-release", "w") as f:
        f.write('ID=debian\nVERSION_ID="%s"\nVERSION_CODENAME=%s\n' % (number, release))
    return root


DEBIAN = {"stretch": "9", "buster": "10", "bookworm": "12"}


def root_of(key, case, work):
    """A root file system for a case, or None for the cases that later parts of strake are for (lock files)
    and for rpm lists, which the unit tests judge (no rpm database can be made of a list here)."""
    path = case["input"].split(" ")[0]
    if path.startswith("images/") or (path.startswith("pkgdb/") and not path.startswith("pkgdb/lists/")):
        return data(path)
    if not path.startswith("pkgdb/lists/"):
        return None
    with open(data(path)) as f:
        listed = json.load(f)
    root = work + "/" + os.path.basename(path)
    if "secdb" in key:
        return apk_root(listed, root)
    if case.get("release") in DEBIAN:
        return dpkg_root(listed, root, case["release"], DEBIAN[case["release"]], "source_packages" in case["input"])
    return None


def judge_missing(m):
    """True where an expected match is wrong. The tracker once wrote `released ((7.57.0-1ubuntu1)`; the bracket was taken
    for a part of the version, and 7.68.0 for older."""
    return m.get("fixed", "").startswith("(")


def judge_extra(key, v):
    """True where a finding that the expectations lack is right all the same."""
    if "ubuntu-cve-tracker" in key:
        # Ubuntu's "ignored": affected and never to be mended; the expectations leave it out.
        return v.get("Status") in ("will_not_fix", "end_of_life")
    # The expectations look up "linux-signed" itself; it is "linux" with signatures.
    return v["PkgName"].startswith("linux-signed")


@test
def derived_matches_are_found_exactly(work):
    with open(data("e2e", "derived", "matches.json")) as f:
        cases = json.load(f)
    seen = hits = 0
    for key, case in cases.items():
        root = root_of(key, case, work)
        if root is None:
            continue
        db = work + "/case.strakedb"
        r = strake("db", "build", "--from", data(case["database"]), "--output", db, timeout=300)
        assert r.code == 0, (key, r.err[-500:])
        report = scan(root, "--db", db).json()
        got = found(report)
        want = {(m["package"], m["id"]): m for m in case["matches"] + case.get("unfixed", []) if not judge_missing(m)}
        missing = sorted(set(want) - set(got))
        assert not missing, (key, len(missing), missing[:5])
        extra = [(v["PkgName"], v["VulnerabilityID"], v.get("FixedVersion"), v.get("Status")) for v in {id(v): v for v in got.values()}.values()
                 if not any((v["PkgName"], i) in want for i in ids_of(v)) and not judge_extra(key, v)]
        assert not extra, (key, len(extra), extra[:5])
        for m in filter(lambda m: not judge_missing(m), case["matches"]):
            v = got[m["package"], m["id"]]
            # Several advisories on one problem have several fixes; the report names the first that mends all.
            assert v.get("FixedVersion") == m["fixed"] or len(v.get("VendorIDs", [])) > 1, (key, m, v.get("FixedVersion"))
        seen += 1
        hits += len(want)
    assert seen >= 12 and hits > 2500, (seen, hits)


main()
