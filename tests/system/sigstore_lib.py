# SPDX-License-Identifier: Apache-2.0
"""Services of sigstore on the loopback device for the tests: Fulcio, Rekor of both kinds, a time stamp authority. Nothing but the
standard library and the openssl program; every certificate and proof is made here, so that each can be made wrong too."""
import base64
import datetime
import http.server
import struct
import threading
import urllib.parse

from lib import *


def openssl_run(*args, data=None, cwd=None):
    p = subprocess.run(["openssl", *args], input=data, cwd=cwd, capture_output=True, timeout=60, check=False)
    assert p.returncode == 0, (args, p.stderr)
    return p.stdout


def b64(b):
    return base64.b64encode(b).decode()


# ---- DER ----

def der(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    size = bytes([n]) if n < 128 else bytes([0x80 + (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + size + body


def seq(*parts):
    return der(0x30, *parts)


def oid(text):
    n = [int(x) for x in text.split(".")]
    out = bytes([40 * n[0] + n[1]])
    for v in n[2:]:
        part = [v & 0x7F]
        while v > 0x7F:
            v >>= 7
            part.insert(0, v & 0x7F | 0x80)
        out += bytes(part)
    return der(6, out)


def integer(v):
    return der(2, v.to_bytes(v.bit_length() // 8 + 1, "big"))


def der_name(text):
    return seq(der(0x31, seq(oid("2.5.4.3"), der(0x0C, text.encode())))) if text else seq()


def der_time(t):
    return der(0x17, datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%y%m%d%H%M%SZ").encode())  # until 2049 (RFC 5280)


def extension(number, value, critical=False):
    return seq(oid(number), *([der(1, b"\xff")] if critical else []), der(4, value))


SHA256_ECDSA = seq(oid("1.2.840.10045.4.3.2"))
SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"


class Key:
    def __init__(self, work, name):
        os.makedirs(work, exist_ok=True)
        self.path = os.path.join(work, name + ".pem")
        openssl_run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path)
        self.spki = openssl_run("pkey", "-in", self.path, "-pubout", "-outform", "DER")
        self.pem = openssl_run("pkey", "-in", self.path, "-pubout").decode()
        self.id = hashlib.sha256(self.spki).digest()

    def sign(self, data):
        return openssl_run("dgst", "-sha256", "-sign", self.path, data=data)


def tbs(serial, issuer, subject, spki, start, end, extensions):
    return seq(der(0xA0, integer(2)), integer(serial), SHA256_ECDSA, der_name(issuer), seq(der_time(start), der_time(end)), der_name(subject), spki,
               der(0xA3, seq(*extensions)))


def signed(body, key):
    return seq(body, SHA256_ECDSA, der(3, b"\0" + key.sign(body)))


def pem(certificate):
    text = b64(certificate)
    return "-----BEGIN CERTIFICATE-----\n" + "\n".join(text[i:i + 64] for i in range(0, len(text), 64)) + "\n-----END CERTIFICATE-----\n"


def key_ids(own, issuer):
    return [extension("2.5.29.14", der(4, hashlib.sha1(own).digest())), extension("2.5.29.35", seq(der(0x80, hashlib.sha1(issuer).digest())))]


def authority(name, key, issuer=None, issuer_key=None):
    extensions = [extension("2.5.29.15", der(3, b"\1\6"), True), extension("2.5.29.19", seq(der(1, b"\xff")), True),
                  *key_ids(key.spki, (issuer_key or key).spki)]
    now = int(time.time())
    return signed(tbs(int.from_bytes(os.urandom(8), "big") | 1, issuer or name, name, key.spki, now - 86400, now + 10 * 365 * 86400, extensions), issuer_key or key)


# ---- logs ----

def leaf_hash(body):
    return hashlib.sha256(b"\0" + body).digest()


def tree_root(hashes):
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_root(hashes[:k]) + tree_root(hashes[k:])).digest()


def tree_path(hashes, i):
    if len(hashes) == 1:
        return []
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return tree_path(hashes[:k], i) + [tree_root(hashes[k:])] if i < k else tree_path(hashes[k:], i - k) + [tree_root(hashes[:k])]


def canonical(value):
    """JCS, for what occurs here: ASCII and small numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Log:
    def __init__(self, work, name, origin, leaves=0):
        self.key, self.origin = Key(work, name), origin
        self.bodies = [b"entry %d" % i for i in range(leaves)]

    def checkpoint(self, hashes):
        text = "%s\n%d\n%s\n" % (self.origin, len(hashes), b64(tree_root(hashes)))
        return "%s\n\u2014 %s %s\n" % (text, self.origin.split(" ")[0], b64(self.key.id[:4] + self.key.sign(text.encode())))

    def find(self, body):
        return self.bodies.index(body) if body in self.bodies else -1

    def add(self, body):
        self.bodies.append(body)
        return len(self.bodies) - 1


# ---- the services ----

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body, kind="application/json", headers=()):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(status)
        for k, v in headers:
            self.send_header(k, v)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        s = self.server.services
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length) if length else b""
        path = urllib.parse.urlsplit(self.path).path.replace("//", "/")
        with s.lock:
            s.asked.append((self.command, self.path))
            if s.fault and s.fault(self, path):
                return
            for start, act in s.routes:
                if path.startswith(start):
                    return act(self, path)
        self.answer(404, {"code": 5, "message": "no such thing"})

    do_GET = do_POST = handle_any


class Sigstore:
    """with Sigstore(work) as s: s.url and the files trusted_root.json, signing_config.json in s.work. tweak: what an answer becomes."""

    def __init__(self, work, subject="dev@example.com", issuer="https://issuer.example", log_version=1, stamps=True):
        self.work = os.path.join(work, "sigstore")
        os.makedirs(self.work, exist_ok=True)
        self.subject, self.issuer, self.log_version, self.stamps = subject, issuer, log_version, stamps
        self.lock, self.asked, self.fault, self.tweak = threading.Lock(), [], None, {}
        self.ca_key, self.middle_key, self.ct, self.tsa_key, self.tsa_ca_key = (Key(self.work, n) for n in ("ca", "middle", "ct", "tsa", "tsa-ca"))
        self.ca = authority("test root", self.ca_key)
        self.middle = authority("test middle", self.middle_key, "test root", self.ca_key)
        self.make_stamper()
        self.routes = [("/api/v2/signingCert", self.certificate), ("/api/v1/signingCert", self.certificate_old), ("/api/v1/log/entries/retrieve", self.nothing),
                       ("/api/v1/log/entries", self.entry), ("/api/v1/log/publicKey", self.log_key), ("/api/v2/log/entries", self.entry_tiled), ("/tsa", self.stamp),
                       ("/token", lambda h, path: h.answer(200, {"value": self.token()} if h.headers.get("Authorization") == "Bearer secret" and "audience=sigstore" in h.path else {}))]

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.services = self
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = "127.0.0.1:%d" % self.server.server_port
        self.url = "http://" + self.host
        self.log = Log(self.work, "log", self.host + " - 42", leaves=5)
        self.tiled = Log(self.work, "tiled", "127.0.0.1", leaves=2)
        self.write_root()
        self.write_config()
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()

    def path(self, name):
        return os.path.join(self.work, name)

    def write_root(self, **change):
        valid = {"start": "2020-01-01T00:00:00Z"}

        def log(l):
            return {"baseUrl": self.url, "hashAlgorithm": "SHA2_256", "logId": {"keyId": b64(l.id)},
                    "publicKey": {"rawBytes": b64(l.spki), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": valid}}

        def authority_of(*certs):
            return {"subject": {"organization": "test", "commonName": "test"}, "uri": self.url, "validFor": valid, "certChain": {"certificates": [{"rawBytes": b64(c)} for c in certs]}}

        root = {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [log(self.log.key), log(self.tiled.key)], "ctlogs": [log(self.ct)],
                "certificateAuthorities": [authority_of(self.middle, self.ca)], "timestampAuthorities": [authority_of(self.tsa, self.tsa_ca)]}
        root.update(change)
        self.root = self.path("trusted_root.json")
        json.dump(root, open(self.root, "w"))

    def write_config(self):
        def service(url, version=1):
            return [{"url": url, "majorApiVersion": version, "validFor": {"start": "2020-01-01T00:00:00Z"}, "operator": "test"}]
        config = {"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json", "caUrls": service(self.url), "oidcUrls": service(self.url),
                  "rekorTlogUrls": service(self.url, self.log_version), "tsaUrls": service(self.url + "/tsa") if self.stamps else [],
                  "rekorTlogConfig": {"selector": "ANY"}, "tsaConfig": {"selector": "ANY"}}
        self.config = self.path("signing_config.json")
        json.dump(config, open(self.config, "w"))

    def token(self, **claims):
        part = lambda v: base64.urlsafe_b64encode(json.dumps(v).encode()).rstrip(b"=").decode()
        c = {"iss": self.issuer, "aud": "sigstore", "sub": "12345", "email": self.subject, "email_verified": True, "exp": int(time.time()) + 600, "iat": int(time.time()) - 5}
        c.update(claims)
        return ".".join([part({"alg": "RS256", "typ": "JWT"}), part({k: v for k, v in c.items() if v is not None}), base64.urlsafe_b64encode(b"s" * 64).rstrip(b"=").decode()])

    # -- Fulcio --

    def make_leaf(self, spki, with_sct=True):
        start = int(time.time()) - 5
        name = seq(der(0x81, self.subject.encode()))
        extensions = [extension("2.5.29.15", der(3, b"\7\x80"), True), extension("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.3"))), *key_ids(spki, self.middle_key.spki),
                      extension("2.5.29.17", name, True), extension("1.3.6.1.4.1.57264.1.1", self.issuer.encode()),
                      extension("1.3.6.1.4.1.57264.1.8", der(0x0C, self.issuer.encode()))]
        args = (int.from_bytes(os.urandom(16), "big") | 1 << 126, "test middle", "", spki, start, start + self.tweak.get("lifetime", 600))
        if with_sct:
            before = tbs(*args, extensions)
            when = int(time.time() * 1000)
            data = struct.pack(">BBQH", 0, 0, when, 1) + hashlib.sha256(self.middle_key.spki).digest() + len(before).to_bytes(3, "big") + before + b"\0\0"
            sig = self.ct.sign(data if not self.tweak.get("bad_sct") else data + b"x")
            one = b"\0" + self.ct.id + struct.pack(">QH", when, 0) + b"\4\3" + struct.pack(">H", len(sig)) + sig
            both = struct.pack(">H", len(one)) + one
            extensions = extensions + [extension(SCT_LIST, der(4, struct.pack(">H", len(both)) + both))]
        return signed(tbs(*args, extensions), self.middle_key)

    def claims(self, h):
        bearer = h.headers.get("Authorization") or ""
        token = bearer[7:] if bearer.startswith("Bearer ") else json.loads(h.body).get("credentials", {}).get("oidcIdentityToken", "")
        body = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))

    def proven(self, h, public, proof):
        claims = self.claims(h)
        assert claims["aud"] == "sigstore" and claims["exp"] > time.time()
        open(self.path("asked.pub"), "w").write(public)
        open(self.path("asked.sig"), "wb").write(base64.b64decode(proof))
        openssl_run("dgst", "-sha256", "-verify", self.path("asked.pub"), "-signature", self.path("asked.sig"), data=(claims.get("email") or claims["sub"]).encode())
        spki = openssl_run("pkey", "-pubin", "-in", self.path("asked.pub"), "-outform", "DER")
        if self.tweak.get("other_key"):
            spki = self.ct.spki
        return self.make_leaf(spki, not self.tweak.get("no_sct"))

    def certificate(self, h, path):
        rq = json.loads(h.body)["publicKeyRequest"]
        leaf = self.proven(h, rq["publicKey"]["content"], rq["proofOfPossession"])
        h.answer(200, {"signedCertificateEmbeddedSct": {"chain": {"certificates": [pem(leaf), pem(self.middle), pem(self.ca)]}}})

    def certificate_old(self, h, path):
        rq = json.loads(h.body)
        spki = base64.b64decode(rq["publicKey"]["content"])
        text = b64(spki)
        public = "-----BEGIN PUBLIC KEY-----\n" + "\n".join(text[i:i + 64] for i in range(0, len(text), 64)) + "\n-----END PUBLIC KEY-----\n"
        leaf = self.proven(h, public, rq["signedEmailAddress"])
        h.answer(201, (pem(leaf) + pem(self.middle) + pem(self.ca)).encode(), "application/pem-certificate-chain")

    # -- Rekor 1 --

    def log_key(self, h, path):
        h.answer(200, self.log.key.pem.encode(), "application/x-pem-file")

    def nothing(self, h, path):
        h.answer(200, [])

    def body_of(self, rq):
        if rq["kind"] != "dsse":
            return canonical(rq)
        content = rq["spec"]["proposedContent"]
        envelope = json.loads(content["envelope"])
        digest = lambda b: {"algorithm": "sha256", "value": hashlib.sha256(b).hexdigest()}
        return canonical({"apiVersion": "0.0.1", "kind": "dsse", "spec": {
            "envelopeHash": digest(content["envelope"].encode()), "payloadHash": digest(base64.b64decode(envelope["payload"])),
            "signatures": [{"signature": s["sig"], "verifier": v} for s, v in zip(envelope["signatures"], content["verifiers"])]}})

    def entry_json(self, index):
        body, hashes = self.log.bodies[index], [leaf_hash(b) for b in self.log.bodies]
        when, name = int(time.time()), self.log.key.id.hex()
        if self.tweak.get("other_entry"):
            body = canonical({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {}})
        promise = canonical({"body": b64(body), "integratedTime": when, "logID": name, "logIndex": index + 1000})
        proof = {"checkpoint": self.log.checkpoint(hashes), "hashes": [x.hex() for x in tree_path(hashes, index)], "logIndex": index, "rootHash": tree_root(hashes).hex(), "treeSize": len(hashes)}
        if self.tweak.get("bad_proof"):
            proof["rootHash"] = "00" * 32
        sig = self.log.key.sign(promise + (b" " if self.tweak.get("bad_promise") else b""))
        return {"%016x%s" % (42, leaf_hash(self.log.bodies[index]).hex()): {"body": b64(body), "integratedTime": when, "logID": name, "logIndex": index + 1000,
                "verification": {"inclusionProof": proof, "signedEntryTimestamp": b64(sig)}}}

    def entry(self, h, path):
        name = path[len("/api/v1/log/entries"):].strip("/")
        if h.command == "GET":
            index = [i for i, b in enumerate(self.log.bodies) if name[-64:] == leaf_hash(b).hex()] if name else []
            return h.answer(200, self.entry_json(index[0])) if index else h.answer(404, {"code": 404, "message": "no entry"})
        body = self.body_of(json.loads(h.body))
        if self.log.find(body) >= 0:
            where = "/api/v1/log/entries/%016x%s" % (42, leaf_hash(body).hex())
            return h.answer(409, {"code": 409, "message": "an equivalent entry already exists"}, headers=[("Location", where)])
        entry = self.entry_json(self.log.add(body))
        h.answer(201, entry, headers=[("ETag", list(entry)[0]), ("Location", "/api/v1/log/entries/" + list(entry)[0])])

    # -- Rekor 2 --

    def entry_tiled(self, h, path):
        rq = json.loads(h.body)
        if "hashedRekordRequestV002" in rq:
            one = rq["hashedRekordRequestV002"]
            kind, spec = "hashedrekord", {"hashedRekordV002": {"data": {"algorithm": "SHA2_256", "digest": one["digest"]}, "signature": one["signature"]}}
        else:
            one = rq["dsseRequestV002"]
            envelope = one["envelope"]
            kind, spec = "dsse", {"dsseV002": {"payloadHash": {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(base64.b64decode(envelope["payload"])).digest())},
                                               "signatures": [{"content": s["sig"], "verifier": v} for s, v in zip(envelope["signatures"], one["verifiers"])]}}
        body = canonical({"apiVersion": "0.0.2", "kind": kind, "spec": spec})
        index = self.tiled.add(body)
        hashes = [leaf_hash(b) for b in self.tiled.bodies]
        proof = {"logIndex": str(index), "rootHash": b64(tree_root(hashes)), "treeSize": str(len(hashes)), "hashes": [b64(x) for x in tree_path(hashes, index)],
                 "checkpoint": {"envelope": self.tiled.checkpoint(hashes)}}
        h.answer(201, {"logIndex": str(index), "logId": {"keyId": b64(self.tiled.key.id)}, "kindVersion": {"kind": kind, "version": "0.0.2"}, "integratedTime": "0",
                       "inclusionPromise": None, "inclusionProof": proof, "canonicalizedBody": b64(body)})

    # -- time stamps --

    def make_stamper(self):
        self.tsa_ca = authority("test time root", self.tsa_ca_key)
        now = int(time.time())
        extensions = [extension("2.5.29.15", der(3, b"\7\x80"), True), extension("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.8")), True), *key_ids(self.tsa_key.spki, self.tsa_ca_key.spki)]
        self.tsa = signed(tbs(77, "test time root", "test time", self.tsa_key.spki, now - 3600, now + 365 * 86400, extensions), self.tsa_ca_key)
        open(self.path("tsa.crt"), "w").write(pem(self.tsa))
        open(self.path("tsa-chain.crt"), "w").write(pem(self.tsa_ca))
        open(self.path("serial"), "w").write("01\n")
        open(self.path("tsa.cnf"), "w").write("""[tsa]
default_tsa = one
[one]
serial = %s
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.57264.2
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
""" % self.path("serial"))

    def stamp(self, h, path):
        open(self.path("query"), "wb").write(h.body if not self.tweak.get("old_query") else self.tweak["old_query"])
        h.answer(200, openssl_run("ts", "-reply", "-config", self.path("tsa.cnf"), "-queryfile", self.path("query"), "-signer", self.path("tsa.crt"), "-inkey", self.tsa_key.path,
                                  "-chain", self.path("tsa-chain.crt")), "application/timestamp-reply")
