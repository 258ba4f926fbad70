// The ledger: filters, the reader's own thresholds, links to claims.
const slug = (verdict) => `v-${verdict.replaceAll(" ", "-")}`;
const recolour = (at, verdict) => {
  at.classList.remove(...VERDICTS.map(slug));
  at.classList.add(slug(verdict));
};
const REACH = 16, PICTURE = 176;
const scale = (value) => PICTURE * (1 + Math.asinh(Math.max(-REACH, Math.min(REACH, value))) / Math.asinh(REACH)) / 2;

function verdictTexts({ verdict, qualifier }) {
  return [0, 1].map((i) => small.words[`verdict ${verdict}`][i]
    + (qualifier ? `${["，", ", "][1 - i]}${small.words[`qualifier ${qualifier}`][i]}` : ""));
}

function decideAll() {
  const times = Number(state.k), alpha = Number(state.a);
  const declared = times === 1 && alpha === small.alpha;
  const found = declared ? small.tests.map(({ key, verdict, qualifier }) => ({ key, verdict, qualifier }))
    : judge(small.tests, times, alpha);
  found.forEach((test, i) => showVerdict(test, small.tests[i]));
  showCounts(found, declared);
  const [left, right] = [-times, times].map(scale);
  for (const bounds of all(".interval .bounds")) {
    bounds.setAttribute("x", left.toFixed(1));
    bounds.setAttribute("width", (right - left).toFixed(1));
  }
  const changed = found.filter((test, i) => test.verdict !== small.tests[i].verdict).length;
  one("#times-said").textContent = print(times);
  one("#alpha-said").textContent = print(alpha);
  one("#times").value = Math.log2(times);
  one("#alpha").value = alpha;
  one("#changed").textContent = declared ? say("same") : say("changed", { k: print(times), alpha: print(alpha), count: changed });
  showClaims();
}

function showVerdict(test, declared) {
  const key = CSS.escape(test.key);
  for (const at of all(`[data-test="${key}"]`)) {
    recolour(at, test.verdict);
    if (at.matches(".badge")) {
      saying(at.firstElementChild ?? at, verdictTexts(test));
      at.classList.toggle("moved", test.verdict !== declared.verdict);
    }
  }
  saying(one(`[data-also="${key}"]`), test.qualifier ? small.words[`qualifier ${test.qualifier}`] : ["", ""]);
  const line = one(`[data-place="${key}"]`);
  const group = one(`.answer[data-estimand="${declared.estimand}"] [data-verdict="${test.verdict}"] ul`);
  if (line.parentElement !== group) group.append(line);
}

let declaredSummary = null;
function showCounts(found, declared) {
  const order = new Map(small.tests.map((test, i) => [test.key, i]));
  for (const group of all(".group")) {
    const list = one("ul", group);
    list.append(...[...list.children].sort((a, b) => order.get(a.dataset.place) - order.get(b.dataset.place)));
    one(".count", group).textContent = list.children.length;
    group.hidden = list.children.length === 0;
  }
  const counted = (estimand, language) => VERDICTS.map((word) => [small.words[`verdict ${word}`][language],
    found.filter((test, i) => test.verdict === word && small.tests[i].estimand === estimand).length])
    .filter(([, many]) => many).map(([word, many]) => (language ? `${word} ${many}` : `${many} ${word}`)).join(language ? "、" : ", ");
  const summary = one("#summary");
  declaredSummary ??= [english.get(summary)["data-zh"], summary.dataset.zh];
  const said = (language) => fillIn(small.words.answers[language], { china: counted("china", language), zone: counted("zone", language) });
  saying(summary, declared ? declaredSummary : [said(0), said(1)]);
  const verdicts = {};
  found.forEach((test, i) => {
    const { claim, estimand } = small.tests[i];
    if (estimand === "china") (verdicts[claim] ??= new Set()).add(test.verdict);
  });
  for (const claim of all(".claim")) claim.dataset.verdicts = [...(verdicts[claim.id] ?? [])].join("|");
  for (const button of all(".filter")) {
    one("b", button).textContent = Object.values(verdicts).filter((set) => set.has(button.dataset.verdict)).length;
  }
}

function showClaims() {
  const wanted = new Set(all(".filter[aria-pressed=true]").map((button) => button.dataset.verdict));
  const words = one("#words").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const claim of all(".claim")) {
    const text = `${claim.textContent} ${all("[data-zh]", claim).map((at) => at.dataset.zh).join(" ")}`.toLowerCase();
    const fits = !wanted.size || claim.dataset.verdicts.split("|").some((word) => wanted.has(word));
    claim.hidden = !fits || !words.every((word) => text.includes(word));
  }
  count();
}

function count() {
  const claims = all(".claim"), shown = claims.filter((claim) => !claim.hidden).length;
  one("#shown").textContent = say(shown ? "shown" : "nothing", { shown, all: claims.length });
}

function openClaim(id) {
  const claim = document.getElementById(id);
  if (!claim?.matches(".claim")) return false;
  claim.hidden = false;
  claim.open = true;
  count();
  claim.scrollIntoView();
  one("summary", claim).focus({ preventScroll: true });
  return true;
}

function startLedger() {
  for (const button of all(".filter")) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      showClaims();
    });
  }
  one("#words").addEventListener("input", showClaims);
  one("#times").addEventListener("input", (event) => { state.k = String(2 ** Number(event.target.value)); decideAll(); keepAddress(); });
  one("#alpha").addEventListener("input", (event) => { state.a = String(Number(event.target.value)); decideAll(); keepAddress(); });
  one("#reset").addEventListener("click", () => { state.k = FIRST.k; state.a = FIRST.a; decideAll(); keepAddress(); });
  for (const claim of all(".claim")) {
    claim.addEventListener("toggle", () => {
      if (claim.open) state.c = claim.id;
      else if (state.c === claim.id) state.c = "";
      keepAddress();
      if (claim.open) showEvidence(claim.id);
    });
  }
}

// Secondary and falsification estimates are listed when a claim is opened.
async function showEvidence(id) {
  const holder = one(`[data-evidence="${CSS.escape(id)}"]`);
  if (holder.firstChild) return;
  const rows = (await packed).evidence[id] ?? [];
  if (!rows.length || holder.firstChild) return;
  const items = rows.map(([part, analysis, names, ...ends]) => {
    const [estimate, low, high, p] = ends.map((value) => (typeof value === "string" ? value : rough(value)));
    return h("li", {}, `${part}, ${say(`analysis ${analysis}`)}: `, h("span", { lang: "en" }, names), ": ", h("b", {}, estimate), ` [${low}, ${high}], p ${p}`);
  });
  holder.append(h("details", {}, h("summary", {}, say("evidence_count", { count: rows.length })), h("ul", {}, items)));
}
