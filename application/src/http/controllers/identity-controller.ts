import { Body, Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { isForeignIdentifier, type Role } from '@dstore/chaincode/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Denial } from '../../ports/fault.js';
import type { RevocationReason } from '../../ports/identities.js';
import { type IdentityDesk, surroundings, type Surroundings } from '../gateway-use-cases.js';
import { admins, onlookers, Operation } from '../operation.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';

/** Most bytes of a PKCS #10 request. */
const mostRequest = 16 << 10;

/** Members of the gateway's organization and their certificates. */
@Controller('v1')
export class IdentityController {
  readonly #with: Surroundings;

  constructor(@Inject(surroundings) given: unknown) {
    this.#with = given as Surroundings;
  }

  @Get('identities')
  @Operation({
    id: 'listIdentities',
    summary: 'List whom the certificate authority knows',
    access: admins,
    status: 200,
    answer: schemas.identities,
  })
  async list() {
    return { items: await this.#desk().identities.list() };
  }

  @Post('identities')
  @Operation({
    id: 'registerIdentity',
    summary: 'Make an id known; its secret is shown this once',
    access: admins,
    status: 201,
    answer: schemas.registered,
  })
  async register(
    @Body(new SchemaPipe(schemas.registration))
    { id, roles, enrollments }: { id: string; roles: Role[]; enrollments: number },
  ) {
    insistId(id);
    return { id, secret: await this.#desk().identities.register({ id, roles, enrollments }) };
  }

  @Post('identities/:id/enrollment')
  @Operation({
    id: 'enrollIdentity',
    summary:
      'Certify the key of a PKCS #10 request in PEM, by Basic id:secret; answers certificate and chain',
    access: 'open',
    status: 200,
    takesBytes: true,
    media: 'application/pem-certificate-chain',
  })
  async enroll(
    @Param(new SchemaPipe(schemas.idParam)) { id }: { id: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    void reply.header('www-authenticate', 'Basic realm="enrollment"');
    const secret = secretOf(request.headers.authorization, id);
    const pem = await this.#desk().identities.certify(id, secret, await requestIn(request));
    void reply
      .removeHeader('www-authenticate')
      .header('cache-control', 'no-store')
      .type('application/pem-certificate-chain')
      .send(pem);
  }

  @Post('identities/:id/revocation')
  @Operation({
    id: 'revokeIdentity',
    summary: 'Take an id back: on the ledger at once, and at the certificate authority',
    access: admins,
    status: 200,
    answer: schemas.revoked,
  })
  async revoke(
    @Param(new SchemaPipe(schemas.idParam)) { id }: { id: string },
    @Body(new SchemaPipe(schemas.revocation)) { reason }: { reason: RevocationReason },
  ) {
    insistId(id);
    return { certificates: await this.#desk().revokeIdentity.run(id, reason) };
  }

  @Get('crl')
  @Operation({
    id: 'readCrl',
    summary: 'The signed list of revoked certificates, PEM',
    access: onlookers,
    status: 200,
    media: 'application/x-pem-file',
  })
  async crl(@Res() reply: FastifyReply): Promise<void> {
    const pem = await this.#desk().identities.crl();
    void reply.header('cache-control', 'no-store').type('application/x-pem-file').send(pem);
  }

  #desk(): IdentityDesk {
    const { identities } = this.#with.options;
    if (identities === undefined)
      throw new Denial('route-unknown', 'this gateway has no certificate authority');
    return identities;
  }
}

function insistId(id: string): void {
  if (!isForeignIdentifier(id)) throw new Denial('name-malformed', 'this can be no enrolment id');
}

function secretOf(header: string | undefined, id: string): string {
  if (header === undefined) throw new Denial('credentials-missing', 'send Authorization: Basic <id:secret>');
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1];
  const [name, secret] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(/:(.*)/s);
  if (name !== id || secret === undefined || secret === '')
    throw new Denial('secret-invalid', 'the Authorization header holds no secret of this id');
  return secret;
}

async function requestIn({ headers, raw }: FastifyRequest): Promise<string> {
  if (headers['content-encoding'] !== undefined)
    throw new Denial('encoding-unsupported', 'a request for a certificate is taken without encoding');
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of raw as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > mostRequest)
      throw new Denial('body-too-large', 'a request for a certificate may have 16 KiB', {
        limit: String(mostRequest),
      });
    pieces.push(piece);
  }
  const text = Buffer.concat(pieces).toString('latin1');
  if (!text.includes('-----BEGIN CERTIFICATE REQUEST-----'))
    throw new Denial('csr-malformed', 'the body is no PKCS #10 request in PEM');
  return text;
}
