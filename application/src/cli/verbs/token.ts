import { confirm } from '../confirm.js';
import { UsageError } from '../outcome.js';
import type { Session } from '../session.js';

interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly buckets?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly verbs?: readonly string[];
  readonly endsAt?: string;
  readonly previousEndsAt?: string;
}

interface FreshToken extends Token {
  readonly token: string;
}

/** `token ls`: who may come, and to what. */
export async function listTokens(session: Session): Promise<void> {
  const head = ['id', 'name', 'role', 'ends', 'buckets', 'prefixes', 'verbs'];
  await session.items(await session.client.all<Token>('/v1/tokens'), head, (token) => [
    token.id,
    token.name,
    token.role,
    token.endsAt?.slice(0, 10) ?? 'never',
    scope(token.buckets),
    scope(token.prefixes),
    scope(token.verbs),
  ]);
}

const scope = (names: readonly string[] | undefined) => names?.join(',') ?? 'all';

/** `token create`: its text is what standard output gets. */
export async function createToken(
  session: Session,
  name: string,
  options: {
    readonly role: string;
    readonly bucket?: readonly string[];
    readonly prefix?: readonly string[];
    readonly verbs?: readonly string[];
    readonly expires?: string;
  },
): Promise<void> {
  const { role, bucket: buckets, prefix: prefixes, verbs, expires: endsAt } = options;
  const made = await session.client.tell<FreshToken>('POST', '/v1/tokens', {
    name,
    role,
    buckets,
    prefixes,
    verbs,
    endsAt,
  });
  await session.item(made, made.token);
  session.say(`${made.id} (${name}, ${role}): the text above is shown this once.`);
}

/** `token rotate`: a new text, while the old one is good a little longer. */
export async function rotateToken(
  session: Session,
  start: string,
  { oldExpires: oldEndsAt }: { readonly oldExpires?: string },
): Promise<void> {
  const { id } = await tokenWith(session, start);
  const made = await session.client.tell<FreshToken>('POST', `/v1/tokens/${id}/rotation`, { oldEndsAt });
  await session.item(made, made.token);
  session.say(
    `${made.id} (${made.name}): the text above is shown this once; the old one is good until ${made.previousEndsAt ?? 'now'}.`,
  );
}

/** `token rm`, after a yes. */
export async function removeToken(
  session: Session,
  start: string,
  { yes }: { readonly yes?: boolean },
): Promise<void> {
  const { id, name } = await tokenWith(session, start);
  if (yes !== true)
    await confirm(session, `Refuse ${id} (${name}) from now on?`, `dstore token rm --yes ${id}`);
  await session.client.done({ method: 'DELETE', path: `/v1/tokens/${id}` });
  await session.item({ id, removed: true }, `${id} (${name}) is refused from now on`);
}

/** The one token whose id begins so. */
async function tokenWith(session: Session, start: string): Promise<Token> {
  const found = (await session.client.all<Token>('/v1/tokens')).filter(({ id }) => id.startsWith(start));
  const [token] = found;
  if (token === undefined || found.length > 1)
    throw new UsageError(
      `${found.length === 0 ? 'no token has' : 'several tokens have'} an id that begins with "${start}"`,
      'dstore token ls shows those there are',
    );
  return token;
}
