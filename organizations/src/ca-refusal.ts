/** One thing that a CA found wrong. */
export interface CaFlaw {
  /** Fabric CA's own number. */
  readonly code: number;
  readonly message: string;
}

/** What a refusal means to whom it met. */
export type CaRefusalKind =
  'not-authenticated' | 'already-registered' | 'not-permitted' | 'unknown-identity' | 'other';

const kinds: Readonly<Record<number, CaRefusalKind>> = {
  10: 'unknown-identity',
  20: 'not-authenticated',
  27: 'not-authenticated',
  28: 'not-authenticated',
  63: 'unknown-identity',
  71: 'not-permitted',
  74: 'already-registered',
};

/** How a caller showed who it is. */
export type CaProofKind = 'secret' | 'certificate' | 'nothing';

/** A CA answered and said no. */
export class CaRefusal extends Error {
  readonly kind: CaRefusalKind;
  readonly flaws: readonly CaFlaw[];
  /** HTTP status. */
  readonly status: number;

  constructor(ca: string, deed: string, proof: CaProofKind, status: number, flaws: readonly CaFlaw[]) {
    const kind = flaws.map(({ code }) => kinds[code]).find((known) => known !== undefined) ?? 'other';
    const said = flaws.map(({ code, message }) => `${message} (code ${code})`).join('; ');
    super(`${ca} refuses to ${deed}: ${hint(kind, proof)}${said === '' ? `HTTP ${status}` : said}`);
    this.name = 'CaRefusal';
    this.kind = kind;
    this.flaws = flaws;
    this.status = status;
  }
}

/** Fabric CA answers alike to all that it can't authenticate, so that nobody can try out ids. */
function hint(kind: CaRefusalKind, proof: CaProofKind): string {
  if (kind === 'not-permitted') return 'the caller may not do this: ';
  if (kind !== 'not-authenticated') return '';
  return proof === 'secret'
    ? 'the id is not registered there, or the secret is wrong or spent, or the id was revoked: '
    : 'the certificate that signed the request was revoked, has expired or is of another CA: ';
}

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
