// The zone's map: cities or counties, by the year's own range; hatched where there are no values.
const mapSource = () => (state.g === "county" ? data.counties : data.panel);
const mapPlaces = () => (state.g === "county"
  ? data.counties.units.map(([code, name, city], i) => ({ code, city, name, row: i }))
  : data.panel.members.map((code) => ({ code, city: code, name: cityName(code), row: cityAt(code) })));
const mix = (share) => `color-mix(in oklab, var(--high) ${(100 * share).toFixed(0)}%, var(--low))`;

function mapYears() {
  const { first, variables } = mapSource(), rows = mapPlaces().map(({ row }) => variables[state.m].values[row]);
  return (rows[0] ?? []).map((_, i) => first + i).filter((_, i) => rows.some((row) => row[i] !== null));
}

function showMap() {
  const source = mapSource();
  if (!(state.m in source.variables)) state.m = FIRST.m = small.variables[0] in source.variables ? small.variables[0] : Object.keys(source.variables)[0];
  const years = mapYears(), slider = one("#year");
  const last = source.first + (source.variables[state.m].values[0]?.length ?? 1) - 1;
  Object.assign(slider, { min: source.first, max: last });
  if (state.y === "") state.y = FIRST.y = String(fullest(years));
  slider.value = state.y;
  const year = Number(slider.value), variable = source.variables[state.m];
  const places = mapPlaces().map((at) => ({ ...at, value: variable.values[at.row][year - source.first] ?? null }));
  const known = places.map(({ value }) => value).filter((v) => v !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  one("#no-values").textContent = known.length ? "" : say("no_values", { year, years: spans(years) });
  one("#county-shapes").replaceChildren(...(state.g === "county" ? data.counties.units.map(([code, name, city, d]) =>
    s("path", { class: "county", "data-code": code, "data-city": city, d }, s("title", {}, name))) : []));
  const shapes = new Map(all(".map .city, .map .county").map((path) => [path.dataset.code, path]));
  for (const path of all(".map .city")) path.classList.toggle("open", state.g === "county");
  for (const { code, value, name } of places) {
    const path = shapes.get(code);
    if (path) path.style.fill = value === null ? "url(#hatch)" : mix(high > low ? (value - low) / (high - low) : 0.5);
  }
  for (const path of all(".map .city")) {
    path.classList.toggle("on", chosen().includes(path.dataset.code));
    if (path.classList.contains("on")) path.parentElement.append(path); // its outline is drawn last
  }
  for (const text of all(".map text")) {
    one(".figure", text).textContent = state.g === "county" ? "" : print(places.find(({ code }) => code === text.dataset.code)?.value);
  }
  one("#ramp-low").textContent = print(known.length ? low : null);
  one("#ramp-high").textContent = print(known.length ? high : null);
  one("#year-said").textContent = year;
  one("#map-caption").textContent = `${pick(variable.title)}, ${year} (${pick(variable.unit)})`;
  places.sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
  one("#map-table tbody").replaceChildren(...places.map(({ code, city, name, value }, i) => h("tr", { class: chosen().includes(city) ? "on" : null },
    h("th", { scope: "row" }, name),
    h("td", { class: "n" }, value === null ? "–" : valueButton(`${state.g === "city" ? "panel" : "county"} ${code} ${year} ${state.m}`, print(value))),
    h("td", { class: "n" }, value === null ? "–" : String(i + 1)))));
  one("#map-variable").replaceChildren(...variableOptions(source.variables));
  one("#map-variable").value = state.m;
}

// The last of the years in which most places have a value.
function fullest(years) {
  const { first, variables } = mapSource(), rows = mapPlaces().map(({ row }) => variables[state.m].values[row]);
  const count = (year) => rows.filter((row) => row[year - first] !== null).length;
  const most = Math.max(...years.map(count));
  return years.findLast((year) => count(year) === most) ?? first;
}

function startMap() {
  one("#grain").selectedIndex = state.g === "county" ? 1 : 0;
  one("#grain").addEventListener("change", (event) => {
    state.g = ["city", "county"][event.target.selectedIndex];
    state.m = "";
    state.y = "";
    showMap();
    keepAddress();
  });
  one("#map-variable").addEventListener("change", (event) => {
    state.m = event.target.value;
    const years = mapYears(), now = Number(state.y);
    if (!years.includes(now)) state.y = String(years.toSorted((a, b) => Math.abs(a - now) - Math.abs(b - now))[0] ?? now);
    showMap();
    keepAddress();
  });
  one("#year").addEventListener("input", (event) => { state.y = event.target.value; showMap(); keepAddress(); });
  for (const path of all(".map .city")) path.addEventListener("click", () => toggleCity(path.dataset.code));
}
