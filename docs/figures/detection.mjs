#!/usr/bin/env node
// How soon a lost share of a lease's shards is noticed, and how soon it ends in default.
// Model: a provider lost a share a of the entries of a lease and says nothing. Each epoch asks c = 30 entries, drawn with
// replacement; the epoch is missed when one of them is lost, so with probability p = 1 - (1 - a)^30, independently of the
// others. Default: 3 misses in a row, or 6 among the last 24 epochs, whichever is first.
const challenges = 30;
const inRow = 3;
const window = 24;
const inWindow = 6;
const shares = [0.001, 0.003, 0.01, 0.05, 0.1];

/** Mean epochs until the third of three misses in a row: (1 - p^3) / ((1 - p) p^3). */
const meanInRow = (p) => (1 - p ** inRow) / ((1 - p) * p ** inRow);

/** Mulberry32: the same numbers in every run. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Epochs until default, jumping from miss to miss. */
function untilDefault(p, random) {
  const misses = [];
  for (let epoch = 0; ;) {
    epoch += 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - p));
    misses.push(epoch);
    const [third, sixth] = [misses.at(-inRow), misses.at(-inWindow)];
    if (third === epoch - inRow + 1 || (sixth !== undefined && sixth > epoch - window)) return epoch;
    if (misses.length > inWindow) misses.shift();
  }
}

/** Mean and its standard error over so many lives. */
function meanEither(p, lives) {
  const random = randomFrom(20261125);
  let sum = 0;
  let squares = 0;
  for (let life = 0; life < lives; life += 1) {
    const epochs = untilDefault(p, random);
    sum += epochs;
    squares += epochs ** 2;
  }
  const mean = sum / lives;
  return { mean, error: Math.sqrt((squares / lives - mean ** 2) / lives) };
}

const percent = (value) =>
  value > 0.99999 ? '> 99.999 %' : `${(100 * value).toPrecision(value < 0.99 ? 3 : 4)} %`;
const count = (value) =>
  value < 100 ? value.toPrecision(2) : String(Math.round(Number(value.toPrecision(3))));

const rows = shares.map((share) => {
  const p = 1 - (1 - share) ** challenges;
  const seen = (epochs) => percent(1 - (1 - p) ** epochs);
  const { mean, error } = meanEither(p, 20_000);
  return [
    `${100 * share} %`,
    seen(1),
    seen(24),
    seen(168),
    count(1 / p),
    count(meanInRow(p)),
    `${count(mean)} (± ${count(error)})`,
    percent(1 - p),
  ];
});
const head = [
  'lost share',
  'noticed in 1 epoch',
  'in 24',
  'in 168',
  'mean to first miss',
  'default, 3 in a row',
  'default, either',
  'rent still earned',
];
for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);

// An honest disk that misses 1 % of its epochs by chance.
console.log(
  `\nhonest, 1 % of epochs missed by chance: ${count(meanInRow(0.01))} epochs (3 in a row); either: ${count(meanEither(0.01, 2_000).mean)}`,
);
