#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the documents tell people to type works, and what they point to is there."""
import glob
import re
import shlex

from registry_lib import *

# Fenced blocks of these kinds are commands; in them lines that begin with "$ " or "strake " are run.
BLOCK = re.compile(r"^```(console|sh)\n(.*?)^```", re.M | re.S)
CODES = (0, 1, 2, 3, 4)


def documents():
    found = [SOURCE + "/README.md"] + sorted(glob.glob(SOURCE + "/docs/**/*.md", recursive=True))
    assert len(found) > 10, found
    return found


def commands(text):
    """Command lines of a document, with continued lines joined."""
    for block in BLOCK.finditer(text):
        lines = block.group(2).replace("\\\n", " ").splitlines()
        for line in lines:
            if line.startswith("$ "):
                line = line[2:]
            elif not line.startswith("strake "):
                continue
            if "strake" in line:
                yield line.split("  #")[0].strip()


def apk_installed():
    rows = [("musl", "1.1.22-r3", "musl"), ("busybox", "1.30.1-r5", "busybox"), ("libcrypto1.1", "1.1.1d-r2", "openssl"), ("libssl1.1", "1.1.1d-r2", "openssl")]
    return "".join("P:%s\nV:%s\nA:x86_64\no:%s\n\n" % row for row in rows).encode()


def prepare(work):
    """The inputs that the documents speak of."""
    os_release = OS_ALPINE.replace(b"3.18.4", b"3.10.4").replace(b"v3.18", b"v3.10")
    layer = tar([("etc/os-release", os_release), ("etc/alpine-release", b"3.10.4\n"), ("lib/apk/db/installed", apk_installed())])
    with open(work + "/image.tar", "wb") as f:
        f.write(docker_archive([layer], tags=("alpine:3.10",)))
    oci(work + "/layout", [layer], tag="v1")
    subprocess.run(["tar", "cf", work + "/layout.tar", "-C", work + "/layout", "."], check=True)
    os.makedirs(work + "/rootfs/etc")
    os.makedirs(work + "/rootfs/lib/apk/db")
    open(work + "/rootfs/etc/os-release", "wb").write(os_release)
    open(work + "/rootfs/lib/apk/db/installed", "wb").write(apk_installed())
    shutil.copy(work + "/image.tar", work + "/other.tar")
    open(work + "/Dockerfile", "w").write("FROM alpine:3.10\nRUN apk add openssl\nCMD x\n")
    secdb = {"apkurl": "{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk", "archs": ["x86_64"], "reponame": "main",
             "urlprefix": "https://dl-cdn.alpinelinux.org/alpine", "distroversion": "v3.10",
             "packages": [{"pkg": {"name": "openssl", "secfixes": {"1.1.1g-r0": ["CVE-2020-1967"], "1.1.1k-r0": ["CVE-2021-3450"]}}}]}
    os.makedirs(work + "/feeds/alpine/v3.10")
    json.dump(secdb, open(work + "/feeds/alpine/v3.10/main.json", "w"))
    os.makedirs(work + "/feeds/osv")
    json.dump({"id": "DEBIAN-CVE-2024-1001", "modified": "2024-01-02T00:00:00Z", "upstream": ["CVE-2024-1001"], "affected": [
        {"package": {"ecosystem": "Debian:12", "name": "alpha"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0-1"}]}]}]},
              open(work + "/feeds/osv/DEBIAN-CVE-2024-1001.json", "w"))
    open(work + "/password.txt", "w").write("secret\n")
    openssl("genpkey", "-algorithm", "ed25519", "-out", "db.pem", cwd=work)
    openssl("pkey", "-in", "db.pem", "-pubout", "-out", "db.pub", cwd=work)
    open(work + "/versions.tsv", "w").write("deb\t1.0~rc1\t1.0\nrpm\t1:1-1\t2-1\n")
    open(work + "/accepted.yaml", "w").write("vulnerabilities:\n  - id: CVE-2021-3450\n    expired_at: 2099-01-01\n    statement: not reachable\n")
    os.makedirs(work + "/tree")
    open(work + "/tree/requirements.txt", "w").write("urllib3==1.26.0\n")
    open(work + "/pod.yaml", "w").write("kind: Pod\nspec:\n  containers:\n  - image: 127.0.0.1:1/none:1\n")
    open(work + "/vex.json", "w").write('{"@context": "https://openvex.dev/ns/v0.2.0", "statements": []}')
    shutil.copytree(SOURCE + "/tests/charts/web", work + "/mychart")
    open(work + "/production.yaml", "w").write("replicaCount: 3\n")
    # docs/from-notation.md
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "acme.key", cwd=work)
    openssl("req", "-x509", "-new", "-key", "acme.key", "-subj", "/C=US/ST=WA/O=acme/CN=ci", "-days", "30", "-addext", "basicConstraints=CA:FALSE",
            "-addext", "keyUsage=critical,digitalSignature", "-addext", "extendedKeyUsage=codeSigning", "-out", "acme.pem", cwd=work)
    os.makedirs(work + "/truststore/x509/ca/acme")
    shutil.copy(work + "/acme.pem", work + "/truststore/x509/ca/acme/acme.pem")
    for name, where in (("trustpolicy.json", {"registryScopes": ["*"]}), ("trustpolicy.blob.json", {"globalPolicy": True})):
        statement = dict(where, name="all", signatureVerification={"level": "strict"}, trustStores=["ca:acme"], trustedIdentities=["x509.subject: C=US, ST=WA, O=acme"])
        json.dump({"version": "1.0", "trustPolicies": [statement]}, open(work + "/" + name, "w"))
    # The first block of docs/rules.md is the file that its commands speak of.
    rules = re.search(r"^```yaml\n(.*?)^```", open(SOURCE + "/docs/rules.md").read(), re.M | re.S).group(1)
    open(work + "/rules.yaml", "w").write(rules)
    open(work + "/events.jsonl", "w").write('{"evt.type": "openat", "fd.name": "/etc/hosts"}\n')
    r = strake("db", "build", "--from", "feeds", "--output", "team.strakedb", cwd=work)
    assert r.code == 0, r.err


@test
def every_command_of_the_documents_runs(work):
    os.makedirs(work + "/bin")
    os.symlink(STRAKE, work + "/bin/strake")
    env = dict(os.environ, PATH=work + "/bin:" + os.environ["PATH"], HOME=work, STRAKE_PASSWORD="open sesame", DOCKER_CONFIG=work + "/docker")
    ran = 0
    with Registry() as registry:
        registry.image("team/app", "1.4", [debian_layer([("a", "1")])])
        ran = run_all(work, env, registry.host)
    assert ran >= 60, ran


def run_all(work, env, registry):
    ran = 0
    for path in documents():
        name = os.path.relpath(path, SOURCE)
        here = work + "/" + name.replace("/", "-")
        os.makedirs(here)
        prepare(here)
        open(here + "/deploy.yaml", "w").write("kind: Pod\nspec:\n  containers:\n  - image: %s/team/app:1.4 # the app\n" % registry)
        for line in commands(open(path).read()):
            line = line.replace("registry.example:5000", registry).replace("linux/arm64 registry:", "linux/amd64 registry:")
            p = subprocess.run(["bash", "-c", line], cwd=here, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
            assert p.returncode in CODES, (name, line, p.returncode, p.stderr)
            # Daemons are not there in a test; everything else that documents show must work.
            daemon = re.search(r"\b(docker|podman):", line) is not None
            wrong = p.returncode in (2, 3) and not daemon
            assert not wrong, (name, line, p.returncode, p.stderr)
            ran += 1
    return ran


@test
def the_transcript_of_the_readme_is_what_the_program_prints(work):
    prepare(work)
    text = open(SOURCE + "/README.md").read()
    shown = re.search(r"^\$ strake scan image.tar\n(.*?)^```", text, re.M | re.S)
    assert shown, "no transcript of `strake scan image.tar`"
    out = strake("scan", "image.tar", cwd=work).out
    for line in shown.group(1).splitlines():
        # The date decides whether a release is past its end of support, nothing else does.
        assert line in out, (line, out)


@test
def links_lead_somewhere(work):
    for path in documents() + [SOURCE + "/" + n for n in ("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]:
        text = open(path).read()
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if not re.match(r"[a-z]+:", target):
                assert os.path.exists(os.path.join(os.path.dirname(path), target)), (path, target)


@test
def files_that_the_documents_name_are_there(work):
    for path in documents() + [SOURCE + "/ARCHITECTURE.md", SOURCE + "/CONTRIBUTING.md", SOURCE + "/SECURITY.md"]:
        for name in re.findall(r"`((?:src|tests|tools|data|bench|docs|man)/[\w./-]+)`", open(path).read()):
            assert glob.glob(SOURCE + "/" + name) or "NAME" in name, (os.path.relpath(path, SOURCE), name)


def options_of(words, seen={}):
    """Those of `strake WORD...`: of the group's member where the command is a group."""
    for n in (2, 1):
        key = tuple(words[:n])
        if key not in seen:
            r = strake(*key, "--help")
            seen[key] = set(re.findall(r"--[a-z][a-z-]+", r.out)) if r.code == 0 and not any(w.startswith("-") for w in key) else set()
        if seen[key]:
            return seen[key]
    return set()


@test
def options_that_the_documents_name_exist(work):
    for path in documents():
        for line in commands(open(path).read()):
            words = shlex.split(line.split("|")[0])
            known = options_of(words[1:]) | {"--version", "--help"}
            for word in words if words[0] == "strake" else []:
                if word.startswith("--"):
                    assert word.split("=")[0] in known, (path, line)


main()
