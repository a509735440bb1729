"""Solutions, dropdown admonitions and hidden code as native ``<details>``.

The usual extension (sphinx-togglebutton) makes dropdowns by a script, without which
nothing folds. ``<details>`` works by keyboard, without scripts, is searched by the
browser, and opens itself for a link into it.
"""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

__all__ = ["Dropdown", "DropdownTransform", "Summary"]


class Dropdown(nodes.Element):
    """A ``<details>`` with the classes and ids of the node that it replaces."""


class Summary(nodes.TextElement):
    """The visible line of a `Dropdown`."""


class DropdownTransform(SphinxPostTransform):
    """Replace what is to be folded by `Dropdown` nodes."""

    # After sphinx-exercise (20) and MyST-NB (199) have written their titles.
    default_priority = 900
    formats = ("html",)

    def run(self, **_options) -> None:
        """Replace every foldable node of the document."""
        for node in list(self.document.findall(nodes.Admonition)):
            if "dropdown" in node.get("classes", ()):
                classes = ["admonition", node.tagname, *node["classes"]]
                if _is_right_choice(node):
                    classes.append("right")
                self._replace(node, list(dict.fromkeys(classes)))
        for node in list(self.document.findall(HideCodeCellNode)):
            # A cell that shows nothing is a set-up.
            is_setup = len(node.parent.children) == 1
            self._replace(node, ["hidden-code", *(["set-up"] if is_setup else [])])

    def _replace(self, node: nodes.Element, classes: list[str]) -> None:
        dropdown, summary = Dropdown(classes=classes, ids=node.get("ids", [])), Summary()
        children = list(node.children)
        if isinstance(node, HideCodeCellNode):
            summary += nodes.Text("Set-up" if "set-up" in classes else node["prompt_show"])
        elif "countertype" in node:
            # A folded theorem or lemma: sphinx-proof would write its kind and number later.
            numbers = self.env.toc_fignumbers.get(self.env.docname, {})
            number = numbers.get(node["countertype"], {}).get(node["ids"][0], ())
            summary += nodes.Text(f"{node['realtype'].title()} {'.'.join(map(str, number))}")
            summary.extend(children.pop(0).children)
        elif "proof" in classes:
            # sphinx-proof writes "Proof. " before the proof's first words.
            summary += nodes.Text("Proof")
            first = next(node.findall(nodes.Text))
            first.parent.replace(first, nodes.Text(first.removeprefix("Proof. ")))
        elif children and isinstance(children[0], nodes.title):
            summary.extend(children.pop(0).children)
        else:
            summary += nodes.Text(node.tagname.capitalize())
        # A summary is a button: a link within it would be a control within a control.
        for link in list(summary.findall(nodes.reference)):
            link.replace_self(link.children)
        dropdown += summary
        dropdown.extend(children)
        node.replace_self(dropdown)


def _is_right_choice(node: nodes.Element) -> bool:
    """Say whether a dropdown is the right one among the choices of a question."""
    feedback = next(node.findall(nodes.paragraph), None)
    in_question = "question" in node.parent.get("classes", ())
    return in_question and feedback is not None and feedback.astext().startswith("Right")


def visit_dropdown(self: HTML5Translator, node: Dropdown) -> None:
    """Open a ``<details>``."""
    self.body.append(self.starttag(node, "details"))


def depart_dropdown(self: HTML5Translator, _node: Dropdown) -> None:
    """Close a ``<details>``."""
    self.body.append("</details>\n")


def visit_summary(self: HTML5Translator, _node: Summary) -> None:
    """Open a ``<summary>``."""
    self.body.append("<summary>")


def depart_summary(self: HTML5Translator, _node: Summary) -> None:
    """Close a ``<summary>``."""
    self.body.append("</summary>\n")


def setup(app: Sphinx) -> None:
    """Register the nodes and the transform."""
    app.add_node(Dropdown, html=(visit_dropdown, depart_dropdown))
    app.add_node(Summary, html=(visit_summary, depart_summary))
    app.add_post_transform(DropdownTransform)
