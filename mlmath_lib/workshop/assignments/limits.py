"""What otter-grader loads before it runs a submission: limits on its time."""

import nbformat
from otter.plugins import AbstractOtterPlugin

PREPARE = """from mlmath_lib.workshop.assignments.grading import prepare

prepare({seconds_per_cell}, {seconds_per_call})"""

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


class Limits(AbstractOtterPlugin):
    """Keep a submission from running for ever, and from drawing figures nobody sees."""

    def before_execution(self, submission):
        """Put a cell in front that sets the limits, and choose a kernel that exists here.

        Parameters
        ----------
        submission : nbformat.NotebookNode
            What a student handed in.

        Returns
        -------
        nbformat.NotebookNode
            The same notebook with one more cell.
        """
        submission.metadata["kernelspec"] = KERNEL
        submission.cells.insert(0, nbformat.v4.new_code_cell(PREPARE.format(**self.plugin_config)))
        return submission
