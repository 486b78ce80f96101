# SPDX-License-Identifier: Apache-2.0
"""Secrets in the history of git repositories; known ones of a baseline; standard input as a text."""
import functools
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import threading
import time
import zlib

from ecosystems_lib import put
from lib import STRAKE, Skip, main, strake, test

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def token(seed, right=True):
    """A made-up token; its last six digits are the CRC-32 of the rest in base 62, or one of them is wrong."""
    name = int(hashlib.sha256(b"%d" % seed).hexdigest(), 16)
    body = "".join(DIGITS[name >> (6 * i) & 31] for i in range(30))
    crc, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        tail = DIGITS[digit] + tail
    if not right:
        tail = tail[:-1] + ("0" if tail[-1] != "0" else "1")
    return "gh" + "p_" + body + tail


class Repo:
    """A repository whose commits have fixed dates, a day apart."""

    def __init__(self, path, *init):
        if not shutil.which("git"):
            raise Skip("no git")
        self.path, self.day = path, 0
        os.makedirs(path, exist_ok=True)
        self.git("init", "-q", "-b", "main", *init)

    def git(self, *args, stdin=None):
        date = "%d +0000" % (1700000000 + self.day * 86400)
        env = dict(os.environ, GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date, GIT_CONFIG_GLOBAL="/dev/null")
        full = ["git", "-C", self.path, "-c", "user.name=Ann Example", "-c", "user.email=ann@example.org", *args]
        p = subprocess.run(full, env=env, input=stdin, capture_output=True)
        assert p.returncode == 0, (args, p.stderr)
        return p.stdout.decode().strip()

    def put(self, path, text):
        put(os.path.join(self.path, path), text)

    def commit(self, message):
        self.day += 1
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")


def history(path, *args, code=0, **how):
    r = strake("scan", "--scanners", "secret", "--history", "--format", "json", *args, "repo:" + path, **how)
    assert r.code == code, (r.code, r.err, r.out[-2000:])
    return json.loads(r.out)


def secrets(report):
    return [(x["Target"], s) for x in report["Results"] for s in x.get("Secrets", [])]


def one(report, target):
    found = [s for t, s in secrets(report) if t == target]
    assert len(found) == 1, (target, found)
    return found[0]


@test
def the_commit_that_brought_a_secret_is_told(work):
    repo = Repo(work + "/r")
    repo.put("a.env", "A=1\nT=%s\n" % token(1))
    first = repo.commit("The first line\n\nand more")
    repo.put("a.env", "B=2\nA=1\n\nT=%s\n" % token(1))
    repo.put("gone.txt", "x %s\n" % token(2))
    second = repo.commit("second")
    os.remove(work + "/r/gone.txt")
    repo.commit("third")
    report = history(work + "/r")
    here, gone = one(report, "a.env"), one(report, "gone.txt")
    assert len(secrets(report)) == 2
    assert (here["Commit"], here["StartLine"], here["InWorkTree"], here["Blobs"]) == (first, 4, True, 2), here
    assert (here["Author"], here["Email"], here["Message"]) == ("Ann Example", "ann@example.org", "The first line")
    assert here["Date"] == "2023-11-15T22:13:20+00:00", here
    assert (gone["Commit"], gone["StartLine"], gone["InWorkTree"]) == (second, 1, False), gone
    # Without the option the work tree alone, and no commit.
    r = strake("scan", "--scanners", "secret", "--format", "json", "repo:" + work + "/r")
    assert [t for t, _ in secrets(r.json())] == ["a.env"] and "Commit" not in one(r.json(), "a.env")
    text = " ".join(strake("scan", "--scanners", "secret", "--history", "repo:" + work + "/r").out.split())
    assert "commit %s of 2023-11-16 by Ann Example, gone from the work tree" % second[:12] in text, text
    assert token(2) not in text
    sarif = json.loads(strake("scan", "--scanners", "secret", "--history", "--format", "sarif", "repo:" + work + "/r").out)
    marks = [x["partialFingerprints"] for x in sarif["runs"][0]["results"]]
    assert sorted(m["commitSha"] for m in marks) == sorted([first, second]), marks
    # What was written is read back.
    path = put(work + "/report.json", json.dumps(report))
    again = json.loads(strake("convert", "--format", "json", path).out)
    assert one(again, "gone.txt") == gone


@test
def moved_files_merges_and_branches_count_once(work):
    repo = Repo(work + "/r")
    repo.put("src/old.txt", "k %s\n" % token(1))
    first = repo.commit("one")
    repo.git("mv", "src/old.txt", "new.txt")
    repo.commit("moved")
    repo.git("checkout", "-q", "-b", "side", "HEAD~1")
    repo.put("side.txt", "s %s\n" % token(2))
    side = repo.commit("side")
    repo.git("checkout", "-q", "main")
    repo.put("other", "1\n")
    repo.commit("other")
    repo.git("merge", "-q", "--no-commit", "side")
    repo.put("evil.txt", "e %s\n" % token(3))
    merge = repo.commit("merged")
    repo.git("checkout", "-q", "-b", "lost", "HEAD~1")
    repo.put("lost.txt", "l %s\n" % token(4))
    lost = repo.commit("on a branch of its own")
    repo.git("tag", "v1")
    repo.git("checkout", "-q", "main")
    repo.git("branch", "-q", "-D", "lost")  # the tag holds it
    report = history(work + "/r")
    assert sorted(t for t, _ in secrets(report)) == ["evil.txt", "lost.txt", "new.txt", "side.txt"]
    moved = one(report, "new.txt")
    assert moved["Commit"] == first and moved["Paths"] == ["src/old.txt"] and moved["InWorkTree"], moved
    assert one(report, "side.txt")["Commit"] == side and one(report, "evil.txt")["Commit"] == merge
    assert one(report, "lost.txt")["Commit"] == lost and not one(report, "lost.txt")["InWorkTree"]


@test
def a_quiet_path_does_not_hide_the_same_bytes_elsewhere(work):
    repo = Repo(work + "/r")
    body = 'db_password = "%s"\n' % ("Kx7" + "q9Lm" + "2Zw4")
    repo.put("tests/fixture.py", body)
    repo.commit("in a test")
    repo.put("app/settings.py", body)
    repo.commit("in the program")
    os.remove(work + "/r/app/settings.py")
    repo.commit("gone")
    plain = put(work + "/t/app/settings.py", body)
    r = strake("scan", "--scanners", "secret", "--format", "json", "fs:" + work + "/t")
    if not secrets(r.json()):
        raise AssertionError("the text is no secret: %s" % plain)
    assert len(secrets(history(work + "/r"))) == 1


@test
def repositories_of_all_kinds_are_read(work):
    repo = Repo(work + "/r")
    repo.put("a.txt", "t %s\n" % token(1))
    repo.commit("one")
    repo.put("a.txt", "nothing\n")
    repo.commit("two")
    repo.git("clone", "-q", "--bare", work + "/r", work + "/bare.git")
    bare = one(history(work + "/bare.git"), "a.txt")
    assert "InWorkTree" not in bare and bare["Message"] == "one"
    repo.git("clone", "-q", "--depth", "1", "file://" + work + "/r", work + "/shallow")
    report = history(work + "/shallow")
    assert not secrets(report) and "shallow" in report["Incomplete"][0]["Message"], report["Incomplete"]
    assert not secrets(history(Repo(work + "/empty").path))
    # Every kind of name; no submodule is entered, no link followed.
    repo.put("wei\nrd \"name\" \u00e4", "t %s\n" % token(2))
    os.symlink("/etc/passwd", work + "/r/link")
    repo.git("update-index", "--add", "--cacheinfo", "160000,%s,sub" % ("1" * 40))
    repo.commit("odd")
    assert sorted(t for t, _ in secrets(history(work + "/r"))) == ["a.txt", "wei\nrd \"name\" \u00e4"]
    for target in ("repo:" + work, "fs:" + work + "/r", work + "/r", "repo:" + work + "/none"):
        r = strake("scan", "--scanners", "secret", "--history", target)
        assert r.code == 2 and "repositor" in r.err, (target, r.code, r.err)
    assert strake("scan", "--scanners", "vuln", "--starter", "--history", "repo:" + work + "/r").code == 2
    r = strake("scan", "--scanners", "secret", "--history", "--format", "json", "--skip-files", "a.txt", "repo:" + work + "/r")
    assert [t for t, _ in secrets(r.json())] == ["wei\nrd \"name\" \u00e4"]


@test
def an_address_is_fetched_with_its_history(work):
    repo = Repo(work + "/r")
    repo.put("a.txt", "t %s\n" % token(1))
    first = repo.commit("one")
    repo.put("a.txt", "nothing\n")
    repo.commit("two")
    repo.git("clone", "-q", "--bare", work + "/r", work + "/www/r.git")
    subprocess.run(["git", "-C", work + "/www/r.git", "update-server-info"], check=True)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=work + "/www"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        report = history("http://127.0.0.1:%d/r.git" % server.server_address[1], "--insecure")
    finally:
        server.shutdown()
    assert one(report, "a.txt")["Commit"] == first and report["ArtifactName"].startswith("http://"), report


@test
def a_repository_starts_no_program(work):
    repo = Repo(work + "/r")
    repo.put("a.bin", "t %s\n" % token(1))
    repo.put(".gitattributes", "* diff=evil filter=evil\n")
    repo.commit("one")
    script = put(work + "/evil.sh", "#!/bin/sh\necho x >>%s/ran\ncat\n" % work)
    os.chmod(script, 0o755)
    for hook in ("post-checkout", "pre-auto-gc", "reference-transaction", "post-index-change"):
        os.makedirs(work + "/r/.git/hooks", exist_ok=True)
        shutil.copy(script, work + "/r/.git/hooks/" + hook)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "core.gitProxy", "diff.external", "diff.evil.textconv",
                "diff.evil.command", "filter.evil.smudge", "filter.evil.clean", "gpg.program", "core.askPass", "core.editor",
                "core.alternateRefsCommand", "remote.origin.uploadpack", "credential.helper", "pager.rev-list", "alias.cat-file"):
        repo.git("config", key, script)
    for key, value in (("log.showSignature", "true"), ("extensions.partialClone", "origin"), ("remote.origin.promisor", "true"),
                       ("remote.origin.url", "ext::sh -c %s" % script), ("protocol.ext.allow", "always"), ("protocol.file.allow", "always"),
                       ("core.repositoryformatversion", "1")):
        repo.git("config", key, value)
    # A missing object of a partial clone is what git would fetch.
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b"lost")
    tree = repo.git("mktree", stdin=b"100644 blob %s\tlost\n" % blob.encode())
    lost = repo.git("-c", "core.fsmonitor=", "commit-tree", tree, "-m", "lost")
    repo.git("-c", "core.fsmonitor=", "update-ref", "refs/heads/lost", lost)
    os.remove(work + "/r/.git/objects/%s/%s" % (blob[:2], blob[2:]))
    if os.path.exists(work + "/ran"):
        os.remove(work + "/ran")
    report = history(work + "/r")
    assert one(report, "a.bin") and not os.path.exists(work + "/ran"), open(work + "/ran").read()
    assert any(i["Path"] == "lost" for i in report["Incomplete"]), report["Incomplete"]


@test
def broken_objects_are_told_and_the_rest_is_read(work):
    repo = Repo(work + "/r")
    for i in range(6):
        repo.put("f%d.txt" % i, "n %d %s\n" % (i, token(i)))
    repo.commit("six")
    os.remove(work + "/r/f1.txt")
    repo.commit("five")

    def spoil(name):
        path = work + "/r/.git/objects/%s/%s" % (name[:2], name[2:])
        os.chmod(path, 0o644)
        body = bytearray(open(path, "rb").read())
        body[-6:] = b"\0" * 6
        open(path, "wb").write(bytes(body))

    spoil(repo.git("rev-parse", "HEAD:f0.txt"))
    spoil(repo.git("rev-parse", "HEAD:f3.txt"))
    os.remove(work + "/r/.git/objects/" + "/".join([repo.git("rev-parse", "HEAD:f4.txt")[:2], repo.git("rev-parse", "HEAD:f4.txt")[2:]]))
    report = history(work + "/r")
    told = {i["Path"]: i["Reason"] for i in report["Incomplete"]}
    assert told == {"f0.txt": "corrupt", "f3.txt": "corrupt", "f4.txt": "missing"}, told
    assert one(report, "f1.txt")["Commit"] and one(report, "f5.txt")["Commit"], secrets(report)
    # A commit that cannot be read: what git still has comes without a commit, and the code says that it is not all.
    spoil(repo.git("rev-parse", "HEAD~1"))
    report = history(work + "/r", code=4)
    assert any(i["Path"] == "history" and i["Whole"] for i in report["Incomplete"]), report["Incomplete"]
    lost = [s for t, s in secrets(report) if t.startswith("git object ")]
    assert any("Commit" not in s for s in lost), secrets(report)


@test
def limits_are_told(work):
    repo = Repo(work + "/r")
    with open(work + "/r/huge", "wb") as f:
        f.truncate((128 << 20) + 1)
    repo.put("a.txt", "t %s\n" % token(1))
    repo.commit("huge")
    os.remove(work + "/r/huge")
    repo.commit("gone")
    report = history(work + "/r")
    assert [(i["Path"], i["Reason"]) for i in report["Incomplete"]] == [("huge", "limit")], report["Incomplete"]
    assert one(report, "a.txt")
    # One name many times over: a deep history costs time, not memory or findings.
    stream = []
    for n in range(3000):
        stream.append("commit refs/heads/main\ncommitter A <a@example.org> %d +0000\ndata 1\nx\nM 100644 inline f%d\ndata <<E\n%d %s\nE\n"
                      % (1600000000 + n, n % 7, n, token(n % 3)))
    deep = Repo(work + "/deep")
    deep.git("fast-import", "--quiet", stdin="\n".join(stream).encode())
    r = strake("scan", "--scanners", "secret", "--history", "--format", "json", "repo:" + work + "/deep", timeout=60)
    found = secrets(r.json())
    assert r.code == 0 and len(found) == 21 and r.seconds < 30 and r.rss < 400 << 20, (r.code, len(found), r.seconds, r.rss)
    assert sum(s["Blobs"] for _, s in found) == 3000


# ---- baselines ----

def scan(target, *args, scanners="secret"):
    r = strake("scan", "--scanners", scanners, "--format", "json", "--exit-code", "7", *args, target)
    return r


@test
def what_a_baseline_knows_is_set_aside(work):
    tree = "fs:" + work + "/t"
    put(work + "/t/a.env", "T=%s\n" % token(1))
    put(work + "/t/Dockerfile", "FROM debian\nRUN apt-get install -y curl\n")
    before = scan(tree, scanners="secret,config")
    assert before.code == 7
    known = put(work + "/known.json", before.out)
    again = scan(tree, "--baseline", known, scanners="secret,config")
    assert again.code == 0 and not secrets(again.json()), again.out[-1500:]
    aside = again.json()["Suppressed"]
    assert aside and all(s["Reason"] == "baseline" and s["Source"] == known and s["Fingerprint"] for s in aside), aside
    # Lines move; a second secret and the same text once more are new.
    put(work + "/t/a.env", "# one\n# two\nT=%s\nU=%s\n" % (token(1), token(2)))
    put(work + "/t/Dockerfile", "# c\n\nFROM debian\nRUN apt-get install -y curl\n")
    moved = scan(tree, "--baseline", known, scanners="secret,config")
    assert moved.code == 7 and [s["StartLine"] for _, s in secrets(moved.json())] == [4], moved.out[-1500:]
    # The report that was made with a baseline is one itself.
    chain = put(work + "/chain.json", moved.out)
    last = scan(tree, "--baseline", chain, scanners="secret,config")
    assert last.code == 0, (last.out[-1500:], last.err)
    for text in ("{", "[]x", "{}", '[{"a": 1}]', '{"SchemaVersion": 1}', ""):
        r = scan(tree, "--baseline", put(work + "/bad.json", text))
        assert r.code == 2 and "baseline" in r.err, (text, r.code, r.err)
    assert scan(tree, "--baseline", work + "/none").code == 2
    assert scan(tree, "--baseline", put(work + "/no.json", "[]")).code == 7


@test
def reports_of_gitleaks_and_trivy_are_baselines(work):
    tree = "fs:" + work + "/t"
    put(work + "/t/src/a.env", "T=%s\n" % token(1))
    put(work + "/t/src/b.env", "T=%s\n" % token(2))

    def leak(path, seed, line, secret=None):
        return {"RuleID": "github-pat", "Description": "x", "StartLine": line, "EndLine": line, "File": path,
                "Secret": token(seed) if secret is None else secret, "Match": "x", "Fingerprint": "%s:github-pat:%d" % (path, line)}

    for path in ("src/a.env", "./src/a.env", "/somewhere/src/a.env"):
        known = put(work + "/leaks.json", json.dumps([leak(path, 1, 99), leak("src/b.env", 3, 1)]))
        r = scan(tree, "--baseline", known)
        assert r.code == 7 and [t for t, _ in secrets(r.json())] == ["src/b.env"], (path, r.err, secrets(r.json()))
    redacted = put(work + "/leaks.json", json.dumps([leak("src/a.env", 1, 1, "REDACTED"), leak("src/b.env", 2, 2, "REDACTED")]))
    assert [t for t, _ in secrets(scan(tree, "--baseline", redacted).json())] == ["src/b.env"]
    trivy = {"SchemaVersion": 2, "ArtifactName": "t", "Results": [{"Target": "src/a.env", "Class": "secret", "Secrets": [
        {"RuleID": "github-pat", "Category": "GitHub", "Severity": "CRITICAL", "Title": "x", "StartLine": 1, "EndLine": 1, "Match": "T=**"}]}]}
    assert [t for t, _ in secrets(scan(tree, "--baseline", put(work + "/trivy.json", json.dumps(trivy))).json())] == ["src/b.env"]


@test
def a_baseline_counts_for_vulnerabilities_and_histories(work):
    repo = Repo(work + "/r")
    repo.put("a.txt", "t %s\n" % token(1))
    repo.commit("one")
    repo.put("a.txt", "t\n")
    repo.commit("two")
    known = put(work + "/known.json", json.dumps(history(work + "/r")))
    r = strake("scan", "--scanners", "secret", "--history", "--exit-code", "7", "--baseline", known, "repo:" + work + "/r")
    assert r.code == 0, (r.code, r.out, r.err)
    db = work + "/db"
    put(work + "/osv/X-1.json", json.dumps({"id": "X-1", "modified": "2024-01-01T00:00:00Z", "affected": [
        {"package": {"ecosystem": "npm", "name": "left"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}))
    assert strake("db", "build", "--from", work + "/osv", "--output", db).code == 0
    lock = {"name": "a", "lockfileVersion": 3, "packages": {"": {"name": "a"}, "node_modules/left": {"version": "1.0.0"}}}
    put(work + "/t/package-lock.json", json.dumps(lock))
    first = strake("scan", "--db", db, "--format", "json", "--exit-code", "7", "fs:" + work + "/t")
    assert first.code == 7, first.err
    known = put(work + "/vulns.json", first.out)
    lock["packages"]["node_modules/left"]["version"] = "1.0.1"
    put(work + "/t/package-lock.json", json.dumps(lock))
    r = strake("scan", "--db", db, "--format", "json", "--exit-code", "7", "--baseline", known, "fs:" + work + "/t")
    assert r.code == 0 and [s["Reason"] for s in r.json()["Suppressed"]] == ["baseline"], (r.code, r.err)


@test
def compare_tells_secrets_and_misconfigurations(work):
    for side, seeds in (("old", (1, 2)), ("new", (2, 3))):
        put(work + "/%s/a.env" % side, "".join("K%d=%s\n" % (n, token(n)) for n in seeds))
        put(work + "/%s/Dockerfile" % side, "FROM debian:12\nUSER x\nHEALTHCHECK NONE\n" + ("RUN sudo ls\n" if side == "new" else ""))
    both = ["fs:" + work + "/old", "fs:" + work + "/new"]
    r = strake("compare", "--scanners", "secret,config", "--format", "json", *both)
    report = r.json()
    assert r.code == 0 and [len(report["Secrets"][k]) for k in ("New", "Gone", "Changed")] == [1, 1, 0] and report["Secrets"]["Unchanged"] == 1, report
    assert report["Secrets"]["New"][0]["StartLine"] == 2 and report["Misconfigurations"]["New"], report
    text = strake("compare", "--scanners", "secret,config", *both).out
    assert "1 new, 1 gone, 0 changed, 1 unchanged secrets" in " ".join(text.split()) and token(3) not in text, text
    assert strake("compare", "--scanners", "secret", "--fail-on", "new:critical", *both).code == 1
    assert strake("compare", "--scanners", "secret", "--fail-on", "new:critical", both[0], both[0]).code == 0
    # A report says what the other side is scanned for.
    old = put(work + "/old.json", strake("scan", "--scanners", "secret", "--format", "json", both[0]).out)
    r = strake("compare", "--format", "json", old, both[1])
    assert len(r.json()["Secrets"]["New"]) == 1 and "Misconfigurations" not in r.json(), (r.out, r.err)
    bare = put(work + "/bare.json", strake("scan", "--scanners", "none", "--format", "json", both[0]).out)
    r = strake("compare", "--format", "json", "--fail-on", "new:low", bare, put(work + "/new.json", strake("scan", "--scanners", "secret", "--format", "json", both[1]).out))
    assert r.code == 0 and r.json()["NotCompared"] == ["secret"], (r.code, r.out)


# ---- standard input ----

def pipe(args, pieces):
    p = subprocess.Popen([STRAKE, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for n, piece in enumerate(pieces):
        if n:
            time.sleep(0.15)
        p.stdin.write(piece)
        p.stdin.flush()
    out, err = p.communicate(timeout=60)
    return p.returncode, out.decode(), err.decode()


@test
def standard_input_is_a_text(work):
    text = ("x\ny %s\n" % token(1)).encode()
    args = ["scan", "--scanners", "secret", "--format", "json", "-"]
    for pieces in ([text], [text[:3], text[3:20], text[20:]], [b"a\n" * 400000, text]):
        code, out, err = pipe(args, pieces)
        report = json.loads(out)
        assert code == 0 and report["ArtifactName"] == "stdin", (code, err)
        assert one(report, "stdin")["StartLine"] == b"".join(pieces)[:-20].count(b"\n") + 1
    with open(put(work + "/in.txt", text.decode())) as f:
        assert one(strake(*args, stdin=f).json(), "stdin")
    assert not secrets(json.loads(pipe(args, [b""])[1])) and not secrets(strake(*args).json())
    # An archive stays one; with other scanners nothing else is read.
    from lib import tar
    code, out, err = pipe(args, [tar([("a.env", text)])])
    assert code == 3 and "stdin" not in out, (code, out, err)
    code, out, err = pipe(["scan", "--starter", "-"], [text])
    assert code == 3, (code, err)


@test
def a_wrong_checksum_is_said_and_weighs_less(work):
    put(work + "/t/a.env", "T=%s\n" % token(1))
    put(work + "/t/b.env", "T=%s\n" % token(1, right=False))
    target = "fs:" + work + "/t"
    report = scan(target).json()
    a, b = one(report, "a.env"), one(report, "b.env")
    assert (a["Proof"], a["Severity"]) == ("checksum-ok", "CRITICAL") and (b["Proof"], b["Severity"]) == ("checksum-wrong", "HIGH"), (a, b)
    assert "checksum is wrong" in " ".join(strake("scan", "--scanners", "secret", target).out.split())
    sarif = json.loads(strake("scan", "--scanners", "secret", "--format", "sarif", target).out)
    assert sorted(x["properties"]["proof"] for x in sarif["runs"][0]["results"]) == ["checksum-ok", "checksum-wrong"]


main()
