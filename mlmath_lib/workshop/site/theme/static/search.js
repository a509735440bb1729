/* The search: results under the field while typing, and on a page of their own.

   Its data are scripts below search/ (see search.py): a page that was opened from disk may
   load scripts, but not fetch files. Each calls takeSearch with its name. */
(() => {
  const base = new URL(document.documentElement.dataset.content_root, location.href);
  const parts = new Map();
  const need = (name) => {
    if (!parts.has(name)) {
      const part = {};
      part.promise = new Promise((resolve) => {
        part.resolve = resolve;
        const script = document.createElement("script");
        script.src = new URL(`search/${name}.js`, base);
        script.onerror = () => { parts.delete(name); resolve(null); };
        document.head.append(script);
      });
      parts.set(name, part);
    }
    return parts.get(name).promise;
  };
  window.takeSearch = (name, data) => parts.get(name).resolve(data);

  // As words() in search.py compares words.
  const fold = (text) => text.toLowerCase().replace(/[À-ſ]/g, (sign) => sign.normalize("NFD")[0]);
  const stem = (word) => (/(ss|x|ch|sh)es$/.test(word) ? word.slice(0, -2) : word.replace(/(..[^s])s$/, "$1"));
  const tokens = (text) => fold(text).replace(/(\d)\s+(?=%)/g, "$1")
    .match(/\d+(?:[.,]\d+)*%?|[\p{L}\p{N}]+(?:[-'’][\p{L}\p{N}]+)*/gu) || [];

  let book = null; // pages, and records: everything that can be found, numbered as in words-*.js
  const load = async () => {
    const data = await need("titles");
    if (book || !data) return book;
    const records = [];
    data.pages.forEach(([address, number, entries], page) => {
      entries.forEach(([anchor, kind, title, linked], place) => {
        const plain = tokens(title).flatMap((word) => word.split(/[-'’]/)).map(stem);
        const joined = tokens(title).map((word) => stem(word.replace(/[-'’]/g, "")));
        records.push({ page, place, kind: place ? kind : "page", title, number, anchor, address, linked,
          chapter: entries[0][2], words: new Set([...plain, ...joined]), key: key(title, data.stop) });
      });
    });
    book = { records, stop: new Set(data.stop) };
    return book;
  };
  const key = (text, stop) => tokens(text).map((word) => stem(word.replace(/[-'’]/g, "")))
    .filter((word) => ![...stop].includes(word)).join(" ");

  /* Each word of the query must be in a record's title, in its chapter's title or in its text.
     Rare words count more than common ones, titles more than text, and a title that is the
     query most of all. */
  const KINDS = { page: 1.5, term: 1.3, section: 1, theorem: 0.9, exercise: 0.6 };
  const EXACT = { page: 90, term: 70, section: 40, theorem: 40, exercise: 10 };
  const rank = async (query) => {
    const { records, stop } = await load();
    let asked = tokens(query).map((word) => stem(word.replace(/[-'’]/g, "")));
    const wanted = asked.filter((word) => word.length > 1 && !stop.has(word));
    asked = wanted.length ? wanted : asked;
    const found = await Promise.all(asked.map((word) => matches(word, records)));
    const whole = key(query, stop);
    const perPage = new Map();
    const scored = records.map((record, n) => {
      const scores = found.map((scores) => scores.get(n) || 0);
      const hit = scores.every(Boolean);
      if (hit) perPage.set(record.page, (perPage.get(record.page) || 0) + 1);
      return { record, hit, score: scores.reduce((sum, score) => sum + score, 0) };
    });
    // The chapter to which the term's definition leads is an answer, too.
    const names = (record) => (record.kind === "term" ? record.title.split(", ").map((name) => key(name, stop)) : [record.key]);
    const defining = new Set(records.filter((record) => record.linked >= 0 && names(record).includes(whole))
      .map((record) => record.linked));
    scored.forEach((entry) => {
      if (entry.record.kind === "page" && defining.has(entry.record.page)) Object.assign(entry, { hit: true, score: entry.score + 20 });
    });
    const all = scored.filter((entry) => entry.hit);
    const kept = all.length ? all : scored.filter((entry) => entry.score > 0);
    for (const entry of kept) {
      const { record } = entry;
      entry.score *= KINDS[record.kind];
      entry.score += Math.log2(1 + (perPage.get(record.page) || 0));
      if (names(record).includes(whole)) entry.score += EXACT[record.kind];
      else if (` ${record.key}`.includes(` ${whole}`)) entry.score += EXACT[record.kind] / 5;
    }
    kept.sort((a, b) => b.score - a.score);
    const shown = new Map(); // no more than three of a page
    return kept.map(({ record }) => record).filter(({ page, kind }) => {
      shown.set(page, (shown.get(page) || 0) + 1);
      return kind === "term" || shown.get(page) <= 3;
    });
  };
  const matches = async (word, records) => {
    const letter = /^[a-z]/.test(word) ? word[0] : "0";
    const places = (await need(`words-${letter}`)) || {};
    const texts = new Map();
    const closeness = (candidate) => (candidate === word ? 1 : candidate.startsWith(word) ? 0.5 : 0);
    for (const [candidate, steps] of Object.entries(places)) {
      const close = closeness(candidate);
      let place = 0;
      if (close) for (const step of steps) { place += step; texts.set(place, Math.max(close, texts.get(place) || 0)); }
    }
    const titled = new Map();
    records.forEach((record, n) => {
      const close = Math.max(0, ...[...record.words].map(closeness));
      if (close) titled.set(n, close);
    });
    const scores = new Map();
    records.forEach((record, n) => {
      const chapter = titled.get(n - record.place) || 0;
      const score = (texts.get(n) || 0) + 4 * (titled.get(n) || 0) + (record.place ? chapter : 0);
      if (score) scores.set(n, score);
    });
    const rarity = Math.log(1 + records.length / (1 + texts.size));
    for (const [n, score] of scores) scores.set(n, score * rarity);
    return scores;
  };

  // A line of the text around the words of the query, which are marked.
  const context = (text, query, fromStart) => {
    const line = document.createElement("span");
    line.className = "context";
    const roots = tokens(query).map(stem).filter((word) => word.length > 1 && !book.stop.has(word))
      .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace("%", "\\s*%").replace(/[-'’]/g, "[-'’ ]?"));
    if (!roots.length) { line.textContent = text.slice(0, 160); return line; }
    const wanted = new RegExp(`(?<![\\p{L}\\p{N}])(?:${roots.join("|")})[\\p{L}]*`, "gu");
    const folded = fold(text);
    const hits = [...folded.matchAll(wanted)];
    // Where most of them stand close together.
    const near = hits.map((hit) => new Set(hits.filter((other) => other.index >= hit.index && other.index < hit.index + 110)
      .map((other) => roots.find((root) => new RegExp(`^${root}`, "u").test(other[0])))).size);
    const first = hits.length && !fromStart ? hits[near.indexOf(Math.max(...near))].index : 0;
    let start = first < 50 ? 0 : text.indexOf(" ", first - 40) + 1;
    if (start > first) start = first;
    const end = text.length > start + 160 ? text.lastIndexOf(" ", start + 160) : text.length;
    let done = start;
    if (start) line.append("… ");
    for (const hit of hits) {
      if (hit.index < done || hit.index + hit[0].length > end) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(hit.index, hit.index + hit[0].length);
      line.append(text.slice(done, hit.index), mark);
      done = hit.index + hit[0].length;
    }
    line.append(text.slice(done, end), end < text.length ? " …" : "");
    return line;
  };

  const NAMES = { term: "Glossary", theorem: "Theorem", exercise: "Exercise" };
  const item = (record, query) => {
    const entry = document.createElement("li");
    const link = document.createElement("a");
    link.href = new URL(record.address + (record.anchor && `#${record.anchor}`), base);
    const where = document.createElement("span");
    where.className = "where";
    const chapter = `${record.number} ${record.chapter}`.trim();
    where.textContent = record.kind === "term" ? NAMES.term
      : [record.kind === "page" ? record.number && `Chapter ${record.number}` : chapter, NAMES[record.kind]].filter(Boolean).join(" · ");
    const title = document.createElement("strong");
    title.textContent = record.title;
    link.append(title, " ", where);
    entry.append(link);
    need(`text-${record.page}`).then((texts) => {
      if (texts && texts[record.place]) {
        const titled = record.kind !== "section" && record.key && key(query, book.stop).split(" ").some((word) => record.key.includes(word));
        link.append(context(texts[record.place], query, titled));
      }
    });
    return entry;
  };

  const attach = (field) => {
    const form = field.form;
    const page = form.classList.contains("search-page");
    const limit = page ? 40 : 8;
    const box = page ? document.getElementById("found") : document.createElement("div");
    const count = document.createElement("p");
    count.setAttribute("role", "status");
    const list = document.createElement("ul");
    list.className = "hits";
    box.append(count, list);
    if (!page) { box.className = "found"; box.hidden = true; form.append(box); }
    let latest = 0;
    const show = async () => {
      const query = field.value.trim();
      const mine = latest += 1;
      if (page) history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
      if (query.length < 2) { count.textContent = ""; list.replaceChildren(); box.hidden = !page; return; }
      const hits = await load() ? await rank(query) : [];
      // Typed on meanwhile, or gone on to what was found before.
      if (mine !== latest || list.contains(document.activeElement)) return;
      count.textContent = !book ? "The index did not load. The contents list every chapter."
        : hits.length ? `${hits.length} ${hits.length === 1 ? "place" : "places"} found${hits.length > limit ? `, the first ${limit} shown` : ""}`
        : `Nothing found for “${query}”. Try one word of it, or the glossary.`;
      list.replaceChildren(...hits.slice(0, limit).map((record) => item(record, query)));
      box.hidden = false;
    };
    let waiting;
    field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 80); });
    // Arrows go through the results, Escape closes them.
    form.parentElement.addEventListener("keydown", (event) => {
      const links = [...list.querySelectorAll("a")];
      const here = links.indexOf(document.activeElement);
      if (event.key === "Escape" && !page && !box.hidden) {
        event.preventDefault(); // it would empty the field
        box.hidden = true;
        field.focus();
      }
      if (event.target !== field && here < 0) return;
      if (event.key === "ArrowDown" && links[here + 1]) links[here + 1].focus();
      else if (event.key === "ArrowUp" && here >= 0) (links[here - 1] || field).focus();
      else return;
      event.preventDefault();
    });
    if (page) {
      form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
      field.value = new URLSearchParams(location.search).get("q") || field.value;
    } else {
      field.addEventListener("focus", () => { if (list.children.length) box.hidden = false; });
      document.addEventListener("focusin", (event) => { if (!form.contains(event.target)) box.hidden = true; });
      document.addEventListener("pointerdown", (event) => { if (!form.contains(event.target)) box.hidden = true; });
    }
    need("titles");
    if (field.value.trim().length > 1) show();
  };
  document.querySelectorAll('input[name="q"]').forEach(attach);
})();
