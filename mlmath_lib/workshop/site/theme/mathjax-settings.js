/* Settings of MathJax, put before it into one script by mlmath_lib/workshop/site/mathjax.py. */
window.MathJax = {
  loader: {
    load: [], // everything is in this script already; "ready" below says so
    paths: { mathjax: new URL(".", document.currentScript.src).href.replace(/\/$/, "") },
  },
  tex: { tags: "none" }, // numbers are Sphinx's
  // One style sheet for all glyphs: a growing one has the browser restyle the page each time.
  chtml: { adaptiveCSS: false },
  options: { enableAssistiveMml: true }, // there is no menu to turn it on
  startup: {
    typeset: false,
    ready() {
      MathJax.loader.preLoad("startup", "core", "input/tex", "input/tex-base", "[tex]/ams",
        "[tex]/newcommand", "[tex]/noundefined", "[tex]/require", "[tex]/autoload",
        "[tex]/configmacros", "output/chtml", "output/chtml/fonts/tex", "a11y/assistive-mml");
      MathJax.startup.defaultReady();
    },
    /* Typeset in portions of a few milliseconds, so that a long page answers clicks and keys
       meanwhile. MathJax's own typesetting measures the page before each portion, which makes
       the browser lay it out again; here the text's metrics are measured once. Only Sphinx's
       elements are looked at, so a dollar in prose is safe. */
    async pageReady() {
      const formulas = [...document.querySelectorAll(".math")];
      const { em, ex, scale } = MathJax.getMetricsFor(document.querySelector("article"), false);
      MathJax.startup.document.updateDocument(); // puts the style sheet in place
      let done = [];
      let start = performance.now();
      for (const formula of formulas) {
        const tex = formula.lastChild.textContent.trim();
        const node = await MathJax.tex2chtmlPromise(tex.replace(/^\\[([]|\\[)\]]$/g, ""), {
          display: formula.tagName === "DIV", em, ex, scale, containerWidth: 80 * em,
        });
        done.push([formula, node]);
        if (performance.now() - start < 8 && formula !== formulas.at(-1)) continue;
        for (const [place, typeset] of done) {
          place.lastChild.replaceWith(typeset);
          place.classList.add("typeset");
        }
        done = [];
        await new Promise((resume) => setTimeout(resume));
        start = performance.now();
      }
      document.dispatchEvent(new Event("mathematics-typeset"));
    },
  },
};
