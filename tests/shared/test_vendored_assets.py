"""What we ship of others is exactly what was built, with licences, and asks nobody for more."""

import re
from hashlib import sha256
from json import loads
from pathlib import Path

WEB = Path(__file__).parents[2] / "shared" / "web"
VENDOR = WEB / "static" / "vendor"
HASHES = VENDOR / "hashes.txt"
ADDRESS = re.compile(r"""(?:url\(|@import|src=|href=)\s*["']?(?:https?:)?//""")


def listed():
    return dict(reversed(line.split("  ", 1)) for line in HASHES.read_text().splitlines())


class TestVendoredFiles:
    def test_are_those_that_were_built(self):
        found = {
            str(path.relative_to(VENDOR)): sha256(path.read_bytes()).hexdigest()
            for path in VENDOR.rglob("*")
            if path.is_file() and path != HASHES
        }

        assert found == listed()

    def test_come_with_their_licences(self):
        licences = {Path(name).stem for name in listed() if name.startswith("licences/")}

        assert licences == {"fonts", "govuk", "htmx", "tabler"}

    def test_come_from_exact_versions(self):
        package = loads((WEB / "assets" / "package.json").read_text())

        assert package["dependencies"]
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", x) for x in package["dependencies"].values())

    def test_come_from_a_lock_file_without_registry_addresses(self):
        lock = loads((WEB / "assets" / "package-lock.json").read_text())

        assert not [at for at, package in lock["packages"].items() if "resolved" in package]
        assert all("integrity" in x for at, x in lock["packages"].items() if at)

    def test_bring_no_foreign_font_or_crest(self):
        govuk = (VENDOR / "govuk.css").read_text()

        assert "GDS" not in govuk
        assert "@font-face" not in govuk
        assert "crown" not in govuk.lower()


class TestOurPages:
    def test_load_nothing_from_elsewhere(self):
        files = [*WEB.glob("static/**/*.css"), *WEB.glob("static/**/*.js")]
        files += [*WEB.glob("templates/**/*.html"), *WEB.glob("static/*.svg")]
        asking = [path.name for path in files if ADDRESS.search(path.read_text())]

        assert files
        assert not asking

    def test_hold_no_inline_script_style_or_handler(self):
        inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:")
        pages = list(Path(WEB).parents[1].glob("s*/**/templates/**/*.html"))

        assert pages
        assert not [page.name for page in pages if inline.search(page.read_text())]
