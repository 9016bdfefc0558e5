import { readdir, readFile, readlink } from 'node:fs/promises';

/** A socket of this machine on which somebody listens. */
export interface Listener {
  /** As the system writes it: `127.0.0.1`, `::`, `0.0.0.0`. */
  readonly address: string;
  readonly port: number;
  /** Number of the socket, by which the processes that hold it are found. */
  readonly inode: string;
}

const listening = '0A';

/** Listening sockets in the text of Linux' /proc/net/tcp or tcp6 (proc_net_tcp in the kernel's documentation). */
export function listenersIn(text: string): Listener[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening)
    .map((fields) => {
      const [host = '', port = ''] = (fields[1] ?? '').split(':');
      return { address: addressOf(host), port: Number.parseInt(port, 16), inode: fields[9] ?? '' };
    });
}

/** Who listens on this machine; undefined where the system does not tell. */
export async function listeners(): Promise<Listener[] | undefined> {
  if (process.platform !== 'linux') return undefined;
  const texts = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  return texts.flatMap(listenersIn);
}

/** Numbers of the sockets that a process of this user holds. */
export async function socketsOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** Whether an address is reached from this machine only. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.');
}

/** Words of four bytes, each in the byte order of the machine, which is little-endian wherever we run. */
function addressOf(hex: string): string {
  const words = (hex.match(/.{8}/g) ?? []).map((word) => Buffer.from(word, 'hex').reverse());
  const bytes = Buffer.concat(words);
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.subarray(0, 10).every((byte) => byte === 0) && bytes.readUInt16BE(10) === 0xffff)
    return `::ffff:${bytes.subarray(12).join('.')}`;
  if (bytes.every((byte) => byte === 0)) return '::';
  if (bytes.subarray(0, 15).every((byte) => byte === 0) && bytes[15] === 1) return '::1';
  return bytes.toString('hex').replace(/.{4}(?=.)/g, '$&:');
}
