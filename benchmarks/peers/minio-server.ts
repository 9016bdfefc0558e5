import { createHash, createHmac } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Store } from '../dstore.js';
import type { Scratch } from '../scratch.js';
import { type Answer, type Request, transfer } from '../transfer.js';
import { freePort } from './free-port.js';
import { minioProgram } from './install.js';

const [user, password] = ['dstore-bench', 'dstore-bench-secret'];
const region = 'us-east-1';
const bucket = 'bench';
const disks = 6;

/** MinIO on one node with six directories, EC 4+2, no encryption; asked through presigned URLs. */
export class Minio implements Store {
  readonly name = 'MinIO';
  readonly pids: readonly number[];
  readonly #origin: string;

  private constructor(origin: string, pid: number) {
    this.#origin = origin;
    this.pids = [pid];
  }

  static async start(scratch: Scratch): Promise<Minio> {
    const folder = join(scratch.folder, 'minio');
    const folders = Array.from({ length: disks }, (_, at) => join(folder, `d${at + 1}`));
    for (const each of folders) await mkdir(each, { recursive: true });
    const [api, page] = [await freePort(), await freePort()];
    const address = (port: number) => `127.0.0.1:${port}`;
    const { pid } = await scratch.start({
      program: await minioProgram(),
      args: ['server', '--address', address(api), '--console-address', address(page), ...folders],
      env: {
        MINIO_ROOT_USER: user,
        MINIO_ROOT_PASSWORD: password,
        MINIO_STORAGE_CLASS_STANDARD: 'EC:2',
        // Lets six directories of one medium pass for six disks.
        MINIO_CI_CD: '1',
        MINIO_BROWSER: 'off',
        MINIO_UPDATE: 'off',
        HOME: folder,
      },
      ready: /^API: /m,
    });
    const minio = new Minio(`http://${address(api)}`, pid);
    await minio.#send('PUT', `/${bucket}`, 0);
    return minio;
  }

  put(key: string, bytes: number): Promise<Answer> {
    return this.#send('PUT', `/${bucket}/${key}`, bytes);
  }

  get(key: string): Promise<Answer> {
    return this.#send('GET', `/${bucket}/${key}`);
  }

  remove(key: string): Promise<Answer> {
    return this.#send('DELETE', `/${bucket}/${key}`);
  }

  #send(method: Request['method'], path: string, sends?: number): Promise<Answer> {
    const url = presigned(this.#origin, method, path);
    return transfer({ method, url, ...(sends === undefined ? {} : { sends }) });
  }
}

/** A presigned URL by AWS Signature Version 4, good for an hour. */
function presigned(origin: string, method: string, path: string): string {
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = at.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const query = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${user}/${scope}`],
    ['X-Amz-Date', at],
    ['X-Amz-Expires', '3600'],
    ['X-Amz-SignedHeaders', 'host'],
  ]
    .map(([name = '', value = '']) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  const host = new URL(origin).host;
  const request = [method, path, query, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const digest = createHash('sha256').update(request).digest('hex');
  const text = ['AWS4-HMAC-SHA256', at, scope, digest].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    Buffer.from(`AWS4${password}`),
  );
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return `${origin}${path}?${query}&X-Amz-Signature=${signature}`;
}
