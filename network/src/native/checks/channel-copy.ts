import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runProgram } from '../../program.js';
import type { NativeNetwork } from '../native-network.js';
import { PeerCommand } from '../peer-command.js';

/** What the channel's configuration holds of certificates and revocations. */
export interface ChannelCopy {
  /** Every certificate in it, with its place. */
  readonly certificates: readonly { readonly place: string; readonly pem: string }[];
  /** Lists of revoked certificates by the organizations' places, such as `Application.Org1MSP`. */
  readonly revocations: ReadonlyMap<string, readonly string[]>;
}

/** Asks the first organization's orderer for the channel's configuration. */
export async function fetchChannelCopy(network: NativeNetwork): Promise<ChannelCopy> {
  const [seat] = network.seats;
  if (seat === undefined) throw new RangeError('the network has no organization');
  const { programs } = network.options.toolchain;
  const command = new PeerCommand(programs, network.shared, seat);
  const folder = await mkdtemp(join(tmpdir(), 'dstore-channel-'));
  try {
    const path = join(folder, 'config.block');
    const channel = ['--channelID', network.shared.channel];
    await command.run(['channel', 'fetch', 'config', path, ...channel, ...command.ordererArguments()]);
    const output = join(folder, 'config.json');
    const decode = ['proto_decode', '--type', 'common.Block', '--input', path, '--output', output];
    await runProgram(programs.configtxlator, decode);
    return channelCopyOf(JSON.parse(await readFile(output, 'utf8')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads a configuration block as configtxlator writes it. */
export function channelCopyOf(block: unknown): ChannelCopy {
  const certificates: { place: string; pem: string }[] = [];
  const revocations = new Map<string, string[]>();
  for (const { place, text } of texts(channelGroup(block), [])) {
    const pem = Buffer.from(text, 'base64').toString('latin1');
    const at = place.filter((name) => !noise.has(name)).join('.');
    if (pem.startsWith('-----BEGIN CERTIFICATE-----')) certificates.push({ place: at, pem });
    if (!pem.startsWith('-----BEGIN X509 CRL-----')) continue;
    const organization = at.replace(/\.MSP\..*$/, '');
    revocations.set(organization, [...(revocations.get(organization) ?? []), pem]);
  }
  return { certificates, revocations };
}

/** Names in places that say nothing. */
const noise = new Set(['groups', 'values', 'value', 'config']);

function channelGroup(block: unknown): unknown {
  const { data } = block as { data?: { data?: { payload?: { data?: { config?: unknown } } }[] } };
  return (data?.data?.[0]?.payload?.data?.config as { channel_group?: unknown } | undefined)?.channel_group;
}

function* texts(
  value: unknown,
  place: readonly string[],
): Generator<{ place: readonly string[]; text: string }> {
  if (typeof value === 'string') yield { place, text: value };
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) yield* texts(inner, [...place, name]);
}
