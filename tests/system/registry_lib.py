# SPDX-License-Identifier: Apache-2.0
"""A registry on the loopback device for the tests: pull, push, referrers, sign-in, and every fault a network can have."""
import base64
import http.server
import re
import ssl
import threading
import urllib.parse

from lib import *

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=(), length=None):
        self.send_response(status)
        for k, v in headers:
            self.send_header(k, v)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def error(self, status, code, text="said by the test"):
        self.answer(status, json.dumps({"errors": [{"code": code, "message": text}]}).encode(), [("Content-Type", "application/json")])

    def cut(self):
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(2)

    def handle_any(self):
        r = self.server.registry
        self.path = re.sub(r"^http://[^/]*", "", self.path)  # as a proxy is asked
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length) if length else b""
        with r.lock:
            r.log.append((self.command, self.path, dict((k.lower(), v) for k, v in self.headers.items())))
        if r.fault and r.fault(self):
            return
        if self.path.startswith("/token"):
            return self.token(r)
        if not self.signed_in(r):
            return self.challenge(r)
        if self.path == "/v2/":
            return self.answer(200, b"{}")
        m = re.match(r"/v2/(.+?)/(manifests|blobs|referrers|tags)/([^?]*)", self.path)
        if not m:
            return self.error(404, "NAME_UNKNOWN")
        getattr(self, m.group(2))(r, m.group(1), m.group(3))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    # ---- sign-in ----

    def token(self, r):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query if self.command == "GET" else self.body.decode()))
        r.token_queries.append(query)
        basic = "Basic " + base64.b64encode(("%s:%s" % r.user).encode()).decode()
        good = query.get("refresh_token") == "the-identity" if self.command == "POST" else self.headers.get("Authorization") == basic
        if not good and not r.anonymous:
            return self.answer(401, b'{"details":"incorrect username or password"}')
        r.token = "token-%d" % len(r.token_queries)
        self.answer(200, json.dumps({r.token_key: r.token, "expires_in": 300}).encode())

    def signed_in(self, r):
        given = self.headers.get("Authorization")
        if r.auth == "basic":
            return given == "Basic " + base64.b64encode(("%s:%s" % r.user).encode()).decode()
        return r.auth is None or given == "Bearer " + str(r.token)

    def challenge(self, r):
        if r.auth == "basic":
            how = 'Basic realm="test"'
        else:
            repo = self.path.split("/v2/")[1].rsplit("/", 2)[0]
            scope = ',scope="repository:%s:pull"' % repo if repo else ""
            how = 'Bearer realm="%s",service="a service"%s' % (r.realm or r.url + "/token", scope)
        body = b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}'
        self.answer(401, body, [("WWW-Authenticate", how)])

    # ---- content ----

    def manifests(self, r, repo, ref):
        if self.command == "PUT":
            headers = [("Docker-Content-Digest", sha(self.body))]
            kind = self.headers["Content-Type"]
            for name in (ref, sha(self.body)):
                r.manifests[repo, name] = (kind, self.body)
            document = json.loads(self.body)
            if r.keeps_referrers and "subject" in document:
                subject = document["subject"]["digest"]
                entry = {"mediaType": kind, "digest": sha(self.body), "size": len(self.body),
                         "artifactType": document.get("artifactType") or document["config"]["mediaType"]}
                r.referrers = r.referrers or {}
                r.referrers.setdefault(subject, []).append(entry)
                headers.append(("OCI-Subject", subject))
            return self.answer(201, b"", headers)
        if (repo, ref) not in r.manifests:
            return self.error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        kind, body = r.manifests[repo, ref]
        if self.command == "DELETE":
            if not r.deletes:
                return self.error(405, "UNSUPPORTED")
            for name in [k for k, v in r.manifests.items() if k[0] == repo and (k[1] == ref or (":" in ref and sha(v[1]) == ref))]:
                del r.manifests[name]
            for entries in (r.referrers or {}).values():
                entries[:] = [e for e in entries if e["digest"] != ref]
            return self.answer(202)
        assert kind in self.headers.get_all("Accept") or r.lax, self.headers.get_all("Accept")
        self.answer(200, body, [("Content-Type", kind), ("Docker-Content-Digest", sha(body))])

    def tags(self, r, repo, rest):
        names = sorted(n for (where, n) in r.manifests if where == repo and ":" not in n)
        self.answer(200, json.dumps({"name": repo, "tags": names}).encode())

    def blobs(self, r, repo, rest):
        if rest.startswith("uploads/"):
            return self.upload(r, repo, rest)
        if rest not in r.blobs or (r.links is not None and (repo, rest) not in r.links):
            return self.error(404, "BLOB_UNKNOWN")
        body = r.blobs[rest]
        m = re.match(r"bytes=(\d+)-$", self.headers.get("Range") or "")
        if m and r.ranges:
            first = int(m.group(1))
            return self.answer(206, body[first:], [("Content-Range", "bytes %d-%d/%d" % (first, len(body) - 1, len(body)))])
        self.answer(200, body)

    def keep(self, r, repo, body):
        r.blobs[sha(body)] = body
        if r.links is not None:
            r.links.add((repo, sha(body)))

    def upload(self, r, repo, rest):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        if self.command == "POST" and query.get("mount"):
            if r.links is not None and (query.get("from"), query["mount"]) in r.links:
                r.links.add((repo, query["mount"]))
                return self.answer(201, b"", [("Location", "/v2/%s/blobs/%s" % (repo, query["mount"]))])
        if self.command == "POST":
            with r.lock:
                r.begun += 1
                number = str(r.begun)
            r.uploads[number] = b""
            return self.answer(202, b"", [("Location", "/v2/%s/blobs/uploads/%s?state=a%%20b" % (repo, number))])
        number = rest.split("/")[1]
        if number not in r.uploads:
            return self.error(404, "BLOB_UPLOAD_UNKNOWN")
        where = ("Location", "/v2/%s/blobs/uploads/%s?state=next" % (repo, number))
        if self.command == "DELETE":
            del r.uploads[number]
            return self.answer(204)
        if self.command == "GET":
            return self.answer(204, b"", [where, ("Range", "0-%d" % (len(r.uploads[number]) - 1))])
        if self.command == "PATCH":
            first = (self.headers.get("Content-Range") or "").split("-")[0]
            if first and int(first) != len(r.uploads[number]):
                return self.error(416, "BLOB_UPLOAD_INVALID")
            r.uploads[number] += self.body
            return self.answer(202, b"", [where, ("Range", "0-%d" % (len(r.uploads[number]) - 1))])
        body = r.uploads[number] + self.body
        if sha(body) != query.get("digest"):
            return self.error(400, "DIGEST_INVALID")
        del r.uploads[number]
        self.keep(r, repo, body)
        self.answer(201)

    def referrers(self, r, repo, rest):
        if r.referrers is None:
            return self.error(404, "NOT_FOUND")
        self.answer(200, json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": r.referrers.get(rest.split("?")[0], [])}).encode(),
                    [("Content-Type", INDEX)])


class Registry:
    """One server in a thread; `with Registry() as r`. Everything it was asked is in r.log."""

    def __init__(self, auth=None, tls=None):
        self.blobs, self.manifests, self.log, self.token_queries = {}, {}, [], []
        self.auth, self.user, self.token, self.token_key, self.realm, self.anonymous = auth, ("user", "pass:word"), None, "token", None, False
        self.fault, self.ranges, self.lax, self.referrers = None, True, False, None
        self.uploads, self.begun = {}, 0
        self.keeps_referrers, self.deletes = False, True
        self.links = None  # a set of (repository, digest): blobs are seen by those alone
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.registry = self
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.server.handle_error = lambda *a: None
        self.host = "127.0.0.1:%d" % self.server.server_address[1]
        self.url = ("https://" if tls else "http://") + self.host
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    def blob(self, content):
        self.blobs[sha(content)] = content
        return {"digest": sha(content), "size": len(content)}

    def manifest(self, repo, tag, document, kind=MANIFEST):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        for name in (tag, sha(body)):
            if name:
                self.manifests[repo, name] = (kind, body)
        return {"mediaType": kind, "digest": sha(body), "size": len(body)}

    def image(self, repo, tag, layers, arch="amd64", **more):
        """An image of tars; returns its descriptor."""
        config = self.blob(json.dumps({"architecture": arch, "os": "linux", "rootfs": {"type": "layers", "diff_ids": [sha(l) for l in layers]}}).encode())
        stored = [dict(self.blob(gzip.compress(l, mtime=0)), mediaType=LAYER) for l in layers]
        return self.manifest(repo, tag, dict({"schemaVersion": 2, "mediaType": MANIFEST, "config": dict(config, mediaType=CONFIG), "layers": stored}, **more))

    def asked(self, what=""):
        return [p for m, p, h in self.log if what in p]


def clean_home(work, **env):
    """An environment in which no credentials and daemons of this machine are found."""
    home = work + "/user"
    os.makedirs(home, exist_ok=True)
    return dict({"HOME": home, "DOCKER_CONFIG": home + "/docker", "XDG_RUNTIME_DIR": work + "/run", "XDG_CONFIG_HOME": home + "/config",
                 "DOCKER_HOST": "unix://" + work + "/no-docker", "CONTAINER_HOST": "unix://" + work + "/no-podman", "REGISTRY_AUTH_FILE": ""}, **env)


def openssl(*args, cwd):
    if not shutil.which("openssl"):
        raise Skip("openssl is not installed")
    p = subprocess.run(["openssl", *args], cwd=cwd, capture_output=True, text=True, check=False)
    assert p.returncode == 0, p.stderr


def make_ca(work):
    """ca.crt, server.{crt,key}, client.{cert,key} in work."""
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=test CA", "-days", "2", cwd=work)
    with open(work + "/ext", "w") as f:
        f.write("subjectAltName=IP:127.0.0.1\n")
    for name, out in (("server", "server.crt"), ("client", "client.cert")):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name, cwd=work)
        openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", out, cwd=work)


def tls_context(work, client=False):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(work + "/server.crt", work + "/server.key")
    if client:
        c.verify_mode = ssl.CERT_REQUIRED
        c.load_verify_locations(work + "/ca.crt")
    return c
