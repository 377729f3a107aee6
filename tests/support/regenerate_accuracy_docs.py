"""Rewrites the block of docs/methods/accuracy.md that `qpcr benchmark accuracy` prints, and the figures beside it.

Run by the target regenerate_accuracy_docs; needs QPCR_BIN, QPCR_SOURCE_DIR and QPCR_REFERENCE_DATA.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BEGIN = "<!-- benchmark begin: written by the target regenerate_accuracy_docs -->"
END = "<!-- benchmark end -->"
# Figures of fits hold readings of the reference data, which is never copied into the project.
FIGURES = ["variance_ds_94_4.svg"]


def main():
    source = pathlib.Path(os.environ["QPCR_SOURCE_DIR"])
    reference = os.environ.get("QPCR_REFERENCE_DATA")
    if not reference:
        sys.exit("QPCR_REFERENCE_DATA names no folder")
    page = source / "docs/methods/accuracy.md"
    text = page.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.run(
            [pathlib.Path(os.environ["QPCR_BIN"]) / "qpcr", "benchmark", "accuracy", "--data", reference, "--markdown", "--figures", folder],
            stdout=subprocess.PIPE, check=True)
        for name in FIGURES:
            shutil.copyfile(pathlib.Path(folder) / name, source / "docs/images" / name)
    # Sections of the page stand one level below its title.
    block = re.sub(r"^(#+) ", r"\1# ", process.stdout.decode("utf-8"), flags=re.M)
    page.write_text(f"{before}{BEGIN}\n\n{block}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
