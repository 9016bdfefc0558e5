#!/usr/bin/env node
// What withholding a value buys.
// Model: c organizations see everybody else's value and their own before they decide to reveal, so they choose the best of
// 2^c seeds. A disk that lost a share a is proven with probability q = (1 - a)^30 under a fresh seed, so with
// 1 - (1 - q)^(2^c) under the best one. The provider's own value is one of the c if its organization withholds.
const challenges = 30;
const shares = [0.01, 0.05, 0.1, 0.5];
const withholders = [0, 1, 2, 3];
const percent = (value) => (value < 1e-6 ? '< 0.0001 %' : `${(100 * value).toPrecision(3)} %`);
const head = ['lost share', ...withholders.map((count) => `${count} withholding`)];
const rows = shares.map((share) => {
  const q = (1 - share) ** challenges;
  return [
    `${100 * share} %`,
    ...withholders.map((count) => percent(-Math.expm1(2 ** count * Math.log1p(-q)))),
  ];
});
for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
