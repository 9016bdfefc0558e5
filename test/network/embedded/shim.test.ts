import { ContractRunner } from '@dstore/network/embedded/shim.js';
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

const require = createRequire(import.meta.url);

describe('shim', () => {
  it('finds the internals of fabric-shim where and as they were', () => {
    const { version } = require('fabric-shim/package.json') as { version: string };
    assert.equal(version, '2.5.8', 'read lib/stub.js and lib/contract-spi/chaincodefromcontract.js again');
    const stub = require('fabric-shim/lib/stub.js') as { prototype: object; length: number };
    assert.equal(stub.length, 5);
    for (const name of [
      'getState',
      'putState',
      'getStateByRange',
      'setStateValidationParameter',
      'getTransient',
    ])
      assert.ok(name in stub.prototype, name);
    const dispatcher = require('fabric-shim/lib/contract-spi/chaincodefromcontract.js') as {
      prototype: object;
    };
    assert.ok('Invoke' in dispatcher.prototype);
  });

  it('leaves stray errors to the process and prints nothing', () => {
    const listeners = process.listeners('unhandledRejection').map(({ name }) => name);
    assert.ok(!listeners.includes('loggerUnhandledRejectionFn'));
    for (const path of ['fabric-shim/lib/logger.js', 'fabric-contract-api/lib/logger.js']) {
      const { getLogger } = require(path) as {
        getLogger(this: void, name: string): { transports: { silent: boolean }[] };
      };
      for (const name of ['_', 'any other'])
        assert.deepEqual(
          getLogger(name).transports.map(({ silent }) => silent),
          [true],
        );
    }
  });
});

describe('ContractRunner', () => {
  it('refuses a class that is no contract', () => {
    class NoContract {}
    assert.throws(() => new ContractRunner([NoContract as never], 'toy', '1'), /invalid contract/);
  });
});
