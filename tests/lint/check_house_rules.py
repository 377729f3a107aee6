"""House rules that a text search can hold: no locale-dependent numbers, no printing in the library, one sentence a file …"""

import re

from project import ROOT, code_files, report, rooms, tracked_files

LIBRARY_BANS = [
    (r"\bstd::(stod|stof|stoi|stol|atof|strtod)\b|\b(atof|strtod|sscanf)\s*\(", "use core/text.hpp: numbers do not depend on the locale"),
    (r"\bstd::(cout|cerr|clog)\b|\b(printf|puts|perror)\s*\(", "the library never prints"),
    (r"\b(abort|exit|_Exit)\s*\(", "the library never ends the process"),
    (r"\bassert\s*\(", "user input must not reach an assertion; throw Error"),
    (r"\bstd::(rand|random_device|uniform_\w+_distribution|normal_distribution|poisson_distribution)\b",
     "random numbers are seeded and the same in every standard library"),
]
# Rooms whose results are reported values: their bits must not depend on the C library (docs/decisions/0008).
OWN_FUNCTIONS_ROOMS = ("libqpcr/curve/", "libqpcr/melt/", "libqpcr/quantity/")
OWN_FUNCTIONS = [(r"\bstd::(exp|expm1|log|log1p|pow)\b", "use elementary:: (libqpcr/math/elementary.hpp): the same bits everywhere")]
OUTSIDE_TESTS = [(r"^using\s+namespace\b", "no using-directive outside tests")]
EVERYWHERE = [
    (r"\b(TODO|FIXME|XXX|HACK)\b", "unfinished work belongs in an issue"),
    (r"#\s*pragma\s+GCC\s+diagnostic|NOLINT\b(?!\()", "a warning is mended or named with its reason"),
]


def main():
    faults = []
    for path in code_files(".hpp", ".cpp"):
        relative = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        if not lines or not re.match(r"// [A-Za-z“\"'0-9`].*", lines[0]):
            faults.append(f"{relative}:1: the file does not open with one sentence saying what it is for")
        if relative.endswith(".hpp") and "#pragma once" not in text:
            faults.append(f"{relative}: no #pragma once")
        bans = EVERYWHERE + (OUTSIDE_TESTS if not relative.startswith("tests/") or relative.endswith(".hpp") else [])
        if relative.startswith(("libqpcr/", "instruments/")):
            bans += LIBRARY_BANS
        if relative.startswith(OWN_FUNCTIONS_ROOMS):
            bans += OWN_FUNCTIONS
        for number, line in enumerate(lines, 1):
            code = re.sub(r'"(\\.|[^"\\])*"', '""', line)
            code = code.split("//")[0] if "TODO" not in line and "FIXME" not in line else code
            for pattern, why in bans:
                if re.search(pattern, code):
                    faults.append(f"{relative}:{number}: {why}")
    for room in rooms():
        readme = ROOT / room / "README.md"
        if not readme.is_file():
            faults.append(f"{room}: no README.md")
        elif len(readme.read_text(encoding="utf-8").splitlines()) > 70:
            faults.append(f"{room}/README.md: longer than a page")
    for path in tracked_files():
        relative = path.relative_to(ROOT).as_posix()
        if path.suffix in (".rdml", ".pdf", ".png", ".eds") or relative == "LICENSE":
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if "\r\n" in text and path.suffix not in (".csv",) and not relative.startswith("tests/fuzz/corpus/"):
            faults.append(f"{relative}: line ends of another system")
    report(faults, "house rules")


if __name__ == "__main__":
    main()
