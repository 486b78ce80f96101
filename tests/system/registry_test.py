#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Images of registries: what is fetched and what is not, sign-in, certificates, mirrors, and networks that fail."""
import socket

from registry_lib import *

PKGS = [("libc6", "2.36-9"), ("zlib1g", "1:1.2.13-1")]
WANT = {("libc6", "2.36-9", "amd64"), ("zlib1g", "1:1.2.13-1", "amd64")}
BIG = tar([("big", os.urandom(700000))])
LAYERS = [debian_layer(PKGS), BIG]


def scan(work, target, *args, code=0, env=None, **kw):
    r = strake("scan", "--format", "json", *args, target, env=clean_home(work, **(env or {})), **kw)
    assert r.code == code, (r.code, r.err, r.out[:300])
    return r


def config(work, document, name="docker/config.json"):
    path = work + "/user/" + name
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        json.dump(document, f)


def basic(user, password):
    return base64.b64encode(("%s:%s" % (user, password)).encode()).decode()


@test
def an_image_is_scanned_as_its_layout_is_and_fetched_once(work):
    oci(work + "/layout", LAYERS, pack=lambda b: gzip.compress(b, mtime=0))
    local = scan(work, "oci:" + work + "/layout", "--no-cache").json()
    with Registry() as r:
        top = r.image("team/app", "v1", LAYERS)
        ref = r.host + "/team/app:v1"
        first = scan(work, "registry:" + ref).json()
        assert packages(first) == packages(local) == WANT
        assert findings(first) == findings(local)
        for key in ("ImageID", "DiffIDs"):
            assert first["Metadata"][key] == local["Metadata"][key], key
        assert first["ArtifactName"] == ref
        assert first["Metadata"]["RepoTags"] == [ref]
        assert first["Metadata"]["RepoDigests"] == [r.host + "/team/app@" + top["digest"]]
        assert len(r.asked("/blobs/")) == 3, r.log  # configuration, two layers
        r.log.clear()
        again = scan(work, "registry:" + ref).json()
        assert packages(again) == WANT
        assert len(r.asked("/blobs/")) == 1 and len(r.asked("/manifests/")) == 1, r.log
        r.image("team/app", "v2", [LAYERS[0], tar([("other", b"x")])])
        r.log.clear()
        assert packages(scan(work, "registry:" + r.host + "/team/app:v2").json()) == WANT
        assert len(r.asked("/blobs/")) == 2, r.log  # configuration, the new layer
        r.log.clear()
        by_digest = scan(work, "registry:%s/team/app@%s" % (r.host, top["digest"])).json()
        assert packages(by_digest) == WANT and not by_digest["Metadata"].get("RepoTags")


@test
def a_layer_that_comes_twice_is_fetched_once(work):
    with Registry() as r:
        r.image("a", "latest", [LAYERS[0], BIG, BIG])
        assert packages(scan(work, r.host + "/a", "--no-cache").json()) == WANT
        assert len(r.asked("/blobs/")) == 3, r.log


@test
def an_index_is_chosen_from_by_platform(work):
    with Registry() as r:
        entries = []
        for arch in ("amd64", "arm64"):
            e = r.image("multi", None, [debian_layer([("only-" + arch, "1")])], arch=arch)
            entries.append(dict(e, platform={"os": "linux", "architecture": arch}))
        note = r.manifest("multi", None, {"schemaVersion": 2, "mediaType": MANIFEST, "config": dict(r.blob(b"{}"), mediaType=CONFIG), "layers": []})
        entries.append(dict(note, platform={"os": "unknown", "architecture": "unknown"}, annotations={"vnd.docker.reference.type": "attestation-manifest"}))
        top = r.manifest("multi", "latest", {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}, INDEX)
        one = scan(work, "registry:" + r.host + "/multi", "--platform", "linux/arm64").json()
        assert {p[0] for p in packages(one)} == {"only-arm64"}
        assert one["Metadata"]["RepoDigests"] == [r.host + "/multi@" + top["digest"]]
        both = scan(work, "registry:" + r.host + "/multi", "--all-platforms").json()
        assert {p[0] for report in both for p in packages(report)} == {"only-amd64", "only-arm64"}
        r1 = scan(work, "registry:" + r.host + "/multi", "--platform", "linux/s390x", code=3)
        r1.says("there are: linux/amd64, linux/arm64")


@test
def a_bare_name_is_asked_of_the_daemons_and_then_of_its_registry(work):
    with Registry() as r:
        r.image("app", "latest", LAYERS)
        assert packages(scan(work, r.host + "/app").json()) == WANT
        failed = scan(work, r.host + "/none:1", code=3)
        lines = failed.err.splitlines()
        assert len(lines) == 4, lines
        for line, who, why in zip(lines[1:], ("docker", "podman", "registry"), ("no-docker", "no-podman", "MANIFEST_UNKNOWN")):
            assert line.strip().startswith(who + ":") and why in line, lines


@test
def wrong_references_are_usage_errors(work):
    for ref, words in (("registry:Upper/x", "lower case"), ("registry:a//b", "no image name"), ("registry:a:!", "no tag"), ("registry:a@sha256:12", "no digest"),
                       ("registry:bad_host.example:99999/a", "no host name"), ("registry:", "nothing after the colon")):
        scan(work, ref, code=2).says(words)


# ---- sign-in ----

@test
def a_token_is_got_with_the_credentials_of_config_json(work):
    with Registry("bearer") as r:
        r.image("team/app", "latest", LAYERS)
        ref = "registry:" + r.host + "/team/app"
        refused = scan(work, ref, code=3)
        refused.says("refuses access to team/app")
        refused.says("strake login " + r.host)
        config(work, {"auths": {"https://" + r.host + "/v2/": {"auth": basic(*r.user)}}})
        r.token_queries.clear()
        assert packages(scan(work, ref, "--no-cache").json()) == WANT
        assert r.token_queries[0]["service"] == "a service" and r.token_queries[0]["scope"] == "repository:team/app:pull", r.token_queries
        assert len(r.token_queries) == 1, r.token_queries
        config(work, {"auths": {r.host: {"auth": basic("user", "wrong")}}})
        wrong = scan(work, ref, code=3)
        wrong.says("incorrect username or password")
        assert "wrong" not in wrong.err.replace("wrongly", ""), wrong.err
        config(work, {"auths": {r.host: {"auth": "!!"}}})
        scan(work, ref, code=3).says("base64")


@test
def anonymous_tokens_access_tokens_and_identity_tokens_work(work):
    with Registry("bearer") as r:
        r.image("app", "latest", LAYERS)
        ref = "registry:" + r.host + "/app"
        r.anonymous, r.token_key = True, "access_token"
        assert packages(scan(work, ref, "--no-cache").json()) == WANT
        r.anonymous, r.token = False, None
        config(work, {"auths": {r.host: {"identitytoken": "the-identity"}}})
        r.token_queries.clear()
        assert packages(scan(work, ref, "--no-cache").json()) == WANT
        assert r.token_queries[0]["grant_type"] == "refresh_token", r.token_queries
        r.token = "given"
        os.remove(work + "/user/docker/config.json")
        r.log.clear()
        assert packages(scan(work, ref, "--no-cache", env={"STRAKE_REGISTRY_TOKEN": "given"}).json()) == WANT
        assert not r.asked("/token"), r.log
        scan(work, ref, "--registry-token", "other", code=3).says("refuses access")


@test
def a_token_that_is_spent_is_renewed(work):
    with Registry("bearer") as r:
        r.image("app", "latest", LAYERS)
        r.anonymous = True

        def spend(h):
            if "/blobs/" in h.path and h.command == "GET" and len(r.token_queries) == 1:
                r.token = "another"
        r.fault = spend
        assert packages(scan(work, "registry:" + r.host + "/app").json()) == WANT
        assert len(r.token_queries) >= 2


@test
def the_command_line_names_the_user_and_standard_input_the_password(work):
    with Registry("basic") as r:
        r.image("app", "latest", LAYERS)
        ref = "registry:" + r.host + "/app"
        scan(work, ref, code=3).says("refuses access")
        with open(work + "/password", "w") as f:
            f.write("pass:word\n")
        with open(work + "/password") as f:
            assert packages(scan(work, ref, "--username", "user", "--password-stdin", stdin=f).json()) == WANT
        scan(work, ref, "--username", "user", code=2).says("--password-stdin")
        scan(work, ref, "--password-stdin", code=2).says("--username")


@test
def the_longest_key_of_podmans_file_wins(work):
    with Registry("basic") as r:
        r.image("team/app", "latest", LAYERS)
        config(work, {"auths": {r.host: {"auth": basic("no", "no")}, r.host + "/team": {"username": r.user[0], "password": r.user[1]},
                                r.host + "/tea": {"auth": basic("no", "no")}}}, "auth.json")
        ref = "registry:" + r.host + "/team/app"
        assert packages(scan(work, ref, env={"REGISTRY_AUTH_FILE": work + "/user/auth.json"}).json()) == WANT
        config(work, {"auths": {r.host + "/team": {"auth": basic(*r.user)}}}, "config/containers/auth.json")
        assert packages(scan(work, ref, "--no-cache").json()) == WANT


@test
def a_credential_helper_is_asked(work):
    os.makedirs(work + "/bin")
    helper = work + "/bin/docker-credential-test.one"

    def write(body):
        with open(helper, "w") as f:
            f.write("#!/bin/sh\n" + body)
        os.chmod(helper, 0o755)
    env = {"PATH": work + "/bin:" + os.environ["PATH"]}
    with Registry("basic") as r:
        r.image("app", "latest", LAYERS)
        ref = "registry:" + r.host + "/app"
        write('read host; [ "$1" = get ] && [ "$host" = %s ] && echo \'{"ServerURL":"x","Username":"user","Secret":"pass:word"}\'\n' % r.host)
        for document in ({"credHelpers": {r.host: "test.one"}}, {"credsStore": "test.one", "auths": {r.host: {}}}):
            config(work, document)
            assert packages(scan(work, ref, "--no-cache", env=env).json()) == WANT
        write("echo credentials not found in native keychain; exit 1\n")
        scan(work, ref, code=3, env=env).says("docker-credential-test.one: credentials not found")
        write("sleep 60\n")
        start = time.monotonic()
        scan(work, ref, code=3, env=env).says("no answer in 10 seconds")
        assert time.monotonic() - start < 20
        write("yes\n")
        scan(work, ref, code=3, env=env).says("refuses access")
        config(work, {"credHelpers": {r.host: "../../bin/sh"}})
        scan(work, ref, code=3, env=env).says("no name of a credential helper")


@test
def credentials_do_not_go_where_a_redirect_leads(work):
    with Registry("basic") as r, Registry() as store:
        r.image("app", "latest", LAYERS)
        store.blobs.update(r.blobs)
        config(work, {"auths": {r.host: {"auth": basic(*r.user)}}})

        def away(h):
            if "/blobs/" in h.path and h.signed_in(r):
                h.answer(307, b"not content", [("Location", store.url + h.path + "?signature=1")])
                return True
        r.fault = away
        assert packages(scan(work, "registry:" + r.host + "/app").json()) == WANT
        assert len(store.log) == 3
        assert all("authorization" not in h for _, _, h in store.log), store.log


# ---- certificates ----

@test
def certificates_are_checked_against_given_cas(work):
    make_ca(work)
    with Registry(tls=tls_context(work)) as r:
        r.image("app", "latest", LAYERS)
        ref = "registry:" + r.host + "/app"
        scan(work, ref, code=3).says("certificate is not trusted")
        assert packages(scan(work, ref, "--cacert", work + "/ca.crt", "--no-cache").json()) == WANT
        assert packages(scan(work, ref, "--insecure", "--no-cache").json()) == WANT
        assert packages(scan(work, ref, "--no-cache", env={"SSL_CERT_FILE": work + "/ca.crt"}).json()) == WANT
        place = work + "/user/.config/containers/certs.d/" + r.host
        os.makedirs(place)
        shutil.copy(work + "/ca.crt", place + "/ca.crt")
        assert packages(scan(work, ref, "--no-cache").json()) == WANT
        scan(work, ref, "--cacert", work + "/none.crt", code=3).says("CA file")


@test
def a_client_certificate_of_certs_d_is_shown(work):
    make_ca(work)
    with Registry(tls=tls_context(work, client=True)) as r:
        r.image("app", "latest", LAYERS)
        ref = "registry:" + r.host + "/app"
        scan(work, ref, "--cacert", work + "/ca.crt", code=3)
        place = work + "/user/.config/containers/certs.d/" + r.host
        os.makedirs(place)
        for name in ("ca.crt", "client.cert", "client.key"):
            shutil.copy(work + "/" + name, place + "/" + name)
        assert packages(scan(work, ref).json()) == WANT


@test
def nothing_leads_from_https_to_http(work):
    make_ca(work)
    with Registry("bearer", tls=tls_context(work)) as r, Registry() as plain:
        r.image("app", "latest", LAYERS)
        plain.blobs.update(r.blobs)
        r.anonymous = True
        args = ("registry:" + r.host + "/app", "--cacert", work + "/ca.crt")
        r.fault = lambda h: "/blobs/" in h.path and h.signed_in(r) and (h.answer(307, b"", [("Location", plain.url + h.path)]) or True)
        scan(work, *args, code=3).says("from https to http")
        assert not plain.log
        r.fault, r.realm = None, plain.url + "/token"
        scan(work, *args, code=3).says("refused, as it is no https address")
        assert not plain.log


# ---- layers that lie elsewhere ----

@test
def a_layer_that_registries_do_not_keep_comes_from_its_https_address(work):
    make_ca(work)
    with Registry(tls=tls_context(work)) as r, Registry(tls=tls_context(work)) as store, Registry() as plain:
        descriptor = r.image("app", "latest", LAYERS)
        manifest = json.loads(r.manifests["app", "latest"][1])
        big = manifest["layers"][1]
        big["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
        big["urls"] = [plain.url + "/v2/x/blobs/" + big["digest"], store.url + "/v2/x/blobs/" + big["digest"]]
        assert r.manifest("app", "latest", manifest)["digest"] != descriptor["digest"]
        for other in (store, plain):
            other.blobs[big["digest"]] = r.blobs[big["digest"]]
        del r.blobs[big["digest"]]
        got = scan(work, "registry:" + r.host + "/app", "--cacert", work + "/ca.crt").json()
        assert packages(got) == WANT and not got.get("Incomplete"), got.get("Incomplete")
        assert len(store.log) == 1 and not plain.log
        big["urls"] = big["urls"][:1]
        r.manifest("app", "latest", manifest)
        got = scan(work, "registry:" + r.host + "/app", "--cacert", work + "/ca.crt", "--no-cache", code=4).json()
        assert packages(got) == WANT and not plain.log


@test
def a_token_is_not_shown_by_config(work):
    r = strake("config", env=clean_home(work, STRAKE_REGISTRY_TOKEN="hidden-word"))
    assert r.code == 0 and "registry-token: (set)" in r.out and "hidden-word" not in r.out, r.out


# ---- mirrors and proxies ----

@test
def a_proxy_is_asked_for_all_but_this_machine(work):
    with Registry() as r, Registry() as proxy:
        for x in (r, proxy):
            x.image("app", "latest", LAYERS)
        env = {"HTTP_PROXY": "", "http_proxy": proxy.url, "https_proxy": proxy.url, "NO_PROXY": "", "no_proxy": ""}
        assert packages(scan(work, "registry:" + r.host + "/app", "--no-cache", env=env).json()) == WANT
        assert not proxy.log
        assert packages(scan(work, "registry:registry.example:80/app", "--insecure", "--no-cache", env=env).json()) == WANT
        assert [h["host"] for m, p, h in proxy.log if "/blobs/" in p] == ["registry.example:80"] * 3 or proxy.log[-1][2]["host"].startswith("registry.example"), proxy.log



@test
def mirrors_come_first_and_the_origin_helps_out(work):
    with Registry() as origin, Registry("basic") as mirror:
        for r in (origin, mirror):
            r.image("app", "latest", LAYERS)
        config(work, {"auths": {mirror.host: {"auth": basic(*mirror.user)}}})
        with open(work + "/strake.yaml", "w") as f:
            f.write("registry:\n  mirrors:\n    %s: [\"127.0.0.1:1\", \"%s\"]\n" % (origin.host, mirror.host))
        ref = "registry:" + origin.host + "/app"
        assert packages(scan(work, ref, "--no-cache", cwd=work).json()) == WANT
        assert not origin.log and len(mirror.asked("/blobs/")) >= 3
        assert scan(work, ref, "--no-cache", cwd=work).json()["Metadata"]["RepoTags"] == [origin.host + "/app:latest"]
        mirror.fault = lambda h: "/blobs/" in h.path and (h.error(404, "BLOB_UNKNOWN") or True)
        r = scan(work, ref, "--no-cache", cwd=work)
        assert packages(r.json()) == WANT and not r.err, r.err
        assert len(origin.asked("/blobs/")) == 3
        with open(work + "/strake.yaml", "w") as f:
            f.write("registry:\n  mirror: x\n")
        scan(work, ref, code=2, cwd=work).says("strake.yaml:2")


# ---- faults ----

def cutting(r, at, times=99):
    """A fault: GET of a large blob breaks off after `at` more bytes, so many times."""
    left = [times]

    def fault(h):
        digest = h.path.rsplit("/", 1)[1]
        body = r.blobs.get(digest, b"")
        if "/blobs/" not in h.path or len(body) < 100000 or left[0] == 0:
            return False
        left[0] -= 1
        m = re.match(r"bytes=(\d+)-$", h.headers.get("Range") or "")
        first = int(m.group(1)) if m and r.ranges else 0
        headers = [("Content-Range", "bytes %d-%d/%d" % (first, len(body) - 1, len(body)))] if first else []
        h.answer(206 if first else 200, body[first:first + at], headers, length=len(body) - first)
        h.cut()
        return True
    return fault


@test
def a_cut_download_goes_on_where_it_ended(work):
    for ranges in (True, False):
        with Registry() as r:
            r.ranges = ranges
            r.image("app", "latest", LAYERS)
            r.fault = cutting(r, 300000 if ranges else 500000, 2 if ranges else 1)
            assert packages(scan(work, "registry:" + r.host + "/app", "--no-cache").json()) == WANT
            asked = [h.get("range") for _, p, h in r.log if "/blobs/" in p and h.get("range")]
            assert asked == (["bytes=300000-", "bytes=600000-"] if ranges else ["bytes=500000-"]), asked


@test
def a_layer_that_does_not_come_leaves_the_rest_of_the_report(work):
    with Registry() as r:
        r.image("app", "latest", LAYERS)
        r.fault = cutting(r, 0)
        got = scan(work, "registry:" + r.host + "/app", code=4)
        assert packages(got.json()) == WANT
        assert [i["Reason"] for i in got.json()["Incomplete"]] == ["network"], got.json()["Incomplete"]
        r.fault = None
        assert not scan(work, "registry:" + r.host + "/app").json().get("Incomplete")
        for digest in list(r.blobs):
            if r.blobs[digest][:2] == b"\x1f\x8b":
                del r.blobs[digest]
        scan(work, "registry:" + r.host + "/app", "--no-cache", code=3).says("no layer could be fetched")


@test
def refusals_that_pass_are_waited_for(work):
    with Registry() as r:
        r.image("app", "latest", LAYERS)
        said = {}

        def busy(h):
            n = said[h.path] = said.get(h.path, 0) + 1
            if n <= 2:
                h.answer((429, 503)[n - 1], b"", [("Retry-After", "1")] if n == 1 else [])
                return True
        r.fault = busy
        start = time.monotonic()
        assert packages(scan(work, "registry:" + r.host + "/app").json()) == WANT
        assert time.monotonic() - start > 2
        r.fault = lambda h: h.answer(429, b"", [("Retry-After", "3600")]) or True
        start = time.monotonic()
        scan(work, "registry:" + r.host + "/app", code=3).says("too many requests")
        assert time.monotonic() - start < 10
        r.fault = lambda h: h.answer(503) or True
        scan(work, "registry:" + r.host + "/app", code=3).says("answers 503")


@test
def a_peer_that_stalls_is_given_up(work):
    with Registry() as r:
        r.image("app", "latest", LAYERS)
        stop = threading.Event()

        def stall(h):
            body = r.blobs.get(h.path.rsplit("/", 1)[1], b"")
            if "/blobs/" in h.path and len(body) > 100000:
                h.answer(200, body[:1000], length=len(body))
                h.wfile.flush()
                stop.wait(60)
                h.close_connection = True
                return True
        r.fault = stall
        start = time.monotonic()
        got = scan(work, "registry:" + r.host + "/app", code=4, env={"STRAKE_STALL_TIMEOUT": "1"})
        stop.set()
        assert time.monotonic() - start < 40
        assert packages(got.json()) == WANT and got.json()["Incomplete"][0]["Reason"] == "network"
        stop.clear()
        start = time.monotonic()
        late = scan(work, "registry:" + r.host + "/app", "--timeout", "2s", code=4)
        stop.set()
        assert time.monotonic() - start < 15
        assert "--timeout" in json.dumps(late.json()["Incomplete"])


@test
def wrong_content_is_said_and_not_kept(work):
    with Registry() as r:
        r.image("app", "latest", LAYERS)
        big = sorted(r.blobs, key=lambda d: len(r.blobs[d]))[-1]
        good = r.blobs[big]
        r.blobs[big] = good[:-100] + bytes(100)
        got = scan(work, "registry:" + r.host + "/app", code=4).json()
        assert len(got["Incomplete"]) == 1, got["Incomplete"]
        r.blobs[big] = good + b"more"
        got = scan(work, "registry:" + r.host + "/app", code=4).json()
        assert packages(got) == WANT, got
        r.blobs[big] = good
        assert not scan(work, "registry:" + r.host + "/app").json().get("Incomplete")
        kind, body = r.manifests["app", "latest"]
        r.manifests["app", sha(b"other")] = (kind, body)
        scan(work, "registry:%s/app@%s" % (r.host, sha(b"other")), code=3).says("content has digest")
        conf = json.loads(body)["config"]["digest"]
        r.blobs[conf] = r.blobs[conf].replace(b"linux", b"minix")
        scan(work, "registry:" + r.host + "/app", code=3).says("content has digest")


@test
def hostile_answers_are_refused(work):
    with Registry() as r:
        r.lax = True
        r.manifest("huge", "latest", b"{" + b" " * (9 << 20) + b"}")
        scan(work, "registry:" + r.host + "/huge", code=3).says("over the limit")
        r.manifest("broken", "latest", b"{")
        scan(work, "registry:" + r.host + "/broken", code=3)
        r.manifest("one", "latest", {"schemaVersion": 1, "fsLayers": []}, "application/vnd.docker.distribution.manifest.v1+prettyjws")
        scan(work, "registry:" + r.host + "/one", code=3).says("schema 1")
        r.manifest("chart", "latest", {"schemaVersion": 2, "artifactType": "application/x", "config": {}, "layers": []})
        scan(work, "registry:" + r.host + "/chart", code=3).says("artifact of type application/x")
        r.fault = lambda h: h.answer(302, b"", [("Location", r.url + h.path + "x")]) or True
        scan(work, "registry:" + r.host + "/loop", code=3).says("more than 10 redirects")
        r.fault = lambda h: h.answer(302, b"", [("Location", "file:///etc/passwd")]) or True
        scan(work, "registry:" + r.host + "/file", code=3).says("no http or https address")
        r.fault = lambda h: h.answer(200, b"{}", [("X-%d" % i, "y" * 4000) for i in range(40)]) or True
        scan(work, "registry:" + r.host + "/headers", code=3).says("headers")


@test
def a_socket_that_speaks_no_http_is_said(work):
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(5)

    def talk():
        while True:
            try:
                c, _ = s.accept()
                c.sendall(b"SSH-2.0-x\r\n")
                c.close()
            except OSError:
                return
    t = threading.Thread(target=talk, daemon=True)
    t.start()
    scan(work, "registry:127.0.0.1:%d/app" % s.getsockname()[1], code=3)
    s.close()
    scan(work, "registry:127.0.0.1:1/app", code=3).says("no connection")


# ---- what hangs on an image, and pushing ----

def tool(work, *args, code=0):
    path = os.path.abspath(os.environ.get("STRAKE_REGISTRY_TOOL", os.path.join(os.path.dirname(STRAKE), "tests", "registry-tool")))
    p = subprocess.run([path, *args], env=dict(os.environ, **clean_home(work)), capture_output=True, text=True, timeout=120, check=False)
    assert p.returncode == code, (args, p.returncode, p.stdout, p.stderr)
    return p.stdout if code == 0 else p.stderr


def note(r, repo, tag, text, **more):
    layer = dict(r.blob(text), mediaType="text/x", annotations={"predicateType": "p"})
    return r.manifest(repo, tag, dict({"schemaVersion": 2, "mediaType": MANIFEST, "config": dict(r.blob(b"{}"), mediaType=CONFIG), "layers": [layer]}, **more))


@test
def attachments_are_found_by_referrers_tags_and_attestations(work):
    with Registry("bearer") as r:
        r.anonymous = True
        image = r.image("app", None, LAYERS)
        attestation = note(r, "app", None, b"in-toto")
        r.manifest("app", "latest", {"schemaVersion": 2, "mediaType": INDEX, "manifests": [
            dict(image, platform={"os": "linux", "architecture": "amd64"}),
            dict(attestation, annotations={"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image["digest"]})]}, INDEX)
        sbom, hexes = note(r, "app", None, b"spdx"), image["digest"][7:]
        signature = note(r, "app", "sha256-" + hexes + ".sig", b"signature")
        listed = [dict(sbom, artifactType="application/spdx+json")]
        r.referrers = {image["digest"]: listed}
        ref = r.host + "/app"
        want = "%s application/vnd.in-toto+json \n  text/x p in-toto\n%s application/spdx+json \n  text/x p spdx\n%s  sha256-%s.sig\n  text/x p signature\n" % (
            attestation["digest"], sbom["digest"], signature["digest"], hexes)
        assert tool(work, "attached", ref, image["digest"]) == want
        only = tool(work, "attached", ref, image["digest"], "application/spdx+json")
        assert only.startswith(sbom["digest"]) and only.count("\n") == 2, only
        r.referrers = None
        r.manifest("app", "sha256-" + hexes, {"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}, INDEX)
        assert tool(work, "attached", ref, image["digest"]) == want
        assert tool(work, "attached", ref, sha(b"none")) == ""
        pages = {"n": 0}

        def paged(h):
            if "/referrers/" in h.path and h.signed_in(r):
                pages["n"] += 1
                links = [("Link", "<%s&last=%d>; rel=\"next\"" % (h.path if "?" in h.path else h.path + "?n=1", pages["n"]))] if pages["n"] < 3 else []
                entry = dict(note(r, "app", None, b"page %d" % pages["n"]), artifactType="t")
                h.answer(200, json.dumps({"manifests": [entry]}).encode(), links)
                return True
        r.fault = paged
        assert tool(work, "attached", ref, image["digest"], "t").count("page") == 3


@test
def blobs_and_manifests_are_pushed(work):
    for auth in (None, "bearer", "basic"):
        with Registry(auth) as r:
            config(work, {"auths": {r.host: {"auth": basic(*r.user)}}})
            for size in (0, 10, 5000, (64 << 20) + 5):
                content = os.urandom(size)
                with open(work + "/blob", "wb") as f:
                    f.write(content)
                r.log.clear()
                assert tool(work, "push-blob", r.host + "/app", work + "/blob").strip() == sha(content)
                assert r.blobs[sha(content)] == content
                methods = [m for m, _, _ in r.log]
                assert methods.count("PATCH") == (2 if size > 64 << 20 else 0), methods
                r.log.clear()
                tool(work, "push-blob", r.host + "/app", work + "/blob")
                assert {m for m, _, _ in r.log} == {"HEAD"} or auth, r.log
                assert "POST" not in [m for m, p, _ in r.log if "/token" not in p], r.log
            with open(work + "/manifest", "w") as f:
                json.dump({"schemaVersion": 2}, f)
            tool(work, "push-manifest", r.host + "/app", "v1", MANIFEST, work + "/manifest")
            assert r.manifests["app", "v1"] == (MANIFEST, open(work + "/manifest", "rb").read())
            r.fault = lambda h: h.command == "PUT" and (h.error(403, "DENIED", "read only") or True)
            assert "read only" in tool(work, "push-manifest", r.host + "/app", "v2", MANIFEST, work + "/manifest", code=3)


@test
def an_upload_that_is_sent_elsewhere_gets_no_credentials(work):
    with Registry("basic") as r, Registry() as store:
        config(work, {"auths": {r.host: {"auth": basic(*r.user)}}})
        with open(work + "/blob", "wb") as f:
            f.write(b"content")
        r.fault = lambda h: h.command == "POST" and h.signed_in(r) and (h.answer(202, b"", [("Location", store.url + "/v2/app/blobs/uploads/1")]) or True)
        assert "no https address" in tool(work, "push-blob", r.host + "/app", work + "/blob", code=3)
        assert not store.log


# ---- Debian's registry ----

@test
def the_registry_of_debian_is_read_with_and_without_passwords(work):
    for program in ("docker-registry", "htpasswd", "skopeo"):
        if not shutil.which(program):
            raise Skip("%s is not installed" % program)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    subprocess.run(["htpasswd", "-Bbc", work + "/htpasswd", "user", "pass:word"], check=True, capture_output=True)
    with open(work + "/registry.yml", "w") as f:
        f.write("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s/store}}\nhttp: {addr: '127.0.0.1:%d'}\n"
                "auth: {htpasswd: {realm: test, path: %s/htpasswd}}\n" % (work, port, work))
    server = subprocess.Popen(["docker-registry", "serve", work + "/registry.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        oci(work + "/layout", LAYERS, tag="v1")
        ref = "127.0.0.1:%d/team/app:v1" % port
        subprocess.run(["skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "--dest-creds", "user:pass:word", "oci:" + work + "/layout:v1", "docker://" + ref],
                       check=True, capture_output=True)
        scan(work, "registry:" + ref, code=3).says("refuses access")
        config(work, {"auths": {"127.0.0.1:%d" % port: {"auth": basic("user", "pass:word")}}})
        assert packages(scan(work, "registry:" + ref).json()) == WANT
        scan(work, "registry:" + ref + "x", code=3).says("MANIFEST_UNKNOWN")
        for name in ("small", "large"):
            with open(work + "/" + name, "wb") as f:
                f.write(os.urandom(100 if name == "small" else (64 << 20) + 1))
            digest = tool(work, "push-blob", ref, work + "/" + name).strip()
            assert os.path.exists("%s/store/docker/registry/v2/blobs/sha256/%s/%s/data" % (work, digest[7:9], digest[7:])), name
        with open(work + "/layout/index.json") as f:
            manifest = json.load(f)["manifests"][0]["digest"]
        tool(work, "push-manifest", ref, "v2", MANIFEST, "%s/layout/blobs/sha256/%s" % (work, manifest[7:]))
        assert packages(scan(work, "registry:127.0.0.1:%d/team/app:v2" % port).json()) == WANT
    finally:
        server.terminate()
        server.wait(10)


main()
