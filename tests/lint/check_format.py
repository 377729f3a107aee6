"""Every C++ file is as clang-format 14 lays it out."""

import subprocess

from project import code_files, report


def main():
    files = list(code_files(".hpp", ".cpp"))
    result = subprocess.run(
        ["clang-format-14", "--dry-run", "--Werror", *map(str, files)], capture_output=True, text=True, check=False)
    faults = [line for line in result.stderr.splitlines() if "error:" in line or "rror" in line and line.startswith("/")]
    if result.returncode != 0 and not faults:
        faults = result.stderr.splitlines()
    report(faults, f"layout of {len(files)} files")


if __name__ == "__main__":
    main()
