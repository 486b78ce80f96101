#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile files of languages, SBOMs, VEX, ignore files and reports, each as source tree, root file system and image layer.

No process takes more than 300 MB or 20 s; the file is listed as not analysed with its reason; its neighbour is analysed."""
import io
import json
import os
import struct
import subprocess
import zipfile
import zlib

from lib import *

# The sanitizers multiply time and memory: figures are for the plain build.
SECONDS, MEMORY = (120, 6 << 30) if SANITIZED else (20, 300 << 20)
GOOD = b'version = 3\n\n[[package]]\nname = "neighbour"\nversion = "1.2.3"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n'
BIG = 20 << 20 if SANITIZED else 100 << 20


def bounded(*args, codes=(0,), words=None, stdin=None, whole=False):
    """whole: the report is written from memory, and counts beside the bound."""
    r = strake(*args, timeout=SECONDS + 30, stdin=stdin)
    assert r.code in codes, (args, r.code, r.err[:500], r.out[:800])
    assert r.seconds < SECONDS, (args, r.seconds)
    assert r.rss < MEMORY + whole * len(r.out), (args, r.rss)
    if words:
        r.says(words)
    return r


def libraries(report):
    return {(p["Name"], p.get("Version")) for r in report.get("Results") or [] if r["Class"] == "lang-pkgs" for p in r.get("Packages") or []}


def lay_out(root, files):
    for name, content in files:
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content)


def targets(work, files):
    """The same files as a source tree, as a root file system and as a layer."""
    root = work + "/tree"
    shutil.rmtree(root, ignore_errors=True)
    lay_out(root, files)
    yield "fs:" + root
    yield "rootfs:" + root
    shutil.rmtree(root)
    shutil.rmtree(work + "/image", ignore_errors=True)
    oci(work + "/image", [tar(files)], pack=lambda b: b, media="application/vnd.oci.image.layer.v1.tar")
    yield "oci:" + work + "/image"


def hostile(work, files, gap=True, codes=(0,), reasons=("limit", "corrupt", "unsupported"), want=(), forbidden=()):
    """files: (path, bytes); the first one is hostile. Returns the reports."""
    reports = []
    for target in targets(work, [*files, ("good/Cargo.lock", GOOD)]):
        r = bounded("scan", "--no-cache", "--format", "json", "--pkg-sources", "all", target, codes=codes)
        report = r.json()
        found = libraries(report)
        assert ("neighbour", "1.2.3") in found, (target, r.out[:600])
        for p in want:
            assert p in found, (target, p, sorted(found, key=str)[:20])
        for p in forbidden:
            assert p not in found, (target, p)
        gaps = [g for g in report.get("Incomplete") or [] if g["Path"] == files[0][0]]
        if gap:
            assert gaps and all(g["Reason"] in reasons and g["Message"] for g in gaps), (target, files[0][0], report.get("Incomplete"))
        reports.append(report)
    return reports


def repeat(head, unit, tail, size):
    return head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail


@test
def lock_files_of_a_hundred_megabytes_are_over_the_limit(work):
    for name, head, unit, tail in (("package-lock.json", b'{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1"}', b" " * 1024, b"}}"),
                                   ("yarn.lock", b"# yarn lockfile v1\n\n", b"a@^1:\n  version \"1\"\n\n", b""),
                                   ("requirements.txt", b"", b"abc==1.0\n", b""),
                                   ("Cargo.lock", b"version = 3\n", b'[[package]]\nname = "a"\nversion = "1"\n', b""),
                                   ("pom.xml", b"<project>", b"<!-- x -->", b"</project>")):
        hostile(work, [("big/" + name, repeat(head, unit, tail, BIG))], gap=BIG >= 100 << 20)


@test
def lock_files_just_below_the_limit_are_bounded(work):
    # What the limits let in must be bearable too.
    size = 15 << 20
    many = b",".join(b'"node_modules/p%d":{"version":"1.0.0"}' % i for i in range(size // 42))
    for name, text in (("package-lock.json", b'{"lockfileVersion":3,"packages":{' + many + b"}}"),
                       ("yarn.lock", b"# yarn lockfile v1\n\n" + b"".join(b'p%d@^1:\n  version "1"\n\n' % i for i in range(size // 25))),
                       ("Cargo.lock", b"version = 3\n" + b"".join(b'[[package]]\nname = "p%d"\nversion = "1.0.0"\n' % i for i in range(size // 45))),
                       ("pnpm-lock.yaml", b"lockfileVersion: '6.0'\npackages:\n" + b"".join(b"  /p%d@1.0.0:\n    dev: false\n" % i for i in range(size // 32)))):
        for target in targets(work, [("near/" + name, text), ("good/Cargo.lock", GOOD)]):
            r = bounded("scan", "--no-cache", "--format", "json", "--pkg-sources", "all", target, whole=True)
            found = libraries(r.json())
            # Whole, or told.
            assert ("neighbour", "1.2.3") in found and (len(found) > 100000 or r.json()["Incomplete"]), (target, name, len(found))


@test
def deep_nesting_is_refused(work):
    deep = b"[" * 100000
    for name, text in (("package-lock.json", b'{"packages":' + deep), ("composer.lock", b'{"packages":' + deep), ("Pipfile.lock", b'{"a":' * 100000),
                       ("pnpm-lock.yaml", b"lockfileVersion: " + deep), ("pnpm-lock.yaml", b"lockfileVersion: '6.0'\npackages: " + b"{a: " * 100000),
                       ("Cargo.lock", b"a = " + deep), ("poetry.lock", b"a = " + b"{a=" * 100000), ("pom.xml", b"<a>" * 100000),
                       ("node_modules/x/package.json", b'{"name":"x","version":' + deep)):
        hostile(work, [("deep/" + name, text)])


@test
def yaml_aliases_are_not_followed(work):
    laughs = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9)) for i in range(20))
    hostile(work, [("bomb/pnpm-lock.yaml", b"lockfileVersion: '6.0'\n" + laughs)])
    hostile(work, [(".github/workflows/bomb.yml", laughs + b"jobs:\n  a:\n    steps:\n    - uses: x/y@v1\n")])
    hostile(work, [("bomb/pubspec.lock", laughs)])


@test
def xml_entities_are_refused(work):
    secret = work + "/secret"
    with open(secret, "w") as f:
        f.write("TOPSECRET")
    bomb = b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12)) + b"]>"
    outside = b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a SYSTEM "file://%s">]>' % secret.encode()
    for head in (bomb, outside):
        for name, body in (("pom.xml", b"<project><groupId>g</groupId><artifactId>&a;</artifactId><version>1</version></project>"),
                           ("x.csproj", b'<Project><ItemGroup><PackageReference Include="&a;" Version="1"/></ItemGroup></Project>'),
                           ("packages.config", b'<packages><package id="x" version="&a;"/></packages>')):
            for report in hostile(work, [("xml/" + name, head + body)]):
                assert "TOPSECRET" not in json.dumps(report)


def jar(entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, content in entries:
            z.writestr(name, content)
    return out.getvalue()


PROPERTIES = b"groupId=org.example\nartifactId=inner\nversion=4.5.6\n"


def bomb_jar(size):
    """One pom.properties that inflates to size bytes of zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        with z.open("META-INF/maven/a/b/pom.properties", "w", force_zip64=True) as f:
            for _ in range(size >> 20):
                f.write(bytes(1 << 20))
    return out.getvalue()


@test
def archives_that_inflate_to_gigabytes_are_refused(work):
    hostile(work, [("app/bomb.jar", bomb_jar(1 << 30))])
    hostile(work, [("app/bomb.war", jar([("WEB-INF/lib/bomb.jar", bomb_jar(1 << 30))]))], gap=False)


@test
def jars_in_jars_end(work):
    inner = jar([("META-INF/maven/org.example/inner/pom.properties", PROPERTIES)])
    for _ in range(100):
        inner = jar([("lib/a.jar", inner)], zipfile.ZIP_STORED)
    hostile(work, [("app/nested.jar", inner)])


@test
def broken_jars_are_told(work):
    good = jar([("META-INF/maven/org.example/inner/pom.properties", PROPERTIES)])
    hostile(work, [("app/cut.jar", good[:len(good) // 2])])
    hostile(work, [("app/text.jar", b"this is no archive\n" * 100)])
    hostile(work, [("app/empty.jar", b"")])
    slip = jar([("../../../../etc/passwd", b"x"), ("/abs/pom.properties", b"version=1"), ("META-INF/maven/org.example/inner/pom.properties", PROPERTIES)])
    hostile(work, [("app/slip.jar", slip)], gap=False, want=[("org.example:inner", "4.5.6")])
    # Every entry of the directory at the same place.
    many = bytearray(jar([("META-INF/maven/a/b%05d/pom.properties" % i, PROPERTIES) for i in range(5000)]))
    at = -1
    while (at := many.find(b"PK\x01\x02", at + 1)) >= 0:
        struct.pack_into("<I", many, at + 42, 0)
    hostile(work, [("app/overlap.jar", bytes(many))], gap=False)


@test
def a_large_jar_of_a_layer_goes_over_a_file(work):
    noise = os.urandom(1 << 20)
    large = jar([("pad%d.bin" % i, noise) for i in range(60)] + [("META-INF/maven/org.example/inner/pom.properties", PROPERTIES)], zipfile.ZIP_STORED)
    hostile(work, [("app/large.jar", large)], gap=False, want=[("org.example:inner", "4.5.6")])


def pom(name, parent=None, properties="", version="1", more=""):
    p = "<parent><groupId>g</groupId><artifactId>%s</artifactId><version>1</version><relativePath>../%s/pom.xml</relativePath></parent>" % (parent, parent) if parent else ""
    return ("<project>%s<groupId>g</groupId><artifactId>%s</artifactId><version>%s</version><properties>%s</properties>%s</project>" % (p, name, version, properties, more)).encode()


@test
def poms_in_circles_end(work):
    needs = "<dependencies><dependency><groupId>g</groupId><artifactId>x</artifactId><version>${v}</version></dependency></dependencies>"
    hostile(work, [("a/pom.xml", pom("a", "b", more=needs)), ("b/pom.xml", pom("b", "a"))], gap=False)
    hostile(work, [("a/pom.xml", pom("a", "a", more=needs))], gap=False)
    hostile(work, [("a/pom.xml", pom("a", properties="<v>${v}</v>", more=needs))], gap=False)
    hostile(work, [("a/pom.xml", pom("a", properties="<v>${w}</v><w>${v}</w>", version="${v}", more=needs))], gap=False)
    doubling = "".join("<p%d>${p%d}${p%d}</p%d>" % (i, i - 1, i - 1, i) for i in range(1, 60))
    hostile(work, [("a/pom.xml", pom("a", properties="<p0>xxxxxxxxxx</p0>%s<v>${p59}</v>" % doubling, more=needs * 50))], gap=False)
    chain = [("m%d/pom.xml" % i, pom("m%d" % i, "m%d" % (i + 1))) for i in range(2000)]
    hostile(work, chain, gap=False)


@test
def go_replacements_in_circles_end(work):
    text = b"module m\n\ngo 1.21\n\nrequire (\n\ta.example/a v1.0.0\n\tb.example/b v1.0.0\n)\nreplace a.example/a => b.example/b v1.0.0\nreplace b.example/b => a.example/a v1.0.0\nreplace m => m v1.0.0\n"
    hostile(work, [("go/go.mod", text)], gap=False)
    many = b"module m\n\ngo 1.21\n" + b"".join(b"require a.example/p%d v1.0.0\nreplace a.example/p%d => a.example/p%d v1.0.0\n" % (i, i, i + 1) for i in range(20000))
    hostile(work, [("go/go.mod", many)], gap=False)


def elf(shoff=64, shnum=3, shstrndx=2, sections=b"", shentsize=64):
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, shoff, 0, 64, 0, 0, shentsize, shnum, shstrndx)
    return head + sections


def elf_with(name, content):
    """A program with one named section."""
    names = b"\0" + name + b"\0.shstrtab\0"
    at = 64 + 3 * 64
    null = bytes(64)
    one = struct.pack("<IIQQQQIIQQ", 1, 1, 0, 0, at, len(content), 0, 0, 1, 0)
    strtab = struct.pack("<IIQQQQIIQQ", 2 + len(name), 3, 0, 0, at + len(content), len(names), 0, 0, 1, 0)
    return elf(sections=null + one + strtab + content + names)


@test
def absurd_programs_end(work):
    for kind, text in (("none", elf(shnum=0, shoff=0)), ("many", elf(shnum=65535, sections=b"\xff" * 300)), ("far", elf(shoff=(1 << 64) - 64)), ("zero", elf(shentsize=0, sections=bytes(300))),
                       ("self", elf(shnum=3, shoff=0)), ("names", elf(shstrndx=65535, sections=b"\xfe" * 300)), ("cut", elf()[:40]), ("pe", b"MZ" + b"\xff" * 5000), ("macho", b"\xcf\xfa\xed\xfe" + b"\xff" * 5000),
                       ("fat", b"\xca\xfe\xba\xbe" + b"\xff" * 5000), ("go", elf_with(b".go.buildinfo", b"\xff Go buildinf:\x08\x02" + b"\xff" * 16)), ("go2", elf_with(b".go.buildinfo", b"\xff Go buildinf:\x08\x00" + b"\xf0" * 200)),
                       ("rust", elf_with(b".dep-v0", b"no zlib"))):
        hostile(work, [("bin/" + kind, text.ljust(8192, b"\0"))], gap=False)


@test
def a_program_that_is_cut_short_is_told(work):
    with open(os.path.realpath(sys.executable), "rb") as f:
        program = f.read()
    for part in (4096, len(program) // 2):
        hostile(work, [("bin/cut", program[:part])])
    whole = hostile(work, [("bin/whole", program)], gap=False)
    assert not [g for r in whole for g in r.get("Incomplete") or [] if g["Path"] == "bin/whole"], whole


@test
def a_program_of_zeros_is_bounded(work):
    size = 40 << 20 if SANITIZED else 200 << 20
    hostile(work, [("bin/zeros", elf(shnum=0, shoff=0) + bytes(size))], gap=False)


@test
def an_audit_section_that_inflates_to_gigabytes_is_refused(work):
    c = zlib.compressobj(9)
    packed = b"".join(c.compress(bytes(1 << 20)) for _ in range(2048)) + c.flush()
    hostile(work, [("bin/rusty", elf_with(b".dep-v0", packed))])


@test
def two_hundred_thousand_small_manifests_fit(work):
    n = 20000 if SANITIZED else 200000
    # Written without the tarfile module, which takes minutes for as many.
    out = io.BytesIO()
    out.write(tar([("good/Cargo.lock", GOOD)]).rstrip(b"\0"))
    out.write(bytes(-out.tell() % 512))
    for i in range(n):
        body = b'{"name":"p%d","version":"1.0.0"}' % i
        h = bytearray(512)
        name = b"node_modules/p%d/package.json" % i
        h[:len(name)] = name
        h[100:108] = b"0000644\0"
        h[124:135] = b"%011o" % len(body)
        h[156:157] = b"0"
        h[257:265] = b"ustar\x0000"
        h[148:156] = b" " * 8
        h[148:155] = b"%06o\0" % sum(h)
        out.write(h + body + bytes(-len(body) % 512))
    out.write(bytes(1024))
    oci(work + "/many", [out.getvalue()], pack=lambda b: b, media="application/vnd.oci.image.layer.v1.tar")
    for fmt, words in (("json", '"p%d"' % (n - 1)), ("cyclonedx", "p%d" % (n - 1)), ("spdx", "p%d" % (n - 1)), ("table", "")):
        bounded("scan", "--no-cache", "--format", fmt, "oci:" + work + "/many", words=words, whole=True)


@test
def names_that_lie_stay_names(work):
    escape = "a\x1b[31m\nPackageName: forged\r\n</text>\u202e\x07"
    long = "l" * (1 << 20)
    lock = json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/x": {"name": escape, "version": "1\n2"}, "node_modules/" + long: {"version": "1"}, "node_modules/ok": {"version": "1.0.0"}}}).encode()
    hostile(work, [("names/package-lock.json", lock)], gap=False, want=[("ok", "1.0.0")])
    root = work + "/names"
    lay_out(root, [("package-lock.json", lock), ("node_modules/y/package.json", json.dumps({"name": escape, "version": escape, "license": escape}).encode()), ("Cargo.lock", GOOD)])
    for fmt in ("table", "csv", "markdown", "junit", "sarif", "spdx", "cyclonedx", "spdx-json", "json", "gitlab", "html"):
        r = bounded("scan", "--no-cache", "--pkg-sources", "all", "--format", fmt, "fs:" + root)
        assert "\x1b" not in r.out and "\x07" not in r.out, fmt
        assert "\nPackageName: forged" not in r.out, fmt


@test
def odd_files_in_a_tree_are_passed_over_or_told(work):
    root = work + "/odd"
    lay_out(root, [("good/Cargo.lock", GOOD), ("locked/package-lock.json", b"{}")])
    os.makedirs(root + "/fifo")
    os.mkfifo(root + "/fifo/package-lock.json")
    os.makedirs(root + "/dir/package-lock.json")
    os.makedirs(root + "/loop")
    os.symlink("yarn.lock", root + "/loop/yarn.lock")
    os.symlink("../loop", root + "/loop/again")
    os.symlink("/dev/zero", root + "/loop/Cargo.lock")
    os.symlink(work + "/outside.lock", root + "/loop/poetry.lock")
    lay_out(work, [("outside.lock", b'[[package]]\nname = "outside"\nversion = "1"\n')])
    os.chmod(root + "/locked/package-lock.json", 0)
    for kind in ("fs:", "rootfs:"):
        report = bounded("scan", "--no-cache", "--pkg-sources", "all", "--format", "json", kind + root).json()
        assert libraries(report) == {("neighbour", "1.2.3")}, (kind, libraries(report))
    if os.getuid() == 0:  # root reads everything: once more as nobody
        os.chmod(work, 0o755)
        out = subprocess.run([STRAKE, "scan", "--no-cache", "--pkg-sources", "all", "--format", "json", "fs:" + root], preexec_fn=lambda: (os.setgroups([]), os.setgid(65534), os.setuid(65534)),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, env=dict(os.environ, HOME="/nonexistent"))
        if out.returncode == 126 or b"ermission" in out.stderr and not out.stdout:
            raise Skip("the program cannot be run by another user")
        report = json.loads(out.stdout)
        assert ("neighbour", "1.2.3") in libraries(report)
        gaps = [g for g in report.get("Incomplete") or [] if g["Path"] == "locked/package-lock.json"]
        assert gaps, (report.get("Incomplete"), out.stderr)


def cyclonedx(components, dependencies=()):
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components, "dependencies": list(dependencies)}).encode()


@test
def an_sbom_of_two_hundred_megabytes_is_bounded(work):
    size = 20 << 20 if SANITIZED else 200 << 20
    path = work + "/big.json"
    with open(path, "wb") as f:
        f.write(b'{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"ok","version":"1","purl":"pkg:npm/ok@1","description":"')
        for _ in range(size >> 20):
            f.write(b"x" * (1 << 20))
        f.write(b'"}]}')
    r = strake("scan", "--no-cache", "--format", "json", "sbom:" + path)
    # Over the limit of 128 MiB; the smaller one of sanitized runs is read.
    assert r.code == (0 if SANITIZED else 3) and r.seconds < SECONDS and r.rss < MEMORY, (r.code, r.seconds, r.rss, r.err[:300])
    assert r.code or libraries(r.json()) == {("ok", "1")}


@test
def a_package_with_a_million_dependencies_is_linear(work):
    n = 100000 if SANITIZED else 1000000
    path = work + "/edges.json"
    some = [{"type": "library", "bom-ref": "r%d" % i, "name": "p%d" % i, "version": "1", "purl": "pkg:npm/p%d@1" % i} for i in range(1000)]
    with open(path, "wb") as f:
        f.write(cyclonedx(some, [{"ref": "r0", "dependsOn": ["r%d" % (i % 1000) for i in range(n)]}]))
    def spdx(json_form):
        if json_form:
            return json.dumps({"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "packages": [{"SPDXID": "SPDXRef-%d" % i, "name": "p%d" % i, "versionInfo": "1", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/p%d@1" % i}]} for i in range(1000)],
                               "relationships": [{"spdxElementId": "SPDXRef-0", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-%d" % (i % 1000)} for i in range(n // 4)]})
        return "SPDXVersion: SPDX-2.3\n" + "".join("PackageName: p%d\nSPDXID: SPDXRef-%d\nPackageVersion: 1\nExternalRef: PACKAGE-MANAGER purl pkg:npm/p%d@1\n" % (i, i, i) for i in range(1000)) + "".join("Relationship: SPDXRef-0 DEPENDS_ON SPDXRef-%d\n" % (i % 1000) for i in range(n))
    lay_out(work, [("edges.spdx.json", spdx(True).encode()), ("edges.spdx", spdx(False).encode())])
    xml = '<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components>' + "".join('<component type="library" bom-ref="r%d"><name>p%d</name><version>1</version><purl>pkg:npm/p%d@1</purl></component>' % (i, i, i) for i in range(1000)) + '</components><dependencies><dependency ref="r0">' + "".join('<dependency ref="r%d"/>' % (i % 1000) for i in range(n)) + "</dependency></dependencies></bom>"
    lay_out(work, [("edges.xml", xml.encode())])
    for name in ("edges.json", "edges.spdx.json", "edges.spdx", "edges.xml"):
        report = bounded("scan", "--no-cache", "--format", "json", "sbom:" + work + "/" + name).json()
        first = [p for r in report["Results"] for p in r["Packages"] if p["Name"] == "p0"][0]
        assert len(first["DependsOn"]) == 999, (name, len(first["DependsOn"]))


@test
def hostile_sboms_end(work):
    nested = b'{"type":"library","name":"x","components":[' * 100000
    entity = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12)) + b']><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component type="library"><name>&m;</name></component></components></bom>'
    for name, text in (("deep.json", b'{"bomFormat":"CycloneDX","specVersion":"1.5","components":[' + nested), ("entity.xml", entity), ("deep.xml", b'<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components>' + b'<component type="library"><name>x</name><components>' * 100000),
                       ("types.json", b'{"bomFormat":"CycloneDX","components":[1,null,"x",[],{"name":[]},{"name":{"a":1},"purl":7,"properties":5}],"dependencies":[{"ref":3,"dependsOn":"x"}],"metadata":[]}'),
                       ("cut.json", cyclonedx([{"type": "library", "name": "x"}])[:-10]), ("open.spdx", b"SPDXVersion: SPDX-2.3\n" + b"PackageComment: <text>x\n" * 100000)):
        lay_out(work, [(name, text)])
        bounded("scan", "--no-cache", "--format", "json", "sbom:" + work + "/" + name, codes=(0, 3, 4))
    # Many licences, many layers, one long name that all need.
    licenses = json.dumps({"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "packages": [{"SPDXID": "SPDXRef-%d" % i, "name": "p%d" % i, "versionInfo": "1", "licenseDeclared": "LicenseRef-%d" % i} for i in range(20000)],
                           "hasExtractedLicensingInfos": [{"licenseId": "LicenseRef-%d" % i, "extractedText": "t%d" % i} for i in range(20000)]}).encode()
    layers = cyclonedx([{"type": "library", "name": "p%d" % i, "version": "1", "purl": "pkg:npm/p%d@1" % i, "properties": [{"name": "aquasecurity:trivy:LayerDiffID", "value": "sha256:%064x" % i}]} for i in range(20000)])
    long = cyclonedx([{"type": "library", "bom-ref": "long", "name": "n" * (1 << 20), "version": "1"}] + [{"type": "library", "bom-ref": "r%d" % i, "name": "p%d" % i, "version": "1", "purl": "pkg:npm/p%d@1" % i} for i in range(2000)], [{"ref": "r%d" % i, "dependsOn": ["long"]} for i in range(2000)])
    for name, text in (("licenses.json", licenses), ("layers.json", layers), ("long.json", long)):
        lay_out(work, [(name, text)])
        for fmt in ("json", "cyclonedx", "spdx"):
            bounded("scan", "--no-cache", "--format", fmt, "-o", work + "/out", "sbom:" + work + "/" + name)


@test
def a_vex_of_a_million_statements_is_bounded(work):
    n = 100000 if SANITIZED else 1000000
    lay_out(work, [("tree/Cargo.lock", GOOD)])
    with open(work + "/v.json", "w") as f:
        f.write('{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[')
        for i in range(0, n, 1000):
            f.write(("," if i else "") + ",".join('{"vulnerability":{"name":"CVE-2024-%d"},"products":[{"@id":"pkg:cargo/neighbour@1.2.3"}],"status":"not_affected"}' % k for k in range(i, i + 1000)))
        f.write("]}")
    r = strake("scan", "--no-cache", "--format", "json", "--vex", work + "/v.json", "fs:" + work + "/tree")
    assert r.code in (0, 2, 3) and r.seconds < SECONDS and r.rss < (MEMORY * 4), (r.code, r.seconds, r.rss, r.err[:300])
    assert r.code == 0 or r.err.strip()


@test
def expensive_expressions_in_ignore_files_end(work):
    root = work + "/tree"
    lay_out(root, [("Cargo.lock", GOOD), ("node_modules/x/package.json", json.dumps({"name": "a" * 5000, "version": "1" * 5000}).encode())])
    for i, name in enumerate(("(a+)+$", "(a|a)*b", "((((a*)*)*)*)*b", ".*.*.*.*.*.*.*.*.*.*b", "(" * 5000, "a{1,99999}{1,99999}", "((a{1,255}){1,255}){1,255}", "(a*)*\\1\\1b", "[", "*" * 5000, "a" * 100000)):
        with open(work + "/ignore%d.yaml" % i, "w") as f:
            f.write("ignore:\n  - package:\n      name: '%s'\n    vulnerability: CVE-2024-1\n" % name)
        r = bounded("scan", "--no-cache", "--format", "json", "--ignorefile", work + "/ignore%d.yaml" % i, "fs:" + root, codes=(0, 2, 3))
        assert r.code == 0 or r.err.strip()


@test
def a_report_with_wrong_types_is_an_error_or_read_around(work):
    lay_out(work, [("tree/Cargo.lock", GOOD)])
    good = bounded("scan", "--no-cache", "--format", "json", "fs:" + work + "/tree").json()
    for value in (None, 7, -1, 1e300, "x", True, [], {}, [[]], [7], {"a": 1}):
        def change(at, node, path):
            """Every member once in place of what was there."""
            for key in (node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()):
                old = node[key]
                node[key] = value
                yield path + [key]
                node[key] = old
                if isinstance(old, (dict, list)):
                    yield from change(at, old, path + [key])
        variants = []
        for _ in change(None, good, []):
            variants.append(json.dumps(good))
        # All in one array, one process for each kind of wrongness.
        with open(work + "/r.json", "w") as f:
            f.write("[" + ",".join(v for v in variants if '"SchemaVersion": 2' in v and '"Results"' in v) + "]")
        for fmt in ("table", "json", "sarif"):
            r = bounded("convert", "--format", fmt, work + "/r.json", codes=(0, 2, 3, 4))
            assert r.code in (0, 4) or r.err.strip()
    for text in (b"", b"[]", b"{}", b"7", b'{"SchemaVersion":2}', b'{"SchemaVersion":"2"}', b"[" * 100000, b'[{"SchemaVersion":2,"Results":{}}]'):
        lay_out(work, [("r.json", text)])
        bounded("convert", "--format", "json", work + "/r.json", codes=(0, 3))



main()
