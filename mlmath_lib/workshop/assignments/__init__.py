"""Chapters as assignments: the students' notebook, the instructor's, and a grader.

``make assignment CHAPTER=models/k_means_clustering`` writes them from the chapter alone,
``make grade`` marks a folder of what came back. One module for each concern:

- ``students``: makes the students' notebook of a chapter;
- ``dependencies``: finds what a piece of a chapter's code needs of the rest;
- ``folder``: writes an assignment's folder, with an autograder for otter-grader;
- ``grading``: compares an answer with the worked solution, within a submission's kernel;
- ``limits``: what otter-grader loads to keep a submission from running for ever;
- ``marking``: runs the autograder on a folder of submissions, and has the rest written;
- ``hand``: the sheets on which a person marks answers;
- ``gradebooks``: tables, for you and for platforms, and each student's feedback;
- ``likeness``: names answers that are nearly the same.

Only ``folder``, ``marking`` and ``limits`` need otter-grader.
"""

from mlmath_lib.workshop.assignments.students import students_notebook
from mlmath_lib.workshop.chapter import Exercise, read_exercises

__all__ = ["Exercise", "read_exercises", "students_notebook"]
