/* What the pages' plain HTML cannot do alone. No library stands behind this file. */
(() => {
  const root = document.documentElement;
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Theme: the button names the theme to which it leads.
  const themeButton = document.getElementById("theme-button");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const store = (value) => { try { localStorage.setItem("theme", value); } catch { /* blocked */ } };
  const wished = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const setTheme = (theme) => {
    root.dataset.theme = theme;
    themeButton.textContent = theme === "dark" ? "Light theme" : "Dark theme";
  };
  setTheme(root.dataset.theme);
  themeButton.addEventListener("click", () => {
    setTheme(root.dataset.theme === "dark" ? "light" : "dark");
    store(root.dataset.theme);
  });
  // Back shows a page as it was left: the theme may have been changed since.
  addEventListener("pageshow", (event) => {
    if (event.persisted) setTheme(wished() || (system.matches ? "dark" : "light"));
  });
  system.addEventListener("change", () => { if (!wished()) setTheme(system.matches ? "dark" : "light"); });

  // The contents are a drawer on narrow screens.
  const contents = document.getElementById("contents");
  const contentsButton = document.getElementById("contents-button");
  const setDrawer = (open) => {
    contents.classList.toggle("open", open);
    contentsButton.setAttribute("aria-expanded", open);
  };
  contentsButton.addEventListener("click", () => setDrawer(!contents.classList.contains("open")));
  contents.addEventListener("click", (event) => { if (event.target.closest("a")) setDrawer(false); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && contents.classList.contains("open")) {
      setDrawer(false);
      contentsButton.focus();
    }
  });

  // What was read is kept in this browser only: ticks in the contents, and on the home page
  // the way to go on. A chapter counts as read when its end has been seen.
  const base = new URL(root.dataset.content_root, location.href);
  const place = (href) => new URL(href, location.href).pathname.slice(base.pathname.length);
  const kept = () => { try { return JSON.parse(localStorage.getItem("reading")) || {}; } catch { return {}; } };
  const keep = (value) => { try { localStorage.setItem("reading", JSON.stringify(value)); } catch { /* blocked */ } };
  const tick = () => {
    const read = kept().read || [];
    for (const link of $$('.contents a:not([href^="#"])')) {
      if (!read.includes(place(link.href)) || link.querySelector(".tick")) continue;
      const mark = document.createElement("span");
      mark.className = "tick";
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", "read");
      mark.textContent = "✓";
      link.append(" ", mark);
    }
  };
  tick();
  const chapter = document.querySelector(".here span");
  const end = document.querySelector(".prev-next");
  if (chapter && end) {
    keep({ ...kept(), next: [place(location.href), chapter.textContent] });
    const reader = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      reader.disconnect();
      const following = end.querySelector('[rel="next"]');
      keep({
        read: [...new Set([...(kept().read || []), place(location.href)])],
        next: following && following.dataset.chapter ? [place(following.href), following.dataset.chapter] : kept().next,
      });
      tick();
    });
    reader.observe(end);
  }
  const doors = document.querySelector(".doors");
  if (doors && kept().next) {
    const [address, title] = kept().next;
    const line = document.createElement("p");
    line.className = "go-on";
    const link = document.createElement("a");
    link.href = new URL(address, base);
    link.textContent = `Continue with ${title}`;
    const forget = document.createElement("button");
    forget.type = "button";
    forget.textContent = "Forget";
    forget.title = "What you have read is kept in this browser only";
    forget.addEventListener("click", () => {
      try { localStorage.removeItem("reading"); } catch { /* blocked */ }
      line.remove();
      $$(".tick").forEach((mark) => mark.remove());
    });
    line.append(link, " ", forget);
    doors.before(line);
  }

  // The search comes when its field is used.
  const field = document.querySelector(".search input");
  field?.addEventListener("focus", () => {
    const script = document.createElement("script");
    script.src = new URL("_static/search.js", new URL(root.dataset.content_root, location.href));
    document.head.append(script);
  }, { once: true });

  // Mark the section in view, in the contents.
  const links = new Map($$(".sections a").map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const inView = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) inView[entry.isIntersecting ? "add" : "delete"](entry.target);
    const current = sections.find((section) => inView.has(section));
    const line = document.getElementById("section-in-view"); // on phones, below the chapter
    if (line) line.textContent = current ? links.get(current.id).textContent : "";
    for (const [id, link] of links) {
      if (current && id === current.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-20% 0px -70%" });
  sections.forEach((section) => watcher.observe(section));

  // Copy buttons on code that a reader may want to run.
  for (const block of $$(".cell_input .highlight, article :not(.cell_output) > div > .highlight")) {
    if (block.closest(".cell_output") || block.querySelector(".copy")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      const text = block.querySelector("pre").textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch { // no clipboard without https: let the reader press Ctrl+C
        getSelection().selectAllChildren(block.querySelector("pre"));
        return;
      }
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    block.append(button);
  }

  // Copied formulas are TeX: for a moment their annotations are what is seen, and so what is read.
  const enclosing = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest("math");
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (selection.isCollapsed) return;
    const range = selection.getRangeAt(0).cloneRange();
    const [first, last] = [enclosing(range.startContainer), enclosing(range.endContainer)];
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    const box = document.createElement("div");
    box.append(range.cloneContents());
    if (!box.querySelector("math")) return;
    const selected = [selection.anchorNode, selection.anchorOffset, selection.focusNode, selection.focusOffset];
    root.classList.add("copying");
    selection.setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
    event.clipboardData.setData("text/plain", selection.toString());
    root.classList.remove("copying");
    selection.setBaseAndExtent(...selected);
    event.clipboardData.setData("text/html", box.innerHTML);
    event.preventDefault();
  });

  // A box that scrolls sideways must be reachable by keyboard; one that does not, must not.
  const boxes = $$("pre, table, .math, .formula, .drawing");
  const names = { PRE: "Code", TABLE: "Table", FIGURE: "Figure" };
  // Asked when it is laid out: a part that is folded is not yet. (content-visibility would lay a long
  // page out as it is read, but Chromium then leaves what is far below out of the accessibility tree.)
  const widths = new ResizeObserver((entries) => {
    for (const { target: box } of entries) {
      if (box.scrollWidth <= box.clientWidth) {
        box.removeAttribute("tabindex");
      } else if (!box.hasAttribute("tabindex")) {
        box.tabIndex = 0;
        // A table keeps its own role, from which its cells get theirs.
        if (box.tagName !== "TABLE") box.setAttribute("role", "group");
        box.setAttribute("aria-label", `${names[box.tagName] || names[box.parentElement.tagName] || "Formula"}, scrolls sideways`);
      }
    }
  });
  boxes.forEach((box) => widths.observe(box));

  // A link may lead into something folded.
  const showTarget = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", showTarget);
  showTarget();

  // On paper nothing folds and nothing scrolls: open solutions, shrink formulas that are too wide.
  let opened = [];
  let shrunk = [];
  addEventListener("beforeprint", () => {
    opened = $$("details:not([open], .hidden-code, .question *)");
    opened.forEach((box) => { box.open = true; });
    shrunk = $$(".formula")
      .map((box) => [box, box.clientWidth / box.scrollWidth])
      .filter(([, share]) => share < 1);
    shrunk.forEach(([box, share]) => { box.style.fontSize = `${Math.floor(share * 100)}%`; });
  });
  addEventListener("afterprint", () => {
    opened.forEach((box) => { box.open = false; });
    shrunk.forEach(([box]) => { box.style.fontSize = ""; });
  });
})();
