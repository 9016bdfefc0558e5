import { type Yaml, yaml } from '@dstore/network/native/yaml.js';
import assert from 'node:assert/strict';
import { parse } from 'yaml';

const values: readonly Yaml[] = [
  { a: 'x', b: 1, c: true },
  {
    list: ['-', '# no comment', 'a: b', '"', '\\', '', 'é\n\t'],
    'org1.kubo.d-1': { deep: [{ a: [] }, {}, [['x']]] },
  },
  { 'a b': 'yes', '1': 'no', 'x:y': '*', null: '~' },
];

describe('yaml', () => {
  for (const value of values)
    it(`is read back as it was: ${JSON.stringify(value).slice(0, 40)}`, () => {
      assert.deepEqual(parse(yaml(value)), value);
    });

  it('writes a line for each value, names as they are', () => {
    const text = yaml({ services: { 'org1.ca': { user: '1000:1000', command: ['a', 'b'], env: {} } } });
    assert.equal(
      text,
      'services:\n  org1.ca:\n    user: "1000:1000"\n    command:\n      - "a"\n      - "b"\n    env: {}\n',
    );
  });
});
