import { KuboDisk, type KuboAddresses } from '@dstore/application/adapters/kubo/kubo-disk.js';
import {
  type KuboDisk as Daemon,
  kuboDisks,
  kuboProcess,
  startKubo,
} from '@dstore/network/native/kubo-daemon.js';
import { seatOf } from '@dstore/network/native/layout.js';
import { stopAll } from '@dstore/network/native/stop-all.js';
import { Supervisor } from '@dstore/network/native/supervisor.js';
import { readyToolchain } from '@dstore/network/toolchain';
import { readOrgs } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { listed } from '../../../conformance/disk.js';
import { writeOrgs } from './org-folder.js';

/** A Kubo daemon as network:up starts it, in a folder of its own. */
export class RunningKubo {
  readonly daemon: Daemon;
  readonly addresses: KuboAddresses;
  readonly supervisor: Supervisor;
  readonly #folder: string;

  private constructor(folder: string, daemon: Daemon) {
    this.#folder = folder;
    this.daemon = daemon;
    this.supervisor = new Supervisor(folder);
    const { rpc, gateway } = daemon.ports;
    this.addresses = { rpc: `http://127.0.0.1:${rpc}`, gateway: `http://127.0.0.1:${gateway}` };
  }

  static async start(): Promise<RunningKubo> {
    const folder = await mkdtemp(join(tmpdir(), 'dstore-kubo-'));
    await writeOrgs(join(folder, 'orgs'), 1);
    const [org] = await readOrgs(join(folder, 'orgs'));
    assert.ok(org !== undefined);
    const [daemon] = kuboDisks(seatOf(folder, org));
    assert.ok(daemon !== undefined);
    const running = new RunningKubo(folder, daemon);
    await running.restart();
    return running;
  }

  async restart(): Promise<void> {
    const { programs } = await readyToolchain(process.env, () => undefined);
    await startKubo(this.supervisor, programs, this.#folder, this.daemon);
  }

  stop(): Promise<void> {
    return this.supervisor.stop(kuboProcess(this.daemon));
  }

  kill(): Promise<void> {
    return this.supervisor.signal(kuboProcess(this.daemon), 'SIGKILL');
  }

  /** Sets one value of the daemon's configuration, as a person would. */
  async set(setting: string, value: unknown): Promise<void> {
    const query = new URLSearchParams({ json: 'true' });
    query.append('arg', setting);
    query.append('arg', JSON.stringify(value));
    const answer = await fetch(`${this.addresses.rpc}/api/v0/config?${query.toString()}`, { method: 'POST' });
    assert.equal(answer.status, 200, await answer.text());
  }

  /** Leaves so many bytes of room beside what is there. */
  async leaveRoom(bytes: number): Promise<void> {
    const disk = await KuboDisk.open(this.addresses);
    const { usedBytes } = await disk.space();
    await disk.close();
    await this.set('Datastore.StorageMax', `${usedBytes + bytes}B`);
  }

  async empty(): Promise<void> {
    const disk = await KuboDisk.open(this.addresses);
    for (const { digest } of await listed(disk)) await disk.remove(digest);
    await disk.close();
    await this.set('Datastore.StorageMax', `${this.daemon.capacityBytes}B`);
  }

  async close(): Promise<void> {
    await stopAll(this.supervisor);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
