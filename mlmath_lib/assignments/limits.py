"""What otter-grader loads before it runs a submission: limits on its time."""

import nbformat
from otter.plugins import AbstractOtterPlugin

PREPARE = "from mlmath_lib.assignments.grading import prepare\n\nprepare({seconds_per_cell})"


class Limits(AbstractOtterPlugin):
    """Keep a submission from running for ever, and from drawing figures nobody sees."""

    def before_execution(self, submission):
        """Put a cell in front of the submission that sets the limits.

        Parameters
        ----------
        submission : nbformat.NotebookNode
            What a student handed in.

        Returns
        -------
        nbformat.NotebookNode
            The same notebook with one more cell.
        """
        submission.cells.insert(0, nbformat.v4.new_code_cell(PREPARE.format(**self.plugin_config)))
        return submission
