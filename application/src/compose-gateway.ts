import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { TokenFile } from './adapters/file/token-file.js';
import { HttpsDoors } from './adapters/https/https-doors.js';
import { openIdentities } from './compose-identities.js';
import { startOwner } from './compose-vault.js';
import { createGateway } from './http/create-gateway.js';
import type { OrganizationConfig, VaultConfig } from './organization-config.js';
import { type OrganizationMembers, readKeyFiles } from './organization-members.js';
import { keepKeyring, keepToken } from './vault-secrets.js';
import type { Surroundings } from './workers/worker.js';

const repairBytesPerSecond = 50_000_000;
/** Stripes under way take 10 MiB each. */
const codec = { threads: availableParallelism(), memoryBytes: 192 << 20 };

/** Opens the vault of the settings and serves it over REST. Answers its URL, undefined without the role gateway. */
export async function openGateway(
  config: OrganizationConfig,
  members: OrganizationMembers,
  around: Surroundings & { readonly version: string },
  closers: (() => Promise<void>)[],
): Promise<string | undefined> {
  const { vault, http, dataDir } = config;
  if (vault === undefined || http === undefined) return undefined;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const { open, tokens } = await openVault(vault, dataDir, members, around, closers);
  const keep = (file: string, role: 'owner' | 'admin') =>
    keepToken(join(dataDir, file), { name: 'first', role }, tokens, around.random);
  await keep('gateway.token', 'owner');
  await keep('gateway.admin.token', 'admin');
  const identities = await openIdentities(config, members, closers);
  const gateway = await createGateway(open.useCases, {
    version: around.version,
    log: around.log,
    ...(http.publicUrl === undefined ? {} : { publicUrl: http.publicUrl }),
    ...(identities === undefined ? {} : { identities }),
  });
  closers.push(() => gateway.close());
  return gateway.listen(http.host, http.port);
}

async function openVault(
  { vaultId, bucket, owner, tls, masterFile, policy, acceptLoss }: VaultConfig,
  folder: string,
  members: OrganizationMembers,
  around: Surroundings,
  closers: (() => Promise<void>)[],
) {
  const { ledger } = await members.member(owner);
  const doors = new HttpsDoors({
    tls: await readKeyFiles(tls),
    roots: () => members.organizations.map(({ tlsRoot }) => tlsRoot),
  });
  closers.push(() => doors.close());
  await mkdir(dirname(masterFile), { recursive: true, mode: 0o700 });
  const places = { vaultId, master: masterFile, words: `${masterFile}.words` };
  const keyring = await keepKeyring({ ...places, catalog: join(folder, 'catalog.db') }, around.random);
  const tokens = new TokenFile(join(folder, 'tokens.json'));
  const means = { ...around, vaultId, folder, ledger, doors, keyring, tokens, policy, acceptLoss };
  const open = await startOwner({ ...means, repairBytesPerSecond }, { bucket, codec }, closers);
  return { open, tokens };
}
