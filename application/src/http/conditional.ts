import type { Conditions } from '../core/conditions.js';
import { Denial } from '../ports/fault.js';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const tagPattern = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;

function tagsOf(header: string, name: string): { weak: boolean; tag: string }[] {
  const parts = header
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.map((part) => {
    const match = tagPattern.exec(part);
    if (match === null) throw new Denial('request-malformed', `${name} holds no entity tags`);
    return { weak: match[1] !== undefined, tag: match[2] ?? '' };
  });
}

function single(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.join(', ');
}

/** If-Match and If-None-Match of a request; weak tags never match strongly (RFC 9110 section 8.8.3.2). */
export function conditionsOf(headers: Headers): Conditions {
  const match = single(headers, 'if-match');
  const none = single(headers, 'if-none-match');
  const strong = match === undefined || match.trim() === '*' ? [] : tagsOf(match, 'If-Match');
  return {
    ...(match === undefined
      ? {}
      : { ifMatch: match.trim() === '*' ? '*' : strong.filter(({ weak }) => !weak).map(({ tag }) => tag) }),
    ...(none === undefined
      ? {}
      : { ifNoneMatch: none.trim() === '*' ? '*' : tagsOf(none, 'If-None-Match').map(({ tag }) => tag) }),
  };
}

/** What a reader already has. */
export interface Current {
  readonly tag: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

const wholeSeconds = (milliseconds: number) => Math.floor(milliseconds / 1000);

/** How the conditions of a GET or HEAD turn out, in the order of RFC 9110 section 13.2.2. */
export function judgeRead(headers: Headers, current: Current): 'send' | 'not-modified' | 'failed' {
  const { ifMatch, ifNoneMatch } = conditionsOf(headers);
  const has = (tags: readonly string[] | '*') => tags === '*' || tags.includes(current.tag);
  if (ifMatch !== undefined) {
    if (!has(ifMatch)) return 'failed';
  } else {
    const until = Date.parse(single(headers, 'if-unmodified-since') ?? '');
    if (!Number.isNaN(until) && wholeSeconds(current.modified) > wholeSeconds(until)) return 'failed';
  }
  if (ifNoneMatch !== undefined) return has(ifNoneMatch) ? 'not-modified' : 'send';
  const since = Date.parse(single(headers, 'if-modified-since') ?? '');
  if (!Number.isNaN(since) && wholeSeconds(current.modified) <= wholeSeconds(since)) return 'not-modified';
  return 'send';
}

/** Whether If-Range lets a range be answered: by the very tag, or the very date of the version (RFC 9110 section 13.1.5). */
export function rangeStands(headers: Headers, current: Current): boolean {
  const condition = single(headers, 'if-range');
  if (condition === undefined) return true;
  const match = tagPattern.exec(condition.trim());
  if (match !== null) return match[1] === undefined && match[2] === current.tag;
  return wholeSeconds(Date.parse(condition)) === wholeSeconds(current.modified);
}
