import { BodyDigests } from '@dstore/application/use-cases/body-digests.js';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';

const bytes = randomBytes(1000);
const sha256 = createHash('sha256').update(bytes).digest('base64');
const sha512 = createHash('sha512').update(bytes).digest('base64');

/** The header of a body that came in pieces. */
function headersOf(digests: BodyDigests, body = bytes) {
  for (let at = 0; at < body.length; at += 333) digests.update(body.subarray(at, at + 333));
  digests.end();
  return digests.headers();
}

describe('BodyDigests', () => {
  it('keeps none that nobody asked for', () => {
    assert.deepEqual(headersOf(new BodyDigests()), {});
  });

  it('S-13 keeps what came with the body, what its bucket keeps, and each of them once', () => {
    const one = { 'repr-digest': `sha-256=:${sha256}:` };
    const other = { 'repr-digest': `sha-512=:${sha512}:` };
    const both = { 'repr-digest': `sha-256=:${sha256}:, sha-512=:${sha512}:` };
    assert.deepEqual(headersOf(new BodyDigests({ sha256 })), one);
    assert.deepEqual(headersOf(new BodyDigests({}, ['sha-256'])), one);
    assert.deepEqual(headersOf(new BodyDigests({ sha256 }, ['sha-256'])), one);
    assert.deepEqual(headersOf(new BodyDigests(undefined, ['sha-512'])), other);
    assert.deepEqual(headersOf(new BodyDigests({ sha512 }, ['sha-256'])), both);
    assert.deepEqual(headersOf(new BodyDigests({ sha256, sha512 }, ['sha-512', 'sha-256'])), both);
  });

  it('says what RFC 9530 says of its own example', () => {
    const example = Buffer.from('{"hello": "world"}\n');
    assert.deepEqual(headersOf(new BodyDigests({}, ['sha-256']), example), {
      'repr-digest': 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:',
    });
  });

  it('has digests of nothing too', () => {
    const empty = createHash('sha256').digest('base64');
    assert.deepEqual(headersOf(new BodyDigests({ sha256: empty }), Buffer.alloc(0)), {
      'repr-digest': `sha-256=:${empty}:`,
    });
  });

  it('S-13 refuses a body with one bit changed, whichever digest it was announced with', () => {
    const changed = Buffer.from(bytes);
    changed[500] = (changed[500] ?? 0) ^ 1;
    for (const announced of [{ sha256 }, { sha512 }, { sha256, sha512 }])
      assert.throws(() => headersOf(new BodyDigests(announced, ['sha-256']), changed), {
        code: 'digest-mismatch',
      });
  });
});
