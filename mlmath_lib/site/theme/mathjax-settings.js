/* Settings of MathJax, put before it into one script by mlmath_lib/site/mathjax.py. */
window.MathJax = {
  loader: {
    load: [], // everything is in this script already; "ready" below says so
    paths: { mathjax: new URL(".", document.currentScript.src).href.replace(/\/$/, "") },
  },
  tex: {
    inlineMath: [["\\(", "\\)"]],
    displayMath: [["\\[", "\\]"]],
    processEscapes: false,
    tags: "none", // numbers are Sphinx's
  },
  options: { enableAssistiveMml: true }, // there is no menu to turn it on
  startup: {
    typeset: false,
    ready() {
      MathJax.loader.preLoad("startup", "core", "input/tex", "input/tex-base", "[tex]/ams",
        "[tex]/newcommand", "[tex]/noundefined", "[tex]/require", "[tex]/autoload",
        "[tex]/configmacros", "output/chtml", "output/chtml/fonts/tex", "a11y/assistive-mml");
      MathJax.startup.defaultReady();
    },
    /* Typeset in small portions, each in its own task: a long page answers clicks and
       keys meanwhile. Only Sphinx's elements are looked at, so a dollar in prose is safe. */
    async pageReady() {
      const waiting = [...document.querySelectorAll(".math")];
      while (waiting.length) {
        await MathJax.typesetPromise(waiting.splice(0, 4));
        await new Promise((resume) => setTimeout(resume));
      }
      document.dispatchEvent(new Event("mathematics-typeset"));
    },
  },
};
