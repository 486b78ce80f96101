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


main()
