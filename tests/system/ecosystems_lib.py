# SPDX-License-Identifier: Apache-2.0
"""Small feeds and trees with packages of languages."""
import json
import os

from lib import strake


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def osv(ident, ecosystem, name, events, aliases=()):
    return {"id": ident, "modified": "2024-01-01T00:00:00Z", "aliases": list(aliases),
            "affected": [{"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]}


def build(work, records):
    feed = os.path.join(work, "feed")
    os.makedirs(feed, exist_ok=True)
    for i, r in enumerate(records):
        put(os.path.join(feed, "%s-%d.json" % (r["id"], i)), json.dumps(r))
    db = os.path.join(work, "db.strakedb")
    r = strake("db", "build", "--from", feed, "--output", db)
    assert r.code == 0, r.err
    return db


def scan(db, *args, code=0):
    r = strake("scan", "--format", "json", "--db", db, *args)
    assert r.code == code, (r.code, r.err)
    return json.loads(r.out)


def found(report):
    return sorted((x["Target"], v["VulnerabilityID"], v["PkgName"], v["InstalledVersion"])
                  for x in report["Results"] for v in x.get("Vulnerabilities", []))


def packages(report):
    """With a version: the project itself has none."""
    return sorted((x["Target"], p["Name"], p["Version"]) for x in report["Results"] for p in x.get("Packages", []) if p.get("Version"))


CARGO = '[[package]]\nname = "%s"\nversion = "%s"\nsource = "registry+https://example.org/index"\n'
STATUS = "Package: %s\nStatus: install ok installed\nMaintainer: Debian <x@debian.org>\nArchitecture: all\nVersion: %s\n\n"
METADATA = "Metadata-Version: 2.1\nName: %s\nVersion: %s\n"


def debian_root(root):
    """A Debian with one Python package of its own and one that pip brought."""
    put(root + "/etc/os-release", 'ID=debian\nVERSION_ID="12"\n')
    put(root + "/var/lib/dpkg/status", STATUS % ("python3-requests", "2.28.1+dfsg-1"))
    owned = "usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO"
    put(root + "/var/lib/dpkg/info/python3-requests.list", "/.\n/usr\n/" + owned + "\n")
    put(root + "/" + owned, METADATA % ("requests", "2.28.1"))
    put(root + "/usr/local/lib/python3.11/site-packages/urllib3-1.26.0.dist-info/METADATA", METADATA % ("urllib3", "1.26.0"))


def python_records():
    return [osv("PYSEC-2024-1", "PyPI", "requests", [{"introduced": "0"}, {"fixed": "2.31.0"}], ["CVE-2023-32681"]),
            osv("PYSEC-2024-2", "PyPI", "urllib3", [{"introduced": "0"}, {"fixed": "1.26.17"}], ["CVE-2023-43804"])]
