// A line chart over the years, drawn as SVG: bands, lines with gaps and cuts, names at line ends.
const CHART = { wide: 640, high: 300, left: 58, right: 92, top: 12, bottom: 26 };

function ticks(low, high, count) {
  const rough = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((size) => size >= rough);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step) found.push(Number(at.toPrecision(12)));
  return found;
}

// Runs of years without a gap or a cut, each a line of its own.
function runs(values, cuts, first) {
  const found = [];
  let run = [];
  values.forEach((value, i) => {
    if (value === null || cuts.includes(first + i)) { if (run.length) found.push(run); run = []; }
    if (value !== null) run.push([i, value]);
  });
  if (run.length) found.push(run);
  return found;
}

// lines: {name, values, kind}; bands: {low, high, kind}; first: year.
function lineChart({ title, lines, bands, first, cuts, size = CHART }) {
  const { wide, high, left, right, top, bottom } = size;
  const years = lines[0].values.length;
  const every = [...lines.map((line) => line.values), ...bands.flatMap((band) => [band.low, band.high])].flat().filter((v) => v !== null);
  if (!every.length) return h("p", {}, say("all_missing"));
  let [low, most] = [Math.min(...every), Math.max(...every)];
  if (low >= 0 && low < most / 2) low = 0;
  if (low === most) most = low + 1;
  const x = (i) => left + (wide - left - right) * (years > 1 ? i / (years - 1) : 0.5);
  const y = (value) => top + (high - top - bottom) * (most - value) / (most - low);
  const at = (i, value) => `${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
  const svg = s("svg", { class: "lines", viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": title });
  for (const tick of ticks(low, most, 4)) {
    svg.append(s("path", { class: "grid", d: `M${left} ${y(tick).toFixed(1)}H${wide - right}` }),
      s("text", { class: "tick", x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, print(tick)));
  }
  for (let i = 0; i < years; i += 1) {
    if ((first + i) % (wide < 420 ? 10 : 5) === 0) svg.append(s("text", { class: "tick", x: x(i), y: high - 6, "text-anchor": "middle" }, String(first + i)));
  }
  for (const cut of cuts) svg.append(s("path", { class: "cut", d: `M${x(cut - first - 0.5).toFixed(1)} ${top}V${high - bottom}` }));
  for (const band of bands) {
    for (const run of runs(band.low.map((v, i) => (v === null || band.high[i] === null ? null : i)), cuts, first)) {
      const up = run.map(([i]) => at(i, band.high[i])), down = run.map(([i]) => at(i, band.low[i])).reverse();
      svg.append(s("path", { class: `band ${band.kind}`, d: `M${up.join("L")}L${down.join("L")}Z` }));
    }
  }
  const ends = [];
  for (const line of lines) {
    for (const run of runs(line.values, cuts, first)) {
      svg.append(run.length > 1
        ? s("path", { class: `line ${line.kind}`, d: `M${run.map(([i, v]) => at(i, v)).join("L")}` })
        : s("circle", { class: `lone ${line.kind}`, cx: x(run[0][0]), cy: y(run[0][1]), r: 2.5 }));
    }
    const last = line.values.findLastIndex((v) => v !== null);
    if (last >= 0) ends.push({ line, y: y(line.values[last]) });
  }
  ends.sort((a, b) => a.y - b.y).forEach((end, i) => { if (i) end.y = Math.max(end.y, ends[i - 1].y + 13); });
  const over = ends.length ? Math.max(0, ends.at(-1).y - (high - bottom)) : 0;
  for (const end of ends) svg.append(s("text", { class: `end ${end.line.kind}`, x: wide - right + 5, y: end.y - over + 4 }, end.line.name));
  return pointing(svg, { lines, first, years, x, y, size });
}

// The nearest year to a pointer, a finger or the arrow keys is read out.
function pointing(svg, { lines, first, years, x, y, size }) {
  const said = h("p", { class: "readout", role: "status" });
  const mark = s("g", { class: "mark", visibility: "hidden" });
  svg.append(mark);
  let now = years - 1;
  function show(i) {
    now = Math.max(0, Math.min(years - 1, i));
    mark.setAttribute("visibility", "visible");
    mark.replaceChildren(s("path", { d: `M${x(now).toFixed(1)} ${size.top}V${size.high - size.bottom}` }),
      ...lines.filter((line) => line.values[now] !== null)
        .map((line) => s("circle", { class: line.kind, cx: x(now), cy: y(line.values[now]), r: 4 })));
    said.textContent = `${first + now}: ${lines.map((line) => `${line.name} ${print(line.values[now])}`).join(" · ")}`;
  }
  const pointed = (event) => {
    const box = svg.getBoundingClientRect(), at = (event.clientX - box.left) * size.wide / box.width;
    show(Math.round((at - x(0)) / ((x(years - 1) - x(0)) / (years - 1 || 1))));
  };
  svg.addEventListener("pointermove", pointed);
  svg.addEventListener("pointerdown", pointed);
  const holder = h("div", { class: "pointed", tabindex: "0", role: "group", "aria-label": svg.getAttribute("aria-label"),
    onkeydown: (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) { show(now + step); event.preventDefault(); }
    } }, svg);
  return [holder, said];
}

// Under every chart: its values as a file, its picture, its address and a table.
// trails: of the columns after the year, what a pressed value opens.
function chartFoot({ holder, name, header, rows, source, linkState, trails }) {
  const csv = () => csvText([header, ...rows]);
  const copied = h("span", { role: "status" });
  return h("div", { class: "foot" },
    source ? h("small", {}, say("source", { source })) : null,
    h("div", { class: "tools" },
      h("button", { type: "button", onclick: () => save(csv(), "text/csv", `${name}.csv`) }, say("csv")),
      h("button", { type: "button", onclick: () => save(picture(one("svg.lines", holder)), "image/svg+xml", `${name}.svg`) }, say("svg")),
      h("button", { type: "button", onclick: async () => {
        Object.assign(state, linkState);
        keepAddress();
        try { await navigator.clipboard.writeText(location.href); } catch { /* the address bar has it */ }
        copied.textContent = say("copied");
      } }, say("link")), copied),
    h("details", {}, h("summary", {}, say("table")), h("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": name },
      h("table", {}, h("thead", {}, h("tr", {}, header.map((text) => h("th", { scope: "col" }, String(text))))),
        h("tbody", {}, rows.map(([year, ...values]) => h("tr", {}, h("th", { scope: "row" }, String(year)),
          values.map((v, i) => h("td", { class: "n" }, v !== null && trails[i] ? valueButton(trails[i](year), print(v)) : print(v))))))))));
}

// Tables of the page as files.
function offerTables() {
  for (const table of all("#zones details table, #external table, #map-table, #flow-table, #curve table")) {
    const csv = () => csvText(all("tr", table).map((row) => [...row.children].map((cell) => cell.textContent)));
    const name = table.id || `${table.closest("section").id}-${all("table", table.closest("section")).indexOf(table)}`;
    (table.closest(".scroll") ?? table).after(h("div", { class: "tools" },
      h("button", { type: "button", onclick: () => save(csv(), "text/csv", `${name}.csv`) }, h("span", { "data-zh": small.words.csv[1] }, small.words.csv[0]))));
  }
}

// A picture that keeps its colours outside the page.
function picture(svg) {
  const copy = svg.cloneNode(true), from = [svg, ...all("*", svg)], to = [copy, ...all("*", copy)];
  from.forEach((at, i) => {
    const style = getComputedStyle(at);
    for (const name of ["fill", "stroke", "stroke-width", "stroke-dasharray", "fill-opacity", "font-size", "font-family", "visibility"]) {
      to[i].setAttribute(name, style.getPropertyValue(name));
    }
  });
  copy.setAttribute("xmlns", SVG);
  return new XMLSerializer().serializeToString(copy);
}
