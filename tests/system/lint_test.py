#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""strake lint: verdicts of other tools' own examples, options, comments that silence, fixes, hostile files."""
from lib import *

# Where our verdict differs from the label, and why; a row that no longer differs fails the test.
KNOWN = {}
SETTINGS = """label-schema:
  foo: text
  required: text
  emptylabel: text
  urllabel: url
  githash: hash
  semver: semver
  maintainer: email
  datelabel: rfc3339
trustedRegistries: [my.registry.com]
"""


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


def findings(r):
    """(line, every name of the check) of each finding."""
    return [(x["CauseMetadata"].get("StartLine"), [x["ID"]] + x.get("Aliases", []), x) for t in r.json()["Results"] for x in t.get("Misconfigurations", [])]


def names(r):
    return {n for _, all_, _ in findings(r) for n in all_}


def lint(work, text, *args):
    path = put(work + "/Dockerfile", text)
    return strake("lint", "--format", "json", *args, path, cwd=work)


def given(work, text, *args):
    """lint of standard input."""
    with open(put(work + "/stdin", text), "rb") as f:
        return strake("lint", *args, "-", stdin=f, cwd=work)


def unpack(work, name):
    archive = data("misconfig", name)
    subprocess.run("zstd -dc '%s' | tar -xf - -C '%s'" % (archive, work), shell=True, check=True)


def check_labels(work, base, rows, key, settings=None):
    wrong = []
    for row in rows:
        path = os.path.join(base, row["file"])
        if not row[key] or "ockerfile" not in os.path.basename(path):
            continue
        here = work + "/cwd"
        os.makedirs(here, exist_ok=True)
        if os.path.exists(here + "/.hadolint.yaml"):
            os.remove(here + "/.hadolint.yaml")
        conf = settings(row) if settings else None
        if conf:
            put(here + "/.hadolint.yaml", conf)
        with open(path, "rb") as f:
            r = strake("lint", "--format", "json", "--enable", "DL1001,DL3057", "--no-fail", "-", stdin=f, cwd=here)
        assert r.code == 0, r.err
        got = "fail" if row[key] in names(r) else "pass"
        if (got != row["expect"]) != (row["file"] in KNOWN):
            wrong.append((row["file"], row[key], row["expect"], row.get("test")))
    assert not wrong, wrong


@test
def snippets_of_hadolint_have_its_verdicts(work):
    unpack(work, "hadolint.tar.zst")
    with open(work + "/expected.json") as f:
        rows = json.load(f)

    def settings(row):
        if row["rule"] == "DL3050":
            return SETTINGS + "strict-labels: true\n" if row["expect"] == "fail" else None
        # A label is asked for where the case is about one that is missing or wrong.
        return SETTINGS if row["rule"] in ("DL3049", "DL3051", "DL3052", "DL3053", "DL3055", "DL3056", "DL3058") and row["expect"] == "fail" else None

    check_labels(work, work, rows, "rule", settings)


@test
def examples_of_trivy_have_its_verdicts(work):
    base = data("misconfig", "trivy-checks")
    with open(base + "/expected.json") as f:
        check_labels(work, base, [r for r in json.load(f) if r["file"].startswith("dockerfile/")], "check")


@test
def examples_of_checkov_have_its_verdicts(work):
    base = data("misconfig", "checkov")
    with open(base + "/expected.json") as f:
        check_labels(work, base, [r for r in json.load(f) if r["file"].startswith("dockerfile/")], "check")


@test
def real_files_are_read_and_mended_once(work):
    unpack(work, "real-dockerfiles.tar.zst")
    r = strake("lint", "--format", "json", "--no-fail", ".", cwd=work)
    assert r.code == 0, r.err
    targets = [t["Target"] for t in r.json()["Results"]]
    assert len(targets) >= 128, len(targets)
    assert not [1 for t in r.json()["Results"] for x in t.get("Misconfigurations", []) if x["ID"] == "DF001"], "not understood"
    r = strake("lint", "--fix", "--no-fail", "-o", work + "/out", ".", cwd=work)
    assert r.code == 0, r.err
    r = strake("lint", "--diff", "--no-fail", ".", cwd=work)
    assert r.code == 0 and r.out == "", r.out[:500]


@test
def exit_codes(work):
    bad = put(work + "/a/Dockerfile", "FROM debian\nUSER root\n")
    good = put(work + "/b/Dockerfile", "FROM debian:12\nUSER 1\nHEALTHCHECK NONE\n")
    style = put(work + "/c/Dockerfile", "FROM debian:12 as x\nUSER 1\nHEALTHCHECK NONE\n")
    code = lambda *a: strake("lint", *a, cwd=work).code
    assert code(bad) == 1 and code(good) == 0 and code(style) == 0
    assert code("--fail-on", "unknown", style) == 1
    assert code("--fail-on", "critical", bad) == 0 and code("--no-fail", bad) == 0
    assert code("--exit-code", "7", bad) == 7
    assert code("--severity", "CRITICAL", bad) == 0
    assert code("--failure-threshold", "warning", bad) == 1 and code("--failure-threshold", "error", bad) == 0 and code("--failure-threshold", "style", style) == 1
    assert code() == 2 and code("--severity", "LOUD", bad) == 2 and code("--failure-threshold", "x", bad) == 2
    assert code(work + "/none") == 3
    assert given(work, "FROM debian:12\nUSER 1\nHEALTHCHECK NONE\n").code == 0
    odd = put(work + "/notes.txt", "nothing to see\n")
    r = strake("lint", odd, cwd=work)
    assert r.code == 3
    r.says("of no kind that can be checked")


@test
def findings_have_places_ids_and_fixes(work):
    r = lint(work, "FROM debian:12\nUSER 1\nRUN apt-get update \\\n && apt-get install -y curl=1\nHEALTHCHECK NONE\n")
    x = [x for _, all_, x in findings(r) if "DL3015" in all_][0]
    assert x["ID"] == "DF305" and "DS-0029" in x["Aliases"], x
    assert (x["CauseMetadata"]["StartLine"], x["CauseMetadata"]["EndLine"]) == (3, 4), x
    assert x["Fixes"] == [{"Start": 62, "End": 62, "Replacement": " --no-install-recommends"}], x["Fixes"]
    assert x["Severity"] == "HIGH" and x["Status"] == "FAIL"


@test
def comments_silence(work):
    text = "FROM debian:12\n%s\nRUN sudo a\n# other\n\nRUN sudo b\nUSER 1\nHEALTHCHECK NONE\n"
    lines = lambda r, alias: [n for n, all_, _ in findings(r) if alias in all_]
    assert lines(lint(work, text % "# c"), "DL3004") == [3, 6]
    for comment in ("# hadolint ignore=DL3004", "#hadolint ignore = DL3003 , DL3004 # why", "# strake ignore=DF403 it is so", "# trivy:ignore:DS-0010",
                    "# trivy:ignore:AVD-DS-0010", "# check=skip=StageNameCasing,DL3004", "# hadolint ignore=CKV2_DOCKER_1"):
        r = lint(work, text % comment)
        assert lines(r, "DL3004") == [6], (comment, r.out[:300])
        assert [s["ID"] for s in r.json()["Suppressed"]] == ["DF403"], comment
    assert lines(lint(work, text % "# hadolint global ignore=DL3004"), "DL3004") == []
    assert lines(lint(work, text % "# hadolint ignore=DL3004", "--disable-ignore-pragma"), "DL3004") == [3, 6]
    assert lines(lint(work, "# check=skip=all\n" + text % "# c"), "DL3004") == []
    assert lines(lint(work, "# hadolint stage ignore=DL3004\n" + text % "# c"), "DL3004") == []
    r = lint(work, text % "# strake ignore=DF403 it is so")
    s = r.json()["Suppressed"][0]
    assert s["Reason"] == "it is so" and s["Source"] == "comment on line 2", s
    r = lint(work, "# check=error=true\nFROM debian:12 AS X\nUSER 1\nHEALTHCHECK NONE\n")
    assert r.code == 1, r.err


@test
def ids_of_all_tools_are_known(work):
    text = "FROM debian:12\nRUN apt-get install -y curl\nUSER 1\nHEALTHCHECK NONE\n"
    for name in ("DL3015", "ds-0029", "AVD-DS-0029", "DS029", "DF305", "DL30*"):
        assert "DF305" not in names(lint(work, text, "--ignore", name)), name
    put(work + "/.trivyignore", "DS-0029\n")
    r = lint(work, text)
    assert "DF305" not in names(r) and [s["Source"] for s in r.json()["Suppressed"]] == [".trivyignore"]


@test
def hadolint_configuration_is_read(work):
    put(work + "/.hadolint.yaml", "ignored: [DL3015]\noverride:\n  error: [DL3008]\n  style: [DL3014]\ntrustedRegistries: [good.io]\nfailure-threshold: error\n")
    r = lint(work, "FROM bad.io/x:1\nRUN apt-get install -y curl\nUSER 1\nHEALTHCHECK NONE\n")
    got = {all_[0]: x["Severity"] for _, all_, x in findings(r)}
    assert "DF305" not in got and got["DF301"] == "HIGH" and "DF105" in got, got
    assert r.code == 1
    put(work + "/.hadolint.yaml", "ignored: [DL3026, DL3008]\ntrustedRegistries: ['*.io']\nfailure-threshold: error\n")
    assert lint(work, "FROM bad.io/x:1\nRUN apt-get install -y curl\nUSER 1\nHEALTHCHECK NONE\n").code == 0
    put(work + "/.hadolint.yaml", "ignored: [\n")
    assert lint(work, "FROM x:1\n").code == 2


@test
def build_arguments_are_used(work):
    text = "ARG TAG\nFROM debian:$TAG\nUSER 1\nHEALTHCHECK NONE\n"
    assert "InvalidDefaultArgInFrom" in names(lint(work, text))
    got = names(lint(work, text, "--build-arg", "TAG=latest"))
    assert "DF104" in got, got
    assert lint(work, text, "--build-arg", "=x").code == 2


@test
def dockerignore_is_read(work):
    put(work + "/.dockerignore", "# c\nsecret/\n**/*.log\n!keep.log\n")
    r = lint(work, "FROM debian:12\nCOPY secret/a x.log keep.log b /c/\nCOPY . /d\nUSER 1\n")
    got = [x["Message"].split()[0] for _, all_, x in findings(r) if "CopyIgnoredFile" in all_]
    assert got == ["secret/a", "x.log"], got
    assert "DF617" not in names(r)


@test
def own_checks_are_loaded(work):
    own = put(work + "/own/a.yaml", """- rule: No telnet
  id: ACME1
  title: telnet is not for us
  source: dockerfile
  desc: because
  condition: evt.type = command and cmd.name = telnet
  output: "telnet to %cmd.arg[0]"
  priority: ERROR
  severity: CRITICAL
""")
    text = "FROM debian:12\nRUN telnet example.com\nUSER 1\nHEALTHCHECK NONE\n"
    for path in (own, work + "/own"):
        r = lint(work, text, "--checks", path)
        x = [x for _, all_, x in findings(r) if all_[0] == "ACME1"][0]
        assert x["Message"] == "telnet to example.com" and x["Severity"] == "CRITICAL", x
    put(own, "- rule: x\n  source: dockerfile\n  condition: cmd.nome = a\n  output: x\n  desc: x\n  priority: ERROR\n")
    r = lint(work, text, "--checks", own)
    assert r.code == 2, r.code
    r.says("cmd.nome")


@test
def fixes_are_written_or_shown(work):
    text = "FROM debian:12\nRUN apt-get update && apt-get install curl && rm -rf /var/lib/apt/lists/*\nENTRYPOINT x\n"
    path = put(work + "/Dockerfile", text)
    r = strake("lint", "--diff", path, cwd=work)
    assert r.code == 1 and r.out.startswith("--- " + path) and '+ENTRYPOINT ["x"]' in r.out, r.out
    with open(path) as f:
        assert f.read() == text
    patched = subprocess.run(["patch", "-s", "-o", work + "/patched", path], input=r.out.encode(), cwd=work) if shutil.which("patch") else None
    strake("lint", "--fix", "-o", work + "/report", path, cwd=work)
    with open(path) as f:
        now = f.read()
    assert now == "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\nUSER 65532\nENTRYPOINT [\"x\"]\n", now
    if patched:
        with open(work + "/patched") as f:
            assert f.read() == now
    r = given(work, text, "--fix")
    assert r.out == now, r.out
    r = given(work, text, "--fix", "--ignore", "DL3025,DS-0002")
    assert "USER" not in r.out and "ENTRYPOINT x" in r.out


@test
def versions_come_from_a_scan(work):
    root = work + "/root"
    os.makedirs(root + "/var/lib/dpkg")
    os.makedirs(root + "/etc")
    with open(root + "/etc/os-release", "wb") as f:
        f.write(OS_DEBIAN)
    with open(root + "/var/lib/dpkg/status", "wb") as f:
        f.write(dpkg_status([("curl", "7.88.1-10")]))
    r = strake("scan", "--format", "json", "--list-all-pkgs", "--scanners", "vuln", "-o", work + "/scan.json", "rootfs:" + root, cwd=work)
    assert r.code == 0, r.err
    r = given(work, "FROM debian:12\nRUN apt-get install -y curl wget\n", "--diff", "--pins", work + "/scan.json")
    assert "curl=7.88.1-10 wget\n" in r.out, r.out


@test
def the_list_has_every_id_once(work):
    r = strake("lint", "--list", "--format", "json", cwd=work)
    ids = [x["ID"] for x in json.loads(r.out)]
    assert len(ids) == len(set(ids)) and "DF301" in ids
    known = {a for x in json.loads(r.out) for a in x["Aliases"]}
    missing = [n for n in ["DL3%03d" % k for k in range(0, 68)] + ["DL4000", "DL4001", "DL4003", "DL4004", "DL4005", "DL4006", "DL1000", "DL1001"]
               if n not in known and n not in ("DL3005", "DL3017", "DL3031", "DL3039")]
    assert not missing, missing
    with open(os.path.join(SOURCE, "docs/checks.md")) as f:
        page = f.read()
    assert not [i for i in ids if "| %s |" % i not in page], "docs/checks.md: run tools/checks_page.py"


@test
def shellcheck_is_asked_where_it_is_installed(work):
    if not shutil.which("shellcheck"):
        raise Skip("no shellcheck")
    text = "FROM debian:12\nRUN cd /x && \\\n  ls $FOO\n# hadolint ignore=SC2086\nRUN rm $FOO\nSHELL [\"pwsh\", \"-c\"]\nRUN rm $FOO\nUSER 1\n"
    r = lint(work, text)
    got = [(n, x["Severity"]) for n, all_, x in findings(r) if all_[0] == "SC2086"]
    assert got == [(2, "LOW")], got
    assert "SC2086" in [s["ID"] for s in r.json()["Suppressed"]]
    assert "SC2086" not in names(lint(work, text, "--shellcheck", "no"))
    assert lint(work, text, "--shellcheck", "maybe").code == 2
    r = strake("lint", "--shellcheck", "yes", work + "/Dockerfile", cwd=work, env={"PATH": work})
    assert r.code == 3 and "shellcheck" in r.err, r.err


@test
def hostile_files_are_no_problem(work):
    for name, text in (("line", b"RUN " + b"a b|c;$(d) '" * 900000), ("from", b"FROM a AS b\n" * 20000), ("env", b"FROM a:1\n" + b"ENV A=$A$A$A$A\n" * 20000),
                       ("nul", b"FROM a:1\nRUN \0\0\xff\xfe sudo\n" * 1000), ("deep", b"RUN " + b"$(" * 200000), ("cont", b"RUN a \\\n" * 300000),
                       ("arg", b"FROM a:1\nARG A=" + b"x" * 60000 + b"\n" + b"LABEL b=${A%*x*x*x*y}\n" * 3000), ("empty", b"")):
        r = strake("lint", "--format", "json", "--no-fail", put(work + "/" + name + "/Dockerfile", text), cwd=work)
        assert r.code == 0, (name, r.err[:300])
        limit = 60 if SANITIZED else 12
        assert r.seconds < limit, (name, r.seconds)
        assert SANITIZED or r.rss < 1500 << 20, (name, r.rss)


main()
