const lease = { disk: 'd1', capacityBytes: '1', termEpochs: '1', maxPrice: '1' };
const quote = { capacityBytes: '1', termEpochs: '1', count: 1 };
const more = { termEpochs: '1', maxPrice: '1' };
const amounts = {
  maxPrice: '1',
  minCollateralRate: '1',
  termEpochs: '1',
  capacityBytes: '1',
  headroomBytes: '1',
};
const extensions = `/v1/leases/${'ab'.repeat(16)}/extensions`;

/** What is no amount in a body: amounts are decimal strings with one spelling. */
const noAmounts = [1, '', '01', '-1', '1.5', '1e3', '0x1', ' 1', '9'.repeat(39), null, ['1']];

type Body = readonly [what: string, path: string, body: string, method: 'POST' | 'PUT'];

const eachAmount = (
  path: string,
  good: Readonly<Record<string, unknown>>,
  names: readonly string[],
  method: 'POST' | 'PUT' = 'POST',
) =>
  names.flatMap((name) =>
    [...noAmounts, undefined].map((value): Body => {
      const what = `${path} with ${name} ${JSON.stringify(value) ?? 'left out'}`;
      return [what, path, JSON.stringify({ ...good, [name]: value }), method];
    }),
  );
const bad = (what: string, path: string, body: object): Body => [what, path, JSON.stringify(body), 'POST'];
const badPolicy = (what: string, change: object): Body => {
  return [`a policy ${what}`, '/v1/lease-policy', JSON.stringify({ ...amounts, ...change }), 'PUT'];
};

/** Requests about leases that do not fit their schemas: what is wrong, path, body and method. */
export const leaseBodies: readonly Body[] = [
  ...eachAmount('/v1/leases', lease, ['capacityBytes', 'termEpochs', 'maxPrice']),
  ...eachAmount('/v1/lease-quotes', quote, ['capacityBytes', 'termEpochs']),
  ...eachAmount(extensions, more, ['termEpochs', 'maxPrice']),
  ...eachAmount('/v1/lease-policy', amounts, Object.keys(amounts), 'PUT'),
  badPolicy('with a budget that is a number', { budget: 1 }),
  badPolicy('that is automatic by a word', { auto: 'yes' }),
  badPolicy('that avoids what is no disk', { avoid: ['D 1'] }),
  badPolicy('with a stray member', { price: '1' }),
  ...['D1', '', 'a/b', 1, undefined].map((disk) =>
    bad(`a lease on the disk ${JSON.stringify(disk) ?? 'left out'}`, '/v1/leases', { ...lease, disk }),
  ),
  bad('a lease with a stray member', '/v1/leases', { ...lease, minCollateral: '1' }),
  ...[0, 1001, 1.5, '1', null].map((count) =>
    bad(`a quote of ${JSON.stringify(count)} leases`, '/v1/lease-quotes', { ...quote, count }),
  ),
  bad('an extension of what is no lease', '/v1/leases/x/extensions', more),
  bad('a closure of what is no lease', `/v1/leases/${'AB'.repeat(16)}/closure`, {}),
  bad('a closure with a body', `/v1/leases/${'ab'.repeat(16)}/closure`, { force: true }),
];
