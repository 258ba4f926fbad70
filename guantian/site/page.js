// The page's own script: one state (figure, year, city, verdicts) and what shows it.
"use strict";
(() => {
  const site = JSON.parse(document.getElementById("data").textContent);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);
  const variable = one("#variable"), year = one("#year");
  const state = { city: "", views: [] };

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const locale = { decimal: ".", thousands: "\u202f", grouping: [3], currency: ["", ""], minus: "−" };
  const figure = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
  const print = (value) => (value === null || value === undefined ? "–" : figure.format(value).replace(/,/g, "\u202f").replace("-", "−"));
  const valueOf = (code) => site.values[variable.value][code][Number(year.value) - site.first];

  // Mix two colours of the page; both are written as #rrggbb.
  const mix = (from, to, share) => "#" + [1, 3, 5].map((i) => {
    const [a, b] = [from, to].map((colour) => parseInt(colour.slice(i, i + 2), 16));
    return Math.round(a + (b - a) * share).toString(16).padStart(2, "0");
  }).join("");

  const known = () => {
    const rows = Object.values(site.values[variable.value]);
    return rows[0].map((_, i) => site.first + i).filter((_, i) => rows.some((row) => row[i] !== null));
  };
  // Years as spans: 2000, 2005–2021.
  const spans = (years) => years.reduce((found, at) => {
    if (found.length && found.at(-1)[1] === at - 1) found.at(-1)[1] = at;
    else found.push([at, at]);
    return found;
  }, []).map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(", ");

  // A figure chosen in a year without it is shown in the nearest year that has it.
  function choose() {
    const at = Number(year.value);
    const near = known().sort((a, b) => Math.abs(a - at) - Math.abs(b - at))[0];
    if (near !== undefined) year.value = near;
    update();
  }

  function drawMap() {
    const years = known();
    one("#no-figures").textContent = years.includes(Number(year.value)) ? ""
      : `No figures for ${year.value}; known are ${spans(years)}.`;
    const every = Object.values(site.values[variable.value]).flat().filter((value) => value !== null);
    const [low, high] = [Math.min(...every), Math.max(...every)];
    const ramp = [css("--low"), css("--high")];
    for (const path of all(".map .city")) {
      const value = valueOf(path.dataset.code);
      const share = high > low ? (value - low) / (high - low) : 0.5;
      path.style.fill = value === null || value === undefined ? "transparent" : mix(...ramp, share);
      path.classList.toggle("on", path.dataset.code === state.city);
    }
    for (const text of all(".map text")) text.querySelector(".value").textContent = print(valueOf(text.dataset.code));
    one("#ramp-low").textContent = print(low);
    one("#ramp-high").textContent = print(high);
    one("#year-said").textContent = year.value;
    one("#map-caption").textContent = `${site.titles[variable.value]}, ${year.value} (${site.units[variable.value]})`;
    const rows = Object.keys(site.names).map((code) => ({ code, value: valueOf(code) ?? null }));
    rows.sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
    one("#map-table tbody").replaceChildren(...rows.map(({ code, value }, i) => {
      const row = document.createElement("tr");
      row.classList.toggle("on", code === state.city);
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = site.names[code];
      const cells = [print(value), value === null ? "–" : String(i + 1)].map((text) => {
        const cell = document.createElement("td");
        cell.className = "n";
        cell.textContent = text;
        return cell;
      });
      row.append(head, ...cells);
      return row;
    }));
  }

  function drawNetwork() {
    const svg = one(".network");
    if (!svg) return;
    svg.classList.toggle("some", state.city !== "");
    for (const link of all(".link", svg)) link.classList.toggle("on", [link.dataset.a, link.dataset.b].includes(state.city));
  }

  function update() {
    drawMap();
    drawNetwork();
    for (const chip of all(".chip")) chip.setAttribute("aria-pressed", String(chip.dataset.code === state.city));
    for (const view of state.views) view.signal("city", state.city).signal("year", Number(year.value)).runAsync();
  }

  function follow(code) {
    state.city = state.city === code ? "" : code;
    update();
  }

  // Charts take their colours from the page, and are drawn anew when it turns light or dark.
  function theme() {
    const [ink, soft, line] = ["--ink", "--soft", "--line"].map(css);
    return {
      background: "transparent",
      font: "system-ui, sans-serif",
      view: { stroke: null },
      rule: { color: soft },
      axis: { labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 500 },
      range: { category: Array.from({ length: 11 }, (_, i) => css(`--c${i}`)) },
      text: { color: ink },
    };
  }

  async function draw(holder) {
    const { series, curve } = holder.dataset;
    const spec = structuredClone(series ? site.charts[series] : site.curves[curve]);
    for (const param of spec.params) {
      if (param.name === "strong") param.value = css("--accent");
      if (param.name === "weak") param.value = css("--grey");
    }
    const made = await window.vegaEmbed(holder, spec, { actions: false, renderer: "svg", config: theme(), formatLocale: locale });
    if (series) state.views.push(made.view);
  }

  async function drawCharts() {
    state.views = [];
    await Promise.all(all("[data-series], [data-curve]").map(draw));
    update();
    document.documentElement.dataset.ready = "yes";
  }

  function showClaims() {
    const wanted = new Set(all(".filter[aria-pressed=true]").map((button) => button.dataset.verdict));
    const claims = all(".claim");
    for (const claim of claims) claim.hidden = !claim.dataset.verdicts.split("|").some((word) => wanted.has(word));
    count();
  }

  function count() {
    const claims = all(".claim"), shown = claims.filter((claim) => !claim.hidden).length;
    one("#shown").textContent = `${shown} of ${claims.length} claims shown`
      + (shown ? "" : ": press a word above to see its claims");
  }

  // A link to a claim opens it, also where its verdict was filtered out.
  function openLinked() {
    const claim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (claim?.matches(".claim")) {
      claim.hidden = false;
      claim.open = true;
      count();
      claim.scrollIntoView();
      claim.querySelector("summary").focus({ preventScroll: true });
    }
  }

  for (const button of all(".filter")) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      showClaims();
    });
  }
  for (const chip of all(".chip, .map .city")) chip.addEventListener("click", () => follow(chip.dataset.code));
  variable.addEventListener("change", choose);
  year.addEventListener("input", update);
  addEventListener("hashchange", openLinked);
  // The same tile once more changes no address.
  for (const tile of all(".tile")) tile.addEventListener("click", () => tile.hash === location.hash && openLinked());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
  drawCharts();
  count();
  openLinked();
})();
