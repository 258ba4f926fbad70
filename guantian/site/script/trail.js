// The trail of a number: of a test its declaration and row, of the panel its raw cells.
let places = null; // of the provenance's rows, by city, year and variable

// Words, years and lines are held as differences from the row above.
function sumUp({ columns, words }) {
  for (const name of [...Object.keys(words), "year", "line"]) {
    let at = 0;
    columns[name] = columns[name].map((step) => (at += step));
  }
  columns.line = columns.line.map((line) => line || null);
  columns.source_year = columns.source_year.map((step, i) => (step === null ? null : columns.year[i] + step));
  places = new Map();
  columns.unit.forEach((unit, i) => {
    const key = `${words.unit[unit]} ${columns.year[i]} ${words.variable[columns.variable[i]]}`;
    if (!places.has(key)) places.set(key, []);
    places.get(key).push(i);
  });
}

function provenanceRows(city, year, variable) {
  const { columns, words } = data.provenance;
  if (!places) sumUp(data.provenance);
  return (places.get(`${city} ${year} ${variable}`) ?? []).map((i) => Object.fromEntries(Object.entries(columns)
    .map(([name, column]) => [name, words[name] ? words[name][column[i]] : column[i]])));
}

// As guantian.trace.follow: a value's inputs, themselves values or raw cells.
function follow(city, year, variable, depth = 0) {
  const [how, window] = data.provenance.variables[variable] ?? ["", "year"];
  const input = (row) => (row.table === "panel" ? follow(row.source_unit || row.unit, row.source_year, row.column, depth + 1) : { cell: row });
  let inputs = [], walked = [year], at = year;
  if (window === "year") inputs = provenanceRows(city, year, variable).map(input);
  else {
    for (let rows = provenanceRows(city, at, variable); rows.length; rows = provenanceRows(city, at, variable)) {
      const itself = rows.filter((row) => row.table === "panel" && row.column === variable);
      inputs.push(...rows.filter((row) => !itself.includes(row)).map(input));
      if (!itself.length || itself[0].used_value === null) break;
      at = itself[0].source_year;
      walked.push(at);
    }
  }
  return { city, year, variable, how, walked: window === "year" ? [] : walked, inputs };
}

function cellsOf(value) {
  return value.inputs.flatMap((input) => (input.cell ? [input.cell] : cellsOf(input)));
}

// A value used as printed is not held twice: the panel has it, in the page's digits.
function printedValue(row) {
  if (row.raw_value !== "") return print(row.raw_value);
  const value = panelValue(row.unit, row.year, row.variable) ?? null;
  return value === null ? "" : `≈ ${print(value)}`;
}

function cellItem(row) {
  const { files, errata, breaks, sources } = data.provenance;
  const unit = row.source_unit || row.unit;
  if (row.line === null) return h("li", {}, `${row.table}.${row.column}: ${say("no_row", { unit, year: row.source_year ?? row.year })} [${row.status}]`);
  const done = row.action === "replaced" ? say("replaced", { value: print(row.used_value) }) : small.words[row.action] ? say(row.action) : row.action;
  const source = sources[`${row.table}.${row.column}`];
  return h("li", {}, h("code", {}, `${files[row.table] ?? row.table}, ${row.line}, ${row.column}`),
    ` (${unit}, ${row.source_year}): `, h("b", {}, printedValue(row)), ` [${row.status}] ${done}${row.vintage ? `, ${row.vintage}` : ""}`,
    errata[row.erratum] ? h("p", {}, `${say("erratum")} ${errata[row.erratum][0]}: ${errata[row.erratum][1]} ${say("evidence")}: ${errata[row.erratum][2]}`) : null,
    (breaks[row.break] ?? []).map(([id, kind, reason, evidence]) => h("p", {}, `${say("break")} ${id} (${kind}): ${reason} ${say("evidence")}: ${evidence}`)),
    source ? h("small", {}, say("source", { source: `${source.title}, ${source.file}, ${source.from}` }), ` ${say("accessed")} ${source.accessed}`) : null);
}

function valueItems(value) {
  return h("ul", {}, value.inputs.map((input) => (input.cell ? cellItem(input.cell)
    : h("li", {}, `${input.variable} ${input.year}: `, h("small", {}, input.how), valueItems(input)))));
}

const panelValue = (city, year, variable) => data.panel.variables[variable]?.values[cityAt(city)]?.[year - data.panel.first];

function panelTrail(city, year, variable) {
  const known = data.panel.variables[variable], value = panelValue(city, year, variable);
  const found = follow(city, year, variable);
  const head = [`${cityName(city)}, ${year}: ${known ? pick(known.title) : variable}`, `${print(value)} ${known ? pick(known.unit) : ""}`];
  const body = data.panel.members.includes(city) || data.provenance.everywhere.includes(variable)
    ? [h("p", {}, `${say("from")}: `, h("code", {}, found.how), found.walked.length > 1 ? ` (${Math.min(...found.walked)}–${Math.max(...found.walked)})` : ""), valueItems(found)]
    : [h("p", {}, `${say("from")}: `, h("code", {}, known?.source ?? "")), h("p", {}, say("elsewhere"), " ", h("code", {}, `guantian trace panel ${city} ${year} ${variable}`))];
  return [head, body];
}

function testTrail(key) {
  const test = data.tests[key], at = small.tests.find((row) => row.key === key);
  const rows = [["outcome", pick(test.outcome)], ["sample", pick(test.sample)], ["formula", `${pick(test.estimator)}. ${test.estimated_by}${test.cov_type ? `, ${test.cov_type}` : ""}`],
    ["observations", [test.n_obs, test.n_units, test.n_clusters].filter((v) => v !== null).map(print).join(", ")],
    ["declared", `${test.declared}. ${pick(test.reason)}`], ["file", `results/estimates/${test.chapter}.parquet: ${test.place}`],
    ["verdict", verdictTexts(at)[place()]]];
  return [[key, `${test.printed} ${pick(test.unit)}`], [
    h("dl", {}, rows.filter(([, said]) => said).map(([name, said]) => [h("dt", {}, say(name)), h("dd", {}, said)])),
    test.note ? h("p", {}, test.note) : null,
    h("p", {}, h("code", {}, `guantian trace number ledger ${key}.estimate`))]];
}

function zoneTrail(key, id) {
  const statistic = small.zones.statistics.find((one) => one.key === key), [, en, zh] = small.zones.zones.find(([zone]) => zone === id);
  const row = `${statistic.row}, ${id === "china" ? "sample 'china'" : `sample 'zone', group '${id}'`}`;
  return [[pick([en, zh]), statistic.values[id].text], [h("p", {}, pick(statistic.title)),
    h("dl", {}, h("dt", {}, say("file")), h("dd", {}, `results/estimates/zones.parquet: ${row}`))]];
}

function countyTrail(code, year, variable) {
  const { first, units, variables } = data.counties, at = units.findIndex(([unit]) => unit === code), known = variables[variable];
  return [[`${units[at][1]}, ${year}: ${pick(known.title)}`, `${print(known.values[at][year - first])} ${pick(known.unit)}`],
    [h("p", {}, `${say("from")}: `, h("code", {}, known.source)), h("p", {}, say("elsewhere"), " ", h("code", {}, `guantian trace county ${code} ${year} ${variable}`))]];
}

const TRAILS = {
  test: testTrail,
  zone: zoneTrail,
  panel: (city, year, variable) => panelTrail(city, Number(year), variable),
  county: (code, year, variable) => countyTrail(code, Number(year), variable),
};

async function openTrail(text) {
  await packed;
  const [kind, ...rest] = text.split(" ");
  const [[head, value], body] = TRAILS[kind](...rest);
  const dialog = one("#trail");
  one("div", dialog).replaceChildren(h("button", { type: "button", class: "close", onclick: () => dialog.close() }, say("close")),
    h("h2", { id: "trail-head" }, `${say("trail")}: ${head}`), h("p", { class: "number" }, value), ...body.filter(Boolean));
  dialog.showModal();
}

function startTrail() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-trail]");
    if (button) { event.preventDefault(); openTrail(button.dataset.trail); }
    if (event.target === one("#trail")) one("#trail").close();
  });
}
