"""How results are shown: formats, tables, styles and figures shared by the chapters."""
