import { PeerClients } from '@dstore/application/adapters/fabric/peer-clients.js';
import { Authority, type TlsCredentials } from '@dstore/organizations';
import { Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const echo = {
  path: '/test.Echo/Say',
  requestStream: false,
  responseStream: false,
  requestSerialize: (text: Buffer) => text,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (text: Buffer) => text,
  responseDeserialize: (bytes: Buffer) => bytes,
};
const asIs = (bytes: Buffer) => bytes;

type Answer = { readonly text: string } | { readonly code: status };

describe('PeerClients', () => {
  let folder: string;
  let authority: Authority;
  let tls: TlsCredentials;
  const servers: Server[] = [];
  const opened: PeerClients[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstore-peers-'));
    authority = await Authority.create(join(folder, 'ca'), 'Org1MSP');
    tls = await authority.issueTls({ id: 'application', type: 'client' });
  });
  afterEach(() => {
    for (const clients of opened.splice(0)) clients.close();
    for (const server of servers.splice(0)) server.forceShutdown();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** A peer that wants a client's certificate and always answers this; answers its port. */
  async function peer(answer: Answer): Promise<number> {
    const server = new Server();
    servers.push(server);
    server.addService(
      { say: echo },
      {
        say: (_call: unknown, callback: (error: Partial<ServiceError> | null, bytes?: Buffer) => void) => {
          if ('text' in answer) callback(null, Buffer.from(answer.text));
          else callback({ code: answer.code, details: 'as told' });
        },
      },
    );
    const { certificate, privateKey } = tls;
    const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(privateKey) };
    const secure = ServerCredentials.createSsl(Buffer.from(authority.tlsRoot), [pair], true);
    return new Promise((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', secure, (error, port) =>
        error === null ? resolve(port) : reject(error),
      ),
    );
  }

  function clients(...ports: number[]): PeerClients {
    const peers = ports.map((port) => ({ address: `localhost:${port}`, tlsRoot: authority.tlsRoot }));
    const made = new PeerClients(peers, tls);
    opened.push(made);
    return made;
  }

  function say(to: PeerClients): Promise<string> {
    return new Promise((resolve, reject) =>
      to.makeUnaryRequest(
        echo.path,
        asIs,
        asIs,
        Buffer.of(),
        { deadline: Date.now() + 10_000 },
        (error, bytes) => (error === null ? resolve(String(bytes)) : reject(error)),
      ),
    );
  }

  it('asks the first as long as it answers', async () => {
    const both = clients(await peer({ text: 'one' }), await peer({ text: 'two' }));
    for (let call = 0; call < 3; call += 1) assert.equal(await say(both), 'one');
  });

  it('asks the next when one is not there, and goes on asking that one', async () => {
    const first = await peer({ text: 'one' });
    const both = clients(first, await peer({ text: 'two' }));
    assert.equal(await say(both), 'one');
    servers[0]?.forceShutdown();
    for (let call = 0; call < 3; call += 1) assert.equal(await say(both), 'two');
  });

  it('asks the next when a peer that is there can not serve', async () => {
    const both = clients(await peer({ code: status.UNAVAILABLE }), await peer({ text: 'two' }));
    assert.equal(await say(both), 'two');
  });

  it('passes on what a peer answers otherwise', async () => {
    const both = clients(await peer({ code: status.ABORTED }), await peer({ text: 'two' }));
    await assert.rejects(say(both), { code: status.ABORTED });
  });

  it('rejects as unavailable when nobody serves', async () => {
    const both = clients(await peer({ code: status.UNAVAILABLE }), await peer({ code: status.UNAVAILABLE }));
    await assert.rejects(say(both), { code: status.UNAVAILABLE });
  });

  it('says by which certificate it is known', () => {
    assert.equal(clients(1).certificateHash.length, 32);
    assert.throws(() => new PeerClients([], tls), RangeError);
  });
});
