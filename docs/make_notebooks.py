"""Write a notebook of every tutorial into docs/notebooks: run it after a tutorial has changed."""

import doctest
import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).parent


def notebook(text: str):
    """Turn a tutorial into a notebook: examples are cells of code, what is between them is text."""
    text = re.sub(r"```python\n(.*?)\n```", r"\1", text, flags=re.DOTALL)
    cells, prose, code = [], [], []

    def close_prose():
        said = "".join(prose).strip()
        if said:
            cells.append(new_markdown_cell(said))
        prose.clear()

    def close_code():
        if code:
            cells.append(new_code_cell("".join(code).rstrip()))
        code.clear()

    for part in doctest.DocTestParser().parse(text):
        if isinstance(part, doctest.Example):
            close_prose()
            if part.exc_msg:  # a cell of its own, after which a notebook goes on
                close_code()
                tags = {"tags": ["raises-exception"]}
                cells.append(new_code_cell(part.source.rstrip(), metadata=tags))
            else:
                code.append(part.source)
        elif part.strip():
            close_code()
            prose.append(part)
    close_prose()
    close_code()
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=cells, metadata=kernel)


def tutorials() -> list[Path]:
    """List the tutorials that hold examples."""
    pages = sorted((HERE / "tutorials").glob("*.md"))
    return [page for page in pages if ">>>" in page.read_text(encoding="utf-8")]


if __name__ == "__main__":
    for page in tutorials():
        target = HERE / "notebooks" / f"{page.stem}.ipynb"
        target.parent.mkdir(exist_ok=True)
        written = nbformat.writes(notebook(page.read_text(encoding="utf-8")), version=4)
        target.write_text(written + "\n", encoding="utf-8")
