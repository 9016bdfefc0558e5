#!/usr/bin/env node
// Nines of durability a year for one stripe.
// Model: disks fail independently at a constant rate, AFR being the share that fails within a year; repair restores all
// shards at the end of each window. A stripe is lost when more than m of its k + m disks fail within one window.
const geometries = [
  [1, 1],
  [2, 1],
  [2, 2],
  [3, 2],
  [4, 2],
  [6, 3],
  [10, 6],
];
const cases = [
  { afr: 0.05, days: 1 },
  { afr: 0.05, days: 7 },
  { afr: 0.2, days: 1 },
  { afr: 0.2, days: 7 },
];

function choose(n, r) {
  let result = 1;
  for (let i = 1; i <= r; i += 1) result = (result * (n - r + i)) / i;
  return result;
}

/** Probability that more than m of n disks fail, each with probability q. */
function tail(n, m, q) {
  let sum = 0;
  for (let failed = n; failed > m; failed -= 1)
    sum += choose(n, failed) * q ** failed * (1 - q) ** (n - failed);
  return sum;
}

function nines(k, m, { afr, days }) {
  const perWindow = tail(k + m, m, 1 - (1 - afr) ** (days / 365));
  return -Math.log10(-Math.expm1((365 / days) * Math.log1p(-perWindow)));
}

const organizations = (k, m) => Math.ceil((k + m) / Math.max(1, m));
const head = [
  '(k, m)',
  'space',
  'organizations a write needs',
  'disks that may vanish',
  ...cases.map(({ afr, days }) => `AFR ${100 * afr} %, repair ${days} d`),
];
const rows = geometries.map(([k, m]) => [
  `(${k}, ${m})`,
  ((k + m) / k).toFixed(2),
  organizations(k, m),
  m,
  ...cases.map((one) => nines(k, m, one).toFixed(1)),
]);
for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
