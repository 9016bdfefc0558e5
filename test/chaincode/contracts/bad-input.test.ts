import assert from 'node:assert/strict';
import { type LawCode, parseRefusal, roles, rows } from '@dstore/chaincode/domain';
import { identity } from '../consortium.js';
import { MemoryLedger } from '../memory-ledger.js';
import { fits, type MethodName, methodNames, spelledArgument } from './arguments.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

const caller = identity('Org1', 'owner', ...roles);
/** Members that may be absent; every other is missed. */
const optionalIn: Partial<Record<MethodName, readonly string[]>> = {
  'DiskContract:Change': ['state', 'door', 'agentKey', 'capacityBytes', 'price', 'collateralRate'],
  'GovernanceContract:Propose': ['to', 'amount', 'changes', 'organization', 'challenges', 'cureEpochs'],
  'LedgerContract:List': ['after'],
  'MemberContract:Enlist': ['hpkeKey'],
  'TokenContract:Transfer': ['memo'],
};

/** Every place in a value, the value itself first. */
function places(value: Json, path: Path = []): Path[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const keyed = inner.map(([key, each]) => [Array.isArray(value) ? Number(key) : key, each] as const);
  return [path, ...keyed.flatMap(([key, each]) => places(each, [...path, key]))];
}

function at(value: Json, path: Path): Json {
  return path.reduce<Json>((inner, key) => (inner as Record<string, Json>)[key] as Json, value);
}

/** A copy with something done to what stands at a place. */
function changed(value: Json, path: Path, change: (inner: Json) => Json | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) return change(value) ?? null;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, Json>;
  const next = rest.length === 0 ? change(copy[key] as Json) : changed(copy[key] as Json, rest, change);
  if (next === undefined) delete copy[key];
  else copy[key] = next;
  return copy;
}

/** JSON with members sorted, as a client would send it, but of any value. */
function spelled(value: Json): string {
  return JSON.stringify(value, (_, inner: Json) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const malformed: readonly LawCode[] = [
  'arguments-malformed',
  'amount-malformed',
  'id-malformed',
  'batch-too-large',
];

/** Asserts that the text is refused as malformed on a ledger that would have refused it otherwise for being empty. */
async function refuses(name: MethodName, argument: string, codes = malformed): Promise<void> {
  const ledger = new MemoryLedger();
  await assert.rejects(ledger.call(caller, name, argument), ({ message }: Error) => {
    const code = parseRefusal(message)?.code;
    assert.ok(code !== undefined && codes.includes(code), `${argument.slice(0, 200)}: ${message}`);
    return true;
  });
  assert.equal(ledger.state.size, 0);
}

/** Refuses each changed value that the shape does not take; answers how many that were. */
async function refusesAll(name: MethodName, values: readonly Json[]): Promise<number> {
  const bad = values.filter((value) => !fits(name, value));
  for (const value of bad) await refuses(name, spelled(value));
  return bad.length;
}

describe('contracts/bad-input', () => {
  for (const name of methodNames) {
    const good = JSON.parse(spelledArgument(name)) as Json;
    const all = places(good);
    const isObject = (value: Json) => typeof value === 'object' && value !== null && !Array.isArray(value);

    it(`A-67 ${name} takes what it should, and misses each member but the optional ones`, async () => {
      assert.ok(fits(name, good));
      for (const path of all.filter((each) => typeof each.at(-1) === 'string')) {
        const without = changed(good, path, () => undefined);
        const may = optionalIn[name]?.includes(path.at(-1) as string) === true;
        assert.equal(fits(name, without), may, path.join('/'));
        if (!may) await refuses(name, spelled(without));
      }
    });

    it(`A-67 ${name} refuses a member too many wherever there is an object`, async () => {
      const extras: [string, Json][] = [
        ['earned', '9'],
        ['__proto__', {}],
        ['constructor', 1],
        ['', null],
      ];
      for (const path of all.filter((each) => isObject(at(good, each))))
        for (const [extra, value] of extras) {
          // Object.defineProperty, because an assignment to __proto__ makes no member.
          const more = changed(good, path, (inner) =>
            Object.defineProperty({ ...(inner as object) }, extra, { value, enumerable: true }),
          );
          await refuses(name, JSON.stringify(more), ['arguments-malformed']);
        }
    });

    it(`A-56 ${name} refuses every other type of JSON in every place`, async () => {
      const others: Json[] = [
        null,
        true,
        0,
        -1,
        1.5,
        1e300,
        '',
        'Ω',
        ' 1',
        '01',
        '1e3',
        '-0',
        [],
        {},
        [[]],
        { a: 1 },
      ];
      const values = all.flatMap((path) => others.map((other) => changed(good, path, () => other)));
      assert.ok((await refusesAll(name, values)) >= all.length * 9);
    });

    it(`A-15 ${name} refuses every second spelling of the same argument`, async () => {
      const text = spelledArgument(name);
      const reversed = `{${Object.entries(good as Record<string, Json>)
        .sort(([a], [b]) => (a < b ? 1 : -1))
        .map(([key, value]) => `${JSON.stringify(key)}:${spelled(value)}`)
        .join()}}`;
      const twice = text.replace('{', `{${text.slice(1, text.indexOf(':'))}:null,`);
      const escaped = text.replace(
        /"([a-z])/,
        (_, letter: string) => `"\\u00${letter.charCodeAt(0).toString(16)}`,
      );
      const others = [` ${text}`, `${text}\n`, text.replace(':', ': '), `\ufeff${text}`, twice, escaped];
      if (reversed !== text) others.push(reversed);
      for (const other of others) await refuses(name, other, ['arguments-malformed']);
      const upper = all
        .map((path) => ({ path, inner: at(good, path) }))
        .filter(({ inner }) => typeof inner === 'string' && /^(?=.*[a-f])[0-9a-f]{32,}$/.test(inner))
        .map(({ path, inner }) => changed(good, path, () => (inner as string).toUpperCase()));
      assert.equal(await refusesAll(name, upper), upper.length);
    });

    it(`A-68 ${name} refuses what is far too large, anywhere`, async () => {
      for (const path of all.slice(1)) {
        const inner = at(good, path);
        const large: Json = Array.isArray(inner)
          ? Array.from({ length: 2000 }, () => inner[0] as Json)
          : typeof inner === 'string'
            ? '1'.repeat(100_000)
            : 1e15;
        await refuses(name, spelled(changed(good, path, () => large)));
        await refuses(name, spelled(changed(good, path, () => '1'.repeat(1 << 20))), ['batch-too-large']);
      }
      await refuses(name, '['.repeat(10_000), ['arguments-malformed']);
      await refuses(name, '[]'.repeat(200_000), ['batch-too-large']);
    });
  }

  it('A-67 reads refuse parts that make no key of the kind, and a page that begins elsewhere', async () => {
    const odd = ['', 'a/b', 'Ω', '../x', 'a\u0000', 'a b', '-1'];
    for (const kind of Object.keys(rows)) {
      for (const parts of [...odd.map((part) => [part]), ['a', 'b', 'c', 'd']])
        await refuses('LedgerContract:Read', spelled({ kind, parts }));
      for (const prefix of [...odd.map((part) => [part]), ['a', 'b', 'c', 'd']])
        await refuses('LedgerContract:List', spelled({ kind, prefix, limit: 1 }));
      for (const after of ['', 'zzz', '!', `${kind}\u0000`])
        await refuses('LedgerContract:List', spelled({ kind, prefix: [], after, limit: 1 }));
    }
  });
});
