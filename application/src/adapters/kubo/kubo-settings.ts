import { isIP } from 'node:net';

/** A setting with which a daemon would lose blocks, or show itself or them to strangers; and what to set instead. */
export interface SettingFlaw {
  readonly setting: string;
  readonly fix: string;
}

/** What a daemon says of itself: `config/show`, its command line, and whether it runs with a swarm key. */
export interface KuboSelf {
  readonly config: unknown;
  readonly commandLine: readonly string[];
  readonly hasSwarmKey: boolean;
}

/**
 * Everything that must be set otherwise before a daemon is taken for a disk. Kubo's defaults look for strangers, so
 * what is not set counts as wrong (Kubo 0.42, docs/config.md).
 */
export function settingFlaws({ config, commandLine, hasSwarmKey }: KuboSelf): SettingFlaw[] {
  return [
    ...(hasSwarmKey ? [] : [swarmKey]),
    ...rules.filter(({ holds }) => !holds((path) => at(config, path))),
    ...(commandLine.some(collects) ? [garbage] : []),
  ].map(({ setting, fix }) => ({ setting, fix }));
}

const swarmKey: SettingFlaw = {
  setting: 'swarm.key',
  fix: "put the consortium's swarm.key into the daemon's repository and start it with LIBP2P_FORCE_PNET=1",
};

const garbage: SettingFlaw = { setting: '--enable-gc', fix: 'start the daemon without --enable-gc' };

const collects = (argument: string) => /^--enable-gc(?:=true)?$/.test(argument);

interface Rule extends SettingFlaw {
  readonly holds: (read: (path: string) => unknown) => boolean;
}

/** A rule that wants one value. */
const must = (setting: string, value: false | true | string): Rule => ({
  setting,
  fix: `set ${setting} to ${JSON.stringify(value)}`,
  holds: (read) => read(setting) === value,
});

const rules: readonly Rule[] = [
  {
    setting: 'Bootstrap',
    fix: 'set Bootstrap to []',
    holds: (read) => isEmptyList(read('Bootstrap')),
  },
  must('Routing.Type', 'none'),
  must('Provide.Enabled', false),
  must('AutoConf.Enabled', false),
  onLoopback('Addresses.API'),
  onLoopback('Addresses.Gateway'),
  {
    setting: 'API.HTTPHeaders.Access-Control-Allow-Origin',
    fix: 'remove it, or any page that a browser of this machine shows may delete blocks',
    holds: (read) => read('API.HTTPHeaders.Access-Control-Allow-Origin') === undefined,
  },
  must('Gateway.NoFetch', true),
  {
    setting: 'Datastore.Spec',
    fix: 'keep /blocks in flatfs with "sync": true',
    holds: (read) => keepsBlocksInSync(read('Datastore.Spec')),
  },
];

function onLoopback(setting: string): Rule {
  const isLocal = (address: unknown) =>
    typeof address === 'string' && /^\/(?:ip4\/127\.\d+\.\d+\.\d+|ip6\/::1)\/tcp\/\d+$/.test(address);
  return {
    setting,
    fix: `set ${setting} to an address of 127.0.0.1: whoever reaches it needs no key`,
    holds: (read) => [read(setting)].flat().every(isLocal),
  };
}

function isEmptyList(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** The store that is mounted at `/blocks`, however deeply it is wrapped, writes through. */
function keepsBlocksInSync(spec: unknown): boolean {
  const mounts = at(spec, 'mounts');
  const blocks: unknown = Array.isArray(mounts)
    ? mounts.find((mount) => at(mount, 'mountpoint') === '/blocks')
    : undefined;
  let store = blocks;
  while (at(store, 'child') !== undefined) store = at(store, 'child');
  return at(store, 'type') === 'flatfs' && at(store, 'sync') === true;
}

/** The value at a path of names with dots between them. */
function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** The origin of a URL on this machine's loopback; undefined for any other text. */
export function loopbackOrigin(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || url.pathname !== '/') return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isLocal = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  return isLocal ? url.origin : undefined;
}
