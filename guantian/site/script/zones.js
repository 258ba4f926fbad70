// Every approved zone side by side in one statistic: a point and an interval a row.
function showZones() {
  const { zones, statistics, own } = small.zones, holder = one("#forest");
  if (!statistics.length) { one("#zones .controls").hidden = true; one("#zones figure").hidden = true; return; }
  const statistic = statistics.find(({ key }) => key === state.z) ?? statistics[0];
  one("#statistic").value = statistic.key;
  const rows = zones.filter(([id]) => id in statistic.values)
    .toSorted((a, b) => statistic.values[b[0]].at[0] - statistic.values[a[0]].at[0]);
  const ends = rows.flatMap(([id]) => statistic.values[id].at).filter((v) => v !== null).concat(statistic.reference).sort((a, b) => a - b);
  // A few very wide intervals do not squeeze the others: beyond the frame a line is cut.
  const middles = rows.map(([id]) => statistic.values[id].at[0]).concat(statistic.reference);
  const cut = (share) => ends[Math.round(share * (ends.length - 1))];
  const low = Math.min(cut(0.06), ...middles), high = Math.max(cut(0.94), ...middles);
  const wide = 100, x = (value) => wide * (Math.max(low, Math.min(high, value)) - low) / (high - low || 1);
  holder.replaceChildren(h("table", { class: "forest" }, h("caption", {}, pick(statistic.title)),
    h("thead", {}, h("tr", {}, ["place", "interval", "estimate", "p"].map((key) => h("th", { scope: "col" }, say(key))))), h("tbody", {}, rows.map(([id, en, zh, year]) => {
    const { at: [middle, from, to], text, p } = statistic.values[id];
    const kind = id === "china" ? "china" : id === own ? "own" : "other";
    return h("tr", { class: kind === "own" ? "on" : null }, h("th", { scope: "row" }, place() ? zh : en, h("small", {}, year)),
      h("td", { class: "plot" }, s("svg", { viewBox: `-2 0 ${wide + 4} 10`, preserveAspectRatio: "none", "aria-hidden": "true", class: kind },
        s("path", { class: "zero", d: `M${x(statistic.reference)} 0V10` }),
        from === null ? "" : s("path", { class: "reach", d: `M${x(from)} 5H${x(to)}` }),
        s("path", { class: "point", d: `M${x(middle)} 5h.01` }))),
      h("td", { class: "n" }, valueButton(`zone ${statistic.key} ${id}`, text)), h("td", { class: "n" }, p));
  }))));
}

function startZones() {
  one("#statistic").addEventListener("change", (event) => { state.z = event.target.value; showZones(); keepAddress(); });
}
