#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Helm charts: rendered by lint and scan, findings at lines of the templates, what is not rendered is said."""
from lib import *

CHARTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "charts")


def expect(ok, *told):
    assert ok, told


def chart(work, name):
    shutil.copytree(os.path.join(CHARTS, name), os.path.join(work, name))
    return name


def found(r):
    """(target, id, line) of each finding, its aliases counted as ids."""
    return {(t["Target"], i, m["CauseMetadata"].get("StartLine"))
            for t in r.json()["Results"] for m in t.get("Misconfigurations", [])
            for i in [m["ID"]] + m.get("Aliases", [])}


def gaps(r):
    return {x.get("Path") or x["Target"]: x["Message"] for x in r.json().get("Incomplete") or []}


def lint(work, *args):
    return strake("lint", "--format", "json", *args, cwd=work)


@test
def templates_are_rendered_and_findings_stand_at_their_lines(work):
    r = lint(work, chart(work, "web"))
    expect(r.code == 1 and not gaps(r), r)
    all_ = found(r)
    # A container of the template, one of a text that tpl renders, one of a subchart.
    for want in [("web/templates/deployment.yaml", "KSV-0017", 27), ("web/templates/deployment.yaml", "KSV-0009", 22),
                 ("web/charts/cache/templates/statefulset.yaml", "KSV-0017", 15)]:
        expect(want in all_, want, sorted(x for x in all_ if x[0] == want[0]))
    expect(("web/templates/deployment.yaml", "KSV-0012", 50) in all_, "the container of the values' text")
    expect(not any(t.endswith(("hpa.yaml", ".tpl", "NOTES.txt", "values.yaml")) for t, _, _ in all_), all_)
    text = [x for t in r.json()["Results"] if t["Target"] == "web/templates/deployment.yaml" for x in t["Misconfigurations"]
            if x["CauseMetadata"]["StartLine"] == 50]
    lines = {c["Number"]: c["Content"] for c in text[0]["CauseMetadata"]["Code"]["Lines"]}
    expect(lines[50].strip() == "{{- tpl .Values.sidecars . | nindent 8 }}", lines)


@test
def scan_tells_the_same_as_lint(work):
    chart(work, "web")
    a = lint(work, "web")
    b = strake("scan", "--scanners", "config", "--format", "json", "fs:web", cwd=work)
    expect({(t[len("web/"):], i, n) for t, i, n in found(a)} == found(b), sorted(found(b))[:5])
    b = strake("scan", "--scanners", "config", "--format", "json", "fs:.", cwd=work)
    expect(found(a) == found(b), sorted(found(b))[:5])
    b = strake("scan", "--scanners", "config", "--format", "json", "--helm-set", "securityContext=null", "fs:web", cwd=work)
    expect(("templates/deployment.yaml", "KSV-0017", 27) not in found(b), "--helm-set of scan")


@test
def values_of_the_user_are_taken(work):
    chart(work, "web")
    with open(work + "/v.yaml", "w") as f:
        f.write("securityContext: {privileged: false}\nhostNetwork: false\n")
    here = ("web/templates/deployment.yaml", "KSV-0017", 27)
    expect(here in found(lint(work, "web")))
    expect(here not in found(lint(work, "--helm-values", "v.yaml", "web")))
    expect(here in found(lint(work, "--helm-values", "v.yaml", "--helm-set", "securityContext.privileged=true", "web")))
    off = found(lint(work, "--helm-set", "cache.enabled=false", "web"))
    expect(off and not any("/charts/" in t for t, _, _ in off), off)
    old = lint(work, "--helm-kube-version", "1.18.0", "web").json()
    expect(old["Results"] and lint(work, "--helm-kube-version", "old", "web").code == 2)
    r = lint(work, "--helm-set", "a=b=c,d", "web")
    expect(r.code == 2 and "--helm-set" in r.err, r)
    expect(lint(work, "--helm-values", "none.yaml", "web").code not in (0, 1))


@test
def what_is_not_rendered_is_said_and_the_rest_goes_on(work):
    r = lint(work, chart(work, "broken"))
    expect(r.code == 4, r)
    said = gaps(r)
    for name, text in [("function", "broken/templates/function.yaml:2:4: no function named"), ("required", "give a password"),
                       ("unclosed", "no {{end}}"), ("nil", "nil has no member \"b\""), ("text", "no YAML"),
                       ("certificate", "genCA: not rendered")]:
        expect(text in said.get("broken/templates/%s.yaml" % name, ""), name, said)
    expect("elsewhere" in said["broken/Chart.yaml"], said)
    expect(("broken/templates/good.yaml", "KSV-0017", 6) in found(r), sorted(found(r)))
    r = lint(work, "--helm-set", "password=x", "broken")
    expect("broken/templates/required.yaml" not in gaps(r), gaps(r))


@test
def hostile_charts_come_to_an_end(work):
    for name, count in [("endless", 6), ("bomb", 2)]:
        r = lint(work, chart(work, name))
        expect(r.code == 4 and len(gaps(r)) == count, r)


@test
def packed_charts_are_charts(work):
    chart(work, "web")
    with tarfile.open(work + "/web-1.4.0.tgz", "w:gz") as t:
        t.add(work + "/web", "web")
    a, b = found(lint(work, "web")), found(lint(work, "web-1.4.0.tgz"))
    expect(a == {(t.replace("web-1.4.0.tgz/", "web/"), i, n) for t, i, n in b}, sorted(b)[:5])
    # A subchart may be packed too.
    with tarfile.open(work + "/web/charts/cache-0.3.0.tgz", "w:gz") as t:
        t.add(work + "/web/charts/cache", "cache")
    shutil.rmtree(work + "/web/charts/cache")
    expect(found(lint(work, "web")) == a)
    b = found(strake("scan", "--scanners", "config", "--format", "json", "fs:.", cwd=work))
    expect(a == b, sorted(a ^ b)[:5])
    with tarfile.open(work + "/other.tgz", "w:gz") as t:
        t.add(work + "/web/values.yaml", "x/values.yaml")
    r = lint(work, "other.tgz")
    expect(r.code not in (0, 1) and "no chart" in r.err, r)


@test
def subcharts_get_aliases_globals_and_give_values_back(work):
    r = lint(work, chart(work, "umbrella"))
    expect(not gaps(r), r)
    said = {m["Message"] for t in r.json()["Results"] if t["Target"] == "umbrella/charts/store/templates/pod.yaml"
            for m in t["Misconfigurations"]}
    expect(any("Pod left " in m for m in said) and any("Pod right " in m for m in said), said)
    expect(not any("agent" in t for t, _, _ in found(r)), "a condition turns it off")
    r = lint(work, "--helm-set", "agent.enabled=true,tags.second=false", "umbrella")
    expect(any("agent" in t for t, _, _ in found(r)))


@test
def files_beside_a_chart_are_checked_as_ever(work):
    chart(work, "web")
    for path, text in [("web/Dockerfile", "FROM debian\nUSER root\n"), ("web/ci/pod.yaml", POD), ("plain/templates/pod.yaml", POD)]:
        os.makedirs(os.path.dirname(work + "/" + path), exist_ok=True)
        with open(work + "/" + path, "w") as f:
            f.write(text)
    for r in [lint(work, "."), strake("scan", "--scanners", "config", "--format", "json", "fs:.", cwd=work)]:
        targets = {t[2:] if t.startswith("./") else t for t, _, _ in found(r)}
        expect({"web/Dockerfile", "web/ci/pod.yaml", "plain/templates/pod.yaml", "web/templates/deployment.yaml"} <= targets, targets)


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n"

main()
