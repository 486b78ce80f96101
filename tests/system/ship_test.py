#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Images on the move: copies with what hangs on them, tags, digests, sign-in, pins."""
import pty
import select
import socket
import stat

from registry_lib import *

LAYERS = [tar([("etc/a", b"a" * 1000)]), tar([("etc/b", b"b" * 50000)])]
DSSE = "application/vnd.dsse.envelope.v1+json"


def run(work, *args, code=0, **kw):
    env = dict(clean_home(work), STRAKE_PASSWORD="x", **kw.pop("env", {}))
    r = strake(*args, env=env, **kw)
    assert r.code == code, (args, r.code, r.err, r.out)
    return r


def real_registry(work, auth=""):
    if not shutil.which("docker-registry"):
        raise Skip("docker-registry is not installed")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with open(work + "/registry.yml", "w") as f:
        f.write("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s/store}, delete: {enabled: true}}\n"
                "http: {addr: '127.0.0.1:%d'}\n%s" % (work, port, auth))
    server = subprocess.Popen(["docker-registry", "serve", work + "/registry.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    return "127.0.0.1:%d" % port, server


def layout(work, name="image", tag="1", layers=LAYERS):
    path = os.path.join(work, name)
    os.makedirs(path)
    oci(path, layers, tag=tag)
    return "oci:%s:%s" % (path, tag)


def blobs_of(path):
    return sorted(os.listdir(path + "/blobs/sha256"))


def index_of(path):
    return json.load(open(path + "/index.json"))["manifests"]


def whole(path):
    """Every blob of a layout is what its name says."""
    for b in blobs_of(path):
        assert "." not in b, b
        assert sha(open(path + "/blobs/sha256/" + b, "rb").read())[7:] == b, b


def signed(work, ref):
    run(work, "key", "generate", "--output-key-prefix", work + "/k")
    run(work, "sign", "--key", work + "/k.key", ref)
    open(work + "/p.json", "w").write('{"a": 1}')
    run(work, "attest", "--key", work + "/k.key", "--type", "https://example.com/x", "--predicate", work + "/p.json", ref)


def verified(work, ref):
    run(work, "verify", "--key", work + "/k.pub", ref)
    run(work, "verify-attestation", "--type", "https://example.com/x", "--key", work + "/k.pub", ref)
    return sorted(v["form"] for v in run(work, "verify", "--key", work + "/k.pub", ref, "--format", "json").json() if v["verified"])


def put(r, repo, content):
    return dict(r.blob(content))


def attached(r, repo, tag, subject, kind, content, notes=None):
    """A manifest with a subject."""
    d = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind, "config": dict(r.blob(b"{}"), mediaType="application/vnd.oci.empty.v1+json"),
         "layers": [dict(r.blob(content), mediaType=kind)], "subject": subject}
    if notes:
        d["annotations"] = notes
    return dict(r.manifest(repo, tag, d), artifactType=kind, **({"annotations": notes} if notes else {}))


def fallback(r, repo, subject, *entries):
    r.manifest(repo, subject["digest"].replace(":", "-"), {"schemaVersion": 2, "mediaType": INDEX, "manifests": list(entries)}, INDEX)


def two_platforms(r, repo="app", tag="1"):
    arms = [r.image(repo, None, [LAYERS[0]]), r.image(repo, None, [LAYERS[1]], arch="arm64")]
    build = r.manifest(repo, None, {"schemaVersion": 2, "mediaType": MANIFEST, "config": dict(r.blob(b'{"architecture":"unknown"}'), mediaType=CONFIG), "layers": [
        dict(r.blob(b'{"_type":"x"}'), mediaType="application/vnd.in-toto+json", annotations={"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"})]})
    entries = [dict(arms[0], platform={"os": "linux", "architecture": "amd64"}), dict(arms[1], platform={"os": "linux", "architecture": "arm64"}),
               dict(build, platform={"os": "unknown", "architecture": "unknown"},
                    annotations={"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": arms[0]["digest"]})]
    return r.manifest(repo, tag, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}, INDEX), arms, build


# ---- copy ----

@test
def signatures_and_attestations_go_with_the_image_and_verify_there(work):
    ref = layout(work)
    signed(work, ref)
    with Registry() as a, Registry() as b:
        a.links, b.links = set(), set()
        b.keeps_referrers, b.referrers = True, {}
        digest = run(work, "digest", ref).out.strip()
        out = run(work, "copy", ref, a.host + "/team/app:1").out
        assert out.strip() == a.host + "/team/app:1@" + digest, out
        assert verified(work, a.host + "/team/app:1") == ["bundle", "legacy"]
        run(work, "copy", a.host + "/team/app:1", "registry:" + b.host + "/mirror/app:2")
        assert verified(work, b.host + "/mirror/app:2") == ["bundle", "legacy"]
        assert not [n for _, n in b.manifests if re.match("sha256-[0-9a-f]{64}$", n)], b.manifests.keys()
        run(work, "copy", b.host + "/mirror/app:2", "oci:" + work + "/back:x")
        assert verified(work, "oci:" + work + "/back:x") == ["bundle", "legacy"]
        whole(work + "/back")
        for x in (a.host + "/team/app:1", b.host + "/mirror/app:2", "oci:" + work + "/back:x"):
            assert run(work, "digest", x).out.strip() == digest
        run(work, "copy", "--only-image", a.host + "/team/app:1", "oci:" + work + "/bare:x")
        assert len(index_of(work + "/bare")) == 1
        run(work, "verify", "--key", work + "/k.pub", "oci:" + work + "/bare:x", code=1)


@test
def an_index_goes_with_all_platforms_or_one_of_them(work):
    with Registry() as a, Registry() as b:
        index, arms, build = two_platforms(a)
        # a signature on one platform, an SBOM on the index, and a signature on the SBOM
        bom = attached(a, "app", None, index, "application/vnd.cyclonedx+json", b'{"bomFormat":"CycloneDX"}', {"org.opencontainers.image.created": "2026-01-02T03:04:05Z"})
        deep = attached(a, "app", None, bom, "application/vnd.example.sig", b"deep")
        arm = attached(a, "app", None, arms[1], "application/vnd.example.note", b"arm")
        fallback(a, "app", index, bom)
        fallback(a, "app", bom, deep)
        fallback(a, "app", arms[1], arm)
        told = run(work, "copy", "--format", "json", a.host + "/app:1", b.host + "/x:1").json()
        assert told["manifests"] == 7 and told["attached"] == 3 and told["digest"] == index["digest"], told
        assert b.blobs == a.blobs
        for (repo, name), (kind, body) in a.manifests.items():
            if name.startswith("sha256:") and kind == MANIFEST:
                assert b.manifests["x", name] == (kind, body), name
        assert b.manifests["x", "1"] == a.manifests["app", "1"]
        for d, one in ((index, bom), (bom, deep), (arms[1], arm)):
            entries = json.loads(b.manifests["x", d["digest"].replace(":", "-")][1])["manifests"]
            assert [(e["digest"], e["artifactType"], e.get("annotations")) for e in entries] == [(one["digest"], one["artifactType"], one.get("annotations"))]
        # again: nothing is sent
        b.log.clear()
        told = run(work, "copy", "--format", "json", a.host + "/app:1", b.host + "/x:1").json()
        assert told["blobsSent"] == 0, told
        assert not [p for m, p, h in b.log if m in ("POST", "PATCH")]
        told = run(work, "copy", "--platform", "linux/arm64", "--format", "json", a.host + "/app:1", b.host + "/y:1").json()
        assert told["digest"] == arms[1]["digest"] and told["manifests"] == 2, told
        assert b.manifests["y", "1"] == a.manifests["app", arms[1]["digest"]]
        run(work, "copy", "--platform", "linux/s390x", a.host + "/app:1", b.host + "/z:1", code=3).says("linux/amd64, linux/arm64")
        assert run(work, "digest", "--platform", "linux/arm64", a.host + "/app:1").out.strip() == arms[1]["digest"]
        run(work, "copy", a.host + "/app:1", "oci:" + work + "/all:1")
        whole(work + "/all")
        assert run(work, "tree", "--format", "json", "oci:" + work + "/all:1").json()["digest"] == index["digest"]


@test
def blobs_are_streamed_in_chunks_and_take_no_memory(work):
    layer = os.urandom(1 << 20) * 40
    with Registry() as a, Registry() as b:
        config = dict(a.blob(b'{"rootfs":{}}'), mediaType=CONFIG)
        a.manifest("app", "1", {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [dict(a.blob(layer), mediaType=LAYER)]})
        done = run(work, "copy", a.host + "/app:1", b.host + "/app:1")
        assert b.blobs == a.blobs
        sizes = [int(h["content-length"]) for m, p, h in b.log if m == "PATCH"]
        assert len(sizes) == 5 and max(sizes) == 8 << 20, sizes
        if not SANITIZED:
            assert done.rss < 40 << 20, done.rss


@test
def a_repository_of_the_same_registry_is_not_sent_what_it_can_take_over(work):
    with Registry() as r:
        r.links = set()
        r.image("one/app", "1", LAYERS)
        for digest in r.blobs:
            r.links.add(("one/app", digest))
        told = run(work, "copy", "--format", "json", r.host + "/one/app:1", r.host + "/two/app:1").json()
        assert told["blobsMounted"] == 3 and told["blobsSent"] == 0, told
        assert all(("two/app", d) in r.links for d in r.blobs)
        # one that will not: the blobs are sent, and no upload is left behind
        r.fault = lambda h: "mount=" in h.path and (setattr(h, "path", h.path.split("?")[0]), False)[1]
        told = run(work, "copy", "--format", "json", r.host + "/one/app:1", r.host + "/three/app:1").json()
        assert told["blobsSent"] == 3 and not r.uploads, (told, r.uploads)


@test
def damaged_content_is_never_put_in_place(work):
    with Registry() as a, Registry() as b:
        big = os.urandom(20 << 20)
        config = dict(a.blob(b'{"rootfs":{}}'), mediaType=CONFIG)
        for content in (b"x" * 1000, big):
            good = a.blob(content)
            a.manifest("app", "1", {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [dict(good, mediaType=LAYER)]})
            a.blobs[good["digest"]] = content[:-1] + bytes([content[-1] ^ 1])
            r = run(work, "copy", a.host + "/app:1", b.host + "/app:1", code=3)
            r.says("damaged")
            assert good["digest"] not in b.blobs and ("app", "1") not in b.manifests and not b.uploads, (b.manifests, b.uploads.keys())
            run(work, "copy", a.host + "/app:1", "oci:" + work + "/l:1", code=3).says("damaged")
            assert not [x for x in blobs_of(work + "/l") if x.startswith(good["digest"][7:])] and index_of(work + "/l") == []
            a.blobs[good["digest"]] = content[:-1]
            run(work, "copy", a.host + "/app:1", "oci:" + work + "/l:1", code=3)
            a.blobs[good["digest"]] = content
        run(work, "copy", a.host + "/app:1", b.host + "/app:1")
        # a damaged manifest
        kind, body = a.manifests["app", "1"]
        a.manifests["app", sha(body)] = (kind, body + b" ")
        run(work, "copy", a.host + "/app@" + sha(body), b.host + "/q:1", code=3).says("damaged")


@test
def a_copy_that_was_killed_goes_on_where_it_was(work):
    layers = [os.urandom(3 << 20) for _ in range(4)]
    with Registry() as a, Registry() as b:
        config = dict(a.blob(b'{"rootfs":{}}'), mediaType=CONFIG)
        m = a.manifest("app", "1", {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [dict(a.blob(x), mediaType=LAYER) for x in layers]})
        old = b.image("app", "1", [b"old"])
        env = dict(os.environ, **clean_home(work))
        seen = []
        for stop in range(1, 12):
            reached = threading.Event()
            count = [0]

            def fault(h, stop=stop, reached=reached, count=count):
                if h.command in ("POST", "PUT", "HEAD"):
                    count[0] += 1
                    if count[0] == stop:
                        reached.set()
                        time.sleep(0.3)
                return False
            b.fault = fault
            p = subprocess.Popen([STRAKE, "copy", a.host + "/app:1", b.host + "/app:1"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while not reached.is_set() and p.poll() is None:
                time.sleep(0.01)
            p.kill()
            p.wait()
            b.fault = None
            time.sleep(0.4)
            now = sha(b.manifests["app", "1"][1])
            assert now in (old["digest"], m["digest"]), now
            if now == m["digest"]:
                assert all(d["digest"] in b.blobs for d in [config] + json.loads(b.manifests["app", "1"][1])["layers"])
            seen.append(now)
        assert seen[0] == old["digest"], seen
        b.log.clear()
        run(work, "copy", a.host + "/app:1", b.host + "/app:1")
        assert sha(b.manifests["app", "1"][1]) == m["digest"]
        assert sum(m == "POST" for m, p, h in b.log) < 4, b.log
        # a layout
        for stop in (1, 2, 3, 5):
            count = [0]
            reached = threading.Event()

            def slow(h, stop=stop, reached=reached, count=count):
                if "/blobs/" in h.path:
                    count[0] += 1
                    if count[0] == stop:
                        reached.set()
                        time.sleep(0.3)
                return False
            a.fault = slow
            p = subprocess.Popen([STRAKE, "copy", a.host + "/app:1", "oci:" + work + "/l:1"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while not reached.is_set() and p.poll() is None:
                time.sleep(0.01)
            p.kill()
            p.wait()
            a.fault = None
            if os.path.exists(work + "/l/index.json"):
                assert [d["digest"] for d in index_of(work + "/l")] in ([], [m["digest"]])
        run(work, "copy", a.host + "/app:1", "oci:" + work + "/l:1")
        assert [d["digest"] for d in index_of(work + "/l")] == [m["digest"]]
        left = [work + "/l/blobs/sha256/" + "0" * 64 + ".tmp." + x for x in ("abcdef", "ABCDEF")]
        for n in left:
            open(n, "w").close()
        os.utime(left[0], (1, 1))
        run(work, "copy", a.host + "/app:1", "oci:" + work + "/l:1")
        assert [os.path.exists(n) for n in left] == [False, True]


@test
def refusals_of_registries_are_told_and_passing_ones_waited_for(work):
    ref = layout(work)
    with Registry() as r:
        for status, words in ((401, "refuses access"), (403, "refuses access")):
            r.fault = lambda h, status=status: h.command == "POST" and (h.error(status, "DENIED"), True)[1]
            run(work, "copy", ref, r.host + "/app:1", code=3).says(words)
            assert not r.manifests
        r.fault = lambda h: h.command == "POST" and (h.answer(429, b"", [("Retry-After", "3600")]), True)[1]
        run(work, "copy", ref, r.host + "/app:1", code=3).says("too many requests")
        once = []

        def passing(h):
            if h.command in ("PUT", "HEAD") and h.path not in once:
                once.append(h.path)
                h.answer(500 if h.command == "PUT" else 429, b"", [("Retry-After", "0")])
                return True
            return False
        r.fault = passing
        run(work, "copy", ref, r.host + "/app:1")
        assert ("app", "1") in r.manifests
        r.fault = None
        run(work, "copy", r.host + "/app:none", "oci:" + work + "/n:1", code=3).says("MANIFEST_UNKNOWN")


@test
def a_part_whose_answer_was_lost_is_not_sent_twice(work):
    with Registry() as a, Registry() as b:
        big = os.urandom(20 << 20)
        a.manifest("app", "1", {"schemaVersion": 2, "mediaType": MANIFEST, "config": dict(a.blob(b"{}"), mediaType=CONFIG), "layers": [dict(a.blob(big), mediaType=LAYER)]})
        state = []

        def lose(h):
            if h.command == "PATCH" and not state:
                state.append(1)
                number = re.search(r"uploads/(\d+)", h.path).group(1)
                b.uploads[number] += h.body
                h.answer(503, b"", [("Retry-After", "0")])
                return True
            return False
        b.fault = lose
        run(work, "copy", a.host + "/app:1", b.host + "/app:1")
        assert b.blobs[sha(big)] == big

        def cut(h):
            if h.command == "PUT" and "/blobs/uploads/" in h.path:
                number = re.search(r"uploads/(\d+)", h.path).group(1)
                if number in b.uploads:
                    h.keep(b, "other", b.uploads.pop(number) + h.body)
                    h.cut()
                    return True
            return False
        b.blobs.clear()
        b.fault = cut
        run(work, "copy", a.host + "/app:1", b.host + "/other:1")
        assert b.blobs == a.blobs


@test
def a_manifest_that_is_sent_as_mere_json_keeps_its_own_type(work):
    with Registry() as a, Registry() as b:
        m = a.image("app", "1", LAYERS)
        a.lax = True
        for name in ("1", m["digest"]):
            a.manifests["app", name] = ("application/json", a.manifests["app", name][1])
        run(work, "copy", a.host + "/app:1", b.host + "/app:1")
        assert b.manifests["app", "1"] == (MANIFEST, a.manifests["app", "1"][1])
        evil = a.manifest("app", "evil", {"schemaVersion": 2, "mediaType": INDEX, "manifests": [{"mediaType": MANIFEST, "digest": "1", "size": 1}]}, INDEX)
        run(work, "copy", a.host + "/app:evil", b.host + "/app:evil", code=3).says("no sha256 digest")
        assert ("app", "evil") not in b.manifests and evil


@test
def signatures_that_the_target_has_of_its_own_stay(work):
    ref = layout(work)
    signed(work, ref)
    with Registry() as r:
        run(work, "copy", "--only-image", ref, r.host + "/app:1")
        run(work, "key", "generate", "--output-key-prefix", work + "/other")
        run(work, "sign", "--key", work + "/other.key", "--formats", "legacy", r.host + "/app:1")
        for _ in range(2):
            run(work, "copy", ref, r.host + "/app:1")
            for k in ("k", "other"):
                run(work, "verify", "--key", work + "/%s.pub" % k, r.host + "/app:1")
        tag = [n for _, n in r.manifests if n.endswith(".sig")][0]
        assert len(json.loads(r.manifests["app", tag][1])["layers"]) == 2


@test
def what_cosign_save_wrote_is_copied_with_its_signatures(work):
    ref = layout(work, tag=None)[:-5]
    signed(work, ref)
    entries = index_of(work + "/image")
    for e in entries:
        name = e.pop("annotations", {}).get("org.opencontainers.image.ref.name", "")
        e["annotations"] = {"kind": "dev.cosignproject.cosign/" + ("sigs" if name.endswith(".sig") else "atts" if name.endswith(".att") else "image")}
    entries = [e for e in entries if "artifactType" not in e and b"subject" not in open(work + "/image/blobs/sha256/" + e["digest"][7:], "rb").read()]
    assert len(entries) == 3
    json.dump({"schemaVersion": 2, "manifests": entries}, open(work + "/image/index.json", "w"))
    with Registry() as r:
        run(work, "copy", ref, r.host + "/app:1")
        assert verified(work, r.host + "/app:1") == ["legacy"]
        kinds = [c["kind"] for c in run(work, "tree", "--format", "json", ref).json()["children"]]
        assert kinds == ["signature", "attestation"], kinds


@test
def foreign_layers_and_media_types_of_docker_stay_as_they_are(work):
    docker = "application/vnd.docker.distribution.manifest.v2+json"
    with Registry() as a, Registry() as b:
        layers = [dict(a.blob(b"layer"), mediaType="application/vnd.docker.image.rootfs.diff.tar.gzip"),
                  {"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "digest": sha(b"elsewhere"), "size": 9, "urls": ["https://example.com/x"]}]
        config = dict(a.blob(b"{}"), mediaType="application/vnd.docker.container.image.v1+json")
        a.manifest("app", "1", json.dumps({"schemaVersion": 2, "mediaType": docker, "config": config, "layers": layers}, indent=3).encode(), docker)
        told = run(work, "copy", "--format", "json", a.host + "/app:1", b.host + "/app:1").json()
        assert told["blobsElsewhere"] == 1 and told["mediaType"] == docker
        assert b.manifests["app", "1"] == a.manifests["app", "1"]
        run(work, "copy", b.host + "/app:1", "oci:" + work + "/l:1")
        assert index_of(work + "/l")[0]["mediaType"] == docker


@test
def archives_become_images_and_layouts_in_archives_are_read(work):
    content = docker_archive(LAYERS, tags=("a:1",))
    open(work + "/d.tar", "wb").write(content)
    open(work + "/d.tar.gz", "wb").write(gzip.compress(content))
    ref = layout(work)
    signed(work, ref)
    subprocess.run(["tar", "cf", work + "/o.tar", "-C", work + "/image", "."], check=True)
    with Registry() as r:
        digests = set()
        for name in ("docker-archive:%s/d.tar", "%s/d.tar", "docker-archive:%s/d.tar.gz", "docker-archive:%s/d.tar:a:1"):
            told = run(work, "copy", "--format", "json", name % work, r.host + "/app:1").json()
            assert told["newManifest"], told
            digests.add(told["digest"])
        assert len(digests) == 1
        m = json.loads(r.manifests["app", "1"][1])
        assert [x["digest"] for x in m["layers"]] == [sha(x) for x in LAYERS]
        assert {x["mediaType"] for x in m["layers"]} == {"application/vnd.oci.image.layer.v1.tar"}
        with open(work + "/d.tar.gz", "rb") as f:
            run(work, "copy", "-", r.host + "/stdin:1", stdin=f)
        assert r.manifests["stdin", "1"] == r.manifests["app", "1"]
        for name in ("oci-archive:%s/o.tar:1", "oci-archive:%s/o.tar", "%s/o.tar"):
            r.manifests.clear()
            run(work, "copy", name % work, r.host + "/o:1")
            assert verified(work, r.host + "/o:1") == ["bundle", "legacy"]
        broken = bytearray(content)
        at = content.index(b"b" * 1000)
        broken[at] ^= 1
        open(work + "/broken.tar", "wb").write(broken)
        run(work, "copy", "docker-archive:%s/broken.tar" % work, r.host + "/x:1", code=3).says("damaged")
        assert ("x", "1") not in r.manifests
        for wrong, words in (("containers-storage:x", "storage of an engine"), ("rootfs:" + work, "storage of an engine")):
            run(work, "copy", wrong, r.host + "/x:1", code=2).says(words)
        run(work, "copy", ref, "docker-archive:" + work + "/new.tar", code=2).says("are copied to")
        run(work, "copy", ref, code=2)


@test
def an_archive_is_written_whole_or_not_at_all(work):
    ref = layout(work)
    signed(work, ref)
    for name in ("x.tar", "y.tar"):
        run(work, "copy", ref, "oci-archive:" + work + "/" + name + ":5")
    assert open(work + "/x.tar", "rb").read() == open(work + "/y.tar", "rb").read()
    assert verified(work, ref) == ["bundle", "legacy"]
    os.makedirs(work + "/out")
    with tarfile.open(work + "/x.tar") as t:
        names = [m.name for m in t.getmembers()]
        t.extractall(work + "/out")
    assert names[-2:] == ["index.json", "oci-layout"] and len(names) == len(set(names)), names
    whole(work + "/out")
    assert verified(work, "oci:" + work + "/out:5") == ["bundle", "legacy"]
    with Registry() as r:
        run(work, "copy", "oci-archive:" + work + "/x.tar:5", r.host + "/app:5")
        assert verified(work, r.host + "/app:5") == ["bundle", "legacy"]
        run(work, "digest", "oci-archive:" + work + "/x.tar:5")
        index, arms, build = two_platforms(r, "multi")
        run(work, "copy", r.host + "/multi:1", "oci-archive:" + work + "/multi.tar")
        if shutil.which("skopeo"):
            p = subprocess.run(["skopeo", "--insecure-policy", "inspect", "--raw", "oci-archive:" + work + "/multi.tar"], capture_output=True, check=True)
            assert sha(p.stdout) == index["digest"]
        r.blobs[arms[0]["digest"]] = b""
        layer = json.loads(r.manifests["multi", arms[0]["digest"]][1])["layers"][0]["digest"]
        r.blobs[layer] = r.blobs[layer][:-1] + b"?"
        before = open(work + "/multi.tar", "rb").read()
        run(work, "copy", r.host + "/multi:1", "oci-archive:" + work + "/multi.tar", code=3).says("damaged")
        assert open(work + "/multi.tar", "rb").read() == before
        assert not [n for n in os.listdir(work) if ".tmp." in n]


@test
def a_daemon_gives_its_images(work):
    import socketserver

    class Daemon(http.server.BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_GET(self):
            self.send_response(200)
            body = docker_archive(LAYERS, tags=("a:1",)) if self.path.endswith("/get") else b"{}"
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

        def get_request(self):
            return self.socket.accept()[0], ("daemon", 0)
    with Server(work + "/sock", Daemon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        run(work, "copy", "--socket", work + "/sock", "docker:a:1", "oci:" + work + "/l:1")
        server.shutdown()
    whole(work + "/l")
    m = json.load(open(work + "/l/blobs/sha256/" + index_of(work + "/l")[0]["digest"][7:]))
    assert [x["digest"] for x in m["layers"]] == [sha(x) for x in LAYERS]


@test
def a_tag_is_taken_over_where_none_is_given(work):
    with Registry() as a, Registry() as b:
        m = a.image("app", "1.2", LAYERS)
        run(work, "copy", a.host + "/app:1.2", b.host + "/app")
        assert ("app", "1.2") in b.manifests and ("app", "latest") not in b.manifests
        run(work, "copy", a.host + "/app@" + m["digest"], b.host + "/bare")
        assert [n for repo, n in b.manifests if repo == "bare"] == [m["digest"]]
        run(work, "copy", a.host + "/app:1.2", b.host + "/bare@" + m["digest"])
        run(work, "copy", a.host + "/app:1.2", b.host + "/bare@" + sha(b"x"), code=2).says("what is to be copied is")


@test
def a_mirror_is_read_but_never_written(work):
    with Registry() as origin, Registry() as mirror, Registry() as to:
        m = mirror.image("app", "1", LAYERS)
        open(work + "/strake.yaml", "w").write("registry:\n  mirrors:\n    %s: [\"%s\"]\n    %s: [\"%s\"]\n" % (origin.host, mirror.host, to.host, mirror.host))
        run(work, "copy", origin.host + "/app:1", to.host + "/app:1", cwd=work)
        assert sha(to.manifests["app", "1"][1]) == m["digest"]
        assert not [x for x in mirror.log if x[0] not in ("GET", "HEAD")]


@test
def a_password_on_the_command_line_goes_to_the_target_alone(work):
    with Registry() as a, Registry("basic") as b:
        a.image("app", "1", LAYERS)
        open(work + "/pw", "w").write("pass:word\n")
        with open(work + "/pw") as f:
            run(work, "copy", "--username", "user", "--password-stdin", a.host + "/app:1", b.host + "/app:1", stdin=f)
        assert not [h for _, _, h in a.log if "authorization" in h]
        a.auth = "basic"
        with open(work + "/pw") as f:
            run(work, "copy", "--username", "user", "--password-stdin", a.host + "/app:1", b.host + "/app:1", stdin=f, code=3).says("refuses access")
        assert not [h for _, _, h in a.log if "authorization" in h]


@test
def the_registry_of_debian_takes_and_gives_everything(work):
    address, server = real_registry(work)
    try:
        ref = layout(work)
        signed(work, ref)
        run(work, "copy", ref, address + "/team/app:1")
        assert verified(work, address + "/team/app:1") == ["bundle", "legacy"]
        told = run(work, "copy", "--format", "json", address + "/team/app:1", address + "/other/app:1").json()
        assert told["blobsSent"] == 0 and told["blobsMounted"] > 4, told
        run(work, "copy", address + "/other/app:1", "oci:" + work + "/back:1")
        assert verified(work, "oci:" + work + "/back:1") == ["bundle", "legacy"]
        open(work + "/big", "wb").write(os.urandom(30 << 20))
        layout(work, "big-image", layers=[tar([("big", os.urandom(30 << 20))])])
        run(work, "copy", "oci:" + work + "/big-image:1", address + "/big:1")
        run(work, "copy", address + "/big:1", "oci:" + work + "/big-back:1")
        whole(work + "/big-back")
        if shutil.which("skopeo"):
            digest = run(work, "digest", ref).out.strip()
            for where in ("docker://" + address + "/team/app:1", "oci:" + work + "/back:1"):
                p = subprocess.run(["skopeo", "--insecure-policy", "inspect", "--tls-verify=false", where], capture_output=True, text=True, check=True)
                assert json.loads(p.stdout)["Digest"] == digest
            subprocess.run(["skopeo", "--insecure-policy", "copy", "--src-tls-verify=false", "docker://" + address + "/big:1", "oci:" + work + "/by-skopeo:1"], check=True, capture_output=True)
            assert blobs_of(work + "/by-skopeo") == blobs_of(work + "/big-back")
        run(work, "tag", address + "/team/app:1", "2", "3.x")
        assert run(work, "digest", address + "/team/app:3.x").out == run(work, "digest", address + "/team/app:1").out
        run(work, "clean", "--type", "signature", "-y", address + "/team/app:1")
        run(work, "verify", "--key", work + "/k.pub", address + "/team/app:1", code=1)
        run(work, "verify-attestation", "--type", "https://example.com/x", "--key", work + "/k.pub", address + "/team/app:1")
        run(work, "clean", "-y", address + "/team/app:1")
        assert "nothing hangs on it" in run(work, "tree", address + "/team/app:1").out
        run(work, "digest", address + "/team/app:1")
    finally:
        server.kill()
        server.wait()


# ---- tree, clean, tag ----

@test
def a_tree_shows_what_hangs_on_what_and_says_that_nobody_was_verified(work):
    with Registry() as r:
        index, arms, build = two_platforms(r)
        bom = attached(r, "app", None, index, "application/vnd.cyclonedx+json", b"{}", {"org.opencontainers.image.created": "2026-01-02T03:04:05Z"})
        note = attached(r, "app", None, bom, "application/vnd.example.note\x1b[31m", b"deep")
        fallback(r, "app", index, bom)
        fallback(r, "app", bom, note)
        run(work, "key", "generate", "--output-key-prefix", work + "/k")
        run(work, "sign", "--key", work + "/k.key", "--formats", "bundle", r.host + "/app@" + arms[1]["digest"])
        top = run(work, "tree", "--format", "json", r.host + "/app:1").json()
        assert (top["kind"], top["digest"]) == ("image", index["digest"])
        kinds = [(c["kind"], c.get("platform")) for c in top["children"]]
        assert kinds == [("image", "linux/amd64"), ("image", "linux/arm64"), ("sbom", None)], kinds
        amd, arm, sbom = top["children"]
        assert (amd["children"][0]["kind"], amd["children"][0]["digest"], amd["children"][0]["partOfIndex"]) == ("attestation", build["digest"], True)
        assert amd["children"][0]["layers"][0]["predicateType"] == "https://slsa.dev/provenance/v0.2"
        assert arm["children"][0]["kind"] == "signature" and arm["children"][0]["layers"][0]["verified"] is False
        assert (sbom["created"], sbom["children"][0]["digest"]) == ("2026-01-02T03:04:05Z", note["digest"])
        text = run(work, "tree", r.host + "/app:1").out
        assert "not verified" in text and "\x1b" not in text and "2026-01-02T03:04:05Z" in text
        run(work, "tree", r.host + "/none:1", code=3)


@test
def a_circle_of_subjects_ends(work):
    with Registry() as r:
        m = r.image("app", "1", LAYERS)
        a = attached(r, "app", None, m, "application/vnd.example", b"a")
        fallback(r, "app", m, a, a, dict(m), dict(a, digest=sha(b"gone")))
        fallback(r, "app", a, a, dict(m))
        out = run(work, "tree", "--format", "json", r.host + "/app:1").json()
        assert len(out["children"]) == 1 and out["children"][0]["children"] == []
        with Registry() as b:
            run(work, "copy", r.host + "/app:1", b.host + "/app:1").says("is not there; it is left out")
            assert ("app", a["digest"]) in b.manifests


@test
def cleaning_takes_what_was_named_and_leaves_the_image(work):
    for place in ("layout", "list", "api"):
        with Registry() as r:
            if place == "layout":
                os.makedirs(work + "/" + place)
                ref = layout(work + "/" + place)
            else:
                r.keeps_referrers = place == "api"
                r.referrers = {} if place == "api" else None
                m = r.image("app", "1", LAYERS)
                ref = r.host + "/app:1"
            signed(work, ref) if place == "layout" else [run(work, "sign", "--key", work + "/k.key", ref),
                                                         run(work, "attest", "--key", work + "/k.key", "--type", "https://example.com/x", "--predicate", work + "/p.json", ref)]
            run(work, "clean", ref, code=2).says("--yes")
            run(work, "clean", "--type", "sginature", "-y", ref, code=2)
            assert verified(work, ref) == ["bundle", "legacy"]
            dry = run(work, "clean", "--dry-run", ref).out
            assert dry.count("signature") == 2 and dry.count("attestation") == 2, dry
            listed = run(work, "clean", "--dry-run", "--type", "attestation", "--format", "json", ref).json()
            assert [x["kind"] for x in listed] == ["attestation"] * 2, listed
            out = run(work, "clean", "-y", "--type", "attestation", ref).out
            assert out.count("attestation") == 2 and "signature" not in out, out
            run(work, "verify", "--key", work + "/k.pub", ref)
            run(work, "verify-attestation", "--type", "https://example.com/x", "--key", work + "/k.pub", ref, code=1)
            run(work, "clean", "-y", ref)
            assert "nothing hangs on it" in run(work, "tree", ref).out
            run(work, "clean", "-y", ref).says("nothing of that kind")
            run(work, "digest", ref)
            if place == "list":
                assert json.loads(r.manifests["app", m["digest"].replace(":", "-")][1])["manifests"] == []
                r.deletes = False
                run(work, "sign", "--key", work + "/k.key", ref)
                run(work, "clean", "-y", ref, code=3).says("does not delete")


@test
def tags_are_checked_and_latest_is_asked_for(work):
    ref = layout(work)
    for wrong in ("latest", "-x", ".x", "a b", "a/b", "a:b", "", "x" * 129, "sha256-" + "0" * 64 + ".sig"):
        run(work, "tag", ref, wrong, code=2)
    assert len(index_of(work + "/image")) == 1
    run(work, "tag", "--allow-latest", ref, "latest", "1.0_x-2")
    assert [e["annotations"]["org.opencontainers.image.ref.name"] for e in index_of(work + "/image")] == ["1", "latest", "1.0_x-2"]
    with Registry() as r:
        m = r.image("app", "1", LAYERS)
        r.image("app", "2", [LAYERS[0]])
        old = sha(r.manifests["app", "2"][1])
        told = run(work, "tag", "--format", "json", r.host + "/app@" + m["digest"], "2")
        told.says("2 was " + old)
        assert told.json() == [{"name": r.host + "/app", "tag": "2", "digest": m["digest"], "was": old}]
        assert sha(r.manifests["app", "2"][1]) == m["digest"]


# ---- sign-in ----

def config_file(work):
    return clean_home(work)["DOCKER_CONFIG"] + "/config.json"


def login(work, host, password="pass:word", user="user", code=0, **kw):
    open(work + "/pw", "w").write(password + "\n")
    with open(work + "/pw") as f:
        r = run(work, "login", "--username", user, "--password-stdin", host, stdin=f, code=code, **kw)
    assert password not in r.out + r.err, r.err
    return r


@test
def a_login_is_checked_before_it_is_kept(work):
    for auth in ("basic", "bearer"):
        with Registry(auth) as r:
            before = '{"z": 1.50, "auths": {"other.example": {"auth": "eDp5", "x": [1]}, "https://%s/v1/": {"auth": "b2xkOm9sZA=="}}, "HttpHeaders": {"b": "1", "a": "2"}}' % r.host
            os.makedirs(os.path.dirname(config_file(work)), exist_ok=True)
            open(config_file(work), "w").write(before)
            login(work, r.host, password="a-wrong-one", code=3).says("does not accept")
            assert open(config_file(work)).read() == before
            login(work, "https://" + r.host + "/v2/")
            text = open(config_file(work)).read()
            got = json.loads(text)
            assert got["auths"] == {"other.example": {"auth": "eDp5", "x": [1]}, r.host: {"auth": base64.b64encode(b"user:pass:word").decode()}}, got
            assert list(got) == ["z", "auths", "HttpHeaders"] and list(got["HttpHeaders"]) == ["b", "a"] and "1.50" in text
            assert stat.S_IMODE(os.stat(config_file(work)).st_mode) == 0o600
            assert os.listdir(os.path.dirname(config_file(work))) == ["config.json"]
            run(work, "copy", layout(work, auth), r.host + "/app:1")
            run(work, "logout", r.host).says("removed")
            assert json.loads(open(config_file(work)).read())["auths"] == {"other.example": {"auth": "eDp5", "x": [1]}}
            run(work, "logout", r.host).says("no credentials")
            run(work, "digest", r.host + "/app:1", code=3).says("strake login")


@test
def wrong_logins_are_refused_and_broken_files_left_alone(work):
    with Registry("basic") as r:
        run(work, "login", "not a host!", code=2)
        run(work, "login", r.host + "/team/app", code=2).says("name " + r.host + " alone")
        run(work, "login", "--username", "u", "--password", "p", r.host, code=2)
        p = subprocess.run(["setsid", STRAKE, "login", r.host], env=dict(os.environ, **clean_home(work)), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        assert p.returncode == 2 and "--password-stdin" in p.stderr, p.stderr
        login(work, r.host, user="a:b", code=2)
        for broken in ('{"auths":', '[]', '{"auths": 3}', '{"a":1,"a":2}'):
            os.makedirs(os.path.dirname(config_file(work)), exist_ok=True)
            open(config_file(work), "w").write(broken)
            login(work, r.host, code=3)
            assert open(config_file(work)).read() == broken
        os.remove(config_file(work))
        open(os.path.dirname(config_file(work)) + "/real.json", "w").write("\n")
        os.symlink("real.json", config_file(work))
        login(work, r.host)
        assert os.path.islink(config_file(work)) and r.host in open(os.path.dirname(config_file(work)) + "/real.json").read()
    with Registry() as r:
        login(work, r.host).says("lets everybody in")
    login(work, "127.0.0.1:1", code=3)


@test
def a_credential_helper_keeps_what_the_file_must_not(work):
    os.makedirs(work + "/bin")
    helper = work + "/bin/docker-credential-test"
    open(helper, "w").write("#!/bin/sh\necho \"$1\" >> %s/verbs\ncat > %s/got-$1\ncase $1 in get) cat %s/got-store;; erase) rm -f %s/got-store;; esac\n" % (work, work, work, work))
    os.chmod(helper, 0o755)
    path = {"PATH": work + "/bin:" + os.environ["PATH"]}
    with Registry("basic") as r:
        for config in ({"credsStore": "test"}, {"credHelpers": {r.host: "test"}}):
            os.makedirs(os.path.dirname(config_file(work)), exist_ok=True)
            json.dump(config, open(config_file(work), "w"))
            login(work, r.host, env=path).says("docker-credential-test")
            text = open(config_file(work)).read()
            assert json.load(open(work + "/got-store")) == {"ServerURL": r.host, "Username": "user", "Secret": "pass:word"}
            assert base64.b64encode(b"user:pass:word").decode() not in text and json.loads(text)["auths"] == {r.host: {}}
            run(work, "tree", r.host + "/none:1", code=3, env=path).says("MANIFEST_UNKNOWN")
            run(work, "logout", r.host, env=path)
            assert open(work + "/got-erase").read() == r.host and not os.path.exists(work + "/got-store")
        open(helper, "w").write("#!/bin/sh\ncat\nexit 1\n")
        json.dump({"credsStore": "test"}, open(config_file(work), "w"))
        login(work, r.host, env=path, code=3)
        assert json.load(open(config_file(work))) == {"credsStore": "test"}


@test
def at_a_terminal_it_asks_and_does_not_show_the_password(work):
    with Registry("basic") as r:
        pid, fd = pty.fork()
        if pid == 0:
            os.environ.update(clean_home(work))
            os.execv(STRAKE, [STRAKE, "login", r.host])
        seen = b""

        def until(words):
            nonlocal seen
            end = time.monotonic() + 20
            while words not in seen and time.monotonic() < end:
                if select.select([fd], [], [], 1)[0]:
                    try:
                        seen += os.read(fd, 1000)
                    except OSError:
                        break
            assert words in seen, seen
        until(b"User name:")
        os.write(fd, b"user\n")
        until(b"Password:")
        os.write(fd, b"pass:word\n")
        until(b"signed in")
        # closing the terminal first would hang up on it
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(fd)
        assert code == 0, (code, seen)
        assert b"pass:word" not in seen
        assert r.host in open(config_file(work)).read()


@test
def htpasswd_of_a_real_registry_is_signed_in_to(work):
    if not shutil.which("htpasswd"):
        raise Skip("htpasswd is not installed")
    subprocess.run(["htpasswd", "-Bbc", work + "/htpasswd", "user", "pass:word"], check=True, capture_output=True)
    address, server = real_registry(work, "auth: {htpasswd: {realm: test, path: %s/htpasswd}}\n" % work)
    try:
        login(work, address, password="not-it-at-all", code=3)
        login(work, address)
        run(work, "copy", layout(work), address + "/app:1")
        if shutil.which("skopeo"):
            subprocess.run(["skopeo", "--insecure-policy", "inspect", "--tls-verify=false", "--authfile", config_file(work), "docker://" + address + "/app:1"], check=True, capture_output=True)
    finally:
        server.kill()
        server.wait()


# ---- pin ----

DOCKERFILE = """# syntax=docker/dockerfile:1
ARG VERSION=3.19
ARG BASE="{h}/debian:12"   # the base
ARG FREE
FROM --platform=$BUILDPLATFORM {h}/golang AS build
RUN --mount=type=bind,from={h}/tools:1,target=/t true
FROM {h}/alpine:${{VERSION}}
FROM $BASE
FROM {h}/x:$FREE
FROM scratch
COPY --from=build /a /b
COPY --from=0 /a /b
COPY --chown=1:1 --from={h}/alpine:3.19 /x /y
FROM BUILD
  from   {h}/alpine:3.19 as last  # not a comment
ONBUILD COPY --from={h}/tools:1 a b
FROM {h}/alpine:3.19@sha256:{zero}
"""


def pinned_images(r):
    return {"%s:%s" % (repo, tag): r.image(repo, tag, [("%s%s" % (repo, tag)).encode()])["digest"]
            for repo, tag in (("alpine", "3.19"), ("debian", "12"), ("golang", "latest"), ("tools", "1"), ("nginx", "1"), ("redis", "7"))}


@test
def dockerfiles_are_pinned_in_place(work):
    with Registry() as r:
        d = pinned_images(r)
        text = DOCKERFILE.format(h=r.host, zero="0" * 64)
        path = work + "/Dockerfile"
        open(path, "w").write(text)
        run(work, "pin", "--check", path, code=1).says("is not pinned")
        assert not r.log
        diff = run(work, "pin", "--diff", path).out
        assert "+ARG VERSION=3.19@" + d["alpine:3.19"] in diff and open(path).read() == text
        r.log.clear()
        out = run(work, "pin", path)
        out.says("variable without a value")
        h = r.host
        want = text.replace("VERSION=3.19", "VERSION=3.19@" + d["alpine:3.19"]).replace("debian:12", "debian:12@" + d["debian:12"])
        want = want.replace(h + "/golang AS", h + "/golang:latest@" + d["golang:latest"] + " AS").replace(h + "/tools:1", h + "/tools:1@" + d["tools:1"])
        want = want.replace(h + "/alpine:3.19 ", h + "/alpine:3.19@" + d["alpine:3.19"] + " ")
        assert open(path).read() == want, open(path).read()
        before = os.stat(path).st_mtime_ns
        run(work, "pin", path)
        assert open(path).read() == want and os.stat(path).st_mtime_ns == before
        run(work, "pin", "--check", path)
        assert len(r.asked("manifests")) == 4, r.asked("manifests")
        run(work, "pin", "--update", path)
        assert open(path).read() == want.replace("0" * 64, d["alpine:3.19"][7:])
        states = {x["state"] for x in run(work, "pin", "--check", "--format", "json", path).json()}
        assert states == {"pinned", "none"}, states
        with open(work + "/in", "w") as f:
            f.write("FROM %s/alpine:3.19\n" % h)
        with open(work + "/in") as f:
            assert run(work, "pin", "-", stdin=f).out == "FROM %s/alpine:3.19@%s\n" % (h, d["alpine:3.19"])


@test
def a_variable_that_serves_others_too_is_left_to_people(work):
    with Registry() as r:
        pinned_images(r)
        for text in ("ARG V=3.19\nFROM %s/alpine:$V\nFROM %s/debian:$V\n", "ARG V=3.19\nFROM %s/alpine:$V\nARG V\nRUN echo $V\n", "ARG V=3.19\nARG W=$V\nFROM %s/alpine:$V\n"):
            text = text.replace("%s", r.host)
            open(work + "/Dockerfile", "w").write(text)
            run(work, "pin", work + "/Dockerfile").says("by hand")
            assert open(work + "/Dockerfile").read() == text
            run(work, "pin", "--check", work + "/Dockerfile", code=1)


@test
def compose_files_and_manifests_keep_their_form(work):
    with Registry() as r:
        d = pinned_images(r)
        h = r.host
        text = ("# top\nservices:\n  web:\n    image:   '%s/nginx:1'   # why\n    ports: [\"80:80\"]\n  cache: {image: %s/redis:7, command: [x]}\n"
                "  own:\n    build: .\n    image: %s/nginx:1\n  var:\n    image: %s/nginx:${TAG:-1}\n  again:\n    image: &i \"%s/redis:7\"\n  third:\n    image: *i\n") % (h, h, h, h, h)
        open(work + "/compose.yaml", "w").write(text)
        pod = ("apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - image: %s/redis:7\n    name: a\n  containers:\n    - name: b\n      image: \"%s/nginx:1\"\n"
               "---\n# two\nkind: Deployment\nspec: {template: {spec: {containers: [{image: %s/nginx:1}]}}}\n--- \n") % (h, h, h)
        open(work + "/pod.yml", "w").write(pod)
        job = {"kind": "Job", "spec": {"template": {"spec": {"containers": [{"image": h + "/redis:7"}]}}}}
        open(work + "/job.json", "w").write(json.dumps(job, indent=3))
        run(work, "pin", work + "/compose.yaml", work + "/pod.yml", work + "/job.json").says("it is built here")
        nginx, redis = h + "/nginx:1@" + d["nginx:1"], h + "/redis:7@" + d["redis:7"]
        want = text.replace(h + "/redis:7", redis).replace("'%s/nginx:1'" % h, "'%s'" % nginx)
        assert open(work + "/compose.yaml").read() == want
        assert open(work + "/pod.yml").read() == pod.replace(h + "/redis:7", redis).replace(h + "/nginx:1", nginx)
        assert open(work + "/job.json").read() == json.dumps(job, indent=3).replace(h + "/redis:7", redis)
        run(work, "pin", "--check", work + "/compose.yaml", work + "/pod.yml", work + "/job.json")


@test
def digests_of_reports_need_no_registry(work):
    digest = sha(b"x")
    report = {"SchemaVersion": 2, "ArtifactName": "nginx:1.25", "ArtifactType": "container_image", "Metadata": {"RepoTags": ["nginx:1.25"], "RepoDigests": ["nginx@" + digest]}, "Results": []}
    json.dump(report, open(work + "/report.json", "w"))
    open(work + "/Dockerfile", "w").write("FROM nginx:1.25\nFROM other:1\n")
    for how in ("--pins", "--from-report"):
        open(work + "/Dockerfile", "w").write("FROM nginx:1.25\n")
        run(work, "pin", how, work + "/report.json", work + "/Dockerfile")
        assert open(work + "/Dockerfile").read() == "FROM nginx:1.25@%s\n" % digest
    open(work + "/Dockerfile", "w").write("FROM nginx:1.25\nFROM other:1\n")
    run(work, "pin", "--pins", work + "/report.json", work + "/Dockerfile", code=3).says("do not name it")
    assert open(work + "/Dockerfile").read() == "FROM nginx:1.25@%s\nFROM other:1\n" % digest


@test
def what_cannot_be_resolved_or_read_is_an_error(work):
    with Registry() as r:
        d = pinned_images(r)
        open(work + "/Dockerfile", "w").write("FROM %s/none:1\nFROM %s/alpine:3.19\nFROM %s/none:1\n" % (r.host, r.host, r.host))
        run(work, "pin", work + "/Dockerfile", code=3).says("MANIFEST_UNKNOWN")
        assert open(work + "/Dockerfile").read() == "FROM %s/none:1\nFROM %s/alpine:3.19@%s\nFROM %s/none:1\n" % (r.host, r.host, d["alpine:3.19"], r.host)
        assert len(r.asked("none")) == 1
    open(work + "/x.yaml", "w").write("a: [\n")
    run(work, "pin", work + "/x.yaml", code=3)
    open(work + "/x", "w").write("nothing of the kind\n")
    run(work, "pin", work + "/x", code=3).says("neither a Dockerfile")
    run(work, "pin", work + "/absent", code=3)
    run(work, "pin", code=2)


main()
