# SPDX-License-Identifier: Apache-2.0
"""Checks of images' own configuration and of files in them, gates over scans, and specifications of compliance."""
import json
import os
import re

from ecosystems_lib import build, debian_root, osv, put, python_records
from lib import OS_DEBIAN, SOURCE, docker_archive, dpkg_status, main, strake, tar, test

DOCKERFILE = "FROM debian\nADD a /b\nUSER root\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: shop\nspec:\n  containers:\n    - name: c\n      image: registry.example/app:1\n%s"


def misconfigurations(report):
    return {(x["Target"], m["ID"]): m for x in report["Results"] for m in x.get("Misconfigurations", [])}


def image(work, files=(), mode=0o755):
    layer = tar([("etc/os-release", OS_DEBIAN), ("var/lib/dpkg/status", dpkg_status([("a", "1-1")])), *files])
    path = work + "/image.tar"
    with open(path, "wb") as f:
        f.write(docker_archive([layer]))
    return path


@test
def files_of_images_and_trees_are_checked_where_they_are_seen(work):
    low = tar([("srv/Dockerfile", DOCKERFILE.encode()), ("gone/pod.yaml", (POD % "").encode()), ("srv/data.yaml", b"a: 1\n")])
    high = tar([(".wh.gone", b"")])
    path = work + "/image.tar"
    with open(path, "wb") as f:
        f.write(docker_archive([low, high]))
    for _ in range(2):  # the second time from the cache
        r = strake("scan", "--scanners", "config", "--format", "json", path)
        assert r.code == 0, r.err
        report = json.loads(r.out)
        found = misconfigurations(report)
        assert {t for t, _ in found} == {"srv/Dockerfile", "image configuration"}, set(found)
        root = [m for (t, _), m in found.items() if t == "srv/Dockerfile" and "DS-0002" in m["Aliases"]]
        assert root and root[0]["CauseMetadata"]["StartLine"] == 3 and root[0]["Layer"]["DiffID"], root
        assert root[0]["CauseMetadata"]["Code"]["Lines"][-1]["Content"] == "USER root"
    put(work + "/tree/k8s/pod.yaml", POD % "      securityContext:\n        privileged: true\n")
    put(work + "/tree/compose.yaml", "x-common: &common\n  privileged: true\nservices:\n  a:\n    <<: *common\n    image: a:1\n")
    report = json.loads(strake("scan", "--scanners", "config", "--format", "json", "fs:" + work + "/tree").out)
    found = misconfigurations(report)
    assert ("k8s/pod.yaml", "K8S012") in found and ("compose.yaml", "CMP002") in found, set(found)
    assert found["k8s/pod.yaml", "K8S012"]["Aliases"] == ["KSV-0017", "AVD-KSV-0017", "KSV017", "CKV_K8S_16", "C-0057"]
    assert report["Strake"]["Scanners"] == ["config"]


@test
def setuid_programs_and_tags_of_images_are_told(work):
    import io
    import tarfile
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, mode in (("usr/bin/su", 0o4755), ("opt/evil", 0o4755), ("opt/plain", 0o755)):
            info = tarfile.TarInfo(name)
            info.mode, info.size = mode, 3
            t.addfile(info, io.BytesIO(b"abc"))
    path = work + "/image.tar"
    with open(path, "wb") as f:
        f.write(docker_archive([out.getvalue()], tags=("app:latest",)))
    found = misconfigurations(json.loads(strake("scan", "--scanners", "config", "--format", "json", path).out))
    messages = {m["Message"] for (t, _), m in found.items() if t == "image configuration"}
    assert any("opt/evil" in m for m in messages) and any("app:latest" in m for m in messages), messages
    assert not any("usr/bin/su" in m or "opt/plain" in m for m in messages), messages


@test
def findings_of_configuration_are_ignored_with_a_reason(work):
    put(work + "/tree/pod.yaml", "# strake ignore=K8S012 needed for the driver\n" + POD % "      securityContext:\n        privileged: true\n")
    rules = put(work + "/rules.yaml", "misconfigurations:\n  - id: KSV-0011\n    statement: later\n")
    r = strake("scan", "--scanners", "config", "--format", "json", "--ignorefile", rules, "fs:" + work + "/tree")
    report = json.loads(r.out)
    found = {i for _, i in misconfigurations(report)}
    aside = {s["ID"]: s["Reason"] for s in report["Suppressed"]}
    assert "K8S012" not in found and "K8S006" not in found and "K8S009" in found, found
    assert aside["K8S012"] == "needed for the driver" and aside["K8S006"] == "later", aside
    assert strake("scan", "--scanners", "config", "--fail-on", "critical", "fs:" + work + "/tree").code == 0
    assert strake("scan", "--scanners", "config", "--fail-on", "high", "fs:" + work + "/tree").code == 1
    # Read back and written again.
    path = put(work + "/report.json", r.out)
    assert misconfigurations(json.loads(strake("convert", "--format", "json", path).out)) == misconfigurations(report)


GATES = """
- rule: no old requests
  source: finding
  desc: d
  priority: WARNING
  condition: package.name=requests and finding.kind=vulnerability
  output: "%finding.id in %package.name"
  properties: {action: deny}
- rule: no urllib3
  source: package
  desc: d
  priority: WARNING
  condition: package.name=urllib3
  output: "%package.name %package.version"
- rule: known system
  source: target
  desc: d
  priority: CRITICAL
  condition: not target.os in (debian, alpine)
  output: "%target.name"
"""


@test
def gates_deny_warn_and_pass(work):
    db = build(work, python_records() + [osv("GHSA-x", "PyPI", "requests", [{"introduced": "0"}, {"fixed": "2.31.0"}], ["CVE-2023-32681"])])
    debian_root(work + "/system")
    put(work + "/system/opt/x-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: requests\nVersion: 2.0.0\n\n")
    gates = put(work + "/gates.yaml", GATES)
    target = "rootfs:" + work + "/system"
    r = strake("policy", "check", "--policy", gates, "--db", db, "--format", "json", target)
    found = misconfigurations(json.loads(r.out))
    assert r.code == 1, (r.code, r.err)
    assert {(i, m["Type"]) for (_, i), m in found.items()} == {("no old requests", "deny"), ("no urllib3", "warn")}, found
    assert "DENY (1 denied, 1 warnings)" in r.err, r.err
    assert strake("policy", "check", "--policy", gates, "--db", db, "--warn", target).code == 0
    assert strake("policy", "check", "--policy", gates, "--db", db, "--exit-code", "9", target).code == 9
    assert strake("policy", "check", "--policy", gates, "--db", db, "--ignorefile", put(work + "/i", "CVE-2023-32681\n"), target).code == 0
    # The policy of the working directory, then the built-in one.
    put(work + "/.strake-policy.yaml", GATES.replace("not target.os in (debian, alpine)", "target.os=debian"))
    assert strake("policy", "check", "--db", db, target, cwd=work).code == 1
    os.unlink(work + "/.strake-policy.yaml")
    assert "known to be exploited" in strake("policy", "show").out
    assert strake("policy", "check", "--db", db, target, cwd=work).code == 0


EXCUSE = """
- rule: accepted
  source: finding
  desc: looked at
  priority: INFO
  condition: package.name=requests
  output: x
  properties: {action: allow, reason: "behind the proxy", expires: %s, rules: ["no old *"]}
- rule: elsewhere
  source: target
  desc: d
  priority: CRITICAL
  condition: target.name exists
  output: x
  properties: {images: ["registry.example/**"]}
"""


def requests_bench(work, version="2.0.0"):
    db = build(work, python_records() + [osv("GHSA-x", "PyPI", "requests", [{"introduced": "0"}, {"fixed": "2.31.0"}], ["CVE-2023-32681"])])
    debian_root(work + "/system")
    put(work + "/system/opt/x-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: requests\nVersion: %s\n\n" % version)
    return db, "rootfs:" + work + "/system"


@test
def rules_allow_with_a_reason_and_until_a_day(work):
    db, target = requests_bench(work)
    gates = put(work + "/gates.yaml", GATES)
    over, later = put(work + "/over.yaml", EXCUSE % "2020-01-01"), put(work + "/later.yaml", EXCUSE % "2099-01-01")
    r = strake("policy", "check", "--policy", gates, "--policy", later, "--db", db, "--format", "json", target)
    report = json.loads(r.out)
    assert r.code == 0 and "(0 denied, 1 warnings, 1 excused)" in r.err, (r.code, r.err)
    assert {i for _, i in misconfigurations(report)} == {"no urllib3"}, report
    (aside,) = report["Suppressed"]
    assert (aside["ID"], aside["Reason"], aside["Expires"]) == ("no old requests", "behind the proxy", "2099-01-01"), aside
    assert aside["Source"] == later + ": accepted", aside
    r = strake("policy", "check", "--policy", gates, "--policy", over, "--db", db, "--format", "json", target)
    report = json.loads(r.out)
    assert r.code == 1 and 'rule "accepted" expired on 2020-01-01' in r.err, (r.code, r.err)
    assert report["ExpiredRules"] == [{"ID": "accepted", "Source": over, "Expires": "2020-01-01"}], report["ExpiredRules"]
    assert "Suppressed" not in report
    bad = put(work + "/bad.yaml", (EXCUSE % "soon"))
    r = strake("policy", "check", "--policy", bad, target)
    assert r.code == 2 and "YYYY-MM-DD" in r.err and "bad.yaml: line 2" in r.err, (r.code, r.err)


@test
def nothing_worse_than_in_production_is_denied(work):
    db, target = requests_bench(work)
    gates = put(work + "/gates.yaml", GATES.replace("WARNING", "ERROR"))
    base = ("policy", "check", "--policy", gates, "--db", db, "--format", "json")
    scan = put(work + "/scan.json", strake("scan", "--db", db, "--list-all-pkgs", "--format", "json", target).out)
    own = put(work + "/own.json", strake(*base, target).out)
    trivy = json.loads(open(scan).read())
    del trivy["Strake"]
    trivy = put(work + "/trivy.json", json.dumps(trivy))
    for old in (scan, own, trivy):
        r = strake(*base, "--baseline", old, target)
        assert r.code == 0 and "WARN (0 denied, 2 warnings, 2 of them denials that the baseline has too)" in r.err, (old, r.code, r.err)
    # An update that mends nothing is no worse; what is new is.
    requests_bench(work, "2.1.0")
    assert strake(*base, "--baseline", scan, target).code == 0
    put(work + "/system/opt/y-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: requests-2\nVersion: 1.0\n\n")
    worse = put(work + "/worse.yaml", GATES.replace("package.name=urllib3", "package.name startswith requests").replace("WARNING", "ERROR"))
    r = strake("policy", "check", "--policy", worse, "--db", db, "--baseline", scan, "--format", "json", target)
    assert r.code == 1, (r.code, r.err)
    empty = put(work + "/empty.json", '{"SchemaVersion": 2, "ArtifactName": "x", "Results": []}')
    assert strake(*base, "--baseline", empty, target).code == 1
    for bad in (work + "/none", put(work + "/bad.json", "{")):
        r = strake(*base, "--baseline", bad, target)
        assert r.code not in (0, 1) and r.err.startswith("error: ") and bad in r.err, (r.code, r.err)


@test
def policies_of_the_library_are_listed_shown_and_used(work):
    names = [line.split()[0] for line in strake("policy", "list").out.splitlines()]
    assert names[0] == "default" and {"scout", "anchore"} <= set(names), names
    for name in names:
        text = strake("policy", "show", name).out
        assert "- rule: " in text and strake("policy", "show", "@" + name).out == text
        r = strake("policy", "check", "--policy", "@" + name, "--starter", "--format", "json", image(work))
        assert r.code in (0, 1) and "policy: " in r.err and "warning" not in r.err.split("policy: ")[0], (name, r.code, r.err)
        own = put(work + "/%s.yaml" % name, text)
        assert strake("policy", "check", "--policy", own, "--starter", image(work)).code == r.code
    ours = put(work + "/ours.yaml", re.search(r"^```yaml\n(.*?)^```", open(SOURCE + "/docs/policy-library.md").read(), re.M | re.S).group(1))
    r = strake("policy", "check", "--policy", "@anchore", "--policy", ours, "--starter", "--format", "json", image(work))
    assert "packages:required_package" in {i for _, i in misconfigurations(json.loads(r.out))}, r.err
    r = strake("policy", "check", "--policy", "@scout", "--starter", "--format", "json", image(work))
    found = {i: m for (_, i), m in misconfigurations(json.loads(r.out)).items()}
    assert found["default-non-root-user"]["Type"] == "deny" and r.code == 1, found
    assert strake("policy", "show", "scot").code == 2 and "did you mean scout" in strake("policy", "show", "scot").err
    r = strake("policy", "check", "--policy", "@scot", image(work))
    assert r.code == 2 and "did you mean @scout" in r.err, r.err


@test
def files_are_judged_when_a_rule_asks_for_them(work):
    gates = put(work + "/gates.yaml", "- rule: keys\n  source: file\n  desc: d\n  priority: ERROR\n  condition: file.name=id_rsa and file.sha256 startswith ba78\n  output: '%file.path in layer %file.layer'\n")
    r = strake("policy", "check", "--policy", gates, "--starter", "--format", "json", image(work, [("root/.ssh/id_rsa", b"abc")]))
    found = misconfigurations(json.loads(r.out))
    assert r.code == 1 and [m["Message"] for m in found.values()] == ["root/.ssh/id_rsa in layer 1"], (found, r.err)
    assert strake("policy", "check", "--policy", gates, "--starter", image(work)).code == 0


@test
def a_wrong_policy_is_told_with_its_places(work):
    bad = put(work + "/bad.yaml", GATES.replace("package.name=urllib3", "package.nme=urllib3").replace("target.os", "target.so"))
    r = strake("policy", "check", "--policy", bad, image(work))
    assert r.code == 2 and "did you mean 'package.name'" in r.err and "target.so" in r.err, (r.code, r.err)
    r = strake("policy", "check", "--policy", work + "/none.yaml", image(work))
    assert r.code == 2 and r.err.startswith("error: "), (r.code, r.err)


@test
def controls_of_a_benchmark_pass_and_fail(work):
    names = strake("compliance", "--list").out.split()
    assert "docker-cis-1.6.0" in names and len(names) >= 5, names
    r = strake("compliance", "--spec", "docker-cis-1.6.0", "--format", "json", "--starter", image(work))
    controls = {c["ID"]: c for c in json.loads(r.out)["SummaryControls"]}
    status = {i: c["Status"] for i, c in controls.items()}
    assert r.code == 0 and status["4.1"] == "FAIL" and status["4.9"] == "PASS" and status["4.2"] == "MANUAL", status
    assert status["2.2"] == status["5.5"] == "UNSEEN" and status["4.10"] == "PASS", status
    assert controls["4.1"]["Evidence"] == ["image"] and controls["2.2"]["Evidence"] == [] and "files" in controls["4.10"]["Evidence"], controls
    assert "cannot be seen by a scan" in controls["2.1"]["Description"] and status["3.1"] == "UNSEEN", controls["2.1"]
    assert strake("compliance", "--spec", "docker-cis-1.6.0", "--exit-code", "5", "--starter", image(work)).code == 5
    put(work + "/tree/pod.yaml", POD % "      securityContext:\n        privileged: true\n")
    r = strake("compliance", "--spec", "k8s-pss-baseline-0.1", "--report", "all", "--format", "json", "fs:" + work + "/tree")
    controls = {c["ID"]: c for c in json.loads(r.out)["Results"]}
    assert controls["3"]["Status"] == "FAIL" and controls["3"]["Findings"][0]["StartLine"] == 8, controls["3"]
    assert controls["6"]["Status"] == "PASS"
    own = put(work + "/spec.yaml", "spec:\n  id: own\n  title: Own\n  version: '1'\n  controls:\n    - id: '1'\n      name: nobody is privileged\n      severity: HIGH\n      checks: [{id: KSV-0017}]\n")
    r = strake("compliance", "--spec", "@" + own, "fs:" + work + "/tree")
    assert "FAIL" in r.out and "0 passed, 1 failed" in r.out, r.out
    for spec, code in (("@" + put(work + "/bad.yaml", "spec: {id: x}\n"), 2), ("docker-cis-9", 2), ("@" + work + "/none", 2)):
        assert strake("compliance", "--spec", spec, image(work)).code == code, spec


BUNDLE = {"ociVersion": "1.0.2", "process": {"user": {"uid": 0}, "args": ["x"], "capabilities": {"bounding": ["CAP_SYS_ADMIN"]}}, "root": {"path": "rootfs"},
          "mounts": [{"destination": "/s", "type": "bind", "source": "/var/run/docker.sock", "options": ["rbind"]}], "linux": {"namespaces": [{"type": "mount"}]}}


@test
def what_a_specification_cannot_see_it_says(work):
    for short in ("cis-docker", "docker-cis", "k8s-pss", "k8s-pss-baseline", "k8s-nsa", "cis-k8s", "nist-800-190", "nist"):
        r = strake("compliance", "--spec", short, "--starter", "--report", "all", "fs:" + put(work + "/empty/x", "")[:-2])
        assert r.code == 0 and "no check is called" not in r.err and "UNSEEN" in r.out, (short, r.code, r.err)
    assert "(k8s-pss-restricted-0.1)" in strake("compliance", "--spec", "k8s-pss", "fs:" + work + "/empty").out
    put(work + "/host/etc/docker/daemon.json", '{"icc": true, "insecure-registries": ["registry.example"]}')
    put(work + "/host/run/c1/config.json", json.dumps(BUNDLE))
    r = strake("compliance", "--spec", "cis-docker", "--format", "json", "--report", "all", "--starter", "fs:" + work + "/host")
    status = {c["ID"]: c["Status"] for c in json.loads(r.out)["Results"]}
    want = {"2.1": "MANUAL", "2.2": "FAIL", "2.5": "FAIL", "2.6": "PASS", "5.4": "FAIL", "5.10": "FAIL", "5.16": "FAIL", "5.32": "FAIL", "4.6": "UNSEEN", "5.18": "UNSEEN"}
    assert {i: status[i] for i in want} == want, status
    sections = {s: sum(i.startswith(s + ".") for i in status) for s in "2345"}
    assert sections == {"2": 18, "3": 24, "4": 12, "5": 32}, sections
    r = strake("compliance", "--spec", "nist-800-190", "--report", "all", "--starter", image(work))
    assert "FAIL    HIGH      4.1.2" in r.out and "MANUAL  MEDIUM    4.6" in r.out and "looked at: image" in r.out, r.out
    assert "cannot be seen by a scan: measured boot" in r.out and "not seen in the target" in r.out, r.out
    r = strake("compliance", "--spec", "nist-800-190", "--format", "json", "--starter", image(work))
    assert len(json.loads(r.out)["SummaryControls"]) == 24, r.out
    own = put(work + "/typo.yaml", "spec:\n  id: own\n  controls:\n    - {id: '1', name: n, severity: HIGH, checks: [DS-002]}\n")
    r = strake("compliance", "--spec", "@" + own, image(work))
    assert "no check is called DS-002" in r.err and "UNSEEN" in r.out, (r.err, r.out)


@test
def owners_and_modes_of_the_engines_files_are_judged(work):
    root = work + "/root"
    put(root + "/etc/os-release", "ID=debian\n")
    put(root + "/etc/group", "root:x:0:\ndocker:x:%d:\n" % os.getgid())
    put(root + "/etc/docker/daemon.json", '{"tlskey": "/srv/key.pem", "tlscert": "/srv/../etc/group"}')
    for name, mode in (("/etc/docker/certs.d/registry.example/ca.crt", 0o444), ("/srv/key.pem", 0o440), ("/usr/lib/systemd/system/docker.service", 0o666), ("/etc/default/docker", 0o600)):
        put(root + name, "x")
        os.chmod(root + name, mode)
    os.chmod(root + "/etc/docker", 0o755)
    os.makedirs(work + "/outside")
    put(work + "/outside/docker", "x")
    os.chmod(work + "/outside/docker", 0o777)
    os.symlink(work + "/outside", root + "/etc/sysconfig")
    scan = lambda target: {(x["ID"], x["Message"]) for t in json.loads(strake("scan", "--scanners", "config", "--format", "json", target).out)["Results"]
                           for x in t.get("Misconfigurations", []) if t["Target"] == "host-files"}
    found = {m for i, m in scan("rootfs:" + root) if "mode" in m}
    assert found == {"/srv/key.pem has mode 440, more than 400", "/usr/lib/systemd/system/docker.service has mode 666, more than 644"}, found
    owners = {i for i, m in scan("rootfs:" + root) if "belongs to" in m}
    assert owners == (set() if os.getuid() == 0 else {"HOST201", "HOST205", "HOST207", "HOST213", "HOST217", "HOST219"}), owners
    assert scan("dir:" + root) == set(), "a source tree is no host"
    r = strake("compliance", "--spec", "docker-cis", "--format", "json", "--report", "all", "--starter", "rootfs:" + root)
    status = {c["ID"]: c["Status"] for c in json.loads(r.out)["Results"]}
    assert {i: status[i] for i in ("3.2", "3.8", "3.14", "3.20")} == {"3.2": "FAIL", "3.8": "PASS", "3.14": "FAIL", "3.20": "PASS"}, status


main()
