# SPDX-License-Identifier: Apache-2.0
"""Reports and bills of materials: formats, schemas, reading back, comparing, explaining."""
import base64
import collections
import hashlib
import json
import os
import re

from ecosystems_lib import build, debian_root, found, osv, put, python_records, scan
from lib import OS_DEBIAN, Skip, data, debian_layer, dpkg_status, main, oci, sha, strake, tar, test

STEADY = {"SOURCE_DATE_EPOCH": "1700000000"}
TEMPLATE = "{{ range . }}{{ .Target }} {{ .Type }}{{ range .Vulnerabilities }} {{ .VulnerabilityID }} {{ .Fingerprint }}{{ end }}\n{{ end }}{{ toJson report }}"


def write(db, fmt, *targets, work=None):
    path = os.path.join(work, "report." + fmt)
    r = strake("scan", "--db", db, "--format", fmt, "--template", put(work + "/a.tpl", TEMPLATE), "--output", path, *targets, env=STEADY)
    assert r.code == 0, r.err
    return open(path, "rb").read()


def formats():
    text = " ".join(strake("scan", "--help").out.split())
    return text.split("report format: ")[1].split(" [")[0].split(", ")


def stage(work):
    """A Debian with Python packages and a lock file, judged by everything that is known of them."""
    debian_root(work + "/system")
    put(work + "/system/srv/app/Cargo.lock", '[[package]]\nname = "time"\nversion = "0.1.43"\n'
        'source = "registry+https://example.org/index"\ndependencies = ["libc"]\n\n[[package]]\nname = "libc"\nversion = "0.2.1"\n'
        'source = "registry+https://example.org/index"\n')
    rec = osv("RUSTSEC-2024-1", "crates.io", "time", [{"introduced": "0"}, {"fixed": "0.2.23"}], ["CVE-2020-26235"])
    rec.update(summary="A segmentation fault", details="Several lines\nof text", severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H"}],
               references=[{"type": "WEB", "url": "https://example.org/a"}], published="2020-11-18T00:00:00Z")
    return build(work, python_records() + [rec]), "rootfs:" + work + "/system"


@test
def a_report_read_back_gives_every_format_as_before(work):
    db, target = stage(work)
    report = work + "/report.json"
    open(report, "wb").write(write(db, "json", target, work=work))
    for fmt in formats():
        before = write(db, fmt, target, work=work)
        path = work + "/again." + fmt
        r = strake("convert", "--format", fmt, "--template", "@" + work + "/a.tpl", "--output", path, report, env=STEADY)
        assert r.code == 0, r.err
        assert open(path, "rb").read() == before, fmt


@test
def what_was_set_aside_is_read_back_too(work):
    """Suppressed findings, rules that are over, and what was not analysed."""
    db, target = stage(work)
    put(work + "/system/srv/broken/package-lock.json", "{")
    rules = put(work + "/rules", "CVE-2023-43804\nCVE-1999-1 exp:2020-01-01\n")
    common = ["--show-suppressed", "--template", put(work + "/a.tpl", TEMPLATE)]
    scan_ = ["scan", "--db", db, "--pkg-sources", "all", "--ignorefile", rules, *common]
    assert strake(*scan_, "--format", "json", "-o", work + "/r.json", target, env=STEADY).code == 0
    report = json.load(open(work + "/r.json"))
    assert [(s["ID"], s["PkgID"], s["FixedVersion"]) for s in report["Suppressed"]] == [("CVE-2023-43804", "urllib3@1.26.0", "1.26.17")], report["Suppressed"]
    assert report["ExpiredRules"] == [{"ID": "CVE-1999-1", "Source": rules, "Expires": "2020-01-01"}] and report["Incomplete"]
    for fmt in formats():
        before, after = strake(*scan_, "--format", fmt, target, env=STEADY), strake("convert", *common, "--format", fmt, work + "/r.json", env=STEADY)
        assert before.code == after.code == 0 and before.out == after.out, (fmt, before.err, after.err)
        assert fmt in ("cyclonedx", "cyclonedx-1.5", "cyclonedx-1.4", "spdx-json", "spdx", "syft-json", "github") or "CVE-2023-43804" in before.out, fmt


@test
def reports_are_the_same_in_every_run(work):
    db, target = stage(work)
    for fmt in formats():
        assert write(db, fmt, target, work=work) == write(db, fmt, target, work=work), fmt


@test
def templates_are_run_and_their_mistakes_told(work):
    db, target = stage(work)
    report = put(work + "/r.json", strake("scan", "--db", db, "--pkg-sources", "all", "--format", "json", target).out)
    good = put(work + "/good.tpl", "{{ range . }}{{ $t := .Target }}{{ range .Vulnerabilities }}{{ $t }}:{{ .PkgName }}\n{{ end }}{{ end }}")
    for arg in (good, "@" + good):
        r = strake("convert", "--format", "template", "--template", arg, report)
        assert r.code == 0 and "srv/app/Cargo.lock:time\n" in r.out, r
    for text, says in (("{{ range . }}", "no {{end}}"), ("\n {{ foo }}", ":2:5: no function named"), ("{{ env \"HOME\" }}", "sees the report alone")):
        r = strake("convert", "--format", "template", "-t", put(work + "/bad.tpl", text), report)
        assert r.code == 2 and says in r.err and "bad.tpl" in r.err and not r.out, r
    r = strake("convert", "--format", "template", report)
    assert r.code == 2 and "--template FILE" in r.err, r
    r = strake("convert", "--format", "template", "--template", work + "/none", report)
    assert r.code == 3 and "none" in r.err, r


@test
def a_snapshot_for_github_knows_its_run(work):
    put(work + "/repo/package-lock.json", json.dumps({"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
        "": {"name": "app", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}, "devDependencies": {"c": "^3.0.0"}},
        "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "^2.0.0"}}, "node_modules/b": {"version": "2.0.0"},
        "node_modules/c": {"version": "3.0.0", "dev": True}}}))
    env = {"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": "0" * 40, "GITHUB_RUN_ID": "7", "GITHUB_WORKFLOW": "ci", "GITHUB_JOB": "scan",
           "GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "team/app"}
    x = json.loads(strake("sbom", "--format", "github", "--include-dev-deps", "fs:" + work + "/repo", env=env).out)
    assert x["version"] == 0 and x["ref"] == "refs/heads/main" and x["sha"] == "0" * 40 and x["detector"]["name"] == "strake"
    assert x["job"] == {"id": "7", "correlator": "ci_scan", "html_url": "https://github.example/team/app/actions/runs/7"}, x["job"]
    manifest = x["manifests"]["package-lock.json"]
    assert manifest["file"] == {"source_location": "package-lock.json"}
    got = {k: (p["relationship"], p["scope"], p.get("dependencies")) for k, p in manifest["resolved"].items()}
    assert got == {"pkg:npm/a@1.0.0": ("direct", "runtime", ["pkg:npm/b@2.0.0"]), "pkg:npm/b@2.0.0": ("indirect", "runtime", None),
                   "pkg:npm/c@3.0.0": ("direct", "development", None)}, got


@test
def a_report_of_trivy_is_converted(work):
    put(work + "/trivy.json", json.dumps({"SchemaVersion": 2, "ArtifactName": "app", "ArtifactType": "filesystem", "Results": [
        {"Target": "package-lock.json", "Class": "lang-pkgs", "Type": "npm", "Vulnerabilities": [
            {"VulnerabilityID": "CVE-2019-10744", "PkgName": "lodash", "InstalledVersion": "4.17.4", "FixedVersion": "4.17.12", "Status": "fixed",
             "Severity": "CRITICAL", "Title": "Prototype pollution", "PkgIdentifier": {"PURL": "pkg:npm/lodash@4.17.4"},
             "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H", "V3Score": 9.1}}}]}]}))
    r = strake("convert", work + "/trivy.json")
    assert r.code == 0 and "CVE-2019-10744" in r.out and "4.17.12" in r.out, r
    x = json.loads(strake("convert", "--format", "sarif", work + "/trivy.json").out)
    assert x["runs"][0]["results"][0]["ruleId"] == "CVE-2019-10744", x


@test
def what_is_no_report_is_refused(work):
    for text in ("", "[]", "{}", '{"SchemaVersion": 1}', '{"SchemaVersion": 2, "Results": [', "null", '{"SchemaVersion": 2, "Results": 5}'):
        put(work + "/bad.json", text)
        r = strake("convert", work + "/bad.json")
        assert r.code == (0 if text.endswith("5}") else 3), (text, r.code, r.err)


# ---- schemas ----

def validator(*schema):
    try:
        import warnings
        warnings.simplefilter("ignore")
        import jsonschema
    except ImportError as e:
        raise Skip("no jsonschema") from e
    folder = data("sbom", "cyclonedx-schema")
    store = {}
    for name in ("spdx.schema.json", "jsf-0.82.schema.json", "cryptography-defs.schema.json"):
        s = json.load(open(os.path.join(folder, name), encoding="utf-8"))
        store["http://cyclonedx.org/schema/" + name] = store[s.get("$id", name)] = s
    s = json.load(open(data("sbom", *schema), encoding="utf-8"))
    resolver = jsonschema.RefResolver(base_uri=s.get("$id", ""), referrer=s, store=store)
    return jsonschema.validators.validator_for(s)(s, resolver=resolver, format_checker=jsonschema.FormatChecker())


@test
def bills_of_materials_follow_their_schemas(work):
    db, target = stage(work)
    images = [target, "fs:" + data("e2e", "trivy", "repo"), "docker-archive:" + data("images", "alpine-310.tar.gz")]
    for fmt, schema in (("cyclonedx", ("cyclonedx-schema", "bom-1.6.schema.json")), ("cyclonedx-1.5", ("cyclonedx-schema", "bom-1.5.schema.json")),
                        ("cyclonedx-1.4", ("cyclonedx-schema", "bom-1.4.schema.json")), ("spdx-json", ("spdx-spec-2.3", "schemas", "spdx-schema.json"))):
        check = validator(*schema)
        for t in images:
            for args in (("scan", "--db", db), ("sbom",), ("sbom", "--files")):
                r = strake(*args, "--format", fmt, t)
                assert r.code in (0, 4), r.err
                errors = ["%s: %s" % (list(e.path), e.message[:200]) for e in check.iter_errors(json.loads(r.out))]
                assert not errors, (fmt, t, errors[:5])


@test
def a_bill_of_materials_says_what_it_knows(work):
    _, target = stage(work)
    bom = json.loads(strake("sbom", "--pkg-sources", "all", target).out)
    by_ref = {c["bom-ref"]: c for c in bom["components"]}
    time = next(c for c in bom["components"] if c["name"] == "time")
    deps = {d["ref"]: d["dependsOn"] for d in bom["dependencies"]}
    assert [by_ref[r]["name"] for r in deps[time["bom-ref"]]] == ["libc"]
    assert time["purl"] == "pkg:cargo/time@0.1.43" and time["evidence"]["occurrences"][0]["location"] == "srv/app/Cargo.lock"
    owned = next(c for c in bom["components"] if c["name"] == "requests")
    assert {"name": "strake:Owner", "value": "python3-requests@2.28.1+dfsg-1"} in owned["properties"]
    assert set(deps) == set(by_ref) | {bom["metadata"]["component"]["bom-ref"]}


def files_of(bom):
    """{path: (owner, SHA-1, SHA-256, diff ID)} of a CycloneDX document."""
    found_ = {}

    def walk(components, owner):
        for c in components:
            if c["type"] == "file":
                sums = {h["alg"]: h["content"] for h in c["hashes"]}
                layer = [p["value"] for p in c.get("properties", [])]
                assert c["name"] not in found_
                found_[c["name"]] = (owner, sums["SHA-1"], sums["SHA-256"], layer[0] if layer else None)
            walk(c.get("components", []), c["name"])
    walk(bom["components"], None)
    return found_


@test
def files_are_listed_with_digests_owners_and_layers_when_asked_for(work):
    body = b"\x7fELF" + bytes(range(256)) * 3000
    low = tar([("etc/os-release", OS_DEBIAN), ("var/lib/dpkg/status", dpkg_status([("tool", "1-1")])),
               ("var/lib/dpkg/info/tool.list", b"/.\n/usr\n/usr/bin\n/usr/bin/tool\n"), ("usr/bin/tool", body), ("usr/bin/alias", ("hard", "usr/bin/tool")),
               ("gone/a", b"1"), ("kept/b", b"1"), ("empty", b""), ("link", "kept/b")])
    high = tar([(".wh.gone", b""), ("kept/b", b"2"), ("kept/c", b"3")])
    oci(work + "/image", [low, high])
    target = "oci:" + work + "/image"
    digest = lambda b: (hashlib.sha1(b).hexdigest(), hashlib.sha256(b).hexdigest())
    want = {"/usr/bin/tool": ("tool", *digest(body), sha(low)), "/usr/bin/alias": (None, *digest(body), sha(low)),
            "/kept/b": (None, *digest(b"2"), sha(high)), "/kept/c": (None, *digest(b"3"), sha(high)), "/empty": (None, *digest(b""), sha(low))}
    for _ in range(2):  # the second time from the cache
        text = strake("sbom", "--files", target, env=STEADY).out
        got = files_of(json.loads(text))
        assert {k: v for k, v in got.items() if k in want} == want, got
        assert not any("wh." in k or k in ("/gone/a", "/link") for k in got), got
    spdx = json.loads(strake("sbom", "--files", "--format", "spdx-json", target, env=STEADY).out)
    ids = {f["SPDXID"]: f for f in spdx["files"]}
    assert {"/" + f["fileName"][2:]: tuple(c["checksumValue"] for c in f["checksums"]) for f in ids.values()} == {k: v[1:3] for k, v in got.items()}
    packages_ = {p["SPDXID"]: p["name"] for p in spdx["packages"]}
    owned = {(packages_[r["spdxElementId"]], ids[r["relatedSpdxElement"]]["fileName"]) for r in spdx["relationships"] if r["relatedSpdxElement"] in ids}
    assert ("tool", "./usr/bin/tool") in owned and len(owned) == len(ids), owned
    # Written again from what was read.
    path = put(work + "/a.cdx.json", text)
    assert files_of(json.loads(strake("sbom", "sbom:" + path).out)) == got
    assert files_of(json.loads(strake("sbom", target).out)) == {}
    # A directory has them too.
    put(work + "/tree/notes.txt", "hello")
    tree = files_of(json.loads(strake("sbom", "--files", "fs:" + work + "/tree").out))
    assert tree == {"/notes.txt": (None, *digest(b"hello"), None)}, tree


# ---- reading the documents of others ----

# scalibr names a package of the document that has no purl by the CPE, and leaves out what it describes.
OTHERS = {
    "scalibr/spdx/sbom.spdx": "the package without a purl has a name of its own",
    "scalibr/spdx/sbom.spdx.json": "the package without a purl has a name of its own",
    "scalibr/spdx/external_refs.spdx.json": "a package of another document is not one of this",
    "scalibr/spdx/minimal.spdx.json": "lists a package, if without a purl",
}


@test
def documents_of_others_give_their_packages(work):
    bad = []
    for case in json.load(open(data("lang", "sbom-read", "expected.json"), encoding="utf-8")):
        r = strake("sbom", "--format", "json", "sbom:" + data("lang", "sbom-read", case["file"]))
        if case.get("error"):
            if r.code != 3:
                bad.append((case["file"], "should be refused"))
            continue
        assert r.code == 0, (case["file"], r.err)
        # The list of SPDX documents has the last part of names only.
        got = collections.Counter()
        for p in (p for x in json.loads(r.out)["Results"] for p in x.get("Packages", [])):
            got.update((n, p.get("Version", "")) for n in {p["Name"], re.split("[/:]", p["Name"])[-1]})
        want = collections.Counter((p["name"], p["version"]) for p in case["packages"])
        if want - got and case["file"] not in OTHERS:
            bad.append((case["file"], "missing", want - got, "got", got))
    assert not bad, bad


@test
def no_document_of_the_data_crashes_or_hangs(work):
    read = refused = 0
    for folder, _, names in sorted(os.walk(data("sbom"))):
        for name in sorted(names):
            path = os.path.join(folder, name)
            head = open(path, "rb").read(4096)
            if not any(m in head for m in (b"bomFormat", b"spdxVersion", b"SPDXVersion", b"cyclonedx.org/schema/bom")):
                continue
            r = strake("sbom", "--format", "json", "sbom:" + path, timeout=60)
            assert r.code in (0, 3), (path, r.code, r.err)
            read, refused = read + (r.code == 0), refused + (r.code == 3)
            assert r.code == 0 or r.err.startswith("error: "), r.err
    assert read > 300, (read, refused)


@test
def broken_documents_are_refused_with_a_reason(work):
    for text in ('{"bomFormat": "CycloneDX", "components": [', '{"bomFormat": "CycloneDX", "components": {"a": 1}}', "<bom xmlns='http://cyclonedx.org/schema/bom/1.4'><components>",
                 "<!DOCTYPE a [<!ENTITY b 'c'>]><bom xmlns='http://cyclonedx.org/schema/bom/1.4'>&b;</bom>", "SPDXVersion: SPDX-2.3\nPackageName: <text>a",
                 '{"spdxVersion": "SPDX-2.3", "packages": [{"SPDXID": "a"}]}', "not an sbom"):
        r = strake("sbom", "sbom:" + put(work + "/bad", text))
        assert r.code in (0, 3) and (r.code == 0 or len(r.err.splitlines()) == 1), (text, r)


@test
def other_tools_documents_match(work):
    """Grype's and Trivy's habits: distro in the purl, properties, Syft's own JSON with owners."""
    db = build(work, python_records())
    syft = {"artifacts": [
        {"id": "1", "name": "python3-requests", "version": "2.28.1", "type": "deb", "purl": "pkg:deb/debian/python3-requests@2.28.1?distro=debian-12",
         "locations": [{"path": "/var/lib/dpkg/status"}], "metadata": {"maintainer": "Debian <x@debian.org>"}},
        {"id": "2", "name": "requests", "version": "2.28.1", "type": "python", "purl": "pkg:pypi/requests@2.28.1", "locations": [{"path": "/usr/lib/x"}]},
        {"id": "3", "name": "urllib3", "version": "1.26.0", "type": "python", "purl": "pkg:pypi/urllib3@1.26.0", "locations": [{"path": "/usr/local/x"}]}],
        "artifactRelationships": [{"parent": "1", "child": "2", "type": "ownership-by-file-overlap"}],
        "distro": {"id": "debian", "versionID": "12"}, "source": {"type": "image", "name": "app"}, "descriptor": {"name": "syft"}}
    report = scan(db, put(work + "/syft.json", json.dumps(syft)))
    assert [f[1:] for f in found(report)] == [("CVE-2023-43804", "urllib3", "1.26.0")], found(report)
    assert report["Metadata"]["OS"]["Family"] == "debian"


@test
def an_owner_that_the_document_does_not_list_hides_nothing(work):
    db = build(work, python_records())
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "name": "urllib3", "version": "1.26.0", "purl": "pkg:pypi/urllib3@1.26.0", "properties": [{"name": "strake:Owner", "value": "nobody@1"}]}]}
    assert [f[2] for f in found(scan(db, "sbom:" + put(work + "/bom.json", json.dumps(bom))))] == ["urllib3"]


# ---- documents that hang on an image ----

def attach(layout, artifact_type, blob, media):
    """Adds a referrer of the layout's image, as ORAS and cosign with OCI 1.1 do."""
    def store(b):
        path = os.path.join(layout, "blobs", "sha256", sha(b)[7:])
        open(path, "wb").write(b)
        return {"digest": sha(b), "size": len(b)}
    index = json.load(open(layout + "/index.json", encoding="utf-8"))
    image = {k: index["manifests"][0][k] for k in ("mediaType", "digest", "size")}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "artifactType": artifact_type,
                "config": dict(store(b"{}"), mediaType="application/vnd.oci.empty.v1+json"),
                "layers": [dict(store(blob), mediaType=media)], "subject": image}
    index["manifests"].append(dict(store(json.dumps(manifest).encode()), mediaType=manifest["mediaType"], artifactType=artifact_type))
    json.dump(index, open(layout + "/index.json", "w", encoding="utf-8"))


def envelope(statement):
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    return json.dumps({"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": [{"sig": "AA=="}]}).encode()


@test
def an_attached_sbom_stands_for_a_scan_when_asked_for(work):
    db = build(work, python_records())
    layout = work + "/layout"
    oci(layout, [debian_layer([("base-files", "12")])])
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "library", "name": "urllib3", "version": "1.26.0", "purl": "pkg:pypi/urllib3@1.26.0"}]}
    plain = strake("scan", "--db", db, "--format", "json", "--sbom-sources", "oci", "oci:" + layout)
    assert "no SBOM hangs on it" in plain.err and not found(plain.json()), plain
    attach(layout, "application/vnd.cyclonedx+json", envelope({"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://cyclonedx.org/bom", "predicate": bom}),
           "application/vnd.dsse.envelope.v1+json")
    assert not found(scan(db, "oci:" + layout))
    r = strake("scan", "--db", db, "--format", "json", "--sbom-sources", "oci", "oci:" + layout)
    assert [f[1:] for f in found(r.json())] == [("CVE-2023-43804", "urllib3", "1.26.0")], r
    assert "signature is not verified" in r.err


@test
def vex_of_the_image_is_taken_when_asked_for(work):
    db = build(work, python_records())
    layout = work + "/layout"
    oci(layout, [tar([("usr/lib/python3/site-packages/urllib3-1.26.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: urllib3\nVersion: 1.26.0\n")])])
    vex = {"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2024-01-01T00:00:00Z", "statements": [
        {"vulnerability": {"name": "CVE-2023-43804"}, "products": [{"@id": "pkg:pypi/urllib3"}], "status": "not_affected", "justification": "inline_mitigations_already_exist"}]}
    attach(layout, "application/vnd.openvex", envelope({"predicateType": "https://openvex.dev/ns/v0.2.0", "predicate": vex}), "application/vnd.dsse.envelope.v1+json")
    assert len(found(scan(db, "oci:" + layout))) == 1
    report = scan(db, "--vex", "oci", "oci:" + layout)
    assert not found(report) and "inline_mitigations" in report["Suppressed"][0]["Reason"], report


# ---- comparing and explaining ----

@test
def what_came_went_and_changed_is_told(work):
    db = build(work, python_records())
    def tree(name, text):
        put("%s/%s/requirements.txt" % (work, name), text)
        return "fs:%s/%s" % (work, name)
    old, new = tree("old", "requests==2.0.0\nflask==1.0\nurllib3==1.26.0\n"), tree("new", "requests==2.1.0\nurllib3==1.26.17\nclick==8.0\n")
    def compare(*args, code=0):
        r = strake("compare", "--db", db, *args)
        assert r.code == code, r
        return r.out
    x = json.loads(compare("--format", "json", old, new))
    assert [v["VulnerabilityID"] for v in x["Vulnerabilities"]["Gone"]] == ["CVE-2023-43804"] and not x["Vulnerabilities"]["New"]
    assert x["Vulnerabilities"]["Unchanged"] == 1  # an update that does not mend it is no news
    assert [p["Name"] for p in x["Packages"]["Added"]] == ["click"] and [p["Name"] for p in x["Packages"]["Removed"]] == ["flask"]
    assert {p["Name"]: (p["Before"], p["After"]) for p in x["Packages"]["Changed"]} == {"requests": ("2.0.0", "2.1.0"), "urllib3": ("1.26.0", "1.26.17")}
    compare("--fail-on", "new:unknown", old, new)
    compare("--fail-on", "new:unknown", new, old, code=1)
    report = put(work + "/old.json", strake("scan", "--db", db, "--format", "json", old).out)
    assert compare(report, new) == compare(old, new)
    assert strake("compare", old).code == 2


@test
def a_problem_is_explained(work):
    db, target = stage(work)
    def explain(*args, code=0):
        r = strake("explain", "--db", db, *args)
        assert r.code == code, r
        return r.out
    all_of_it = explain("RUSTSEC-2024-1")
    assert "CVE-2020-26235" in all_of_it and "before 0.2.23" in all_of_it
    text = explain("CVE-2023-43804", target)
    assert "urllib3 1.26.0" in text and "update urllib3 to 1.26.17" in text and "site-packages/urllib3" in text
    text = explain("CVE-2023-32681", target)
    assert "Not a finding" in text and "owned by python3-requests" in text
    assert "time 0.1.43" in explain("RUSTSEC-2024-1", target)
    assert "nothing that the statements name" in explain("RUSTSEC-2024-1", "pkg:cargo/libc@0.2.1")
    explain("CVE-1999-1", code=3)


if __name__ == "__main__":
    main()
