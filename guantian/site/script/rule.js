// The rule of the verdicts, as guantian.claims.rules and regiometrics.inference have it.
const VERDICTS = ["supported", "contradicted", "no relevant effect", "inconclusive", "not testable"];
const POWER = 0.8;

function logGamma(x) { // Lanczos
  const c = [676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
    12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1, t = y + 7.5;
  const sum = c.reduce((total, value, i) => total + value / (y + i + 1), 0.9999999999998099);
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

function betaFraction(x, a, b) { // Lentz's continued fraction
  const tiny = 1e-300;
  let c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let found = d;
  for (let m = 1; m <= 500; m += 1) {
    for (const step of [m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
      -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))]) {
      d = 1 + step * d;
      d = 1 / (Math.abs(d) < tiny ? tiny : d);
      c = 1 + step / c;
      if (Math.abs(c) < tiny) c = tiny;
      found *= d * c;
    }
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return found;
}

function incompleteBeta(x, a, b) {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * betaFraction(x, a, b) / a
    : 1 - front * betaFraction(1 - x, b, a) / b;
}

function normalTail(z) { // of z >= 0
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  if (z < 4) {
    let term = z, sum = z;
    for (let i = 3; term > 1e-17 * sum; i += 2) { term *= z * z / i; sum += term; }
    return 0.5 - density * sum;
  }
  let fraction = 0;
  for (let i = 60; i > 0; i -= 1) fraction = i / (z + fraction);
  return density / (z + fraction);
}

// Share of the t distribution above t; without degrees of freedom of the normal.
function tail(t, df) {
  if (t < 0) return 1 - tail(-t, df);
  if (df === null || df > 1e6) return normalTail(t);
  return incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
}

function quantile(share, df) {
  let low = 0, high = 1;
  while (tail(high, df) > 1 - share) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i += 1) {
    const middle = (low + high) / 2;
    if (tail(middle, df) > 1 - share) low = middle; else high = middle;
  }
  return (low + high) / 2;
}

function equivalence(test, times) { // two one-sided tests
  if (test.error === null) return NaN;
  const room = times * test.seoi - Math.abs(test.effect);
  if (test.error === 0) return room > 0 ? 0 : 1;
  return tail(room / test.error, test.df);
}

function holm(values) { // missing ones are not counted
  const order = values.map((p, i) => [p, i]).filter(([p]) => p !== null && !Number.isNaN(p)).sort((a, b) => a[0] - b[0]);
  const found = values.map(() => NaN);
  let highest = 0;
  order.forEach(([p, i], place) => {
    highest = Math.max(highest, Math.min(1, (order.length - place) * p));
    found[i] = highest;
  });
  return found;
}

// Judge all tests at so many times the smallest effect of interest, and a level.
function judge(tests, times, alpha) {
  const found = tests.map((test) => ({ key: test.key, verdict: "not testable", qualifier: "" }));
  for (const estimand of new Set(tests.map((test) => test.estimand))) {
    const places = tests.map((_, i) => i).filter((i) => tests[i].estimand === estimand && tests[i].effect !== undefined);
    const adjusted = holm(places.map((i) => tests[i].p));
    const equivalent = holm(places.map((i) => equivalence(tests[i], times)));
    places.forEach((i, n) => {
      const test = tests[i], side = test.side * test.effect, one = found[i];
      if (adjusted[n] < alpha && side) one.verdict = side > 0 ? "supported" : "contradicted";
      else one.verdict = equivalent[n] < alpha ? "no relevant effect" : "inconclusive";
      const mde = test.error === null ? NaN : test.error * (quantile(1 - alpha / 2, test.df) + quantile(POWER, test.df));
      if (side && adjusted[n] < alpha && equivalent[n] < alpha) one.qualifier = "but smaller than the SEOI";
      else if (one.verdict === "inconclusive" && mde > times * test.seoi) one.qualifier = "no power";
    });
  }
  return found;
}
