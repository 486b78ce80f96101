#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line as a contract: exit codes, where options come from, outputs, stable JSON, help."""
import csv
import datetime
import io
import pty
import re
import select
import threading
import xml.etree.ElementTree

from lib import *

COMMANDS = ("scan", "sbom", "lint", "convert", "compare", "explain", "db build", "db status", "db verify", "db search", "db show", "db update", "db push", "db pull", "db export", "db import", "ver compare", "ver match", "rules validate", "rules list", "rules explain", "rules test", "policy check", "policy list", "policy show", "compliance", "key generate", "key import", "key public", "key inspect", "sign", "sign-blob", "attest", "attest-blob", "attach", "verify", "verify-blob", "verify-attestation", "trusted-root update", "trusted-root show", "login", "logout", "copy", "tree", "digest", "tag", "pin", "clean", "cache status",
            "cache clean", "config", "completion", "help")


def osv(work, name, **fields):
    record = {"id": name, "modified": "2024-01-02T00:00:00Z", "published": "2024-01-01T00:00:00Z", "summary": "About " + name}
    record.update(fields)
    os.makedirs(work + "/feed", exist_ok=True)
    with open(work + "/feed/%s.json" % name, "w") as f:
        json.dump(record, f)


def affected(package, fixed=None, **more):
    events = [{"introduced": "0"}] + ([{"fixed": fixed}] if fixed else [])
    return [dict({"package": {"ecosystem": "Debian:12", "name": package}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}, **more)]


def vector(impact):
    return [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/" + impact}]


class Bench:
    """A root file system with alpha (fixed HIGH), beta (unfixed CRITICAL) and gamma (nothing), and its database."""

    def __init__(self, work):
        self.work = work
        self.root = work + "/root"
        self.put_root(self.root, [("alpha", "1.0-1"), ("beta", "1.0-1"), ("gamma", "1.0-1")])
        osv(work, "DEBIAN-CVE-2024-1001", upstream=["CVE-2024-1001", "GHSA-aaaa-bbbb-cccc"], affected=affected("alpha", "2.0-1"), severity=vector("C:H/I:N/A:N"))
        osv(work, "DEBIAN-CVE-2024-1002", upstream=["CVE-2024-1002"], affected=affected("beta"), severity=vector("C:H/I:H/A:H"))
        self.db = work + "/test.strakedb"
        r = strake("db", "build", "--from", work + "/feed", "--output", self.db)
        assert r.code == 0, r.err

    def put_root(self, root, pkgs, release=OS_DEBIAN):
        os.makedirs(root + "/var/lib/dpkg")
        os.makedirs(root + "/etc")
        with open(root + "/etc/os-release", "wb") as f:
            f.write(release)
        with open(root + "/var/lib/dpkg/status", "wb") as f:
            f.write(dpkg_status(pkgs))

    def scan(self, *args, **kw):
        kw.setdefault("cwd", self.work)
        return strake("scan", "--db", self.db, *args, self.root, **kw)


def write(path, text):
    with open(path, "w") as f:
        f.write(text)
    return path


# ---- exit codes ----

@test
def zero_when_nothing_was_asked_to_fail(work):
    b = Bench(work)
    r = b.scan("--format", "json")
    assert r.code == 0 and findings(r.json()) == {("alpha", "CVE-2024-1001"), ("beta", "CVE-2024-1002")}, (r.code, r.out[:300])


@test
def one_or_n_when_something_was_found(work):
    b = Bench(work)
    assert b.scan("--exit-code", "1").code == 1
    assert b.scan("--exit-code", "77").code == 77
    assert b.scan("--exit-code=77", "--severity", "LOW").code == 0
    assert b.scan("--exit-code", "5", "--severity", "high,CRITICAL", "--ignore-unfixed").code == 5
    assert b.scan("--exit-code", "5", "--severity", "CRITICAL", "--ignore-unfixed").code == 0
    clean = work + "/clean"
    b.put_root(clean, [("gamma", "1.0-1")])
    assert strake("scan", "--db", b.db, "--exit-code", "1", clean).code == 0


@test
def fail_on_words(work):
    b = Bench(work)
    for words, code in (("critical", 1), ("high", 1), ("low", 1), ("fixable", 1), ("kev", 0), ("unknown", 0), ("eol", 0),
                        ("incomplete", 0), ("kev,critical", 1), ("CRITICAL", 1)):
        r = b.scan("--fail-on", words)
        assert r.code == code, (words, r.code, r.err)
    assert b.scan("--fail-on", "critical", "--severity", "HIGH").code == 0
    assert b.scan("--fail-on", "fixable", "--severity", "CRITICAL").code == 0
    old = work + "/old"
    b.put_root(old, [], b'ID=debian\nVERSION_ID="9"\nVERSION_CODENAME=stretch\n')
    assert strake("scan", "--starter", "--fail-on", "eol", old).code == 1
    assert strake("scan", "--starter", "--exit-on-eol", "9", old).code == 9
    assert strake("scan", "--starter", old).code == 0


@test
def two_when_the_command_line_or_a_file_is_wrong(work):
    b = Bench(work)
    bad_yaml = write(work + "/bad.yaml", "severty: HIGH\n")
    broken_yaml = write(work + "/broken.yaml", "a: [\n")
    bad_ignore = write(work + "/bad.ignore", "CVE-2024-1001 exp:tomorrow\n")
    for args in ((), ("scan",), ("scan", "--severity", "HIHG", "."), ("scan", "--format", "jsn", "."), ("scan", "--timeout", "soon", "."),
                 ("scan", "--exit-code", "many", "."), ("scan", "--fail-on", "all", "."), ("scan", "--config", bad_yaml, "."),
                 ("scan", "--config", broken_yaml, "."), ("scan", "--config", work + "/absent.yaml", "."), ("scan", "--output"),
                 ("scan", "--ignorefile", bad_ignore, b.root), ("scan", "-o", "jsn=x", "."),
                 ("db",), ("db", "build"), ("db", "search"), ("db", "show"), ("ver", "compare", "deb", "1"),
                 ("ver", "compare", "debian13", "1", "2"), ("completion", "tcsh"), ("completion",), ("help", "nothing"), ("scan", "-Z", ".")):
        r = strake(*args, cwd=work)
        assert r.code == 2, (args, r.code, r.err)
        assert r.err or r.out, args


@test
def three_when_it_cannot_be_done(work):
    b = Bench(work)
    for args in (("scan", "/nowhere/x.tar"), ("scan", "--db", "/nowhere/x.db", b.root), ("scan", "docker:x", "--socket", "/nowhere"),
                 ("db", "verify", "--db", "/nowhere/x.db"), ("db", "show", "--db", b.db, "CVE-1999-1"), ("db", "build", "--from", "/nowhere"),
                 ("scan", "--db", b.db, "-o", "/nowhere/report", b.root), ("db", "status", "--db", b.root + "/etc/os-release")):
        r = strake(*args)
        assert r.code == 3, (args, r.code, r.err)
        assert r.err.startswith("error: "), r.err


@test
def four_when_a_whole_part_is_missing_and_it_beats_one(work):
    b = Bench(work)
    layer = debian_layer([("beta", "1.0-1")])
    oci(work + "/l", [layer, tar([("x", b"y" * 9999)])])
    index = json.load(open(work + "/l/index.json"))
    manifest = json.load(open(work + "/l/blobs/sha256/" + index["manifests"][0]["digest"][7:]))
    os.unlink(work + "/l/blobs/sha256/" + manifest["layers"][1]["digest"][7:])
    r = strake("scan", "--db", b.db, "--exit-code", "1", "--format", "json", "oci:" + work + "/l")
    assert r.code == 4, r.code
    report = r.json()
    assert findings(report) == {("beta", "CVE-2024-1002")}
    x = report["Incomplete"][0]
    assert x["Target"] and x["Layer"] and x["Reason"] and x["Message"], x
    # Two targets, one of which is not there: what could be done is reported, and 3 beats 4.
    r = strake("scan", "--db", b.db, "--format", "json", "oci:" + work + "/l", "/nowhere/x.tar")
    assert r.code == 3 and findings(r.json()), r.code


@test
def one_broken_file_changes_the_code_only_when_asked(work):
    b = Bench(work)
    with open(b.root + "/var/lib/dpkg/status", "ab") as f:
        f.write(b"Package: delta\nStatus: install ok installed\nArchitecture: amd64\n\n")
    r = b.scan("--format", "json")
    assert r.code == 0, (r.code, r.err)
    assert "delta" in json.dumps(r.json()["Incomplete"])
    assert b.scan("--fail-on", "incomplete").code == 4
    r = b.scan()
    assert "delta" in r.out, r.out


# ---- options ----

@test
def a_mistyped_word_gets_the_nearest_right_one(work):
    for args, near in ((("scam", "x"), "strake scan"), (("db", "biuld"), "strake db build"), (("scan", "--formt", "json"), "--format"),
                       (("scan", "--ignore-unfix"), "--ignore-unfixed"), (("scan", "--severity", "CRITIXAL", "."), "CRITICAL"),
                       (("scan", "--format", "jsno", "."), "json"), (("ver", "compare", "debb", "1", "2"), "deb")):
        r = strake(*args)
        assert r.code == 2 and "did you mean" in r.err and near in r.err, (args, r.err)
    r = strake("zzzzzzzzzz")
    assert r.code == 2 and "did you mean" not in r.err and "--help" in r.err, r.err


@test
def command_line_beats_environment_beats_file(work):
    b = Bench(work)

    def shown(*args, **kw):
        r = b.scan("--format", "json", *args, **kw)
        assert r.code == 0, r.err
        return {v for _, v in findings(r.json())}
    high, critical = {"CVE-2024-1001"}, {"CVE-2024-1002"}
    write(work + "/strake.yaml", "severity: LOW\n")
    assert shown() == set()
    assert shown(env={"STRAKE_SEVERITY": "HIGH"}) == high
    assert shown("--severity", "CRITICAL", env={"STRAKE_SEVERITY": "HIGH"}) == critical
    write(work + "/strake.yaml", "severity: [HIGH, CRITICAL]\n")
    assert shown() == high | critical
    write(work + "/strake.yaml", "scan:\n  severity: [HIGH]\n  ignore-unfixed: true\n")
    assert shown() == high
    os.makedirs(work + "/xdg/strake")
    write(work + "/xdg/strake/config.yaml", "severity: CRITICAL\n")
    assert shown(env={"XDG_CONFIG_HOME": work + "/xdg"}) == high, "the working directory's file is the nearer one"
    os.unlink(work + "/strake.yaml")
    assert shown(env={"XDG_CONFIG_HOME": work + "/xdg"}) == critical
    other = write(work + "/other.yaml", "severity: HIGH\n")
    assert shown("--config", other, env={"XDG_CONFIG_HOME": work + "/xdg"}) == high
    assert shown(env={"STRAKE_CONFIG": other, "XDG_CONFIG_HOME": work + "/xdg"}) == high


@test
def a_wrong_configuration_names_its_place(work):
    b = Bench(work)
    for text, place in (("quiet: false\nseverty: HIGH\n", "strake.yaml:2:"), ("scan:\n  severty: HIGH\n", "strake.yaml:2:"),
                        ("scna:\n  severity: HIGH\n", "scna"), ("severity: HIHG\n", "HIHG"), ("- a\n", "strake.yaml"),
                        ("timeout: soon\n", "soon")):
        write(work + "/strake.yaml", text)
        r = b.scan()
        assert r.code == 2 and place in r.err, (text, r.code, r.err)


@test
def config_prints_values_and_where_each_came_from(work):
    write(work + "/strake.yaml", "timeout: 7m\nscan:\n  severity: [HIGH, CRITICAL]\n")
    env = {"STRAKE_FAIL_ON": "kev"}
    r = strake("config", "--quiet", cwd=work, env=env)
    assert r.code == 0, r.err
    for line in (r"timeout: 7m +# file strake.yaml", r"quiet: true +# command line", r"severity: HIGH,CRITICAL +# file strake.yaml",
                 r"fail-on: kev +# environment", r"cache-size: 1g +# default", r"platform: +# not set"):
        assert re.search(line, r.out), (line, r.out)
    rows = strake("config", "--format", "json", cwd=work, env=env).json()
    by = {(x["Command"], x["Option"]): x for x in rows}
    assert by["scan", "severity"]["Values"] == ["HIGH", "CRITICAL"] and by["scan", "severity"]["Source"] == "file"
    assert by["scan", "severity"]["File"] == "strake.yaml", by["scan", "severity"]
    assert by["scan", "fail-on"]["Source"] == "environment" and by["scan", "exit-code"]["Source"] == "default"
    assert by["scan", "platform"]["Values"] == [] and by["scan", "platform"]["Source"] == "default"


# ---- output ----

@test
def results_go_to_standard_output_and_the_rest_elsewhere(work):
    b = Bench(work)
    r = b.scan("--format", "json", "--debug")
    json.loads(r.out)
    r = b.scan("--quiet")
    assert r.err == "", r.err
    assert "\x1b" not in r.out and "\r" not in r.out + r.err
    assert max(map(len, r.out.splitlines())) <= 80, max(r.out.splitlines(), key=len)
    r = strake("scan", "/nowhere/x.tar")
    assert r.out == ""


@test
def output_files_are_written_whole_or_not_at_all(work):
    b = Bench(work)
    r = b.scan("-o", "json=" + work + "/a.json", "-o", "table=" + work + "/a.txt", "--output=" + work + "/plain")
    assert r.code == 0 and r.out == "", (r.code, r.out)
    assert findings(json.load(open(work + "/a.json")))
    assert "CVE-2024-1001" in open(work + "/a.txt").read() and "\x1b" not in open(work + "/a.txt").read()
    assert open(work + "/plain").read() == open(work + "/a.txt").read()
    r = b.scan("--format", "json", "-o", work + "/b.json")
    assert json.load(open(work + "/b.json"))["SchemaVersion"] == 2
    # A reader sees the old file or the new one, at every moment.
    stop, torn = threading.Event(), []

    def read():
        while not stop.is_set():
            try:
                json.load(open(work + "/b.json"))
            except ValueError as e:
                torn.append(e)
    t = threading.Thread(target=read)
    t.start()
    for _ in range(20):
        b.scan("--format", "json", "-o", work + "/b.json")
    stop.set()
    t.join()
    assert not torn, torn[:1]
    old = open(work + "/b.json").read()
    assert strake("scan", "--format", "json", "-o", work + "/b.json", "/nowhere/x.tar").code == 3
    assert open(work + "/b.json").read() == old
    assert not [f for f in os.listdir(work) if "tmp" in f], os.listdir(work)
    # What is no plain file is written and stays what it is; behind a link the target is replaced.
    for special in ("/dev/stdout", "/dev/fd/1", "-"):
        assert findings(b.scan("--format", "json", "-o", special).json()), special
    assert os.path.islink("/dev/stdout")
    os.symlink("b.json", work + "/link.json")
    assert b.scan("-o", "table=" + work + "/link.json").code == 0
    assert os.path.islink(work + "/link.json") and "CVE-2024-1001" in open(work + "/b.json").read()
    os.mkfifo(work + "/pipe")
    cat = subprocess.Popen(["cat", work + "/pipe"], stdout=subprocess.PIPE)
    assert b.scan("--format", "json", "-o", work + "/pipe").code == 0
    assert findings(json.loads(cat.communicate(timeout=30)[0]))


def on_terminal(args, env):
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(STRAKE, [STRAKE, *args], dict(os.environ, **env))
    out = b""
    while select.select([fd], [], [], 60)[0]:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.waitpid(pid, 0)
    return out


@test
def colour_is_for_terminals_that_want_it(work):
    b = Bench(work)
    args = ["scan", "--no-progress", "--db", b.db, b.root]
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    os.environ.pop("NO_COLOR", None)
    assert b"\x1b[" in on_terminal(args, env)
    assert b"\x1b[" not in on_terminal(args, {"NO_COLOR": "1"})
    assert b"\x1b[" not in on_terminal(args + ["--no-color"], env)


@test
def hostile_names_do_not_reach_the_terminal(work):
    b = Bench(work)
    osv(work, "DEBIAN-CVE-2024-1003", upstream=["CVE-2024-1003"], affected=affected("alpha", "2.0-1"), summary="red \x1b[31m bell \x07 line\nbreak \u202e turned")
    assert strake("db", "build", "--from", work + "/feed", "--output", b.db).code == 0
    r = b.scan()
    assert "CVE-2024-1003" in r.out and "\x1b" not in r.out and "\x07" not in r.out and "\u202e" not in r.out, repr(r.out)
    b.scan("--format", "json").json()


# ---- formats ----

FORMATS = ("table", "json", "sarif", "junit", "gitlab", "csv", "markdown", "cosign-vuln", "cyclonedx", "cyclonedx-1.5",
           "cyclonedx-1.4", "spdx-json", "spdx", "html", "grype", "syft-json", "github", "template")
ONE_TARGET = ("cyclonedx", "cyclonedx-1.5", "cyclonedx-1.4", "spdx-json", "spdx", "syft-json")  # describe one thing
NO_FINDINGS = ("spdx-json", "spdx", "syft-json", "github")  # have no place for them
TEMPLATE = "{{ range . }}{{ .Target }}{{ range .Packages }} {{ .Name }}{{ end }}{{ range .Vulnerabilities }} {{ .VulnerabilityID }}{{ end }}\n{{ end }}"


def all_formats(b, *targets):
    formats = [f for f in FORMATS if len(targets) == 1 or f not in ONE_TARGET]
    outs = [a for name in formats for a in ("-o", "%s=%s/report.%s" % (name, b.work, name))]
    with open(b.work + "/list.tpl", "w") as f:
        f.write(TEMPLATE)
    r = strake("scan", "--db", b.db, "--template", "@" + b.work + "/list.tpl", *outs, *targets, env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert r.code in (0, 4) and not r.out, (r.code, r.out, r.err)
    reports = {}
    for name in formats:
        with open(b.work + "/report." + name, "rb") as f:
            reports[name] = f.read().decode("utf-8")
    return reports


@test
def every_format_tells_every_finding(work):
    b = Bench(work)
    listed = re.search(r"report format: ([^[]*)", strake("scan", "--help").out).group(1)
    assert tuple(" ".join(listed.split()).split(", ")) == FORMATS, listed
    reports = all_formats(b, b.root)
    assert reports == all_formats(b, b.root)
    for name, text in reports.items():
        assert all(word in text for word in ("alpha", "beta")), name
        assert name in NO_FINDINGS or all(word in text for word in ("CVE-2024-1001", "CVE-2024-1002")), name
    assert len(list(xml.etree.ElementTree.fromstring(reports["junit"]).iter("failure"))) == 2
    rows = list(csv.DictReader(io.StringIO(reports["csv"])))
    assert [(r["Package"], r["ID"], r["Fixed"]) for r in rows if r["Kind"] == "vulnerability"] == [
        ("alpha", "CVE-2024-1001", "2.0-1"), ("beta", "CVE-2024-1002", "")], rows
    assert [v["severity"] for v in json.loads(reports["gitlab"])["vulnerabilities"]] == ["High", "Critical"]
    assert [(m["artifact"]["name"], m["vulnerability"]["id"], m["vulnerability"]["fix"]["versions"]) for m in json.loads(reports["grype"])["matches"]] == [
        ("alpha", "CVE-2024-1001", ["2.0-1"]), ("beta", "CVE-2024-1002", [])]
    assert findings(json.loads(reports["cosign-vuln"])["scanner"]["result"]) == {("alpha", "CVE-2024-1001"), ("beta", "CVE-2024-1002")}


@test
def every_format_takes_several_targets(work):
    b = Bench(work)
    other = work + "/other"
    b.put_root(other, [("alpha", "1.0-1")])
    reports = all_formats(b, b.root, other)
    assert len(list(xml.etree.ElementTree.fromstring(reports["junit"]).iter("failure"))) == 3
    assert len({v["id"] for v in json.loads(reports["gitlab"])["vulnerabilities"]}) == 3
    assert len(json.loads(reports["cosign-vuln"])["scanner"]["result"]) == 2
    assert reports["csv"].count("\r\nvulnerability,") == 3
    for text in reports.values():
        assert "/root" in text and "/other" in text


@test
def sarif_follows_its_schema(work):
    schema = data("sbom", "sarif-schema", "sarif-schema-2.1.0.json")
    try:
        import jsonschema
    except ImportError as e:
        raise Skip("no jsonschema") from e
    b = Bench(work)
    os.makedirs(work + "/empty")
    schema = json.load(open(schema))
    check = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    for targets in ((b.root,), (b.root, b.root), (work + "/empty",)):
        errors = [e.message for e in check.iter_errors(json.loads(all_formats(b, *targets)["sarif"]))]
        assert not errors, errors[:5]
    with open(SOURCE + "/src/report/testdata/all.sarif") as f:
        assert not list(check.iter_errors(json.load(f)))


# ---- JSON ----

@test
def json_has_the_promised_fields(work):
    b = Bench(work)
    layers = [debian_layer([("alpha", "1.0-1"), ("beta", "1.0-1")]), tar([("usr/share/x", b"y")])]
    oci(work + "/l", layers, tag="v1")
    report = strake("scan", "--db", b.db, "--format", "json", "oci:" + work + "/l:v1").json()
    assert report["SchemaVersion"] == 2 and report["ArtifactType"] == "container_image"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report["CreatedAt"])
    meta = report["Metadata"]
    assert meta["OS"] == dict(meta["OS"], Family="debian", Name="12") and meta["DiffIDs"] == [sha(l) for l in layers]
    assert meta["ImageID"].startswith("sha256:") and meta["ImageConfig"]["architecture"] == "amd64"
    result = report["Results"][0]
    assert result["Class"] == "os-pkgs" and result["Type"] == "debian" and result["Target"].endswith("(debian 12)")
    p = next(p for p in result["Packages"] if p["Name"] == "alpha")
    assert p["Purl"] == p["Identifier"]["PURL"] == "pkg:deb/debian/alpha@1.0-1?arch=amd64&distro=debian-12", p
    assert p["Version"] == "1.0" and p["Release"] == "1" and p["Arch"] == "amd64" and p["SrcName"] == "alpha", p
    assert p["Layer"]["DiffID"] == sha(layers[0]), p
    v = next(v for v in result["Vulnerabilities"] if v["PkgName"] == "alpha")
    assert v["VulnerabilityID"] == "CVE-2024-1001" and v["InstalledVersion"] == "1.0-1" and v["FixedVersion"] == "2.0-1", v
    assert v["Status"] == "fixed" and v["Severity"] == "HIGH", v
    assert v["Match"]["Feed"] == "debian" and v["Match"]["Rule"] and v["Match"]["Field"], v
    assert v["Layer"]["DiffID"] == sha(layers[0]) and v["Title"] == "About DEBIAN-CVE-2024-1001" and v["DataSource"]["ID"] == "debian", v
    assert "GHSA-aaaa-bbbb-cccc" in v["Aliases"], v
    assert "Incomplete" not in report or report["Incomplete"] == []


@test
def several_targets_give_one_list(work):
    b = Bench(work)
    other = work + "/other"
    b.put_root(other, [("gamma", "1.0-1")])
    reports = strake("scan", "--db", b.db, "--format", "json", b.root, other).json()
    assert [r["ArtifactName"] for r in reports] == [b.root, other]
    assert len(findings(reports[0])) == 2 and not findings(reports[1])
    r = strake("scan", "--db", b.db, b.root, other)
    assert b.root in r.out and other in r.out


@test
def the_inventory_alone_asks_no_database(work):
    b = Bench(work)
    r = strake("scan", "--scanners", "none", "--format", "json", b.root)
    assert r.code == 0 and "Database" not in r.json() and len(packages(r.json())) == 3
    r = b.scan("--format", "json", "--list-all-pkgs=false")
    assert packages(r.json()) == set() and findings(r.json())


# ---- ignore files ----

@test
def ignore_files_take_away_and_say_so(work):
    b = Bench(work)
    year = datetime.date.today().year
    write(work + "/.trivyignore", "# remarks\nCVE-2024-1001 exp:%d-01-01 accepted by the team\n" % (year + 2))
    report = b.scan("--format", "json").json()
    assert findings(report) == {("beta", "CVE-2024-1002")}
    s = report["Suppressed"][0]
    assert s["ID"] == "CVE-2024-1001" and s["PkgName"] == "alpha" and s["Target"] and s["Reason"] == "accepted by the team", s
    assert s["Source"].endswith(".trivyignore") and s["Expires"].startswith(str(year + 2)), s
    assert b.scan("--exit-code", "1", "--severity", "HIGH").code == 0
    write(work + "/.trivyignore", "CVE-2024-1001 exp:%d-01-01\n" % (year - 1))
    report = b.scan("--format", "json").json()
    assert len(findings(report)) == 2 and not report.get("Suppressed"), "the rule has expired"
    own = write(work + "/own.yaml", "vulnerabilities:\n  - id: CVE-2024-1002\n    purls: [\"pkg:deb/debian/beta\"]\n    statement: no fix exists\n")
    report = b.scan("--format", "json", "--ignorefile", own).json()
    assert findings(report) == {("alpha", "CVE-2024-1001")}, findings(report)
    r = b.scan("--ignorefile", own, "--show-suppressed")
    assert "CVE-2024-1002" in r.out and "own.yaml" in r.out, r.out
    r = b.scan("--ignorefile", work + "/absent")
    assert r.code in (2, 3) and "absent" in r.err, (r.code, r.err)


# ---- versions ----

@test
def versions_are_compared_and_matched(work):
    for eco, a, b, want in (("deb", "1.0~rc1", "1.0", "<"), ("rpm", "1:1-1", "2-1", ">"), ("apk", "1.2.3-r0", "1.2.3-r0", "="), ("DEB", "1", "2", "<")):
        r = strake("ver", "compare", eco, a, b)
        assert r.code == 0 and r.out == want + "\n", (eco, a, b, r.out, r.err)
    assert strake("ver", "compare", "deb", "a b", "1").code == 2
    r = strake("ver", "match", "rpm", "1:2.3-4", ">= 1:2.0, < 1:3")
    assert (r.code, r.out) == (0, "true\n"), r.out
    assert strake("ver", "match", "deb", "1.0", "< 1.0").out == "false\n"
    with open(write(work + "/t", "deb\t1\t2\nnothing\t1\t2\nrpm\t1~\t1\n\napk\t2\t1\r\ndeb\t1 x\t2\n")) as f:
        assert strake("ver", "compare", stdin=f).out.splitlines() == ["<", "?", "<", "?", ">", "?"]
    with open(write(work + "/m", "deb\t1\t< 2\nrpm\t1\t\ndeb\t3\t>= 1, < 2\n")) as f:
        lines = strake("ver", "match", stdin=f).out.splitlines()
        assert len(lines) == 3 and lines[0] == "true" and lines[2] == "false", lines


# ---- database ----

@test
def databases_are_built_searched_and_shown(work):
    b = Bench(work)
    write(work + "/feed/broken.json", "{broken")
    r = strake("db", "build", work + "/feed", "--output", b.db)
    assert r.code == 0 and "broken.json" in r.err and "skipped" in r.err, r.err
    status = strake("db", "status", "--db", b.db, "--format", "json").json()
    assert status["Vulnerabilities"] == 2 and status["Packages"] == 2 and status["Feeds"][0]["Name"] == "debian", status
    assert "2 problems" in strake("db", "status", "--db", b.db).out
    assert strake("db", "verify", "--db", b.db).code == 0
    rows = strake("db", "search", "--db", b.db, "--format", "json", "alpha").json()
    assert len(rows) == 1 and rows[0]["Channel"] == "debian:12" and rows[0]["Range"] == "< 2.0-1" and rows[0]["Package"] == "alpha", rows
    assert strake("db", "search", "--db", b.db, "--format", "json", "absent").json() == []
    for name in ("CVE-2024-1001", "GHSA-aaaa-bbbb-cccc"):
        shown = strake("db", "show", "--db", b.db, "--format", "json", name).json()
        assert shown["ID"] == "CVE-2024-1001" and shown["Affected"][0]["Package"] == "alpha", shown
    assert "About DEBIAN-CVE-2024-1001" in strake("db", "show", "--db", b.db, "CVE-2024-1001").out


@test
def the_same_feeds_give_the_same_bytes(work):
    b = Bench(work)
    first = open(b.db, "rb").read()
    assert strake("db", "build", "--from", work + "/feed", "--output", work + "/again").code == 0
    assert open(work + "/again", "rb").read() == first
    r = strake("db", "build", "--from", work + "/feed", "--output", work + "/dated", env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert r.code == 0
    assert strake("db", "status", "--db", work + "/dated", "--format", "json").json()["Built"] == "2023-11-14T22:13:20Z"


@test
def a_broken_database_is_refused(work):
    b = Bench(work)
    whole = open(b.db, "rb").read()
    bad = work + "/bad.strakedb"
    for bytes_ in (whole[:len(whole) // 2], b"", b"no database at all" * 100, whole[:40] + bytes(len(whole) - 40)):
        with open(bad, "wb") as f:
            f.write(bytes_)
        for args in (("scan", "--db", bad, b.root), ("db", "verify", "--db", bad), ("db", "show", "--db", bad, "CVE-2024-1001")):
            r = strake(*args)
            assert r.code == 3 and "bad.strakedb" in r.err, (args, len(bytes_), r.code, r.err)
    flipped = seen = 0
    for at in range(0, len(whole), 7):
        with open(bad, "wb") as f:
            f.write(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1:])
        flipped += strake("db", "verify", "--db", bad).code == 3
        seen += strake("scan", "--db", bad, b.root).code == 3
    assert flipped == len(range(0, len(whole), 7)), "a flipped bit went unseen"
    # A scan leaves out the text for people and the filling between sections alone.
    assert seen > flipped * 0.8, (seen, flipped)


@test
def nothing_takes_the_place_of_a_good_database_or_a_device(work):
    b = Bench(work)
    os.mkdir(work + "/empty")
    before = open(b.db, "rb").read()
    r = strake("db", "build", "--from", work + "/empty", "--output", b.db)
    assert r.code == 3 and "nothing was written" in r.err, r.err
    assert open(b.db, "rb").read() == before
    os.mkfifo(work + "/pipe")
    r = strake("db", "build", "--from", work + "/feed", "--output", work + "/pipe")
    assert r.code == 3 and "no regular file" in r.err, r.err
    r = strake("scan", "--db", work + "/pipe", b.root)
    assert r.code == 3 and "not a regular file" in r.err, r.err


@test
def one_file_takes_one_report(work):
    b = Bench(work)
    r = strake("scan", "-o", "json=" + work + "/r", "-o", "table=" + work + "/r", b.root)
    assert r.code == 2 and "named twice" in r.err, r.err
    assert strake("scan", "--exit-code", "256", b.root).code == 2
    assert "strake scan x.tar" in strake("x.tar").err
    assert "strake scan TARGET" in strake("image", "x.tar").err


@test
def the_default_database_is_used_when_there_is_one(work):
    b = Bench(work)
    assert strake("db", "status", "--format", "json").json()["Starter"] is True
    assert strake("db", "build", "--from", work + "/feed").code == 0
    status = strake("db", "status", "--format", "json").json()
    assert status["Starter"] is False and status["Path"].startswith(work), status
    assert len(findings(strake("scan", "--format", "json", b.root).json())) == 2
    assert strake("scan", "--starter", "--format", "json", b.root).json()["Database"]["Starter"] is True


# ---- help ----

@test
def every_command_has_help_with_examples(work):
    r = strake("--help")
    assert r.code == 0
    for c in COMMANDS:
        assert "  %s " % c in r.out, c
        h = strake(*c.split(), "--help")
        assert h.code == 0 and "Usage: strake " + c in h.out and "Examples:" in h.out, (c, h.out)
        long = [line for line in h.out.splitlines() if len(line) > 80 and len(line.split()) > 1]
        assert not long, long
    assert strake("--version").out.startswith("strake ")
    assert strake("help").out == r.out


@test
def man_pages_are_sound(work):
    if not shutil.which("groff"):
        raise Skip("groff is not installed")
    for c in COMMANDS:
        page = strake("help", *c.split())
        assert page.code == 0 and page.out.startswith(".TH \"strake-" + c.replace(" ", "-")), page.out[:100]
        g = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8"], input=page.out, capture_output=True, text=True, check=False)
        assert g.returncode == 0 and g.stderr == "", (c, g.stderr)
    # `strake.1` and the installed pages name every command.
    overview = open(SOURCE + "/man/strake.1").read()
    listed = open(SOURCE + "/man/meson.build").read()
    for c in COMMANDS:
        assert "strake\\-" + c.replace(" ", "\\-") in overview, c
        assert "'%s'" % c in listed, c


@test
def completions_are_sound(work):
    for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])):
        r = strake("completion", shell)
        assert r.code == 0 and "strake" in r.out and "--" in r.out or "-l " in r.out, shell
        if shutil.which(check[0]):
            script = write(work + "/completion." + shell, r.out)
            p = subprocess.run(check + [script], capture_output=True, text=True, check=False)
            assert p.returncode == 0 and not p.stderr, (shell, p.stderr)

    def complete(*words):
        script = write(work + "/c.bash", strake("completion", "bash").out)
        line = "source %s; COMP_WORDS=(%s); COMP_CWORD=%d; compopt() { :; }; _strake; echo \"${COMPREPLY[@]}\"" % (
            script, " ".join("'%s'" % w for w in words), len(words) - 1)
        return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True).stdout.split()
    assert complete("strake", "sc") == ["scan"]
    assert "--severity" in complete("strake", "scan", "--sev")
    assert "build" in complete("strake", "db", "b")
    assert "--from" in complete("strake", "db", "build", "--f")


@test
def db_build_without_any_feed_leaves_the_old_database(work):
    os.makedirs(work + "/empty/sub")
    with open(work + "/empty/sub/readme.txt", "w") as f:
        f.write("no feed\n")
    with open(work + "/old.db", "w") as f:
        f.write("old")
    r = strake("db", "build", work + "/empty", "--output", work + "/old.db")
    assert r.code == 3, r.code
    r.says("no feed of a known kind")
    assert open(work + "/old.db").read() == "old"


@test
def a_platform_that_an_archive_does_not_have_is_said(work):
    with open(work + "/i.tar", "wb") as f:
        f.write(docker_archive([debian_layer([("a", "1")])]))
    assert strake("scan", "--platform", "linux/amd64", work + "/i.tar").code == 0
    r = strake("scan", "--platform", "linux/arm64", work + "/i.tar")
    assert r.code == 3, r.code
    r.says("there is: linux/amd64")
    assert strake("scan", "--platform", "amd64", work + "/i.tar").code == 2


@test
def db_build_reaches_only_its_feeds_and_its_output(work):
    os.makedirs(work + "/feeds")
    os.makedirs(work + "/other")
    os.makedirs(work + "/db")
    record = {"id": "CVE-2024-1", "modified": "2024-01-01T00:00:00Z", "affected": [
        {"package": {"ecosystem": "Debian:12", "name": "p"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]}]}
    for name in ("feeds", "other"):
        with open("%s/%s/a.json" % (work, name), "w") as f:
            json.dump(dict(record, id="CVE-2024-" + ("1" if name == "feeds" else "2")), f)
    os.symlink(work + "/other/a.json", work + "/feeds/link.json")
    r = strake("db", "build", work + "/feeds", "--output", work + "/db/out.db")
    assert r.code == 0, r.err
    assert strake("db", "show", "--db", work + "/db/out.db", "CVE-2024-1").code == 0
    if "may not be read" not in r.err:
        raise Skip("no Landlock in this kernel or build: links out of the folder are followed")
    assert strake("db", "show", "--db", work + "/db/out.db", "CVE-2024-2").code == 3


main()
