#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""OSV records from the changelogs of security updates that an image lacks. usage: demo_feed.py IMAGE FEED -- APT-OPTIONS..."""

import gzip
import io
import json
import pathlib
import re
import subprocess
import sys
import tarfile

ENTRY = re.compile(r"^(\S+) \(([^)]+)\) \S+;", re.M)
CVE = re.compile(r"CVE-\d{4}-\d{4,}")


def output(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, **more).stdout


def installed(image):
    report = json.loads(output("strake", "scan", "--scanners", "none", "--format", "json", image))
    return {p["Name"]: p for r in report["Results"] for p in r.get("Packages", [])}


def whole(p):
    version = p["Version"] + ("-" + p["Release"] if p.get("Release") else "")
    return f"{p['Epoch']}:{version}" if p.get("Epoch") else version


def newer(packages, apt):
    """{package: version of the update} by apt's index and strake's own comparator."""
    index = output("apt-cache", *apt, "dumpavail").decode()
    offered = []
    for stanza in index.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version): (.*)$", stanza, re.M))
        if fields.get("Package") in packages:
            offered.append((fields["Package"], fields["Version"]))
    table = "".join(f"deb\t{whole(packages[n])}\t{v}\n" for n, v in offered)
    answers = output("strake", "ver", "compare", input=table.encode()).decode().split()
    return {n: v for (n, v), answer in zip(offered, answers) if answer == "<"}


def changelog(deb):
    data = output("dpkg-deb", "--fsys-tarfile", str(deb))
    with tarfile.open(fileobj=io.BytesIO(data)) as t:
        for member in t:
            if re.fullmatch(r"\./usr/share/doc/[^/]+/changelog\.Debian\.gz", member.name) and member.isfile():
                return gzip.decompress(t.extractfile(member).read()).decode("utf-8", "replace")
    return ""


def title(body, cve):
    """The words beside a CVE in a changelog, when there are some."""
    for line in body.splitlines():
        if cve not in line:
            continue
        words = CVE.sub("", re.sub(r"\S*\.patch|\(Closes:.*|debian/\S*", "", line))
        words = re.sub(r"^(Fix(es)?|Address|Backport)?[^A-Za-z]*", "", words.strip(" *-.,:()[]")).strip(" *-.,:()[]\"")
        if len(words) > 24:
            return words[:90]
    return "Fixed by a security update"


def fixes(text, source, have):
    """(cve, fixed version, title) of the entries that are newer than what is installed; the oldest fix of a CVE counts."""
    heads = list(ENTRY.finditer(text))
    found = {}
    for i, head in enumerate(heads):
        if head.group(1) != source or head.group(2) == have:
            break
        body = text[head.end():heads[i + 1].start() if i + 1 < len(heads) else len(text)]
        for cve in CVE.findall(body):
            found[cve] = (head.group(2), title(body, cve))
    return found


def main(image, feed, apt):
    feed = pathlib.Path(feed)
    feed.mkdir(exist_ok=True)
    packages = installed(image)
    by_source = {}
    for name in newer(packages, apt):
        by_source.setdefault(packages[name]["SrcName"], []).append(name)
    count = 0
    for source, names in sorted(by_source.items()):
        p = packages[names[0]]
        have = "-".join(filter(None, [p["SrcVersion"], p.get("SrcRelease")]))
        have = f"{p['SrcEpoch']}:{have}" if p.get("SrcEpoch") else have
        text = ""
        for name in names:
            subprocess.run(["apt-get", *apt, "download", name], cwd="debs", check=True, capture_output=True)
            text = text or changelog(max(pathlib.Path("debs").glob(name + "_*.deb")))
            if text:
                break
        for cve, (fixed, words) in fixes(text, source, have).items():
            record = {"id": f"DEBIAN-{cve}", "modified": "2024-01-01T00:00:00Z", "upstream": [cve], "summary": words, "affected": [
                {"package": {"ecosystem": "Debian:11", "name": source},
                 "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}
            (feed / f"{cve}-{source}.json").write_text(json.dumps(record, indent=1))
            count += 1
    print(f"{len(by_source)} source packages have a security update; {count} fixes are named in their changelogs")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[4:])
