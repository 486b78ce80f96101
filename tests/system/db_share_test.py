#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`strake db push`, `pull`, `export`, `import`: the same bytes at the other end, by deltas where they will do, and nothing that is not signed."""
import random
import re
import resource
import signal
import socket
import zipfile

from registry_lib import *

REF = "/team/db:1"


def records(n, seed):
    """{name: record}: text that packs as text does, and is the same for a seed."""
    r = random.Random(seed)
    words = ["".join(r.choice("etaoinshrdlucmfw") for _ in range(r.randrange(2, 11))) for _ in range(3000)]
    out = {}
    for i in range(n):
        cve = "CVE-2024-%05d" % (10000 + i)
        out["PYSEC-2024-%d" % i] = {
            "id": "PYSEC-2024-%d" % i, "modified": "2024-01-02T00:00:00Z", "published": "2024-01-01T00:00:00Z", "summary": " ".join(r.choices(words, k=9)),
            "details": " ".join(r.choices(words, k=90)), "aliases": [cve, "GHSA-%04x-%04x-%04x" % (r.getrandbits(16), r.getrandbits(16), r.getrandbits(16))],
            "references": [{"type": "WEB", "url": "https://example/%s" % cve}], "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
            "affected": [{"package": {"ecosystem": "PyPI", "name": "%s-%d" % (r.choice(words), r.randrange(n // 2 + 1))}, "versions": ["%d.%d" % (r.randrange(9), k) for k in range(r.randrange(12))],
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "%d.%d" % (r.randrange(20), r.randrange(30))}]}]}]}
    return out


def change(all, seed, day):
    """A day: one record of a hundred changed, half of that added, a few gone."""
    r = random.Random(seed)
    fresh = records(len(all) // 200, seed + 1000)
    for name in r.sample(sorted(all), len(all) // 100):
        one = all[name] = json.loads(json.dumps(all[name]))
        one["modified"] = day
        one["affected"][0]["ranges"][0]["events"][-1] = {"fixed": "%d.%d.%d" % (r.randrange(30), r.randrange(30), r.randrange(30))}
    for name in r.sample(sorted(all), len(all) // 1000):
        del all[name]
    for i, one in enumerate(fresh.values()):
        one["id"] = "PYSEC-2026-%d-%d" % (seed, i)
        one["aliases"] = ["CVE-2026-%d%04d" % (seed, i)]
        one["modified"] = day
        all[one["id"]] = one


class Bench:
    """days(n): files of n days, each with changes to the one before."""

    def __init__(self, work, n=2000):
        self.work, self.all, self.n = work, records(n, 1), 0
        openssl("genpkey", "-algorithm", "ed25519", "-out", "db.pem", cwd=work)
        openssl("pkey", "-in", "db.pem", "-pubout", "-out", "db.pub", cwd=work)
        openssl("genpkey", "-algorithm", "ed25519", "-out", "other.pem", cwd=work)
        openssl("pkey", "-in", "other.pem", "-pubout", "-out", "other.pub", cwd=work)
        self.key, self.pub = work + "/db.pem", work + "/db.pub"
        self.env = clean_home(work)

    def day(self):
        self.n += 1
        if self.n > 1:
            change(self.all, self.n, "2024-02-%02dT00:00:00Z" % self.n)
        feed, db = self.work + "/all.zip", self.work + "/day%d.strakedb" % self.n
        with zipfile.ZipFile(feed, "w", zipfile.ZIP_STORED) as z:
            for name, record in sorted(self.all.items()):
                z.writestr(name + ".json", json.dumps(record))
        r = strake("db", "build", "--from", feed, "--output", db)
        assert r.code == 0, r.err
        return db

    def push(self, db, where, *args):
        return strake("db", "push", "--db", db, *(args or ("--key", self.key)), where + REF, env=self.env)

    def pull(self, where, *args, db=None, **kw):
        return strake("db", "pull", "--db", db or self.work + "/here.strakedb", *(args or ("--key", self.pub)), where + REF, env=self.env, **kw)

    def here(self, name="here.strakedb"):
        return content(self.work + "/" + name)


def content(path):
    with open(path, "rb") as f:
        return f.read()


def fetched(r):
    """Bytes of blobs that went over the line."""
    return sum(len(r.blobs[d]) for m, p, h in r.log if m == "GET" for d in [p.rsplit("/", 1)[1]] if "/blobs/" in p and d in r.blobs)


def layers(r):
    return json.loads(r.manifests["team/db", "1"][1])["layers"]


@test
def what_is_pulled_is_byte_for_byte_what_was_pushed(work):
    b = Bench(work)
    db = b.day()
    with Registry() as r:
        p = b.push(db, r.host)
        assert p.code == 0, p.err
        p = b.pull(r.host)
        assert p.code == 0, p.err
        assert b.here() == content(db)
        m = json.loads(r.manifests["team/db", "1"][1])
        assert m["artifactType"] == "application/vnd.strake.db.v1" and len(m["layers"]) == 1, m
        assert m["annotations"]["vnd.strake.db.digest"] == sha(content(db))
        r.log.clear()
        p = b.pull(r.host)
        assert p.code == 0 and not r.asked("/blobs/"), p.err
        p.says("is current")
        status = strake("db", "status", "--format", "json", "--db", work + "/here.strakedb").json()
        assert status["Digest"] == sha(content(db)) and status["Source"].endswith(REF), status
        assert status["SignedBy"].startswith("sha256:"), status
        # Another file in its place: what was known is not said of it.
        shutil.copy(b.day(), work + "/here.strakedb")
        status = strake("db", "status", "--format", "json", "--db", work + "/here.strakedb").json()
        assert "SignedBy" not in status and "Source" not in status and status["Digest"] == sha(b.here()), status


@test
def a_day_costs_less_than_two_percent_and_days_add_up(work):
    b = Bench(work, 20000 if not SANITIZED else 2000)
    days = [b.day() for _ in range(4)]
    with Registry() as r:
        for d in days[:2]:
            assert b.push(d, r.host).code == 0
        shutil.copy(days[0], work + "/here.strakedb")
        r.log.clear()
        p = b.pull(r.host)
        assert p.code == 0, p.err
        p.says("by delta")
        assert b.here() == content(days[1])
        whole, delta = layers(r)[0]["size"], fetched(r)
        print("# %d bytes, packed %d, delta %d: %.2f %%" % (len(b.here()), whole, delta, 100 * delta / whole), flush=True)
        assert SANITIZED or delta < whole / 50, (delta, whole)
        for d in days[2:]:
            assert b.push(d, r.host).code == 0
        # Three days behind: three deltas, still less than the whole.
        shutil.copy(days[0], work + "/late.strakedb")
        r.log.clear()
        assert b.pull(r.host, db=work + "/late.strakedb").code == 0
        assert b.here("late.strakedb") == content(days[3])
        assert len(r.asked("/blobs/")) == 3 and fetched(r) < whole / 10
        # Something else altogether: the whole.
        r.log.clear()
        os.remove(work + "/late.strakedb")
        assert b.pull(r.host, db=work + "/late.strakedb").code == 0
        assert fetched(r) == layers(r)[0]["size"] and b.here("late.strakedb") == content(days[3])


@test
def deltas_are_kept_for_some_time_and_no_longer(work):
    b = Bench(work, 600)
    days = [b.day() for _ in range(11)]
    with Registry() as r:
        for d in days:
            assert b.push(d, r.host).code == 0
        kept = layers(r)[1:]
        assert 1 <= len(kept) <= 8, kept
        assert sum(l["size"] for l in kept) <= layers(r)[0]["size"]
        for l, n in zip(kept, kept[1:]):
            assert l["annotations"]["vnd.strake.db.to"] == n["annotations"]["vnd.strake.db.from"]
        assert kept[-1]["annotations"]["vnd.strake.db.to"] == sha(content(days[-1]))
        shutil.copy(days[0], work + "/here.strakedb")
        assert b.pull(r.host).code == 0
        assert b.here() == content(days[-1])
        # The same file again changes nothing.
        before = r.manifests["team/db", "1"]
        assert b.push(days[-1], r.host).code == 0
        assert r.manifests["team/db", "1"] == before


@test
def without_the_right_signature_nothing_is_taken(work):
    b = Bench(work, 100)
    one, two = b.day(), b.day()
    shutil.copy(one, work + "/here.strakedb")
    with Registry() as r:
        assert b.push(two, r.host, "--key", work + "/other.pem").code == 0
        for args, says in ((("--key", b.pub), b.pub), (("--key", b.pub, "--allow-unsigned"), b.pub), (("--allow-older",), "--key")):
            p = b.pull(r.host, *args)
            assert p.code == 3, (args, p.code)
            p.says(says)
        assert b.here() == content(one)
        # The same file without a key: the tag keeps the signature that it has.
        assert b.push(two, r.host, "--insecure").code == 0 and "vnd.strake.db.signature" in json.loads(r.manifests["team/db", "1"][1])["annotations"]
        two = b.day()
        p = b.push(two, r.host, "--insecure")
        assert p.code == 0, p.err
        p.says("without a signature")
        p = b.pull(r.host)
        assert p.code == 3 and b.here() == content(one)
        p.says("not signed")
        # Nothing was fetched to find that out.
        assert not [1 for m, path, h in r.log if m == "GET" and "/blobs/" in path and path.endswith(layers(r)[0]["digest"])]
        assert b.pull(r.host, "--key", b.key).code == 3  # a private key is no public one
        p = b.pull(r.host, "--allow-unsigned")
        assert p.code == 0 and b.here() == content(two), p.err
        p.says("nobody's signature")


@test
def the_key_may_stand_in_the_configuration(work):
    b = Bench(work, 100)
    db = b.day()
    with open(work + "/strake.yaml", "w") as f:
        f.write("db-key: %s\n" % b.pub)
    with Registry() as r:
        assert b.push(db, r.host).code == 0
        p = b.pull(r.host, "--config", work + "/strake.yaml")
        assert p.code == 0 and b.here() == content(db), p.err


@test
def an_older_one_is_taken_only_when_asked_for(work):
    b = Bench(work, 100)
    one, two = b.day(), b.day()
    shutil.copy(two, work + "/here.strakedb")
    with Registry() as r:
        assert b.push(one, r.host).code == 0
        p = b.pull(r.host)
        assert p.code == 3 and b.here() == content(two), p.err
        p.says("--allow-older")
        p = b.pull(r.host, "--key", b.pub, "--allow-older")
        assert p.code == 0 and b.here() == content(one), p.err


def resign(r, edit, key=None, work=None):
    """Changes the manifest behind the tag; signs the statement again with the key."""
    m = json.loads(r.manifests["team/db", "1"][1])
    edit(m)
    if key:
        with open(work + "/statement", "w") as f:
            f.write(m["annotations"]["vnd.strake.db.statement"])
        openssl("pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", "statement", "-out", "sig", cwd=work)
        m["annotations"]["vnd.strake.db.signature"] = base64.b64encode(content(work + "/sig")).decode()
    r.manifest("team/db", "1", m)


@test
def what_was_tampered_with_is_refused(work):
    b = Bench(work, 100)
    one, two = b.day(), b.day()
    note = "vnd.strake.db.statement"
    with Registry() as r:
        assert b.push(two, r.host).code == 0
        good = r.manifests["team/db", "1"]
        shutil.copy(one, work + "/here.strakedb")

        def says(old, new):
            return lambda m: m["annotations"].update({note: m["annotations"][note].replace(old, new)})

        def other_content(m):
            bomb = subprocess.run(["zstd", "-q", "-c"], input=bytes(50000000), capture_output=True, check=True).stdout
            m["layers"][0].update(r.blob(bomb))

        def plain(m):
            m["layers"][0].update(r.blob(b"not packed at all"))

        cases = [(says("2024", "2034"), None, "signature"),
                 (says('"format":1', '"format":2'), b.key, "format 2"),
                 (says('"format":1', '"format": 1'), b.key, "one form"),
                 (says('"size":', '"size":9'), b.key, "ends after"),
                 (says('"digest":"sha256:', '"digest":"sha256:00'), b.key, "statement"),
                 (lambda m: m["annotations"].update({note: "{}"}), b.key, "statement"),
                 (lambda m: m["annotations"].pop(note), None, "statement"),
                 (lambda m: m["layers"].clear(), None, "no layer"),
                 (lambda m: m.update(artifactType="application/x"), None, "no advisory database"),
                 (plain, None, "damaged")]
        if shutil.which("zstd"):
            cases.append((other_content, None, "more than"))
        for edit, key, words in cases:
            r.manifests["team/db", "1"] = good
            resign(r, edit, key, work)
            p = b.pull(r.host)
            assert p.code == 3, (words, p.code, p.err)
            p.says(words)
            assert b.here() == content(one)
        # The blob itself: other bytes under its name.
        r.manifests["team/db", "1"] = good
        digest = layers(r)[0]["digest"]
        kept = r.blobs[digest]
        r.blobs[digest] = kept[:-1] + bytes([kept[-1] ^ 1])
        p = b.pull(r.host)
        assert p.code == 3 and b.here() == content(one), p.err
        left = [n for n in os.listdir(work) if ".tmp." in n]
        assert not left, left


@test
def a_bad_delta_costs_the_whole_and_nothing_else(work):
    b = Bench(work, 1500)
    one, two = b.day(), b.day()
    with Registry() as r:
        assert b.push(one, r.host).code == 0 and b.push(two, r.host).code == 0
        good = content(one)
        for spoil in (lambda d: d[:len(d) // 2], lambda d: d[:700] + bytes(40) + d[740:], lambda d: b"x" * len(d)):
            shutil.copy(one, work + "/here.strakedb")
            original = r.manifests["team/db", "1"]
            resign(r, lambda m: m["layers"][1].update(r.blob(spoil(r.blobs[m["layers"][1]["digest"]]))))
            p = b.pull(r.host)
            assert p.code == 0 and b.here() == content(two), p.err
            p.says("fetching the whole")
            r.manifests["team/db", "1"] = original
        assert good == content(one)


@test
def a_cut_connection_is_taken_up_again(work):
    b = Bench(work)
    db = b.day()
    with Registry() as r:
        assert b.push(db, r.host).code == 0
        digest = layers(r)[0]["digest"]
        firsts = []

        def cut(h):
            if digest not in h.path or len(firsts) > 3:
                return False
            body = r.blobs[digest]
            m = re.match(r"bytes=(\d+)-", h.headers.get("Range") or "bytes=0-")
            first = int(m.group(1))
            firsts.append(first)
            h.answer(206 if first else 200, body[first:first + 50000], [("Content-Range", "bytes %d-%d/%d" % (first, len(body) - 1, len(body)))], length=len(body) - first)
            h.cut()
            return True

        r.fault = cut
        p = b.pull(r.host)
        assert p.code == 0 and b.here() == content(db), p.err
        assert firsts == [0, 50000, 100000, 150000], firsts


@test
def a_killed_pull_leaves_the_old_or_the_new(work):
    b = Bench(work)
    one, two = b.day(), b.day()
    with Registry() as r:
        assert b.push(two, r.host).code == 0
        both = (content(one), content(two))
        for wait in (0.005, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15):
            shutil.copy(one, work + "/here.strakedb")
            p = subprocess.Popen([STRAKE, "db", "pull", "--db", work + "/here.strakedb", "--key", b.pub, r.host + REF], env=dict(os.environ, **b.env),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(wait)
            p.send_signal(signal.SIGKILL)
            p.wait()
            assert b.here() in both
            assert strake("db", "verify", "--db", work + "/here.strakedb").code == 0


@test
def a_full_disk_leaves_the_old(work):
    b = Bench(work)
    one, two = b.day(), b.day()
    shutil.copy(one, work + "/here.strakedb")
    with Registry() as r:
        assert b.push(one, r.host).code == 0 and b.push(two, r.host).code == 0

        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000000, 1000000))

        for start in (one, None):  # by delta, and the whole
            if start is None:
                os.remove(work + "/here.strakedb")
            p = subprocess.run([STRAKE, "db", "pull", "--db", work + "/here.strakedb", "--key", b.pub, r.host + REF], env=dict(os.environ, **b.env),
                               preexec_fn=small, capture_output=True, text=True, check=False)
            assert p.returncode == 3 and "here.strakedb" in p.stderr, (p.returncode, p.stderr)
            if start:
                assert b.here() == content(one)
            else:
                assert not os.path.exists(work + "/here.strakedb")
            assert not [n for n in os.listdir(work) if ".tmp." in n]


@test
def a_running_reader_keeps_its_file(work):
    b = Bench(work, 200)
    one, two = b.day(), b.day()
    shutil.copy(one, work + "/here.strakedb")
    with Registry() as r, open(work + "/here.strakedb", "rb") as held:
        assert b.push(two, r.host).code == 0
        assert b.pull(r.host).code == 0
        assert held.read() == content(one) and b.here() == content(two)


@test
def a_tag_of_something_else_is_left_alone(work):
    b = Bench(work, 100)
    db = b.day()
    with Registry() as r:
        r.image("team/db", "1", [tar([("a", b"a")])])
        before = r.manifests["team/db", "1"]
        p = b.push(db, r.host)
        assert p.code == 3 and r.manifests["team/db", "1"] == before, p.err
        p.says("taken")
        p = b.pull(r.host)
        assert p.code == 3
        p.says("no advisory database")


@test
def one_file_goes_over_the_gap_with_its_signature(work):
    b = Bench(work, 300)
    one, two = b.day(), b.day()
    out = work + "/db.tar"
    with Registry() as r:
        assert b.push(two, r.host).code == 0 and b.pull(r.host).code == 0
    # Pulled with a signature: that goes along, the private key is not needed.
    p = strake("db", "export", "--db", work + "/here.strakedb", "--output", out)
    assert p.code == 0, p.err
    with tarfile.open(out) as t:
        assert "index.json" in t.getnames()
    p = strake("db", "import", "--db", work + "/there.strakedb", "--key", b.pub, out)
    assert p.code == 0 and b.here("there.strakedb") == content(two), p.err
    status = strake("db", "status", "--format", "json", "--db", work + "/there.strakedb").json()
    assert status["SignedBy"] and status["Source"] == "file:" + out, status
    again = work + "/again.tar"
    assert strake("db", "export", "--db", work + "/there.strakedb", "--output", again).code == 0
    assert content(again) == content(out)
    assert strake("db", "import", "--db", work + "/x.strakedb", "--key", work + "/other.pub", out).code == 3
    # Older, damaged, cut, unsigned, plain.
    assert strake("db", "export", "--db", one, "--output", work + "/old.tar").code == 0
    p = strake("db", "import", "--db", work + "/there.strakedb", work + "/old.tar")
    assert p.code == 3
    p.says("--allow-older")
    p = strake("db", "import", "--db", work + "/x.strakedb", "--key", b.pub, work + "/old.tar")
    assert p.code == 3
    p.says("not signed")
    whole = content(out)
    for spoiled in (whole[:-3000], whole[:len(whole) // 2] + b"??" + whole[len(whole) // 2 + 2:], whole[:100], b"", b"hello"):
        with open(work + "/bad.tar", "wb") as f:
            f.write(spoiled)
        p = strake("db", "import", "--db", work + "/there.strakedb", work + "/bad.tar")
        assert p.code == 3 and b.here("there.strakedb") == content(two), (len(spoiled), p.code, p.err)
    assert strake("db", "import", "--db", work + "/x.strakedb", one).code == 0
    assert b.here("x.strakedb") == content(one)
    assert strake("db", "import", "--db", work + "/x.strakedb", "--key", b.pub, two).code == 3
    assert strake("db", "export", "--db", one, "--key", b.key, "--output", work + "/signed.tar").code == 0
    assert strake("db", "import", "--db", work + "/y.strakedb", "--key", b.pub, work + "/signed.tar").code == 0


@test
def a_real_registry_keeps_it_too(work):
    if not shutil.which("docker-registry"):
        raise Skip("docker-registry is not installed")
    b = Bench(work, 1000)
    days = [b.day() for _ in range(3)]
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        host = "127.0.0.1:%d" % s.getsockname()[1]
    with open(work + "/registry.yml", "w") as f:
        f.write("version: 0.1\nstorage: {filesystem: {rootdirectory: %s/data}}\nhttp: {addr: '%s'}\n" % (work, host))
    server = subprocess.Popen(["docker-registry", "serve", work + "/registry.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as s:
                if s.connect_ex(tuple([host.split(":")[0], int(host.split(":")[1])])) == 0:
                    break
            time.sleep(0.1)
        for d in days:
            p = b.push(d, host)
            assert p.code == 0, p.err
        shutil.copy(days[0], work + "/here.strakedb")
        p = b.pull(host)
        assert p.code == 0 and b.here() == content(days[2]), p.err
        p.says("by delta")
    finally:
        server.terminate()
        server.wait()


main()
