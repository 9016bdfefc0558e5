/** One thing that a CA found wrong. */
export interface CaFlaw {
  /** Fabric CA's own number. */
  readonly code: number;
  readonly message: string;
}

/** What a refusal means to whom it met. */
export type CaRefusalKind =
  | 'wrong-secret'
  | 'already-registered'
  | 'not-permitted'
  | 'unknown-identity'
  | 'certificate-unusable'
  | 'other';

const kinds: Readonly<Record<number, CaRefusalKind>> = {
  20: 'wrong-secret',
  71: 'not-permitted',
  74: 'already-registered',
  10: 'unknown-identity',
  63: 'unknown-identity',
  27: 'certificate-unusable',
  28: 'certificate-unusable',
};

/** A CA answered and said no. */
export class CaRefusal extends Error {
  readonly kind: CaRefusalKind;
  readonly flaws: readonly CaFlaw[];
  /** HTTP status. */
  readonly status: number;

  constructor(ca: string, deed: string, status: number, flaws: readonly CaFlaw[]) {
    const kind = flaws.map(({ code }) => kinds[code]).find((known) => known !== undefined) ?? 'other';
    const said = flaws.map(({ code, message }) => `${message} (code ${code})`).join('; ');
    super(`${ca} refuses to ${deed}: ${hints[kind]}${said === '' ? `HTTP ${status}` : said}`);
    this.name = 'CaRefusal';
    this.kind = kind;
    this.flaws = flaws;
    this.status = status;
  }
}

/** Fabric CA answers alike to a wrong secret and to an id it doesn't know, so that nobody can try out ids. */
const hints: Readonly<Record<CaRefusalKind, string>> = {
  'wrong-secret': 'the id is not registered there, or the secret is wrong, or the id was revoked: ',
  'already-registered': '',
  'not-permitted': 'the caller may not do this: ',
  'unknown-identity': '',
  'certificate-unusable': 'the certificate that signed the request is revoked or has expired: ',
  other: '',
};

/** Nobody answers where a CA should be, or somebody that is not it. */
export class CaUnreachable extends Error {
  constructor(ca: string, address: string, cause: Error) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ECONNREFUSED'
        ? 'nothing listens there; is it started?'
        : cause.message || (code ?? 'no reason');
    super(`${ca} can't be reached at ${address}: ${why}`, { cause });
    this.name = 'CaUnreachable';
  }
}
