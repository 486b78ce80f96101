# SPDX-License-Identifier: Apache-2.0
"""Secrets in files, layers and configurations: found in every layer, never shown, ignored with a reason."""
import gzip
import io
import json
import subprocess
import tarfile
import zipfile
import zlib

from ecosystems_lib import put
from lib import OS_DEBIAN, Skip, main, sha, strake, tar, test

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def github(seed):
    """A token of the right shape: its last six digits are the CRC-32 of the rest, in base 62."""
    body = "".join(DIGITS[(seed * 31 + i * 7 + i * i) % 62] for i in range(30))
    crc, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        tail = DIGITS[digit] + tail
    return "gh" + "p_" + body + tail


def secrets(report):
    return {(x["Target"], s["RuleID"]): s for x in report["Results"] for s in x.get("Secrets", [])}


def save(work, layers, more=None):
    """A saved image; more: members of its configuration."""
    path = work + "/image.tar"
    config = json.dumps(dict({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [sha(l) for l in layers]}}, **(more or {}))).encode()
    name = sha(config)[7:] + ".json"
    files = [(sha(l)[7:] + "/layer.tar", l) for l in layers]
    manifest = json.dumps([{"Config": name, "RepoTags": ["test:1"], "Layers": [n for n, _ in files]}]).encode()
    with open(path, "wb") as f:
        f.write(tar(files + [(name, config), ("manifest.json", manifest)], tarfile.USTAR_FORMAT))
    return path


@test
def a_secret_that_a_later_layer_removed_is_still_shipped(work):
    token, other = github(1), github(2)
    low = tar([("etc/os-release", OS_DEBIAN), ("root/.env", b"A=1\nTOKEN=%s\n" % token.encode()), ("srv/a.txt", b"x %s\n" % other.encode())])
    high = tar([("root/.wh..env", b""), ("srv/a.txt", b"moved\nx %s\n" % other.encode())])
    path = save(work, [low, high])
    for _ in range(2):  # the second time from the cache
        r = strake("scan", "--scanners", "secret", "--format", "json", path)
        assert r.code == 0, r.err
        report = json.loads(r.out)
        found = secrets(report)
        gone, here = found["root/.env", "github-pat"], found["srv/a.txt", "github-pat"]
        assert gone["StartLine"] == 2 and gone["DeletedInLayer"]["DiffID"] == report["Metadata"]["DiffIDs"][1], gone
        assert gone["Layer"]["DiffID"] == report["Metadata"]["DiffIDs"][0]
        # The one that is still seen is told once, in the layer that is seen.
        assert here["StartLine"] == 2 and "DeletedInLayer" not in here and here["Layer"]["DiffID"] == report["Metadata"]["DiffIDs"][1], here
        assert "*" * 30 in gone["Match"] and gone["Severity"] in ("HIGH", "CRITICAL")
    assert "still shipped" in " ".join(strake("scan", "--scanners", "secret", path).out.split())


@test
def no_report_shows_a_secret(work):
    token = github(3)
    path = save(work, [tar([("a.env", b"T=%s\n" % token.encode())])])
    for fmt in ("table", "json", "sarif", "junit", "csv", "markdown", "html", "gitlab", "cosign-vuln"):
        r = strake("scan", "--scanners", "secret", "--format", fmt, path)
        assert r.code == 0 and token not in r.out and token[10:30] not in r.out, fmt
        assert "github-pat" in r.out or fmt == "cosign-vuln", fmt


@test
def configuration_of_images_is_looked_into(work):
    token = github(4)
    path = save(work, [tar([("a", b"")])], {"config": {"Env": ["GITHUB_TOKEN=" + token], "Labels": {"x": github(5)}},
                                            "history": [{"created_by": "RUN curl -H " + github(6)}]})
    found = secrets(json.loads(strake("scan", "--scanners", "secret", "--format", "json", path).out))
    assert ("image configuration", "github-pat") in found, found


@test
def archives_and_private_keys_are_looked_into(work):
    try:
        key = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as e:
        raise Skip("no openssl") from e
    z = io.BytesIO()
    with zipfile.ZipFile(z, "w", zipfile.ZIP_DEFLATED) as f:
        f.writestr("inner/conf.txt", "token " + github(7) + "\n")
    put(work + "/tree/key.pem", key.decode())
    put(work + "/tree/notes.txt", "nothing here\n")
    for name, body in (("a.zip", z.getvalue()), ("b.txt.gz", gzip.compress(b"t " + github(8).encode() + b"\n"))):
        with open(work + "/tree/" + name, "wb") as f:
            f.write(body)
    found = secrets(json.loads(strake("scan", "--scanners", "secret", "--format", "json", "fs:" + work + "/tree").out))
    assert ("key.pem", "private-key") in found, found
    assert any(t.startswith("a.zip") and t.endswith("inner/conf.txt") for t, _ in found), found
    assert any(t.startswith("b.txt.gz") for t, _ in found), found
    assert not any(t == "notes.txt" for t, _ in found)


@test
def ignore_files_and_exit_codes_count(work):
    put(work + "/tree/a.env", "T=%s\n" % github(9))
    target = "fs:" + work + "/tree"
    assert strake("scan", "--scanners", "secret", "--exit-code", "6", target).code == 6
    rules = put(work + "/rules.yaml", "secrets:\n  - id: github-pat\n    paths: ['*.env']\n    statement: a fixture\n")
    r = strake("scan", "--scanners", "secret", "--exit-code", "6", "--format", "json", "--ignorefile", rules, target)
    assert r.code == 0 and [(s["ID"], s["Reason"]) for s in json.loads(r.out)["Suppressed"]] == [("github-pat", "a fixture")], r.err
    # Vulnerabilities and secrets are looked for unless something else is asked for.
    assert json.loads(strake("scan", "--starter", "--format", "json", target).out)["Strake"]["Scanners"] == ["vuln", "secret"]


@test
def rules_of_ones_own_are_read_in_both_forms(work):
    put(work + "/tree/a.txt", "key corp-1234567890abcdef\n")
    trivy = put(work + "/trivy-secret.yaml", "rules:\n  - id: corp\n    category: ours\n    title: Corporate key\n    severity: HIGH\n    regex: corp-[0-9a-f]{16}\n    keywords: [corp-]\n")
    gitleaks = put(work + "/gitleaks.toml", '[[rules]]\nid = "corp"\ndescription = "Corporate key"\nregex = \'\'\'corp-[0-9a-f]{16}\'\'\'\nkeywords = ["corp-"]\n')
    for config in (trivy, gitleaks):
        r = strake("scan", "--scanners", "secret", "--format", "json", "--secret-config", config, "fs:" + work + "/tree")
        assert r.code == 0 and ("a.txt", "corp") in secrets(json.loads(r.out)), (config, r.err)
    for text in ("rules: [", "rules:\n  - id: x\n    regex: '('\n"):
        r = strake("scan", "--scanners", "secret", "--secret-config", put(work + "/bad.yaml", text), "fs:" + work + "/tree")
        assert r.code == 2 and r.err.startswith("error: "), (text, r.code, r.err)
    assert strake("scan", "--secret-config", work + "/none", "fs:" + work + "/tree").code == 2


@test
def hostile_files_cost_little(work):
    with open(work + "/line", "wb") as f:
        f.write(b"password=" + b"a1B2" * 5_000_000)
    with open(work + "/mixed", "wb") as f:
        f.write((b"ghp_ AKIA sk_live_ eyJ -----BEGIN PRIVATE KEY----- \0\xff\xfe" * 100 + b"\n") * 2000)
    import os
    os.mkdir(work + "/tree")
    for n in ("line", "mixed"):
        os.rename(work + "/" + n, work + "/tree/" + n)
    r = strake("scan", "--scanners", "secret", "--format", "json", "fs:" + work + "/tree", timeout=60)
    assert r.code == 0 and r.seconds < 30 and r.rss < 400 << 20, (r.code, r.err, r.seconds, r.rss)


main()
