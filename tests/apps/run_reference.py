"""Runs the tests marked 'reference', or ends with 77 (skipped) where the reference data is absent."""

import os
import pathlib
import subprocess
import sys

if not os.environ.get("QPCR_REFERENCE_DATA"):
    print("skipped: QPCR_REFERENCE_DATA names no folder")
    raise SystemExit(77)
folder = pathlib.Path(__file__).parent
raise SystemExit(
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "reference", str(folder)], check=False).returncode)
