import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultParams, type Params } from '@dstore/chaincode/domain';
import { AuthorityIdentities } from './adapters/file/authority-identities.js';
import { TokenFile } from './adapters/file/token-file.js';
import { HttpsDoors } from './adapters/https/https-doors.js';
import { SystemClock } from './adapters/system/system-clock.js';
import { SystemRandom } from './adapters/system/system-random.js';
import { type OpenOwner, startOwner } from './compose-vault.js';
import type { LeasePolicy } from './core/lease-policy.js';
import { EmbeddedConsortium, type OpenStore } from './embedded-consortium.js';
import { demoCommands } from './first-screen.js';
import { createGateway, type Gateway } from './http/create-gateway.js';
import type { IdentityDesk } from './http/gateway-use-cases.js';
import type { Log } from './ports/log.js';
import { RevokeIdentity } from './use-cases/revoke-identity.js';
import { keepKeyring, keepToken } from './vault-secrets.js';
import type { Surroundings } from './workers/worker.js';

/** Parameters of the embedded demonstration: the production ones with short epochs. */
export const demoParams: Params = {
  ...defaultParams,
  epochLengthSeconds: 20n,
  revealLengthSeconds: 5n,
  revealGraceSeconds: 4n,
  timeWindowSeconds: 2n,
  // More patient than the default of 3: an epoch of 20 s is soon missed by a machine that is busy with a put.
  missLimit: 5,
  missesInWindow: 10,
};

const gibibyte = 1n << 30n;
const vaultId = 'demo';
const bucket = 'demo';
const organizations = 6;
const capacityBytes = 64n * gibibyte;
const allotment = { owner: 1_000_000_000n, provider: 10_000_000n };
const demoRepairRate = 100_000_000;
/** Stripes under way take 10 MiB each; doors and ledger in the same process leave no work for a second thread. */
const codec = { threads: 1, memoryBytes: 32 << 20 };

/** How the demo's gateway leases: by itself, for a day of short epochs, at up to twice the going price. */
const policy: LeasePolicy = {
  maxPrice: 250n,
  minCollateralRate: 500n,
  termEpochs: 4320n,
  capacityBytes: 4n * gibibyte,
  headroomBytes: gibibyte,
};

/** What a demo is started with. */
export interface DemoOptions {
  readonly home: string;
  readonly version: string;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
  readonly log: Log;
  readonly params?: Params;
  /** Whether a recovery goes on without flushes that can't be read. */
  readonly acceptLoss?: boolean;
  /** Of another kind than files. */
  readonly openStore?: OpenStore;
  /** Network bytes a second that repair may use, if other than the demo's. */
  readonly repairBytesPerSecond?: number;
}

/** A demo that runs: the whole consortium, a vault on it and its gateway. */
export interface RunningDemo {
  readonly url: string;
  readonly token: string;
  readonly consortium: EmbeddedConsortium;
  readonly owner: OpenOwner;
  readonly params: Params;
  close(): Promise<void>;
}

/** Wires the demo: consortium, vault, REST. Everything of it lies below its home, and is found there at the next start. */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const { home, log, params = demoParams, openStore } = options;
  const around: Surroundings = { clock: new SystemClock(), random: new SystemRandom(), log };
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const act of closers.splice(0).reverse()) await act();
  };
  try {
    const consortium = await EmbeddedConsortium.open({
      home,
      params,
      organizations,
      capacityBytes,
      allotment,
      ...(openStore === undefined ? {} : { openStore }),
      around,
    });
    closers.push(() => consortium.close());
    const owner = await openVault(consortium, options, around, closers);
    const keep = (name: string, role: 'owner' | 'admin') =>
      keepToken(join(home, name), { name: 'demo', role }, owner.tokens, around.random);
    const token = await keep('demo.token', 'owner');
    await keep('demo.admin.token', 'admin');
    const identities = await identityDesk(consortium, home, around);
    const { gateway, url } = await serve(options, consortium, owner.open, token, identities);
    closers.push(() => gateway.close());
    return { url, token, consortium, owner: owner.open, params, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openVault(
  consortium: EmbeddedConsortium,
  { home, acceptLoss = false, repairBytesPerSecond = demoRepairRate }: DemoOptions,
  around: Surroundings,
  closers: (() => Promise<void>)[],
) {
  const folder = join(home, 'vault');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { ledger } = await consortium.owner();
  const { msp, id } = ledger.caller;
  const doors = new HttpsDoors({
    tls: await consortium.members.tls(msp, id),
    roots: () => consortium.members.organizations().map(({ tlsRoot }) => tlsRoot),
  });
  closers.push(() => doors.close());
  const tokens = new TokenFile(join(folder, 'tokens.json'));
  const keyring = await keepKeyring(
    {
      vaultId,
      master: join(folder, 'master.key'),
      words: join(home, 'demo.words'),
      catalog: join(folder, 'catalog.db'),
    },
    around.random,
  );
  const means = { ...around, vaultId, folder, ledger, doors, keyring, tokens, policy, acceptLoss };
  const open = await startOwner({ ...means, repairBytesPerSecond }, { bucket, codec }, closers);
  return { open, tokens };
}

/** The identities of the owner's organization. */
async function identityDesk(
  consortium: EmbeddedConsortium,
  home: string,
  { random }: Surroundings,
): Promise<IdentityDesk> {
  const { ledger: owner } = await consortium.owner();
  const { msp } = owner.caller;
  const { ledger: admin } = await consortium.members.member(msp, 'admin', ['admin']);
  const identities = new AuthorityIdentities({
    authority: consortium.network.authority(msp),
    path: join(home, 'network', 'identities', `${msp}.json`),
    random,
    isTaken: async (id) => (await owner.read('member', msp, id)) !== undefined,
  });
  return { identities, revokeIdentity: new RevokeIdentity(identities, admin) };
}

async function serve(
  { version, log, publicUrl, host, port }: DemoOptions,
  consortium: EmbeddedConsortium,
  owner: OpenOwner,
  token: string,
  identities: IdentityDesk,
): Promise<{ gateway: Gateway; url: string }> {
  const commands: { name: string; line: string }[] = [];
  const gateway = await createGateway(owner.useCases, {
    version,
    log,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    identities,
    demo: { control: consortium, commands },
  });
  const url = await gateway.listen(host, port);
  commands.push(...demoCommands(url, token, 'org2-d1'));
  return { gateway, url };
}
