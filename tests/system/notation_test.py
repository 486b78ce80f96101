# SPDX-License-Identifier: Apache-2.0
"""Notation's signatures of images and files: written, verified, refused; against notation where the package mirror has it."""
import base64
import glob

from sign_lib import *

LEAF = "keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nbasicConstraints=CA:FALSE\n"
AUTHORITY = "keyUsage=critical,keyCertSign,cRLSign\nbasicConstraints=critical,CA:TRUE\n"
KEYS = {"p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        "p521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"], "rsa2048": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        "rsa3072": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"], "rsa4096": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"]}


class Box:
    """A folder with keys, certificates and Notation's configuration."""

    def __init__(self, work):
        self.work = work
        self.config = os.path.join(work, "config")
        os.makedirs(self.config + "/notation")

    def env(self, **more):
        return dict({"XDG_CONFIG_HOME": self.config}, **more)

    def path(self, name):
        return os.path.join(self.work, name)

    def certificate(self, name, kind="p256", issuer=None, ext=None, subject="/C=US/ST=WA/O=acme/CN=", days="100"):
        """name.key and name.crt: self-signed or issued."""
        if not os.path.exists(self.path(name + ".key")):
            openssl("genpkey", *KEYS[kind], "-out", name + ".key", cwd=self.work)
        openssl("req", "-new", "-key", name + ".key", "-subj", subject + name, "-out", name + ".csr", cwd=self.work)
        open(self.path(name + ".ext"), "w").write(ext or LEAF)
        by = ["-CA", issuer + ".crt", "-CAkey", issuer + ".key", "-CAcreateserial"] if issuer else ["-signkey", name + ".key"]
        openssl("x509", "-req", "-in", name + ".csr", *by, "-days", days, "-extfile", name + ".ext", "-out", name + ".crt", "-sha256", cwd=self.work)

    def pair(self, name="dev", kind="p256", **kw):
        """A signer below an authority: dev.key, dev.pem (chain), root.crt."""
        if not os.path.exists(self.path("root.crt")):
            self.certificate("root", ext=AUTHORITY)
            self.trust("acme", "root.crt")
        self.certificate(name, kind=kind, issuer="root", **kw)
        self.chain(name, name, "root")

    def chain(self, name, *parts):
        open(self.path(name + ".pem"), "w").write("".join(open(self.path(p + ".crt")).read() for p in parts))

    def trust(self, store, *files, kind="ca"):
        folder = os.path.join(self.config, "notation/truststore/x509", kind, store)
        os.makedirs(folder, exist_ok=True)
        for f in files:
            shutil.copy(self.path(f), folder)
        return folder

    def policy(self, level="strict", scopes=("*",), stores=("ca:acme",), identities=("*",), blob=False, **verification):
        statement = {"name": "images", "signatureVerification": dict({"level": level}, **verification), "trustStores": list(stores),
                     "trustedIdentities": list(identities)}
        statement.update({"globalPolicy": True} if blob else {"registryScopes": list(scopes)})
        return self.document({"version": "1.0", "trustPolicies": [statement]}, blob)

    def document(self, doc, blob=False):
        path = self.path("blob.json" if blob else "policy.json")
        json.dump(doc, open(path, "w"))
        if not blob:
            shutil.copy(path, self.config + "/notation/trustpolicy.json")
            os.chmod(self.config + "/notation/trustpolicy.json", 0o600)
        return path

    def run(self, *args, **kw):
        return strake(*args, env=self.env(**kw.pop("env", {})), **kw)

    def ok(self, *args, **kw):
        r = self.run(*args, **kw)
        assert r.code == 0, (args, r.err, r.out)
        return r

    def sign(self, place, name="dev", *more, **kw):
        return self.ok("sign", "--formats", "notation", "--key", self.path(name + ".key"), "--certificate-chain", self.path(name + ".pem"), *more, place, **kw)

    def reasons(self, place, *more, policy="policy.json", **kw):
        """Exit code, and why each of Notation's signatures was accepted or not."""
        r = self.run("verify", "--trust-policy", self.path(policy), *more, "--format", "json", place, **kw)
        assert r.code in (0, 1), (r.code, r.err)
        return r.code, [v["reason"] for v in r.json() if v["form"] in ("notation", "none")]

    def layout(self, name="image"):
        os.makedirs(self.path(name))
        oci(self.path(name), [LAYER_TAR], tag="1")
        return "oci:%s:1" % self.path(name)


def referrers(place):
    """Manifests of Notation's in a layout."""
    folder = place[4:].rsplit(":", 1)[0]
    found = []
    for f in glob.glob(folder + "/blobs/sha256/*"):
        text = open(f, "rb").read()
        if b'"subject"' in text and b"vnd.cncf.notary.signature" in text:
            found.append(json.loads(text))
    return folder, found


def replace_envelope(place, change):
    """The layout's only signature, with another envelope in its place."""
    folder, found = referrers(place)
    assert len(found) == 1
    old = json.dumps(found[0], separators=(",", ":")).encode()
    assert os.path.exists(folder + "/blobs/sha256/" + sha(old)[7:]), "our manifests are compact JSON"
    layer = found[0]["layers"][0]
    body = change(open(folder + "/blobs/sha256/" + layer["digest"][7:], "rb").read())
    layer.update(digest=sha(body), size=len(body))
    new = json.dumps(found[0], separators=(",", ":")).encode()
    for b in (body, new):
        open(folder + "/blobs/sha256/" + sha(b)[7:], "wb").write(b)
    index = open(folder + "/index.json").read()
    os.remove(folder + "/blobs/sha256/" + sha(old)[7:])
    d = json.loads(index)
    for m in d["manifests"]:
        if m["digest"] == sha(old):
            m.update(digest=sha(new), size=len(new))
    json.dump(d, open(folder + "/index.json", "w"))


@test
def an_image_is_signed_and_verified_in_both_envelopes_with_every_kind_of_key(work):
    box = Box(work)
    box.policy()
    for kind in KEYS:
        box.pair(kind, kind=kind)
        place = box.layout(kind + "-image")
        assert box.reasons(place) == (1, ["unsigned"])
        for form in ("jws", "cose"):
            box.sign(place, kind, "--envelope", form, "-a", "env=prod").says("signed as Notation's")
        assert box.reasons(place, "-a", "env=prod") == (0, ["verified", "verified"])
        assert box.reasons(place, "-a", "env=test") == (1, ["wrong-annotation", "wrong-annotation"])
        # again: nothing piles up
        for form in ("jws", "cose"):
            box.sign(place, kind, "--envelope", form, "-a", "env=prod").says("signed by this key already")
        assert box.reasons(place) == (0, ["verified", "verified"])
        assert {m["layers"][0]["mediaType"] for m in referrers(place)[1]} == {"application/jose+json", "application/cose"}


@test
def what_was_verified_and_what_was_only_logged_is_told(work):
    box = Box(work)
    box.pair()
    place = box.layout()
    box.sign(place, "dev", "--expiry", "1h")
    later = {"SOURCE_DATE_EPOCH": "%d" % (time.time() + 7200)}
    box.policy()
    assert box.reasons(place) == (0, ["verified"])
    assert box.reasons(place, env=later) == (1, ["expired-signature"])
    path = box.policy("permissive")
    r = box.ok("verify", "--trust-policy", path, place, "--format", "json", env=later)
    v = r.json()[0]
    assert v["rule"] == "trust policy images" and v["identity"] == "CN=dev,O=acme,ST=WA,C=US", v
    assert [c for c in v["checks"] if c["result"] != "verified"] == [{"check": "expiry", "action": "log", "result": "expired-signature", "message": v["checks"][2]["message"]}], v
    assert [c["check"] for c in v["checks"]] == ["integrity", "authenticity", "expiry", "authenticTimestamp", "revocation"]
    box.ok("verify", "--trust-policy", path, place, env=later).says("only logs expiry")
    # the certificate itself
    late = {"SOURCE_DATE_EPOCH": "%d" % (time.time() + 200 * 86400)}
    box.sign(place)
    box.policy()
    assert box.reasons(place, env=late) == (1, ["expired-signature", "expired-certificate"])
    box.policy(override={"authenticTimestamp": "log"})
    assert box.reasons(place, env=late)[0] == 0
    path = box.document({"version": "1.0", "trustPolicies": [{"name": "none", "registryScopes": ["*"], "signatureVerification": {"level": "skip"}}]})
    r = box.ok("verify", "--trust-policy", path, box.layout("bare"), "--format", "json")
    assert [(v["verified"], v["reason"]) for v in r.json()] == [(False, "skipped")]
    box.ok("verify", "--trust-policy", path, place).says("without being verified")
    os.rename(place[4:-2], box.path("signed"))
    place = box.layout()
    box.ok("sign", "--formats", "bundle", "--key", box.path("dev.key"), place)
    r = box.ok("verify", "--trust-policy", path, place, "--format", "json")
    assert [(v["verified"], v["reason"]) for v in r.json()] == [(False, "skipped"), (False, "unsupported")]
    box.ok("verify", "--trust-policy", path, place).says("without being verified")


@test
def who_is_trusted_is_decided_by_store_identity_and_scope(work):
    box = Box(work)
    box.pair()
    place = box.layout()
    box.sign(place)
    box.certificate("other", ext=AUTHORITY)
    box.trust("others", "other.crt")
    for policy, want in (({"stores": ["ca:others"]}, "untrusted-certificate"), ({"stores": ["signingAuthority:acme"]}, None),
                         ({"stores": ["ca:others", "ca:acme"]}, "verified"),
                         ({"identities": ["x509.subject: C=US, ST=WA, O=acme"]}, "verified"),
                         ({"identities": ["x509.subject: CN=dev,O=acme,S=WA,C=US"]}, "verified"),
                         ({"identities": ["x509.subject: C=US, ST=WA, O=acme, CN=dev2"]}, "wrong-identity"),
                         ({"identities": ["x509.subject: C=US, ST=WA, O=acm"]}, "wrong-identity"),
                         ({"scopes": ["registry.example/app"]}, "refused-by-policy")):
        path = box.policy(**policy)
        if want:
            assert box.reasons(place) == (0 if want == "verified" else 1, [want]), policy
        else:
            r = box.run("verify", "--trust-policy", path, place)
            assert r.code == 2
            r.says("truststore/x509/signingAuthority/acme")
    assert box.reasons(place, "--scope", "registry.example/app") == (0, ["verified"])
    assert box.reasons(place, "--scope", "registry.example/app2") == (1, ["refused-by-policy"])
    # a key and a policy: both kinds count, and both can be asked for
    openssl("pkey", "-in", "dev.key", "-pubout", "-out", "dev.pub", cwd=work)
    path = box.policy()
    both = ["--trust-policy", path, "--key", box.path("dev.pub")]
    assert box.run("verify", *both, "--require", "2", place).code == 1
    box.ok("sign", "--key", box.path("dev.key"), "--formats", "bundle", place)
    r = box.ok("verify", *both, "--require", "2", "--format", "json", place)
    assert sorted((v["form"], v["reason"]) for v in r.json()) == [("bundle", "verified"), ("notation", "verified")]
    assert [(v["form"], v["reason"]) for v in box.run("verify", "--key", box.path("dev.pub"), "--format", "json", place).json()] == [("bundle", "verified"), ("notation", "unsupported")]
    assert box.reasons(place)[0] == 0


def jws(change):
    """A change to the parts of a JWS."""
    def apply(body):
        e = json.loads(body)
        change(e)
        return json.dumps(e).encode()
    return apply


def b64(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unb64(text):
    return json.loads(base64.urlsafe_b64decode(text + "=="))


def header(**more):
    def change(e):
        p = unb64(e["protected"])
        p.update({k.replace("__", "."): v for k, v in more.items() if v is not None})
        for k, v in more.items():
            if v is None:
                p.pop(k.replace("__", "."))
        e["protected"] = b64(p)
    return jws(change)


@test
def what_was_tampered_with_is_refused_with_its_reason(work):
    box = Box(work)
    box.pair()
    box.policy()
    n = "io__cncf__notary__"
    changes = {
        "bad-signature": [jws(lambda e: e.update(payload=b64({"targetArtifact": dict(unb64(e["payload"])["targetArtifact"], size=1)}))),
                          jws(lambda e: e.update(signature=e["signature"][:-4] + "AAAA")), header(alg="ES384"), header(x=1),
                          header(alg="PS256"), header(**{n + "signingTime": "2020-01-01T00:00:00Z"})],
        "malformed": [lambda b: b"", lambda b: b[:-1], lambda b: b"[]", header(alg="none"), header(alg="HS256"), header(crit=[]), header(crit=None), header(cty=None),
                      header(crit=["io.cncf.notary.signingScheme", "nothing"]), header(**{n + "signingScheme": "notary.other"}), header(**{n + "signingTime": None}),
                      header(**{n + "signingTime": "yesterday"}), header(**{n + "expiry": "2030-01-01T00:00:00Z"}), jws(lambda e: e.pop("header")),
                      jws(lambda e: e["header"].update(x5c=[])), jws(lambda e: e["header"].update(x5c=["AAAA"])), jws(lambda e: e.update(payload=e["payload"] + "=")),
                      lambda b: b.replace(b'"payload"', b'"payload":"","payload"', 1)],
        "unsupported": [header(surprise="x", crit=["io.cncf.notary.signingScheme", "surprise"]), header(cty="text/plain"),
                        header(**{n + "verificationPlugin": "p", "crit": ["io.cncf.notary.signingScheme", "io.cncf.notary.verificationPlugin"]})],
        "untrusted-certificate": [jws(lambda e: e["header"].update(x5c=e["header"]["x5c"][:1])), jws(lambda e: e["header"]["x5c"].reverse())],
    }
    for reason, all_changes in changes.items():
        for i, change in enumerate(all_changes):
            place = box.layout("image-%s-%d" % (reason, i))
            box.sign(place)
            replace_envelope(place, change)
            assert box.reasons(place) == (1, [reason]), (reason, i)
    cose = {"bad-signature": [lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b.replace(b'"size":', b'"sizd":', 1)],
            "malformed": [lambda b: b[1:], lambda b: b + b"\0", lambda b: b[:-1], lambda b: b"\xd2\x84\x5f" + b[3:], lambda b: b"\xd2" * 100000,
                          lambda b: b"\xd2\x9b" + b"\xff" * 8]}
    for reason, all_changes in cose.items():
        for i, change in enumerate(all_changes):
            place = box.layout("cose-%s-%d" % (reason, i))
            box.sign(place, "dev", "--envelope", "cose")
            replace_envelope(place, change)
            assert box.reasons(place) == (1, [reason]), (reason, i)


def signed_by_hand(box, place, name, protected):
    """A change of an envelope: signed anew by openssl over another protected header."""
    def apply(body):
        e = json.loads(body)
        e["protected"] = b64(protected)
        open(box.path("tbs"), "w").write(e["protected"] + "." + e["payload"])
        openssl("dgst", "-sha256", "-sign", name + ".key", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-out", "raw", "tbs", cwd=box.work)
        e["signature"] = base64.urlsafe_b64encode(open(box.path("raw"), "rb").read()).rstrip(b"=").decode()
        return json.dumps(e).encode()
    replace_envelope(place, apply)


@test
def every_attribute_of_the_specification_is_heeded(work):
    box = Box(work)
    box.pair("dev", kind="rsa2048")
    box.trust("vouched", "root.crt", kind="signingAuthority")
    n = "io.cncf.notary."
    now = lambda shift=0: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + shift))
    plain = {"alg": "PS256", "cty": "application/vnd.cncf.notary.payload.v1+json", n + "signingScheme": "notary.x509", n + "signingTime": now(), "crit": [n + "signingScheme"]}
    authority = {"alg": "PS256", "cty": plain["cty"], n + "signingScheme": "notary.x509.signingAuthority", n + "authenticSigningTime": now(60),
                 "crit": [n + "signingScheme", n + "authenticSigningTime"]}
    with_plugin = {n + "verificationPlugin": "p", n + "verificationPluginMinVersion": "1.0.0"}
    cases = [(plain, "verified"), (dict(plain, note="x"), "verified"), (dict(plain, **with_plugin), "unsupported"),
             (dict(plain, crit=plain["crit"] + [n + "verificationPlugin"], **with_plugin), "unsupported"),
             (dict(plain, note="x", crit=plain["crit"] + ["note"]), "unsupported"),
             (dict(plain, crit=plain["crit"] + [n + "expiry"], **{n + "expiry": now(3600)}), "verified"),
             (dict(plain, **{n + "expiry": now(3600)}), "malformed"),
             (dict(plain, crit=plain["crit"] + [n + "expiry"], **{n + "expiry": now(-3600)}), "malformed"),  # before it was made
             (dict(plain, crit=plain["crit"] + [n + "expiry"], **{n + "signingTime": now(-7200), n + "expiry": now(-3600)}), "expired-signature"),
             (dict(plain, **{n + "signingTime": now().replace("Z", "+00:00")}), "verified"),
             (dict(plain, **{n + "authenticSigningTime": now()}), "malformed"),
             (authority, "verified"), (dict(authority, **{n + "authenticSigningTime": now(-86400)}), "expired-certificate"),
             (dict(authority, crit=[n + "signingScheme"]), "malformed"), (dict(authority, **{n + "signingTime": now()}), "malformed")]
    box.policy(stores=["ca:acme", "signingAuthority:vouched"])
    for i, (protected, want) in enumerate(cases):
        place = box.layout("image-%d" % i)
        box.sign(place)
        signed_by_hand(box, place, "dev", protected)
        assert box.reasons(place) == (0 if want == "verified" else 1, [want]), (i, want)
        if i == 11:
            # whom an authority vouches for is not whom the other store trusts
            late = {"SOURCE_DATE_EPOCH": "%d" % (time.time() + 200 * 86400)}
            assert box.reasons(place, env=late) == (0, ["verified"])
            box.policy(stores=["ca:acme"])
            assert box.reasons(place) == (1, ["untrusted-certificate"])
            box.policy(stores=["ca:acme", "signingAuthority:vouched"])


@test
def a_signature_of_another_image_is_no_signature_of_this_one(work):
    box = Box(work)
    box.pair()
    box.policy()
    with Registry() as r:
        one = r.image("app", "1", [LAYER_TAR])
        two = r.image("app", "2", [tar([("etc/hostname", b"other\n")])])
        box.sign("%s/app:1" % r.host)
        assert box.reasons("%s/app:1" % r.host) == (0, ["verified"])
        kind, body = r.manifests["app", "sha256-" + one["digest"][7:]]
        r.manifests["app", "sha256-" + two["digest"][7:]] = (kind, body)
        assert box.reasons("%s/app:2" % r.host) == (1, ["wrong-artifact"])


@test
def certificates_that_break_the_rules_are_neither_used_nor_accepted(work):
    box = Box(work)
    box.pair()
    box.policy()
    for name, ext, says in (("usage", LEAF.replace("digitalSignature", "digitalSignature,keyEncipherment"), "digitalSignature"),
                            ("casual", LEAF.replace("critical,", ""), "key usage"),
                            ("server", LEAF.replace("codeSigning", "codeSigning,serverAuth"), "codeSigning"),
                            ("mail", LEAF.replace("codeSigning", "emailProtection"), "codeSigning"), ("authority", AUTHORITY, "of an authority")):
        box.certificate(name, issuer="root", ext=ext)
        box.chain(name, name, "root")
        r = box.run("sign", "--formats", "notation", "--key", box.path(name + ".key"), "--certificate-chain", box.path(name + ".pem"), "oci:/nowhere:1")
        assert r.code == 2, (name, r.code, r.err)
        r.says(says)
    box.chain("half", "dev")
    shutil.copy(box.path("dev.key"), box.path("half.key"))
    r = box.run("sign", "--formats", "notation", "--key", box.path("half.key"), "--certificate-chain", box.path("half.pem"), "oci:/nowhere:1")
    assert r.code == 2
    r.says("lacks its root")
    r = box.run("sign", "--formats", "notation", "--key", box.path("mail.key"), "--certificate-chain", box.path("dev.pem"), "oci:/nowhere:1")
    assert r.code == 2
    r.says("no certificate in it is of the key")
    assert box.run("sign", "--formats", "notation", "--key", box.path("dev.key"), "oci:/nowhere:1").code == 2
    for name, ext in (("repudiate", LEAF.replace("digitalSignature", "digitalSignature,nonRepudiation")), ("own", LEAF.replace("codeSigning", "1.2.3.4")),
                      ("no-use", "keyUsage=critical,digitalSignature\n"), ("foreign", LEAF + "1.2.3.4=critical,ASN1:NULL\n")):
        box.certificate(name, issuer="root", ext=ext)
        box.chain(name, name, "root")
        place = box.layout("image-" + name)
        box.sign(place, name)
        assert box.reasons(place) == (0, ["verified"]), name
    r = box.run("sign", "--formats", "notation", "--key", box.path("dev.key"), "--certificate-chain", box.path("dev.pem"), box.layout("late"),
                env={"SOURCE_DATE_EPOCH": "%d" % (time.time() + 200 * 86400)})
    assert r.code == 2
    r.says("not valid now")
    # the chain in any order; an authority between; a self-signed signer
    box.certificate("middle", issuer="root", ext=AUTHORITY.replace("CA:TRUE", "CA:TRUE,pathlen:0"))
    box.certificate("deep", issuer="middle")
    box.chain("deep", "root", "deep", "middle")
    place = box.layout()
    box.sign(place, "deep")
    assert box.reasons(place) == (0, ["verified"])
    box.certificate("alone")
    box.chain("alone", "alone")
    place = box.layout("second")
    box.sign(place, "alone")
    assert box.reasons(place) == (1, ["untrusted-certificate"])
    box.trust("acme", "alone.crt")
    assert box.reasons(place) == (0, ["verified"])


@test
def trust_stores_hold_plain_files_with_anchors_and_nothing_else(work):
    box = Box(work)
    box.pair()
    path = box.policy()
    place = box.layout()
    box.sign(place)
    folder = box.config + "/notation/truststore/x509/ca/acme"
    for name, make, says in (("link.crt", lambda p: os.symlink(box.path("root.crt"), p), "link"), ("folder", os.mkdir, "no regular file"),
                             ("pipe", os.mkfifo, "no regular file"),
                             ("junk.crt", lambda p: open(p, "w").write("junk"), "no certificate"), ("leaf.crt", lambda p: shutil.copy(box.path("dev.crt"), p), "neither of an authority")):
        p = folder + "/" + name
        make(p)
        r = box.run("verify", "--trust-policy", path, place)
        assert r.code == 2, (name, r.code, r.err)
        r.says(says)
        (os.rmdir if name == "folder" else os.remove)(p)
    openssl("x509", "-in", "root.crt", "-outform", "DER", "-out", folder + "/root.cer", cwd=work)
    os.remove(folder + "/root.crt")
    assert box.reasons(place) == (0, ["verified"])
    os.rename(folder, folder + "-real")
    os.symlink(folder + "-real", folder)
    assert box.run("verify", "--trust-policy", path, place).code == 2
    os.remove(folder)
    assert box.run("verify", "--trust-policy", path, place).code == 2
    os.mkdir(folder)
    box.run("verify", "--trust-policy", path, place).says("is empty")
    # a policy that only logs who signed goes on
    path = box.policy("audit")
    box.ok("verify", "--trust-policy", path, place).says("is empty")
    os.symlink(path, box.path("link.json"))
    assert box.run("verify", "--trust-policy", box.path("link.json"), place).code == 2
    assert box.run("verify", "--trust-policy", box.path("none.json"), place).code == 2
    assert box.ok("verify", "--trust-policy", "notation", place).code == 0


@test
def what_is_revoked_or_not_known_is_refused_when_the_policy_says_so(work):
    box = Box(work)
    box.pair("dev", ext=LEAF + "crlDistributionPoints=URI:http://crl.invalid/acme.crl\n")
    place = box.layout()
    box.sign(place)
    box.policy()
    assert box.reasons(place) == (1, ["revocation-unknown"])
    box.policy(override={"revocation": "skip"})
    assert box.reasons(place) == (0, ["verified"])
    box.policy("permissive")
    assert box.reasons(place) == (0, ["verified"])
    box.policy()
    open(box.path("ca.cnf"), "w").write("[ca]\ndefault_ca=d\n[d]\ndatabase=%s\ndefault_md=sha256\ndefault_crl_days=10\n" % box.path("index.txt"))
    open(box.path("index.txt"), "w").close()
    crl = ["ca", "-config", "ca.cnf", "-gencrl", "-cert", "root.crt", "-keyfile", "root.key", "-out"]
    openssl(*crl, "good.crl", cwd=work)
    assert box.reasons(place, "--crl", box.path("good.crl")) == (0, ["verified"])
    stale = {"SOURCE_DATE_EPOCH": "%d" % (time.time() + 20 * 86400)}
    assert box.reasons(place, "--crl", box.path("good.crl"), env=stale) == (1, ["revocation-unknown"])
    openssl("ca", "-config", "ca.cnf", "-revoke", "dev.crt", "-cert", "root.crt", "-keyfile", "root.key", cwd=work)
    openssl(*crl, "bad.crl", cwd=work)
    openssl("crl", "-in", "bad.crl", "-outform", "DER", "-out", "bad.der", cwd=work)
    for f in ("bad.crl", "bad.der"):
        assert box.reasons(place, "--crl", box.path("good.crl"), "--crl", box.path(f)) == (1, ["revoked"])
    assert box.run("verify", "--trust-policy", box.path("policy.json"), "--crl", box.path("dev.crt"), place).code == 2
    # a list of a part of all certificates counts for those of its place
    for place_name, more, want in (("http://crl.invalid/acme.crl", "", "verified"), ("http://crl.invalid/other.crl", "", "revocation-unknown"),
                                   ("http://crl.invalid/acme.crl", "onlyCA=TRUE\n", "revocation-unknown"), ("http://crl.invalid/acme.crl", "onlyuser=TRUE\n", "verified")):
        open(box.path("index.txt"), "w").close()
        open(box.path("part.cnf"), "w").write(open(box.path("ca.cnf")).read() + "crl_extensions=e\n[e]\nissuingDistributionPoint=critical,@i\n[i]\nfullname=URI:%s\n%s"
                                              % (place_name, more))
        openssl("ca", "-config", "part.cnf", "-gencrl", "-cert", "root.crt", "-keyfile", "root.key", "-out", "part.crl", cwd=work)
        assert box.reasons(place, "--crl", box.path("part.crl")) == (0 if want == "verified" else 1, [want]), (place_name, more)
    # somebody else's list says nothing about it
    box.certificate("evil", ext=AUTHORITY)
    openssl("ca", "-config", "ca.cnf", "-gencrl", "-cert", "evil.crt", "-keyfile", "evil.key", "-out", "evil.crl", cwd=work)
    assert box.reasons(place, "--crl", box.path("evil.crl")) == (1, ["revocation-unknown"])


@test
def a_file_is_signed_and_verified(work):
    box = Box(work)
    box.pair()
    box.pair("big", kind="rsa3072")
    path = box.policy(blob=True)
    file = box.path("app.tar")
    open(file, "wb").write(os.urandom(100000))
    for who in ("dev", "big"):
        for form in ("jws", "cose"):
            box.ok("sign-blob", "--formats", "notation", "--envelope", form, "--key", box.path(who + ".key"), "--certificate-chain", box.path(who + ".pem"), "-a", "v=1", file)
            signature = "%s.%s.sig" % (file, form)
            verify = ["verify-blob", "--trust-policy", path, "--signature", signature]
            assert box.ok(*verify, "-a", "v=1", file, "--format", "json").json()["reason"] == "verified"
            assert box.run(*verify, "-a", "v=2", file, "--format", "json").json()["reason"] == "wrong-annotation"
            box.ok(*verify, "--media-type", "application/octet-stream", file).says("verified by trust policy images")
            assert box.run(*verify, "--media-type", "text/plain", file, "--format", "json").json()["reason"] == "wrong-artifact"
            with open(file, "rb") as f:
                assert box.run(*verify, "-", stdin=f).code == 0
            r = box.run(*verify, box.path("dev.pem"), "--format", "json")
            assert (r.code, r.json()["reason"]) == (1, "wrong-artifact")
            r = box.run(*verify, "--policy-name", "other", file, "--format", "json")
            assert (r.code, r.json()["reason"]) == (1, "refused-by-policy")
            box.ok(*verify, "--policy-name", "images", file)
    open(box.path("junk.sig"), "w").write("malformed signature")
    r = box.run("verify-blob", "--trust-policy", path, "--signature", box.path("junk.sig"), file, "--format", "json")
    assert (r.code, r.json()["reason"]) == (1, "malformed")
    assert box.run("verify-blob", "--trust-policy", path, "--signature", box.path("none.sig"), file).code == 3
    assert box.run("verify-blob", "--trust-policy", path, file).code == 2


class StampAuthority:
    """An authority of time stamps on loopback, by openssl."""

    def __init__(self, box):
        self.box = box
        box.certificate("ts-root", kind="rsa2048", ext=AUTHORITY)
        box.certificate("ts", kind="rsa2048", issuer="ts-root", ext="keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\n")
        open(box.path("ts.cnf"), "w").write("[tsa]\ndefault_tsa=t\n[t]\nserial=%s\ncrypto_device=builtin\nsigner_cert=%s\nsigner_key=%s\ncerts=%s\nsigner_digest=sha256\n"
                                            "default_policy=1.2.3.4\ndigests=sha256,sha384,sha512\naccuracy=secs:1\ness_cert_id_alg=sha256\n"
                                            % tuple(box.path(n) for n in ("ts.serial", "ts.crt", "ts.key", "ts-root.crt")))
        open(box.path("ts.serial"), "w").write("01\n")
        self.asked, self.answer = 0, None
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/timestamp-query"
                authority.asked += 1
                open(box.path("ask.tsq"), "wb").write(body)
                openssl("ts", "-reply", "-config", "ts.cnf", "-queryfile", "ask.tsq", "-out", "reply.tsr", cwd=box.work)
                reply = authority.answer or open(box.path("reply.tsr"), "rb").read()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *args):
                pass
        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@test
def a_signature_is_stamped_and_outlives_its_certificate(work):
    box = Box(work)
    box.pair(days="2")
    authority = StampAuthority(box)
    try:
        box.trust("clock", "ts-root.crt", kind="tsa")
        time.sleep(2.2)  # the stamps' accuracy is a second: the certificates must be older than that
        late = {"SOURCE_DATE_EPOCH": "%d" % (time.time() + 10 * 86400)}
        for form in ("jws", "cose"):
            place = box.layout(form)
            box.sign(place, "dev", "--envelope", form)
            box.policy(stores=["ca:acme", "tsa:clock"])
            assert box.reasons(place) == (1, ["no-timestamp"])
            box.sign(place, "dev", "--envelope", form, "--timestamp-url", authority.url, "--timestamp-root", box.path("ts-root.crt"))
            box.sign(place, "dev", "--envelope", form, "--timestamp-url", authority.url).says("signed by this key already")
            code, reasons = box.reasons(place)
            assert code == 0 and sorted(reasons) == ["no-timestamp", "verified"]
            code, reasons = box.reasons(place, env=late)
            assert code == 0 and sorted(reasons) == ["no-timestamp", "verified"]
            box.policy(stores=["ca:acme"])
            assert box.reasons(place, env=late) == (1, ["expired-certificate", "expired-certificate"])
        assert authority.asked == 2
        # what is no answer to the question is not kept
        place = box.layout("other")
        arguments = ["sign", "--formats", "notation", "--key", box.path("dev.key"), "--certificate-chain", box.path("dev.pem"), "--timestamp-url", authority.url]
        authority.answer = open(box.path("reply.tsr"), "rb").read()
        r = box.run(*arguments, place)
        assert r.code == 3, r.code
        r.says("of another signature")
        authority.answer = b"nonsense"
        box.run(*arguments, place).says("no answer of RFC 3161")
        authority.answer = None
        r = box.run(*arguments, "--timestamp-root", box.path("root.crt"), place)
        assert r.code == 3
        r.says("not of an authority that is trusted")
        assert referrers(place)[1] == []
        # nor are the other forms written when one of them cannot be made
        r = box.run("sign", "--formats", "legacy,bundle,notation", *arguments[3:], "--timestamp-root", box.path("root.crt"), place)
        assert r.code == 3 and len(json.load(open(referrers(place)[0] + "/index.json"))["manifests"]) == 1, r.err
        theirs = peers().get("notation") if not SANITIZED else None
        if theirs:
            box.policy(stores=["ca:acme", "tsa:clock"])
            box.ok(*arguments, place)
            Notation(box).ok("verify", "--oci-layout", place[4:], "--scope", "local/image")
            box.chain("ts-root", "ts-root")
            n = Notation(box)
            n.add_keys("dev")
            second = box.layout("theirs")
            n.ok("sign", "--oci-layout", "--key", "dev", "--timestamp-url", authority.url, "--timestamp-root-cert", box.path("ts-root.crt"), second[4:])
            assert box.reasons(second, env=late) == (0, ["verified"])
    finally:
        authority.close()


# ---- data of others ----

def e2e(*parts):
    return data("signing", "notation-e2e", *parts)


@test
def notations_own_policies_are_accepted_and_refused_as_notation_does(work):
    box = Box(work)
    shutil.copy(e2e("config/localkeys/e2e.crt"), box.path("e2e.crt"))
    box.trust("e2e", "e2e.crt")
    layout = "oci:%s:v1" % e2e("registry/oci_layout/e2e-valid-signature")
    verified = {"any_registry_scope_trust_policy", "audit_trustpolicy", "multi_statements_with_wildcard_registry_scope_trustpolicy", "multiple_trusted_identity_trustpolicy",
                "overlapped_trust_store_trustpolicy", "override_audit_trustpolicy", "override_permissive_trustpolicy", "override_strict_trustpolicy", "permissive_trustpolicy",
                "registry_scope_trustpolicy", "skip_trustpolicy", "trustpolicy", "valid_trusted_identity_trustpolicy"}
    refused = {"invalid_registry_scope_trustpolicy": "refused-by-policy", "multiple_registry_scope_trustpolicy": "refused-by-policy",
               "invalid_trusted_identity_trustpolicy": "wrong-identity"}
    # good policies whose stores are not there
    stores = {"generate_test_trustpolicy", "invalid_trust_store_trustpolicy", "multiple_trust_store_trustpolicy", "quickstart_trustpolicy", "timestamp_trustpolicy",
              "timestamp_after_cert_expiry_trustpolicy"}
    files = sorted(glob.glob(e2e("config/trustpolicies") + "/*.json"))
    assert len(files) >= 43
    for f in files:
        name = os.path.basename(f)[:-5]
        r = box.run("verify", "--trust-policy", f, "--scope", "localhost:5000/test-repo", "--format", "json", layout)
        if name in verified:
            assert r.code == 0, (name, r.err)
        elif name in refused:
            assert (r.code, r.json()[0]["reason"]) == (1, refused[name]), (name, r.err)
        else:
            assert r.code == 2, (name, r.code, r.err)
            r.says("trust store" if name in stores else "trust policy")


@test
def notations_own_layouts_get_the_verdicts_of_their_names(work):
    box = Box(work)
    shutil.copytree(e2e("config/localkeys"), box.path("keys"))
    box.trust("e2e", "keys/e2e.crt")
    box.trust("expired", "keys/expired_e2e.crt")
    box.trust("new", "keys/new_e2e.crt")
    box.policy(stores=["ca:e2e"])
    for name, want in (("e2e", (1, ["unsigned"])), ("e2e-valid-signature", (0, ["verified"])), ("e2e-expired-signature", (1, ["expired-signature"])),
                       ("e2e-invalid-signature", (1, ["malformed"])), ("e2e-valid-multiple-signatures", (0, ["verified", "untrusted-certificate"]))):
        assert box.reasons("oci:%s:v1" % e2e("registry/oci_layout", name)) == want, name
    box.policy(stores=["ca:e2e", "ca:new"])
    assert box.reasons("oci:%s:v1" % e2e("registry/oci_layout/e2e-valid-multiple-signatures"))[0] == 0
    expired = "oci:%s:v1" % e2e("registry/oci_layout/e2e-with-expired-cert")
    box.policy(stores=["ca:expired"])
    assert box.reasons(expired) == (1, ["expired-certificate"])
    # when it was made, the certificate was good (2023-06-27T06:07:26Z)
    assert box.reasons(expired, env={"SOURCE_DATE_EPOCH": "1687846050"}) == (0, ["verified"])


@test
def time_stamps_count_as_the_policy_says(work):
    box = Box(work)
    layout = e2e("registry/oci_layout/e2e-with-timestamped-signature")
    with_no_stamp = "oci:%s:v1" % e2e("registry/oci_layout/e2e-with-expired-cert")
    shutil.copy(e2e("config/localkeys/expired_e2e.crt"), box.path("expired.crt"))
    for f in glob.glob(layout + "/blobs/sha256/*"):
        text = open(f, "rb").read()
        if b'"x5c"' in text:
            open(box.path("signer.der"), "wb").write(base64.b64decode(json.loads(text)["header"]["x5c"][-1]))
    box.trust("signer", "signer.der", "expired.crt")
    shutil.copy(e2e("config/timestamp/globalsignTSARoot.cer"), box.path("ts.cer"))
    box.trust("ts", "ts.cer", kind="tsa")
    shutil.copy(e2e("config/timestamp/notSelfIssued.crt"), box.path("no-root.crt"))
    # its signature is of another authority's time; the envelope expired on 2025-01-21T12:39:46Z
    place, then = "oci:%s:v1" % layout, {"SOURCE_DATE_EPOCH": "1737452400"}
    box.policy(stores=["ca:signer", "tsa:ts"])
    assert box.reasons(place, env=then) == (1, ["bad-timestamp"])
    assert box.reasons(with_no_stamp) == (1, ["no-timestamp"])
    box.policy(stores=["ca:signer", "tsa:ts"], verifyTimestamp="afterCertExpiry")
    assert box.reasons(place, env=then) == (0, ["verified"])
    assert box.reasons(with_no_stamp) == (1, ["no-timestamp"])
    box.policy(stores=["ca:signer"])
    assert box.reasons(place, env=then) == (0, ["verified"])
    assert box.reasons(place) == (1, ["expired-signature"])
    path = box.policy(stores=["ca:signer", "tsa:ts"])
    box.trust("ts", "no-root.crt", kind="tsa")
    r = box.run("verify", "--trust-policy", path, place)
    assert r.code == 2
    r.says("no root authority")
    # the other layout's stamp is none at all
    other = "oci:%s:v1" % e2e("registry/oci_layout/e2e-with-invalid-timestamped-signature")
    os.remove(box.config + "/notation/truststore/x509/tsa/ts/no-root.crt")
    assert box.reasons(other, env=then) == (1, ["bad-timestamp"])


# ---- against the real program ----

class Notation:
    def __init__(self, box):
        if SANITIZED:
            raise Skip("the same programs are compared without sanitizers")
        self.program = peers().get("notation")
        if not self.program:
            raise Skip("no notation from the package mirror")
        self.box = box

    def add_keys(self, *names):
        keys = [{"name": n, "keyPath": self.box.path(n + ".key"), "certPath": self.box.path(n + ".pem")} for n in names]
        json.dump({"keys": keys}, open(self.box.config + "/notation/signingkeys.json", "w"))

    def run(self, *args):
        env = dict(os.environ, NOTATION_EXPERIMENTAL="1", **self.box.env())
        p = subprocess.run([self.program, *args], env=env, capture_output=True, text=True, timeout=60, check=False)
        return p.returncode, p.stdout + p.stderr

    def ok(self, *args):
        code, text = self.run(*args)
        assert code == 0, (args, text)
        return text


@test
def notation_and_strake_read_each_other(work):
    box = Box(work)
    theirs = Notation(box)
    for kind in KEYS:
        box.pair(kind, kind=kind)
    theirs.add_keys(*KEYS)
    box.policy(identities=["x509.subject: C=US, ST=WA, O=acme"])
    address, server = registry_server(work)
    try:
        for kind in KEYS:
            for form in ("jws", "cose"):
                ref = push(address, "theirs-%s-%s" % (kind, form), work)
                theirs.ok("sign", "--insecure-registry", "--key", kind, "--signature-format", form, "--user-metadata", "who=" + kind, "--expiry", "24h", ref)
                assert box.reasons(ref, "-a", "who=" + kind) == (0, ["verified"])
                assert box.reasons(ref, "-a", "who=x") == (1, ["wrong-annotation"])
                ref = push(address, "ours-%s-%s" % (kind, form), work)
                box.sign(ref, kind, "--envelope", form, "-a", "who=" + kind, "--expiry", "24h")
                theirs.ok("verify", "--insecure-registry", "--user-metadata", "who=" + kind, ref)
                listed = theirs.ok("inspect", "--insecure-registry", ref)
                assert "who: " + kind in listed and "strake" in listed, listed
                # one after the other on the same image
                theirs.ok("sign", "--insecure-registry", "--key", kind, "--signature-format", form, ref)
                assert box.reasons(ref) == (0, ["verified", "verified"])
                listed = theirs.ok("list", "--insecure-registry", ref)
                assert listed.count("── sha256:") == 2, listed
        # both refuse what is of another authority
        box.certificate("evil", ext=AUTHORITY)
        box.certificate("mallory", issuer="evil")
        box.chain("mallory", "mallory", "evil")
        ref = push(address, "evil", work)
        box.sign(ref, "mallory")
        assert box.reasons(ref) == (1, ["untrusted-certificate"])
        assert theirs.run("verify", "--insecure-registry", ref)[0] != 0
    finally:
        server.kill()
        server.wait()


@test
def notation_and_strake_agree_about_layouts_on_disk(work):
    box = Box(work)
    theirs = Notation(box)
    box.pair()
    theirs.add_keys("dev")
    box.policy()
    place = box.layout()
    path = place[4:]
    box.sign(place)
    theirs.ok("verify", "--oci-layout", path, "--scope", "local/image")
    theirs.ok("sign", "--oci-layout", "--key", "dev", path)
    assert box.reasons(place) == (0, ["verified", "verified"])
    replaced = box.layout("tampered")
    box.sign(replaced)
    replace_envelope(replaced, jws(lambda e: e.update(signature=e["signature"][:-4] + "AAAA")))
    assert theirs.run("verify", "--oci-layout", replaced[4:], "--scope", "local/image")[0] != 0
    assert box.reasons(replaced) == (1, ["bad-signature"])


main()
