# SPDX-License-Identifier: Apache-2.0
"""Keys, signatures, attestations of images and files; against cosign where the package mirror has it."""
import base64
import stat
import threading

from sign_lib import *

EMPTY_CONFIG = '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","rekorTlogConfig":{},"tsaConfig":{}}'


def env(**more):
    return dict({"STRAKE_PASSWORD": "open sesame", "COSIGN_PASSWORD": "open sesame"}, **more)


def ok(*args, **kw):
    r = strake(*args, env=env(**kw.pop("env", {})), **kw)
    assert r.code == 0, (args, r.err, r.out)
    return r


def run(*args, **kw):
    return strake(*args, env=env(**kw.pop("env", {})), **kw)


def keys(work, *names, kind="ecdsa-p256"):
    for n in names:
        ok("key", "generate", "--type", kind, "--output-key-prefix", os.path.join(work, n))


def layout(work, name="image", tag="1"):
    path = os.path.join(work, name)
    os.makedirs(path)
    oci(path, [LAYER_TAR], tag=tag)
    return "oci:%s:%s" % (path, tag)


def verdicts(run):
    return [(v["form"], v["reason"]) for v in run.json()]


@test
def a_key_is_made_encrypted_for_its_owner_alone_and_never_replaced(work):
    keys(work, "a")
    key = work + "/a.key"
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600
    assert "BEGIN ENCRYPTED SIGSTORE PRIVATE KEY" in open(key).read()
    before = open(key).read()
    r = run("key", "generate", "--output-key-prefix", work + "/a")
    assert r.code == 2, r.code
    r.says("is there already")
    assert open(key).read() == before
    ok("key", "generate", "--force", "--output-key-prefix", work + "/a")
    assert open(key).read() != before
    assert sorted(os.listdir(work)) == ["a.key", "a.pub"], os.listdir(work)
    r = run("key", "public", "--key", key, env={"STRAKE_PASSWORD": "wrong"})
    assert r.code == 3, r.code
    r.says("password")
    assert ok("key", "public", key).out == open(work + "/a.pub").read()


@test
def a_password_comes_from_a_file_or_the_environment_and_nowhere_else(work):
    keys(work, "a")
    open(work + "/pw", "w").write("open sesame\n")
    bare = {"STRAKE_PASSWORD": "", "COSIGN_PASSWORD": ""}
    full = {k: v for k, v in os.environ.items() if k not in bare}
    p = subprocess.run([STRAKE, "key", "public", "--password-file", work + "/pw", work + "/a.key"], env=full, capture_output=True, text=True, check=False)
    assert p.returncode == 0 and p.stdout == open(work + "/a.pub").read(), p.stderr
    p = subprocess.run(["setsid", STRAKE, "key", "public", work + "/a.key"], env=full, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert p.returncode == 2 and "STRAKE_PASSWORD" in p.stderr, (p.returncode, p.stderr)
    os.chmod(work + "/a.key", 0o644)
    ok("key", "public", work + "/a.key").says("others may read the private key")


@test
def keys_of_other_programs_are_imported(work):
    for name, args in (("ec", ["ecparam", "-name", "prime256v1", "-genkey", "-noout"]), ("p8", ["genpkey", "-algorithm", "ed25519"]),
                       ("rsa", ["genrsa", "-traditional", "2048"])):
        openssl(args[0], "-out", name + ".pem", *args[1:], cwd=work)
        ok("key", "import", "--key", work + "/%s.pem" % name, "--output-key-prefix", work + "/" + name)
        openssl("pkey", "-in", name + ".pem", "-pubout", "-out", name + ".want", cwd=work)
        assert open(work + "/%s.pub" % name).read() == open(work + "/%s.want" % name).read()
    openssl("genrsa", "-out", "small.pem", "1024", cwd=work)
    r = run("key", "import", "--key", work + "/small.pem", "--output-key-prefix", work + "/small")
    assert r.code == 3
    r.says("1024 bits")


@test
def openssl_agrees_about_signatures_of_files(work):
    keys(work, "a")
    keys(work, "r", kind="rsa-2048")
    open(work + "/f", "wb").write(os.urandom(100000))
    for k in "ar":
        ok("sign-blob", "--key", work + "/%s.key" % k, "--output-signature", work + "/s", work + "/f")
        open(work + "/s.bin", "wb").write(base64.b64decode(open(work + "/s").read()))
        openssl("dgst", "-sha256", "-verify", k + ".pub", "-signature", "s.bin", "f", cwd=work)
        ok("verify-blob", "--key", work + "/%s.pub" % k, "--signature", work + "/s", work + "/f")


@test
def a_file_is_verified_by_bundle_signature_and_digest(work):
    for kind in ("ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-2048"):
        p = work + "/" + kind
        keys(work, kind, kind=kind)
        open(p + ".txt", "w").write("content of " + kind)
        ok("sign-blob", "--key", p + ".key", "--bundle", p + ".json", "--output-signature", p + ".sig", p + ".txt")
        # no log was asked: none is claimed
        assert ok("verify-blob", "--key", p + ".pub", "--bundle", p + ".json", p + ".txt", "--format", "json").json()["inLog"] is False
        ok("verify-blob", "--key", p + ".pub", "--signature", p + ".sig", p + ".txt")
        ok("verify-blob", "--key", p + ".pub", "--signature", open(p + ".sig").read(), p + ".txt")
        r = run("verify-blob", "--key", p + ".pub", "--bundle", p + ".json", sha(open(p + ".txt", "rb").read()), "--format", "json")
        assert (r.code, r.json()["reason"]) == ((1, "unsupported") if kind == "ed25519" else (0, "verified")), r.out
        open(p + ".txt", "a").write("!")
        for how in (["--bundle", p + ".json"], ["--signature", p + ".sig"]):
            r = run("verify-blob", "--key", p + ".pub", *how, p + ".txt", "--format", "json")
            assert r.code == 1 and r.json()["reason"] in ("bad-signature", "wrong-artifact"), r.out
    r = run("verify-blob", "--key", work + "/ecdsa-p256.pub", "--bundle", work + "/rsa-2048.json", work + "/rsa-2048.txt", "--format", "json")
    assert r.code == 1 and not r.json()["verified"]
    with open(work + "/ecdsa-p256.txt", "rb") as f:
        r = run("sign-blob", "--key", work + "/ecdsa-p256.key", "-", stdin=f)
    assert r.code == 0
    ok("verify-blob", "--key", work + "/ecdsa-p256.pub", "--signature", r.out.strip(), work + "/ecdsa-p256.txt")


@test
def a_large_file_takes_no_memory(work):
    keys(work, "a")
    with open(work + "/big", "wb") as f:
        f.truncate(200 << 20)
    def peak(*args):
        # not of this interpreter, whose copy a child is at first
        p, told = start_measured([STRAKE, *args], env=dict(os.environ, **env()), stdout=subprocess.DEVNULL)
        p.wait()
        status, kib = map(int, os.read(told, 100).split())
        os.close(told)
        assert status == 0, status
        return kib << 10
    sign = peak("sign-blob", "--key", work + "/a.key", "--bundle", work + "/b", work + "/big")
    verify = peak("verify-blob", "--key", work + "/a.pub", "--bundle", work + "/b", work + "/big")
    if not SANITIZED:
        # scrypt alone takes 64 MiB where a password is asked
        assert verify < 12 << 20, verify
        assert sign < 90 << 20, sign


@test
def a_key_that_comes_with_the_signature_proves_nothing(work):
    keys(work, "good", "evil")
    open(work + "/f", "w").write("payload")
    ok("sign-blob", "--key", work + "/evil.key", "--output-signature", work + "/s", work + "/f")
    for cert in (open(work + "/evil.pub").read(), base64.b64encode(open(work + "/evil.pub", "rb").read()).decode()):
        json.dump({"base64Signature": open(work + "/s").read(), "cert": cert}, open(work + "/old.bundle", "w"))
        r = run("verify-blob", "--key", work + "/good.pub", "--bundle", work + "/old.bundle", work + "/f", "--format", "json")
        assert (r.code, r.json()["reason"]) == (1, "wrong-key"), r.out
        ok("verify-blob", "--key", work + "/evil.pub", "--bundle", work + "/old.bundle", work + "/f")


@test
def a_bundle_of_a_workflow_is_asked_for_its_workflow(work):
    folder = data("signing", "sigstore-conformance")
    common = ["--trusted-root", folder + "/trusted_root_public_good.json", "--certificate-identity-regexp", "https://github\\.com/sigstore-conformance/.*",
              "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com", "--bundle", folder + "/happy-path-v0.1/bundle.sigstore.json", folder + "/a.txt", "--format", "json"]
    good = {"repository": "sigstore-conformance/extremely-dangerous-public-oidc-beacon", "trigger": "workflow_dispatch", "ref": "refs/heads/main"}
    r = ok("verify-blob", *[w for k, v in good.items() for w in ("--certificate-github-workflow-" + k, v)], *common)
    assert r.json()["inLog"] and r.json()["logTime"] == "2023-07-12T15:56:36Z", r.out
    for k in good:
        r = run("verify-blob", "--certificate-github-workflow-" + k, "other", *common)
        assert (r.code, r.json()["reason"]) == (1, "wrong-identity"), r.out
    # an expression that matches a part does not match
    r = run("verify-blob", *[w.replace("/.*", "/") for w in common])
    assert (r.code, r.json()["reason"]) == (1, "wrong-identity"), r.out


@test
def broken_bundles_are_refused_with_a_reason(work):
    keys(work, "a")
    open(work + "/f", "w").write("payload")
    ok("sign-blob", "--key", work + "/a.key", "--bundle", work + "/b.json", work + "/f")
    good = json.load(open(work + "/b.json"))
    wrong = [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"a":' * 500, json.dumps(dict(good, mediaType="application/vnd.dev.sigstore.bundle.v0.9+json")).encode(),
             json.dumps(dict(good, surprise=1)).encode(), json.dumps(dict(good, messageSignature=None)).encode(),
             json.dumps(dict(good, messageSignature={"signature": "***"})).encode(),
             json.dumps(good).replace('"mediaType"', '"mediaType":"x","mediaType"').encode()]
    for w in wrong:
        open(work + "/w.json", "wb").write(w)
        r = run("verify-blob", "--key", work + "/a.pub", "--bundle", work + "/w.json", work + "/f", "--format", "json")
        assert (r.code, r.json()["reason"]) == (1, "malformed"), (w[:60], r.code, r.out, r.err)
        assert r.json()["message"]
    assert run("verify-blob", "--key", work + "/a.pub", "--bundle", work + "/none", work + "/f").code == 3
    assert run("verify-blob", "--key", work + "/a.pub", "--bundle", work + "/b.json", work + "/none").code == 3
    assert run("verify-blob", "--bundle", work + "/b.json", work + "/f").code == 2
    open(work + "/root.json", "w").write("{}")
    assert run("verify-blob", "--key", work + "/a.pub", "--trusted-root", work + "/root.json", "--bundle", work + "/b.json", work + "/f").code == 2


@test
def verifying_a_file_opens_no_socket(work):
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    if SANITIZED:
        raise Skip("the sanitizers cannot be traced")
    keys(work, "a")
    open(work + "/f", "w").write("payload")
    ok("sign-blob", "--key", work + "/a.key", "--bundle", work + "/b.json", work + "/f")
    place = layout(work)
    ok("sign", "--key", work + "/a.key", place)
    for args in (["verify-blob", "--offline", "--key", work + "/a.pub", "--bundle", work + "/b.json", work + "/f"],
                 ["verify", "--offline", "--key", work + "/a.pub", place]):
        p = subprocess.run(["strace", "-f", "-e", "trace=%network,openat", "-o", work + "/log", STRAKE, *args], capture_output=True, text=True, check=False)
        log = open(work + "/log").read()
        assert p.returncode == 0, p.stderr
        assert "openat(" in log and "socket(" not in log and "connect(" not in log, log


# ---- images ----

@test
def an_image_is_signed_in_both_forms_and_verified_in_each(work):
    keys(work, "a", "b")
    places = [layout(work)]
    with Registry() as r:
        r.image("app", "1", [LAYER_TAR])
        places.append("registry:%s/app:1" % r.host)
        for place in places:
            assert verdicts(run("verify", "--key", work + "/a.pub", place, "--format", "json")) == [("none", "unsigned")]
            ok("sign", "--key", work + "/a.key", "-a", "env=prod", place).says("signed under the tag")
            v = ok("verify", "--key", work + "/a.pub", "-a", "env=prod", place, "--format", "json")
            assert verdicts(v) == [("legacy", "verified"), ("bundle", "verified")], v.out
            first = v.json()[0]
            assert first["optional"] == {"env": "prod"} and first["critical"]["type"] == "cosign container image signature"
            assert first["critical"]["image"]["docker-manifest-digest"] == first["digest"]
            w = run("verify", "--key", work + "/b.pub", place, "--format", "json")
            assert w.code == 1 and {x["reason"] for x in w.json()} == {"bad-signature", "wrong-key"}, w.out
            w = run("verify", "--key", work + "/a.pub", "-a", "env=test", place, "--format", "json")
            assert w.code == 1 and {x["reason"] for x in w.json()} == {"wrong-annotation"}, w.out
            # again: nothing piles up
            ok("sign", "--key", work + "/a.key", "-a", "env=prod", place).says("signed by this key already")
            assert len(ok("verify", "--key", work + "/a.pub", place, "--format", "json").json()) == 2
            # two signers
            r2 = run("verify", "--key", work + "/a.pub", "--key", work + "/b.pub", "--require", "2", place)
            assert r2.code == 1
            r2.says("1 of 2 signers")
            ok("sign", "--key", work + "/b.key", place)
            ok("verify", "--key", work + "/a.pub", "--key", work + "/b.pub", "--require", "2", place)
            for form, want in (("legacy", 3), ("bundle", 3)):
                ok("sign", "--key", work + "/a.key", "-a", "only=" + form, "--formats", form, place)
                got = [x["form"] for x in ok("verify", "--key", work + "/a.pub", place, "--format", "json").json() if x["verified"]]
                assert got.count(form) == want - 1, got


@test
def the_list_of_referrers_is_written_as_the_specification_has_it_and_read_when_others_do_not(work):
    keys(work, "a")
    with Registry() as r:
        d = r.image("app", "1", [LAYER_TAR])
        ref = "%s/app:1" % r.host
        ok("sign", "--key", work + "/a.key", "--formats", "bundle", ref)
        tag = "sha256-" + d["digest"][7:]
        kind, body = r.manifests["app", tag]
        index = json.loads(body)
        entry = index["manifests"][0]
        own = json.loads(r.manifests["app", entry["digest"]][1])
        assert kind == INDEX and len(index["manifests"]) == 1, index
        assert entry["artifactType"] == own["artifactType"] == "application/vnd.dev.sigstore.bundle.v0.3+json" and entry["annotations"] == own["annotations"], entry
        assert own["subject"]["digest"] == d["digest"] and entry["size"] == len(r.manifests["app", entry["digest"]][1])
        # as cosign 3 writes it: the type of the empty configuration, no annotations
        del entry["annotations"]
        entry["artifactType"] = "application/vnd.oci.empty.v1+json"
        r.manifest("app", tag, index, kind=INDEX)
        assert verdicts(ok("verify", "--key", work + "/a.pub", ref, "--format", "json")) == [("bundle", "verified")]


@test
def the_payload_decides_not_the_tag_under_which_it_lies(work):
    keys(work, "a")
    with Registry() as r:
        one = r.image("app", "1", [LAYER_TAR])
        two = r.image("app", "2", [tar([("etc/hostname", b"other\n")])])
        ok("sign", "--key", work + "/a.key", "%s/app:1" % r.host)
        tag = "sha256-%s.sig"
        kind, body = r.manifests["app", tag % one["digest"][7:]]
        r.manifests["app", tag % two["digest"][7:]] = (kind, body)
        kind, body = r.manifests["app", "sha256-" + one["digest"][7:]]
        r.manifests["app", "sha256-" + two["digest"][7:]] = (kind, body)
        v = run("verify", "--key", work + "/a.pub", "%s/app:2" % r.host, "--format", "json")
        assert v.code == 1 and {x["reason"] for x in v.json()} == {"wrong-artifact"}, v.out
        v = run("verify", "--key", work + "/a.pub", "--docker-reference", "other/app", "--format", "json", "%s/app:1" % r.host)
        assert v.code == 1 and {x["reason"] for x in v.json()} == {"refused-by-policy"}, v.out


@test
def an_attestation_is_no_signature_and_its_type_is_checked(work):
    keys(work, "a")
    open(work + "/p.json", "w").write('{"statements":[]}')
    for place in [layout(work)]:
        ok("attest", "--key", work + "/a.key", "--type", "openvex", "--predicate", work + "/p.json", place)
        v = run("verify", "--key", work + "/a.pub", place, "--format", "json")
        assert v.code == 1 and verdicts(v) == [("bundle", "predicate-mismatch")], v.out
        got = ok("verify-attestation", "--key", work + "/a.pub", "--type", "openvex", place, "--format", "json").out.splitlines()
        assert len(got) == 2
        for line in got:
            statement = json.loads(base64.b64decode(json.loads(line)["payload"]))
            assert statement["predicate"] == {"statements": []} and statement["predicateType"] == "https://openvex.dev/ns"
        v = run("verify-attestation", "--key", work + "/a.pub", "--type", "cyclonedx", place)
        assert v.code == 1
        v.says("predicate-mismatch")
        ok("sign", "--key", work + "/a.key", place)
        ok("verify", "--key", work + "/a.pub", place)
        assert run("verify-attestation", "--key", work + "/a.pub", "--type", "https://sigstore.dev/cosign/sign/v1", place).code == 1
        # the same again: nothing piles up; another document: beside it, or in its place
        count = lambda: len(ok("verify-attestation", "--key", work + "/a.pub", "--type", "openvex", place, "--format", "json").out.splitlines())
        again = [x for x in ("legacy", "bundle")]
        ok("attest", "--key", work + "/a.key", "--type", "openvex", "--predicate", work + "/p.json", place)
        accepted = [l for l in ok("verify-attestation", "--key", work + "/a.pub", "--type", "openvex", place, "--format", "json").out.splitlines() if "payload" in l]
        assert len(accepted) == len(again), accepted
        open(work + "/p.json", "w").write('{"statements":[1]}')
        ok("attest", "--key", work + "/a.key", "--type", "openvex", "--predicate", work + "/p.json", "--replace", place)
        accepted = [l for l in ok("verify-attestation", "--key", work + "/a.pub", "--type", "openvex", place, "--format", "json").out.splitlines() if "payload" in l]
        assert len(accepted) == 2 and all(b'"statements":[1]' in base64.b64decode(json.loads(l)["payload"]) for l in accepted), count()
    open(work + "/bad.json", "w").write("no json")
    assert run("attest", "--key", work + "/a.key", "--type", "openvex", "--predicate", work + "/bad.json", place).code == 3
    assert run("attest", "--key", work + "/a.key", "--type", "nothing", "--predicate", work + "/p.json", place).code == 2


@test
def what_a_scan_and_a_bill_of_materials_say_is_attested(work):
    keys(work, "a")
    with Registry() as r:
        images = [r.image("app", None, [tar([("etc/os-release", b"ID=alpine\nVERSION_ID=3.18.4\n"), ("arch", a.encode())])], arch=a) for a in ("amd64", "arm64")]
        for d, a in zip(images, ("amd64", "arm64")):
            d["platform"] = {"os": "linux", "architecture": a}
        r.manifest("app", "1", {"schemaVersion": 2, "mediaType": INDEX, "manifests": images}, kind=INDEX)
        ref = "registry:%s/app:1" % r.host
        one = "registry:%s/app@%s" % (r.host, images[1]["digest"])
        ok("scan", "--starter", "--platform", "linux/arm64", "--attest", "--key", work + "/a.key", ref)
        ok("sbom", "--platform", "linux/arm64", "--attest", "--key", work + "/a.key", "-o", work + "/bom", ref)
        for kind in ("vuln", "cyclonedx"):
            out = ok("verify-attestation", "--key", work + "/a.pub", "--type", kind, one, "--format", "json").out.splitlines()
            said = [json.loads(base64.b64decode(json.loads(l)["payload"]))["predicate"] for l in out if "payload" in l]
            assert len(said) == 2 and said[0] == said[1], out
            assert kind == "vuln" and said[0]["scanner"]["result"] or said[0] == json.load(open(work + "/bom")), said
            assert run("verify-attestation", "--key", work + "/a.pub", "--type", kind, "registry:%s/app@%s" % (r.host, images[0]["digest"])).code == 1
        assert run("scan", "--attest", ref).code == 2
        assert run("sbom", "--attest", "--key", work + "/a.key", "--format", "table", ref).code == 2
        assert run("scan", "--starter", "--attest", "--key", work + "/a.key", "rootfs:" + work).code == 2


@test
def a_policy_asks_who_signed_and_what_was_attested(work):
    keys(work, "a", "b")
    place = layout(work)
    open(work + "/p.yaml", "w").write("""
- rule: unsigned
  source: target
  desc: d
  condition: image.signed = false
  output: "nobody known has signed %%target.name"
  priority: ERROR
- rule: two signers
  source: target
  desc: d
  condition: image.signed exists and not image.verified_by intersects (%s)
  output: "signed by %%image.verified_by"
  priority: WARNING
- rule: no provenance
  source: target
  desc: d
  condition: image.signed exists and not image.predicate[slsaprovenance1/buildDefinition/buildType] = https://ci.example/v1
  output: "attestations: %%image.attestations"
  priority: ERROR
""" % (work + "/b.pub"))

    def broken(*args):
        r = run("policy", "check", "--starter", "--policy", work + "/p.yaml", "--format", "json", *args, place)
        assert r.code in (0, 1), r.err
        return sorted(m["Title"] for t in r.json()["Results"] for m in t.get("Misconfigurations", [])), r
    assert broken()[0] == []  # not asked: no value
    assert broken("--key", work + "/a.pub")[0] == ["no provenance", "two signers", "unsigned"]
    ok("sign", "--key", work + "/a.key", place)
    assert broken("--key", work + "/a.pub")[0] == ["no provenance", "two signers"]
    open(work + "/prov.json", "w").write('{"buildDefinition": {"buildType": "https://ci.example/v1"}}')
    ok("attest", "--key", work + "/a.key", "--type", "slsaprovenance1", "--predicate", work + "/prov.json", place)
    ok("sign", "--key", work + "/b.key", place)
    got, r = broken("--key", work + "/a.pub", "--key", work + "/b.pub")
    assert got == [], got
    said = r.json()["Signatures"]
    assert {(s["Form"], s["By"].rsplit("/")[-1]) for s in said if s["Verified"] and not s["Attestation"]} == {(f, k) for f in ("legacy", "bundle") for k in ("a.pub", "b.pub")}
    assert broken("--key", work + "/b.pub")[0] == ["no provenance"]  # not by that key


@test
def an_index_is_signed_with_all_its_images(work):
    keys(work, "a")
    with Registry() as r:
        parts = [r.image("app", None, [tar([("arch", a.encode())])], arch=a) for a in ("amd64", "arm64")]
        index = r.manifest("app", "1", {"schemaVersion": 2, "mediaType": INDEX, "manifests": parts}, kind=INDEX)
        ok("sign", "--key", work + "/a.key", "%s/app:1" % r.host)
        ok("verify", "--key", work + "/a.pub", "%s/app:1" % r.host)
        one = "%s/app@%s" % (r.host, parts[0]["digest"])
        assert run("verify", "--key", work + "/a.pub", one).code == 1
        out = ok("sign", "--recursive", "--key", work + "/a.key", "%s/app:1" % r.host).out.splitlines()
        assert [l.split("@")[1] for l in out] == [p["digest"] for p in parts] + [index["digest"]]
        ok("verify", "--key", work + "/a.pub", one)


@test
def what_was_made_elsewhere_is_attached(work):
    keys(work, "a")
    place = layout(work)
    ok("sign", "--key", work + "/a.key", place)
    v = ok("verify", "--key", work + "/a.pub", place, "--format", "json").json()
    payload = json.dumps({"critical": v[0]["critical"], "optional": None}, separators=(",", ":"))
    shutil.copytree(work + "/image", work + "/other")
    for f in ("/index.json",):  # without what hangs on it
        index = json.load(open(work + "/other" + f))
        index["manifests"] = index["manifests"][:1]
        json.dump(index, open(work + "/other" + f, "w"))
    other = "oci:%s/other:1" % work
    assert verdicts(run("verify", "--key", work + "/a.pub", other, "--format", "json")) == [("none", "unsigned")]
    open(work + "/payload", "w").write(payload)
    ok("sign-blob", "--key", work + "/a.key", "--output-signature", work + "/s", work + "/payload")
    ok("attach", "--signature", work + "/s", "--payload", work + "/payload", other)
    assert verdicts(ok("verify", "--key", work + "/a.pub", other, "--format", "json")) == [("legacy", "verified")]
    assert run("attach", other).code == 2


@test
def refusals_of_a_registry_are_told_and_nothing_is_called_verified(work):
    keys(work, "a")
    with Registry() as r:
        r.image("app", "1", [LAYER_TAR])
        ref = "%s/app:1" % r.host
        ok("sign", "--key", work + "/a.key", ref)
        for status, words in ((401, "refuses access"), (403, "refuses access"), (500, "500"), (429, "too many requests")):
            def fault(h, status=status):
                if ".sig" not in h.path:
                    return False
                h.answer(status, b"{}", [("Retry-After", "100")] if status == 429 else [])
                return True
            r.fault = fault
            v = run("verify", "--key", work + "/a.pub", ref, env={"STRAKE_STALL_TIMEOUT": "2"})
            assert v.code == 3, (status, v.code, v.out, v.err)
            v.says(words)
        r.fault = lambda h: ".sig" in h.path and (h.cut() or True)
        assert run("verify", "--key", work + "/a.pub", ref).code == 3
        r.fault = None
        for digest in [d for d, b in r.blobs.items() if b"critical" in b]:
            r.blobs[digest] = r.blobs[digest].replace(b"critical", b"critikal")
        v = run("verify", "--key", work + "/a.pub", ref, "--format", "json")
        assert v.code == 0 and [x["reason"] for x in v.json()] == ["verified", "malformed"], v.out
        assert run("verify", "--key", work + "/a.pub", "%s/app:none" % r.host).code == 3


@test
def ten_thousand_signatures_on_one_image_are_bounded(work):
    keys(work, "a")
    with Registry() as r:
        d = r.image("app", "1", [LAYER_TAR])
        ref = "%s/app:1" % r.host
        ok("sign", "--key", work + "/a.key", "--formats", "legacy", ref)
        tag = "sha256-%s.sig" % d["digest"][7:]
        kind, body = r.manifests["app", tag]
        m = json.loads(body)
        m["layers"] = [dict(m["layers"][0], annotations={"dev.cosignproject.cosign/signature": "AAAA"})] * 10000
        r.manifest("app", tag, m)
        r.log.clear()
        v = run("verify", "--key", work + "/a.pub", ref)
        assert v.code == 1
        v.says("9900 more were not looked at")
        assert len(r.log) < 400, len(r.log)
        assert run("sign", "--key", work + "/a.key", ref).code == 3


@test
def signers_who_cross_each_other_lose_nothing(work):
    names = ["a", "b", "c", "d"]
    keys(work, *names)
    address, server = registry_server(work)
    try:
        for ref in (push(address, "app", work), layout(work)):
            failed = []

            def sign(n, ref=ref, failed=failed):
                r = run("sign", "--key", work + "/%s.key" % n, ref)
                if r.code:
                    failed.append(r.err)
            threads = [threading.Thread(target=sign, args=(n,)) for n in names]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            assert not failed, failed
            for n in names:
                good = [x["form"] for x in ok("verify", "--key", work + "/%s.pub" % n, ref, "--format", "json").json() if x["verified"]]
                assert sorted(good) == ["bundle", "legacy"], (ref, n, good)
    finally:
        server.kill()
        server.wait()


# ---- tokens ----

def soft_token(work):
    """(module, environment) of a token in software with a pair of keys of each kind."""
    found = [p for p in ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so") if os.path.exists(p)]
    if not found or not shutil.which("pkcs11-tool") or not shutil.which("softhsm2-util"):
        raise Skip("softhsm2 and opensc are not installed")
    os.makedirs(work + "/tokens")
    open(work + "/softhsm.conf", "w").write("directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n" % work)
    e = {"SOFTHSM2_CONF": work + "/softhsm.conf"}

    def call(*args):
        p = subprocess.run(args, env=dict(os.environ, **e), capture_output=True, text=True, check=False)
        assert p.returncode == 0, (args, p.stdout, p.stderr)
    call("softhsm2-util", "--init-token", "--free", "--label", "ours", "--pin", "1234", "--so-pin", "5678")
    for n, kind in enumerate(("EC:prime256v1", "EC:secp384r1", "rsa:2048"), 1):
        call("pkcs11-tool", "--module", found[0], "--login", "--pin", "1234", "--token-label", "ours", "--keypairgen", "--key-type", kind,
             "--label", "key%d" % n, "--id", "0%d" % n)
    return found[0], e


@test
def a_key_of_a_token_signs_and_never_leaves_it(work):
    if SANITIZED:
        raise Skip("the token's module is not built for the sanitizers")
    module, e = soft_token(work)
    place = layout(work)
    open(work + "/f", "w").write("content")
    for n in (1, 2, 3):
        bare = "pkcs11:token=ours;object=key%d?module-path=%s" % (n, module)
        ref = bare + "&pin-value=1234"
        pub = work + "/key%d.pub" % n
        ok("key", "public", "--key", ref, "--output", pub, env=e)
        ok("sign-blob", "--key", ref, "--bundle", work + "/b", work + "/f", env=e)
        ok("verify-blob", "--key", pub, "--bundle", work + "/b", work + "/f")
        ok("verify-blob", "--key", bare, "--bundle", work + "/b", work + "/f", env=e)
        ok("sign", "--key", "pkcs11:id=%%0%d" % n, place, env=dict(e, COSIGN_PKCS11_MODULE_PATH=module, COSIGN_PKCS11_PIN="1234"))
        ok("verify", "--key", pub, place)
    for ref, code, words in (("pkcs11:object=key1?module-path=%s&pin-value=9999" % module, 3, "refuses the PIN"), ("pkcs11:object=none?module-path=%s&pin-value=1234" % module, 3, "no private key"),
                             ("pkcs11:object=key1;token=other?module-path=%s&pin-value=1234" % module, 3, "no token fits"), ("pkcs11:token=ours", 2, "names no key"),
                             ("pkcs11:object=a?module-path=/none.so", 2, "/none.so"), ("pkcs11:object=key1", 2, "which module"), ("pkcs11:colour=red;object=a", 2, "no attribute"),
                             ("pkcs11:object=%zz", 2, "percent"), ("awskms://alias/x", 2, "not supported")):
        r = run("sign-blob", "--key", ref, work + "/f", env=e)
        assert r.code == code, (ref, r.code, r.err)
        r.says(words)
        assert "9999" not in r.err


# ---- against the real programs ----

def cosign(path, *args, code=0):
    p = subprocess.run([path, *args], env=dict(os.environ, **env()), capture_output=True, text=True, timeout=60, check=False)
    assert (p.returncode == 0) == (code == 0), (args, p.stdout, p.stderr)
    return p.stdout + p.stderr


@test
def cosign_and_strake_read_each_other(work):
    if SANITIZED:
        raise Skip("the same programs are compared without sanitizers")
    programs = {n: p for n, p in peers().items() if n.startswith("cosign")}
    if not programs:
        raise Skip("no cosign from the package mirror")
    address, server = registry_server(work)
    open(work + "/services.json", "w").write(EMPTY_CONFIG)
    open(work + "/p.json", "w").write('{"x":1}')
    open(work + "/f", "w").write("a file")
    common = ["--insecure-ignore-tlog", "--allow-http-registry"]
    try:
        for name, path in programs.items():
            offline = ["--tlog-upload=false"] if name == "cosign2" else ["--signing-config", work + "/services.json"]
            # their key, our key
            cosign(path, "generate-key-pair", "--output-key-prefix", work + "/" + name)
            kinds = ["ecdsa-p256", "ecdsa-p384", "ed25519", "rsa-2048"]
            for kind in kinds:
                if not os.path.exists(work + "/%s.key" % kind):
                    keys(work, kind, kind=kind)
            for k in [name] + kinds:
                key, pub = work + "/%s.key" % k, work + "/%s.pub" % k
                ref = push(address, "theirs-%s-%s" % (name, k), work)
                cosign(path, "sign", "-y", "--key", key, "-a", "who=" + k, *offline, "--allow-http-registry", ref)
                v = ok("verify", "--key", pub, "-a", "who=" + k, ref, "--format", "json")
                assert verdicts(v) == [("legacy" if name == "cosign2" else "bundle", "verified")], v.out
                ref = push(address, "ours-%s-%s" % (name, k), work)
                ok("sign", "--key", key, "-a", "who=" + k, ref)
                assert "who" in cosign(path, "verify", "--key", pub, *common, "-a", "who=" + k, ref)
                # files
                ok("sign-blob", "--key", key, "--bundle", work + "/b", "--output-signature", work + "/s", work + "/f")
                how = ["--signature", work + "/s"] if name == "cosign2" else ["--bundle", work + "/b"]
                cosign(path, "verify-blob", "--key", pub, *how, "--insecure-ignore-tlog", work + "/f")
                out = ["--output-signature", work + "/t"] if name == "cosign2" else ["--bundle", work + "/t"]
                cosign(path, "sign-blob", "-y", "--key", key, *offline, *out, work + "/f")
                ok("verify-blob", "--key", pub, "--signature" if name == "cosign2" else "--bundle", work + "/t", work + "/f")
            # attestations
            key, pub = work + "/%s.key" % name, work + "/%s.pub" % name
            ref = push(address, "attest-" + name, work)
            cosign(path, "attest", "-y", "--key", key, "--type", "cyclonedx", "--predicate", work + "/p.json", *offline, "--allow-http-registry", ref)
            ok("verify-attestation", "--key", pub, "--type", "cyclonedx", ref)
            ok("attest", "--key", key, "--type", "vuln", "--predicate", work + "/p.json", ref)
            cosign(path, "verify-attestation", "--key", pub, "--type", "vuln", *common, ref)
            # an image with an attestation alone is not signed, whatever they say
            assert run("verify", "--key", pub, ref).code == 1
    finally:
        server.kill()
        server.wait()


main()
