#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the version schemes with the ecosystems' own tools, on random versions and ranges.

Run by hand: tests/ver_oracles.py build/strake [NAME...]   (no test of the suite: it needs the tools)

Each oracle is a small program in the tool's own language; those whose tool is missing are left out. Wanted:
node with npm (node-semver), python packaging, ruby, JDK with maven-artifact in ~/.m2 (mvn dependency:get
-Dartifact=org.apache.maven:maven-artifact:3.9.9), go (golang.org/x/mod), php with Composer's Semver classes,
cargo (its semver package), elixir, conan (python package).

Result with node-semver 7.8.5, packaging 26.3, ruby 3.1, maven-artifact 3.9.9, x/mod 0.17, go 1.26, Composer's
Semver of Debian 12, the semver package 1.0 of Rust, elixir 1.14 and conan 2.34: of 20000 pairs of versions and 20000 of
version and range each, every one that is valid to the tool gets the tool's answer here. What is taken here alone
is said at the head of each scheme (legacy versions of PyPI, bare bounds of Maven, partial versions of Go).
Not asked, because the answers differ and ours is meant: letters joined to numbers in Conan ("1.1.1k" against
"1.1.2", which Conan compares as text), branches of Composer, and its hyphen ranges with the ends exchanged, which
Composer merges with their neighbours. Without a tool here, so not compared: NuGet, Pub, CRAN, Hackage, Bitnami, jvm,
generic, fuzzy and the ranges of semver.
"""
import glob
import os
import random
import subprocess
import sys
import tempfile

PAIRS = 20000
rng = random.Random(20240229)

NODE = r"""
const semver = require(process.argv[2]);
const o = {loose: true};
for (const line of require('fs').readFileSync(0, 'utf8').split('\n')) {
  const [kind, a, b] = line.split('\t');
  if (!kind) continue;
  if (kind == 'compare') {
    console.log(semver.valid(a, o) && semver.valid(b, o) ? '<=>'[semver.compare(a, b, o) + 1] : '?');
  } else console.log(semver.validRange(b) === null ? '?' : semver.satisfies(semver.valid(a, o), b));
}
"""
PYPI = r"""
import sys
from packaging.version import Version, InvalidVersion
from packaging.specifiers import SpecifierSet, InvalidSpecifier
for line in sys.stdin:
    kind, a, b = line.rstrip('\n').split('\t')
    try:
        if kind == 'compare':
            x, y = Version(a), Version(b)
            print('<' if x < y else '>' if x > y else '=')
        else:
            print(str(SpecifierSet(b).contains(Version(a), prereleases=True)).lower())
    except (InvalidVersion, InvalidSpecifier):
        print('?')
"""
GEM = r"""
STDIN.each_line do |line|
  kind, a, b = line.chomp.split("\t", -1)
  begin
    x = Gem::Version.new(a)
    if kind == 'compare'
      puts '<=>'[(x <=> Gem::Version.new(b)) + 1]
    else
      puts Gem::Requirement.new(b.split(/\s*,\s*/)).satisfied_by?(x)
    end
  rescue ArgumentError
    puts '?'
  end
end
"""
MAVEN = r"""
import java.io.*;
import org.apache.maven.artifact.versioning.*;
public class Oracle {
  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = in.readLine()) != null;) {
      String[] f = line.split("\t", -1);
      if (f[0].equals("compare")) {
        int c = new ComparableVersion(f[1]).compareTo(new ComparableVersion(f[2]));
        System.out.println(c < 0 ? "<" : c > 0 ? ">" : "=");
      } else {
        try {
          System.out.println(VersionRange.createFromVersionSpec(f[2])
              .containsVersion(new DefaultArtifactVersion(f[1])));
        } catch (InvalidVersionSpecificationException e) { System.out.println("?"); }
      }
    }
  }
}
"""
GO = r"""
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		f := strings.Split(in.Text(), "\t")
		if !semver.IsValid(f[1]) || !semver.IsValid(f[2]) {
			fmt.Println("?")
			continue
		}
		fmt.Println("<=>"[semver.Compare(f[1], f[2])+1 : semver.Compare(f[1], f[2])+2])
	}
}
"""
GOTAG = GO.replace('"golang.org/x/mod/semver"', '"go/version"').replace("semver.", "version.")
PHP = r"""<?php
foreach (glob($argv[1] . '/{,Constraint/}*Interface.php', GLOB_BRACE) as $f) require_once $f;
require_once $argv[1] . '/Constraint/Constraint.php';
foreach (glob($argv[1] . '/{,Constraint/}*.php', GLOB_BRACE) as $f)
  if (strpos($f, 'autoload') === false && strpos($f, 'PurgePrefix') === false) require_once $f;
while (($line = fgets(STDIN)) !== false) {
  [$kind, $a, $b] = explode("\t", rtrim($line, "\n"));
  try {
    $n = new Composer\Semver\VersionParser();
    $a = $n->normalize($a);
    if ($kind == 'compare') {
      $b = $n->normalize($b);
      echo Composer\Semver\Comparator::lessThan($a, $b) ? '<'
        : (Composer\Semver\Comparator::greaterThan($a, $b) ? '>' : '='), "\n";
    } else echo Composer\Semver\Semver::satisfies($a, $b) ? 'true' : 'false', "\n";
  } catch (UnexpectedValueException $e) { echo "?\n"; }
}
"""
CARGO = r"""
use std::io::BufRead;
fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let f: Vec<&str> = line.split('\t').collect();
        let Ok(a) = semver::Version::parse(f[1]) else { println!("?"); continue };
        if f[0] == "compare" {
            let Ok(b) = semver::Version::parse(f[2]) else { println!("?"); continue };
            println!("{}", match a.cmp_precedence(&b) {
                std::cmp::Ordering::Less => "<", std::cmp::Ordering::Equal => "=", _ => ">" });
        } else {
            let Ok(r) = semver::VersionReq::parse(f[2]) else { println!("?"); continue };
            println!("{}", r.matches(&a));
        }
    }
}
"""
ELIXIR = r"""
for line <- IO.stream(:stdio, :line) do
  [kind, a, b] = String.split(String.trim_trailing(line, "\n"), "\t")
  try do
    if kind == "compare" do
      IO.puts(case Version.compare(a, b) do :lt -> "<"; :eq -> "="; :gt -> ">" end)
    else
      IO.puts(Version.match?(a, b))
    end
  rescue
    _ -> IO.puts("?")
  end
end
"""
CONAN = r"""
import sys
try:
    from conan.internal.model.version import Version
    from conan.internal.model.version_range import VersionRange
except ImportError:
    from conans.model.version import Version
    from conans.model.version_range import VersionRange
for line in sys.stdin:
    kind, a, b = line.rstrip('\n').split('\t')
    try:
        x = Version(a)
        if kind == 'compare':
            y = Version(b)
            print('<' if x < y else '=' if x == y else '>')
        else:
            print(str(VersionRange(b).contains(x, None)).lower())
    except Exception:
        print('?')
"""


class Missing(Exception):
    pass


def first(*patterns):
    for p in patterns:
        found = sorted(glob.glob(os.path.expanduser(p)))
        if found:
            return found[-1]
    raise Missing(patterns[0])


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def node(folder):
    root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=True).stdout.strip()
    return ["node", write(folder, "o.js", NODE), first(root + "/npm/node_modules/semver")]


def maven(folder):
    jar = first("~/.m2/repository/org/apache/maven/maven-artifact/3.9.*/maven-artifact-3.9.*[0-9].jar")
    lang = first("~/.m2/repository/org/apache/commons/commons-lang3/*/commons-lang3-*[0-9].jar",
                 "/usr/share/java/commons-lang3.jar")
    return ["java", "-cp", jar + ":" + lang, write(folder, "Oracle.java", MAVEN)]


def go_program(source, module):
    def make(folder):
        write(folder, "main.go", source)
        write(folder, "go.mod", "module oracle\n\ngo 1.22\n")
        if module:
            subprocess.run(["go", "get", module], cwd=folder, check=True, capture_output=True)
        subprocess.run(["go", "build", "-o", "oracle", "."], cwd=folder, check=True, capture_output=True)
        return [os.path.join(folder, "oracle")]
    return make


def cargo(folder):
    os.mkdir(os.path.join(folder, "src"))
    write(folder, "src/main.rs", CARGO)
    write(folder, "Cargo.toml", '[package]\nname = "oracle"\nversion = "0.1.0"\nedition = "2021"\n'
          '[dependencies]\nsemver = "1"\n')
    subprocess.run(["cargo", "build", "-q"], cwd=folder, check=True, capture_output=True)
    return [os.path.join(folder, "target/debug/oracle")]


def script(name, text, *command):
    return lambda folder: [*command, write(folder, name, text)]


def php(folder):
    return ["php", write(folder, "o.php", PHP), first("/usr/share/php/Composer/Semver", "vendor/composer/semver/src")]


# ---- what is asked: words joined at random, and edited copies of them, so that pairs are near each other ----

def joined(parts, most):
    def make():
        return "".join(rng.choice(parts) for _ in range(rng.randint(1, most)))
    return make


def of(*choices):
    """One of each list, one after the other."""
    def make():
        return "".join(rng.choice(c) for c in choices)
    return make


N = ["0", "1", "2", "3", "10"]
DOT3 = (N, ["."], N, ["."], N)
PRE = [""] * 3 + ["-alpha", "-alpha.1", "-beta", "-beta.2", "-beta.11", "-rc.1", "-0", "-1", "-a-b", "-rc1", "-rc10", "-0a"]
BUILD = [""] * 5 + ["+1", "+b.2"]
semver = of(*DOT3, PRE, BUILD)
OPS = ["", "=", "<", "<=", ">", ">=", "^", "~", "> ", "<= "]
PART = ["1", "0", "2", "1.2", "0.1", "0.0", "1.x", "1.2.x", "*", "x"]


def either(*makers):
    return lambda: rng.choice(makers)()


def ranges(single, joiners, most=3):
    def make():
        n = rng.randint(1, most)
        out = single()
        for _ in range(n - 1):
            out += rng.choice(joiners) + single()
        return out
    return make


npm_one = either(of(OPS, [""], *DOT3, PRE), of(OPS + ["~>"], PART), of(*DOT3, [""] * 2 + PRE, [" - "], *DOT3, PRE),
                 of(["1", "1.2", "0", "*"], [" - "], ["2", "2.1", "x", "2.0.0-rc.1"]))
pep = of([""] * 6 + ["1!", "v"], N, ["", ".0", ".1", ".0.0", ".2.1"],
         [""] * 3 + ["a1", ".b2", "rc1", "-c", "alpha", "_beta.3", ".pre-2", "preview1"],
         [""] * 4 + [".post1", "-1", "-r2", "rev", ".post"], [""] * 4 + [".dev1", "dev", "-dev2"],
         [""] * 4 + ["+a.1", "+1", "+A-1", "+local.10", "+ubuntu_1"])
pep_one = either(of(["<", "<=", ">", ">=", "==", "!=", "~="], [""] * 5 + ["1!"], N, ["", ".0", ".1", ".0.1"],
                    [""] * 4 + ["a1", "rc1"], [""] * 4 + [".post1"], [""] * 5 + [".dev1"]),
                 of(["==", "!="], N, ["", ".0", ".1"], [".*"]), of(["==", "!="], N, [".0+a.1", ".1+1"]))
gem = either(of(N, ["", ".0", ".1", ".a", ".0.0", ".0.b", ".pre"], ["", ".1", ".rc1", ".0", ".beta.2", "-1", "-a"]),
             joined(["1", "0", "10", ".", ".", "a", "b", "rc", "-"], 7))
gem_one = of(["", "= ", "!= ", "<", "<= ", "> ", ">=", "~> "], N, ["", ".0", ".1", ".a", ".0.0", ".0.b"],
             ["", ".1", ".rc1", ".0"])
mvn_parts = ["1", "0", "2", "10", "01", ".", ".", ".", "-", "-", "a", "b", "m", "alpha", "beta", "milestone", "rc", "cr",
             "snapshot", "SNAPSHOT", "ga", "final", "release", "sp", "RELEASE", "x", "jre8", "_", "+1", "Final"]
mvn = either(joined(mvn_parts, 7), of(N, [".0", ".1", ""], [".0", ".1", ""], ["", ".", "-"], [""] + mvn_parts, ["", "-", "."], [""] + mvn_parts))
mvn_range = either(of("[(", ["", "1", "1.0", "1-rc1"], [","], ["", "2", "2.0-alpha-1", "3"], "])"), of("[", N, "]"))
go_semver = of(["v"], N, [".0", ".1", ".10", ""], [".0", ".1", ".2", ""], [""] * 3 + PRE + ["-0.20200101000000-abcdef123456",
               "-20190101000000-abcdef123456", "-0.20190101000000-abcdef123456"], ["", "", "+incompatible"])
go_tag = of(["go1."], ["19", "20", "21", "22", "9"], [".0", ".1", ".2", ".10", "rc1", "rc2", "rc10", "beta1"])
composer = of([""] * 5 + ["v"], N, [".0", ".1", "", ".2"], [".0", ".1", "", ".2"], [""] * 4 + [".1", ".0"],
              [""] * 4 + ["-beta", "-beta2", "RC1", "-rc.2", "-alpha.10", "a1", "b", "-p1", "-pl2", "-patch.1", "-stable", "-dev",
                          "-beta1-dev", "-beta.1.2", "_rc3"], [""] * 6 + ["+build.1", "@dev", "#abc"])
composer_one = either(of(["", "=", "<", "<=", ">", ">=", "^", "~", "!=", "<>", "=="], N, ["", ".0", ".1"], ["", ".0", ".1"],
                         [""] * 5 + [".1", ".0"], [""] * 4 + ["-beta", "-beta2", "-RC1", "-alpha.10", "-p1", "-dev", "-stable"]),
                      of(["", "!="], ["1", "0", "1.2", "1.0", "2.0.1"], [".*", ".x"]),
                      of(["0", "1"], ["", ".0", ".1.0"], [" - "], ["2", "3", "10"], ["", ".2", ".2.0", ".0-beta1"]), of(["*"]))
cargo_one = either(of(OPS, *DOT3, PRE), of(OPS, ["1", "0", "2", "1.2", "0.1", "0.0"]), of(["1.*", "1.2.*", "*", "0.*", "=1.*"]))
hex_one = either(of(["", "== ", "!= ", "< ", "<= ", "> ", ">= ", "~> "], *DOT3, PRE), of(["~> "], N, ["."], N))
conan = either(of(N, ["", ".0", ".1", ".a", ".10"], ["", ".0", ".2", ".b"], [""] * 3 + ["-pre1", "-alpha.3", "-alpha.22", "-1"],
                  [""] * 3 + ["+b1", "+b.3", "+b.22", "+0"]))
conan_one = of(["<", "<=", ">", ">=", "~", "^", "=", ""], N, ["", ".1", ".0", ".2"], ["", ".1", ".0"], [""] * 4 + ["-", "-pre1"], [""])
conan_list = ranges(conan_one, [" ", " || "])

# name -> (oracle, versions, ranges or None)
ORACLES = {
    "npm": (node, either(semver, semver, of(["", "v", "="], *DOT3, PRE + ["beta", "rc1", "-01"])),
            ranges(npm_one, [" ", " || ", "||", "  "])),
    "pypi": (script("o.py", PYPI, sys.executable), either(pep, pep, joined(["1", "0", ".", "a", "b", "rc", "post", "dev", "-", "_", "+", "!"], 7)),
             ranges(pep_one, [", ", ","])),
    "gem": (script("o.rb", GEM, "ruby"), gem, ranges(gem_one, [", "])),
    "maven": (maven, mvn, ranges(mvn_range, [","])),
    "go": (go_program(GO, "golang.org/x/mod@v0.17.0"), go_semver, None),
    "go tags": (go_program(GOTAG, None), go_tag, None),
    "packagist": (php, composer, ranges(composer_one, [" ", ", ", " || ", "|"])),
    "crates.io": (cargo, semver, ranges(cargo_one, [", "])),
    "hex": (script("o.exs", ELIXIR, "elixir"), semver, ranges(hex_one, [" and ", " or "])),
    "conan": (script("o.py", CONAN, sys.executable), conan, lambda: conan_list() + rng.choice(["", ", include_prerelease"])),
}


def ask_strake(strake, kind, rows):
    text = "".join("\t".join(r) + "\n" for r in rows)
    out = subprocess.run([strake, "ver", kind], input=text, capture_output=True, text=True, check=True).stdout
    return out.split("\n")[:-1]


def compare(strake, name, oracle, kind, pairs):
    text = "".join("\t".join((kind, *p)) + "\n" for p in pairs)
    theirs = subprocess.run(oracle, input=text, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
    ours = ask_strake(strake, kind, [(name.split()[0], *p) for p in pairs])
    if not len(ours) == len(theirs) == len(pairs):
        sys.exit(f"{name}: {len(pairs)} questions, {len(theirs)} and {len(ours)} answers")
    valid = [(p, t, o) for p, t, o in zip(pairs, theirs, ours) if t != "?"]
    bad = [x for x in valid if x[1] != x[2]]
    lenient = sum(1 for t, o in zip(theirs, ours) if t == "?" and o != "?")
    print(f"{name:10} {kind:8} {len(valid):6} valid pairs, {len(bad)} differ; {lenient} more are taken here alone")
    for p, t, o in bad[:int(os.environ.get("SHOW", "12"))]:
        print(f"    {p[0]}  {p[1]}: theirs {t}, ours {o}")
    return len(bad)


def main():
    strake, names = os.path.abspath(sys.argv[1]), sys.argv[2:] or list(ORACLES)
    differ = 0
    for name in names:
        make, version, range_ = ORACLES[name]
        with tempfile.TemporaryDirectory() as folder:
            try:
                oracle = make(folder)
                subprocess.run(oracle, input="", capture_output=True, text=True, check=True)
            except (OSError, Missing, subprocess.CalledProcessError) as e:
                print(f"{name:10} left out: {e} {getattr(e, 'stderr', '')}")
                continue
            pairs = [(version(), version()) for _ in range(PAIRS)]
            differ += compare(strake, name, oracle, "compare", pairs)
            if range_:
                differ += compare(strake, name, oracle, "match", [(version(), range_()) for _ in range(PAIRS)])
    return differ > 0


if __name__ == "__main__":
    sys.exit(main())
