import assert from 'node:assert/strict';
import { ConfigFaults, type ConfigSources, readConfig } from '@dstore/application/config.js';

const read = (given: Partial<ConfigSources>) =>
  readConfig({ argv: [], env: {}, folder: '/somewhere', ...given });

describe('readConfig', () => {
  it('has a default for everything', () => {
    const { home, host, port, publicUrl, logLevel, acceptLoss, origins } = read({});
    assert.deepEqual(
      { home, host, port, publicUrl, logLevel, acceptLoss },
      {
        home: '/somewhere/data',
        host: '127.0.0.1',
        port: 8080,
        publicUrl: undefined,
        logLevel: 'info',
        acceptLoss: false,
      },
    );
    assert.ok(Object.values(origins).every((origin) => origin === 'default'));
  });

  it('takes flags before the environment before the file before defaults', () => {
    const file = 'port: 1\nhome: /file\nlog-level: warn\nhost: "::1"\n';
    const env = { DSTORE_PORT: '2', DSTORE_HOME: '/env', DSTORE_LOG_LEVEL: '', PATH: '/bin' };
    const config = read({ file, env, argv: ['--port', '3', '--public-url=https://dstore.example'] });
    assert.equal(config.port, 3);
    assert.equal(config.home, '/env');
    assert.equal(config.logLevel, 'warn');
    assert.equal(config.host, '::1');
    assert.equal(config.publicUrl, 'https://dstore.example');
    assert.deepEqual(config.origins, {
      port: 'flag',
      'public-url': 'flag',
      home: 'environment',
      host: 'file',
      'log-level': 'file',
      'accept-loss': 'default',
    });
  });

  it('leaves the command its own variables', () => {
    assert.equal(read({ env: { DSTORE_URL: 'http://localhost:1', DSTORE_TOKEN: 'x' } }).port, 8080);
  });

  const bad: [given: Partial<ConfigSources>, fault: RegExp][] = [
    [{ argv: ['--port', 'http'] }, /^--port: "http" is no port/],
    [{ argv: ['--port', '65536'] }, /^--port/],
    [{ argv: ['--port', '-1'] }, /^--port/],
    [{ argv: ['--port', '1e3'] }, /^--port/],
    [{ argv: ['--port', '80.5'] }, /^--port/],
    [{ argv: ['--port'] }, /^--port: a value is missing/],
    [{ argv: ['--port='] }, /^--port: a value is missing/],
    [{ argv: ['--port', '1', '--port', '2'] }, /^--port: given twice/],
    [{ argv: ['--colour', 'red'] }, /no such flag/],
    [{ argv: ['start'] }, /^start: there is no such flag/],
    [{ argv: ['--host', '0.0.0.0'] }, /not loopback/],
    [{ argv: ['--home', 'a\0b'] }, /no path/],
    [{ argv: ['--public-url', 'ftp://x'] }, /no URL/],
    [{ argv: ['--public-url', 'https://x/path'] }, /no URL/],
    [{ argv: ['--public-url', 'nonsense'] }, /no URL/],
    [{ env: { DSTORE_PORT: 'x' } }, /^DSTORE_PORT: "x"/],
    [{ env: { DSTORE_PROT: '1' } }, /^DSTORE_PROT: there is no such setting/],
    [{ env: { DSTORE_LOG_LEVEL: 'loud' } }, /none of debug/],
    [{ env: { DSTORE_ACCEPT_LOSS: 'true' } }, /none of no, yes/],
    [{ file: 'prot: 1' }, /^dstore\.yaml: prot: there is no such setting/],
    [{ file: 'port: [1]' }, /^dstore\.yaml: port: a text or a number/],
    [{ file: 'port: x' }, /^dstore\.yaml: port: "x"/],
    [{ file: '- port' }, /^dstore\.yaml: it must be a map/],
    [{ file: 'port: "1' }, /^dstore\.yaml: /],
    [{ file: 'port: 1\nport: 2' }, /^dstore\.yaml: /],
  ];
  for (const [given, fault] of bad) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      assert.throws(
        () => read(given),
        (error) => error instanceof ConfigFaults && error.faults.some((one) => fault.test(one)),
      );
    });
  }

  const spellings = ['-1', '-0', '+1', '01', '1e3', '0x10', ' 1', '1 ', '1_0', 'NaN', '１', '1.0', 'null'];
  for (const spelling of spellings)
    it(`A-56 takes ${JSON.stringify(spelling)} for no port, wherever it stands`, () => {
      const sources: Partial<ConfigSources>[] = [
        { argv: [`--port=${spelling}`] },
        { env: { DSTORE_PORT: spelling } },
        { file: `port: ${JSON.stringify(spelling)}` },
      ];
      if (spelling.trim() === spelling) sources.push({ file: `port: ${spelling}` });
      for (const given of sources) assert.throws(() => read(given), ConfigFaults);
    });

  it('names every fault at once', () => {
    const given = {
      argv: ['--port', 'x', '--colour'],
      env: { DSTORE_HOST: '10.0.0.1' },
      file: 'log-level: loud',
    };
    assert.throws(
      () => read(given),
      (error) =>
        error instanceof ConfigFaults && error.faults.length === 4 && error.message.includes('4 faults'),
    );
  });
});
