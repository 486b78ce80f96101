#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`strake db update` against a server on the loopback device that has every fault a publisher can have."""
import email.utils
import http.server
import re
import signal
import threading
import zipfile

from lib import *


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=(), length=None):
        self.send_response(status)
        for k, v in headers:
            self.send_header(k, v)
        if status != 304:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def cut(self):
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(2)

    def do_GET(self):
        s = self.server.feeds
        path = self.path
        with s.lock:
            s.log.append((path, dict((k.lower(), v) for k, v in self.headers.items())))
        if s.fault and s.fault(self):
            return
        if path not in s.files:
            return self.answer(404, b"<html>not here</html>", [("Content-Type", "text/html")])
        body = s.files[path]
        marks = s.marks(body)
        if self.headers.get("If-None-Match") and self.headers["If-None-Match"] == dict(marks).get("ETag"):
            return self.answer(304, headers=marks)
        if not s.etags and self.headers.get("If-Modified-Since") and self.headers["If-Modified-Since"] == dict(marks).get("Last-Modified"):
            return self.answer(304, headers=marks)
        m = re.match(r"bytes=(\d+)-$", self.headers.get("Range") or "")
        same = self.headers.get("If-Range") in (None, dict(marks).get("ETag"), dict(marks).get("Last-Modified"))
        if m and same:
            first = int(m.group(1))
            return self.answer(206, body[first:], marks + [("Content-Range", "bytes %d-%d/%d" % (first, len(body) - 1, len(body)))])
        self.answer(200, body, marks)


class Feeds:
    """A publisher; `with Feeds() as s`. s.files: path -> bytes."""

    def __init__(self):
        self.files, self.log, self.fault, self.lock, self.etags = {}, [], None, threading.Lock(), True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.feeds = self
        self.server.handle_error = lambda *a: None
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]

    def marks(self, body):
        date = email.utils.formatdate(1700000000 + len(body), usegmt=True)
        return ([("ETag", '"%s"' % hashlib.sha256(body).hexdigest()[:16])] if self.etags else []) + [("Last-Modified", date)]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()

    def asked(self, path=""):
        return [h for p, h in self.log if path in p]


def osv_zip(names, size=0):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for n in names:
            record = {"id": "PYSEC-2024-%s" % n, "modified": "2024-01-02T00:00:00Z", "summary": "About " + str(n),
                      "details": os.urandom(size // 2).hex(), "aliases": ["CVE-2024-%s" % n],
                      "affected": [{"package": {"ecosystem": "PyPI", "name": "alpha%s" % n},
                                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.%s" % n}]}]}]}
            z.writestr("PYSEC-2024-%s.json" % n, json.dumps(record))
    return out.getvalue()


def secdb(version):
    return json.dumps({"apkurl": "{{urlprefix}}/{{distroversion}}", "archs": ["x86_64"], "reponame": "main", "urlprefix": "https://example",
                       "distroversion": "v3.18", "packages": [{"pkg": {"name": "openssl", "secfixes": {version: ["CVE-2024-9999"]}}}]}).encode()


LIST = """feeds:
  - {name: osv, url: "%(u)s/{}/all.zip", file: "{}/all.zip", each: [PyPI, Rocky Linux]}
  - {name: alpine, url: "%(u)s/v3.18/main.json", file: main.json}
  - {name: newest, url: "%(u)s/new/{}", latest: "%(u)s/latest.txt", file: newest.json, default: false}
"""


class Bench:
    def __init__(self, work, server):
        self.work, self.server, self.db = work, server, work + "/test.strakedb"
        server.files = {"/PyPI/all.zip": osv_zip([1001, 1002]), "/Rocky%20Linux/all.zip": osv_zip([2001]), "/v3.18/main.json": secdb("1.1.1g-r0")}
        self.list = work + "/feeds.yaml"
        with open(self.list, "w") as f:
            f.write(LIST % {"u": server.url})

    def update(self, *args, **kw):
        return strake("db", "update", "--db", self.db, "--feeds", self.work + "/store", "--feed-list", self.list, *args, cwd=self.work, **kw)

    def bytes(self):
        with open(self.db, "rb") as f:
            return f.read()


@test
def a_first_update_fetches_all_and_a_second_one_nothing(work):
    with Feeds() as s:
        b = Bench(work, s)
        r = b.update()
        assert r.code == 0, r.err
        first = b.bytes()
        assert len(s.log) == 3
        r = b.update()
        assert r.code == 0, r.err
        r.says("nothing has changed")
        assert b.bytes() == first
        assert all("if-none-match" in h for h in s.asked()[3:]) and len(s.log) == 6
        assert strake("db", "verify", "--db", b.db).code == 0
        for name in ("alpha1001", "alpha2001", "openssl"):
            assert name in strake("db", "search", "--db", b.db, name).out, name


@test
def a_changed_feed_is_fetched_alone_and_the_rest_is_kept(work):
    with Feeds() as s:
        b = Bench(work, s)
        assert b.update().code == 0
        s.files["/v3.18/main.json"] = secdb("1.1.1z-r0")
        r = b.update()
        assert r.code == 0, r.err
        r.says("1 fetched")
        out = strake("db", "search", "--db", b.db, "openssl").out
        assert "1.1.1z-r0" in out and "1.1.1g-r0" not in out, out


@test
def dates_do_where_there_are_no_etags(work):
    with Feeds() as s:
        s.etags = False
        b = Bench(work, s)
        assert b.update().code == 0
        r = b.update()
        r.says("nothing has changed")
        assert "if-modified-since" in s.asked()[-1]


@test
def the_same_feeds_give_the_same_bytes_as_a_build(work):
    env = {"SOURCE_DATE_EPOCH": "1700000000"}
    with Feeds() as s:
        b = Bench(work, s)
        assert b.update(env=env).code == 0
        r = strake("db", "build", "--from", work + "/store", "--output", work + "/other.strakedb", env=env)
        assert r.code == 0, r.err
        with open(work + "/other.strakedb", "rb") as f:
            assert f.read() == b.bytes()
        assert b.update("--force", env=env).code == 0
        with open(work + "/other.strakedb", "rb") as f:
            assert f.read() == b.bytes()


@test
def a_cut_download_goes_on_where_it_ended(work):
    with Feeds() as s:
        b = Bench(work, s)
        body = s.files["/PyPI/all.zip"] = osv_zip(range(1001, 1011), 200000)
        cuts = []

        def fault(h):
            if h.path != "/PyPI/all.zip" or len(cuts) >= 3:
                return False
            m = re.match(r"bytes=(\d+)-", h.headers.get("Range") or "bytes=0-")
            first = int(m.group(1))
            cuts.append(first)
            part = body[first:first + len(body) // 5]
            head = [("Content-Range", "bytes %d-%d/%d" % (first, len(body) - 1, len(body)))] if first else []
            h.answer(206 if first else 200, part, s.marks(body) + head, length=len(body) - first)
            h.cut()
            return True

        s.fault = fault
        r = b.update()
        assert r.code == 0, r.err
        assert cuts == sorted(set(cuts)) and cuts[-1] > 0, cuts
        with open(work + "/store/osv/PyPI/all.zip", "rb") as f:
            assert f.read() == body


@test
def a_part_of_another_file_is_thrown_away(work):
    with Feeds() as s:
        b = Bench(work, s)
        old, new = osv_zip(range(1001, 1006), 200000), osv_zip(range(3001, 3006), 200000)
        state = {"n": 0}

        def fault(h):
            if h.path != "/PyPI/all.zip":
                return False
            state["n"] += 1
            if state["n"] > 1:
                s.files["/PyPI/all.zip"] = new
                return False
            h.answer(200, old[:100000], s.marks(old), length=len(old))
            h.cut()
            return True

        s.fault = fault
        r = b.update()
        assert r.code == 0, r.err
        with open(work + "/store/osv/PyPI/all.zip", "rb") as f:
            assert f.read() == new


@test
def a_killed_update_leaves_the_database_and_the_next_one_goes_on(work):
    with Feeds() as s:
        b = Bench(work, s)
        assert b.update().code == 0
        before = b.bytes()
        body = s.files["/PyPI/all.zip"] = osv_zip(range(1001, 1011), 400000)
        sent = threading.Event()

        def slow(h):
            if h.path != "/PyPI/all.zip" or sent.is_set():
                return False
            h.answer(200, body[:1000000], s.marks(body), length=len(body))
            h.wfile.flush()
            time.sleep(0.5)
            sent.set()
            time.sleep(5)
            return True

        s.fault = slow
        p = subprocess.Popen([STRAKE, "db", "update", "--db", b.db, "--feeds", work + "/store", "--feed-list", b.list], stderr=subprocess.DEVNULL)
        assert sent.wait(20)
        p.send_signal(signal.SIGKILL)
        p.wait()
        assert b.bytes() == before
        s.log.clear()
        r = b.update()
        assert r.code == 0, r.err
        assert "range" in s.asked("/PyPI/all.zip")[0], s.asked("/PyPI/all.zip")
        assert "alpha1010" in strake("db", "search", "--db", b.db, "alpha1010").out


@test
def what_is_no_feed_is_refused_and_the_old_copy_is_used(work):
    with Feeds() as s:
        b = Bench(work, s)
        assert b.update().code == 0
        good = dict(s.files)
        broken = bytearray(good["/PyPI/all.zip"])
        broken[60] ^= 0xff
        for path, body, says in (("/PyPI/all.zip", b"<!DOCTYPE html><html>maintenance</html>", "HTML page"),
                                 ("/PyPI/all.zip", good["/PyPI/all.zip"][:-30], "zip"),
                                 ("/PyPI/all.zip", bytes(broken), "PYSEC"),
                                 ("/PyPI/all.zip", b"{}", "not packed"),
                                 ("/v3.18/main.json", good["/v3.18/main.json"][:-10], "ends early"),
                                 ("/v3.18/main.json", b"error", "not what its name says"),
                                 ("/v3.18/main.json", b"", "empty")):
            s.files = dict(good, **{path: body})
            r = b.update("--force")
            assert r.code == 4, (path, says, r.code, r.err)
            r.says(says)
            r.says("the old copy is used")
            out = strake("db", "search", "--db", b.db, "openssl").out + strake("db", "search", "--db", b.db, "alpha1001").out
            assert "1.1.1g-r0" in out and "CVE-2024-1001" in out, out


@test
def a_truncated_gzip_is_refused(work):
    with Feeds() as s:
        whole = gzip.compress(secdb("1-r0") * 1, mtime=0)
        s.files = {"/main.json.gz": whole[:-6]}
        args = ("db", "update", "--db", work + "/x.strakedb", "--feeds", work + "/store", "--from", s.url + "/main.json.gz")
        r = strake(*args)
        assert r.code == 3 and not os.path.exists(work + "/x.strakedb"), r.err
        s.files = {"/main.json.gz": whole}
        assert strake(*args).code == 0


@test
def refusals_that_pass_are_waited_for(work):
    with Feeds() as s:
        b = Bench(work, s)
        seen = []

        def busy(h):
            if h.path != "/v3.18/main.json" or len(seen) >= 2:
                return False
            seen.append(time.monotonic())
            h.answer(429 if len(seen) == 1 else 503, b"slow down", [("Retry-After", "1")])
            return True

        s.fault = busy
        r = b.update()
        assert r.code == 0, r.err
        assert len(seen) == 2 and seen[1] - seen[0] >= 0.9
        s.fault = lambda h: h.answer(503, b"", [("Retry-After", "3600")]) or True
        r = b.update()
        assert r.code == 4 and r.seconds < 20, (r.code, r.seconds, r.err)
        r.says("503")


@test
def a_silent_server_is_given_up(work):
    with Feeds() as s:
        b = Bench(work, s)
        assert b.update().code == 0

        def silent(h):
            if h.path != "/v3.18/main.json":
                return False
            time.sleep(8)
            return True

        s.fault = silent
        # five tries of a second each at most, and the waiting between them
        r = b.update("--timeout", "60s", env={"STRAKE_STALL_TIMEOUT": "1"})
        assert r.code == 4, r.err
        r.says("alpine")


@test
def nothing_to_be_had_is_exit_3_and_the_old_database_stays(work):
    with Feeds() as s:
        b = Bench(work, s)
        assert b.update().code == 0
        before = b.bytes()
        s.files = {}
        r = strake("db", "update", "--db", b.db, "--feeds", work + "/empty", "--feed-list", b.list)
        assert r.code == 3, r.code
        r.says("404")
        assert b.bytes() == before


@test
def redirects_are_followed(work):
    with Feeds() as s:
        b = Bench(work, s)

        def moved(h):
            if h.path != "/v3.18/main.json":
                return False
            h.answer(302, b"", [("Location", "/elsewhere.json")])
            return True

        s.fault = moved
        s.files["/elsewhere.json"] = s.files["/v3.18/main.json"]
        assert b.update().code == 0
        assert s.asked("/elsewhere.json")


@test
def feeds_are_chosen_by_name_mirrored_and_found_by_what_is_newest(work):
    with Feeds() as s, Feeds() as mirror:
        b = Bench(work, s)
        s.files["/latest.txt"] = b"data-2.json\n"
        s.files["/new/data-2.json"] = secdb("7-r7")
        r = b.update("--feed", "newest")
        assert r.code == 0, r.err
        assert "7-r7" in strake("db", "search", "--db", b.db, "openssl").out
        s.files["/latest.txt"] = b"../../etc/passwd?x\n"
        assert b.update("--feed", "newest").code == 4
        mirror.files = {"/m/v3.18/main.json": secdb("8-r8")}
        r = b.update("--feed", "alpine", "--mirror", s.url + "=" + mirror.url + "/m")
        assert r.code == 0, r.err
        assert "8-r8" in strake("db", "search", "--db", b.db, "openssl").out
        r = b.update("--feed", "alpina")
        assert r.code == 2, r.code
        r.says("alpina")


@test
def a_single_address_and_a_path_here_will_do(work):
    with Feeds() as s:
        b = Bench(work, s)
        with open(work + "/here.json", "wb") as f:
            f.write(secdb("5-r5"))
        r = strake("db", "update", "--db", b.db, "--feeds", work + "/store", "--from", s.url + "/PyPI/all.zip", "--from", work + "/here.json")
        assert r.code == 0, r.err
        assert "5-r5" in strake("db", "search", "--db", b.db, "openssl").out
        assert "CVE-2024-1001" in strake("db", "search", "--db", b.db, "alpha1001").out


@test
def lists_cannot_reach_out_of_the_store(work):
    for entry in ('{name: a, url: "https://example/x", file: ../../x}', '{name: a, url: "file:///etc/passwd", file: x}',
                  '{name: a, url: "https://example/x", file: .x}', '{name: a/b, url: "https://example/x", file: x}', '{name: a, file: x}'):
        with open(work + "/l.yaml", "w") as f:
            f.write("feeds:\n  - %s\n" % entry)
        r = strake("db", "update", "--feed-list", work + "/l.yaml", "--feeds", work + "/s", "--db", work + "/x.strakedb")
        assert r.code == 2, (entry, r.code, r.err)
        r.says("l.yaml: 2:")


@test
def running_scans_keep_the_old_file_and_many_feeds_are_quick(work):
    with Feeds() as s:
        b = Bench(work, s)
        assert b.update().code == 0
        with open(b.db, "rb") as held:
            before = held.read(100)
            s.files["/v3.18/main.json"] = secdb("9-r9")
            assert b.update().code == 0
            held.seek(0)
            assert held.read(100) == before
        rows = "".join('  - {name: many, url: "%s/many/%d.json", file: "%d.json"}\n' % (s.url, i, i) for i in range(60))
        with open(b.list, "w") as f:
            f.write("feeds:\n" + rows)
        for i in range(60):
            s.files["/many/%d.json" % i] = secdb("%d-r0" % i)
        r = b.update("--parallel", "8")
        assert r.code == 0 and r.seconds < 30, (r.seconds, r.err)
        r.says("60 fetched")


main()
