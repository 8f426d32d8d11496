"""If these fail, results are kept although their code changed, or are made again after a cosmetic edit."""

import pytest

from porescope.errors import InputError
from porescope.provenance import code_digest, content_hash, import_closure

FILES = {
    "do.py": '"""Doc."""\nfrom porescope.stage.one import f\nimport numpy as np\n',
    "porescope/__init__.py": '"""Doc."""\n',
    "porescope/stage/__init__.py": "",
    "porescope/stage/one.py": (
        '"""Doc."""\nfrom porescope.stage.two import LIMIT\n\n\ndef f():\n    """Doc."""\n    return LIMIT\n'
    ),
    "porescope/stage/two.py": "LIMIT = 3\n",
    "porescope/stage/other.py": "X = 1\n",
}


@pytest.fixture
def tree(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "requirements.lock").write_text("numpy==2.0\nscipy==1.0\n")
    return tmp_path


def digest(tree, versions="numpy==2.0\nscipy==1.0\n"):
    lock = tree / f"{abs(hash(versions))}.lock"
    lock.write_text(versions)
    return code_digest(tree / "do.py", lock)


def test_closure_follows_imports_of_imports(tree):
    names = {str(p.relative_to(tree)) for p in import_closure(tree / "do.py")}
    assert names == set(FILES) - {"porescope/stage/other.py"}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("porescope/stage/two.py", "LIMIT = 4\n"),
        ("porescope/__init__.py", "import os\n"),
        ("do.py", FILES["do.py"] + "print(f())\n"),
    ],
)
def test_a_change_of_meaning_changes_the_digest(tree, file, text):
    before = digest(tree)
    (tree / file).write_text(text)
    assert digest(tree) != before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("porescope/stage/two.py", "# a comment\nLIMIT  =  3\n"),
        ("porescope/stage/one.py", FILES["porescope/stage/one.py"].replace("Doc.", "Other words.")),
        ("porescope/stage/two.py", 'LIMIT = 3\n"""What LIMIT is."""\n'),
        ("porescope/stage/other.py", "X = 2\n"),
    ],
)
def test_comments_docstrings_layout_and_strangers_do_not(tree, file, text):
    before = digest(tree)
    (tree / file).write_text(text)
    assert digest(tree) == before


def test_versions_count_where_the_package_is_imported(tree):
    assert digest(tree) == digest(tree, "numpy==2.0\nscipy==2.0\n")
    assert digest(tree) != digest(tree, "numpy==2.1\nscipy==1.0\n")


def test_an_import_that_is_not_locked_is_an_error(tree):
    with pytest.raises(InputError, match="imports 'numpy'"):
        digest(tree, "scipy==1.0\n")


def test_relative_imports_are_refused(tree):
    (tree / "porescope/stage/two.py").write_text("from . import other\n")
    with pytest.raises(InputError, match="absolute"):
        digest(tree)


def test_content_hash_of_a_folder_skips_bookkeeping(tmp_path):
    (tmp_path / "a").write_text("1")
    before = content_hash(tmp_path)
    (tmp_path / ".snakemake_timestamp").write_text("x")
    assert content_hash(tmp_path) == before
    (tmp_path / "a").write_text("2")
    assert content_hash(tmp_path) != before
