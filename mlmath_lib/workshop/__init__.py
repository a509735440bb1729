"""The workshop: all that makes the book and that no chapter imports.

- ``chapter``: reads a chapter: cells, directives, labels, exercises, "You need";
- ``rules``: what every chapter keeps, and the remedy where one does not;
- ``notebooks``: runs chapters and stores them in one normal form;
- ``assignments``: makes a chapter an assignment and marks what comes back;
- ``site``: the book's website, a Sphinx extension and its theme;
- ``svg_comparison``: compares stored pictures by what they show.
"""
