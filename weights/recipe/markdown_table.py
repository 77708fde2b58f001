"""Tables in Markdown, of cells that are text."""


def table_row(cells):
    return f"| {' | '.join(cells)} |"


def table_lines(head, rows):
    """The lines of a table."""
    return [table_row(cells) for cells in (head, ["---"] * len(head), *rows)]


def table(head, rows):
    """A table that ends its last line."""
    return "\n".join(table_lines(head, rows)) + "\n"
