import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';

/** What putting many small objects took. */
export interface SmallLoad {
  /** Acknowledged objects a second. */
  readonly rate: number;
  readonly latenciesMs: readonly number[];
}

/** Where small objects go. */
export interface SmallTarget {
  urlOf(key: string): string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const smallBytes = 10 * 1024;
export const inFlight = 64;

/** Puts so many objects of 10 KiB, 64 in flight on connections that are kept; rejects when one is not acknowledged. */
export async function putSmall(target: SmallTarget, prefix: string, count: number): Promise<SmallLoad> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const latenciesMs: number[] = [];
  const body = randomBytes(smallBytes);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const key = `${prefix}-${(next += 1)}`;
      const began = performance.now();
      await putOne(agent, target, key, body);
      latenciesMs.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane)).finally(() => agent.destroy());
  return { rate: (count / (performance.now() - began)) * 1000, latenciesMs };
}

function putOne(agent: Agent, target: SmallTarget, key: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { ...target.headers, 'content-length': body.length };
    const call = request(target.urlOf(key), { method: 'PUT', agent, headers }, (answer) => {
      answer.on('error', reject).on('end', () => {
        if (answer.statusCode === 201) resolve();
        else reject(new Error(`put of ${key}: ${answer.statusCode}`));
      });
      answer.resume();
    });
    call.on('error', reject);
    call.end(body);
  });
}
