/** What the first screen says of a demo that has started. */
export interface FirstScreen {
  readonly version: string;
  readonly url: string;
  readonly token: string;
  readonly home: string;
  readonly organizations: number;
  readonly disks: number;
  readonly epoch: bigint;
  readonly epochSeconds: bigint;
  readonly secondsToNext: bigint;
  /** A disk to break. */
  readonly breakable: string;
}

/** The lines that the screen and the page offer to be copied. */
export function demoCommands(
  url: string,
  token: string,
  breakable: string,
): { name: string; line: string }[] {
  return [
    { name: 'first', line: `export DSTORE_URL=${url} DSTORE_TOKEN=${token}` },
    { name: 'put', line: 'npx dstore cp README.md ds://demo/hello.md' },
    { name: 'get', line: 'npx dstore cat ds://demo/hello.md' },
    { name: 'where', line: 'npx dstore stat --shards ds://demo/hello.md' },
    { name: 'audit', line: 'npx dstore audit follow' },
    {
      name: 'curl',
      line: `curl -T README.md -H "Authorization: Bearer $DSTORE_TOKEN" $DSTORE_URL/v1/buckets/demo/objects/hello.md`,
    },
    { name: 'break it', line: `npx dstore demo lose ${breakable}` },
    { name: 'repair', line: 'npx dstore repair follow' },
  ];
}

const remarksAt = 44;

function remarksOf(secondsToNext: bigint): Readonly<Record<string, string>> {
  return {
    where: 'whose disks, how many may be lost',
    audit: `first verdict after the next epoch opens (${secondsToNext} s)`,
    'break it': 'then watch how it is repaired:',
  };
}

/** The text that `npm start` prints once everything is ready. */
export function firstScreen(screen: FirstScreen): string {
  const { version, url, token, home, organizations, disks, epoch, epochSeconds, secondsToNext } = screen;
  const remarks = remarksOf(secondsToNext);
  const [first, ...rest] = demoCommands(url, token, screen.breakable);
  const lines = rest.map(({ name, line }) => {
    const remark = remarks[name];
    return `  ${name.padEnd(9)}${remark === undefined ? line : `${line.padEnd(remarksAt)}    # ${remark}`}`;
  });
  return [
    `DStore ${version}   embedded consortium · ${organizations} organizations · ${disks} disks · epoch ${epoch}, next in ${secondsToNext} s (epochs last ${epochSeconds} s here)`,
    `  REST     ${url}/v1        Page  ${url}/        API pages  ${url}/docs`,
    `  Token    ${token}   role owner, vault demo; also in ${home}/demo.token`,
    `  Data     ${home} (npm run reset)   Master key  ${home}/demo.words: print it, delete it`,
    '',
    first?.line ?? '',
    '',
    ...lines,
    '',
    '! Demo keys, one process, no real separation of parties: to learn with, not to keep secrets. Ctrl-C ends it.',
    '  A network of real servers: npm run network:up',
    '',
  ].join('\n');
}
