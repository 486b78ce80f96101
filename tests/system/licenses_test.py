# SPDX-License-Identifier: Apache-2.0
"""Licences of packages: read from metadata and copyright files, rated, ignored, written into bills of materials."""
import json

from ecosystems_lib import put
from lib import OS_DEBIAN, docker_archive, dpkg_status, main, strake, tar, test

DEP5 = b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: %s\n"
AGPL = b"GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007\n"


def stage(work):
    layer = tar([("etc/os-release", OS_DEBIAN), ("var/lib/dpkg/status", dpkg_status([("a", "1-1"), ("b", "1-1"), ("c", "1-1")])),
                 ("usr/share/doc/a/copyright", DEP5 % b"GPL-2+ and Expat"), ("usr/share/doc/b/copyright", AGPL),
                 ("usr/share/doc/b/examples/copyright", DEP5 % b"MPL-2.0"),
                 ("srv/node_modules/left/package.json", json.dumps({"name": "left", "version": "1.0.0", "license": "(MIT OR GPL-3.0-only)"}).encode()),
                 ("srv/node_modules/right/package.json", json.dumps({"name": "right", "version": "1.0.0", "license": "SEE LICENSE"}).encode())])
    path = work + "/image.tar"
    with open(path, "wb") as f:
        f.write(docker_archive([layer]))
    return path


def licenses(report):
    return {(x["Target"], l["PkgName"], l["Name"]): (l["Category"], l["Severity"]) for x in report["Results"] for l in x.get("Licenses", [])}


@test
def licences_of_packages_are_listed_and_rated(work):
    r = strake("scan", "--scanners", "license", "--format", "json", stage(work))
    assert r.code == 0, r.err
    report = json.loads(r.out)
    assert report["Strake"]["Scanners"] == ["license"] and {x["Class"] for x in report["Results"] if x.get("Licenses")} == {"license"}
    assert licenses(report) == {
        ("OS Packages", "a", "GPL-2.0-or-later"): ("restricted", "HIGH"), ("OS Packages", "a", "MIT"): ("notice", "LOW"),
        ("OS Packages", "b", "AGPL-3.0-only"): ("forbidden", "CRITICAL"),
        ("Node.js", "left", "(MIT OR GPL-3.0-only)"): ("notice", "LOW"), ("Node.js", "right", "SEE LICENSE"): ("unknown", "UNKNOWN")}, licenses(report)


@test
def what_is_allowed_or_ignored_is_no_finding(work):
    image = stage(work)
    r = strake("scan", "--scanners", "license", "--format", "json", "--severity", "HIGH,CRITICAL", "--ignored-licenses", "AGPL-3.0", image)
    assert set(licenses(json.loads(r.out))) == {("OS Packages", "a", "GPL-2.0-or-later")}
    rules = put(work + "/rules.yaml", "licenses:\n  - id: GPL-2.0-or-later\n    statement: our own\n")
    r = strake("scan", "--scanners", "license", "--format", "json", "--severity", "HIGH,CRITICAL", "--ignorefile", rules, "--exit-code", "7", image)
    report = json.loads(r.out)
    assert r.code == 7 and set(licenses(report)) == {("OS Packages", "b", "AGPL-3.0-only")}, r.code
    assert [(s["ID"], s["Kind"], s["Reason"]) for s in report["Suppressed"]] == [("GPL-2.0-or-later", "license", "our own")]
    for words, code in (("critical", 1), ("low+fixable", 0)):
        assert strake("scan", "--scanners", "license", "--fail-on", words, image).code == code, words
    # Without being asked for nothing is said of licences.
    assert not licenses(json.loads(strake("scan", "--scanners", "none", "--format", "json", image).out))


@test
def reports_and_bills_of_materials_keep_them(work):
    image = stage(work)
    report = work + "/report.json"
    r = strake("scan", "--scanners", "license", "--format", "json", "-o", report, image)
    for fmt in ("json", "table", "sarif", "junit", "csv", "markdown", "html"):
        first = strake("scan", "--scanners", "license", "--format", fmt, image, env={"SOURCE_DATE_EPOCH": "1700000000"}).out
        put(report, strake("scan", "--scanners", "license", "--format", "json", image, env={"SOURCE_DATE_EPOCH": "1700000000"}).out)
        assert strake("convert", "--format", fmt, report).out == first, fmt
    bom = json.loads(strake("sbom", image).out)
    said = {c["name"]: c.get("licenses") for c in bom["components"]}
    assert said["b"] == [{"license": {"id": "AGPL-3.0-only"}}] and said["left"] == [{"expression": "(MIT OR GPL-3.0-only)"}], said
    assert r.code == 0


MIT = b"MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this.\n"
KEPT = b"The above copyright notice and this permission notice shall be included in all copies.\n"


def of_files(r):
    assert r.code == 0, r.err
    return {(l["FilePath"], l["Name"], l["Confidence"]) for x in json.loads(r.out)["Results"] if x["Class"] == "license-file" for l in x["Licenses"]}


@test
def files_tell_their_licences_when_asked(work):
    files = [("srv/LICENSE", MIT + KEPT), ("srv/COPYING.changed", MIT), ("srv/a.c", b"/* SPDX-License-Identifier: MPL-2.0 */\n" + b"x" * 30000),
             ("srv/late.c", b"x" * 30000 + b"\n/* SPDX-License-Identifier: AGPL-3.0-only */\n"), ("srv/notes.txt", MIT + KEPT), ("srv/LICENSE.bin", b"\0" + MIT + KEPT),
             ("usr/share/doc/a/LICENSE", MIT + KEPT), ("srv/node_modules/x/LICENSE", MIT + KEPT), ("etc/os-release", OS_DEBIAN)]
    image = work + "/image.tar"
    with open(image, "wb") as f:
        f.write(docker_archive([tar(files + [("srv/gone/LICENSE", MIT + KEPT)]), tar([("srv/gone/.wh.LICENSE", b"")])]))
    tree = work + "/tree"
    for name, body in files:
        put(tree + "/" + name, body.decode())
    scan = lambda target, *more: strake("scan", "--scanners", "license", "--license-full", "--format", "json", *more, target, cwd=work)
    want = {("srv/LICENSE", "MIT", 1), ("srv/a.c", "MPL-2.0", 1)}
    for target in (image, image, tree):
        assert of_files(scan(target)) == want, of_files(scan(target))
    low = of_files(scan(image, "--license-confidence-level", "0.5"))
    assert want < low and ("srv/COPYING.changed", "MIT", 0.5) in low, low
    assert of_files(scan(image, "--ignored-licenses", "MIT")) == {("srv/a.c", "MPL-2.0", 1)}
    assert of_files(scan(tree, "--skip-dirs", "srv")) == set()
    assert of_files(strake("scan", "--scanners", "license", "--format", "json", image)) == set()
    r = strake("scan", "--scanners", "license", "--license-full", "--format", "json", image)
    x = [x for x in json.loads(r.out)["Results"] if x["Class"] == "license-file"][0]
    assert x["Target"] == "Loose File License(s)" and x["Licenses"][0]["Layer"]["DiffID"], x
    assert {(l["Name"], l["Category"], l["Severity"], l["Link"]) for l in x["Licenses"]} == {
        ("MIT", "notice", "LOW", "https://spdx.org/licenses/MIT.html"), ("MPL-2.0", "reciprocal", "MEDIUM", "https://spdx.org/licenses/MPL-2.0.html")}
    assert strake("scan", "--scanners", "license", "--license-full", "--fail-on", "medium", tree).code == 1
    for wrong in (("--license-full",), ("--scanners", "license", "--license-confidence-level", "2"), ("--scanners", "license", "--license-confidence-level", "x")):
        assert strake("scan", *wrong, tree).code == 2, wrong


main()
