# SPDX-License-Identifier: Apache-2.0
"""Packages of languages end to end: lock files, installed metadata, ownership, SBOMs, and real cases with their
expected findings."""
import json
import os
import re

from ecosystems_lib import CARGO, STATUS, build, debian_root, found, osv, packages, put, python_records, scan
from lib import data, main, strake, test

ECOSYSTEMS = {"npm": "npm", "pip": "PyPI", "go": "Go", "maven": "Maven", "nuget": "NuGet", "composer": "Packagist",
              "erlang": "Hex", "rubygems": "RubyGems", "cargo": "crates.io", "pub": "Pub", "conan": "ConanCenter",
              "swift": "SwiftURL", "cocoapods": "CocoaPods"}


@test
def lock_files_count_in_trees_and_installed_packages_in_roots(work):
    db = build(work, [osv("RUSTSEC-2024-1", "crates.io", "time", [{"introduced": "0"}, {"fixed": "0.2.23"}])])
    tree = work + "/tree"
    put(tree + "/app/package-lock.json", json.dumps({"lockfileVersion": 3, "packages": {
        "": {"name": "app"}, "node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"version": "2.0.0", "dev": True}}}))
    put(tree + "/app/node_modules/a/package.json", '{"name": "a", "version": "1.0.1"}')
    put(tree + "/Cargo.lock", CARGO % ("time", "0.1.43"))
    assert packages(scan(db, "fs:" + tree)) == [("Cargo.lock", "time", "0.1.43"), ("app/package-lock.json", "a", "1.0.0")]
    assert found(scan(db, "fs:" + tree)) == [("Cargo.lock", "RUSTSEC-2024-1", "time", "0.1.43")]
    assert ("Node.js", "a", "1.0.1") in packages(scan(db, "rootfs:" + tree))
    assert ("app/package-lock.json", "a", "1.0.0") not in packages(scan(db, "rootfs:" + tree))
    both = packages(scan(db, "--pkg-sources", "all", "--include-dev-deps", "fs:" + tree))
    assert {("Node.js", "a", "1.0.1"), ("app/package-lock.json", "a", "1.0.0"), ("app/package-lock.json", "b", "2.0.0")} <= set(both)


@test
def a_bare_directory_is_a_tree_or_a_root_by_what_lies_in_it(work):
    db = build(work, python_records())
    put(work + "/tree/Cargo.lock", CARGO % ("time", "0.1.43"))
    debian_root(work + "/system")
    assert packages(scan(db, work + "/tree")) == [("Cargo.lock", "time", "0.1.43")]
    assert any(p[1] == "urllib3" for p in packages(scan(db, work + "/system")))


@test
def files_of_the_distribution_are_its_own_business(work):
    db = build(work, python_records())
    debian_root(work + "/system")
    report = scan(db, "rootfs:" + work + "/system")
    assert [f[1:] for f in found(report)] == [("CVE-2023-43804", "urllib3", "1.26.0")], found(report)
    owners = {p["Name"]: p.get("Owner") for x in report["Results"] if x["Class"] == "lang-pkgs" for p in x["Packages"]}
    assert owners == {"requests": "python3-requests@2.28.1+dfsg-1", "urllib3": None}, owners


@test
def a_package_of_another_vendor_does_not_hide_what_it_brings(work):
    db = build(work, python_records())
    debian_root(work + "/system")
    put(work + "/system/var/lib/dpkg/status", (STATUS % ("python3-requests", "2.28.1")).replace("Debian <x@debian.org>", "Vendor <deb@nodesource.com>"))
    assert {f[2] for f in found(scan(db, "rootfs:" + work + "/system"))} == {"requests", "urllib3"}


@test
def an_sbom_gives_the_findings_of_what_it_describes(work):
    db = build(work, python_records())
    debian_root(work + "/system")
    before = scan(db, "rootfs:" + work + "/system")
    for name in ("cyclonedx", "spdx-json", "spdx", "syft-json"):
        path = work + "/bom." + name
        r = strake("sbom", "--format", name, "--output", path, "rootfs:" + work + "/system")
        assert r.code == 0, r.err
        after = scan(db, "sbom:" + path)
        assert [f[1:] for f in found(after)] == [f[1:] for f in found(before)], name
        assert [p[1:] for p in packages(after)] == [p[1:] for p in packages(before)], name
        assert after["Metadata"]["OS"] == before["Metadata"]["OS"], name
        assert scan(db, path)["Results"] == after["Results"]  # recognised without the prefix
        # Written anew from what was read it says the same again.
        again = work + "/again." + name
        assert strake("sbom", "--format", name, "--output", again, "sbom:" + path).code == 0
        assert found(scan(db, "sbom:" + again)) == found(after), name


@test
def package_urls_are_targets(work):
    db = build(work, python_records())
    assert [f[1:] for f in found(scan(db, "purl:pkg:pypi/urllib3@1.26.0"))] == [("CVE-2023-43804", "urllib3", "1.26.0")]
    assert not found(scan(db, "pkg:pypi/urllib3@1.26.17"))
    put(work + "/list", "pkg:pypi/urllib3@1.26.0\npkg:pypi/Requests@2.0\n")
    assert len(found(scan(db, "purl:" + work + "/list"))) == 2
    r = strake("scan", "--db", db, "purl:urllib3")
    assert r.code == 3, r
    put(work + "/mixed", "pkg:deb/debian/a@1?distro=debian-11\npkg:deb/debian/b@1?distro=debian-12\n")
    r = strake("scan", "--db", db, "purl:" + work + "/mixed")
    assert r.code == 3 and "two distributions" in r.err, r


@test
def patterns_leave_files_and_folders_out(work):
    db = build(work, python_records())
    for d in ("one", "two", "deep/three"):
        put("%s/tree/%s/Cargo.lock" % (work, d), CARGO % ("time", "0.1.43"))
    def targets(*args):
        return [p[0] for p in packages(scan(db, *args, "fs:" + work + "/tree"))]
    assert targets() == ["deep/three/Cargo.lock", "one/Cargo.lock", "two/Cargo.lock"]
    assert targets("--skip-dirs", "two") == ["deep/three/Cargo.lock", "one/Cargo.lock"]
    assert targets("--skip-dirs", "**/three") == ["one/Cargo.lock", "two/Cargo.lock"]
    assert targets("--skip-files", work + "/tree/one/Cargo.lock") == ["deep/three/Cargo.lock", "two/Cargo.lock"]


@test
def an_ecosystem_the_database_does_not_know_is_said(work):
    db = build(work, python_records())
    put(work + "/tree/Cargo.lock", CARGO % ("time", "0.1.43"))
    report = scan(db, "fs:" + work + "/tree")
    assert [x["Reason"] for x in report["Incomplete"]] == ["no-advisories"] and "crates.io" in report["Incomplete"][0]["Message"]
    table = strake("scan", "--db", db, "fs:" + work + "/tree")
    assert "no known vulnerability" not in table.out, table.out


@test
def a_broken_lock_file_is_listed_and_the_rest_goes_on(work):
    db = build(work, python_records())
    put(work + "/tree/Cargo.lock", "[[package]\n")
    put(work + "/tree/requirements.txt", "urllib3==1.26.0\n")
    report = scan(db, "fs:" + work + "/tree")
    assert [f[2] for f in found(report)] == ["urllib3"]
    assert [x["Path"] for x in report["Incomplete"] if x["Reason"] == "corrupt"] == ["Cargo.lock"]
    scan(db, "--fail-on", "incomplete", "fs:" + work + "/tree", code=4)


@test
def a_manifest_names_images_and_never_paths(work):
    db = build(work, python_records())
    put(work + "/pod.yaml", "kind: Pod\nspec:\n  containers:\n  - image: rootfs:/\n---\nkind: Deployment\nspec:\n  template:\n"
        "    spec:\n      initContainers:\n      - image: 127.0.0.1:1/none:1\n")
    report = scan(db, "k8s:" + work + "/pod.yaml", code=4)
    assert [r["ArtifactName"] for r in report] == ["rootfs:/", "127.0.0.1:1/none:1"]
    assert all(not r["Results"] and r["Incomplete"] for r in report)
    put(work + "/many.yaml", "spec:\n  containers:\n" + "".join("  - image: 127.0.0.1:1/none:%d\n" % i for i in range(1001)))
    r = strake("scan", "--db", db, "k8s:" + work + "/many.yaml")
    assert r.code == 3 and "more than 1000 images" in r.err, r
    put(work + "/none.yaml", "kind: Service\n")
    assert strake("scan", "--db", db, "k8s:" + work + "/none.yaml").code == 3


# ---- cases of others with their expected findings ----

def read_buckets(path):
    """The plain subset of YAML in which the advisories of the data are written: (source, package, id, ranges)."""
    source = package = ident = None
    inside, out = None, []
    for line in open(path, encoding="utf-8"):
        indent = len(line) - len(line.lstrip())
        m = re.match(r'- (bucket|key): "?(.*?)"?$', line.strip())
        if m and m.group(1) == "bucket":
            source, package = (m.group(2), None) if indent == 0 else (source, m.group(2))
        elif m:
            ident, inside = m.group(2), None
            out.append((source, package, ident, []))
        elif line.strip().endswith("Versions:"):
            inside = line.strip()[:-1]
        elif inside == "VulnerableVersions" and line.strip().startswith("- "):
            out[-1][3].append(line.strip()[2:].strip('"'))
    return out


def events_of(text):
    """'>= 1, < 2' and '[1,2)' as OSV events."""
    events = []
    m = re.match(r"\[(.*),(.*)\)$", text)
    if m:
        return [{"introduced": m.group(1) or "0"}, {"fixed": m.group(2)}]
    for part in text.split(","):
        op, version = re.match(r"\s*([<>=]+)\s*v?(\S+)", part).groups()
        events.append({{">=": "introduced", "<": "fixed", "<=": "last_affected"}[op]: version})
    return events if "introduced" in events[0] else [{"introduced": "0"}] + events


def trivy_db(work):
    records = []
    folder = data("e2e", "trivy", "db")
    for name in sorted(os.listdir(folder)):
        for source, package, ident, ranges in read_buckets(os.path.join(folder, name)):
            ecosystem = ECOSYSTEMS.get(source.split("::")[0])
            if ecosystem and package and ranges:
                rec = osv(ident, ecosystem, package, [])
                rec["affected"] = [dict(rec["affected"][0], ranges=[{"type": "ECOSYSTEM", "events": events_of(r)}]) for r in ranges]
                records.append(rec)
    assert len(records) > 20, len(records)
    return build(work, records)


@test
def trivys_own_cases_give_its_findings(work):
    db, done, bad = trivy_db(work), 0, []
    root = data("e2e", "trivy")
    for case in json.load(open(os.path.join(root, "expected.json"), encoding="utf-8")):
        o = case["options"]
        if any(x["cls"] != "lang-pkgs" for x in case["results"]) or o.get("vex") or case["case"] == "skip files":
            continue
        args = ["--include-dev-deps"] if o.get("includeDevDeps") else []
        for key, flag in (("skipFiles", "--skip-files"), ("skipDirs", "--skip-dirs")):
            args += [a for p in o.get(key) or [] for a in (flag, p.replace("testdata/fixtures/repo/", os.path.join(root, "repo") + "/"))]
        got = found(scan(db, *args, "repo:" + os.path.join(root, case["input"])))
        want = sorted((x["target"], v["id"], v["pkg"], v["installed"]) for x in case["results"] for v in x["vulnerabilities"] or [])
        if got != want:
            bad.append((case["case"], [g for g in got if g not in want], [w for w in want if w not in got]))
        done += 1
    assert done >= 20 and not bad, bad


# Our own judgement where it differs from the derived list, with the reason.
EXPLAINED = {
    ("lang/cargo-lock/syft/rust/path-deps/Cargo.lock", "telemetry"): "a path dependency: the published package of that name is another",
}


@test
def lock_files_match_real_osv_records(work):
    """The derived matches hold each package of the fixtures against the feed; the same must come out here."""
    derived = json.load(open(data("e2e", "derived", "matches.json"), encoding="utf-8"))
    bad = []
    for key, feed, kind in (("lockfiles x OSV PyPI", "PyPI", "pypi"), ("lockfiles x OSV crates.io", "crates.io", "cargo"),
                            ("lockfiles x OSV Go", "Go", "golang")):
        db = os.path.join(work, kind + ".strakedb")
        assert strake("db", "build", "--from", data("advisories", "osv", feed), "--output", db).code == 0
        wanted = {}
        for m in derived[key]["matches"]:
            wanted.setdefault((m["package"], m["version"]), set()).update([m["id"]] + m["aliases"])
        purls = ["pkg:%s/%s@%s" % (kind, name.replace("@", "%40"), version.replace("+", "%2B")) for name, version in sorted(wanted)]
        report = scan(db, "purl:" + put(work + "/" + kind, "\n".join(purls)))
        got = {}
        for x in report["Results"]:
            for v in x.get("Vulnerabilities", []):
                got.setdefault((v["PkgName"], v["InstalledVersion"]), set()).update([v["VulnerabilityID"]] + v.get("Aliases", []))
        for m in derived[key]["matches"]:
            if not got.get((m["package"], m["version"]), set()) & set([m["id"]] + m["aliases"]):
                bad.append(("missed", key, m))
        for pkg, ids in got.items():
            if ids - wanted.get(pkg, set()) and not ids & wanted.get(pkg, set()):
                bad.append(("invented", pkg, ids))
    assert not bad, bad[:10]


if __name__ == "__main__":
    main()
