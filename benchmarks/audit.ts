/*
 * Claims: 100 leases with 30 challenges each in one transaction take an endorser less than a second to verify, at most
 * 8 MB of transient data and 64 bytes of ledger a challenge; and a lease with more bytes in it costs no more. The real law
 * on the embedded network with the consortium of the tests, so that its clock needs no waiting.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

// Before the contracts: it silences the libraries that report every decorator while they load.
import '@dstore/network/embedded';
import { AuditContract } from '@dstore/chaincode/contracts/audit-contract.js';
import { randomBytes } from 'node:crypto';
import type { Context } from 'fabric-contract-api';
import { ConsortiumOfTests } from '#test/application/consortium-of-tests.js';

import { options } from './options.js';
import { report, times, verdict, withUnit } from './report.js';
import { progress } from './scratch.js';

const organizations = 4;
const challenges = 30;
const manyLeases = options.smoke ? 3 : 100;
const fewLeases = options.smoke ? 2 : 10;
const mebibyte = 1 << 20;
const smallBytes = options.smoke ? 2 * mebibyte : 8 * mebibyte;
const largeBytes = 4 * smallBytes;

/** What judging one disk's proofs took. */
interface Judged {
  /** Milliseconds of one endorser. */
  readonly verifyMs: number;
  /** Milliseconds of the disk's agent to make the proofs, with everything that is not an endorser's. */
  readonly restMs: number;
  readonly transientBytes: number;
  readonly ledgerBytes: number;
}

/** Time in which at least one endorser judges, and the size of the last bundle. */
const watch = { atWork: 0, since: 0, busyMs: 0, calls: 0, transientBytes: 0 };

function watchEndorsers(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const { SubmitProofs } = AuditContract.prototype;
  AuditContract.prototype.SubmitProofs = async function (ctx: Context, argument: string): Promise<string> {
    if (watch.atWork === 0) watch.since = performance.now();
    watch.atWork += 1;
    watch.calls += 1;
    watch.transientBytes = ctx.stub.getTransient().get('bundle')?.length ?? 0;
    try {
      return await SubmitProofs.call(this, ctx, argument);
    } finally {
      watch.atWork -= 1;
      if (watch.atWork === 0) watch.busyMs += performance.now() - watch.since;
    }
  };
}

async function blocksBytes(folder: string): Promise<number> {
  const blocks = join(folder, 'network', 'blocks');
  const names = (await readdir(blocks)).filter((name) => name.startsWith('blocks-'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(blocks, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A vault of its own for each lease on the disk, with an object of so many bytes. */
async function fill(consortium: ConsortiumOfTests, leases: number, bytes: number): Promise<void> {
  const policy = { capacityBytes: BigInt(2 * bytes), termEpochs: 8n };
  for (let at = 0; at < leases; at += 1) {
    const owner = await consortium.openOwner({ vaultId: `v${at}`, policy });
    await owner.makeBucket();
    await owner.put('object', randomBytes(bytes));
    await owner.open.close();
    consortium.forget(owner);
    if (at % 20 === 19) progress(`${at + 1} leases of ${leases}`);
  }
}

async function judged(leases: number, bytes: number): Promise<Judged> {
  const consortium = await ConsortiumOfTests.open({ organizations, params: { challenges } });
  try {
    await fill(consortium, leases, bytes);
    await consortium.turnEpoch();
    const provider = consortium.provider('d1');
    await provider.followCommits.run();
    Object.assign(watch, { busyMs: 0, calls: 0 });
    const ledger = await blocksBytes(consortium.folder);
    const began = performance.now();
    const verdicts = await provider.answerChallenges.run();
    const took = performance.now() - began;
    const proven = verdicts.filter((one) => one.verdict === 'proven').length;
    if (proven !== leases || watch.calls !== organizations)
      throw new Error(`${proven} leases of ${leases} proven by ${watch.calls} endorsements`);
    return {
      verifyMs: watch.busyMs / organizations,
      restMs: took - watch.busyMs,
      transientBytes: watch.transientBytes,
      ledgerBytes: (await blocksBytes(consortium.folder)) - ledger,
    };
  } finally {
    await consortium.close();
  }
}

watchEndorsers();
const many = await judged(manyLeases, smallBytes);
const small = await judged(fewLeases, smallBytes);
const large = await judged(fewLeases, largeBytes);
const perChallenge = many.ledgerBytes / (manyLeases * challenges);
const ratio = large.verifyMs / small.verifyMs;
report({
  title: 'an audit of many leases in one transaction',
  setting: `${manyLeases} leases of one disk, ${challenges} challenges each, shards of 1 MiB; ${organizations} endorsers of the embedded network, one after the other in one process; the time of an endorser is that of its contract's call`,
  lines: [
    { name: 'verify, an endorser', figure: withUnit(many.verifyMs, 'ms') },
    { name: 'verify, a challenge', figure: withUnit(many.verifyMs / (manyLeases * challenges), 'ms') },
    { name: 'read, prove, order, commit', figure: withUnit(many.restMs, 'ms') },
    { name: 'transient data', figure: withUnit(many.transientBytes / 1e6, 'MB') },
    { name: 'ledger, a lease', figure: withUnit(many.ledgerBytes / manyLeases, 'bytes') },
    {
      name: `verify, a lease of ${smallBytes / mebibyte} MiB`,
      figure: withUnit(small.verifyMs / fewLeases, 'ms'),
    },
    {
      name: `verify, a lease of ${largeBytes / mebibyte} MiB`,
      figure: withUnit(large.verifyMs / fewLeases, 'ms'),
      compared: times(large.verifyMs, small.verifyMs, 'the smaller'),
    },
  ],
  verdicts: [
    verdict(`${manyLeases} leases x ${challenges}, an endorser`, { most: 1000 }, many.verifyMs, {
      unit: 'ms',
    }),
    verdict('transient data of it', { most: 8 }, many.transientBytes / 1e6, { unit: 'MB' }),
    verdict('ledger for a shard that was audited', { most: 64 }, perChallenge, { unit: 'bytes' }),
    verdict(`audit of a lease with ${largeBytes / smallBytes} times the bytes`, { most: 1.2 }, ratio, {
      unit: 'x',
      ratio: `of one with ${smallBytes / mebibyte} MiB`,
    }),
  ],
});
