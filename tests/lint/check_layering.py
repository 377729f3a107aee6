"""A room includes itself and the rooms its qpcr_add_room line names; the named rooms stand to its left."""

import re

from project import ROOT, code_files, report, rooms

# Left to right, as docs/architecture.md draws it. Readers come before the library rooms that use their runs; apps come last.
ORDER = ["libqpcr/" + name for name in (
    "core", "seal", "tabular", "math", "curve", "melt", "quantity", "assay", "study", "report", "exchange", "simulate", "store")]
# The library each room alone may touch: header prefix → the rooms that may include it.
THIRD_PARTY = {
    "Eigen/": ["libqpcr/math", "libqpcr/curve"],
    "boost/math": ["libqpcr/math"],
    "hwy/": ["libqpcr/math", "libqpcr/curve"],
    "oneapi/": ["libqpcr/math"],
    "tbb/": ["libqpcr/math"],
    "libdeflate": ["libqpcr/tabular"],
    "openssl/": ["libqpcr/seal", "apps"],
    "sodium": ["libqpcr/seal"],
    "zip.h": ["libqpcr/tabular", "libqpcr/exchange"],
    "pugixml": ["libqpcr/tabular", "instruments"],
    "unicode/": ["libqpcr/tabular"],
    "toml++": ["libqpcr/assay", "libqpcr/seal", "instruments/mapped_table"],
    "cairo": ["libqpcr/report"],
    "pango": ["libqpcr/report"],
    "H5Cpp": ["libqpcr/store"],
    "H5": ["libqpcr/store"],
    "CLI/": ["apps"],
    "httplib": ["apps/workbench"],
    "pybind11": ["apps/python"],
}


def room_of(path, declared):
    """The declared room that holds a file: the longest matching folder."""
    best = None
    for room in declared:
        if (path == room or path.startswith(room + "/")) and (best is None or len(room) > len(best)):
            best = room
    return best


def main():
    declared = rooms()
    faults = []
    for name in ORDER:
        if name not in declared:
            faults.append(f"{name}: the room is not declared")
    for room, uses in declared.items():
        for used in uses:
            if used not in declared:
                faults.append(f"{room}: uses {used}, which is no room")
            elif room in ORDER and used in ORDER and ORDER.index(used) >= ORDER.index(room):
                faults.append(f"{room}: uses {used}, which is not to its left")
            elif used.startswith("apps"):
                faults.append(f"{room}: nothing uses apps")
            elif room in ORDER and used.startswith("instruments"):
                faults.append(f"{room}: a room of the library does not know the instruments")

    def closure(room, seen=()):
        reached = {room}
        for used in declared.get(room, []):
            if used not in seen:
                reached |= closure(used, (*seen, room))
        return reached

    for path in code_files(".hpp", ".cpp"):
        relative = path.relative_to(ROOT).as_posix()
        room = room_of(relative, declared)
        area = relative.split("/")[0]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = re.match(r'\s*#include\s+["<]([^">]+)[">]', line)
            if not match:
                continue
            header = match.group(1)
            target = room_of(header, declared)
            if header.startswith(("libqpcr/", "instruments/", "apps/", "tests/")):
                if room and area != "apps" and target and target != room and target not in declared[room]:
                    faults.append(f"{relative}:{number}: includes {target}, which the room's line does not name")
                if area in ("libqpcr", "instruments") and header.startswith(("apps/", "tests/")):
                    faults.append(f"{relative}:{number}: includes {header}")
            elif area in ("libqpcr", "instruments", "apps"):
                for prefix, allowed in THIRD_PARTY.items():
                    if header.startswith(prefix) and not any(relative.startswith(folder + "/") for folder in allowed):
                        faults.append(f"{relative}:{number}: {header} belongs to {', '.join(allowed)}")
    report(faults, f"layering of {len(declared)} rooms")


if __name__ == "__main__":
    main()
