#!/usr/bin/env node
// How many organizations it takes.
// Model: n organizations with a peer each. M is the chaincode's policy, a majority of them; G the policy of a tab, a
// majority of those that are not the provider's, which exists where there are at least three of those.
const majority = (count) => Math.floor(count / 2) + 1;
const head = [
  'n',
  'M',
  'G',
  'can write any other row',
  "can write a provider's tab, itself among them",
  'can stop its pay by refusing to endorse',
];
const rows = Array.from({ length: 7 }, (_, index) => {
  const n = index + 2;
  const most = majority(n);
  const guard = n - 1 >= 3 ? majority(n - 1) : undefined;
  return [
    n,
    most,
    guard ?? 'none',
    most,
    Math.max(most, guard === undefined ? 0 : guard + 1),
    Math.min(n - most + 1, guard === undefined ? Infinity : n - guard),
  ];
});
for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
