# SPDX-License-Identifier: Apache-2.0
"""Signing with an identity, entering into logs, time stamps: against services on the loopback device, and against cosign."""
from sign_lib import *
from sigstore_lib import *

LAYER_TAR = tar([("etc/hostname", b"box\n")])


def env(**more):
    clean = {"STRAKE_PASSWORD": "open sesame", "COSIGN_PASSWORD": "open sesame", "SIGSTORE_ID_TOKEN": "", "ACTIONS_ID_TOKEN_REQUEST_URL": ""}
    return dict(clean, **more)


def run(*args, **kw):
    return strake(*args, env=env(**kw.pop("env", {})), **kw)


def ok(*args, **kw):
    r = run(*args, **kw)
    assert r.code == 0, (args, r.err, r.out)
    return r


def layout(work, name="image", tag="1"):
    path = os.path.join(work, name)
    os.makedirs(path)
    oci(path, [LAYER_TAR], tag=tag)
    return "oci:%s:%s" % (path, tag)


def who(s):
    return ["--certificate-identity", s.subject, "--certificate-oidc-issuer", s.issuer, "--trusted-root", s.root]


def write(work, name, text):
    path = os.path.join(work, name)
    with open(path, "w") as f:
        f.write(text)
    return path


@test
def an_image_is_signed_without_a_key(work):
    for version, stamps in ((1, True), (1, False), (2, True)):
        with Sigstore(work, log_version=version, stamps=stamps) as s:
            place = layout(work, "image%d%d" % (version, stamps))
            token = write(work, "token", s.token() + "\n")
            r = ok("sign", "--signing-config", s.config, "--identity-token", token, "--trusted-root", s.root, place)
            r.says("certificate for dev@example.com")
            v = ok("verify", *who(s), place, "--format", "json").json()
            forms = sorted(x["form"] for x in v if x["verified"])
            # cosign's annotations have no room for a proof of a tiled log
            assert forms == (["bundle", "legacy"] if version == 1 else ["bundle"]), v
            one = [x for x in v if x["verified"]][0]
            assert one["identity"] == s.subject and one["issuer"] == s.issuer and one["inLog"] is True, one
            assert ("timestamp" in one) == stamps, one
            for wrong in (["--certificate-identity", "other@example.com", "--certificate-oidc-issuer", s.issuer],
                          ["--certificate-identity", s.subject, "--certificate-oidc-issuer", "https://other.example"]):
                assert run("verify", *wrong, "--trusted-root", s.root, place).code == 1
            assert not any(s.token() in open(os.path.join(d, f), errors="replace").read() for d, _, fs in os.walk(work + "/image%d%d" % (version, stamps)) for f in fs)


@test
def files_and_documents_are_signed_without_a_key(work):
    f = write(work, "f", "a file")
    doc = write(work, "p.json", '{"x":1}')
    for version in (1, 2):
        with Sigstore(work, log_version=version) as s:
            how = ["--signing-config", s.config, "--identity-token", s.token(), "--trusted-root", s.root]
            bundle = work + "/b.json"
            ok("sign-blob", *how, "--bundle", bundle, "--output-signature", work + "/s", "--output-certificate", work + "/c.pem", f)
            ok("verify-blob", *who(s), "--bundle", bundle, f).says("log entry")
            b = json.load(open(bundle))
            assert list(b["verificationMaterial"]) == ["certificate", "tlogEntries", "timestampVerificationData"], b
            assert "BEGIN CERTIFICATE" in open(work + "/c.pem").read()
            write(work, "f", "another file")
            assert run("verify-blob", *who(s), "--bundle", bundle, f).code == 1
            write(work, "f", "a file")
            ok("attest-blob", *how, "--type", "custom", "--predicate", doc, "--bundle", bundle, f)
            ok("verify-blob", *who(s), "--type", "custom", "--bundle", bundle, f)
            place = layout(work, "image%d" % version)
            ok("attest", *how, "--type", "vuln", "--predicate", doc, place)
            v = ok("verify-attestation", *who(s), "--type", "vuln", place, "--format", "json")
            assert len([l for l in v.out.splitlines() if "payload" in l]) == (2 if version == 1 else 1), v.out


@test
def the_token_comes_from_an_option_the_environment_or_the_job(work):
    f = write(work, "f", "a file")
    with Sigstore(work) as s:
        how = ["--fulcio-url", s.url, "--rekor-url", s.url, "--bundle", work + "/b.json"]
        places = [({}, ["--identity-token", s.token()]), ({}, ["--identity-token", write(work, "t", s.token())]), ({"SIGSTORE_ID_TOKEN": s.token()}, []),
                  ({"ACTIONS_ID_TOKEN_REQUEST_URL": s.url + "/token?x=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret"}, [])]
        for more, args in places:
            ok("sign-blob", *how, *args, f, env=more)
            ok("verify-blob", *who(s), "--bundle", work + "/b.json", f)
        for more, args, words in (({}, [], "--identity-token"), ({}, ["--identity-token", "a.b"], "no OIDC token"), ({}, ["--identity-token", work + "/none"], "none"),
                                  ({}, ["--identity-token", s.token(email_verified=False)], "not verified"), ({}, ["--identity-token", s.token(exp=1)], "expired"),
                                  ({"ACTIONS_ID_TOKEN_REQUEST_URL": s.url + "/token", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "wrong"}, [], "no token")):
            r = run("sign-blob", *how, *args, f, env=more)
            assert r.code in (2, 3), (r.code, r.err)
            r.says(words)
            assert s.token()[:40] not in r.err, r.err


@test
def no_service_is_built_in(work):
    f = write(work, "f", "a file")
    with Sigstore(work) as s:
        token = ["--identity-token", s.token()]
        for args, words in ((token, "no service is built in"), (token + ["--fulcio-url", s.url], "proof of the time"),
                            (token + ["--fulcio-url", s.url, "--rekor-url", s.url, "--tlog-upload=false"], "proof of the time"),
                            (["--fulcio-url", s.url, "--rekor-url", s.url], "--identity-token"), (token + ["--fulcio-url", "fulcio.example"], "https://"),
                            (token + ["--signing-config", write(work, "c.json", "{}")], "no signing configuration")):
            r = run("sign-blob", "--bundle", work + "/b.json", *args, f)
            assert r.code == 2, (args, r.code, r.err)
            r.says(words)
        assert s.asked == [] and not os.path.exists(work + "/b.json")


@test
def a_signature_of_a_key_is_logged_and_stamped_where_asked(work):
    f = write(work, "f", "a file")
    ok("key", "generate", "--output-key-prefix", work + "/a")
    with Sigstore(work) as s:
        ok("sign-blob", "--key", work + "/a.key", "--bundle", work + "/b.json", f)
        assert s.asked == []
        # a trusted root asks for a log entry
        assert run("verify-blob", "--key", work + "/a.pub", "--trusted-root", s.root, "--bundle", work + "/b.json", f).code == 1
        services = ["--rekor-url", s.url, "--timestamp-server-url", s.url + "/tsa", "--trusted-root", s.root]
        ok("sign-blob", "--key", work + "/a.key", *services, "--bundle", work + "/b.json", f)
        ok("verify-blob", "--key", work + "/a.pub", "--trusted-root", s.root, "--bundle", work + "/b.json", f).says("time stamp")
        place = layout(work)
        ok("sign", "--key", work + "/a.key", *services, place)
        v = ok("verify", "--key", work + "/a.pub", "--trusted-root", s.root, place, "--format", "json").json()
        assert [x["inLog"] for x in v if x["verified"]] == [True, True], v
        before = len(s.log.bodies)
        ok("sign", "--key", work + "/a.key", *services, "--tlog-upload=false", place)
        assert len(s.log.bodies) == before
    with Sigstore(work, log_version=2) as s:
        ok("sign-blob", "--key", work + "/a.key", "--signing-config", s.config, "--trusted-root", s.root, "--bundle", work + "/b.json", f)
        ok("verify-blob", "--key", work + "/a.pub", "--trusted-root", s.root, "--bundle", work + "/b.json", f)
    ok("key", "generate", "--type", "ed25519", "--output-key-prefix", work + "/e")
    with Sigstore(work) as s:
        r = run("sign-blob", "--key", work + "/e.key", "--rekor-url", s.url, "--bundle", work + "/e.json", f)
        assert r.code == 2
        r.says("Ed25519")
        assert s.asked == []


@test
def an_entry_that_is_there_already_is_fetched(work):
    f = write(work, "f", "a file")
    with Sigstore(work) as s:
        cut = []

        def fault(h, path):
            # the first answer is lost after the log took the entry
            if h.command == "POST" and path == "/api/v1/log/entries" and not cut:
                cut.append(1)
                s.log.add(s.body_of(json.loads(h.body)))
                h.close_connection = True
                h.connection.shutdown(2)
                return True
            return False
        s.fault = fault
        ok("sign-blob", "--fulcio-url", s.url, "--rekor-url", s.url, "--identity-token", s.token(), "--trusted-root", s.root, "--bundle", work + "/b.json", f)
        assert cut and any(m == "GET" and "/api/v1/log/entries/" in p for m, p in s.asked), s.asked
        ok("verify-blob", *who(s), "--bundle", work + "/b.json", f)


@test
def a_service_that_fails_is_named_and_nothing_is_published(work):
    services = {"certificate authority": "/api/v2/signingCert", "log": "/api/v1/log/entries", "time stamp authority": "/tsa"}
    for what, at in services.items():
        for status, tries in ((503, 5), (429, 5), (400, 1), (403, 1)) + (((500, 5),) if what == "log" else ()):
            with Sigstore(work) as s:
                name = "image-%s-%d" % (what.replace(" ", ""), status)
                place = layout(work, name)
                before = open(work + "/%s/index.json" % name).read()

                def fault(h, path, at=at, status=status):
                    if not path.startswith(at):
                        return False
                    h.answer(status, {"code": 1, "message": "out of \x1b[31morder"}, headers=[("Retry-After", "0")])
                    return True
                s.fault = fault
                r = run("sign", "--signing-config", s.config, "--identity-token", s.token(), place)
                assert r.code == 3, (r.code, r.err)
                r.says(what + " " + s.url)
                r.says("%d: out of" % status)
                assert "\x1b" not in r.err
                assert len([1 for m, p in s.asked if p.startswith(at)]) == tries, s.asked
                assert open(work + "/%s/index.json" % name).read() == before
    # down altogether
    with Sigstore(work) as s:
        url = s.url
    f = write(work, "f", "a file")
    r = run("sign-blob", "--fulcio-url", url, "--rekor-url", url, "--identity-token", s.token(), "--bundle", work + "/b.json", f)
    assert r.code == 3 and not os.path.exists(work + "/b.json")
    r.says("certificate authority")


@test
def the_second_form_failing_leaves_the_first_unpublished(work):
    with Sigstore(work) as s, Registry() as r:
        r.image("app", "1", [LAYER_TAR])
        s.fault = lambda h, path: path == "/api/v1/log/entries" and b'"dsse"' in h.body and (h.answer(400, {"message": "no such kind"}) or True)
        before = dict(r.manifests)
        p = run("sign", "--signing-config", s.config, "--identity-token", s.token(), "%s/app:1" % r.host)
        assert p.code == 3
        p.says("no such kind")
        assert r.manifests == before, r.manifests.keys()


@test
def answers_that_are_not_about_this_signature_are_refused(work):
    f = write(work, "f", "a file")
    old = openssl_run("ts", "-query", "-sha256", "-data", f)
    cases = [({"other_key": 1}, False, "another key"), ({"no_sct": 1}, True, ""), ({"bad_sct": 1}, True, ""), ({"other_entry": 1}, False, "does not verify"),
             ({"bad_proof": 1}, False, "does not verify"), ({"bad_promise": 1}, True, "promise"), ({"old_query": old}, False, "another signature")]
    for tweak, needs_root, words in cases:
        for rooted in (True, False):
            with Sigstore(work) as s:
                s.tweak = tweak
                r = run("sign-blob", "--signing-config", s.config, "--identity-token", s.token(), *(["--trusted-root", s.root] if rooted else []), "--bundle", work + "/b.json", f)
                if needs_root and not rooted:
                    # only who knows the keys can see it
                    assert r.code == 0 and run("verify-blob", *who(s), "--bundle", work + "/b.json", f).code == 1, (tweak, r.err)
                    os.unlink(work + "/b.json")
                    continue
                assert r.code == 3 and not os.path.exists(work + "/b.json"), (tweak, r.code, r.err)
                r.says(words)
    # not of the services that the root knows
    with Sigstore(work) as s:
        os.makedirs(work + "/two")
        with Sigstore(work + "/two") as other:
            for args in (["--fulcio-url", other.url, "--rekor-url", s.url], ["--fulcio-url", s.url, "--rekor-url", other.url],
                         ["--fulcio-url", s.url, "--rekor-url", s.url, "--timestamp-server-url", other.url + "/tsa"]):
                r = run("sign-blob", *args, "--identity-token", s.token(), "--trusted-root", s.root, "--bundle", work + "/b.json", f)
                assert r.code == 3 and not os.path.exists(work + "/b.json"), (args, r.err)


@test
def broken_answers_of_services_are_refused(work):
    f = write(work, "f", "a file")
    broken = [b"", b"{", b"[]", b"{}", b"null", b"\xff\xfe", b'{"a":' * 500, b'"x"', b"<html>no</html>", b"0" * 100000]
    for at in ("/api/v2/signingCert", "/api/v1/log/entries", "/tsa"):
        with Sigstore(work) as s:
            for body in broken:
                s.fault = lambda h, path, at=at, body=body: path.startswith(at) and (h.answer(200, body) or True)
                r = run("sign-blob", "--signing-config", s.config, "--identity-token", s.token(), "--bundle", work + "/b.json", f)
                assert r.code == 3 and not os.path.exists(work + "/b.json"), (at, body[:20], r.code, r.err)
                r.says(s.url)
            # a place that is elsewhere
            if at == "/api/v1/log/entries":
                for where in ("http://127.0.0.1:1/api/v1/log/entries/x", "/../../etc/passwd", "", "https://evil.example/" + "0" * 80):
                    s.fault = lambda h, path, where=where: path == "/api/v1/log/entries" and (h.answer(409, b"{}", headers=[("Location", where)]) or True)
                    r = run("sign-blob", "--signing-config", s.config, "--identity-token", s.token(), "--bundle", work + "/b.json", f)
                    assert r.code == 3 and "evil.example" not in r.err, r.err


@test
def a_configuration_may_ask_for_several_logs_and_time_stamps(work):
    f = write(work, "f", "a file")
    os.makedirs(work + "/two")
    with Sigstore(work) as s, Sigstore(work + "/two") as other:
        config, root, theirs = (json.load(open(p)) for p in (s.config, s.root, other.root))
        second = json.load(open(other.config))
        for name, how in (("rekorTlogUrls", "rekorTlogConfig"), ("tsaUrls", "tsaConfig")):
            config[name] += [dict(x, operator="other") for x in second[name]]
            config[how] = {"selector": "ALL"} if name == "tsaUrls" else {"selector": "EXACT", "count": 2}
        json.dump(config, open(s.config, "w"))
        s.write_root(tlogs=root["tlogs"] + theirs["tlogs"], timestampAuthorities=root["timestampAuthorities"] + theirs["timestampAuthorities"])
        how = ["--signing-config", s.config, "--identity-token", s.token(), "--bundle", work + "/b.json"]
        ok("sign-blob", *how, "--trusted-root", s.root, f)
        material = json.load(open(work + "/b.json"))["verificationMaterial"]
        assert len(material["tlogEntries"]) == 2 and len(material["timestampVerificationData"]["rfc3161Timestamps"]) == 2, material
        assert len({e["logId"]["keyId"] for e in material["tlogEntries"]}) == 2
        ok("verify-blob", *who(s), "--bundle", work + "/b.json", f)
        # the root has to know them all
        r = run("sign-blob", *how, "--trusted-root", other.root, f)
        assert r.code == 3, r.err
        # more than there are
        config["rekorTlogConfig"]["count"] = 3
        json.dump(config, open(s.config, "w"))
        r = run("sign-blob", *how, f)
        assert r.code == 2
        r.says("3 are asked for, 2 are valid now")


# ---- against the real programs ----

def cosign(path, *args, **more):
    p = subprocess.run([path, *args], env=dict(os.environ, **env(**more)), capture_output=True, text=True, timeout=60, check=False)
    assert p.returncode == 0, (args, p.stdout, p.stderr)
    return p.stdout + p.stderr


@test
def cosign_and_strake_read_each_other_without_keys(work):
    if SANITIZED:
        raise Skip("the same programs are compared without sanitizers")
    programs = {n: p for n, p in peers().items() if n.startswith("cosign")}
    if not programs:
        raise Skip("no cosign from the package mirror")
    f, doc = write(work, "f", "a file"), write(work, "p.json", '{"x":1}')
    address, server = registry_server(work)
    try:
        for version in (1, 2):
            with Sigstore(work, log_version=version) as s:
                how = ["--signing-config", s.config, "--identity-token", s.token(), "--trusted-root", s.root]
                for name, path in programs.items():
                    against(work, s, version, name, path, address, how, f, doc)
    finally:
        server.kill()
        server.wait()


def against(work, s, version, name, path, address, how, f, doc):
    new = name == "cosign3"
    if version == 2 and not new:
        return  # knows no such log
    trusted = [*who(s), *([] if new else ["--new-bundle-format"])]
    bundle = work + "/b.json"
    ok("sign-blob", *how, "--bundle", bundle, f)
    cosign(path, "verify-blob", *trusted, "--bundle", bundle, f)
    ok("attest-blob", *how, "--type", "custom", "--predicate", doc, "--bundle", bundle, f)
    cosign(path, "verify-blob-attestation", *trusted, "--type", "custom", "--bundle", bundle, f)
    key = work + "/logged"
    if not os.path.exists(key + ".key"):
        ok("key", "generate", "--output-key-prefix", key)
    ok("sign-blob", "--key", key + ".key", "--signing-config", s.config, "--trusted-root", s.root, "--bundle", bundle, f)
    cosign(path, "verify-blob", "--key", key + ".pub", *trusted[4:], "--bundle", bundle, f)
    ref = push(address, "ours-%s-%d" % (name, version), work)
    ok("sign", *how, ref)
    # cosign 2 looks for its own form, with a root of single keys
    env2 = {"SIGSTORE_ROOT_FILE": write(work, "ca.pem", pem(s.middle) + pem(s.ca)), "SIGSTORE_REKOR_PUBLIC_KEY": write(work, "log.pub", s.log.key.pem),
            "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE": write(work, "ct.pub", s.ct.pem)}
    people = who(s)[:4]
    how2 = ["--timestamp-certificate-chain", write(work, "tsa.pem", pem(s.tsa) + pem(s.tsa_ca)), "--rekor-url", s.url]
    reading = who(s) if new else people + how2
    cosign(path, "verify", *reading, "--allow-http-registry", ref, **({} if new else env2))
    ok("attest", *how, "--type", "vuln", "--predicate", doc, ref)
    cosign(path, "verify-attestation", *reading, "--type", "vuln", "--allow-http-registry", ref, **({} if new else env2))
    # theirs
    ref = push(address, "theirs-%s-%d" % (name, version), work)
    if new:
        theirs = ["--signing-config", s.config, "--trusted-root", s.root, "--identity-token", s.token(), "-y"]
        cosign(path, "sign-blob", *theirs, "--bundle", bundle, f)
        ok("verify-blob", *who(s), "--bundle", bundle, f)
    else:
        theirs = ["--fulcio-url", s.url, "--rekor-url", s.url, "--timestamp-server-url", s.url + "/tsa", "--identity-token", s.token(), "-y"]
    cosign(path, "sign", *theirs, "--allow-http-registry", ref, **env2)
    v = ok("verify", *who(s), ref, "--format", "json").json()
    assert [x["form"] for x in v if x["verified"]] == ["bundle" if new else "legacy"], v
    cosign(path, "attest", *theirs, "--type", "vuln", "--predicate", doc, "--allow-http-registry", ref, **env2)
    ok("verify-attestation", *who(s), "--type", "vuln", ref)


main()
