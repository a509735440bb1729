/* Explorers: the sliders and buttons under a figure exchange its lines.

   The page holds the first frame as SVG, one element a line, and for every other frame
   the lines that differ: [start, stop, [lines]]. Frames are in row-major order: the last
   parameter runs fastest. */
for (const figure of document.querySelectorAll("figure.explorer")) {
  const { parameters, sentences, frames } = JSON.parse(figure.querySelector('script[type="application/json"]').text);
  const svg = figure.querySelector("svg");
  // The browser keeps line breaks between elements, so its text has the lines of the file.
  const base = svg.innerHTML.replace(/^\n|\n$/g, "").split("\n");
  const rows = [...figure.querySelectorAll(".explorer-row")];
  const sliders = rows.map((row) => row.querySelector("input"));
  const sentence = figure.querySelector(".explorer-sentence");
  let timer = null;

  const show = () => {
    let frame = 0;
    parameters.forEach(({ values }, i) => {
      const value = values[sliders[i].value];
      frame = frame * values.length + Number(sliders[i].value);
      sliders[i].setAttribute("aria-valuetext", value);
      rows[i].querySelector("output").value = value;
    });
    const lines = [];
    let next = 0;
    for (const [start, stop, replacement] of frames[frame]) {
      for (; next < start; next += 1) lines.push(base[next]);
      lines.push(...replacement);
      next = stop;
    }
    for (; next < base.length; next += 1) lines.push(base[next]);
    svg.innerHTML = `\n${lines.join("\n")}\n`;
    svg.setAttribute("aria-label", sentences[frame]);
    sentence.textContent = sentences[frame];
  };

  const stop = () => {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    rows.forEach((row) => { const button = row.querySelector("button"); if (button) button.textContent = "Play"; });
    // While playing nothing is read out; now the frame that stays is.
    sentence.setAttribute("aria-live", "polite");
    const text = sentence.textContent;
    sentence.textContent = "";
    setTimeout(() => { sentence.textContent = text; }, 50);
  };

  const play = (slider, button) => {
    stop();
    sentence.setAttribute("aria-live", "off");
    button.textContent = "Pause";
    if (slider.value === slider.max) { slider.value = 0; show(); }
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      show();
      if (slider.value === slider.max) stop();
    }, 900);
  };

  rows.forEach((row, i) => {
    sliders[i].value = 0; // some browsers restore a slider, but not the figure
    sliders[i].addEventListener("input", () => { stop(); show(); });
    const button = row.querySelector("button");
    if (button) {
      button.addEventListener("click", () => {
        if (button.textContent === "Pause") stop();
        else play(sliders[i], button);
      });
    }
  });

  // The one on the home page plays once when it is seen, until the reader takes over.
  if ("plays" in figure.dataset && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
    const row = rows.findLast((row) => row.querySelector("button"));
    const watcher = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      watcher.disconnect();
      play(row.querySelector("input"), row.querySelector("button"));
    }, { threshold: 0.6 });
    watcher.observe(svg);
    for (const sign of ["pointerdown", "keydown"]) {
      figure.addEventListener(sign, (event) => {
        watcher.disconnect();
        if (!event.target.closest("button")) stop();
      }, { once: true });
    }
  }

  // On paper, the first frame and its sentence.
  let values = [];
  addEventListener("beforeprint", () => {
    stop();
    values = sliders.map((slider) => slider.value);
    sliders.forEach((slider) => { slider.value = 0; });
    show();
  });
  addEventListener("afterprint", () => {
    sliders.forEach((slider, i) => { slider.value = values[i]; });
    show();
  });
}
