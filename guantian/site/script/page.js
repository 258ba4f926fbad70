// Begin: what is in the page at once, then what is unpacked.
const packed = unpack();

function showLanguage() {
  speak();
  decideAll();
  showZones();
  for (const holder of all(".evidence")) holder.replaceChildren();
  for (const claim of all(".claim[open]")) showEvidence(claim.id);
  if (data) { one("#variable").replaceChildren(...variableOptions(data.panel.variables)); one("#variable").value = state.v; showCities(); }
}

function goTo(id) {
  if (openClaim(id)) return;
  const at = document.getElementById(id);
  if (!at) return;
  at.scrollIntoView();
  at.setAttribute("tabindex", "-1");
  at.focus({ preventScroll: true });
}

async function start() {
  readAddress();
  const linked = state.c;
  startLedger();
  startZones();
  startTrail();
  one("#lang").addEventListener("click", () => { state.lang = place() ? "en" : "zh"; showLanguage(); keepAddress(); });
  // The address holds the state; a link inside the page moves there and leaves the rest as it is.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    goTo(decode(link.getAttribute("href").slice(1)));
  });
  addEventListener("hashchange", () => { readAddress(); showLanguage(); if (state.c) goTo(state.c); });
  addEventListener("load", () => { if (linked) goTo(linked); });
  addEventListener("beforeprint", () => {
    for (const claim of all(".claim:not([hidden])")) claim.open = true; // paper cannot be pressed
    drawAll();
  });
  showLanguage();
  if (linked) goTo(linked);
  data = await packed;
  startCities();
  startMap();
  offerTables();
  showLanguage();
  document.documentElement.dataset.ready = "yes";
}
start();
