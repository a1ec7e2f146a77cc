"""The files of a checkout, for the checks beside it. Reads only; a tree without git (an unpacked archive) is walked instead."""
import fnmatch
import os
import pathlib
import re
import subprocess


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.files = sorted(self._tracked() or self._walked())

    def _tracked(self):
        # New files count before they are added, ignored ones (build folders, runs) do not.
        git = subprocess.run(["git", "-C", str(self.root), "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
        if git.returncode != 0 or not (self.root / ".git").exists():
            return []
        return [f for f in git.stdout.splitlines() if (self.root / f).is_file()]

    def _walked(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [f for f in folders if not f.startswith((".", "build")) and f not in ("runs", "__pycache__")]
            for name in names:
                yield str(pathlib.Path(folder, name).relative_to(self.root))

    def read(self, file):
        return (self.root / file).read_text(encoding="utf-8", errors="replace")

    def matching(self, *patterns):
        return [f for f in self.files if any(fnmatch.fnmatch(f, p) for p in patterns)]

    def exists(self, path):
        """A file or folder of the tree; `<…>` and `*` stand for any name within one folder."""
        pattern = re.sub(r"<[^<>]*>", "*", path.rstrip("/"))
        if choice := re.search(r"\{([^{}]*)\}", pattern):  # a.{h,cpp}: each of them
            return all(self.exists(pattern.replace(choice[0], one, 1)) for one in choice[1].split(","))
        if "*" not in pattern:
            return pattern in self.files or any(f.startswith(pattern + "/") for f in self.files)
        parts = re.compile("".join("[^/]+" if c == "*" else re.escape(c) for c in pattern) + "(/.*)?$")
        return any(parts.match(f) for f in self.files)
