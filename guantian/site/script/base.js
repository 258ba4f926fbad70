// Helpers, the texts in two languages, and the state that the address keeps.
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const one = (selector, within = document) => within.querySelector(selector);
const small = JSON.parse(document.getElementById("small").textContent);
const SVG = "http://www.w3.org/2000/svg";

function element(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}
const h = (tag, attributes = {}, ...children) => element(document.createElement(tag), attributes, children);
const s = (tag, attributes = {}, ...children) => element(document.createElementNS(SVG, tag), attributes, children);

// The address: city codes and so on after the number sign; what is as at first is left out.
const FIRST = { c: "", k: "1", a: String(small.alpha), city: "", v: "", m: "", y: "", g: "city", z: "", lang: "en" };
const state = { ...FIRST };

function readAddress() {
  Object.assign(state, FIRST);
  const text = location.hash.slice(1);
  if (!text.includes("=")) { state.c = decode(text); return; }
  for (const [name, value] of new URLSearchParams(text)) if (name in FIRST) state[name] = value;
}
function decode(text) { try { return decodeURIComponent(text); } catch { return ""; } }
function address() {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) if (value !== FIRST[name]) given.set(name, value);
  return given.size ? `#${given}`.replaceAll("%2C", ",") : "";
}
function keepAddress() {
  history.replaceState(null, "", location.pathname + location.search + address());
}

const place = () => (state.lang === "zh" ? 1 : 0);
const pick = (texts) => texts[place()] || texts[0];
const fillIn = (text, filled) => text.replace(/\{(\w+)\}/g, (_, name) => filled[name] ?? "");
const say = (key, filled = {}) => fillIn(pick(small.words[key]), filled);

// English is in the page; Chinese lies beside it in data-zh.
const english = new WeakMap();
function speak() {
  document.documentElement.lang = place() ? "zh-Hans" : "en";
  for (const [mark, read, write] of [
    ["data-zh", (at) => at.textContent, (at, text) => { at.textContent = text; }],
    ["data-zh-label", (at) => at.getAttribute("aria-label"), (at, text) => at.setAttribute("aria-label", text)],
    ["data-zh-title", (at) => at.getAttribute("title"), (at, text) => at.setAttribute("title", text)]]) {
    for (const at of all(`[${mark}]`)) {
      const kept = english.get(at) ?? {};
      if (!(mark in kept)) kept[mark] = read(at);
      english.set(at, kept);
      write(at, place() ? at.getAttribute(mark) : kept[mark]);
    }
  }
  const button = one("#lang");
  button.textContent = say("lang");
  button.lang = place() ? "en" : "zh-Hans";
}
// Give an element a text in both languages.
function saying(at, texts) {
  english.delete(at);
  at.setAttribute("data-zh", texts[1] || texts[0]);
  english.set(at, { "data-zh": texts[0] });
  at.textContent = pick(texts);
}

const figures = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const print = (value) => (value === null || value === undefined || Number.isNaN(value) ? "–"
  : figures.format(value).replace(/,/g, "\u202f").replace("-", "−"));
// Three digits, where an interval says that more would be noise.
const rough = (value) => print(value === null || value === undefined ? null : Number(value.toPrecision(3)));
// Years as spans: 2000, 2005–2021.
const spans = (years) => years.reduce((found, at) => {
  if (found.length && found.at(-1)[1] === at - 1) found.at(-1)[1] = at;
  else found.push([at, at]);
  return found;
}, []).map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(", ");

async function unpack() {
  const bytes = Uint8Array.from(atob(document.getElementById("packed").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

// Draw what nears the window, once.
const near = new IntersectionObserver((seen) => {
  for (const entry of seen) if (entry.isIntersecting) { near.unobserve(entry.target); entry.target.draw?.(); }
}, { rootMargin: "400px" });
function later(holder, draw) {
  holder.draw = () => { holder.draw = null; draw(); };
  near.observe(holder);
}
function drawAll() { for (const holder of all(".later")) holder.draw?.(); }

// Rows as CSV. A text that a spreadsheet would run as a formula is led by an apostrophe, as in results/.
function csvText(rows) {
  const cell = (value) => {
    const text = value === null ? "" : String(value);
    const runs = typeof value === "string" && text.length > 1 && /^[=+\-@\t\r\n＝＋－＠]/.test(text) && Number.isNaN(Number(text));
    const said = runs ? `'${text}` : text;
    return /[",\r\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said;
  };
  return `${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`;
}
function save(text, type, name) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
