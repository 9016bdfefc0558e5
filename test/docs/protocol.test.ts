import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRetryable, retryAfter, statusOf } from '@dstore/application/ports/problem.js';
import { fullArguments } from '../chaincode/contracts/arguments.js';
import {
  defaultParams,
  events,
  keyOf,
  lawCodes,
  partCountOf,
  type RowKind,
  rows,
  transactions,
} from '@dstore/chaincode/domain';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const text = readFileSync(join(root, 'docs', 'protocol.md'), 'utf8');

/** Cells of the table rows of a section, without the heads. */
function tableOf(section: string): string[][] {
  const from = text.indexOf(`\n## ${section}\n`);
  assert.ok(from >= 0, section);
  const end = text.indexOf('\n## ', from + 1);
  const lines = text.slice(from, end < 0 ? undefined : end).split('\n');
  return lines
    .filter(
      (line, at) => line.startsWith('|') && !line.startsWith('| --') && !lines[at + 1]?.startsWith('| --'),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.replaceAll('`', '').trim()),
    );
}

const words = (cell: string | undefined): readonly string[] => cell?.match(/[A-Za-z]+(?:-[a-z]+)*/g) ?? [];

describe('docs/protocol.md', () => {
  it('S-12 lists every code under its status, with what may succeed later and what says when', () => {
    const listed = tableOf('18. Codes').flatMap(([status, codes = '']) =>
      codes.split(/\s+/).map((each) => {
        const [, code = '', marks = ''] = /^([a-z-]+)(.*)$/.exec(each.replaceAll('\\', '')) ?? [];
        return [code, Number(status), marks.includes('*'), marks.includes('+')];
      }),
    );
    const known = [...statusOf].map(([code, status]) => [
      code,
      status,
      isRetryable(code),
      retryAfter(code) !== undefined,
    ]);
    assert.deepEqual(listed.sort(), known.sort());
  });

  describe('section 10', () => {
    let contract = '';
    const table = tableOf('10. Transactions').flatMap(([call = '', caller, refuses, announces]) => {
      const [, of, verb = ''] = /\*\*(\w*):(\w+)\*\*/.exec(call) ?? [];
      contract = of === '' || of === undefined ? contract : of;
      return verb === '' ? [] : [{ name: `${contract}:${verb}`, call, caller, refuses, announces }];
    });

    it('has every transaction, who may call it, and each member of its argument', () => {
      assert.deepEqual(table.map(({ name }) => name).sort(), Object.keys(transactions).sort());
      for (const { name, call, caller } of table) {
        assert.notEqual(caller, '', name);
        for (const member of Object.keys(fullArguments[name as keyof typeof transactions]))
          assert.ok(words(call).includes(member), `${name}: ${member}`);
      }
    });

    it('has every event, and names no refusal that is none', () => {
      const announced = table.flatMap(({ announces }) => words(announces)[0] ?? []);
      assert.deepEqual([...new Set(announced)].sort(), Object.keys(events).sort());
      const codes = new Set<string>(lawCodes);
      for (const { name, refuses } of table)
        for (const code of refuses?.match(/\b[a-z]+(?:-[a-z]+)+\b/g) ?? [])
          assert.ok(codes.has(code), `${name}: ${code}`);
    });
  });

  it('has every kind of row in section 9', () => {
    const listed = tableOf('9. Ledger rows').flatMap(([key = '']) => key.split(', '));
    const parts = (key: string) => [key.split('/')[0], key.split('/').length];
    const known = Object.keys(rows).map((kind) => {
      const sample = Array.from({ length: partCountOf(kind as RowKind) }, () => '1');
      return parts(keyOf(kind as RowKind, sample));
    });
    assert.deepEqual(listed.map(parts).sort(), known.sort());
  });

  it('has every parameter with its default in section 17', () => {
    const listed = tableOf('17. Parameters').map(([name = '', value]) => [name.split(' ')[0], value]);
    const known = Object.entries(defaultParams).map(([name, value]) => [name, String(value)]);
    assert.deepEqual(listed.sort(), known.sort());
  });
});
