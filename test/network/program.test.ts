import { explain, NetworkFault } from '@dstore/network/fault.js';
import { ProgramFailed, runProgram } from '@dstore/network/program.js';
import { CaRefusal, CaUnreachable } from '@dstore/organizations';
import assert from 'node:assert/strict';

const node = (script: string) => runProgram(process.execPath, ['-e', script]);

describe('runProgram', () => {
  it('answers what a program wrote, and hears it line by line', async () => {
    const lines: string[] = [];
    const script = 'process.stdout.write("out"); process.stderr.write("one\\ntwo\\nthr")';
    const output = await runProgram(process.execPath, ['-e', script], { onLine: (line) => lines.push(line) });
    assert.deepEqual(output, { stdout: 'out', stderr: 'one\ntwo\nthr' });
    assert.deepEqual(lines, ['one', 'two']);
  });

  it('fails with the exit code and the last words of a program, colours left out', async () => {
    const script = 'console.error("\\u001b[31mno such channel\\u001b[0m"); process.exitCode = 3';
    await assert.rejects(node(script), (error) => {
      assert.ok(error instanceof ProgramFailed);
      assert.equal(error.exitCode, 3);
      assert.match(error.message, /ended with exit code 3: no such channel$/);
      return true;
    });
  });

  it('fails when there is no such program', async () => {
    await assert.rejects(
      runProgram('/no/such/program', []),
      (error) => error instanceof ProgramFailed && error.exitCode === undefined,
    );
  });

  it('gives a program nothing of the environment but PATH, HOME and what is named', async () => {
    const script = 'process.stdout.write(Object.keys(process.env).sort().join())';
    const { stdout } = await runProgram(process.execPath, ['-e', script], { env: { NAMED: '1' } });
    assert.deepEqual(
      stdout.split(',').filter((name) => !name.startsWith('__')),
      ['HOME', 'NAMED', 'PATH'],
    );
  });
});

describe('explain', () => {
  for (const [what, error, fix] of [
    ['a full disk', Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }), /make room/],
    ['files of another user', Object.assign(new Error('EACCES'), { code: 'EACCES' }), /DSTORE_HOME/],
    ['a stopped CA', new CaUnreachable('tls.org1', 'https://x', new Error('no')), /network:up starts it/],
    [
      'a wrong secret',
      new CaRefusal('tls.org1', 'enrol x', 'secret', 401, []),
      /secrets must be of the same/,
    ],
  ] as const)
    it(`says what to do about ${what}`, () => {
      assert.match(explain(error), new RegExp(`\n  fix: .*${fix.source}`));
    });

  it('puts the fix below the fault', () => {
    assert.equal(explain(new NetworkFault('it broke', 'mend it')), 'it broke\n  fix: mend it');
    assert.equal(explain(new Error('it broke')), 'it broke');
    assert.equal(explain('it broke'), 'it broke');
  });
});
