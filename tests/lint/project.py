"""What the lints share: the project's files and the rooms declared with qpcr_add_room."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("libqpcr", "instruments", "apps", "tests")


def code_files(*suffixes):
    """Source files of the project below its code folders, in name order."""
    for folder in CODE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and "node_modules" not in path.parts and path.is_file():
                yield path


def rooms():
    """Folder of each room → the folders it may include, as its one qpcr_add_room line says."""
    declared = {}
    for listing in sorted(ROOT.rglob("CMakeLists.txt")):
        relative = listing.relative_to(ROOT)
        if relative.parts[0] not in ("libqpcr", "instruments", "apps"):
            continue
        text = re.sub(r"#.*", "", listing.read_text(encoding="utf-8"))
        for call in re.findall(r"qpcr_add_room\(([^)]*)\)", text):
            words = call.split()
            uses, section = [], None
            for word in words[1:]:
                if word in ("FILES", "USES", "LINKS", "EXTERNAL"):
                    section = word
                elif section == "USES":
                    uses.append(word)
            declared[words[0]] = uses
    return declared


def tracked_files():
    """Every file git knows or would add; the whole tree where this is not a checkout."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
        ).stdout.decode()
        return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.rglob("*") if path.is_file() and "build" not in path.relative_to(ROOT).parts[:1]]


def report(faults, what):
    """Prints the faults and ends the process: 1 when there are any."""
    for fault in faults:
        print(fault)
    print(f"{what}: {len(faults)} faults")
    raise SystemExit(1 if faults else 0)
