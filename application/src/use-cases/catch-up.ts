import { headDigest } from '../core/head.js';
import { Fault } from '../ports/fault.js';
import type { Log } from '../ports/log.js';
import { type Lost, RecoverVault } from './recover-vault.js';
import type { VaultMeans } from './vault.js';

/** What is done when flushes can't be read again. */
export interface LossPolicy {
  readonly acceptLoss: boolean;
  readonly log: Pick<Log, 'error'>;
}

/** Names in one line of the log. */
const mostNamed = 50;

/**
 * Brings a catalog to where the ledger is: a flush that turned out valid is applied from what was remembered of it, what
 * another gateway committed is read from its entries. Answers the vault's head. Fault `not-ready` when the catalog is
 * ahead of the ledger: they are not of one vault. Goes on without what can't be read only where a policy says so.
 */
export class CatchUp {
  readonly #means: VaultMeans;
  readonly #policy: LossPolicy | undefined;

  constructor(means: VaultMeans, policy?: LossPolicy) {
    this.#means = means;
    this.#policy = policy;
  }

  async run(): Promise<Buffer> {
    const { ledger, catalog, vaultId } = this.#means;
    const row = await ledger.read('vault', vaultId);
    if (row === undefined)
      throw new Fault('not-ready', `the ledger knows no vault ${vaultId}`, { retryable: false });
    const head = Buffer.from(row.head, 'base64');
    const intent = catalog.intent();
    const landed = intent?.revision === row.revision && intent.headDigest === headDigest(head);
    if (intent !== undefined && landed && catalog.revision() + 1n === row.revision)
      catalog.apply(intent.flush);
    if (catalog.revision() < row.revision) await this.#recover();
    catalog.forgetIntent();
    if (catalog.revision() > row.revision) {
      const message = `the catalog is at revision ${catalog.revision()}, the ledger at ${row.revision}`;
      throw new Fault('not-ready', message, { retryable: false });
    }
    return head;
  }

  async #recover(): Promise<void> {
    const { lost } = await new RecoverVault(this.#means, this.#policy?.acceptLoss).run();
    if (lost !== undefined) this.#say(lost);
  }

  #say({ revisions, versions, buckets }: Lost): void {
    const log = this.#policy?.log;
    const flushes = revisions.slice(0, mostNamed).join(' ');
    log?.error('the vault was recovered without flushes that are lost; what they deleted may be back', {
      flushes,
      count: revisions.length,
      versions: versions.length,
    });
    for (const { bucket, key, versionId } of versions)
      log?.error('a version is lost', { bucket, key, versionId });
    for (const bucket of buckets)
      log?.error("a bucket's settings are lost; it keeps every version now", { bucket });
  }
}
