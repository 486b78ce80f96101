#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""strake rules: every error with its place, what a rule really checks, and rules tried on events."""
import glob

from lib import *

RULES = """- list: shells
  items: [sh, bash]
- macro: opening
  condition: evt.type in (open, openat)
- rule: Shadow read
  desc: Somebody reads the passwords
  condition: >
    opening and
    fd.name = /etc/shadow and
    not proc.name in (shells)
  output: read by %proc.name (parent=%proc.aname[1] tty=%proc.tty)
  priority: WARNING
  tags: [b, a]
  examples:
    bad:
      - {evt.type: openat, fd.name: /etc/shadow, proc.name: cat}
    good:
      - {evt.type: openat, fd.name: /etc/passwd, proc.name: cat}
      - {evt.type: openat, fd.name: /etc/shadow, proc.name: bash}
- rule: Other open
  desc: another
  condition: opening and proc.name = cat
  output: x
  priority: info
  enabled: false
"""
BROKEN = """- rule: first
  desc: d
  condition: >
    evt.type = openx and
    proc.nome = x
  output: "%nosuch.field"
  priority: BAD
- rule: second
  desc: d
  condition: fd.name=/x and
  output: x
  priority: info
"""


def put(work, name, text):
    with open(work + "/" + name, "w") as f:
        f.write(text)


@test
def a_good_file_is_ok(work):
    put(work, "r.yaml", RULES)
    r = strake("rules", "validate", "--own-keys", "r.yaml", cwd=work)
    assert r.code == 0 and r.out == "r.yaml: Ok\n", (r.code, r.out, r.err)
    r = strake("rules", "validate", "r.yaml", cwd=work)
    assert r.code == 0 and "r.yaml: Ok, with warnings" in r.out and "Unknown key 'examples'" in r.out, r.out


@test
def every_error_is_shown_with_its_line_and_column(work):
    put(work, "b.yaml", BROKEN)
    r = strake("rules", "validate", "b.yaml", cwd=work)
    assert r.code == 2, r.code
    for part in ("b.yaml: Invalid", "5 Errors:", "4:5)", "unknown event type openx - did you mean 'open'?", "5:5)", "nonexistent field proc.nome - did you mean 'proc.name'?",
                 "unknown filter: %nosuch.field", "Invalid priority", "10:28)", "expected blank or '(' after 'and'", "    proc.nome = x\n    ^\n"):
        assert part in r.out, (part, r.out)


@test
def json_has_the_shape_of_falco(work):
    put(work, "b.yaml", BROKEN)
    r = strake("rules", "validate", "--format", "json", "b.yaml", cwd=work)
    assert r.code == 2
    results = json.loads(r.out)["falco_load_results"]
    assert [(x["name"], x["successful"], len(x["errors"])) for x in results] == [("b.yaml", False, 5)], results
    found = [e for e in results[0]["errors"] if "proc.nome" in e["message"]]
    assert found[0]["code"] == "LOAD_ERR_COMPILE_CONDITION" and found[0]["codedesc"] == "Error compiling condition"
    place = found[0]["context"]["locations"][-1]["position"]
    # Falco counts lines and columns from 0.
    assert place == {"name": "b.yaml", "line": 4, "column": 4, "offset": BROKEN.index("proc.nome")}, place


@test
def folders_are_read_in_order_and_make_one_set(work):
    os.makedirs(work + "/set")
    put(work, "set/10-lists.yaml", "- list: l\n  items: [a]\n")
    put(work, "set/20-rules.yml", "- rule: r\n  desc: d\n  condition: evt.type = open and proc.name in (l)\n  output: o\n  priority: info\n")
    put(work, "set/30-other.txt", "not: [yaml")
    r = strake("rules", "validate", "set", cwd=work)
    assert r.code == 0 and r.out == "set/10-lists.yaml: Ok\nset/20-rules.yml: Ok\n", r.out
    os.makedirs(work + "/empty")
    assert strake("rules", "validate", "empty", cwd=work).code == 3


@test
def what_cannot_be_read_is_another_exit_code(work):
    r = strake("rules", "validate", "none.yaml", cwd=work)
    assert r.code == 3 and "none.yaml" in r.err, (r.code, r.err)
    assert strake("rules", "validate", cwd=work).code == 2
    assert strake("rules", "validate", "--format", "xml", "none.yaml", cwd=work).code == 2


@test
def rules_and_fields_are_listed(work):
    put(work, "r.yaml", RULES)
    r = strake("rules", "list", "r.yaml", cwd=work)
    assert r.out.splitlines() == ["Warning       syscall    on  Shadow read", "Informational syscall    off Other open"], (r.code, r.out, r.err)
    rules = json.loads(strake("rules", "list", "--format", "json", "r.yaml", cwd=work).out)
    assert rules[0]["tags"] == ["a", "b"] and rules[0]["line"] == 5 and rules[1]["enabled"] is False, rules
    r = strake("rules", "list", "--fields", "--source", "k8s_audit")
    assert r.code == 0 and "ka.verb" in r.out and "proc.name" not in r.out
    classes = json.loads(strake("rules", "list", "--fields", "--format", "json").out)["fieldclasses"]
    names = {f["name"] for c in classes for f in c["fields"]}
    assert {"proc.aname", "fd.sip", "evt.arg", "container.image.repository", "ka.verb"} <= names
    r = strake("rules", "list", "--fields", "--source", "syscal")
    assert r.code == 2 and "syscall" in r.err, r.err


@test
def a_rule_is_taken_apart(work):
    put(work, "r.yaml", RULES)
    r = strake("rules", "explain", "r.yaml", "--rule", "Shadow read", cwd=work)
    assert r.code == 0, r.err
    for part in ("evt.type in (open, openat)", "not proc.name in (sh, bash)", "event types: open openat", "fd.name", "2  evt.type in (open, openat)"):
        assert part in r.out, (part, r.out)
    doc = json.loads(strake("rules", "explain", "r.yaml", "--rule", "Shadow read", "--format", "json", cwd=work).out)
    assert doc["condition"] == "(evt.type in (open, openat) and fd.name = /etc/shadow and not proc.name in (sh, bash))"
    assert doc["events"] == ["open", "openat"] and doc["fields"] == ["evt.type", "fd.name", "proc.name"]
    r = strake("rules", "explain", "r.yaml", "--rule", "Shadow reads", cwd=work)
    assert r.code == 2 and "Shadow read" in r.err, r.err


@test
def examples_are_run(work):
    put(work, "r.yaml", RULES)
    r = strake("rules", "test", "r.yaml", cwd=work)
    assert r.code == 0 and "2 good and 1 bad examples as they should be, 0 not" in r.out, (r.code, r.out)
    put(work, "w.yaml", RULES.replace("fd.name: /etc/passwd", "fd.name: /etc/shadow").replace("bad:\n      - {", "bad:\n      - {fd.namee: x}\n      - {"))
    r = strake("rules", "test", "w.yaml", cwd=work)
    assert r.code == 1 and "examples.good[0]: the rule fires" in r.out and "examples.bad[0]: " in r.out and "fd.namee" in r.out, r.out
    doc = json.loads(strake("rules", "test", "--format", "json", "w.yaml", cwd=work).out)
    assert (doc["good"], doc["bad"], doc["failed"]) == (1, 1, 2), doc


@test
def events_show_which_rules_fire(work):
    put(work, "r.yaml", RULES)
    put(work, "e.jsonl", '{"evt.type": "openat", "fd.name": "/etc/shadow", "proc.name": "cat", "proc.aname": ["sshd"], "proc.tty": 0}\n\n{"evt.type": "execve"}\n')
    r = strake("rules", "test", "r.yaml", "--event", "e.jsonl", cwd=work)
    assert r.code == 0 and r.out == "1: Warning Shadow read: read by cat (parent=sshd tty=0)\n", (r.code, r.out, r.err)
    lines = [json.loads(line) for line in strake("rules", "test", "r.yaml", "--event", "e.jsonl", "--format", "json", cwd=work).out.splitlines()]
    assert [x["line"] for x in lines] == [1, 3] and lines[1]["rules"] == []
    assert lines[0]["rules"][0]["output_fields"] == {"proc.name": "cat", "proc.aname[1]": "sshd", "proc.tty": 0}, lines
    put(work, "bad.jsonl", '{"fd.num": "x"}\n')
    r = strake("rules", "test", "r.yaml", "--event", "bad.jsonl", cwd=work)
    assert r.code == 3 and "bad.jsonl: line 1: fd.num" in r.err, r.err


@test
def rules_in_use_are_valid(work):
    for path in sorted(glob.glob(data("falco") + "/*.yaml")):
        r = strake("rules", "validate", path)
        assert r.code == 0, (path, r.out)


@test
def a_hostile_file_ends_soon(work):
    put(work, "long.yaml", "- rule: r\n  desc: d\n  output: o\n  priority: info\n  condition: evt.type = open and fd.name in (%s)\n" % ", ".join("/x%d" % i for i in range(60000)))
    put(work, "deep.yaml", "- rule: r\n  desc: d\n  output: o\n  priority: info\n  condition: %sevt.type = open%s\n" % ("(" * 100000, ")" * 100000))
    put(work, "line.yaml", "- " + "x" * (10 << 20) + "\n")
    put(work, "nest.yaml", "- " + "[" * 50000)
    put(work, "lists.yaml", "- list: l0\n  items: [a]\n" + "".join("- list: l%d\n  items: [%s]\n" % (i, ", ".join(["l%d" % (i - 1)] * 9)) for i in range(1, 30)) +
        "- rule: r\n  desc: d\n  output: o\n  priority: info\n  condition: evt.type = open and proc.name in (l29)\n")
    for name, code in (("long.yaml", 0), ("deep.yaml", 2), ("line.yaml", 2), ("nest.yaml", 2), ("lists.yaml", 2)):
        start = time.monotonic()
        r = strake("rules", "validate", name, cwd=work)
        assert r.code == code, (name, r.code, r.out[:500], r.err[:500])
        assert time.monotonic() - start < 10, name


@test
def requests_of_an_api_server_are_judged_as_they_come(work):
    open(work + "/r.yaml", "w").write("""
- rule: Privileged
  source: admission
  desc: d
  condition: admission.operation in (CREATE, UPDATE) and admission.privileged=true and not admission.namespace = kube-system
  output: "%admission.user wants %admission.kind %admission.name with %admission.images"
  priority: ERROR
- rule: Host network
  source: admission
  desc: d
  condition: admission.value[/spec/template/spec/hostNetwork] = true
  output: "%admission.name"
  priority: ERROR
- rule: Foreign image
  source: admission
  desc: d
  condition: admission.images intersects (evil/a:1)
  output: "%admission.uid"
  priority: WARNING
- rule: Relabelled
  source: admission
  desc: d
  condition: admission.old[/metadata/labels/team] exists and not admission.label[team] exists
  output: "%admission.name"
  priority: NOTICE
  examples:
    bad: [{"admission.old[/metadata/labels/team]": "a"}]
    good: [{"admission.old[/metadata/labels/team]": "a", "admission.label[team]": "a"}]
""")
    pod = {"metadata": {"generateName": "web-"}, "spec": {"containers": [{"image": "a:1"}], "initContainers": [{"image": "evil/a:1", "securityContext": {"privileged": True}}]}}
    deployment = {"metadata": {"name": "d"}, "spec": {"template": {"spec": {"hostNetwork": True, "containers": [{"image": "b:1"}]}}}}

    def review(**r):
        return json.dumps({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": dict({"uid": "u", "userInfo": {"username": "eve", "groups": ["g"]}}, **r)})
    lines = [review(operation="CREATE", kind={"group": "", "version": "v1", "kind": "Pod"}, namespace="x", object=pod),
             review(operation="CREATE", kind={"kind": "Pod"}, namespace="kube-system", object=pod),
             review(operation="UPDATE", kind={"group": "apps", "kind": "Deployment"}, object=deployment, oldObject={"metadata": {"labels": {"team": "a"}}}),
             review(operation="DELETE", kind={"kind": "Pod"}, oldObject=pod)]
    open(work + "/e.jsonl", "w").write("\n".join(lines))
    r = strake("rules", "test", work + "/r.yaml", "--source", "admission", "--event", work + "/e.jsonl", "--format", "json")
    assert r.code == 0, r.err
    got = [sorted(h["rule"] for h in json.loads(l)["rules"]) for l in r.out.splitlines()]
    assert got == [["Foreign image", "Privileged"], ["Foreign image"], ["Host network", "Relabelled"], ["Foreign image"]], got
    assert "eve wants Pod web- with (a:1,evil/a:1)" in r.out, r.out
    assert strake("rules", "test", work + "/r.yaml").code == 0
    open(work + "/bad.jsonl", "w").write('{"kind":"Pod","request":{}}')
    assert strake("rules", "test", work + "/r.yaml", "--source", "admission", "--event", work + "/bad.jsonl").code == 3


main()
