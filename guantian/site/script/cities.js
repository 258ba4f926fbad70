// Cities: found by any of their names, up to three compared in charts and cards.
const MOST = 3;
let data = null; // once unpacked

const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[^\p{L}\p{N}]/gu, "");
const chosen = () => state.city.split(",").filter(Boolean);
const cityAt = (code) => data.panel.cities.findIndex(([known]) => known === code);
const cityName = (code) => {
  const [, en, zh] = data.panel.cities[cityAt(code)];
  return place() ? zh || en : en;
};

// A city by code, English or pinyin (spaces and apostrophes do not count), or Chinese.
function findCity(text) {
  const [wanted] = text.split(" · "), key = plain(wanted);
  if (!key) return null;
  const names = data.panel.cities.map(([code, en, zh]) => [code, plain(en), zh, zh.replace(/[市盟]$|地区$/, "")]);
  const found = names.find((row) => row.some((name) => name === key || name === wanted.trim()))
    ?? names.find(([, en, zh]) => en.startsWith(key) || zh.startsWith(wanted.trim()));
  return found ? found[0] : null;
}

function addCity(code) {
  const now = chosen();
  if (now.includes(code)) return;
  if (now.length >= MOST) { one("#city-said").textContent = say("full"); return; }
  state.city = [...now, code].join(",");
  showCities();
}
function removeCity(code) {
  state.city = chosen().filter((other) => other !== code).join(",");
  showCities();
}
const toggleCity = (code) => (chosen().includes(code) ? removeCity(code) : addCity(code));

function cityChart(name, size) {
  const { first, cities, variables } = data.panel, variable = variables[name];
  const title = pick(variable.title);
  const own = chosen().map((code, i) => ({ name: cityName(code), kind: `c${i}`, values: variable.values[cityAt(code)] }));
  const lines = [...own, { name: say("zone"), kind: "zone", values: variable.zone },
    { name: say("china"), kind: "china", values: variable.nation[1] }];
  const bands = [{ kind: "china", low: variable.nation[0], high: variable.nation[2] },
    { kind: "placebo", low: variable.placebo[0], high: variable.placebo[1] }];
  const cuts = variable.breaks.filter(([, , , cut]) => cut).map(([year]) => year);
  const missing = chosen().map((code, i) => {
    const years = own[i].values.map((v, n) => (v === null ? first + n : null)).filter((v) => v !== null);
    return years.length ? `${cityName(code)}: ${say("missing_years", { years: spans(years) })}` : null;
  }).filter(Boolean);
  const figure = h("figure", {}, h("figcaption", {}, title, " ", h("small", {}, pick(variable.unit))),
    lineChart({ title, lines, bands, first, cuts, size }));
  const years = lines[0].values.map((_, i) => first + i);
  const breaks = variable.breaks.map(([year, codes, reason, cut]) => h("li", {},
    cut ? fillIn(pick(small.words.cut), { year, reason: pick(reason) }) : `${year}, ${codes.map(cityName).join(", ")}: ${pick(reason)}`));
  figure.append(missing.length ? h("small", { class: "missing" }, missing.join("; ")) : "",
    breaks.length ? h("details", { class: "breaks" }, h("summary", {}, fillIn(pick(small.words.breaks), { count: breaks.length })), h("ul", {}, breaks)) : "",
    chartFoot({ holder: figure, name, source: variable.source, linkState: { v: name },
      trails: chosen().map((code) => (year) => `panel ${code} ${year} ${name}`),
      header: ["year", ...lines.map((line) => line.name), "china_low", "china_high", "placebo_low", "placebo_high"],
      rows: years.map((year, i) => [year, ...lines.map((line) => line.values[i]), ...bands.flatMap((band) => [band.low[i], band.high[i]])]) }));
  return figure;
}

function cityCard(code) {
  const { first, cities, variables, members } = data.panel, known = data.cards.cities[code] ?? {};
  const rows = [];
  const level = variables.real_gdp_per_resident_yuan;
  if (level) {
    const values = level.values[cityAt(code)], at = values.findLastIndex((v) => v !== null);
    if (at >= 0) {
      const ranked = level.values.map((row) => row[at]).filter((v) => v !== null).sort((a, b) => b - a);
      rows.push([say("level", { year: first + at }), valueButton(`panel ${code} ${first + at} real_gdp_per_resident_yuan`, print(values[at])),
        say("rank", { rank: ranked.indexOf(values[at]) + 1, count: ranked.length })]);
    }
  }
  const [from, to] = data.cards.years;
  for (const [key, words] of [["growth", "growth"], ["first", "growth_first"]]) {
    if (!known[key]) continue;
    const [mean, low, high, count] = known[key];
    const whole = Object.values(data.cards.cities).filter((other) => other[key]?.[3] === count).map((other) => other[key][0]).sort((a, b) => b - a);
    rows.push([say(words, { first: from, last: to }), `${rough(mean)}% [${rough(low)}, ${rough(high)}]`, say("rank", { rank: whole.indexOf(mean) + 1, count: whole.length })]);
  }
  if (known.club !== undefined) rows.push([say("club"), known.club ? String(known.club) : say("no_club"), ""]);
  const spanned = ([middle, low, high]) => `${rough(middle)} [${rough(low)}, ${rough(high)}]`;
  if (known.plan) rows.push([say("plan"), spanned(known.plan), ""]);
  for (const [method, value] of Object.entries(known.gains ?? {})) rows.push([say("gains", { method }), spanned(value), ""]);
  return h("div", { class: "card" }, h("h4", {}, cityName(code)),
    h("table", {}, h("tbody", {}, rows.map(([head, value, also]) => h("tr", {}, h("th", { scope: "row" }, head),
      h("td", { class: "n" }, value, also ? h("small", {}, also) : null))))));
}

// Letters keep their size at every width.
const sizeFor = (holder, high) => ({ ...CHART, high, wide: Math.max(280, holder.clientWidth - 34) });

function valueButton(trail, ...said) {
  return h("button", { type: "button", class: "value", "data-trail": trail, title: pick(small.words.open_trail) }, ...said);
}

function showCities() {
  one("#city-said").textContent = "";
  one("#chosen").replaceChildren(...chosen().map((code, i) => h("button", { type: "button", class: `chip c${i}`,
    "aria-label": say("remove", { city: cityName(code) }), onclick: () => removeCity(code) }, h("i", {}), cityName(code), " ×")));
  const main = one("#main-chart");
  main.replaceChildren(cityChart(state.v, sizeFor(main, 340)));
  one("#panels").replaceChildren(...small.variables.filter((name) => name !== state.v && data.panel.variables[name]).map((name) => {
    const holder = h("div", { class: "later" });
    later(holder, () => holder.replaceChildren(cityChart(name, sizeFor(holder, 230))));
    return holder;
  }));
  one("#cards").replaceChildren(...chosen().map(cityCard));
  showMap();
  showFlows();
  keepAddress();
}

function showFlows() {
  const svg = one(".network"), codes = chosen();
  for (const at of all(".link, #flow-table tr[data-a]")) at.classList.toggle("on", codes.includes(at.dataset.a) || codes.includes(at.dataset.b));
  svg?.classList.toggle("some", all(".link.on").length > 0);
}

const variableOptions = (variables) => Object.entries(variables).map(([name, { title }]) => h("option", { value: name }, pick(title)));

function startCities() {
  const { cities, members, variables } = data.panel;
  if (!(state.v in variables)) state.v = FIRST.v = small.variables.find((name) => name in variables) ?? Object.keys(variables)[0];
  state.city = chosen().filter((code) => cityAt(code) >= 0).slice(0, MOST).join(",");
  if (!state.city) state.city = FIRST.city = members.slice(0, 1).join(",");
  one("#city-list").replaceChildren(...cities.map(([, en, zh]) => h("option", { value: `${en} · ${zh}` })));
  one("#city").addEventListener("change", (event) => {
    const code = findCity(event.target.value);
    if (code) addCity(code); else if (event.target.value) one("#city-said").textContent = say("unknown", { city: event.target.value });
    event.target.value = "";
  });
  one("#variable").addEventListener("change", (event) => { state.v = event.target.value; showCities(); });
}
