"""What surrounds a chapter: contents, links, description, scripts and style sheets."""

import os
import re
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote, urlsplit

from docutils import nodes
from pylatexenc.latex2text import LatexNodes2Text
from sphinx.application import Sphinx

from mlmath_lib.workshop.site import downloads, mathematics
from mlmath_lib.workshop.site.figures import Figure

__all__ = [
    "chapters",
    "contents",
    "describe",
    "docname_of",
    "links",
    "plain",
    "plain_formula",
    "titled",
]

COLAB = "https://colab.research.google.com/github"
DESCRIPTION_LENGTH = 160
RAISED = str.maketrans("0123456789+-=()nitrxykmd", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵗʳˣʸᵏᵐᵈ")
LOWERED = str.maketrans("0123456789+-=()aehijklmnoprstx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜₓ")
# What pylatexenc leaves out, as it knows it.
UNKNOWN = {r"\ne": r"\neq ", r"\|": "‖", r"\det": "det", r"\overline": r"\bar"}
FRACTION = re.compile(r"\\frac\s*(\{[^{}]*\}|\\[a-zA-Z]+|\w)\s*(\{[^{}]*\}|\\[a-zA-Z]+|\w)")
# What needs no brackets below a fraction's line.
DIVISOR = re.compile(r"[\d.]+|(?:\\partial\s*)?(?:\\[a-zA-Z]+\s*|[a-zA-Z])[\W\dⁿ₀-ₜᵢⱼ]?")
_LATEX = LatexNodes2Text(math_mode="text")
# Style sheets and scripts that extensions add to every page, used or not. The theme's
# book.css has what the book needs of them.
UNUSED_FILES = ("exercise.css", "proof.css", "mystnb.*.css", "basic.css", "pygments.css",
                "file.png", "minus.png", "plus.png", "design-tabs.js",
                "doctools.js", "documentation_options.js", "language_data.js",
                "searchtools.js", "sphinx_highlight.js")  # fmt: skip


def take_addresses(_app: Sphinx, config) -> None:
    """Let the environment override the addresses of ``_config.yml``; drop last slashes."""
    options = config.html_theme_options
    repository = os.environ.get("MLMATH_REPOSITORY") or options.get("repository_url") or ""
    options["repository_url"] = repository.rstrip("/").removesuffix(".git")
    address = os.environ.get("MLMATH_SITE_URL") or config.html_baseurl
    config.html_baseurl = f"{address.rstrip('/')}/" if address else ""


def describe(doctree: nodes.document, *, length: int = DESCRIPTION_LENGTH) -> str:
    """Return a page's first paragraph as plain text.

    Parameters
    ----------
    doctree : docutils.nodes.document
        The page.
    length : int, default 160
        The most characters; a longer text is cut between words.

    Returns
    -------
    str
        The text.
    """
    for paragraph in doctree.findall(nodes.paragraph):
        if not isinstance(paragraph.parent, nodes.section):
            continue  # within an admonition, a list, a table
        words = " ".join(plain(paragraph).split())
        if len(words) <= length:
            return words
        return words[: length - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
    return ""


def plain(node: nodes.Node) -> str:
    """Return a node's text, with its formulas in plain signs.

    Parameters
    ----------
    node : docutils.nodes.Node
        Any node of a page.

    Returns
    -------
    str
        The text.
    """
    if isinstance(node, nodes.math):
        return plain_formula(node.astext())
    if not node.children:
        return node.astext()
    return "".join(plain(child) for child in node.children)


@cache
def plain_formula(tex: str) -> str:
    """Write a short formula in plain signs, for titles, descriptions and lists.

    Parameters
    ----------
    tex : str
        The formula in TeX.

    Returns
    -------
    str
        What a line of text can say of it, such as ``t²/2`` or ``√2``.
    """

    def fraction(match):
        above, below = (part.removeprefix("{").removesuffix("}") for part in match.groups())
        above = f"({above})" if re.search(r"[+\-]|\\(?:cdot|pm)", above) else above
        return f"{above}/{below}" if DIVISOR.fullmatch(below) else f"{above}/({below})"

    def lowered(match):
        index = (match[1] or match[2]).strip()
        return index.translate(LOWERED) if set(index) <= set(map(chr, LOWERED)) else match[0]

    def raised(match):
        power = (match[1] or match[2]).strip()
        if set(power) <= set(map(chr, RAISED)):
            return power.translate(RAISED)
        return f"^({power})" if len(power) > 1 and "\\" not in power else f"^{{{power}}}"

    tex = re.sub(r"\\(?:left|right|[bB]ig+[lr]?|,|;|!)(?![a-zA-Z])", "", tex)
    tex = re.sub(r"\\[dt](?=frac|binom)", r"\\", tex)
    for unknown, known in UNKNOWN.items():
        tex = re.sub(re.escape(unknown) + "(?![a-zA-Z])", lambda _, known=known: known, tex)
    tex = re.sub(r"(\\[a-zA-Z]+)\s*(?=[_^])", r"\1{}", tex)
    tex = re.sub(r"\^(?:\{([^{}]*)\}|([^\\\s]))", raised, tex)
    tex = re.sub(r"_(?:\{([^{}]*)\}|([^\\\s]))", lowered, tex)
    tex = re.sub(FRACTION, fraction, tex)
    tex = re.sub(r"\\sqrt\s*(\w)(?!\w)", r"√\1", tex)
    tex = re.sub(r"\\(sin|cos|tan|ln|log|exp|max|min|det)(?=\s*[\\\w])", r"\\\1\\ ", tex)
    return " ".join(_LATEX.latex_to_text(tex).split())


def _html(node: nodes.Node) -> str:
    """Return a title's text and its formulas as HTML."""
    if isinstance(node, nodes.math):
        return mathematics.to_mathml(node.astext())
    if not node.children:
        return escape(node.astext())
    return "".join(_html(child) for child in node.children)


def titled(env, docname: str) -> str:
    """Return a page's title with its chapter's number, as HTML.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        What Sphinx knows of the book.
    docname : str
        The page.

    Returns
    -------
    str
        HTML.
    """
    number, text = _number(env, docname), _html(env.titles[docname])
    return f'<span class="number">{number}</span> {text}' if number else text


def _number(env, docname: str) -> str:
    """Return the number of a chapter or part, as in 2.4; empty for other pages."""
    return ".".join(map(str, env.toc_secnumbers.get(docname, {}).get("") or ()))


def _sections(env, docname: str) -> str:
    """Return the list of a page's sections, as HTML; empty without any."""
    items = [
        f'<li><a href="{escape(reference["anchorname"])}">{_html(reference)}</a></li>'
        for part in env.tocs[docname].children[:1]
        for inner in part.children[1:]
        for entry in inner.children
        if (reference := next(iter(entry.findall(nodes.reference)), None)) is not None
    ]
    return f'<ul class="sections">{"".join(items)}</ul>' if items else ""


def contents(app: Sphinx, pagename: str) -> str:
    """Return the contents as seen from one page.

    The parts, the chapters of the page's own part, and the page's sections: the
    length of the list does not grow with the number of chapters in other parts.

    Parameters
    ----------
    app : Sphinx
        The application that builds the book.
    pagename : str
        The page.

    Returns
    -------
    str
        HTML.
    """
    env = app.env
    root = env.external_site_map.root

    def link(docname: str, text: str, mark: str = "") -> str:
        address = app.builder.get_relative_uri(pagename, docname)
        return f'<a href="{escape(address)}"{mark}>{text}</a>'

    def entry(docname: str, name: str = "") -> str:
        here = docname == pagename
        mark = ' aria-current="page"' if here else ""
        inner = _sections(env, docname) if here else ""
        return f"<li>{link(docname, name or titled(env, docname), mark)}{inner}</li>"

    lines = [f'<ul class="home">{entry(docname_of(root.docname), "Home")}</ul>']
    for tree in root.subtrees:
        listed = [name for item in tree.files() if (name := docname_of(item)) in env.titles]
        parts = {name: inside for name in listed if (inside := chapters(env, name))}
        if listed and not parts:  # pages before and after the book
            parts = {listed[0]: listed[1:]}
        for first, others in parts.items():
            members = [first, *others]
            caption = titled(env, first) if chapters(env, first) else escape(tree.caption or "")
            if pagename in members:
                # A part's introduction is its own caption.
                named = chapters(env, first)
                lines.append(
                    '<ul class="open">' if named else f'<p class="part">{caption}</p>\n<ul>'
                )
                lines += [entry(docname) for docname in members]
                lines.append("</ul>")
            else:
                lines.append(f'<p class="part other">{link(first, caption)}</p>')
    return "\n".join(lines)


def chapters(env, part: str) -> list[str]:
    """Return the chapters below a part's introduction; none for any other page.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        What Sphinx knows of the book.
    part : str
        The page.

    Returns
    -------
    list of str
        The chapters in their order.
    """
    site_map = env.external_site_map
    documents = {docname_of(name): name for name in site_map}
    if part not in documents or part == docname_of(site_map.root.docname):
        return []
    trees = site_map[documents[part]].subtrees
    return [
        name for tree in trees for item in tree.files() if (name := docname_of(item)) in env.titles
    ]


def first_chapter(env) -> str | None:
    """Return the chapter that the book begins with."""
    parts = (chapters(env, docname_of(item)) for item in env.external_site_map)
    return next((inside[0] for inside in parts if inside), None)


def docname_of(item: str) -> str:
    """Return the page's name of a file in ``_toc.yml``, where a suffix may be written.

    Parameters
    ----------
    item : str
        The file.

    Returns
    -------
    str
        The name.
    """
    return item.removesuffix(".ipynb").removesuffix(".md")


def links(app: Sphinx, pagename: str) -> list[dict[str, object]]:
    """Return the links of a chapter to its notebook and to the repository.

    Parameters
    ----------
    app : Sphinx
        The application that builds the book.
    pagename : str
        The page.

    Returns
    -------
    list of dict
        Each with ``text``, ``href``, ``icon`` and ``download``. Without a repository's
        address, and on a site without solutions, only the downloads, which are files of
        the site, are there.
    """
    options = app.config.html_theme_options
    repository, branch = options["repository_url"], options.get("repository_branch") or "main"
    if not app.config.mlmath_solutions:
        repository = ""  # it shows what this site leaves out
    source = Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix()
    path = quote("/".join(filter(None, [options.get("path_to_docs", "").strip("/"), source])))
    result = []

    def add(text: str, href: str, icon: str, download: bool = False) -> None:
        result.append({"text": text, "href": href, "icon": icon, "download": download})

    binder = options.get("launch_buttons", {}).get("binderhub_url")
    owner = urlsplit(repository).path.strip("/")
    if source.endswith(".ipynb"):
        on_github = urlsplit(repository).netloc == "github.com"
        if on_github and binder:
            query = quote(f"lab/tree/{path}", safe="")
            hub = f"{binder.rstrip('/')}/v2/gh/{owner}/{quote(branch, safe='')}"
            add("Run in Binder", f"{hub}?urlpath={query}", "run")
        if on_github:
            add("Open in Colab", f"{COLAB}/{owner}/blob/{quote(branch, safe='')}/{path}", "run")
        up = app.builder.get_relative_uri(pagename, "x").removesuffix("x.html")
        add("Download notebook", f"{up}_sources/{quote(source)}", "download", download=True)
        if not repository and not app.config.html_baseurl:
            wheel = f"{downloads.FOLDER}/{downloads.wheel_name()}"
            add("Its library", f"{up}{wheel}", "download", download=True)
    if repository:
        add("Source", f"{repository}/blob/{branch}/{path}", "source")
        add("Suggest an edit", f"{repository}/edit/{branch}/{path}", "edit")
    return result


def fill_context(app: Sphinx, pagename, _templatename, context, doctree) -> None:
    """Give a page's template its contents, links and description; drop unused files."""
    context["body"] = _mended(context.get("body", ""))
    if app.builder.name != "html":
        return  # an e-book has contents of its own
    known = pagename in app.env.titles
    context["contents_html"] = contents(app, pagename)
    context["page_links"] = links(app, pagename) if known and doctree else []
    # Colab opens the repository's notebook, which does not begin with the line.
    in_colab = any("colab" in link["href"] for link in context["page_links"])
    context["install_line"] = downloads.line_of(app.config) if in_colab else ""
    if doctree:
        written = app.env.metadata[pagename].get("description")
        context["description"] = written or describe(doctree)
    uses_design = doctree is not None and any(
        name.startswith("sd-")
        for node in doctree.findall(nodes.Element)
        for name in node.get("classes", ())
    )
    uses_math = "<math" in context["body"] + context["contents_html"]
    # Sphinx keeps these two lists and restores them after the page: change them in place.
    styles, scripts = context["css_files"], context["script_files"]
    styles[:] = [file for file in styles if _wanted_style(file.filename, uses_design, uses_math)]
    scripts.clear()
    app.add_js_file("book.js", defer="defer")
    if doctree is not None and any(node["data"] for node in doctree.findall(Figure)):
        app.add_js_file("explorer.js", defer="defer")
    # The browser's tab sets no formula.
    if known:
        context["title"] = escape(plain(app.env.titles[pagename]))
    _, *neighbours = app.builder.relations.get(pagename, (None, None, None))
    if pagename == app.config.root_doc:
        neighbours[1] = first_chapter(app.env)  # the pages before the book are for reference
    for key, docname in zip(("prev", "next"), neighbours, strict=True):
        if docname and context.get(key):
            address, number = (
                app.builder.get_relative_uri(pagename, docname),
                _number(app.env, docname),
            )
            context[key] = {
                "link": address,
                "title": titled(app.env, docname),
                "chapter": f"{number} {plain(app.env.titles[docname])}" if number else "",
            }
    context["chapter_number"] = _number(app.env, pagename)


def _mended(body: str) -> str:
    """Correct what Sphinx and its extensions write and HTML or WCAG checkers refuse."""
    # Captions of contents are headings without a level.
    body = body.replace('class="caption" role="heading"', 'class="caption"')
    # Proofs and exercises give every one of theirs the same ids, which nothing refers to.
    body = re.sub(r' id="(?:proof|(?:proof|exercise|solution)-content)"', "", body)
    # A list's children must be list items; the role of bibliography entries is deprecated.
    return body.replace('role="doc-biblioentry"', 'role="listitem"')


def _wanted_style(filename: str, uses_design: bool, uses_math: bool) -> bool:
    """Say whether a page needs a style sheet."""
    needs = {"book.css": True, "sphinx-design": uses_design, mathematics.STYLE_SHEET: uses_math}
    return any(needed and name in filename for name, needed in needs.items())


def extra_pages(app: Sphinx):
    """Yield the pages that have no source: the site's address, "not found", old addresses."""
    if app.builder.name != "html":
        return
    root = app.config.root_doc
    favicon = Path(__file__).parent / "theme" / "static" / "favicon.svg"
    context = {
        "description": describe(app.env.get_doctree(root)),
        "favicon_data": quote(favicon.read_text("utf-8")),
        "home_url": f"{app.config.html_baseurl}{root}.html",
        "site_root": _site_root(app),
    }
    yield "index", context, "index.html"
    yield "404", context, "404.html"
    for old, new in app.config.mlmath_moved.items():
        yield old, context | {"moved_to": new}, "moved.html"


def _site_root(app: Sphinx) -> str:
    """Return the path of the published site on its host; empty while it is not known."""
    if app.config.html_baseurl:
        return urlsplit(app.config.html_baseurl).path or "/"
    repository = urlsplit(app.config.html_theme_options["repository_url"]).path
    owner, _, name = repository.strip("/").partition("/")
    if not name:
        return ""
    return "/" if name.lower() == f"{owner.lower()}.github.io" else f"/{name}/"


def reread_contents(_app: Sphinx, env) -> list[str]:
    """Return the pages to write again: all when the contents changed, else none.

    Sphinx writes only pages whose source changed, but every page shows the titles of
    its part.
    """
    root = env.external_site_map.root
    now = (
        [(part.caption, part.files()) for part in root.subtrees],
        {name: title.astext() for name, title in env.titles.items()},
    )
    before, env.mlmath_contents = getattr(env, "mlmath_contents", None), now
    return [] if before in (None, now) else sorted(env.found_docs)


def remove_unused_files(app: Sphinx, exception: Exception | None) -> None:
    """Delete what extensions copied and no page loads."""
    if exception is None and app.builder.format == "html":
        for pattern in UNUSED_FILES:
            for file in Path(app.outdir, "_static").glob(pattern):
                file.unlink()


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    # Jupyter Book passes this value, and Sphinx warns of values that nothing declares.
    # Its extension, sphinx_comments, loads scripts from other hosts and is left out.
    app.add_config_value("comments_config", {}, "")
    app.add_config_value("mlmath_moved", {}, "html", dict)
    app.connect("config-inited", take_addresses)
    app.connect("env-updated", reread_contents)
    # Late, when other extensions have added their files to the page.
    app.connect("html-page-context", fill_context, priority=900)
    app.connect("html-collect-pages", extra_pages)
    # Late, when other extensions have copied their files.
    app.connect("build-finished", remove_unused_files, priority=900)
