#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of --format html in a browser: filters, order, colours, and hostile names. Skipped without chromium."""
import html.parser
import json
import re
import shutil
import subprocess

from ecosystems_lib import *
from lib import *

EVIL = "<script>alert(1)</script>\"'&\x00\x1b[2J\u202e</style><img src=x onerror=alert(1)>"


def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        raise Skip("no chromium")
    return path


def chromium(work, *args):
    cmd = [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir=" + work + "/profile", *args]
    r = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=180, check=False)
    assert r.returncode == 0, r.stderr.decode("utf-8", "replace")[-2000:]
    return r.stdout.decode("utf-8", "replace")


class Page(html.parser.HTMLParser):
    """What a page is made of: elements with attributes, visible rows of findings, text."""

    def __init__(self, text):
        super().__init__()
        self.root, self.elements, self.rows, self.shown, self.text, self.hidden = {}, [], [], 0, [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements.append((tag, attrs))
        if tag == "html":
            self.root = attrs
        if tag == "tr" and "data-s" in attrs:
            self.rows.append(dict(attrs, visible="hidden" not in attrs, texts=[]))

    def handle_data(self, text):
        self.text.append(text)
        if self.rows:
            self.rows[-1]["texts"].append(text)

    def visible(self):
        return [r for r in self.rows if r["visible"]]


def stage(work):
    """Eleven findings: two lock files of an image of two layers, and a Debian package; one name is hostile."""
    rust = {"srv/a/Cargo.lock": [("alpha", "1.0.0"), ("beta", "1.0.0"), ("gamma", "1.0.0")], "srv/b/Cargo.lock": [("alpha", "1.1.0")]}
    records = []
    for n, (name, score) in enumerate((("alpha", "C:H/I:H/A:H"), ("beta", "C:H/I:N/A:N"), ("gamma", "C:L/I:N/A:N"))):
        for k in range(3 - n):
            r = osv("CVE-2024-%d%d" % (n + 1, k + 1), "crates.io", name, [{"introduced": "0"}] + ([{"fixed": "2.0.%d" % k}] if k != 1 else []),
                    ["GHSA-aaaa-bbbb-%d%d" % (n, k)])
            r.update(summary=EVIL if k == 0 else "Reading beyond the end", details=EVIL + "\nsecond line",
                     severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/" + score}],
                     references=[{"type": "WEB", "url": "javascript:alert(1)"}, {"type": "WEB", "url": "https://example.org/a\"><b>"}])
            records.append(r)
    db = build(work, records)
    texts = {path: "".join(CARGO % p + "\n" for p in pkgs).encode() for path, pkgs in rust.items()}
    layers = [tar([("srv/a/Cargo.lock", texts["srv/a/Cargo.lock"])]), tar([("srv/b/Cargo.lock", texts["srv/b/Cargo.lock"])])]
    oci(work + "/image", layers, tag="v1")
    page = work + "/report.html"
    r = strake("scan", "--db", db, "--pkg-sources", "all", "--format", "html", "-o", page, "oci:" + work + "/image:v1")
    assert r.code in (0, 4), r.err
    return db, page


def dom(work, page, fragment=""):
    return Page(chromium(work, "--dump-dom", "file://" + page + fragment))


@test
def nothing_is_loaded_from_elsewhere(work):
    _, path = stage(work)
    page = Page(open(path, encoding="utf-8").read())
    for tag, attrs in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base"), (tag, attrs)
        assert "src" not in attrs and not any(a.startswith("on") for a in attrs), (tag, attrs)
        if "href" in attrs:
            assert tag == "a" and re.match(r"#|https?://", attrs["href"]), (tag, attrs)
    text = open(path, encoding="utf-8").read()
    assert "default-src 'none'" in text and "@import" not in text and "url(" not in text
    assert text.count("<script") == 2 and "\x00" not in text and "\u202e" not in text and "\x1b" not in text


@test
def without_scripts_all_can_be_read(work):
    _, path = stage(work)
    page = Page(open(path, encoding="utf-8").read())
    assert len(page.rows) == 9 and all(r["visible"] for r in page.rows)
    ids = {a["id"] for _, a in page.elements if "id" in a}
    assert {a["href"][1:] for _, a in page.elements if a.get("href", "").startswith("#d")} <= ids
    words = "".join(page.text)
    assert "second line" in words and "GHSA-aaaa-bbbb-00" in words and "srv/b/Cargo.lock" in words


@test
def filters_choose_rows(work):
    _, path = stage(work)
    def count(fragment, want):
        page = dom(work, path, fragment)
        got = len(page.visible())
        assert got == want == int(page.root["data-visible"]), (fragment, got, page.root)
        return page
    count("", 9)
    assert all(r["data-s"] == "CRITICAL" for r in count("#sev=CRITICAL", 6).visible())
    count("#sev=HIGH,MEDIUM", 3)
    count("#q=beta", 2)
    count("#q=srv/b", 3)
    count("#q=ghsa-aaaa-bbbb-00", 2)
    count("#q=alpha&fix=1", 4)
    count("#q=nothing-like-this", 0)
    count("#kev=1", 0)
    assert all(r["data-l"] == "1.2" for r in count("#layer=1.2", 3).visible())
    count("#target=1.2&sev=CRITICAL", 3)


@test
def rows_are_sorted_and_unfolded(work):
    _, path = stage(work)
    up, down = dom(work, path, "#sort=4"), dom(work, path, "#sort=-4")
    names = [[r["data-purl"].split("/")[1].split("@")[0] for r in p.rows] for p in (up, down)]
    assert names[0] == sorted(names[0]) and names[1] == sorted(names[0], reverse=True), names
    assert [a["aria-sort"] for t, a in up.elements if t == "th" and "aria-sort" in a].count("ascending") == 1
    page = dom(work, path, "#q=beta&open=1")
    more = [a for t, a in page.elements if t == "tr" and a.get("class") == "more"]
    opened = [a for t, a in page.elements if a.get("aria-expanded") == "true"]
    assert len(more) == 1 and len(opened) == 1


@test
def hostile_names_stay_text(work):
    _, path = stage(work)
    page = dom(work, path, "#open=1")
    tags = [t for t, _ in page.elements]
    assert tags.count("script") == 2 and "img" not in tags and tags.count("style") == 1, tags
    assert "<script>alert(1)</script>" in "".join(page.text)


def png_size(path):
    head = open(path, "rb").read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n", head
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


@test
def it_is_drawn_light_and_dark_and_on_phones(work):
    _, path = stage(work)
    shots = {}
    for name, size, fragment in (("light", "1300,900", "#theme=light"), ("dark", "1300,900", "#theme=dark"), ("phone", "500,900", "#theme=light")):
        shots[name] = work + "/" + name + ".png"
        chromium(work, "--screenshot=" + shots[name], "--window-size=" + size, "file://" + path + fragment)
        assert os.path.getsize(shots[name]) > 10000 and png_size(shots[name])[0] == int(size.split(",")[0]), name
    assert open(shots["light"], "rb").read() != open(shots["dark"], "rb").read()


@test
def several_targets_are_one_page(work):
    db, _ = stage(work)
    roots = []
    for name in ("one", "two"):
        put("%s/%s/Cargo.lock" % (work, name), CARGO % ("alpha", "1.0.0"))
        roots.append("fs:%s/%s" % (work, name))
    r = strake("scan", "--db", db, "--format", "html", "-o", work + "/both.html", *roots)
    assert r.code in (0, 4), r.err
    assert len(dom(work, work + "/both.html").visible()) == 6
    assert len(dom(work, work + "/both.html", "#target=2").visible()) == 3
    assert [a["id"] for t, a in Page(open(work + "/both.html").read()).elements if t == "section" and "id" in a] == ["r1", "r2"]


if __name__ == "__main__":
    main()
