#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of the house that a machine can check. `lint.py [CHECK...]`, without names all."""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
C_FILES = (".c", ".h", ".cc")
MAX_FUNCTION_LINES = 80
MAX_COMPLEXITY = 15
MAX_FILE_LINES = 800
BANNED = ("strcpy strcat sprintf vsprintf strtok atoi atol atof strtol strtoul strncpy strncat gets "
          "localtime gmtime asctime ctime system popen alloca setjmp longjmp").split()


def all_files():
    """Tracked and new files, not the ignored ones."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT,
                             capture_output=True, text=True, check=True).stdout
        found = [ROOT / line for line in out.splitlines()]
    else:
        found = [p for p in ROOT.rglob("*") if "build" not in p.relative_to(ROOT).parts[0]]
    return sorted(p for p in found if p.is_file() and not p.is_symlink())


def is_ours(path):
    """Text that people wrote, not test input."""
    parts = path.relative_to(ROOT).parts
    return "corpus" not in parts and "testdata" not in parts


FILES = [p for p in all_files() if is_ours(p)]
C = [p for p in FILES if p.suffix in C_FILES]


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def at(path, line, text):
    return f"{path.relative_to(ROOT)}:{line}: {text}"


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(match):
    """A comment or string becomes blanks, so that lines keep their numbers."""
    return re.sub(r"[^\n]", " ", match.group(0))


def code(path):
    return TOKEN.sub(blank, read(path))


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def interpreter(path):
    """The program of a script without a suffix: "sh", "bash", "python3"; "" for other files."""
    first = read(path).split("\n", 1)[0] if not path.suffix else ""
    return first.split("/")[-1].split()[-1] if first.startswith("#!") else ""


def check_spdx():
    comment = {".c": "/* ", ".h": "/* ", ".cc": "/* ", ".S": "/* ", ".py": "# ", ".sh": "# "}
    for p in FILES:
        mark = comment.get(p.suffix, "# " if interpreter(p) else None)
        if not mark:
            continue
        lines = read(p).splitlines()[:2]
        first = lines[1] if lines and lines[0].startswith("#!") and len(lines) > 1 else "".join(lines[:1])
        if not first.startswith(mark + "SPDX-License-Identifier: Apache-2.0"):
            yield at(p, 1, "the first line is not the licence's")


def check_banned():
    calls = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    for p in C:
        text = code(p)
        for m in calls.finditer(text):
            if m.group(1) in ("setjmp", "longjmp") and p.parent.name == "tests":
                continue
            yield at(p, line_of(text, m.start()), f"{m.group(1)}() is banned")
        for m in re.finditer(r"\bgoto\b", text):
            yield at(p, line_of(text, m.start()), "goto")


def floors():
    """module -> modules that it may include, from the table in ARCHITECTURE.md."""
    rows = {}
    for line in read(ROOT / "ARCHITECTURE.md").splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if len(cells) == 4 and cells[0].isdigit():
            rows[cells[1].strip("`")] = set(cells[3].split()) - {"-"}
    return rows


def check_layers():
    rows = floors()
    modules = {p.name for p in (ROOT / "src").iterdir() if p.is_dir()}
    for name in sorted(modules - rows.keys()):
        yield at(ROOT / "ARCHITECTURE.md", 1, f"src/{name} is missing from the table of floors")
    for p in C:
        parts = p.relative_to(ROOT).parts
        if parts[0] != "src" or len(parts) < 3:
            continue
        own, testing = parts[1], re.search(r"_(test|fuzz|testing)\.[ch]$", p.name)
        for number, line in enumerate(read(p).splitlines(), 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not m or "/" not in m.group(1):
                continue
            module, rest = m.group(1).split("/", 1)
            if module == own or (testing and module == "tests"):
                continue
            if module not in rows.get(own, ()):
                yield at(p, number, f"{own} may not include {module} (ARCHITECTURE.md, floors)")
            elif module != "base" and rest != module + ".h" and not testing:
                yield at(p, number, f"{m.group(1)} is private to {module}; its face is {module}/{module}.h")


def check_sizes():
    for p in C:
        n = read(p).count("\n")
        if n > MAX_FILE_LINES:
            yield at(p, 1, f"{n} lines, more than {MAX_FILE_LINES}")
    if not shutil.which("pmccabe"):
        return
    sources = [str(p) for p in C if p.suffix in (".c", ".cc")]
    out = subprocess.run(["pmccabe", *sources], capture_output=True, text=True, check=False).stdout
    # modified complexity (a switch counts once), traditional, statements, line, lines, file(line): name
    for row in out.splitlines():
        cells = row.split("\t")
        if len(cells) < 6:
            continue
        complexity, line, lines = int(cells[0]), int(cells[3]), int(cells[4])
        path, name = pathlib.Path(cells[5].split("(")[0]), cells[5].split(": ")[-1]
        if complexity > MAX_COMPLEXITY:
            yield at(path, line, f"{name}: complexity {complexity}, more than {MAX_COMPLEXITY}")
        if lines > MAX_FUNCTION_LINES:
            yield at(path, line, f"{name}: {lines} lines, more than {MAX_FUNCTION_LINES}")


# What reads foreign bytes by way of a table, and how a fuzz target walks that whole table.
LEAVES = {"pkg_analyser": "pkg_analysers(", "adv_feed": "adv_build_bytes(", "ver_scheme": "ver_schemes("}


def check_fuzz():
    targets = {p: read(p) for p in C if re.search(r"_fuzz(ing)?\.c$", p.name)}
    for p in C:
        for m in re.finditer(r"^const struct (\w+) \w+ = \{", read(p), re.M):
            if m.group(1) not in LEAVES:
                continue
            walks = any(LEAVES[m.group(1)] in text for text in targets.values())
            if not walks and not p.with_name(p.stem + "_fuzz.c").exists():
                yield at(p, line_of(read(p), m.start()), "a parser without a fuzz target")
    for p in sorted((ROOT / "src").rglob("meson.build")):
        module = p.relative_to(ROOT).parts[1]
        for m in re.finditer(r"fuzz_targets \+= \{'([\w]+)'(\s*\+)?", read(p)):
            folders = [ROOT / "tests/corpus" / m.group(1)]
            if m.group(2):
                folders = sorted((ROOT / "tests/corpus").glob(m.group(1) + "*"))
            if not any(f.is_dir() and any(f.iterdir()) for f in folders):
                yield at(p, 1, f"{module}: no corpus in tests/corpus/{m.group(1)}")


def check_must_use():
    declaration = re.compile(r"^(?:static inline )?int\s+\**(\w+)\(([^;{]*?)\)([^;{()]*)[;{]", re.M | re.S)
    for p in C:
        if p.suffix != ".h" or p.name == "err.h":
            continue
        text = code(p)
        for m in declaration.finditer(text):
            # printf_like(...) may stand behind the parameters
            tail = text[m.end(2):m.end()]
            says = "printf_like" in m.group(2)
            if "struct err *" in m.group(2) and "must_use" not in tail + m.group(2) and not says:
                yield at(p, line_of(text, m.start()), f"{m.group(1)}() can fail and is not must_use")


def check_words():
    for p in FILES:
        if p == pathlib.Path(__file__).resolve() or p.suffix in (".zst", ".gz", ".bin"):
            continue
        for number, line in enumerate(read(p).splitlines(), 1):
            if re.search(r"\b(TODO|FIXME|XXX)\b", line):
                yield at(p, number, "an open end: finish it or write an issue")
            if re.search(r"(?<![\w.])/(work|home/\w+|root|Users/\w+)/", line):
                yield at(p, number, "a path of one machine")
            if p.suffix in C_FILES and line != line.rstrip():
                yield at(p, number, "blanks at the end of the line")


def check_format():
    if not shutil.which("clang-format-14"):
        return
    for i in range(0, len(C), 40):
        part = [str(p) for p in C[i:i + 40]]
        out = subprocess.run(["clang-format-14", "--dry-run", "-Werror", "--ferror-limit=1", *part],
                             capture_output=True, text=True, check=False).stderr
        for m in re.finditer(r"^(.*?):(\d+):\d+: error", out, re.M):
            yield at(pathlib.Path(m.group(1)), m.group(2), "not as clang-format-14 writes it")


def check_shell():
    scripts = [str(p) for p in FILES if p.suffix == ".sh" or interpreter(p) in ("sh", "bash")]
    if not scripts or not shutil.which("shellcheck"):
        return
    out = subprocess.run(["shellcheck", "-f", "gcc", *scripts], capture_output=True, text=True, check=False).stdout
    yield from out.splitlines()


def check_spelling():
    texts = [str(p) for p in FILES if p.suffix in (".md", ".py", ".sh", ".1") or p.name == "meson.build" or interpreter(p)]
    if not texts or not shutil.which("codespell"):
        return
    out = subprocess.run(["codespell", *texts], capture_output=True, text=True, check=False).stdout
    yield from out.splitlines()


CHECKS = {name[len("check_"):]: f for name, f in list(globals().items()) if name.startswith("check_")}


def main(names):
    unknown = [n for n in names if n not in CHECKS]
    if unknown:
        print(f"lint.py: no check {unknown[0]}; there are {' '.join(CHECKS)}", file=sys.stderr)
        return 2
    found = [f"{problem} [{name}]" for name in names or CHECKS for problem in CHECKS[name]()]
    print("\n".join(found) if found else "clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
