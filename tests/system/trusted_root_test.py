# SPDX-License-Identifier: Apache-2.0
"""Trusted roots by The Update Framework: sigstore's own repository at a fixed time, and one made here with every attack on it."""
import functools

from sigstore_lib import *

YEAR = 365 * 86400


def run(*args, at=None, **kw):
    return strake("trusted-root", *args, env={"SOURCE_DATE_EPOCH": str(at)} if at else {}, **kw)


def ok(*args, **kw):
    r = run(*args, **kw)
    assert r.code == 0, (args, r.err, r.out)
    return r


def sigstore_mirror(work):
    """The files as a mirror serves them."""
    source, to = data("signing", "root-signing"), work + "/mirror"
    os.makedirs(to + "/targets/registry.npmjs.org")
    for n in range(1, 16):
        shutil.copy(source + "/metadata/root_history/%d.root.json" % n, to + "/%d.root.json" % n)
    shutil.copy(source + "/metadata/timestamp.json", to)
    for name in ("snapshot", "targets", "registry.npmjs.org"):
        path = source + "/metadata/%s.json" % name
        shutil.copy(path, to + "/%d.%s.json" % (json.load(open(path))["signed"]["version"], name))
    for folder, _, files in os.walk(source + "/targets"):
        for f in files:
            content = open(os.path.join(folder, f), "rb").read()
            below = os.path.relpath(folder, source + "/targets")
            open(os.path.join(to, "targets", below, hashlib.sha256(content).hexdigest() + "." + f), "wb").write(content)
    return to


AUGUST = 1787200000  # 2026-08-20


@test
def sigstores_repository_is_followed_from_its_first_root(work):
    mirror = sigstore_mirror(work)
    out = work + "/out.json"
    r = ok("update", "--mirror", "file:" + mirror, "--root", mirror + "/1.root.json", "--output", out, at=AUGUST)
    r.says("root 15, valid until 2026-11-20T13:58:18Z")
    want = open(data("signing", "root-signing", "targets", "trusted_root.json")).read()
    assert open(out).read() == want
    # later without --root; it is what verification will use
    place = ok("update", "--mirror", "file:" + mirror, at=AUGUST).out.strip()
    assert open(place).read() == want and place.startswith(os.environ["XDG_CACHE_HOME"] + "/strake/tuf/")
    shown = ok("show").out
    assert "rekor.sigstore.dev" in shown and "certificate authority" in shown and place in shown, shown
    assert ok("show", out).out.count("\n") > 5
    keys = ok("update", "--mirror", "file:" + mirror, "--target", "registry.npmjs.org/keys.json", at=AUGUST).out
    assert keys == open(data("signing", "root-signing", "targets", "registry.npmjs.org", "keys.json")).read()
    for at, words in ((AUGUST + 10 * 86400, "timestamp: it is expired since 2026-08-28"), (AUGUST + 120 * 86400, "root 15: it is expired since 2026-11-20")):
        r = run("update", "--mirror", "file:" + mirror, at=at)
        assert r.code == 3, r.code
        r.says(words)
    # a link missing
    os.rename(mirror + "/7.root.json", mirror + "/7.away")
    fresh = {"XDG_CACHE_HOME": work + "/other"}
    r = strake("trusted-root", "update", "--mirror", mirror, "--root", mirror + "/1.root.json", env=dict(fresh, SOURCE_DATE_EPOCH=str(AUGUST)))
    assert r.code == 3 and "root 6" in r.err, r.err


@test
def what_is_kept_serves_verification_when_there_is_one(work):
    mirror = sigstore_mirror(work)
    case = data("signing", "sigstore-conformance")
    bundles = [os.path.join(d, "bundle.sigstore.json") for d, _, f in os.walk(case) if d.endswith("happy-path") and "bundle.sigstore.json" in f and "trusted_root.json" not in f]
    people = ["--certificate-identity-regexp", ".*", "--certificate-oidc-issuer-regexp", ".*"]
    f = work + "/f"
    open(f, "w").write("x")
    r = strake("verify-blob", *people, "--bundle", bundles[0] if bundles else f, f)
    assert r.code == 2, (r.code, r.err)
    r.says("strake trusted-root update")
    ok("update", "--mirror", "file:" + mirror, "--root", mirror + "/5.root.json", at=AUGUST)
    r = strake("verify-blob", *people, "--bundle", bundles[0] if bundles else f, f)
    assert r.code == 1, (r.code, r.err)
    r.says("trusted root of file:" + mirror)
    # a second one: who is meant?
    shutil.copytree(mirror, work + "/again")
    ok("update", "--mirror", "file:" + work + "/again", "--root", mirror + "/5.root.json", at=AUGUST)
    r = strake("verify-blob", *people, "--bundle", bundles[0] if bundles else f, f)
    assert r.code == 2
    r.says("2 trusted roots are kept")


# ---- a repository of our own ----

class Repository:
    """Roles signed by keys of their own, in work/repo; each write is a new state of the mirror."""

    def __init__(self, work, consistent=True):
        self.path, self.consistent, self.now = work + "/repo", consistent, int(time.time())
        self.keys = {r: Key(work, r) for r in ("root", "root2", "timestamp", "snapshot", "targets", "team")}
        self.versions = {"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1, "team": 1}
        self.expires = dict.fromkeys(self.versions, YEAR)
        self.root_keys, self.threshold, self.content = ["root"], 1, {"trusted_root.json": root_json(1)}
        self.team, self.change = None, {}
        os.makedirs(self.path + "/targets", exist_ok=True)
        self.write_root(["root"])
        self.write()

    def key(self, name):
        return {"keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": {"public": self.keys[name].pem}}

    def signed(self, says, names):
        body = canonical(says).replace(b"\\n", b"\n")  # OLPC escapes no line ends
        return json.dumps({"signatures": [{"keyid": n, "sig": self.keys[n].sign(body).hex()} for n in names], "signed": says}).encode()

    def base(self, role):
        when = datetime.datetime.fromtimestamp(self.now + self.expires[role], datetime.timezone.utc)
        kind = "targets" if role == "team" else role
        return dict({"_type": kind, "spec_version": "1.0.31", "version": self.versions[role], "expires": when.strftime("%Y-%m-%dT%H:%M:%SZ")}, **self.change.get(role, {}))

    def put(self, name, content):
        os.makedirs(os.path.dirname(os.path.join(self.path, name)), exist_ok=True)
        open(os.path.join(self.path, name), "wb").write(content)

    def write_root(self, signers):
        roles = {r: {"keyids": [r], "threshold": 1} for r in ("timestamp", "snapshot", "targets")}
        roles["root"] = {"keyids": self.root_keys, "threshold": self.threshold}
        says = dict(self.base("root"), consistent_snapshot=self.consistent, keys={n: self.key(n) for n in self.keys if n != "team"}, roles=roles)
        self.put("%d.root.json" % self.versions["root"], self.signed(says, signers))

    def named(self, role, content):
        self.put("%d.%s.json" % (self.versions[role], role) if self.consistent else role + ".json", content)
        return {"version": self.versions[role], "length": len(content), "hashes": {"sha256": hashlib.sha256(content).hexdigest()}}

    def targets_of(self, files):
        out = {}
        for name, content in files.items():
            digest = hashlib.sha256(content).hexdigest()
            folder, _, base = name.rpartition("/")
            self.put(os.path.join("targets", folder, (digest + "." if self.consistent else "") + base), content)
            out[name] = {"length": len(content), "hashes": {"sha256": digest}}
        return out

    def write(self):
        meta = {}
        says = dict(self.base("targets"), targets=self.targets_of(self.content))
        if self.team:
            says["delegations"] = {"keys": {"team": self.key("team")}, "roles": [{"name": "team", "keyids": ["team"], "threshold": 1, "terminating": True, "paths": ["team/*"]}]}
            meta["team.json"] = self.named("team", self.signed(dict(self.base("team"), targets=self.targets_of(self.team)), ["team"]))
        meta["targets.json"] = self.named("targets", self.signed(says, ["targets"]))
        meta.update(self.change.get("meta", {}))
        snapshot = self.named("snapshot", self.signed(dict(self.base("snapshot"), meta=meta), ["snapshot"]))
        self.put("timestamp.json", self.signed(dict(self.base("timestamp"), meta={"snapshot.json": snapshot}), ["timestamp"]))

    def bump(self, *roles):
        for r in roles or ("timestamp", "snapshot", "targets"):
            self.versions[r] += 1


def root_json(n):
    return json.dumps({"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "comment": n}).encode()


def update(repo, *args, code=0, says=None):
    r = run("update", "--mirror", "file:" + repo.path, *args)
    assert r.code == code, (r.code, r.err, r.out)
    if says:
        r.says(says)
    return open(r.out.strip()).read().encode() if code == 0 and not args else r


@test
def updates_follow_one_another(work):
    for consistent in (True, False):
        repo = Repository(work + "/%s" % consistent, consistent)
        update(repo, code=2, says="--root FILE")
        update(repo, "--root", repo.path + "/1.root.json")
        assert update(repo) == root_json(1)
        repo.content["trusted_root.json"] = root_json(2)
        repo.bump()
        repo.write()
        assert update(repo) == root_json(2)
        # keys change hands: both sign
        repo.root_keys, repo.threshold = ["root2"], 1
        repo.versions["root"] = 2
        repo.write_root(["root", "root2"])
        assert update(repo) == root_json(2)
        repo.versions["root"] = 3
        repo.write_root(["root2"])
        update(repo).decode()
        assert "root 3" in run("update", "--mirror", "file:" + repo.path).err


def attack(name):
    def decorate(fn):
        attacks.append((name, fn))
        return fn
    return decorate


attacks = []


@attack("older than 2 that was seen before")
def timestamp_goes_back(repo):
    repo.versions["timestamp"] = 1


@attack("names snapshot 1, older than 2")
def snapshot_goes_back(repo):
    repo.versions.update(timestamp=3, snapshot=1)


@attack("targets.json is older")
def targets_go_back(repo):
    repo.versions.update(timestamp=3, snapshot=3, targets=1)


@attack("timestamp: it is expired")
def frozen(repo):
    repo.expires["timestamp"] = -60
    repo.bump()


@attack("targets: it is expired")
def old_targets(repo):
    repo.expires["targets"] = -60
    repo.bump()


@attack("good signatures")
def other_key(repo):
    repo.bump()
    repo.keys["timestamp"] = repo.keys["team"]


@attack("is gone")
def role_vanishes(repo):
    repo.bump()
    repo.team = None


@attack("instead of 3")
def mixed(repo):
    repo.bump()
    repo.change["snapshot"] = {"version": 7}


@attack("bytes instead of")
def target_is_longer(repo):
    repo.bump()
    repo.write()
    for f in os.listdir(repo.path + "/targets"):
        if f.endswith("trusted_root.json"):
            open(repo.path + "/targets/" + f, "ab").write(b" ")
    return "written"


@attack("SHA-256 is not what was signed")
def target_is_another(repo):
    repo.bump()
    repo.write()
    for f in os.listdir(repo.path + "/targets"):
        if f.endswith("trusted_root.json"):
            open(repo.path + "/targets/" + f, "r+b").write(b"[")
    return "written"


@attack("good signatures")
def root_by_the_wrong_keys(repo):
    repo.versions["root"] = 2
    repo.root_keys = ["root2"]
    repo.write_root(["root2"])


@attack("by its own keys")
def root_not_by_its_own(repo):
    repo.versions["root"] = 2
    repo.root_keys, repo.threshold = ["root", "root2"], 2
    repo.write_root(["root", "root"])


@attack("should be 2")
def root_is_another_version(repo):
    repo.write_root(["root"])
    shutil.copy(repo.path + "/1.root.json", repo.path + "/2.root.json")


@attack("over the limit")
def endless(repo):
    repo.put("timestamp.json", b" " * (1 << 20))
    return "written"


@attack("mirror does not have it")
def a_hole(repo):
    repo.bump()
    repo.write()
    os.unlink(repo.path + "/3.targets.json")
    return "written"


@attack("no trusted root of sigstore")
def something_else(repo):
    repo.content["trusted_root.json"] = b"{}"
    repo.bump()


@test
def attacks_on_a_repository_are_refused_and_what_is_kept_stays(work):
    for i, (words, act) in enumerate(attacks):
        repo = Repository(work + "/%d" % i)
        repo.team = {"team/x.json": b"{}"}
        repo.bump()
        repo.write()
        update(repo, "--root", repo.path + "/1.root.json")
        kept = ok("update", "--mirror", "file:" + repo.path).out.strip()
        if act(repo) != "written":
            repo.write()
        r = run("update", "--mirror", "file:" + repo.path)
        assert r.code == 3, (act.__name__, r.code, r.err)
        assert words in r.err or (words == "over the limit" and "limit" in r.err) or (words == "over the limit" and "bytes" in r.err), (act.__name__, words, r.err)
        assert open(kept, "rb").read() == root_json(1), act.__name__


@test
def delegated_targets_are_fetched_by_who_may_sign_them(work):
    repo = Repository(work + "/a")
    repo.team = {"team/x.json": b'{"x":1}', "other/y.json": b"{}", "trusted_root.json": root_json(666)}
    repo.bump()
    repo.write()
    update(repo, "--root", repo.path + "/1.root.json")
    assert ok("update", "--mirror", repo.path, "--root", repo.path + "/1.root.json", "--target", "team/x.json").out == '{"x":1}'
    for name in ("other/y.json", "nothing.json", "../../etc/passwd", "team/../x.json"):
        r = run("update", "--mirror", "file:" + repo.path, "--target", name)
        assert r.code == 3 and r.out == "", (name, r.code, r.err)
    assert update(repo) == root_json(1)


@test
def a_mirror_is_asked_over_http(work):
    repo = Repository(work + "/a")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=repo.path)
    http.server.SimpleHTTPRequestHandler.log_message = lambda *args: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d/" % server.server_port
    try:
        place = ok("update", "--mirror", url, "--root", repo.path + "/1.root.json").out.strip()
        assert open(place, "rb").read() == root_json(1)
        repo.content["trusted_root.json"] = root_json(2)
        repo.bump()
        repo.write()
        ok("update", "--mirror", url)
        assert open(place, "rb").read() == root_json(2)
    finally:
        server.shutdown()
        server.server_close()
    r = run("update", "--mirror", url)
    assert r.code == 3
    r.says(url)
    assert open(place, "rb").read() == root_json(2)
    for wrong in (["--mirror", "ftp://x"], [], ["--mirror", work + "/none", "--root", work + "/none.json"]):
        assert run("update", *wrong).code in (2, 3)


main()
