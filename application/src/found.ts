import { readFileSync } from 'node:fs';
import { defaultParams, type Params } from '@dstore/chaincode/domain';
import { FileBeaconSecrets } from './adapters/file/file-beacon-secrets.js';
import { SystemClock } from './adapters/system/system-clock.js';
import { SystemRandom } from './adapters/system/system-random.js';
import { beaconFolder } from './compose-organization.js';
import { type OrganizationConfig, readOrganizationFile } from './organization-config.js';
import { OrganizationMembers, type OwnMember } from './organization-members.js';
import { agreeInTime } from './use-cases/agree-in-time.js';
import { FoundConsortium, type Seat } from './use-cases/found-consortium.js';
import { KeepAnchor } from './use-cases/keep-anchor.js';

/** What founders agreed on, where one machine holds all their keys. */
interface Charter {
  /** Settings files of the processes whose members are enlisted. */
  readonly settings: readonly string[];
  /** Seconds; what differs from the default parameters. */
  readonly params: Readonly<Partial<Record<keyof Params, string>>>;
  /** Credits minted for each owner, and for each provider. */
  readonly allotment: { readonly owner: string; readonly provider: string };
}

const [path = ''] = process.argv.slice(2);
await found(JSON.parse(readFileSync(path, 'utf8')) as Charter);

async function found(charter: Charter): Promise<void> {
  const configs = charter.settings.map((file) => readOrganizationFile(file));
  const opened = await Promise.all(configs.map((config) => OrganizationMembers.open(config)));
  try {
    const parties = await Promise.all(
      configs.map((config, at) => partyOf(config, opened[at] as OrganizationMembers)),
    );
    const allotments = parties.flatMap(({ owner, provider }) => [
      ...allotted(owner, charter.allotment.owner),
      ...allotted(provider, charter.allotment.provider),
    ]);
    const founding = new FoundConsortium({
      params: paramsOf(charter.params),
      seats: parties.flatMap(({ seat }) => (seat === undefined ? [] : [seat])),
      members: parties.flatMap(({ members }) => members.map(({ ledger }) => ledger)),
      allotments,
    });
    await agreeInTime(new SystemClock(), () => founding.run());
  } finally {
    for (const members of opened) members.close();
  }
}

interface Party {
  readonly seat: Seat | undefined;
  readonly owner: OwnMember | undefined;
  readonly provider: OwnMember | undefined;
  readonly members: readonly OwnMember[];
}

async function partyOf(config: OrganizationConfig, known: OrganizationMembers): Promise<Party> {
  const optional = async (files: OrganizationConfig['admin']) =>
    files === undefined ? undefined : known.member(files);
  const admin = await optional(config.roles.includes('keeper') ? config.admin : undefined);
  const owner = await optional(config.vault?.owner);
  const provider = await optional(config.provider?.member);
  const agents = await Promise.all((config.provider?.disks ?? []).map(({ agent }) => known.member(agent)));
  const secrets = new FileBeaconSecrets(beaconFolder(config.dataDir));
  const members = [admin, owner, provider, ...agents].filter((member) => member !== undefined);
  const seat =
    admin === undefined
      ? undefined
      : { admin: admin.ledger, keepAnchor: new KeepAnchor(admin.ledger, secrets, new SystemRandom()) };
  return { seat, owner, provider, members };
}

function allotted(member: OwnMember | undefined, amount: string) {
  return member === undefined ? [] : [{ to: member.ledger.caller, amount: BigInt(amount) }];
}

function paramsOf(given: Charter['params']): Params {
  const changed = Object.entries(given).map(([name, value]) => [name, BigInt(value)]);
  return { ...defaultParams, ...(Object.fromEntries(changed) as Partial<Params>) };
}
